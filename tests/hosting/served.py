"""A hosted exchange and sessions at it, over real sockets, turned by the test: time is a number."""

import socket
from pathlib import Path

from interlock.execution.remote import RemoteVenue
from interlock.hosting.definition import HostedDefinition
from interlock.hosting.server import VenueServer
from interlock.inputs.listening import unix_listener
from interlock.inputs.session_parts import EXCHANGE, FaultSettings, MarketProfile, VenueSettings
from interlock.messages.commands import Command
from interlock.messages.definitions import Venue
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.terms import BUY, GTC, LIMIT
from interlock.messages.units import Nanoseconds, OrderId
from worlds import COIN

START = 1_700_000_000_000_000_000
MS = 1_000_000
SECOND = 1_000 * MS
ALPHA = Venue("alpha", ("COIN",), taker_fee_ppm=100)
BUSY = MarketProfile("COIN", 10_000, 2, 4, 20, 200, 200)


def definition(
    *, settings: VenueSettings | None = None, profiles: tuple[MarketProfile, ...] = ()
) -> HostedDefinition:
    plain = settings or VenueSettings("alpha", EXCHANGE)
    return HostedDefinition(ALPHA, plain, (COIN,), profiles, 7)


def order(
    number: OrderId, quantity: int = 10, price: int = 9_000, side: int = BUY, **more: object
) -> OrderCleared:
    values: dict[str, object] = {
        "order": number,
        "decision": 1,
        "account": "main",
        "source": "model",
        "release": "r1",
        "epoch": 1,
        "instrument": "COIN",
        "venue": "alpha",
        "side": side,
        "order_type": LIMIT,
        "time_in_force": GTC,
        "quantity": quantity,
        "price": price,
        "display": 0,
        "expire_ns": 0,
        "post_only": False,
        "reduce_only": False,
        "arrival_bid": 0,
        "arrival_ask": 0,
        **more,
    }
    return OrderCleared(**values)  # type: ignore[arg-type]


class Served:
    """A server on a Unix socket, and a clock."""

    def __init__(
        self,
        folder: Path,
        made: HostedDefinition | None = None,
        faults: tuple[FaultSettings, ...] = (),
        fault_seed: int = -1,
    ) -> None:
        self.folder = folder
        self.made = made or definition()
        self.faults = faults
        self.fault_seed = fault_seed
        self.now_ns = START
        self.remotes: list[RemoteVenue] = []
        self.server = self._begin()

    @property
    def address(self) -> str:
        return f"unix:{self.folder / 'v.sock'}"

    def _begin(self) -> VenueServer:
        path = self.folder / "v.sock"
        listener: socket.socket = unix_listener(path, 8)
        try:
            return VenueServer(
                self.made, self.folder, listener, self.now_ns, self.faults, self.fault_seed
            )
        except BaseException:
            listener.close()
            raise

    def session(self, name: str = "session-1", *, cancels: bool = False) -> "AtVenue":
        remote = RemoteVenue(ALPHA, [COIN], self.address, cancel_on_disconnect=cancels, link_seed=1)
        remote.begin(name)
        self.remotes.append(remote)
        return AtVenue(self, remote)

    def turn(self, after_ns: Nanoseconds = 0) -> None:
        self.now_ns += after_ns
        self.server.turn(self.now_ns)

    def restart(self) -> None:
        """The process is gone without a word, and another begins on its record."""
        self.abandon()
        self.restart_server()

    def restart_server(self) -> None:
        self.server = self._begin()

    def abandon(self) -> None:
        self.server.close()

    def peer(self) -> socket.socket:
        """A bare connection."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.connect(self.address.removeprefix("unix:"))
        made.settimeout(5)
        return made

    def close(self) -> None:
        for remote in self.remotes:
            remote.close()
        self.server.close()


class AtVenue:
    """The venue port of one session, with the server turned whenever somebody waits for it.

    It keeps the port's contract: what is said at a moment reaches the server at that moment.
    """

    def __init__(self, served: Served, remote: RemoteVenue) -> None:
        self.served = served
        self.remote = remote
        self.name = remote.name
        self.heard: list[tuple[Nanoseconds, Command]] = []
        self.connect()

    def connect(self) -> None:
        """Say hello and hear the welcome."""
        for _ in range(100):
            self.pump(self.served.now_ns)
            if self.remote.is_connected:
                return
            self.served.now_ns += 100 * MS
        raise AssertionError(f"never connected: {self.remote.link.why_down}")

    def pump(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """Everything that crosses the line at a moment, both ways."""
        self.served.now_ns = max(self.served.now_ns, time_ns)
        said: list[tuple[Nanoseconds, Command]] = []
        for _ in range(3):
            self.served.turn()
            said += self.remote.due(time_ns)
        self.heard += said
        return said

    def submit(self, time_ns: Nanoseconds, order: OrderCleared) -> None:
        self.remote.submit(time_ns, order)
        self._arrive(time_ns)

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        self.remote.cancel(time_ns, request)
        self._arrive(time_ns)

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        self.remote.replace(time_ns, request)
        self._arrive(time_ns)

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        self.remote.query(time_ns, order)
        self._arrive(time_ns)

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        self.remote.state(time_ns, asked)
        self._arrive(time_ns)

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        self.remote.adopt(time_ns, adopted)

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        self.remote.observe(time_ns, command)

    def next_time_ns(self) -> Nanoseconds:
        own_ns = self.remote.next_time_ns()
        there_ns = self.served.server.exchange.next_time_ns()
        return min((one for one in (own_ns, there_ns) if one >= 0), default=-1)

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        said: list[tuple[Nanoseconds, Command]] = []
        while 0 <= (next_ns := self.served.server.exchange.next_time_ns()) < time_ns:
            said += self.pump(max(next_ns, self.served.now_ns))
        return said + self.pump(time_ns)

    def _arrive(self, time_ns: Nanoseconds) -> None:
        self.served.now_ns = max(self.served.now_ns, time_ns)
        self.served.turn()
