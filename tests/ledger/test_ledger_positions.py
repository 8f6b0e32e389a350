"""Positions and cash against an independent account in fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.instruments import InstrumentRecord
from interlock.ledger.positions import AccountRecord, CashRecord, PositionRecord
from interlock.messages.definitions import Instrument
from interlock.messages.terms import BUY, MARGINED, SELL, SPOT

OPENING_CASH = 1_000_000

trades = st.lists(
    st.tuples(
        st.sampled_from([BUY, SELL]), st.integers(1, 50), st.integers(1, 300), st.integers(-3, 9)
    ),
    max_size=25,
)


def position(settlement: int = SPOT, multiplier: int = 1) -> PositionRecord:
    definition = Instrument("COIN", "USD", 2, 2, 1, 0, 1, multiplier, settlement)
    account = AccountRecord("main")
    cash = CashRecord("USD", 2, OPENING_CASH)
    account.cash["USD"] = cash
    return PositionRecord(account, InstrumentRecord(definition), cash)


class Naive:
    """Average cost as a textbook has it, without rounding."""

    def __init__(self) -> None:
        self.lots = 0
        self.average = Fraction(0)
        self.realised = Fraction(0)

    def trade(self, side: int, quantity: int, price: int) -> None:
        signed = quantity if side == BUY else -quantity
        if self.lots * signed >= 0:
            total = abs(self.lots) * self.average + quantity * price
            self.lots += signed
            self.average = total / abs(self.lots)
            return
        closing = min(quantity, abs(self.lots))
        gain = (price - self.average) * closing
        self.realised += gain if self.lots > 0 else -gain
        self.lots += signed
        if self.lots == 0:
            self.average = Fraction(0)
        elif (self.lots > 0) == (signed > 0):
            self.average = Fraction(price)


@given(trades)
def test_a_position_is_the_average_cost_account_to_less_than_one_unit_a_trade(
    history: list[tuple[int, int, int, int]],
) -> None:
    kept, naive = position(), Naive()
    for count, (side, quantity, price, fee) in enumerate(history, start=1):
        kept.trade(side, quantity, price * quantity, fee)
        naive.trade(side, quantity, price)
        assert kept.lots == naive.lots
        # Rounding is carried in the cost, never lost, and at most one unit each time.
        assert abs(kept.cost - abs(naive.lots) * naive.average) <= count
        assert abs(kept.realised - naive.realised) <= count
        if kept.lots == 0:
            assert kept.cost == 0


@given(trades)
def test_money_is_conserved_to_the_smallest_unit(history: list[tuple[int, int, int, int]]) -> None:
    kept = position()
    paid = 0
    for side, quantity, price, fee in history:
        kept.trade(side, quantity, price * quantity, fee)
        paid += (price * quantity if side == BUY else -price * quantity) + fee
        assert kept.sold_value - kept.bought_value == kept.realised - kept.signed_cost()
        assert kept.cash.balance == OPENING_CASH - paid
        assert kept.cost >= 0


@given(trades, st.integers(1, 400))
def test_realised_and_unrealised_are_what_the_account_is_worth_more(
    history: list[tuple[int, int, int, int]], mark: int
) -> None:
    kept = position()
    for side, quantity, price, fee in history:
        kept.trade(side, quantity, price * quantity, fee)
    kept.instrument.mark = mark
    worth = kept.cash.balance + kept.lots * mark
    assert kept.realised + kept.unrealised() - kept.fees == worth - OPENING_CASH


@given(trades, st.lists(st.integers(0, 100), max_size=10))
def test_a_trade_taken_back_leaves_lots_totals_and_cash_as_without_it(
    history: list[tuple[int, int, int, int]], picks: list[int]
) -> None:
    kept, without = position(), position()
    taken = {pick % len(history) for pick in picks} if history else set()
    for side, quantity, price, fee in history:
        kept.trade(side, quantity, price * quantity, fee)
    for place in sorted(taken):
        side, quantity, price, fee = history[place]
        kept.untrade(side, quantity, price * quantity, fee)
    for place, (side, quantity, price, fee) in enumerate(history):
        if place not in taken:
            without.trade(side, quantity, price * quantity, fee)
    for name in ("lots", "bought", "sold", "bought_value", "sold_value", "fees"):
        assert getattr(kept, name) == getattr(without, name), name
    assert kept.cash.balance == without.cash.balance
    assert kept.realised - kept.signed_cost() == without.realised - without.signed_cost()


@given(trades)
def test_a_correction_is_the_bust_and_the_corrected_trade(
    history: list[tuple[int, int, int, int]],
) -> None:
    kept, corrected = position(), position()
    for side, quantity, price, fee in history:
        kept.trade(side, quantity, price * quantity, fee)
        kept.untrade(side, quantity, price * quantity, fee)
        kept.trade(side, quantity, (price + 1) * quantity, fee)
        corrected.trade(side, quantity, (price + 1) * quantity, fee)
    assert kept.lots == corrected.lots
    assert kept.cash.balance == corrected.cash.balance


@given(trades)
def test_what_is_margined_settles_only_differences(
    history: list[tuple[int, int, int, int]],
) -> None:
    kept = position(MARGINED, multiplier=5)
    fees = 0
    for side, quantity, price, fee in history:
        kept.trade(side, quantity, price * quantity * 5, fee)
        fees += fee
        assert kept.cash.balance == OPENING_CASH + kept.realised - fees


def test_a_position_that_turns_over_costs_what_it_turned_at() -> None:
    kept = position()
    kept.trade(BUY, 10, 1_000, 0)
    kept.trade(SELL, 15, 15 * 120, 0)
    assert (kept.lots, kept.cost, kept.realised) == (-5, 600, 200)
    kept.trade(BUY, 5, 500, 0)
    assert (kept.lots, kept.cost, kept.realised) == (0, 0, 300)


def test_an_opening_position_is_no_trade() -> None:
    kept = position()
    kept.open_with(10, 1_000)
    kept.trade(SELL, 4, 4 * 110, 0)
    assert (kept.lots, kept.cost, kept.realised, kept.sold) == (6, 600, 40, 4)


@pytest.mark.parametrize(
    ("lots", "open_buy", "open_sell", "longest", "shortest", "worst"),
    [(0, 0, 0, 0, 0, 0), (5, 3, 2, 8, 3, 8), (5, 0, 20, 5, -15, 15), (-5, 3, 2, -2, -7, 7)],
)
def test_the_worst_case_counts_open_orders_on_one_side_at_a_time(
    lots: int, open_buy: int, open_sell: int, longest: int, shortest: int, worst: int
) -> None:
    kept = position()
    kept.open_with(lots, abs(lots))
    kept.open_buy, kept.open_sell = open_buy, open_sell
    kept.instrument.mark = 7
    assert (kept.worst_long(), kept.worst_short(), kept.worst_lots()) == (longest, shortest, worst)
    assert kept.worst_value() == worst * 7


@pytest.mark.parametrize(
    ("lots", "open_buy", "open_sell", "side", "room"),
    [(5, 0, 0, SELL, 5), (5, 0, 2, SELL, 3), (5, 9, 0, BUY, 0), (-5, 1, 0, BUY, 4),
     (-5, 0, 3, SELL, 0), (0, 0, 0, BUY, 0)],
)  # fmt: skip
def test_what_reduces_is_bounded_by_the_position_and_what_works(
    lots: int, open_buy: int, open_sell: int, side: int, room: int
) -> None:
    kept = position()
    kept.open_with(lots, abs(lots))
    kept.open_buy, kept.open_sell = open_buy, open_sell
    assert kept.reducing_room(side) == room


def test_the_gross_value_of_an_account_is_unknown_while_a_position_has_no_mark() -> None:
    kept = position()
    account = kept.account
    account.positions["COIN"] = kept
    assert account.gross_value("USD") == 0
    kept.open_with(3, 300)
    assert account.gross_value("USD") == -1
    kept.instrument.mark = 100
    kept.change()
    assert account.gross_value("USD") == 300
    assert account.gross_value("EUR") == 0
