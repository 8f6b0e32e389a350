"""Differing: how a difference is concluded, and what is stopped for one that no rule resolves."""

from typing import Final, final

from interlock.kernel.recorder import Recorder
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import DOUBT, is_possible
from interlock.ledger.orders import OrderRecord
from interlock.ledger.rounds import TradedRecord
from interlock.messages.differences import (
    ASKED,
    DROP_COPY_DIFFERS,
    FILL_DIFFERS,
    HALTED,
    IGNORED,
    STANDING,
    TAKEN,
    DifferenceFound,
    DifferenceSettled,
    difference_name,
)
from interlock.messages.events import HaltTripped, OrderUnknown
from interlock.messages.reasons import NOT_AS_STATED
from interlock.messages.statements import CHANNEL_DROP_COPY
from interlock.messages.terms import UNKNOWN
from interlock.messages.units import Lots, Sequence

BY_RECONCILIATION: Final = "reconciliation"
"""Who trips the halts: any person may lift them."""


@final
class Differences:
    """Concludes differences of one page of one venue's statement."""

    def __init__(
        self, ledger: Ledger, recorder: Recorder, venue: str, channel: int, question: Sequence
    ) -> None:
        self.ledger: Final = ledger
        self.recorder: Final = recorder
        self.venue: Final = venue
        self.channel: Final[int] = channel
        self.question: Final[Sequence] = question

    def of_statement(self, kind: int, text: str) -> None:
        """Something of the statement cannot be used."""
        self.recorder.conclude(
            DifferenceFound(
                kind, self.venue, self.channel, self.question, 0, "", "", 0, 0, IGNORED, "", text
            )
        )

    def of_order(
        self, kind: int, order: OrderRecord, ours: int, theirs: int, resolution: int, text: str
    ) -> None:
        """An order is otherwise there, and a rule says what follows."""
        self._found(kind, order, ours, theirs, resolution, "", text)

    def _found(
        self,
        kind: int,
        order: OrderRecord,
        ours: int,
        theirs: int,
        resolution: int,
        scope: str,
        text: str,
    ) -> None:
        self.recorder.conclude(
            DifferenceFound(
                kind,
                self.venue,
                self.channel,
                self.question,
                order.order,
                order.position.account.name,
                order.instrument.symbol,
                ours,
                theirs,
                resolution,
                scope,
                text,
            )
        )

    def stop_order(
        self, kind: int, order: OrderRecord, ours: int, theirs: int, scope: str, text: str
    ) -> None:
        """An order is otherwise there and no rule resolves it: its scope stops, once."""
        if order.difference == kind:
            self._found(kind, order, ours, theirs, STANDING, scope, text)
            return
        self._found(kind, order, ours, theirs, HALTED, scope, text)
        self.halt(scope, kind, text)

    def doubt(self, kind: int, order: OrderRecord, ours: int, theirs: int, text: str) -> None:
        """An order is otherwise there, and its venue is asked about it. Where its life does not
        allow that, its instrument stops."""
        if order.status == UNKNOWN:
            resolution = STANDING if order.difference == kind else ASKED
            self._found(kind, order, ours, theirs, resolution, "", text)
            return
        if not is_possible(order.status, DOUBT):
            self.stop_order(kind, order, ours, theirs, scope_of(order), text)
            return
        self._found(kind, order, ours, theirs, ASKED, "", text)
        self.recorder.conclude(OrderUnknown(order.order, NOT_AS_STATED))

    def stop_copied(self, order: OrderRecord, theirs: int, scope: str, text: str) -> None:
        """The venue was asked about an execution that only the drop copy has, and still lacks it:
        the scope stops."""
        is_new = self.halt(scope, DROP_COPY_DIFFERS, text)
        resolution = HALTED if is_new else STANDING
        self._found(DROP_COPY_DIFFERS, order, 0, theirs, resolution, scope, text)

    def equal_order(self, order: OrderRecord) -> None:
        """An order is there as it is here."""
        if order.difference not in (0, FILL_DIFFERS):
            self._settled(order.order, order.position.account.name, order.instrument.symbol)

    def _settled(self, order: int, account: str, instrument: str) -> None:
        self.recorder.conclude(
            DifferenceSettled(self.venue, self.channel, self.question, order, account, instrument)
        )

    def of_position(
        self,
        kind: int,
        account: str,
        instrument: str,
        traded: TradedRecord | None,
        ours: Lots,
        theirs: Lots,
        text: str,
    ) -> None:
        """A net position is another one. What is found once may be on its way; what is found twice
        stops the account, and what has stopped it stays found until it is equal."""
        before: Lots = 0
        if traded is not None:
            is_copy = self.channel == CHANNEL_DROP_COPY
            before = traded.copy_difference if is_copy else traded.difference
        scope = f"account:{account}" if account in self.ledger.accounts else f"venue:{self.venue}"
        resolution = ASKED
        if traded is None or before == ours - theirs:
            resolution = HALTED
            if traded is not None and traded.is_halted:
                resolution = STANDING
        self.recorder.conclude(
            DifferenceFound(
                kind,
                self.venue,
                self.channel,
                self.question,
                0,
                account,
                instrument,
                ours,
                theirs,
                resolution,
                "" if resolution == ASKED else scope,
                text,
            )
        )
        if resolution == HALTED:
            self.halt(scope, kind, text)

    def equal_position(self, account: str, instrument: str, traded: TradedRecord | None) -> None:
        """A net position is there as it is here."""
        if traded is None:
            return
        is_copy = self.channel == CHANNEL_DROP_COPY
        if (traded.copy_difference if is_copy else traded.difference) != 0:
            self._settled(0, account, instrument)

    def of_nobody(self, kind: int, account: str, instrument: str, theirs: int, text: str) -> None:
        """Something there cannot be put into our books at all: the venue stops."""
        scope = f"venue:{self.venue}"
        is_new = self.halt(scope, kind, text)
        resolution = HALTED if is_new else STANDING
        self.recorder.conclude(
            DifferenceFound(
                kind,
                self.venue,
                self.channel,
                self.question,
                0,
                account,
                instrument,
                0,
                theirs,
                resolution,
                scope,
                text,
            )
        )

    def halt(self, scope: str, kind: int, text: str) -> bool:
        """This stops a scope until a person lifts it; whether it was not stopped by us already."""
        halt = self.ledger.halts.get(scope)
        if halt is not None and BY_RECONCILIATION in halt.trippers:
            return False
        said = f"{difference_name(kind)}: {text}"
        self.recorder.conclude(HaltTripped(scope, BY_RECONCILIATION, False, said))
        return True

    def taken(self, kind: int, order: OrderRecord, ours: int, theirs: int, text: str) -> None:
        """An order is otherwise there, and the venue is believed."""
        self._found(kind, order, ours, theirs, TAKEN, "", text)


def scope_of(order: OrderRecord) -> str:
    """The smallest scope that holds an order and those like it."""
    return f"instrument:{order.instrument.symbol}"


def is_in_flight(order: OrderRecord, question: Sequence) -> bool:
    """Whether anything was asked or heard about an order since the question: then a statement may
    be older than what we know."""
    return order.moved > question or (order.asked_ns != 0 and order.status != UNKNOWN)
