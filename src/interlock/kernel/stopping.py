"""Stopping: halts latch, cancel what works in their scope, are lifted by someone else (law 9)."""

from typing import Final

from interlock.kernel.recorder import Recorder
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.limits import FIRM, covers
from interlock.ledger.orders import OrderRecord
from interlock.messages.commands import Halt, LiftHalt
from interlock.messages.events import CancelRequested, CommandRefused, HaltLifted, HaltTripped
from interlock.messages.reasons import HALT_CANCEL, MALFORMED, NOTHING_TO_DO, SAME_PERSON
from interlock.messages.terms import UNKNOWN

# A venue that refuses this often will not be asked by us alone: a person must call it.
HALT_CANCELS_MAX: Final = 8


def trip_halt(ledger: Ledger, recorder: Recorder, command: Halt) -> None:
    """This stops a scope. A scope that does not exist is refused: whoever asked must not believe
    that something stands still that does not.
    """
    if not scope_exists(ledger, command.scope):
        text = (
            f"was {command.scope!r}, must be firm or account:, source:, instrument: or venue: and a"
            " name that this session defines"
        )
        recorder.conclude(CommandRefused(MALFORMED, text))
        return
    recorder.conclude(HaltTripped(command.scope, command.by, command.reduce_only, command.text))
    if command.cancel_working:
        cancel_working(ledger, recorder, command.scope)


def cancel_working(ledger: Ledger, recorder: Recorder, scope: str) -> None:
    """This asks for every open order in a scope back, unthrottled (law 6)."""
    covered = [
        order
        for order in ledger.orders.open.values()
        if is_possible(order.status, ASK_CANCEL)
        and covers(
            scope,
            order.position.account.name,
            order.source.name,
            order.instrument.symbol,
            order.venue.name,
        )
    ]
    for order in covered:
        recorder.conclude(
            CancelRequested(order.order, order.venue.name, ledger.sequence, HALT_CANCEL)
        )


def cancel_again(ledger: Ledger, recorder: Recorder, order: OrderRecord) -> None:
    """This asks once more for an order that a halt asked for in vain and that came back, while a
    halt covers it, at most `HALT_CANCELS_MAX` times in all."""
    if not 0 < order.halt_cancels < HALT_CANCELS_MAX or not order.is_open():
        return
    if order.status == UNKNOWN or not is_possible(order.status, ASK_CANCEL):
        return
    account, source = order.position.account.name, order.source.name
    for scope, halt in ledger.halts.items():
        if covers(scope, account, source, order.instrument.symbol, order.venue.name):
            recorder.conclude(
                CancelRequested(order.order, order.venue.name, halt.sequence, HALT_CANCEL)
            )
            return


def lift_halt(ledger: Ledger, recorder: Recorder, command: LiftHalt) -> None:
    """This lets a scope trade again, when someone other than whoever tripped it asks."""
    halt = ledger.halts.get(command.scope)
    if halt is None:
        recorder.conclude(CommandRefused(NOTHING_TO_DO, f"no halt stands on {command.scope!r}"))
    elif command.by in halt.trippers:
        text = f"{command.by} tripped the halt on {command.scope} and someone else must lift it"
        recorder.conclude(CommandRefused(SAME_PERSON, text))
    else:
        recorder.conclude(HaltLifted(command.scope, command.by, command.text))


def scope_exists(ledger: Ledger, scope: str) -> bool:
    """This says whether this session defines what a scope names."""
    if scope == FIRM:
        return True
    kind, _, name = scope.partition(":")
    if kind == "account":
        return name in ledger.accounts
    if kind == "source":
        return name in ledger.sources
    if kind == "instrument":
        return name in ledger.instruments
    return kind == "venue" and name in ledger.venues
