"""Doubting: what of a halted scope nobody can tell yet, while which it is not let trade again."""

from interlock.ledger.halting import covers_order
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import covers
from interlock.messages.identity import order_text
from interlock.messages.terms import UNKNOWN


def doubt_in(ledger: Ledger, scope: str) -> str:
    """This says what is in doubt in a scope and what to do about it; empty when nothing is. Cost:
    one step per open order, position and venue."""
    for order in ledger.orders.open.values():
        if order.status == UNKNOWN and covers_order(scope, order):
            return (
                f"{order_text(order.order)} on {scope} is unknown: ask its venue, or let two people"
                " say what became of it, before the halt is lifted"
            )
    for account in ledger.accounts.values():
        for symbol, position in account.positions.items():
            for venue, traded in position.at_venues.items():
                is_equal = traded.difference == 0 and traded.copy_difference == 0
                if not is_equal and covers(scope, account.name, "", symbol, venue):
                    return (
                        f"{symbol} of {account.name} at {venue} is not what the venue states:"
                        " reconcile until it is, before the halt is lifted"
                    )
    return ""
