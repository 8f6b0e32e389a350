"""Stopping: halts latch, cancel what works in their scope, are lifted by someone else (law 9)."""

from typing import Final

from interlock.kernel.cancelling import defer_cancels, request_cancels
from interlock.kernel.doubting import doubt_in
from interlock.kernel.recorder import Recorder
from interlock.kernel.tightening import filled_in, is_complete, is_tighter
from interlock.ledger import people
from interlock.ledger.halting import DECISION, covers_order
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.limits import FIRM
from interlock.ledger.orders import OrderRecord
from interlock.messages.approvals import HoldRefused, LimitChanged
from interlock.messages.commands import Halt, LiftHalt, SetReferenceRate
from interlock.messages.definitions import Limit
from interlock.messages.events import CancelRequested, CommandRefused, HaltLifted, HaltTripped
from interlock.messages.reasons import (
    HALT_CANCEL,
    HALTED,
    LIMIT_LOOSER,
    MALFORMED,
    NOT_A_PERSON,
    NOT_RECONCILED,
    NOTHING_TO_DO,
    SAME_PERSON,
    TRIP_NOT_NAMED,
)
from interlock.messages.terms import UNKNOWN

# A venue that refuses this often will not be asked by us alone: a person must call it.
HALT_CANCELS_MAX: Final = 8


def trip_halt(ledger: Ledger, recorder: Recorder, command: Halt) -> None:
    """This stops a scope. A scope that does not exist is refused: whoever asked must not believe
    that something stands still that does not.
    """
    if not scope_exists(ledger, command.scope):
        text = (
            f"was {command.scope!r}, must be firm or account:, source:, instrument:, venue:,"
            " release: or decision: and what this session knows by that name"
        )
        recorder.conclude(CommandRefused(MALFORMED, text))
        return
    cancels = command.cancel_working
    # Before it was kept, every halt was taken for one that cancels.
    kept = cancels or not ledger.is_kept_by_us
    recorder.conclude(
        HaltTripped(command.scope, command.by, command.reduce_only, command.text, kept)
    )
    if cancels:
        cancel_working(ledger, recorder, command.scope)
    if ledger.is_strict:
        _end_hold(ledger, recorder, command)


def _end_hold(ledger: Ledger, recorder: Recorder, command: Halt) -> None:
    """A decision that is halted while people are asked about it waits no more."""
    kind, _, name = command.scope.partition(":")
    if kind == DECISION and ledger.holds.find(int(name)) is not None:
        recorder.conclude(HoldRefused(int(name), HALTED, command.by, command.text))


def trip_by_control(
    ledger: Ledger, recorder: Recorder, limit: Limit, source: str, seen: str = ""
) -> None:
    """This stops the scope of a limit whose breach halts, or lets it only reduce where the limit
    says so. One that stands by the same control is left as it is: what was refused because of it
    trips nothing again."""
    by = f"control:{limit.control}"
    halt = ledger.halts.get(limit.scope)
    if halt is not None and by in halt.trippers:
        return
    where = limit.instrument or limit.currency
    text = f"its limit{' for ' if where else ''}{where} was breached{seen}: {limit.reason}"
    # Before it was kept, nobody asked whose decision it was.
    source = source if ledger.is_strict else ""
    reduce_only = limit.answer.reduce_only
    recorder.conclude(HaltTripped(limit.scope, by, reduce_only, text, True, source))
    cancel_working(ledger, recorder, limit.scope, reduce_only)


def cancel_working(
    ledger: Ledger, recorder: Recorder, scope: str, spares_reducing: bool = False
) -> None:
    """This asks for every open order in a scope back, unthrottled (law 6); what may only reduce
    can be left to."""
    covered = [
        order
        for order in ledger.orders.open.values()
        if is_possible(order.status, ASK_CANCEL)
        and covers_order(scope, order, ledger.is_strict)
        and not (spares_reducing and order.reduce_only)
    ]
    if not request_cancels(recorder, covered, HALT_CANCEL, ledger.sequence):
        defer_cancels(
            recorder, scope, HALT_CANCEL, ledger.sequence, spares_reducing=spares_reducing
        )


def cancel_again(ledger: Ledger, recorder: Recorder, order: OrderRecord) -> None:
    """This asks once more for an order that came back although a halt wants it, while one that
    cancels covers it, at most `HALT_CANCELS_MAX` times in all."""
    if not 0 < order.halt_cancels < HALT_CANCELS_MAX or not order.is_open():
        return
    if order.status == UNKNOWN or not is_possible(order.status, ASK_CANCEL):
        return
    for scope, halt in ledger.halts.items():
        if halt.cancels and covers_order(scope, order, ledger.is_strict):
            recorder.conclude(
                CancelRequested(order.order, order.venue.name, halt.sequence, HALT_CANCEL)
            )
            return


def lift_halt(ledger: Ledger, recorder: Recorder, command: LiftHalt) -> None:
    """This lets a scope trade again, when someone asks who did not trip it and names the trip, and
    sets the tighter limits that come with it."""
    halt = ledger.halts.get(command.scope)
    if halt is None:
        text = f"no halt stands on {command.scope!r}"
        recorder.conclude(CommandRefused(NOTHING_TO_DO, text))
        return
    if halt.is_tripper(command.by, ledger.is_strict):
        text = f"{command.by} tripped the halt on {command.scope} and someone else must lift it"
        recorder.conclude(CommandRefused(SAME_PERSON, text))
        return
    if ledger.is_kept_by_us and not is_person(ledger, command.by):
        text = f"{command.by} is a source that is no person, and a person must lift a halt"
        recorder.conclude(CommandRefused(NOT_A_PERSON, text))
        return
    if ledger.is_kept_by_us and command.trip != halt.last_sequence:
        text = (
            f"was trip {command.trip}, must be {halt.last_sequence}: the command that tripped the"
            f" halt on {command.scope} last"
        )
        recorder.conclude(CommandRefused(TRIP_NOT_NAMED, text))
        return
    doubt = doubt_in(ledger, command.scope) if ledger.is_strict else ""
    if doubt != "":
        recorder.conclude(CommandRefused(NOT_RECONCILED, doubt))
        return
    limits = [filled_in(limit, ledger.limits.find(limit)) for limit in command.limits]
    for limit in limits:
        before = ledger.limits.find(limit)
        if before is None or not is_complete(limit) or not is_tighter(limit, before):
            text = f"{limit.control} on {limit.scope} would not be tighter than what holds"
            recorder.conclude(CommandRefused(LIMIT_LOOSER, text))
            return

    # From here on the scope trades again.
    for limit in limits:
        before = ledger.limits.find(limit)
        if before != limit:
            recorder.conclude(
                LimitChanged(limit, before, command.by, command.text, "", ledger.sequence)
            )
    recorder.conclude(HaltLifted(command.scope, command.by, command.text))


def is_person(ledger: Ledger, by: str) -> bool:
    """Whether a name may stand for a person: a model or an agent never approves (it may stop)."""
    return people.is_person(ledger.sources, by, ledger.is_strict)


def refuse_rate(ledger: Ledger, recorder: Recorder, command: SetReferenceRate) -> None:
    """A rate opens limits on what is held in other currencies: no source that is no person says
    one. The ledger has passed it over."""
    if not is_person(ledger, command.by):
        text = f"{command.by} is a source that is no person, and only people say rates"
        recorder.conclude(CommandRefused(NOT_A_PERSON, text))


def scope_exists(ledger: Ledger, scope: str) -> bool:
    """Whether a scope names something that this session knows."""
    if scope == FIRM:
        return True
    kind, _, name = scope.partition(":")
    if kind == "account":
        return name in ledger.accounts
    if kind == "source":
        return name in ledger.sources
    if kind == "instrument":
        return name in ledger.instruments
    if kind == DECISION:
        if not name.isdecimal() or len(name) > 13:
            return False
        if ledger.is_strict and name != str(int(name)):
            # What is not written as it is compared would stop nothing.
            return False
        is_waiting = ledger.is_strict and ledger.proposed(int(name)) is not None
        return is_waiting or int(name) in ledger.orders.parents
    if kind == "release":
        return name in ledger.releases
    return kind == "venue" and name in ledger.venues
