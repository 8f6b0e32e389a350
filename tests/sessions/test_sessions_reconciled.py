"""Whatever is lost between an exchange and us: after reconciliation our books are the venue's."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from interlock.kernel.invariants import audit
from interlock.messages.commands import Command, ReportOrder
from interlock.messages.decisions import CancelOrders
from interlock.messages.definitions import Venue
from interlock.messages.differences import DifferenceFound, OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.statements import AskVenue
from interlock.messages.terms import BUY, GTC, LIMIT, SELL, UNKNOWN
from interlock.simulation.exchange import Exchange
from interlock.simulation.order import ANONYMOUS, BACKGROUND, VenueOrder
from worlds import COIN, GOLD, SECOND, START, World

MS = 1_000_000


class Trading:
    """A world before an exchange, with a line between them that may lose every word."""

    def __init__(self) -> None:
        self.world = World()
        self.exchange = Exchange(Venue("alpha", ("COIN", "GOLD")), [COIN, GOLD], levels=0)
        self.now_ns = START
        self.others = 0

    def send(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, OrderCleared) and event.venue == "alpha":
                self.exchange.submit(self.now_ns, event)
            elif isinstance(event, CancelRequested):
                self.exchange.cancel(self.now_ns, event)
            elif isinstance(event, ReplaceRequested):
                self.exchange.replace(self.now_ns, event)
            elif isinstance(event, VenueQuestioned) and event.venue == "alpha":
                self.exchange.state(self.now_ns, event)
            elif isinstance(event, OrderAdopted):
                self.exchange.adopt(self.now_ns, event)

    def say(self, command: Command) -> None:
        self.send(self.world.say(command))

    def hear(self, lost: int = 0) -> None:
        """Hear what the exchange says; every `lost`-th report is lost."""
        self.now_ns += MS
        for place, (_, command) in enumerate(self.exchange.due(self.now_ns)):
            if lost and isinstance(command, ReportOrder) and place % lost == 0:
                continue
            self.say(command)

    def trade(self, side: int, quantity: int, price: int) -> None:
        """Somebody else trades."""
        order = VenueOrder(BACKGROUND, ANONYMOUS, side, quantity, price, LIMIT, GTC)
        self.exchange.place(self.now_ns, "COIN", order)

    def reconcile(self, rounds: int = 4) -> None:
        for _ in range(rounds):
            self.world.time_ns += 3 * SECOND
            self.say(AskVenue("alpha", "test"))
            self.hear()
            for order in list(self.world.ledger.orders.open.values()):
                if order.status == UNKNOWN:
                    self.exchange.query(self.now_ns, order.order)
                elif order.asked_ns:
                    # Its request may have been lost on the way: that is silence, and asked about.
                    self.say(ReportOrder("alpha", order.order, 16))
                    self.exchange.query(self.now_ns, order.order)
            self.hear()

    def check(self) -> None:
        theirs = {
            (order.order, order.quantity, order.filled, order.price)
            for order in self.exchange.gateway.open_orders()
        }
        ours = {
            (order.order, order.quantity, order.filled, order.price)
            for order in self.world.ledger.orders.open.values()
        }
        assert ours == theirs
        lots = {
            (one.account, one.instrument): one.lots
            for one in self.exchange.gateway.positions.stated()
        }
        for symbol, position in self.world.ledger.accounts["main"].positions.items():
            assert position.lots == lots.get(("main", symbol), 0)
        for order in self.world.ledger.orders.known.values():
            kept = self.exchange.gateway.orders.get(order.order)
            if kept is not None:
                names = {said.execution_id for said in kept.reports if said.execution_id}
                assert set(order.fills or ()) == names
        assert audit(self.world.ledger) == []
        assert not self.world.ledger.halts


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "cancel", "other buys", "other sells", "hand"]),
        st.integers(1, 9),
        st.integers(-2, 2),
        st.sampled_from([0, 0, 1, 2, 3]),
    ),
    min_size=1,
    max_size=14,
)


def walk(steps: list[tuple[str, int, int, int]]) -> Trading:
    trading = Trading()
    world = trading.world
    world.quote(9_995, 10_005)
    for what, quantity, ticks, lost in steps:
        price = 10_000 + ticks
        if what in ("buy", "sell"):
            trading.send(world.order(BUY if what == "buy" else SELL, quantity, price))
        elif what == "cancel":
            trading.send(world.decide(CancelOrders(tuple(list(world.ledger.orders.open)[:1]))))
        elif what == "hand":
            by_hand = OrderCleared(
                1, 1, "main", "nobody", "r1", 1, "COIN", "alpha", SELL, LIMIT, GTC, quantity,
                price + 50, 0, 0, False, False, 0, 0,
            )  # fmt: skip
            trading.exchange.place_foreign(trading.now_ns, by_hand)
        else:
            trading.trade(BUY if what == "other buys" else SELL, quantity, price)
        trading.hear(lost)
    return trading


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_after_reconciliation_our_books_are_the_venues(
    steps: list[tuple[str, int, int, int]],
) -> None:
    trading = walk(steps)
    trading.reconcile()
    trading.check()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_every_run_finds_the_same_under_the_same_ids(
    steps: list[tuple[str, int, int, int]],
) -> None:
    found = []
    for _ in range(2):
        trading = walk(steps)
        trading.reconcile()
        found.append([entry.events for entry in trading.world.entries])
    assert found[0] == found[1]


def test_lost_reports_and_an_order_by_hand_are_made_up_for() -> None:
    trading = walk([("buy", 5, 0, 1), ("other sells", 5, 0, 1), ("hand", 3, 0, 1)])
    assert trading.world.ledger.accounts["main"].positions["COIN"].lots == 0
    trading.reconcile()
    trading.check()
    assert trading.world.ledger.accounts["main"].positions["COIN"].lots == 5
    kinds = [
        event.kind
        for entry in trading.world.entries
        for event in entry.events
        if isinstance(event, DifferenceFound)
    ]
    assert sorted(set(kinds)) == [1, 20]
