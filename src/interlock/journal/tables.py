"""Tables: what an entry becomes in rows. Whole numbers stay whole numbers; codes become names.

Rows are keyed by `sequence`, and by `place` (the event's, from 1) where an event made them, so
every row leads back to its record.
"""

from typing import Final, TypeAlias

import msgspec

from interlock.controls.rules import RULES
from interlock.journal.plain import kind_of, plain
from interlock.ledger.limits import limit_key
from interlock.messages import terms
from interlock.messages.approvals import LimitChanged
from interlock.messages.commands import (
    NoteFeedFault,
    NoteTrade,
    ProposeDecision,
    ReportOrder,
    SetLimit,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.definitions import Limit
from interlock.messages.encoding import Entry
from interlock.messages.events import DecisionJudged, OrderCleared, OrderFilled
from interlock.messages.findings import count_of, findings_of
from interlock.messages.reasons import reason_name

Cell: TypeAlias = int | str | bool | None
Rows: TypeAlias = dict[str, list[tuple[Cell, ...]]]


class ArmedNames:
    """The control and scope of each limit, by its number, as the journal has set them so far."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: list[tuple[str, str]] = []

    def note(self, limit: Limit) -> None:
        """A limit is numbered when it is first set."""
        key = limit_key(limit)
        if key not in self._numbers:
            self._numbers[key] = len(self._names)
            self._names.append((limit.control, limit.scope))

    def named(self, number: int) -> tuple[str, str]:
        """The control and scope behind a finding's number; a rule's is negative and holds
        everywhere."""
        if number < 0:
            return RULES[-number][0] if -number in RULES else str(number), "firm"
        # A journal may hold only part of a session: then the number is all there is.
        return self._names[number] if number < len(self._names) else (str(number), "")


# Columns are written `name` for a whole number, `name$` for text, `name?` for true or false.
_COLUMNS: Final = {
    "commands": "sequence time_ns kind$ json$",
    "events": "sequence place time_ns kind$ json$",
    "decisions": "sequence time_ns source$ key$ release$ epoch action$ priority$ valid_until_ns "
    "decided_ns evidence_digest$ text$ json$",
    "verdicts": "sequence place time_ns decision severity$ reason$ limits_version line_count "
    "finding_count",
    "findings": "sequence place number time_ns decision line limit_index control$ scope$ "
    "severity$ reason$ observed bound",
    "orders": "sequence place time_ns order_id decision account$ source$ release$ epoch "
    "instrument$ venue$ side$ order_type$ time_in_force$ quantity price display expire_ns "
    "post_only? reduce_only? arrival_bid arrival_ask",
    "reports": "sequence time_ns venue$ order_id kind$ revision execution_id$ quantity price fee "
    "liquidity$ reference$ reason$ text$ venue_order_id$ venue_time_ns",
    "fills": "sequence place time_ns order_id execution_id$ quantity price fee liquidity$",
    "market": "sequence time_ns kind$ instrument$ venue$ bid bid_quantity ask ask_quantity price "
    "quantity aggressor$ fault$ venue_time_ns",
}
TABLE_NAMES: Final = tuple(_COLUMNS)
_TYPES: Final = {"$": "VARCHAR", "?": "BOOLEAN"}
_AGGRESSORS: Final = {0: "unsaid"} | terms.SIDES


def columns_of(table: str) -> tuple[tuple[str, str], ...]:
    """This is the columns of a table and their SQL types."""
    return tuple(
        (column.rstrip("$?"), _TYPES.get(column[-1], "BIGINT"))
        for column in _COLUMNS[table].split()
    )


def add_rows(rows: Rows, sequence: int, entry: Entry, armed: ArmedNames) -> None:
    """Adds the rows of one entry to their tables. `armed` has seen every entry before it."""
    time_ns, command = entry.time_ns, entry.command
    if isinstance(command, SetLimit):
        armed.note(command.limit)
    rows["commands"].append((sequence, time_ns, kind_of(command), _json(command)))
    _add_command(rows, sequence, entry)
    for place, event in enumerate(entry.events, 1):
        rows["events"].append((sequence, place, time_ns, kind_of(event), _json(event)))
        key = (sequence, place, time_ns)
        if isinstance(event, LimitChanged):
            armed.note(event.limit)
        elif isinstance(event, DecisionJudged):
            _add_verdict(rows, key, event, armed)
        elif isinstance(event, OrderCleared):
            rows["orders"].append((*key, *_order(event)))
        elif isinstance(event, OrderFilled):
            rows["fills"].append(
                (
                    *key,
                    event.order,
                    event.execution_id,
                    event.quantity,
                    event.price,
                    event.fee,
                    terms.name_of(terms.LIQUIDITY, event.liquidity),
                )
            )


def _add_command(rows: Rows, sequence: int, entry: Entry) -> None:
    command = entry.command
    if isinstance(command, ProposeDecision):
        decision = command.decision
        rows["decisions"].append(
            (
                sequence,
                entry.time_ns,
                decision.source,
                decision.key,
                decision.release,
                decision.epoch,
                kind_of(decision.action),
                terms.name_of(terms.PRIORITIES, decision.priority),
                decision.valid_until_ns,
                decision.decided_ns,
                decision.evidence_digest,
                decision.text,
                _json(decision.action),
            )
        )
    elif isinstance(command, ReportOrder):
        rows["reports"].append((sequence, entry.time_ns, *_report(command)))
    elif isinstance(command, (UpdateQuote, UpdateLadder, NoteTrade, NoteFeedFault)):
        key = (sequence, entry.time_ns, kind_of(command), command.instrument, command.venue)
        rows["market"].append((*key, *_market(command)))


def _add_verdict(
    rows: Rows, key: tuple[int, int, int], event: DecisionJudged, armed: ArmedNames
) -> None:
    rows["verdicts"].append(
        (
            *key,
            event.decision,
            terms.name_of(terms.SEVERITIES, event.severity),
            reason_name(event.reason) if event.reason else "",
            event.limits_version,
            len(event.lines),
            count_of(event),
        )
    )
    sequence, place, time_ns = key
    for number, found in enumerate(findings_of(event), 1):
        rows["findings"].append(
            (
                sequence,
                place,
                number,
                time_ns,
                event.decision,
                found.line,
                found.limit,
                *armed.named(found.limit),
                terms.name_of(terms.SEVERITIES, found.severity),
                reason_name(found.reason) if found.reason else "",
                found.observed,
                found.bound,
            )
        )


def _order(event: OrderCleared) -> tuple[Cell, ...]:
    return (
        event.order,
        event.decision,
        event.account,
        event.source,
        event.release,
        event.epoch,
        event.instrument,
        event.venue,
        terms.name_of(terms.SIDES, event.side),
        terms.name_of(terms.ORDER_TYPES, event.order_type),
        terms.name_of(terms.TIMES_IN_FORCE, event.time_in_force),
        event.quantity,
        event.price,
        event.display,
        event.expire_ns,
        event.post_only,
        event.reduce_only,
        event.arrival_bid,
        event.arrival_ask,
    )


def _report(command: ReportOrder) -> tuple[Cell, ...]:
    return (
        command.venue,
        command.order,
        terms.name_of(terms.REPORT_KINDS, command.kind),
        command.revision,
        command.execution_id,
        command.quantity,
        command.price,
        command.fee,
        terms.name_of(terms.LIQUIDITY, command.liquidity),
        command.reference,
        reason_name(command.reason) if command.reason else "",
        command.text,
        command.venue_order_id,
        command.venue_time_ns,
    )


def _market(command: UpdateQuote | UpdateLadder | NoteTrade | NoteFeedFault) -> tuple[Cell, ...]:
    # A side without a price is empty, not zero: an average over it must not see it.
    none = (None, None)
    if isinstance(command, UpdateQuote):
        bid = (command.bid, command.bid_quantity) if command.bid_quantity else none
        ask = (command.ask, command.ask_quantity) if command.ask_quantity else none
        return (*bid, *ask, None, None, None, None, command.venue_time_ns)
    if isinstance(command, UpdateLadder):
        bid = command.bids[0] if command.bids else none
        ask = command.asks[0] if command.asks else none
        return (*bid, *ask, None, None, None, None, command.venue_time_ns)
    if isinstance(command, NoteTrade):
        side = terms.name_of(_AGGRESSORS, command.aggressor)
        traded = (command.price, command.quantity, side)
        return (*none, *none, *traded, None, command.venue_time_ns)
    fault = terms.name_of(terms.FEED_FAULTS, command.fault)
    return (*none, *none, None, None, None, fault, None)


def _json(message: object) -> str:
    return msgspec.json.encode(plain(message)).decode()
