"""Events in words: one line each, in the instrument's units."""

from interlock.messages.alarms import CancelsDeferred, MarketDoubted
from interlock.messages.events import (
    ActionCleared,
    ActionFinished,
    CancelRequested,
    CommandRefused,
    DecisionJudged,
    Event,
    FillBusted,
    FillCorrected,
    HaltLifted,
    HaltTripped,
    InvariantBroken,
    OrderAccepted,
    OrderCancelled,
    OrderCleared,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderUnknown,
    ReplaceRequested,
    ReportIgnored,
    RequestPending,
    RequestRejected,
)
from interlock.messages.findings import count_of, objections_of
from interlock.messages.identity import order_text
from interlock.messages.reasons import NONE, reason_name
from interlock.messages.terms import (
    LIQUIDITY,
    ORDER_TYPES,
    REPORT_KINDS,
    SEVERITIES,
    SIDES,
    TIMES_IN_FORCE,
    name_of,
)
from interlock.messages.units import OrderId
from interlock.monitoring.approval_words import approval_words
from interlock.monitoring.context import Context
from interlock.monitoring.feedback_words import feedback_event_words
from interlock.monitoring.figures import moment
from interlock.monitoring.reconciliation_words import reconciliation_words
from interlock.monitoring.venue_words import venue_event_words
from interlock.monitoring.work_words import work_event_words


def event_words(context: Context, event: Event) -> str:
    """This is an event as a sentence; what came from outside in it is not cleaned."""
    if isinstance(event, DecisionJudged):
        return _judged(event)
    if isinstance(event, OrderCleared):
        return _cleared(context, event)
    if isinstance(event, ActionCleared):
        return f"action {order_text(event.action)} {event.name} passed the gate"
    if isinstance(event, ActionFinished):
        ended = "was carried out" if event.succeeded else "failed"
        return f"action {order_text(event.action)} {ended}{_said(event.text)}"
    if isinstance(event, HaltTripped):
        what = "may only reduce" if event.reduce_only else "is stopped"
        return f"{event.scope} {what}, by {event.by}{_said(event.text)}"
    if isinstance(event, HaltLifted):
        return f"{event.scope} may trade again, by {event.by}{_said(event.text)}"
    if isinstance(event, CommandRefused):
        return f"refused: {reason_name(event.reason)}{_said(event.text)}"
    if isinstance(event, InvariantBroken):
        return f"invariant {event.name} of {event.owner} is broken: {event.text}"
    if isinstance(event, CancelsDeferred):
        return f"the rest of what works on {event.scope} is asked for by the commands that follow"
    if isinstance(event, MarketDoubted):
        where = f"{event.instrument} at {event.venue}"
        until = "a person looks" if event.until_ns < 0 else moment(event.until_ns).text
        return f"{where} jumped {event.observed} bp, allowed {event.bound}: in doubt until {until}"
    said = reconciliation_words(context, event) or approval_words(event)
    said = said or work_event_words(context, event)
    said = said or feedback_event_words(event)
    said = said or venue_event_words(context, event)
    return said or f"{order_text(order_of(event))} {_order_words(context, event)}"


def order_of(event: Event) -> OrderId:
    """The order that an event is about; -1 when it is about none."""
    order: OrderId = getattr(event, "order", -1)
    return order


def _judged(event: DecisionJudged) -> str:
    reason = f" {reason_name(event.reason)}" if event.reason != NONE else ""
    failed = len(objections_of(event))
    verdict = f"decision {event.decision}: {name_of(SEVERITIES, event.severity)}{reason}"
    return f"{verdict}; {count_of(event)} findings, {failed} of them objections"


def _cleared(context: Context, event: OrderCleared) -> str:
    symbol = event.instrument
    amount = context.units.at(symbol, event.quantity, event.price)
    order_type = name_of(ORDER_TYPES, event.order_type).replace("_", " ")
    parts = [
        f"{order_text(event.order)} cleared: {name_of(SIDES, event.side)} {symbol} {amount}",
        order_type,
        name_of(TIMES_IN_FORCE, event.time_in_force),
    ]
    if event.post_only:
        parts.append("post-only")
    if event.reduce_only:
        parts.append("reduce-only")
    return ", ".join(parts) + f", to {event.venue} for account {event.account}"


def _order_words(context: Context, event: Event) -> str:
    units = context.units
    symbol = context.instrument_of(order_of(event))
    if isinstance(event, OrderFilled):
        fee = f", fee {units.money(symbol, event.fee)}" if event.fee else ""
        who = f", {name_of(LIQUIDITY, event.liquidity)}" if event.liquidity else ""
        return f"filled {units.at(symbol, event.quantity, event.price)}{fee}{who}" + (
            f", execution {event.execution_id}"
        )
    if isinstance(event, OrderAccepted):
        known = f" as {event.venue_order_id}" if event.venue_order_id else ""
        return f"works at the venue{known}"
    if isinstance(event, OrderRejected):
        return f"rejected: {reason_name(event.reason)}{_said(event.text)}"
    if isinstance(event, OrderCancelled):
        return f"cancelled: {reason_name(event.reason)}"
    if isinstance(event, OrderExpired):
        return "is done for the day" if event.done_for_day else "expired"
    if isinstance(event, OrderUnknown):
        return f"is unknown: {reason_name(event.reason)}; its exposure stays reserved"
    if isinstance(event, OrderRestated):
        return f"works with {units.quantity(symbol, event.quantity)}, the venue says again"
    if isinstance(event, ReportIgnored):
        about = f" {name_of(REPORT_KINDS, event.kind)}" if event.kind else ""
        return f"report{about} ignored: {reason_name(event.reason)}"
    return _request_words(context, event, symbol)


def _request_words(context: Context, event: Event, symbol: str) -> str:
    units = context.units
    if isinstance(event, CancelRequested):
        asker = f"{event.decision}, {reason_name(event.reason)}"
        return f"asked back from {event.venue}, by {asker}"
    if isinstance(event, ReplaceRequested):
        amount = units.at(symbol, event.quantity, event.price)
        return f"asked of {event.venue} as {amount}, revision {event.revision}, by {event.decision}"
    if isinstance(event, OrderReplaced):
        amount = units.at(symbol, event.quantity, event.price)
        return f"is now {amount}, revision {event.revision}"
    if isinstance(event, RequestPending):
        return f"is being worked on: {name_of(REPORT_KINDS, event.kind)}"
    if isinstance(event, RequestRejected):
        reason = f" {reason_name(event.reason)}" if event.reason != NONE else ""
        return f"stays as it is: {name_of(REPORT_KINDS, event.kind)}{reason}{_said(event.text)}"
    if isinstance(event, FillBusted):
        return f"lost the fill {event.execution_id}: the venue took it back"
    assert isinstance(event, FillCorrected), f"an event without words: {event!r}"
    amount = units.at(symbol, event.quantity, event.price)
    return f"fill {event.corrected_id} is now {event.execution_id}: {amount}"


def _said(text: str) -> str:
    return f" “{text}”" if text else ""
