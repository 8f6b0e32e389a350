"""The recorded venue: its queue model line by line, and that it makes no liquidity of its own."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from interlock.messages.commands import Command, NoteTrade, ReportOrder, UpdateLadder, UpdateQuote
from interlock.messages.reasons import IMMEDIATE_REMAINDER, NO_LIQUIDITY, POST_ONLY_WOULD_TRADE
from interlock.messages.terms import (
    AUCTION,
    BUY,
    CLOSED,
    CONTINUOUS,
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    MAKER,
    MARKET,
    OPENING_AUCTION,
    PRE_OPEN,
    REPORT_ACCEPTED,
    REPORT_CANCELLED,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    SELL,
    TAKER,
)
from interlock.simulation.recorded import RecordedVenue
from simulation.trading import COIN, HOUR, SYMBOL, VENUE, Trader, cleared, fills, kinds, phased

Rows = tuple[tuple[int, int], ...]


class Replay(Trader[RecordedVenue]):
    """A trader at a recorded venue, with the recording at hand."""

    def show(self, bids: Rows, asks: Rows) -> list[Command]:
        ladder = UpdateLadder(SYMBOL, VENUE.name, bids, asks, self.time_ns)
        self.venue.observe(self.time_ns, ladder)
        return self.listen()

    def quote(self, bid: int, bid_quantity: int, ask: int, ask_quantity: int) -> list[Command]:
        quote = UpdateQuote(SYMBOL, VENUE.name, bid, bid_quantity, ask, ask_quantity, 0)
        self.venue.observe(self.time_ns, quote)
        return self.listen()

    def trade(self, price: int, quantity: int, aggressor: int = 0) -> list[Command]:
        trade = NoteTrade(SYMBOL, VENUE.name, price, quantity, aggressor, self.time_ns)
        self.venue.observe(self.time_ns, trade)
        return self.listen()


def replay(**options: int) -> Replay:
    made = Replay(RecordedVenue(VENUE, [COIN], **options))  # type: ignore[arg-type]
    made.show(((100, 10), (99, 20)), ((102, 5), (103, 8)))
    return made


def test_a_taker_walks_displayed_depth_and_the_rest_is_cancelled() -> None:
    world = replay()
    words = world.submit(cleared(1, BUY, 20, 103, time_in_force=IOC))
    assert fills(words) == [(102, 5), (103, 8)]
    assert kinds(words)[-1] == REPORT_CANCELLED
    assert world.reports(1)[-1].reason == IMMEDIATE_REMAINDER
    assert {r.liquidity for r in world.reports(1) if r.kind == REPORT_FILL} == {TAKER}


def test_what_was_taken_stays_taken_and_only_growth_adds() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 102, time_in_force=IOC))
    assert fills(world.submit(cleared(2, BUY, 4, 102, time_in_force=IOC))) == [(102, 1)]
    world.show(((100, 10),), ((102, 5), (103, 8)))
    assert fills(world.submit(cleared(3, BUY, 4, 102, time_in_force=IOC))) == []
    world.show(((100, 10),), ((102, 6), (103, 8)))
    assert fills(world.submit(cleared(4, BUY, 4, 102, time_in_force=IOC))) == [(102, 1)]


def test_a_level_that_flickers_is_used_once() -> None:
    world = replay()
    taken = 0
    for number in range(1, 7):
        world.show(((100, 10),), ((102, 5 + (number + 1) % 2), (103, 8)))
        words = world.submit(cleared(number, BUY, 50, 102, time_in_force=IOC))
        taken += sum(quantity for _, quantity in fills(words))
    assert taken == 6


def test_a_trade_printed_before_the_opening_fills_nobody() -> None:
    day = phased((9, PRE_OPEN), (10, CONTINUOUS), (17, CLOSED))
    world = Replay(RecordedVenue(VENUE, [day]))
    world.listen(9 * HOUR)
    world.submit(cleared(1, BUY, 5, 101))
    assert fills(world.trade(99, 20, SELL)) == []
    world.listen(10 * HOUR)
    assert fills(world.trade(99, 20, SELL)) == [(101, 5)]


def test_the_print_of_depth_that_crossed_us_does_not_fill_us_again() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 10, 101))
    assert fills(world.show(((100, 10),), ((101, 4), (102, 5)))) == [(101, 4)]
    assert fills(world.trade(101, 4, SELL)) == []
    assert fills(world.trade(101, 4, SELL)) == [(101, 4)]


def test_a_market_order_meets_only_what_is_displayed() -> None:
    world = replay()
    assert fills(world.submit(cleared(1, SELL, 99, 0, order_type=MARKET))) == [(100, 10), (99, 20)]
    world.submit(cleared(2, SELL, 99, 0, order_type=MARKET))
    assert world.reports(2)[-1].reason == NO_LIQUIDITY


def test_fok_takes_everything_or_nothing() -> None:
    world = replay()
    assert fills(world.submit(cleared(1, BUY, 14, 103, time_in_force=FOK))) == []
    assert fills(world.submit(cleared(2, BUY, 13, 103, time_in_force=FOK))) == [(102, 5), (103, 8)]


def test_a_post_only_order_that_would_take_is_rejected() -> None:
    world = replay()
    assert kinds(world.submit(cleared(1, BUY, 1, 102, post_only=True))) == [REPORT_REJECTED]
    assert world.reports(1)[-1].reason == POST_ONLY_WOULD_TRADE
    world.submit(cleared(2, BUY, 1, 101, post_only=True))
    assert kinds(world.replace(2, 1, 102)) == [REPORT_REPLACE_REJECTED]


def test_the_displayed_quantity_is_ahead_of_us() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 100))
    assert fills(world.trade(100, 7, SELL)) == []
    assert fills(world.trade(100, 5, SELL)) == [(100, 2)]
    assert fills(world.trade(100, 5, SELL)) == [(100, 2)]
    assert {r.liquidity for r in world.reports(1) if r.kind == REPORT_FILL} == {MAKER}


def test_trades_by_the_other_aggressor_do_not_move_our_queue() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 101))
    assert fills(world.trade(101, 50, BUY)) == []
    assert fills(world.trade(101, 1, SELL)) == [(101, 1)]


def test_an_unsaid_aggressor_is_read_off_the_quote() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 100), cleared(2, SELL, 4, 102))
    assert fills(world.trade(100, 11)) == [(100, 1)]
    assert fills(world.trade(102, 6)) == [(102, 1)]


def test_a_trade_through_our_price_fills_us_at_our_price() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 100))
    assert fills(world.trade(99, 3, SELL)) == [(100, 3)]
    assert fills(world.trade(99, 3, SELL)) == [(100, 1)]


def test_displayed_quantity_below_what_is_ahead_cuts_it() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 100))
    world.show(((100, 2), (99, 20)), ((102, 5),))
    world.show(((100, 30), (99, 20)), ((102, 5),))
    assert fills(world.trade(100, 3, SELL)) == [(100, 1)]


def test_a_trade_that_the_depth_showed_first_is_not_counted_twice() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 100))
    world.show(((100, 4), (99, 20)), ((102, 5),))
    assert fills(world.trade(100, 6, SELL)) == []
    assert fills(world.trade(100, 5, SELL)) == [(100, 1)]


def test_nobody_is_ahead_inside_the_spread() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 101))
    assert fills(world.trade(101, 3, SELL)) == [(101, 3)]


def test_a_price_deeper_than_the_recording_waits_behind_what_comes_into_sight() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 98))
    assert fills(world.trade(98, 50, SELL)) == []
    world.show(((98, 7),), ((100, 5),))
    assert fills(world.trade(98, 8, SELL)) == [(98, 1)]


def test_our_own_orders_queue_behind_each_other() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 2, 100))
    world.show(((100, 14), (99, 20)), ((102, 5),))
    world.submit(cleared(2, BUY, 2, 100))
    words = world.trade(100, 13, SELL)
    assert fills(words, 1) == [(100, 2)]
    assert fills(words, 2) == []
    words = world.trade(100, 4, SELL)
    assert fills(words, 2) == [(100, 1)]


def test_depth_that_comes_through_our_price_trades_with_us_once() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 9, 101))
    assert fills(world.show(((100, 10),), ((101, 3), (102, 5)))) == [(101, 3)]
    assert fills(world.show(((100, 10),), ((101, 3), (102, 5)))) == []
    assert fills(world.show(((100, 10),), ((100, 4), (101, 3)))) == [(101, 4)]


def test_a_slice_of_an_iceberg_joins_the_queue_anew() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 6, 101, display=2))
    world.show(((101, 5), (100, 10)), ((102, 5),))
    assert fills(world.trade(101, 4, SELL)) == [(101, 2)]
    assert fills(world.trade(101, 5, SELL)) == [(101, 2)]


def test_less_quantity_keeps_the_place_and_another_price_loses_it() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 100))
    world.trade(100, 9, SELL)
    assert kinds(world.replace(1, 3, 100)) == [REPORT_REPLACED]
    assert fills(world.trade(100, 2, SELL)) == [(100, 1)]
    words = world.replace(1, 9, 102, revision=2)
    assert kinds(words) == [REPORT_REPLACED, REPORT_FILL]
    assert fills(words) == [(102, 5)]


def test_a_quote_updates_the_top_and_leaves_a_ladder_below() -> None:
    world = replay()
    world.quote(99, 6, 102, 5)
    assert fills(world.submit(cleared(1, SELL, 50, 90, time_in_force=IOC))) == [(99, 6)]
    world.quote(101, 1, 102, 5)
    assert fills(world.submit(cleared(2, SELL, 50, 90, time_in_force=IOC))) == [(101, 1)]


def test_quotes_alone_show_one_level() -> None:
    world = Replay(RecordedVenue(VENUE, [COIN]))
    world.quote(100, 5, 101, 5)
    world.quote(101, 5, 102, 5)
    assert fills(world.submit(cleared(1, SELL, 50, 90, time_in_force=IOC))) == [(101, 5)]
    world.quote(0, 0, 102, 5)
    assert fills(world.submit(cleared(2, SELL, 50, 90, time_in_force=IOC))) == []


def test_an_order_meets_the_market_of_its_arrival() -> None:
    world = replay(latency_out_ns=300, latency_in_ns=100)
    start_ns = world.time_ns
    world.submit(cleared(1, BUY, 5, 102, time_in_force=IOC))
    world.time_ns = start_ns + 299
    world.show(((100, 10),), ((103, 8),))
    assert fills(world.listen(start_ns + 399)) == []
    assert kinds(world.listen(start_ns + 400)) == [REPORT_ACCEPTED, REPORT_CANCELLED]


def test_other_venues_data_means_nothing_here() -> None:
    world = replay()
    world.submit(cleared(1, BUY, 4, 101))
    elsewhere = NoteTrade(SYMBOL, "elsewhere", 90, 50, SELL, 0)
    world.venue.observe(world.time_ns, elsewhere)
    assert fills(world.listen()) == []


def test_phases_and_dates_end_orders_as_at_an_exchange() -> None:
    day = phased((9, OPENING_AUCTION), (10, CONTINUOUS), (17, CLOSED))
    world = Replay(RecordedVenue(VENUE, [day]), 8 * HOUR)
    assert kinds(world.submit(cleared(1, BUY, 4, 100))) == [REPORT_REJECTED]
    world.listen(9 * HOUR)
    world.submit(cleared(2, BUY, 4, 100, time_in_force=DAY))
    world.submit(cleared(3, BUY, 4, 99, time_in_force=GTC))
    world.submit(cleared(4, BUY, 4, 98, time_in_force=GTD, expire_ns=11 * HOUR))
    world.trade(99, 1, SELL)
    assert [r.liquidity for r in world.reports(2) if r.kind == REPORT_FILL] == [AUCTION]
    assert world.venue.next_time_ns() == 10 * HOUR
    world.listen(18 * HOUR)
    assert world.reports(2)[-1].kind == REPORT_EXPIRED
    assert world.reports(4)[-1].kind == REPORT_EXPIRED
    assert world.reports(4)[-1].venue_time_ns == 11 * HOUR
    assert world.reports(3)[-1].kind == REPORT_ACCEPTED


@dataclass
class Happening:
    """A recorded change, or an order of ours."""

    what: str
    side: int
    quantity: int
    price: int
    immediate: bool
    bids: list[int]
    asks: list[int]


happenings = st.lists(
    st.builds(
        Happening,
        what=st.sampled_from(("order", "order", "trade", "ladder", "same", "cancel")),
        side=st.sampled_from((BUY, SELL)),
        quantity=st.integers(1, 15),
        price=st.integers(96, 104),
        immediate=st.booleans(),
        bids=st.lists(st.integers(0, 9), min_size=4, max_size=4),
        asks=st.lists(st.integers(0, 9), min_size=4, max_size=4),
    ),
    max_size=40,
)


@given(rows=happenings)
def test_fills_never_exceed_what_the_recording_displayed_or_traded(rows: list[Happening]) -> None:
    world = replay()
    shown: dict[int, dict[int, int]] = {BUY: {100: 10, 99: 20}, SELL: {102: 5, 103: 8}}
    # What each side of the recording has offered since it began: every change of a level anew.
    offered = {BUY: 30, SELL: 13}
    traded = 0
    filled = {BUY: 0, SELL: 0}
    wanted: dict[int, int] = {}
    for number, row in enumerate(rows, start=1):
        words: list[Command] = []
        if row.what == "order":
            wanted[number] = row.quantity
            time_in_force = IOC if row.immediate else DAY
            order = cleared(number, row.side, row.quantity, row.price, time_in_force=time_in_force)
            words = world.submit(order)
            limit = sum(
                quantity
                for price, quantity in shown[BUY + SELL - row.side].items()
                if (price <= row.price if row.side == BUY else price >= row.price)
            )
            assert sum(quantity for _, quantity in fills(words)) <= limit
        elif row.what == "trade":
            words = world.trade(row.price, row.quantity, row.side)
            assert sum(quantity for _, quantity in fills(words)) <= row.quantity
            traded += row.quantity
        elif row.what == "ladder":
            levels = {
                BUY: {100 - i: lots for i, lots in enumerate(row.bids) if lots},
                SELL: {101 + i: lots for i, lots in enumerate(row.asks) if lots},
            }
            for side in (BUY, SELL):
                offered[side] += sum(
                    lots for price, lots in levels[side].items() if shown[side].get(price) != lots
                )
            shown = levels
            words = world.show(tuple(shown[BUY].items()), tuple(shown[SELL].items()))
        elif row.what == "same":
            words = world.show(tuple(shown[BUY].items()), tuple(shown[SELL].items()))
        else:
            world.cancel(row.quantity)
        for word in words:
            if isinstance(word, ReportOrder) and word.kind == REPORT_FILL:
                wanted[word.order] -= word.quantity
                assert wanted[word.order] >= 0
                side = world.venue.gateway.orders[word.order].side
                filled[side] += word.quantity
    assert filled[BUY] <= offered[SELL] + traded
    assert filled[SELL] <= offered[BUY] + traded
