"""Orders as we know them: what was asked, what the venue said, what is still reserved."""

from typing import Any, Final, final

from msgspec.structs import astuple
from mypy_extensions import mypyc_attr

from interlock.ledger.instruments import InstrumentRecord
from interlock.ledger.life import is_open
from interlock.ledger.parents import ParentRecord
from interlock.ledger.positions import AccountRecord, PositionRecord
from interlock.ledger.sources import SourceRecord
from interlock.ledger.venues import VenueRecord
from interlock.messages.events import OrderCleared
from interlock.messages.terms import BUY, CLEARED, MARGINED, MARKET
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks

_astuple: Final = astuple


@final
@mypyc_attr(acyclic=True)
class Fill:
    """One execution, as last corrected."""

    def __init__(self, quantity: Lots, price: Ticks, fee: Minor) -> None:
        self.quantity: Final[Lots] = quantity
        self.price: Final[Ticks] = price
        self.fee: Final[Minor] = fee


@final
@mypyc_attr(acyclic=True)
class DoubtRecord:
    """What was heard of an order that is UNKNOWN, and does not settle it yet."""

    def __init__(self) -> None:
        self.absences = 0
        """How often its venue denied it when it was asked about it."""
        self.resolved_by = ""
        """The person who has said what became of it."""
        self.resolved_status = 0


@final
@mypyc_attr(acyclic=True)
class OrderRecord:
    """One order, from clearing to the end of our memory of it.

    Nothing that it points at points back, so the garbage collector need not look at it.

    For reconciliation: `moved` is the command that last moved it along its life, `stated` the
    question to its venue that it was stated in last, `difference` the class of what was found
    different and no rule has resolved, `client_order_id` the name that somebody else gave an
    adopted one, and `doubt` what was heard of it while it is UNKNOWN.
    """

    def __init__(
        self,
        order: OrderId,
        source: SourceRecord,
        position: PositionRecord,
        instrument: InstrumentRecord,
        venue: VenueRecord,
        side: int,
        order_type: int,
        time_in_force: int,
        quantity: Lots,
        price: Ticks,
    ) -> None:
        self.order: Final[OrderId] = order
        self.key: Final[Any] = order
        """The same number as the tables hold it: one object for all of them."""
        self.source: Final = source
        self.position: Final = position
        self.own: Final = source.own_position(position)  # what its source made by itself
        self.instrument: Final = instrument
        self.venue: Final = venue
        self.side: Final[int] = side
        self.order_type: Final[int] = order_type
        self.time_in_force: Final[int] = time_in_force
        self.display: Lots = 0
        self.expire_ns: Nanoseconds = 0
        self.post_only = False
        self.reduce_only = False
        self.arrival_bid: Ticks = 0
        self.arrival_ask: Ticks = 0
        self.decision: int = 0
        self.release = ""
        self.epoch = 0
        self.cleared_ns: Nanoseconds = 0
        self.asked_ns: Nanoseconds = 0
        """When we last asked the venue for what it has not answered; 0 when nothing is due."""
        self.venue_order_id = ""
        self.is_acknowledged = False
        """True once the venue has spoken of it as an order that it has."""
        self.status = CLEARED
        self.quantity: Lots = quantity
        self.price: Ticks = price
        self.quantity_allowed: Lots = quantity
        """The most that the gate has ever let this order be."""
        self.price_allowed: Ticks = price
        """The worst limit that the gate has ever let it have."""
        self.filled: Lots = 0
        self._has_fill = False  # most have one, which needs neither a table nor a record
        self._first_id = ""
        self._first_quantity: Lots = 0
        self._first_price: Ticks = 0
        self._first_fee: Minor = 0
        self._later_fills: dict[str, Fill] | None = None
        self.revision = 0
        """The version that the venue has confirmed."""
        self.revision_asked = 0
        self.asked_quantity: Lots = 0
        self.asked_price: Ticks = 0
        self.reserved: Lots = 0
        self.reserved_value: Minor = 0
        self.ended_ns: Nanoseconds = 0
        self.halt_cancels = 0  # how often a halt has asked for it back
        self.parent: ParentRecord | None = None  # its decision, as the gate let it pass
        self.way: Any = None  # what hears of it (`ledger.ways`), as the limits stood
        self.is_listed = False  # among the open orders
        self.moved: Sequence = 0
        self.stated: Sequence = 0
        self.difference = 0
        self.client_order_id = ""
        self.doubt: DoubtRecord | None = None

    def is_adopted(self) -> bool:
        """This says whether its venue had it and no decision of ours made it."""
        return self.decision == 0

    def is_open(self) -> bool:
        return is_open(self.status, self.time_in_force)

    def leaves(self) -> Lots:
        """What may still trade; FIX LeavesQty."""
        if not self.is_open() or self.filled >= self.quantity:
            return 0
        return self.quantity - self.filled

    def is_replacing(self) -> bool:
        return self.revision_asked > self.revision

    def ask(self, revision: int, quantity: Lots, price: Ticks) -> None:
        """This notes a request to replace. While an older one is outstanding the worse of both
        stays asked for: either may be the one that the venue follows."""
        if self.is_replacing():
            if self.asked_quantity > quantity:
                quantity = self.asked_quantity
            is_worse = self.asked_price > price if self.side == BUY else self.asked_price < price
            if is_worse:
                price = self.asked_price
        self.revision_asked = revision
        self.asked_quantity = quantity
        self.asked_price = price

    def is_paid(self) -> bool:
        """This says whether the order's value must be there when it trades: a sale brings money,
        and what is margined settles only differences."""
        return self.side == BUY and self.instrument.settlement != MARGINED

    def worst_leaves(self) -> Lots:
        """What may still trade at worst: the larger of what stands and what we have asked for."""
        if not self.is_open():
            return 0
        quantity = self.quantity
        if self.is_replacing() and self.asked_quantity > quantity:
            quantity = self.asked_quantity
        return quantity - self.filled if quantity > self.filled else 0

    def worst_price(self) -> Ticks:
        """The price that the reserved money is counted at: for a buy the higher, for a sell the
        lower.
        """
        if not self.is_replacing():
            return self.price
        if self.side == BUY:
            return self.asked_price if self.asked_price > self.price else self.price
        return self.asked_price if self.asked_price < self.price else self.price

    def is_worse(self, price: Ticks, limit: Ticks) -> bool:
        """This says whether a price is worse for us than a limit."""
        return price > limit if self.side == BUY else price < limit

    def price_beyond(self) -> Ticks:
        """A price that it stands at or traded at and that the gate never let it have; 0 when there
        is none. A market order has no limit. Cost: one step per fill."""
        if self.order_type == MARKET:
            return 0
        limit = self.price_allowed
        if self.is_worse(self.price, limit):
            return self.price
        if self._first_quantity > 0 and self.is_worse(self._first_price, limit):
            return self._first_price
        if self._later_fills is not None:
            for fill in self._later_fills.values():
                if fill.quantity > 0 and self.is_worse(fill.price, limit):
                    return fill.price
        return 0

    @property
    def fills(self) -> dict[str, Fill] | None:
        """Every execution by its id, in the order in which they came; None while there is none.
        Cost: one step per fill."""
        if not self._has_fill:
            return None
        fills = {self._first_id: self._first_fill()}
        if self._later_fills is not None:
            fills.update(self._later_fills)
        return fills

    def _first_fill(self) -> Fill:
        return Fill(self._first_quantity, self._first_price, self._first_fee)

    def has_fill(self, execution_id: str) -> bool:
        """This says whether an execution is known, be it one that was taken back."""
        if not self._has_fill:
            return False
        if execution_id == self._first_id:
            return True
        return self._later_fills is not None and execution_id in self._later_fills

    def fill_of(self, execution_id: str) -> Fill | None:
        """The execution of this id, as last corrected."""
        if not self._has_fill:
            return None
        if execution_id == self._first_id:
            return self._first_fill()
        return self._later_fills.get(execution_id) if self._later_fills is not None else None

    def keep_fill(self, execution_id: str, quantity: Lots, price: Ticks, fee: Minor) -> None:
        """This takes an execution, or what an earlier one of this id was corrected to."""
        if not self._has_fill or execution_id == self._first_id:
            self._has_fill = True
            self._first_id = execution_id
            self._first_quantity = quantity
            self._first_price = price
            self._first_fee = fee
            return
        if self._later_fills is None:
            self._later_fills = {}
        self._later_fills[execution_id] = Fill(quantity, price, fee)

    def empty_fill(self, execution_id: str) -> None:
        """This takes a fill's quantity out and keeps its id, so that a repeated report of it is
        still recognised.
        """
        fill = self.fill_of(execution_id)
        assert fill is not None, f"order {self.order} has no execution {execution_id}"
        self.keep_fill(execution_id, 0, fill.price, 0)

    def sum_of_fills(self) -> Lots:
        total = self._first_quantity
        if self._later_fills is not None:
            for fill in self._later_fills.values():
                total += fill.quantity
        return total


def cleared_order(
    event: OrderCleared,
    accounts: dict[str, AccountRecord],
    sources: dict[str, SourceRecord],
    venues: dict[str, VenueRecord],
) -> OrderRecord:
    """This is the order of which an event says that the gate let it pass."""
    number: OrderId
    decision: Sequence
    account: str
    source: str
    release: str
    epoch: int
    symbol: str
    venue: str
    side: int
    order_type: int
    time_in_force: int
    quantity: Lots
    price: Ticks
    display: Lots
    expire_ns: Nanoseconds
    post_only: bool
    reduce_only: bool
    arrival_bid: Ticks
    arrival_ask: Ticks
    # fmt: off
    (
        number, decision, account, source, release, epoch, symbol, venue, side, order_type,
        time_in_force, quantity, price, display, expire_ns, post_only, reduce_only,
        arrival_bid, arrival_ask,
    ) = _astuple(event)
    # fmt: on
    position = accounts[account].positions[symbol]
    order = OrderRecord(
        number,
        sources[source],
        position,
        position.instrument,
        venues[venue],
        side,
        order_type,
        time_in_force,
        quantity,
        price,
    )
    order.display = display
    order.expire_ns = expire_ns
    order.post_only = post_only
    order.reduce_only = reduce_only
    order.arrival_bid = arrival_bid
    order.arrival_ask = arrival_ask
    order.decision = decision
    order.release = release
    order.epoch = epoch
    return order
