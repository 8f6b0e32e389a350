"""Conflation: of market data that comes late, what is newest of each market.

A quote says how a market stands, so an older one is worth nothing once a newer one is there. What
venues report of orders, trades and faults is never passed over.
"""

from interlock.messages.commands import Command, UpdateLadder, UpdateQuote
from interlock.messages.units import Nanoseconds

Said = tuple[Nanoseconds, Command]


def newest(said: list[Said]) -> list[Said]:
    """This leaves out every quote and ladder that a later one of the same market overtakes; the
    rest stays as it stands."""
    seen: set[tuple[str, str]] = set()
    left: list[Said] = []
    for moment, command in reversed(said):
        if isinstance(command, UpdateQuote | UpdateLadder):
            market = (command.instrument, command.venue)
            if market in seen:
                continue
            seen.add(market)
        left.append((moment, command))
    left.reverse()
    return left
