"""Our whole walk at a hosted exchange: engine, journal, outbox and link, with time as a number."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from hosting.served import MS, SECOND, Served
from interlock.engine import Engine
from interlock.execution.outbox import Outbox
from interlock.execution.remote import RemoteVenue
from interlock.journal.reader import JournalReader
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    Command,
    DefineVenue,
    Halt,
    ProposeDecision,
    ServeQueue,
)
from interlock.messages.decisions import (
    Action,
    CancelOrders,
    Decision,
    OrderQuantity,
    Terms,
)
from interlock.messages.definitions import Venue
from interlock.messages.encoding import Entry
from interlock.messages.events import Event
from interlock.messages.terms import BUY, SELL
from worlds import COIN, limit, opening

SESSION = "session-1"
SILENCE_NS = 200 * MS
STEP_NS = 20 * MS


class Trading:
    """One session that trades at random at a served exchange."""

    def __init__(self, folder: Path, served: Served, *, cancels: bool = False) -> None:
        self.served = served
        self.chance = Random(5)
        self.keys = 0
        self.folder = folder / "journal"
        journal = JournalWriter.create(
            self.folder, journal_id=bytes(16), code_version="test", created_ns=served.now_ns
        )
        venue = Venue("alpha", ("COIN",), taker_fee_ppm=100)
        self.remote = RemoteVenue(
            venue, [COIN], served.address, cancel_on_disconnect=cancels, link_seed=2
        )
        served.remotes.append(self.remote)
        outbox = Outbox({"alpha": self.remote}, {"alpha": SILENCE_NS}, {})
        self.engine = Engine(Kernel(Ledger(), {}), journal, outbox, (self.remote.follow,))
        limits = ("market_data", "price_collar", "order_quantity", "order_value", "position")
        for command in opening(instruments=(COIN,), limits=limits):
            if isinstance(command, DefineVenue):
                command = DefineVenue(venue) if command.venue.name == "alpha" else command
            self.take(command)
        self.take(limit("position", long_max=5_000, short_max=5_000))
        self.engine.keep()
        self.remote.begin(self.ledger.session_id)

    @property
    def ledger(self) -> Ledger:
        return self.engine.kernel.ledger

    def take(self, command: Command) -> list[Event]:
        return self.engine.take(self.served.now_ns, command)

    def step(self) -> None:
        """Time passes; the venue, the link and our timers do what they do."""
        self.served.turn(STEP_NS)
        for talker in (self.remote, self.engine.outbox):
            for _, command in talker.due(self.served.now_ns):
                self.take(command)
        self.engine.keep()
        self.served.turn()

    def run(self, seconds: int, on_step: Callable[[], None] = lambda: None) -> None:
        until_ns = self.served.now_ns + seconds * SECOND
        while self.served.now_ns < until_ns:
            self.step()
            on_step()

    def decide(self, action: Action) -> list[Event]:
        self.keys += 1
        until_ns = self.served.now_ns + SECOND
        self.take(ProposeDecision(Decision("model", f"k{self.keys}", "r1", 1, action, until_ns)))
        events = self.take(ServeQueue(8))
        self.engine.keep()
        self.served.turn()
        return events

    def trade(self) -> None:
        """An order near the market, or a cancel of one that works."""
        working = list(self.ledger.orders.open)
        if working and self.chance.random() < 0.25:
            self.decide(CancelOrders((self.chance.choice(working),)))
            return
        market = self.ledger.instruments["COIN"].markets.get("alpha")
        middle = market.bid if market is not None and market.bid else 10_000
        side = self.chance.choice((BUY, SELL))
        price = middle + self.chance.randint(-14, 14)
        terms = Terms(price=price, venue="alpha")
        self.decide(OrderQuantity("COIN", side, self.chance.randint(1, 40), terms))

    def settle(self) -> None:
        """Stop, and wait until nobody owes an answer."""
        self.take(Halt("firm", "anna", "the end"))
        self.engine.keep()
        for _ in range(1_500):
            if not self.ledger.orders.open:
                return
            self.step()
        raise AssertionError(f"still open: {list(self.ledger.orders.open.values())}")

    def entries(self) -> list[Entry]:
        """Everything that is in the journal."""
        self.engine.close()
        return [entry for _, entry in JournalReader(self.folder).entries()]

    def books(self) -> tuple[int, int, int]:
        """Our lots, cash and fees."""
        account = self.ledger.accounts["main"]
        cash = account.cash["USD"]
        position = account.positions.get("COIN")
        if position is None:
            return 0, 0, 0
        return position.lots, cash.balance - cash.opening, position.fees

    def venue_books(self) -> tuple[int, int, int]:
        """The same, from the venue's truth."""
        client = self.served.server.exchange.clients[self.ledger.session_id]
        quantity, value, fees, _ = client.traded.get(("main", "COIN"), [0, 0, 0, 0])
        return quantity, -value * COIN.minor_per_tick_lot - fees, fees
