"""Session parts: what a session file says beyond the definitions that enter the journal as
commands: how venues are simulated, what decides, which market is generated, which recordings are
read.
"""

from msgspec import Struct

from interlock.inputs.session_health import HealthSettings
from interlock.messages.units import Lots, Nanoseconds, Ticks

EXCHANGE = "exchange"
RECORDED = "recorded"
REMOTE = "remote"
VENUE_KINDS = (EXCHANGE, RECORDED, REMOTE)

DATA_KINDS = ("binance", "equity", "plain")
"""What `recordings.kind_of` tells apart."""

FILE = "file"
WEBHOOK = "webhook"
ACTION_KINDS = (FILE, WEBHOOK)


class FaultSettings(Struct, frozen=True):
    """One fault of a venue's script, as `simulation.faults.Fault` has it."""

    kind: int
    from_ms: int = 0
    for_ms: int = 0
    every_ms: int = 0
    ppm: int = 1_000_000
    delay_ms: int = 0
    after: int = 0
    count_max: int = 0
    refuses: bool = False
    cancels: bool = False


class VenueSettings(Struct, frozen=True):
    """How one venue is simulated, here or by `interlock venue serve`, or reached."""

    name: str
    kind: str
    """`exchange`: matches our orders with those of a generated market; `recorded`: fills them
    against recordings; `remote`: an exchange in a process of its own."""
    latency_out_us: int = 0
    latency_in_us: int = 0
    self_match: int = 0
    """One of the exchange's self-match modes."""
    messages_reject: int = 0
    """Above this many messages in three seconds the venue rejects; 0 never."""
    messages_logout: int = 0
    """Above this many it logs us out and cancels; 0 never."""
    levels: int = 1
    """Depth that an exchange publishes."""
    publish_interval_us: int = 0
    """An exchange publishes an instrument's market at most this often."""
    faults: tuple[FaultSettings, ...] = ()
    fault_seed: int = -1
    """A script of faults by seed, beside `faults`; -1 for none."""
    address: str = ""
    """Of a remote venue: `unix:PATH` or `127.0.0.1:PORT`."""
    cancel_on_disconnect: bool = False
    """Whether a remote venue is asked to cancel what works when the connection breaks."""
    reconcile_s: int = 60
    """It is asked for all that it has so often, while orders are sent there; 0 never by itself."""
    has_drop_copy: bool = False
    """Whether a simulated venue keeps a second record of its executions, to compare with."""
    health: HealthSettings | None = None
    """How its health is told; None when nobody watches it."""


class SourceSettings(Struct, frozen=True):
    """What decides for one source, and under which release."""

    name: str
    model: str = ""
    """A built-in model, or `package.module:Class`; empty when decisions come from outside."""
    parameters: dict[str, int] = {}
    release: str = ""
    epoch: int = 0
    decision_latency_us: int = 0


class MarketProfile(Struct, frozen=True):
    """How one instrument trades in the generated market."""

    instrument: str
    price: Ticks
    half_spread: Ticks
    depth_ticks: int
    quantity: Lots
    events_per_second: int
    volatility_ppm: int


class MarketSettings(Struct, frozen=True):
    """The generated market."""

    start_ns: Nanoseconds
    duration_s: int
    profiles: tuple[MarketProfile, ...]


class DataSettings(Struct, frozen=True):
    """What the content of a recording does not say. An empty field leaves it to the content."""

    kind: str = ""
    name: str = ""
    """Which files are meant, as a pattern of their names such as `spot-*.gz`."""
    venue: str = ""
    symbols: dict[str, str] = {}
    """Symbols in the recording to instruments of the session, where the names do not tell."""
    levels: int = 0
    clock: str = ""


class OverloadSettings(Struct, frozen=True):
    """When a live session has more than it can do in time: its `[overload]`."""

    target_ms: int = 20
    """Lines that wait longer than this, as a rule, are too many; twice as long is too long."""
    interval_ms: int = 100
    """How long the shortest and the mean wait are looked at before anything follows."""
    lane_lines: int = 1_024
    """Lines that wait in one lane at most."""
    turn_lines: int = 64
    """Exits, new risk and chatter that are taken between two looks at the door."""


class ActionSettings(Struct, frozen=True):
    """The executor of one named action."""

    name: str
    kind: str
    target: str
    """A path relative to the session's folder, or the URL to post to."""
