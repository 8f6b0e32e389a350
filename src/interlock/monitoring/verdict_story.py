"""The part of a story in which the decision arrives and the gate speaks.

It is told from the ledger as it stood just before the verdict took effect.
"""

from typing import Any

from interlock.journal.plain import address_of, plain
from interlock.ledger.ledger import Ledger
from interlock.ledger.waiting import WaitingDecision
from interlock.messages.events import DecisionJudged, Line
from interlock.messages.reasons import NONE, REASONS, reason_name
from interlock.messages.terms import (
    HOLD,
    PRIORITIES,
    SEVERITIES,
    SIDES,
    SIZING_RULES,
    SOURCE_KINDS,
    name_of,
)
from interlock.messages.units import Nanoseconds, Sequence
from interlock.monitoring.action_words import action_words
from interlock.monitoring.context import Context
from interlock.monitoring.feedback_words import standing_words
from interlock.monitoring.figures import moment
from interlock.monitoring.findings import FindingReader, LimitSetting, covering_halts
from interlock.monitoring.kinds import kind_name
from interlock.monitoring.story import (
    DecisionPart,
    LinePart,
    MarketSeen,
    StandingHalt,
    VerdictPart,
)

MarketKinds = dict[tuple[str, str], str]
"""Which kind of command last set a market, by instrument and venue."""


def decision_part(context: Context, ledger: Ledger, waiting: WaitingDecision) -> DecisionPart:
    """This is what a source wanted, when it arrived."""
    decision = waiting.decision
    source = ledger.sources.get(decision.source)
    action: dict[str, Any] = {"kind": kind_name(type(decision.action))}
    fields = plain(decision.action)
    assert isinstance(fields, dict), f"{decision.action!r} has no fields"
    action.update(fields)
    return DecisionPart(
        sequence=waiting.sequence,
        source=decision.source,
        source_kind=name_of(SOURCE_KINDS, source.definition.kind) if source is not None else "",
        account=source.account.name if source is not None else "",
        key=decision.key,
        release=decision.release,
        epoch=decision.epoch,
        action=action,
        action_words=action_words(context, decision.action),
        text=decision.text,
        evidence=dict(decision.evidence),
        evidence_digest=decision.evidence_digest,
        priority=name_of(PRIORITIES, decision.priority),
        priority_served=name_of(PRIORITIES, waiting.priority),
        decided=moment(decision.decided_ns) if decision.decided_ns else None,
        arrived=moment(waiting.time_ns),
        valid_until=moment(decision.valid_until_ns),
        same_key=[],
    )


def verdict_part(
    context: Context,
    ledger: Ledger,
    waiting: WaitingDecision,
    event: DecisionJudged,
    place: int,
    settings: dict[int, LimitSetting],
    kinds: MarketKinds,
) -> VerdictPart:
    """This is the verdict with everything that the gate looked at. Cost: one step per finding."""
    source = waiting.decision.source
    lines = [
        _line(context, ledger, source, number, line, kinds)
        for number, line in enumerate(event.lines, 1)
    ]
    reader = FindingReader(ledger, context.units, settings, event)
    return VerdictPart(
        address=address_of(ledger.sequence, place),
        judged=moment(ledger.time_ns),
        waited_ns=ledger.time_ns - waiting.time_ns,
        severity=name_of(SEVERITIES, event.severity),
        passed=event.severity < HOLD,
        reason=reason_name(event.reason) if event.reason != NONE else "",
        meaning=REASONS[event.reason].meaning if event.reason in REASONS else "",
        limits_version=event.limits_version,
        lines=lines,
        findings=reader.read(),
        halts=_halts(ledger, source, event),
    )


def _line(
    context: Context, ledger: Ledger, source: str, number: int, line: Line, kinds: MarketKinds
) -> LinePart:
    units, symbol = context.units, line.instrument
    instrument = ledger.instruments.get(symbol)
    currency = instrument.currency if instrument is not None else ""
    return LinePart(
        line=number,
        instrument=symbol,
        side=name_of(SIDES, line.side),
        market=_market(context, ledger, line, kinds),
        asked=units.quantity(symbol, line.asked),
        sizing=name_of(SIZING_RULES, line.sizing),
        capped=line.capped,
        quantity=units.quantity(symbol, line.quantity),
        cut_from=units.quantity(symbol, line.cut_from) if line.cut_from else None,
        price=units.price(symbol, line.price),
        route=line.route,
        venue=line.venue,
        order="",
        replaces="",
        steered=standing_words(ledger, source, symbol, currency),
    )


def _market(context: Context, ledger: Ledger, line: Line, kinds: MarketKinds) -> MarketSeen:
    units, symbol = context.units, line.instrument
    set_ns = _set_ns(ledger, symbol, line.venue, line.market_sequence)
    return MarketSeen(
        venue=line.venue,
        bid=units.price(symbol, line.bid),
        bid_quantity=units.quantity(symbol, line.bid_quantity),
        ask=units.price(symbol, line.ask),
        ask_quantity=units.quantity(symbol, line.ask_quantity),
        sequence=line.market_sequence,
        kind=kinds.get((symbol, line.venue), "") if set_ns >= 0 else "",
        set=moment(set_ns) if set_ns >= 0 else None,
        age_ns=ledger.time_ns - set_ns if set_ns >= 0 else 0,
    )


def _set_ns(ledger: Ledger, symbol: str, venue: str, sequence: Sequence) -> Nanoseconds:
    """When the market that the gate saw had been set; -1 when the facts do not say."""
    record = ledger.instruments.get(symbol)
    market = record.markets.get(venue) if record is not None else None
    if market is None or sequence == 0 or market.sequence != sequence:
        return -1
    return market.time_ns


def _halts(ledger: Ledger, source: str, event: DecisionJudged) -> list[StandingHalt]:
    found = dict(covering_halts(ledger, source, None))
    for line in event.lines:
        found.update(covering_halts(ledger, source, line))
    return [
        StandingHalt(
            scope=scope,
            by=halt.by,
            reduce_only=halt.reduce_only,
            text=halt.text,
            sequence=halt.sequence,
        )
        for scope, halt in found.items()
    ]
