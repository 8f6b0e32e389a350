"""Accounts at an exchange: reserved, moved, released, and never created."""

from hypothesis import given
from hypothesis import strategies as st

from interlock.messages.definitions import Instrument, Venue
from interlock.messages.reasons import CASH_BELOW_MINIMUM
from interlock.messages.terms import (
    BUY,
    FOK,
    GTC,
    IOC,
    LIMIT,
    MARGINED,
    MARKET,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    SELL,
)
from interlock.simulation.book import DECREMENT
from interlock.simulation.clearing import Clearing
from interlock.simulation.exchange import Exchange
from simulation.trading import COIN, SYMBOL, Trader, cleared, fills, kinds

FEE_PPM = 10_000


def cleared_venue(
    instrument: Instrument = COIN, fee_ppm: int = 0, self_match: int = DECREMENT
) -> tuple[Clearing, Trader[Exchange]]:
    clearing = Clearing()
    clearing.list_instrument(instrument, "COIN", 1, margin_buy=30, margin_sell=40)
    for who in ("ann", "bob"):
        clearing.deposit(who, "USD", 1_000)
        clearing.deposit(who, "COIN", 10)
    venue = Venue("venue", (SYMBOL,), maker_fee_ppm=fee_ppm, taker_fee_ppm=fee_ppm)
    exchange = Exchange(venue, [instrument], clearing=clearing, self_match=self_match)
    return clearing, Trader(exchange)


def test_a_buyer_reserves_money_and_a_seller_the_asset() -> None:
    clearing, trader = cleared_venue()
    trader.submit(cleared(1, BUY, 5, 100, account="ann"), cleared(2, SELL, 4, 110, account="bob"))
    assert clearing.balance("ann", "USD") == 500
    assert clearing.balance("bob", "COIN") == 6
    assert kinds(trader.cancel(1)) == [REPORT_CANCELLED]
    assert clearing.balance("ann", "USD") == 1_000


def test_an_order_that_cannot_be_paid_is_rejected() -> None:
    clearing, trader = cleared_venue()
    for number, order in enumerate(
        (
            cleared(1, BUY, 11, 100, account="ann"),
            cleared(2, SELL, 11, 100, account="ann"),
            cleared(3, BUY, 1, 100, account="nobody"),
        ),
        start=1,
    ):
        assert kinds(trader.submit(order)) == [REPORT_REJECTED]
        assert trader.reports(number)[0].reason == CASH_BELOW_MINIMUM
    assert clearing.balance("ann", "USD") == 1_000


def test_a_better_price_gives_back_what_was_reserved_for_a_worse_one() -> None:
    clearing, trader = cleared_venue()
    trader.submit(cleared(1, SELL, 4, 90, account="bob"), cleared(2, BUY, 4, 100, account="ann"))
    assert clearing.balance("ann", "USD") == 1_000 - 4 * 90
    assert clearing.balance("ann", "COIN") == 14
    assert clearing.balance("bob", "USD") == 1_000 + 4 * 90


def test_a_fee_is_reserved_with_the_order_and_taken_with_the_trade() -> None:
    clearing, trader = cleared_venue(fee_ppm=FEE_PPM)
    trader.submit(cleared(1, BUY, 5, 100, account="ann"))
    assert clearing.balance("ann", "USD") == 1_000 - 500 - 5
    trader.submit(cleared(2, SELL, 5, 100, account="bob"))
    assert clearing.balance("ann", "USD") == 1_000 - 500 - 5
    assert clearing.balance("bob", "USD") == 1_000 + 500 - 5


def test_a_seller_who_meets_itself_gets_the_asset_back_that_was_not_traded() -> None:
    clearing, trader = cleared_venue()
    trader.submit(
        cleared(1, BUY, 1, 100, account="ann"),
        cleared(2, BUY, 1, 99, account="bob"),
        cleared(3, SELL, 6, 97, account="ann"),
    )
    assert clearing.balance("ann", "COIN") == 10 - 1 - 4
    assert kinds(trader.cancel(3)) == [REPORT_CANCELLED]
    assert clearing.balance("ann", "COIN") == 9


def test_a_replace_reserves_anew_or_changes_nothing() -> None:
    clearing, trader = cleared_venue()
    trader.submit(cleared(1, BUY, 5, 100, account="ann"))
    assert kinds(trader.replace(1, 9, 110)) == [REPORT_REPLACED]
    assert clearing.balance("ann", "USD") == 10
    assert kinds(trader.replace(1, 10, 110, revision=2)) == [REPORT_REPLACE_REJECTED]
    assert clearing.balance("ann", "USD") == 10
    trader.cancel(1)
    assert clearing.balance("ann", "USD") == 1_000


def test_a_market_order_goes_no_further_than_it_can_pay() -> None:
    clearing, trader = cleared_venue()
    trader.submit(cleared(1, SELL, 4, 100, account="bob"), cleared(2, SELL, 4, 130, account="bob"))
    words = trader.submit(cleared(3, BUY, 8, 120, account="ann", order_type=MARKET))
    assert fills(words, 3) == [(100, 4)]
    assert clearing.balance("ann", "USD") == 600
    assert kinds(trader.submit(cleared(4, BUY, 1, 0, account="ann", order_type=MARKET)))[-1] != (
        REPORT_FILL
    )


def test_margin_covers_the_worse_of_all_buys_and_all_sells() -> None:
    future = Instrument(SYMBOL, "USD", 2, 2, 1, 0, 1, settlement=MARGINED)
    _, trader = cleared_venue(future)
    trader.submit(cleared(1, BUY, 30, 90, account="ann"), cleared(2, SELL, 20, 110, account="ann"))
    assert REPORT_REJECTED not in [report.kind for report in trader.reports()]
    assert kinds(trader.submit(cleared(3, BUY, 4, 90, account="ann"))) == [REPORT_REJECTED]
    trader.cancel(1)
    trader.submit(cleared(4, SELL, 5, 110, account="ann"))
    assert kinds(trader.submit(cleared(5, SELL, 1, 110, account="ann"))) == [REPORT_REJECTED]


def test_margined_positions_settle_only_the_difference() -> None:
    future = Instrument(SYMBOL, "USD", 2, 2, 1, 0, 1, settlement=MARGINED)
    clearing, trader = cleared_venue(future)
    trader.submit(cleared(1, SELL, 9, 100, account="bob"), cleared(2, BUY, 9, 100, account="ann"))
    assert clearing.balance("ann", "USD") == 1_000
    trader.submit(cleared(3, BUY, 12, 107, account="bob"), cleared(4, SELL, 12, 107, account="ann"))
    assert clearing.balance("ann", "USD") == 1_000 + 9 * 7
    assert clearing.balance("bob", "USD") == 1_000 - 9 * 7
    position = clearing.positions["ann"][SYMBOL]
    assert (position.lots, position.cost) == (-3, -3 * 107)


rows = st.lists(
    st.tuples(
        st.sampled_from(("new", "new", "new", "cancel", "replace")),
        st.sampled_from((BUY, SELL)),
        st.integers(1, 8),
        st.integers(97, 103),
        st.sampled_from((GTC, IOC, FOK)),
        st.sampled_from((LIMIT, LIMIT, MARKET)),
        st.sampled_from(("ann", "bob")),
        st.integers(1, 25),
    ),
    max_size=25,
)


@given(rows=rows, is_margined=st.booleans(), fee_ppm=st.sampled_from((0, FEE_PPM)))
def test_money_and_assets_are_neither_made_nor_lost(
    rows: list[tuple[str, int, int, int, int, int, str, int]], is_margined: bool, fee_ppm: int
) -> None:
    instrument = (
        Instrument(SYMBOL, "USD", 2, 2, 1, 0, 1, settlement=MARGINED) if is_margined else COIN
    )
    clearing, trader = cleared_venue(instrument, fee_ppm)
    for number, (what, side, quantity, price, in_force, kind, who, target) in enumerate(rows, 1):
        if what == "new":
            order = cleared(
                number,
                side,
                quantity,
                price,
                account=who,
                order_type=kind,
                time_in_force=in_force,
            )
            trader.submit(order)
        elif what == "cancel":
            trader.cancel(target)
        else:
            trader.replace(target, quantity, price, revision=number)
    for working in trader.venue.gateway.open_orders():
        trader.cancel(working.order)
    fees = sum(report.fee for report in trader.reports())
    trades = sum(1 for report in trader.reports() if report.kind == REPORT_FILL)
    assert all(clearing.balance(who, "COIN") >= 0 for who in ("ann", "bob"))
    if is_margined:
        positions = [of.get(SYMBOL) for of in clearing.positions.values()]
        held = [position for position in positions if position is not None]
        assert sum(position.lots for position in held) == 0
        assert all(p.working_buy == 0 and p.working_sell == 0 for p in held)
        # What is not yet settled lies in the costs of open positions.
        total = sum(clearing.balance(who, "USD") for who in ("ann", "bob"))
        assert total + fees - sum(position.cost for position in held) == 2_000
        return
    assert sum(clearing.balance(who, "USD") for who in ("ann", "bob")) + fees == 2_000
    assert sum(clearing.balance(who, "COIN") for who in ("ann", "bob")) == 20
    assert all(clearing.balance(who, "USD") >= -trades for who in ("ann", "bob"))
