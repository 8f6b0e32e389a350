"""Records: commands and events one by one, chosen by what they are about.

An event is a record of its own, named `41207.2`. What a record does not repeat (the instrument of a
fill's order, the source of a verdict) is remembered from the records before it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from interlock.journal.plain import address_of, plain
from interlock.journal.reader import JournalReader
from interlock.messages.commands import Command, ProposeDecision, ReportAction
from interlock.messages.decisions import CancelOrders, ReplaceOrder
from interlock.messages.events import Event
from interlock.messages.identity import order_sequence
from interlock.messages.units import Nanoseconds, OrderId, Sequence
from interlock.monitoring.action_words import instruments_of
from interlock.monitoring.command_words import command_words
from interlock.monitoring.context import Context
from interlock.monitoring.event_words import event_words
from interlock.monitoring.figures import moment
from interlock.monitoring.kinds import COMMAND_KINDS, EVENT_KINDS, KIND_NAMES, kind_name


class RecordFilter(Struct, frozen=True, kw_only=True):
    """Which records to take: all that every given condition holds for."""

    first: Sequence = 1
    last: Sequence = 0
    """0 goes on to the end."""
    kinds: tuple[str, ...] = ()
    order: OrderId = 0
    decision: Sequence = 0
    """The decision, its verdict, its orders and whatever is about them."""
    instrument: str = ""
    source: str = ""
    count_max: int = 0
    """0 takes all."""


class Record(Struct, frozen=True):
    """One command or event."""

    sequence: Sequence
    place: int
    """0 for the command, from 1 for its events."""
    time_ns: Nanoseconds
    message: Any
    words: str

    @property
    def address(self) -> str:
        return address_of(self.sequence, self.place) if self.place else str(self.sequence)

    @property
    def kind(self) -> str:
        return KIND_NAMES[type(self.message)]


def require_kinds(kinds: tuple[str, ...]) -> None:
    """Raises `ValueError` naming the kinds that exist when one does not."""
    known = {**COMMAND_KINDS, **EVENT_KINDS}
    for kind in kinds:
        if kind not in known:
            raise ValueError(f"was {kind!r}, must be one of {', '.join(sorted(known))}")


def records(directory: Path, wanted: RecordFilter) -> Iterator[Record]:
    """Each record that is wanted, in order.

    Raises `ValueError` for a kind that does not exist, and the journal's faults. Cost: a walk from
    the beginning, whatever `first` is, because instruments and orders are defined before they are
    spoken of.
    """
    require_kinds(wanted.kinds)
    context = Context()
    left = wanted.count_max
    for sequence, entry in JournalReader(directory):
        if wanted.last and sequence > wanted.last:
            return
        context.learn(sequence, entry)
        if sequence < wanted.first:
            continue
        messages: list[Command | Event] = [entry.command, *entry.events]
        for place, message in enumerate(messages):
            if not is_wanted(context, sequence, message, wanted):
                continue
            yield Record(sequence, place, entry.time_ns, message, message_words(context, message))
            left -= 1
            if left == 0:
                return


def message_words(context: Context, message: Command | Event) -> str:
    """This is a command or an event as a sentence."""
    if isinstance(message, Command):
        return command_words(context, message)
    return event_words(context, message)


def record_fields(record: Record) -> dict[str, Any]:
    """This is a record as plain values, every field by name.

    `kind`, `sequence` (text with a point for an event, a number for a command), `time` and `words`
    are the record's own; a message's field `kind`, which always is the kind of a venue's report, is
    called `report_kind`.
    """
    fields = plain(record.message)
    assert isinstance(fields, dict), f"{record.message!r} has no fields"
    if isinstance(record.message, ProposeDecision):
        # An action is told from another by its kind, which is no field of it.
        decision = record.message.decision
        action = {"kind": kind_name(type(decision.action)), **fields["decision"]["action"]}
        fields["decision"]["action"] = action
    if "kind" in fields:
        fields = {("report_kind" if name == "kind" else name): fields[name] for name in fields}
    return {
        "sequence": record.address if record.place else record.sequence,
        "time": moment(record.time_ns).text,
        "time_ns": record.time_ns,
        "kind": record.kind,
        **fields,
        "words": record.words,
    }


def record_line(record: Record) -> bytes:
    """This is a record as one line of JSON, without the line end."""
    return msgspec.json.encode(record_fields(record))


def is_wanted(
    context: Context, sequence: Sequence, message: Command | Event, wanted: RecordFilter
) -> bool:
    """This says whether a record meets every condition but those on its place."""
    if wanted.kinds and KIND_NAMES[type(message)] not in wanted.kinds:
        return False
    if wanted.order and wanted.order not in _orders(message):
        return False
    if wanted.decision and not _is_of_decision(sequence, message, wanted.decision):
        return False
    if wanted.instrument and wanted.instrument not in _instruments(context, message):
        return False
    return not wanted.source or wanted.source in _sources(context, message)


def _orders(message: Command | Event) -> tuple[OrderId, ...]:
    """The orders, or actions, that a record is about."""
    if isinstance(message, ProposeDecision):
        action = message.decision.action
        if isinstance(action, CancelOrders):
            return action.orders
        return (action.order,) if isinstance(action, ReplaceOrder) else ()
    order = getattr(message, "action" if hasattr(message, "action") else "order", None)
    return (order,) if isinstance(order, int) else ()


def _is_of_decision(sequence: Sequence, message: Command | Event, decision: Sequence) -> bool:
    if isinstance(message, ProposeDecision):
        return sequence == decision
    if getattr(message, "decision", 0) == decision:
        return True
    return any(order_sequence(order) == decision for order in _orders(message))


def _instruments(context: Context, message: Command | Event) -> tuple[str, ...]:
    if isinstance(message, ProposeDecision):
        action = message.decision.action
        named = instruments_of(action)
        return (*named, *(context.instrument_of(order) for order in _orders(message)))
    lines = getattr(message, "lines", None)
    if lines is not None:
        return tuple(line.instrument for line in lines)
    limit = getattr(message, "limit", None)
    if limit is not None:
        return (limit.instrument,)
    symbol = getattr(message, "instrument", None)
    if symbol is not None:
        return (symbol if isinstance(symbol, str) else symbol.symbol,)
    return tuple(context.instrument_of(order) for order in _orders(message))


def _sources(context: Context, message: Command | Event) -> tuple[str, ...]:
    """Who decided, or whose order it is."""
    if isinstance(message, ProposeDecision):
        return (message.decision.source,)
    source = getattr(message, "source", None)
    if source is not None:
        return (source if isinstance(source, str) else source.name,)
    found = [context.source_of(order) for order in _orders(message)]
    if isinstance(message, ReportAction):
        found.append(context.source_of_decision(order_sequence(message.action)))
    decision = getattr(message, "decision", 0)
    if decision:
        found.append(context.source_of_decision(decision))
    return tuple(found)
