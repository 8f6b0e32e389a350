"""The exchange against the matching scenarios of exchange-core, which nobody here wrote."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.messages.commands import Command
from interlock.messages.definitions import Instrument, Venue
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.reasons import REQUESTED
from interlock.messages.terms import BUY, FOK, GTC, IOC, LIMIT, MARGINED, SELL
from interlock.simulation.book import SELF_MATCH_ALLOWED
from interlock.simulation.clearing import Clearing
from interlock.simulation.exchange import Exchange
from interlock.simulation.order import VenueOrder
from simulation.scenarios import Scenario, Step, read_feature
from simulation.trading import fills, trades

SIDES = {"ASK": SELL, "BID": BUY}
TIMES = {"GTC": GTC, "IOC": IOC, "FOK": FOK}

# The two symbols as exchange-core's tests define them: EUR_USD is a margined contract with margins
# of 2200 and 3210 a lot; a lot of ETH_XBT is 100,000 of the asset, a tick on a lot is worth 10.
EUR_USD = Instrument("EUR_USD", "USD", 0, 0, 1, 0, 1, settlement=MARGINED)
ETH_XBT = Instrument("ETH_XBT", "XBT", 8, 6, 1, 1, 1)


def rows(table: list[list[str]]) -> list[tuple[str, str, str]]:
    """Book rows as (bid, price, ask), without the head that some of the tables have."""
    assert all(len(row) == 3 for row in table), f"a book has three columns: {table}"
    return [(row[0], row[1], row[2]) for row in table if row[1] != "price"]


class Play:
    """One scenario on a new exchange. Every step must be understood, and its words must be true."""

    def __init__(self) -> None:
        self.clearing = Clearing()
        self.clearing.list_instrument(EUR_USD, margin_buy=2_200, margin_sell=3_210)
        self.clearing.list_instrument(ETH_XBT, "ETH", 100_000)
        self.exchange = Exchange(
            Venue("core", ("EUR_USD", "ETH_XBT")),
            [EUR_USD, ETH_XBT],
            self_match=SELF_MATCH_ALLOWED,
            clearing=self.clearing,
        )
        self.time_ns = 1
        self.words: list[Command] = []
        self.revisions = 0
        self.steps: list[tuple[str, Callable[..., None]]] = [
            (r"New client (\w+) has a balance:", self.deposit),
            (
                r"A client (\w+) places an (ASK|BID) order (\d+) at (\d+)@(\d+) "
                r"\(type: (\w+), symbol: (\w+)(?:, reservePrice: (\d+))?\)",
                self.place,
            ),
            (r"An (\w+) order book is:", self.check_book),
            (r"No trade events", self.check_no_trades),
            (r"A client (\w+) orders:", self.check_orders),
            (
                r"The order (\d+) is (partially|fully) matched\. LastPx: (\d+), LastQty: (\d+)",
                self.check_match,
            ),
            (r"A client (\w+) moves a price to (\d+) of the order (\d+)", self.move),
            (r"A balance of a client (\w+):", self.check_balance),
            (
                r"A client (\w+) cancels the remaining size (\d+) of the order (\d+)",
                self.cancel,
            ),
            (r"A client (\w+) does not have active orders", self.check_no_orders),
        ]

    def run(self, scenario: Scenario) -> None:
        for step in scenario.steps:
            for pattern, action in self.steps:
                match = re.fullmatch(pattern, step.text)
                if match is not None:
                    try:
                        action(step, *match.groups())
                    except AssertionError as error:
                        raise AssertionError(f"line {step.line}: {step.text}: {error}") from error
                    break
            else:
                raise AssertionError(f"line {step.line}: {step.text!r} is not understood")

    def listen(self) -> None:
        self.words = [command for _, command in self.exchange.due(self.time_ns)]
        self.time_ns += 1

    def orders_of(self, client: str) -> list[VenueOrder]:
        known = self.exchange.gateway.orders.values()
        return [order for order in known if order.participant == client and order.is_open]

    def deposit(self, step: Step, client: str) -> None:
        for currency, amount in step.table:
            self.clearing.deposit(client, currency, int(amount))

    def place(
        self,
        step: Step,
        client: str,
        side: str,
        order: str,
        price: str,
        quantity: str,
        time_in_force: str,
        symbol: str,
        reserve_price: str | None,
    ) -> None:
        sent = OrderCleared(
            int(order), 1, client, "", "", 0, symbol, "core", SIDES[side], LIMIT,
            TIMES[time_in_force], int(quantity), int(price), 0, 0, False, False, 0, 0,
        )  # fmt: skip
        self.exchange.submit(self.time_ns, sent, int(reserve_price or 0))
        self.listen()

    def move(self, step: Step, client: str, price: str, order: str) -> None:
        known = self.exchange.gateway.orders[int(order)]
        assert known.participant == client, f"it is {known.participant}'s order"
        self.revisions += 1
        self.exchange.replace(
            self.time_ns,
            ReplaceRequested(int(order), "core", 1, self.revisions, known.quantity, int(price)),
        )
        self.listen()

    def cancel(self, step: Step, client: str, quantity: str, order: str) -> None:
        known = self.exchange.gateway.orders[int(order)]
        assert (known.participant, known.leaves) == (client, int(quantity))
        self.exchange.cancel(self.time_ns, CancelRequested(int(order), "core", 1, REQUESTED))
        self.listen()

    def check_book(self, step: Step, symbol: str) -> None:
        book = self.exchange.listings[symbol].book
        asks = [("", str(price), str(lots)) for price, lots in reversed(book.asks.depth(99))]
        bids = [(str(lots), str(price), "") for price, lots in book.bids.depth(99)]
        assert asks + bids == rows(step.table)

    def check_no_trades(self, step: Step) -> None:
        assert not trades(self.words)

    def check_match(self, step: Step, order: str, how: str, price: str, quantity: str) -> None:
        assert fills(self.words, int(order)) == [(int(price), int(quantity))]
        assert len(trades(self.words)) == 1
        known = self.exchange.gateway.orders[int(order)]
        assert (known.leaves == 0) == (how == "fully"), f"{known.leaves} are left"

    def check_orders(self, step: Step, client: str) -> None:
        head, *wanted = step.table
        assert head == ["id", "price", "size", "filled", "reservePrice", "side"]
        found = [
            [
                str(order.order),
                str(order.price),
                str(order.quantity),
                str(order.filled),
                # A seller reserves the asset, whatever its price: it has no reserve price.
                str(order.reserve_price if order.side == BUY else 0),
                "BID" if order.side == BUY else "ASK",
            ]
            for order in self.orders_of(client)
        ]
        assert found == wanted

    def check_no_orders(self, step: Step, client: str) -> None:
        assert not self.orders_of(client)

    def check_balance(self, step: Step, client: str) -> None:
        for currency, amount in step.table:
            found = self.clearing.balance(client, currency)
            assert found == int(amount), f"{currency} was {found}, must be {amount}"


def feature_files(data_folder: Path) -> list[Path]:
    files = sorted((data_folder / "matching").glob("*.feature"))
    assert files, f"{data_folder / 'matching'} has no feature"
    return files


def test_every_matching_scenario_passes(data_folder: Path) -> None:
    played = 0
    for path in feature_files(data_folder):
        for scenario in read_feature(path.read_text(encoding="utf-8")):
            Play().run(scenario)
            played += 1
    assert played >= 3, f"only {played} scenarios were played"


def test_an_outline_is_played_once_for_each_example(data_folder: Path) -> None:
    names = [
        scenario.name
        for path in feature_files(data_folder)
        for scenario in read_feature(path.read_text(encoding="utf-8"))
    ]
    assert "basic full cycle test [EUR_USD]" in names
    assert "basic full cycle test [ETH_XBT]" in names


def test_a_step_that_is_not_understood_fails() -> None:
    with pytest.raises(AssertionError, match="not understood"):
        Play().run(Scenario("odd", [Step("A client Alice wins the lottery", 1)]))


def test_a_book_that_differs_fails_with_its_line() -> None:
    step = Step("An EUR_USD order book is:", 7, [["", "1600", "7"]])
    with pytest.raises(AssertionError, match="line 7"):
        Play().run(Scenario("wrong", [step]))
