"""Incidents: every invariant that was found broken, with its evidence, from the journal alone.

The evidence is the command at which it was found, everything that this command led to, the numbers
that it concerns before and after, and the digest of the state that was left behind.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from interlock.journal.plain import address_of, plain
from interlock.journal.reader import JournalReader
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import OrderRecord
from interlock.ledger.positions import AccountRecord, PositionRecord
from interlock.ledger.state import digest
from interlock.messages.commands import ReportOrder
from interlock.messages.encoding import Entry
from interlock.messages.events import HaltTripped, InvariantBroken
from interlock.messages.identity import order_text
from interlock.messages.units import OrderId, Sequence
from interlock.monitoring.command_words import command_words
from interlock.monitoring.context import Context
from interlock.monitoring.event_words import event_words, order_of
from interlock.monitoring.figures import Moment, moment
from interlock.monitoring.kinds import KIND_NAMES
from interlock.monitoring.story import Conclusion

# Of one incident no more numbers are kept: those of what it names come first.
NUMBERS_MAX: Final = 200

_ORDER: Final = (
    "status", "quantity", "quantity_allowed", "filled", "price", "price_allowed", "revision",
    "revision_asked", "reserved", "reserved_value",
)  # fmt: skip
_POSITION: Final = (
    "lots", "opening", "bought", "sold", "bought_value", "sold_value", "realised", "fees",
    "open_buy", "open_sell",
)  # fmt: skip
_CASH: Final = ("balance", "opening", "reserved")


class Number(Struct, frozen=True):
    """One number that an incident concerns, as the ledger has it: ticks, lots, smallest units."""

    what: str
    name: str
    before: int | None
    """None for what was not there yet."""
    after: int


class Incident(Struct, kw_only=True):
    """One broken invariant."""

    address: str
    sequence: Sequence
    time: Moment
    invariant: str
    owner: str
    scope: str
    """What it concerns; empty in journals that do not say."""
    response: str
    """What it led to."""
    text: str
    command: str
    command_kind: str
    command_fields: object
    events: list[Conclusion]
    numbers: list[Number]
    digest_before: str
    digest_after: str
    orders: list[str]
    look: list[str]
    """Commands that look further."""


def incidents(directory: Path, progress: Callable[[float], None] | None = None) -> list[Incident]:
    """This is every incident of a session, oldest first. Raises the journal's faults. Cost: one
    walk over the journal, and two digests of the state for each command that broke something."""
    ledger, context, found = Ledger(), Context(), list[Incident]()
    reader = JournalReader(directory)
    for batch in reader.batches():
        for sequence, entry in enumerate(batch.entries, batch.first_sequence):
            context.learn(sequence, entry)
            if any(type(event) is InvariantBroken for event in entry.events):
                found += _gather(directory, ledger, context, sequence, entry)
            else:
                fold(ledger, sequence, [entry])
        if progress is not None:
            progress(reader.progress)
    return found


def _gather(
    directory: Path, ledger: Ledger, context: Context, sequence: Sequence, entry: Entry
) -> Iterator[Incident]:
    """The incidents of one command. They share what it did."""
    orders = _orders_of(entry)
    scopes = [event.scope for event in entry.events if isinstance(event, InvariantBroken)]
    before, digest_before = _numbers(ledger, orders, scopes), digest(ledger)
    fold(ledger, sequence, [entry])
    after, digest_after = _numbers(ledger, orders, scopes), digest(ledger)
    numbers = [Number(*key, before.get(key), value) for key, value in after.items()]
    events = [
        Conclusion(
            address=address_of(sequence, place),
            kind=KIND_NAMES[type(event)],
            words=event_words(context, event),
            fields=_fields(event),
        )
        for place, event in enumerate(entry.events, 1)
    ]
    for place, event in enumerate(entry.events, 1):
        if not isinstance(event, InvariantBroken):
            continue
        names = [order_text(order) for order in orders if ledger.orders.find(order) is not None]
        yield Incident(
            address=address_of(sequence, place),
            sequence=sequence,
            time=moment(entry.time_ns),
            invariant=event.name,
            owner=event.owner,
            scope=event.scope,
            response=_led_to(entry, event),
            text=event.text,
            command=command_words(context, entry.command),
            command_kind=KIND_NAMES[type(entry.command)],
            command_fields=plain(entry.command),
            events=events,
            numbers=numbers[:NUMBERS_MAX],
            digest_before=digest_before,
            digest_after=digest_after,
            orders=names,
            look=_look(directory, sequence, names),
        )


def _led_to(entry: Entry, broken: InvariantBroken) -> str:
    by = f"invariant:{broken.name}"
    for event in entry.events:
        if not isinstance(event, HaltTripped) or event.by != by:
            continue
        if broken.scope in ("", event.scope):
            what = "may only reduce" if event.reduce_only else "is stopped"
            return f"{event.scope} {what}"
    return "an alert"


def _look(directory: Path, sequence: Sequence, orders: list[str]) -> list[str]:
    shown = f"--from {max(1, sequence - 5)} --to {sequence}"
    return [
        *(f"interlock why {directory} {order}" for order in orders[:3]),
        f"interlock journal show {directory} {shown}",
        f"interlock replay {directory}",
    ]


def _orders_of(entry: Entry) -> list[OrderId]:
    found = dict.fromkeys(order_of(event) for event in entry.events)
    if isinstance(entry.command, ReportOrder):
        found = {entry.command.order: None, **found}
    found.pop(-1, None)
    return list(found)


def _numbers(
    ledger: Ledger, orders: list[OrderId], scopes: list[str]
) -> dict[tuple[str, str], int]:
    """What the orders of a command, their positions and cash, and those of a scope come to."""
    records = [record for order in orders if (record := ledger.orders.find(order)) is not None]
    positions = {
        (record.position.account.name, record.instrument.symbol): record.position
        for record in records
    }
    accounts = {record.position.account.name: record.position.account for record in records}
    for scope in scopes:
        kind, _, name = scope.partition(":")
        for account in ledger.accounts.values():
            for position in account.positions.values():
                is_named = name in (account.name, position.instrument.symbol)
                if kind in ("account", "instrument") and is_named:
                    positions[account.name, position.instrument.symbol] = position
                    accounts[account.name] = account
    found: dict[tuple[str, str], int] = {}
    for record in records:
        _take(found, f"order {order_text(record.order)}", record, _ORDER)
    for position in positions.values():
        what = f"position {position.account.name} {position.instrument.symbol}"
        _take(found, what, position, _POSITION)
    for account in accounts.values():
        _take_cash(found, account)
    return found


def _take(
    found: dict[tuple[str, str], int],
    what: str,
    record: OrderRecord | PositionRecord,
    names: tuple[str, ...],
) -> None:
    for name in names:
        found[what, name] = int(getattr(record, name))


def _take_cash(found: dict[tuple[str, str], int], account: AccountRecord) -> None:
    for cash in account.cash.values():
        for name in _CASH:
            found[f"cash {account.name} {cash.currency}", name] = int(getattr(cash, name))


def _fields(event: object) -> dict[str, object]:
    fields = plain(event)
    assert isinstance(fields, dict), f"{event!r} has no fields"
    return fields
