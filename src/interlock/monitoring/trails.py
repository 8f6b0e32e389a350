"""Trails: what happened to one order, step by step, while a journal is read.

A step is one command with everything that it led to for this order. The order's record in the
ledger says how it then stood.
"""

from typing import Final

from interlock.journal.plain import plain
from interlock.ledger.orders import OrderRecord
from interlock.messages.commands import Command, ReportAction, ReportOrder
from interlock.messages.events import (
    Event,
    FillBusted,
    FillCorrected,
    OrderCleared,
    OrderFilled,
)
from interlock.messages.terms import LIQUIDITY, ORDER_STATUSES, UNKNOWN, name_of
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks
from interlock.monitoring.command_words import command_words
from interlock.monitoring.context import Context
from interlock.monitoring.event_words import event_words
from interlock.monitoring.figures import moment
from interlock.monitoring.kinds import KIND_NAMES
from interlock.monitoring.story import Conclusion, Step

COUNTED: Final = "counted"
BUSTED: Final = "busted"
CORRECTED: Final = "corrected"


class TrailFill:
    """One execution, and whether it still counts."""

    def __init__(
        self,
        address: str,
        time_ns: Nanoseconds,
        execution_id: str,
        quantity: Lots,
        price: Ticks,
        fee: Minor,
        liquidity: int,
        is_late: bool,
    ) -> None:
        self.address: Final = address
        self.time_ns: Final = time_ns
        self.execution_id: Final = execution_id
        self.quantity: Final = quantity
        self.price: Final = price
        self.fee: Final = fee
        self.liquidity: Final = name_of(LIQUIDITY, liquidity)
        self.is_late: Final = is_late
        self.state = COUNTED


class Trail:
    """The steps of one order."""

    def __init__(self, order: OrderId, record: OrderRecord, since_ns: Nanoseconds) -> None:
        self.order: Final = order
        self.record: Final = record
        self.cleared: OrderCleared | None = None
        """None for an order that another decision made."""
        self.steps: list[Step] = []
        self.fills: dict[str, TrailFill] = {}
        self.ended_ns: Nanoseconds = -1
        self._last_ns = since_ns
        self._was_over = False

    def begin_step(
        self,
        context: Context,
        sequence: Sequence,
        time_ns: Nanoseconds,
        command: Command,
        words: str = "",
    ) -> Step:
        """This opens the step of a command, or gives the one that is open already."""
        if self.steps and self.steps[-1].sequence == sequence:
            return self.steps[-1]
        is_about_order = isinstance(command, ReportOrder | ReportAction)
        symbol = self.record.instrument.symbol
        step = Step(
            sequence=sequence,
            time=moment(time_ns),
            since_ns=time_ns - self._last_ns,
            kind=KIND_NAMES[type(command)],
            words=words or command_words(context, command),
            fields=_fields(command) if is_about_order else {},
            concluded=[],
            status="",
            filled=context.units.quantity(symbol, 0),
            leaves=context.units.quantity(symbol, 0),
        )
        self._last_ns = time_ns
        self._was_over = not self.record.is_open()
        self.steps.append(step)
        return step

    def conclude(self, context: Context, address: str, time_ns: Nanoseconds, event: Event) -> None:
        """This adds an event to the open step."""
        self.steps[-1].concluded.append(
            Conclusion(
                address=address,
                kind=KIND_NAMES[type(event)],
                words=event_words(context, event),
                fields=_fields(event),
            )
        )
        if isinstance(event, OrderFilled):
            self._fill(address, time_ns, event, event.liquidity)
        elif isinstance(event, FillBusted):
            if event.execution_id in self.fills:
                self.fills[event.execution_id].state = BUSTED
        elif isinstance(event, FillCorrected):
            before = self.fills.get(event.corrected_id)
            if before is not None:
                before.state = CORRECTED
            self._fill(address, time_ns, event, 0)

    def _fill(
        self,
        address: str,
        time_ns: Nanoseconds,
        event: OrderFilled | FillCorrected,
        liquidity: int,
    ) -> None:
        self.fills[event.execution_id] = TrailFill(
            address,
            time_ns,
            event.execution_id,
            event.quantity,
            event.price,
            event.fee,
            liquidity,
            self._was_over,
        )

    def end_step(self, context: Context) -> None:
        """This notes how the order stands after the open step."""
        record, step = self.record, self.steps[-1]
        symbol = record.instrument.symbol
        step.status = name_of(ORDER_STATUSES, record.status)
        step.filled = context.units.quantity(symbol, record.filled)
        step.leaves = context.units.quantity(symbol, record.leaves())
        if record.is_open():
            self.ended_ns = -1
        elif self.ended_ns < 0:
            self.ended_ns = step.time.ns

    def was_unknown(self) -> bool:
        """True when nobody could say, at some time, what had become of it."""
        return any(step.status == ORDER_STATUSES[UNKNOWN] for step in self.steps)


def _fields(message: Command | Event) -> dict[str, object]:
    fields = plain(message)
    assert isinstance(fields, dict), f"{message!r} has no fields"
    return fields
