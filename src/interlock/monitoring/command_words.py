"""Commands in words: one line each, in the instrument's units."""

from interlock.messages.commands import (
    ActivateRelease,
    CloseSession,
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    Halt,
    LiftHalt,
    NoteFeedFault,
    NoteRefusedInput,
    NoteShed,
    NoteTrade,
    NoteVenueLink,
    OpenSession,
    ProposeDecision,
    ReportAction,
    ReportOrder,
    ServeQueue,
    SetInstrumentStatus,
    SetLimit,
    SetReferenceRate,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.identity import order_text
from interlock.messages.reasons import reason_name
from interlock.messages.terms import (
    FEED_FAULTS,
    LANES,
    LIQUIDITY,
    RELEASE_STATES,
    REPORT_KINDS,
    REPORT_REPLACED,
    REPORT_SILENCE,
    SIDES,
    SOURCE_KINDS,
    STATUSES,
    name_of,
)
from interlock.messages.units import NS_PER_SECOND, Lots, Ticks
from interlock.monitoring.action_words import action_words
from interlock.monitoring.approval_words import approval_command_words, limit_words
from interlock.monitoring.context import Context
from interlock.monitoring.feedback_words import feedback_command_words
from interlock.monitoring.reconciliation_words import statement_words
from interlock.monitoring.venue_words import venue_command_words
from interlock.monitoring.work_words import work_command_words


def command_words(context: Context, command: Command) -> str:
    """This is a command as a sentence; what came from outside in it is not cleaned."""
    if isinstance(command, UpdateQuote):
        bid, ask = (command.bid, command.bid_quantity), (command.ask, command.ask_quantity)
        return _touch(context, command.instrument, command.venue, bid, ask)
    if isinstance(command, UpdateLadder):
        bid = command.bids[0] if command.bids else (0, 0)
        ask = command.asks[0] if command.asks else (0, 0)
        touch = _touch(context, command.instrument, command.venue, bid, ask)
        return f"{touch}; {len(command.bids)} bids, {len(command.asks)} asks"
    if isinstance(command, NoteTrade):
        amount = context.units.at(command.instrument, command.quantity, command.price)
        side = f", {name_of(SIDES, command.aggressor)} took" if command.aggressor else ""
        return f"{command.instrument} at {command.venue}: {amount} traded{side}"
    if isinstance(command, ProposeDecision):
        decision = command.decision
        return f"{decision.source}:{decision.key}: {action_words(context, decision.action)}"
    if isinstance(command, ServeQueue):
        return f"judge up to {command.count_max} waiting decisions"
    if isinstance(command, ReportOrder):
        return report_words(context, command)
    if isinstance(command, ReportAction):
        ended = "done" if command.succeeded else "failed"
        return f"action {order_text(command.action)}: {ended}{_said(command.text)}"
    return statement_words(command) or _rarer_words(command)


def _touch(
    context: Context,
    symbol: str,
    venue: str,
    bid: tuple[Ticks, Lots],
    ask: tuple[Ticks, Lots],
) -> str:
    sides = [
        context.units.at(symbol, quantity, price) if quantity else "none"
        for price, quantity in (bid, ask)
    ]
    return f"{symbol} at {venue}: bid {sides[0]}, ask {sides[1]}"


def report_words(context: Context, report: ReportOrder) -> str:
    """This is what a venue said about an order."""
    if report.kind == REPORT_SILENCE:
        return f"{report.venue} has not answered for {order_text(report.order)}"
    symbol = context.instrument_of(report.order)
    kind = name_of(REPORT_KINDS, report.kind)
    parts = [f"{report.venue} says of {order_text(report.order)}: {kind}"]
    if report.quantity or report.price:
        parts.append(context.units.at(symbol, report.quantity, report.price))
    if report.fee:
        parts.append(f"fee {context.units.money(symbol, report.fee)}")
    if report.liquidity:
        parts.append(name_of(LIQUIDITY, report.liquidity))
    if report.execution_id:
        parts.append(f"execution {report.execution_id}")
    if report.reference:
        parts.append(f"about execution {report.reference}")
    if report.revision or report.kind == REPORT_REPLACED:
        parts.append(f"revision {report.revision}")
    if report.venue_order_id:
        parts.append(f"known there as {report.venue_order_id}")
    if report.reason:
        parts.append(reason_name(report.reason))
    if report.text:
        parts.append(f"“{report.text}”")
    return ", ".join(parts)


def _rarer_words(command: Command) -> str:
    if isinstance(command, NoteFeedFault):
        fault = name_of(FEED_FAULTS, command.fault)
        where = f"{command.instrument} at {command.venue}"
        return f"{where}: {fault} x {command.count}{_said(command.text)}"
    if isinstance(command, NoteVenueLink):
        what = "connected" if command.is_connected else "not connected"
        return f"{command.venue}: {what}{_said(command.text)}"
    if isinstance(command, Halt):
        what = "let only reducing orders through in" if command.reduce_only else "stop"
        also = " and cancel what works there" if command.cancel_working else ""
        return f"{command.by}: {what} {command.scope}{also}{_said(command.text)}"
    if isinstance(command, LiftHalt):
        trip = f", tripped by command {command.trip}," if command.trip else ""
        under = f" under {len(command.limits)} tighter limits" if command.limits else ""
        return f"{command.by}: let {command.scope}{trip} trade again{under}{_said(command.text)}"
    if isinstance(command, NoteRefusedInput):
        return f"refused at {command.channel}: {command.text} (digest {command.digest})"
    if isinstance(command, NoteShed):
        parts = [
            f"{count} of {LANES[lane]}{f' from {source}' if source else ''}: {reason_name(reason)}"
            for lane, source, reason, count in command.shed
        ]
        return f"not taken at the door: {'; '.join(parts)}"
    if isinstance(command, SetInstrumentStatus):
        status = name_of(STATUSES, command.status)
        return f"{command.by}: {command.instrument} is {status}{_said(command.text)}"
    if isinstance(command, OpenSession):
        return f"session {command.name} ({command.session_id}), seed {command.seed}, routing " + (
            f"{command.routing}, version {command.code_version}"
        )
    if isinstance(command, CloseSession):
        return f"{command.by}: close{_said(command.text)}"
    return _definition_words(command)


def _definition_words(command: Command) -> str:
    if isinstance(command, SetLimit):
        limit = command.limit
        return f"{command.by}: {limit_words(limit)}{_said(limit.reason)}"
    if isinstance(command, SetReferenceRate):
        base, quote = command.base, command.quote
        worth = f"{command.denominator} of {base} are worth {command.numerator} of {quote}"
        seconds = command.valid_ns // NS_PER_SECOND
        return f"{command.by}: smallest units: {worth}, valid for {seconds} s"
    if isinstance(command, ActivateRelease):
        state = name_of(RELEASE_STATES, command.state)
        return f"{command.by}: release {command.release} epoch {command.epoch} is {state}"
    if isinstance(command, DefineInstrument):
        made = command.instrument
        tick, lot = made.price_text(1), made.quantity_text(1)
        return f"{made.symbol} in {made.currency}: tick {tick}, lot {lot}"
    if isinstance(command, DefineVenue):
        return f"{command.venue.name}: {', '.join(command.venue.instruments)}"
    if isinstance(command, DefineAccount):
        currencies = ", ".join(currency for currency, _, _ in command.account.cash)
        return f"{command.account.name}: {currencies or 'no cash'}"
    if isinstance(command, DefineSource):
        source = command.source
        kind, symbols = name_of(SOURCE_KINDS, source.kind), ", ".join(source.instruments)
        return f"{source.name}, source of kind {kind}, for account {source.account}: {symbols}"
    said = approval_command_words(command) or work_command_words(command)
    said = said or feedback_command_words(command) or venue_command_words(command)
    return said or "time passes"


def _said(text: str) -> str:
    return f" “{text}”" if text else ""
