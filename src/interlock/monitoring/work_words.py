"""Large orders in words: what was asked, said and concluded of them, in the instrument's units."""

from interlock.inputs.moments import moment_text
from interlock.messages.commands import Command
from interlock.messages.decisions import WorkOrder
from interlock.messages.events import Event
from interlock.messages.reasons import reason_name
from interlock.messages.terms import (
    ALGORITHMS,
    HOLD,
    SEVERITIES,
    SIDES,
    STYLES,
    WORK_WORDS,
    name_of,
)
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from interlock.messages.works import (
    ChangeWork,
    SetVolumeCurve,
    SliceJudged,
    SliceWithheld,
    WorkEnded,
    WorkHurried,
    WorkPaused,
    WorkResumed,
    WorkStarted,
)
from interlock.monitoring.context import Context
from interlock.monitoring.figures import Units


def work_order_words(units: Units, order: WorkOrder) -> str:
    """This is what a source wants worked, as a phrase."""
    symbol = order.instrument
    size = units.quantity(symbol, order.quantity)
    parts = [
        f"work {name_of(SIDES, order.side)} {size.text} {symbol} by"
        f" {name_of(ALGORITHMS, order.algorithm)}",
        f"every {order.interval_ns // NS_PER_MS} ms",
        name_of(STYLES, order.style),
    ]
    if order.starts_ns:
        parts.append(f"from {moment_text(order.starts_ns)}")
    parts.append(f"until {moment_text(order.ends_ns)}")
    if order.price:
        parts.append(f"not beyond {units.price_text(symbol, order.price)}")
    if order.participation_ppm:
        parts.append(f"at most {order.participation_ppm} ppm of the volume")
    if order.slice_max:
        parts.append(f"children of at most {units.quantity(symbol, order.slice_max).text}")
    if order.half_life_ns:
        parts.append(f"half-life {order.half_life_ns // NS_PER_SECOND} s")
    if order.reduce_only:
        parts.append("reduce-only")
    return ", ".join(parts)


def work_command_words(command: Command) -> str:
    """This is what was said of volume or of a work; empty for other commands."""
    if isinstance(command, ChangeWork):
        word = name_of(WORK_WORDS, command.word)
        return f"{command.by}: {word} the work of decision {command.decision}{_said(command.text)}"
    if isinstance(command, SetVolumeCurve):
        count, step = len(command.volumes), command.bucket_ns // NS_PER_SECOND
        return f"{command.by}: volume curve of {command.instrument}, {count} buckets of {step} s"
    return ""


def work_event_words(context: Context, event: Event) -> str:
    """This is what was concluded of a work; empty for other events."""
    if isinstance(event, WorkStarted):
        words = work_order_words(context.units, event.plan)
        return f"decision {event.decision} is worked: {words}"
    if isinstance(event, SliceJudged):
        return slice_words(context, event)
    if isinstance(event, SliceWithheld):
        why = reason_name(event.reason)
        return f"work {event.decision} asks for nothing though {event.due} lots are due: {why}"
    if isinstance(event, WorkPaused):
        by = f" by {event.by}" if event.by else ""
        return (
            f"work {event.decision} is paused{by}: {reason_name(event.reason)}{_said(event.text)}"
        )
    if isinstance(event, WorkResumed):
        return f"work {event.decision} goes on, by {event.by}{_said(event.text)}"
    if isinstance(event, WorkHurried):
        return f"work {event.decision} is to finish now, by {event.by}{_said(event.text)}"
    if isinstance(event, WorkEnded):
        by = f" by {event.by}" if event.by else ""
        return (
            f"work {event.decision} has ended{by}: {reason_name(event.reason)}, {event.filled} lots"
            f" filled, {event.open} still open{_said(event.text)}"
        )
    return ""


def slice_words(context: Context, event: SliceJudged) -> str:
    """What a schedule knew and chose, and what the gate said of it."""
    verdict = event.verdict
    symbol = verdict.lines[0].instrument if verdict.lines else ""
    quantity = context.units.quantity
    bounded = f" ({reason_name(event.reason)})" if event.reason else ""
    said = name_of(SEVERITIES, verdict.severity)
    if verdict.severity >= HOLD:
        said = f"{said} {reason_name(verdict.reason)}"
    return (
        f"slice {event.slice} of work {event.decision}: due {quantity(symbol, event.due).text},"
        f" filled {quantity(symbol, event.filled).text}, working"
        f" {quantity(symbol, event.open).text}, market traded"
        f" {quantity(symbol, event.volume).text}; asks for"
        f" {quantity(symbol, event.chosen).text}{bounded}: {said}"
    )


def _said(text: str) -> str:
    return f" “{text}”" if text else ""
