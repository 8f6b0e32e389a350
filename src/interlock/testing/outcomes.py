"""Outcomes: what became of a session, told so that two runs can be compared.

Commands have other numbers after a crash (a question more, a decision said again), so orders are
named by the decision that made them. Equal means: the same positions, cash and halts, the same
fills, the same orders with the same status, quantity and price; and the venues' own truth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from interlock.ledger.ledger import Ledger
from interlock.messages.commands import ProposeDecision
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderCleared
from interlock.messages.terms import ORDER_STATUSES, name_of
from interlock.messages.units import OrderId

Names = dict[OrderId, str]


@dataclass
class Outcome:
    """What a session has come to."""

    positions: dict[str, int] = field(default_factory=dict)
    """Lots, by account and instrument; where there is none, nothing."""
    cash: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    """Lots that open orders reserve, by account, instrument and side."""
    halts: list[str] = field(default_factory=list)
    orders: dict[str, tuple[str, int, int, int]] = field(default_factory=dict)
    """Status, filled, quantity and price of every order remembered, by its decision's key and its
    place among that decision's orders."""
    fills: list[tuple[str, int, int, int]] = field(default_factory=list)
    """Order, quantity, price and fee of every execution that stands."""
    venues: dict[str, Any] = field(default_factory=dict)
    """What each venue says of the same orders."""

    def differences(self, other: "Outcome") -> list[str]:
        """This is what is not the same, part by part; empty when nothing is."""
        found = []
        for part in ("positions", "cash", "reserved", "halts", "orders", "fills", "venues"):
            ours, theirs = getattr(self, part), getattr(other, part)
            if ours != theirs:
                found.append(f"{part} were {theirs}, are {ours}")
        return found


class Naming:
    """Names orders as their records come by: `source:key/place`."""

    def __init__(self) -> None:
        self.names: Names = {}
        self.orders: dict[str, OrderId] = {}
        self._keys: dict[int, str] = {}
        self._places: dict[int, int] = {}

    def see(self, sequence: int, entry: Entry) -> None:
        """One record more."""
        if isinstance(entry.command, ProposeDecision):
            decision = entry.command.decision
            self._keys[sequence] = f"{decision.source}:{decision.key}"
        for event in entry.events:
            if isinstance(event, OrderCleared):
                place = self._places.get(event.decision, 0) + 1
                self._places[event.decision] = place
                name = f"{self._keys[event.decision]}/{place}"
                self.names[event.order] = name
                self.orders[name] = event.order


def names_of(entries: Iterable[tuple[int, Entry]]) -> Names:
    """This names every order of a journal: `source:key/place`."""
    naming = Naming()
    for sequence, entry in entries:
        naming.see(sequence, entry)
    return naming.names


def outcome_of(ledger: Ledger, names: Names) -> Outcome:
    """This is what a ledger has come to; its venues' truth is for whoever knows them."""
    outcome = Outcome()
    for account in ledger.accounts.values():
        for cash in account.cash.values():
            outcome.cash[f"{account.name} {cash.currency}"] = cash.balance
        for position in account.positions.values():
            where = f"{account.name} {position.instrument.symbol}"
            outcome.positions[where] = position.lots
            for side, lots in (("buy", position.open_buy), ("sell", position.open_sell)):
                if lots:
                    outcome.reserved[f"{where} {side}"] = lots
    outcome.positions = {where: lots for where, lots in outcome.positions.items() if lots}
    outcome.halts = sorted(ledger.halts)
    for number, order in ledger.orders.known.items():
        name = names[number]
        outcome.orders[name] = (
            name_of(ORDER_STATUSES, order.status),
            order.filled,
            order.quantity,
            order.price,
        )
        for fill in (order.fills or {}).values():
            if fill.quantity:
                outcome.fills.append((name, fill.quantity, fill.price, fill.fee))
    outcome.orders = dict(sorted(outcome.orders.items()))
    outcome.fills.sort()
    return outcome
