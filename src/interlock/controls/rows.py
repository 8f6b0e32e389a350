"""Rows: the catalogue of controls that the rules and the failures of others ask for, C01 to C40,
and where those are answered that no limit answers.
"""

from typing import Final

ROWS: Final[dict[str, str]] = {
    "C01": "price collar",
    "C02": "largest order value",
    "C03": "largest order quantity",
    "C04": "sizes by phase of the day",
    "C05": "messages",
    "C06": "repeated automated execution",
    "C07": "duplicate orders",
    "C08": "credit and capital",
    "C09": "position and exposure",
    "C10": "immediate inclusion",
    "C11": "accumulated quantity and value of a day",
    "C12": "restricted lists and universes",
    "C13": "regulatory checks before an order",
    "C14": "authorised access",
    "C15": "control of the limits themselves",
    "C16": "override of a block",
    "C17": "hard and soft blocks",
    "C18": "statistics of triggers",
    "C19": "change of a threshold",
    "C20": "kill",
    "C21": "cancel on disconnect",
    "C22": "self-match prevention",
    "C23": "market-maker protection",
    "C24": "reasonability of market data",
    "C25": "volatility",
    "C26": "loss and drawdown",
    "C27": "output against input",
    "C28": "reconciliation",
    "C29": "post-trade controls",
    "C30": "two lines of monitoring",
    "C31": "reachability of contacts",
    "C32": "envelope of a deployment",
    "C38": "order-to-trade ratio",
    "C39": "open orders",
    "C40": "rejects",
}
"""Rows that concern orders, accounts, sources, instruments, venues, releases and the firm."""

ELSEWHERE: Final[dict[str, str]] = {
    "C10": "in every session: an order is reserved in the step that clears it; the invariant"
    " reserved_is_worst_case",
    "C15": "in every session: limits change by a person's word, and loosen by two",
    "C16": "in every session: a hold is approved for one decision, and never by its source",
    "C18": "interlock controls report",
    "C19": "in every session: every change of a limit is journaled with old and new",
    "C20": "in every session: halts by scope, and the rule halts",
    "C21": "at the venue, and by the outbox: an order without an answer is asked about",
    "C27": "in every session: the invariant children_within_parent",
    "C28": "the executor that compares our books with the venue's",
    "C30": "a process of the firm",
    "C31": "a process of the firm",
}
"""Rows that no limit arms."""
