"""Proposals: what a decision would become, laid out for the gate."""

from typing import Final, final

from msgspec.structs import astuple
from mypy_extensions import mypyc_attr

from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.ledger.orders import OrderRecord
from interlock.ledger.positions import AccountRecord, PositionRecord
from interlock.ledger.sources import SourceRecord
from interlock.ledger.venues import VenueRecord
from interlock.ledger.waiting import WaitingDecision
from interlock.messages.decisions import Terms
from interlock.messages.terms import AS_ASKED, BUY, FOK, IOC, LIMIT
from interlock.messages.units import PPM_ONE, Lots, Minor, Nanoseconds, OrderId, Ticks
from interlock.messages.venues import OrderRouted

_astuple: Final = astuple


@final
@mypyc_attr(acyclic=True)
class Before:
    """What lines before one would take that few controls ask for; only where there are any."""

    def __init__(self) -> None:
        self.elsewhere: Final[dict[str, Minor]] = {}
        """Gross exposure in other currencies, by currency."""
        self.net_buy: Minor = 0
        self.net_sell: Minor = 0
        """Of other instruments in the same currency, bought and sold, at their marks."""
        self.opposing: Lots = 0
        """What a line would trade with, of lines on the other side of the same market."""
        self.same = 0
        """Lines that ask for the same."""
        self.instruments = 0
        self.venues = 0
        """Other instruments and venues than the line's own, each counted for every line."""


@final
@mypyc_attr(acyclic=True)
class Proposal:
    """One order, or one change of an order, that a decision would become.

    What could not be found is None, and every control that needs it refuses (law 4).
    """

    def __init__(self, line: int, symbol: str, side: int, terms: Terms) -> None:
        self.line: Final[int] = line
        self.symbol: Final[str] = symbol
        self.side: Final[int] = side
        self.terms: Final = terms
        self.instrument: InstrumentRecord | None = None
        self.position: PositionRecord | None = None
        self.venue: VenueRecord | None = None
        self.market: MarketRecord | None = None
        self.asked: Lots = 0
        self.quantity: Lots = 0
        """The order's total quantity, as sized."""
        self.added: Lots = 0
        """What it adds to what is reserved already: all of it, or what an amend adds."""
        self.price: Ticks = 0
        """The worst price it may trade at: its limit, or where a market order is reserved."""
        self.value: Minor = 0
        """What is left of it at that price; a sale's at the far touch when that is dearer."""
        self.added_value: Minor = 0
        # Read once, all together: every step asks for them, and the Struct is ten times slower.
        order_type: int
        limit: Ticks
        protection: Ticks
        time_in_force: int
        expire_ns: Nanoseconds
        post_only: bool
        reduce_only: bool
        display: Lots
        asked_venue: str
        (
            order_type, limit, protection, time_in_force, expire_ns, post_only, reduce_only,
            display, asked_venue,
        ) = _astuple(terms)  # fmt: skip
        self.order_type = order_type
        self.limit: Ticks = limit
        self.protection: Ticks = protection
        self.expire_ns: Nanoseconds = expire_ns
        self.asked_venue = asked_venue
        self.time_in_force = time_in_force
        self.post_only = post_only
        self.reduce_only = reduce_only
        self.display: Lots = display
        self.sizing = AS_ASKED
        self.capped = False
        self.route = ""
        self.problem = 0
        """A reason why this could not be planned; the gate refuses it."""
        self.replaces: OrderRecord | None = None
        # What earlier lines of the same decision would already take, judged with this one.
        self.ahead_buy: Lots = 0
        self.ahead_sell: Lots = 0
        self.ahead_taken: Lots = 0  # of the same side of the same market, at once
        self.ahead_value: Minor = 0  # of purchases, with their fees
        self.ahead_gross: Minor = 0  # of other instruments in its currency
        self.before: Before | None = None
        self.intended = ""  # what its decision says that it is worth
        self.makers: list[OrderRecord] | None = None  # orders of ours that give way to it
        self.gives_way = False  # and it does too: both expire
        self.shrinks: tuple[OrderRecord, Lots] | None = None  # one of ours, left smaller
        self.ahead_orders = 0
        self.ahead_messages = 0
        self.ahead_cancels = 0  # of these
        self.ahead_side_value: Minor = 0  # of the same side of the same instrument
        # What all other lines of the decision would add, before and after this one.
        self.beside_value: Minor = 0
        """In the same currency."""
        self.beside_quantity: Lots = 0
        """In the same instrument, on either side."""
        self.cut_from: Lots = 0
        """What it was sized to before controls cut it; 0 when none did."""

    def shrink(self, order: OrderRecord, quantity: Lots) -> None:
        """An order of ours is left with so much, what it has traded counted."""
        self.shrinks = (order, quantity)

    def expire(self, order: OrderRecord) -> None:
        """An order of ours gives way to this one."""
        if self.makers is None:
            self.makers = []
        if order not in self.makers:
            self.makers.append(order)

    def leaves(self) -> Lots:
        """What may trade of it: of a changed order, all that is left once it is changed."""
        return self.quantity - self.replaces.filled if self.replaces is not None else self.quantity

    def would_take(self) -> bool:
        """This says whether it may trade at once with what its market displays."""
        if self.market is None or self.post_only:
            return False
        if self.order_type != LIMIT or self.time_in_force in (IOC, FOK):
            return True
        return self.would_cross()

    def would_cross(self) -> bool:
        """This says whether its limit lies at or beyond the far touch."""
        far = self.market.far_price(self.side) if self.market is not None else 0
        return far > 0 and (self.price >= far if self.side == BUY else self.price <= far)

    def cut_to(self, quantity: Lots) -> None:
        """This makes a new order smaller: what controls that amend allow of it."""
        assert 0 < quantity < self.quantity, f"cut from {self.quantity} to {quantity}"
        assert self.replaces is None, f"line {self.line} changes an order and is not cut"
        if self.cut_from == 0:
            self.cut_from = self.quantity
        # The value is a price times the quantity, so this leaves no rest.
        self.value = self.value // self.quantity * quantity
        self.added_value = self.value
        self.quantity = quantity
        self.added = quantity
        if self.display > quantity:
            self.display = quantity

    def numbers(self) -> tuple[int, ...]:
        """Everything about it that is a number: what a control of the user's own may read and may
        not change."""
        return (
            self.line, self.side, self.asked, self.quantity, self.added, self.price, self.value,
            self.added_value, self.order_type, self.limit, self.protection, self.expire_ns,
            self.time_in_force, int(self.post_only), int(self.reduce_only), self.display,
            self.sizing, self.problem, self.ahead_buy, self.ahead_sell, self.ahead_taken,
            self.ahead_value, self.ahead_gross, self.ahead_orders, self.ahead_messages,
            self.ahead_side_value, self.beside_value, self.beside_quantity, self.cut_from,
        )  # fmt: skip

    def added_fee(self) -> Minor:
        """The venue's taker fee on the value that it adds, rounded up."""
        if self.venue is None or self.venue.taker_fee_ppm <= 0:
            return 0
        return self.added_value * self.venue.taker_fee_ppm // PPM_ONE + 1


@final
@mypyc_attr(acyclic=True)
class Plan:
    """Everything that one decision would become."""

    def __init__(self, waiting: WaitingDecision, source: SourceRecord | None) -> None:
        self.waiting: Final = waiting
        self.source_name: Final[str] = waiting.source
        self.release: Final[str] = waiting.release
        self.epoch: Final[int] = waiting.epoch
        self.source: Final = source
        self.account: Final[AccountRecord | None] = source.account if source is not None else None
        self.proposals: Final[list[Proposal]] = []
        self.cancels: Final[list[OrderId]] = []
        self.ends: Final[list[int]] = []
        """Large orders that it takes back, by their decisions."""
        self.routes: Final[list[OrderRouted]] = []
        """What a rule that splits knew of the venues, and chose."""
        self.cancel_reason = 0
        self.cancels_stand_alone = False
        """True when the cancels leave even if the orders beside them are refused."""
        self.action_name = ""
        self.problem = 0
        """A reason why there is no plan at all."""
        self.may_be_cut = False
        """True when each order may be made smaller than asked by what limits its size: closing in
        parts is better than not at all."""
        self.is_ladder = False
        self.is_work = False
        """True when its one line is a large order as a whole, which is worked and never sent."""
        self.is_ordering = True
        """False for what only takes back or acts elsewhere."""
