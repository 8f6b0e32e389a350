"""Outcomes made up for the arithmetic, without a session."""

from interlock.feedback.outcomes import DecisionOutcome, FillOutcome, OrderOutcome
from interlock.messages.terms import BUY, DAY, LIMIT, TAKER

START = 1_700_000_000_000_000_000


def fill(
    price: int,
    quantity: int,
    mid_twice: int,
    far_touch: int,
    *,
    fee: int = 0,
    liquidity: int = TAKER,
    later: tuple[int, ...] = (0, 0, 0, 0, 0),
    time_ns: int = START + 5,
) -> FillOutcome:
    name = f"e{price}-{quantity}-{mid_twice}"
    return FillOutcome(
        name, time_ns, quantity, price, fee, liquidity, mid_twice, far_touch, list(later)
    )


def order(
    *fills: FillOutcome,
    side: int = BUY,
    quantity: int = 10,
    decision: int = 20_000,
    release: int = 20_000,
    end: int = 20_000,
    price: int = 10_050,
    displayed: int = 100,
    source: str = "model",
    number: int = 1,
) -> OrderOutcome:
    """An order for COIN, whose mids are given as bid plus ask."""
    return OrderOutcome(
        number, 1, source, "r1", 1, "COIN", "alpha", side, LIMIT, DAY, False, quantity, price, 1,
        "USD", 2, START, START, START + 1, decision, decision, release, release // 2 + 10,
        displayed, 0, 1, quantity, price,
        answered_ns=START + 2, ended_ns=START + 9, ending="filled", end_mid_twice=end,
        fills=list(fills),
    )  # fmt: skip


def decided(
    later: tuple[int, ...],
    *,
    asked: int = 10,
    side: int = BUY,
    mid_twice: int = 20_000,
    is_allowed: bool = True,
) -> DecisionOutcome:
    return DecisionOutcome(
        1, 0, "model", "r1", 1, "COIN", "alpha", side, asked, is_allowed, 1, "USD", 2, START,
        mid_twice, list(later),
    )  # fmt: skip
