"""Sessions with two venues, in market time: their files, and how they are run in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from interlock.assembly import assemble
from interlock.engines import Ground
from interlock.execution.guard import VenueGuard
from interlock.inputs.clock import WallClock
from interlock.inputs.session_file import parse_session
from interlock.messages.encoding import Entry
from interlock.parts import Parts, parts_of

LIMITS = """
[controls.restricted_list]
instruments = []
owner = "bench"
reason = "nothing is restricted"

[controls.market_data]
age_ms = 60_000
owner = "bench"
reason = "a minute"

[controls.price_collar]
bps = 1_000
passive_bps = 5_000
owner = "bench"
reason = "wide"

[controls.order_quantity]
quantity_max = "100000"
owner = "bench"
reason = "wide"

[controls.order_value]
value_max = "100000000"
owner = "bench"
reason = "wide"

[controls.liquidity]
share_bps = 100_000
owner = "bench"
reason = "wide"

[controls.position]
long_max = "100000"
short_max = "100000"
owner = "bench"
reason = "wide"

[controls.gross_exposure]
value_max = "1000000000"
owner = "bench"
reason = "wide"

[controls.cash]
minimum = "-1000000000"
owner = "bench"
reason = "wide"

[controls.message_rate]
count_max = 10_000
window_ms = 1_000
owner = "bench"
reason = "wide"

[controls.open_orders]
count_max = 10_000
owner = "bench"
reason = "wide"
"""

GENERATED = """
[session]
name = "two-venues"
seed = {seed}
routing = "{routing}"

[currencies]
USD = {{ digits = 4 }}

[[instruments]]
symbol = "COIN"
currency = "USD"
tick = "0.01"
lot = "0.01"
settlement = "spot"

[[venues]]
name = "alpha"
kind = "exchange"
instruments = ["COIN"]
taker_fee_ppm = 80
latency_out_us = 500
latency_in_us = 500
silence_ms = 1_000
publish_interval_us = 10_000
{alpha}

[[venues]]
name = "beta"
kind = "exchange"
instruments = ["COIN"]
taker_fee_ppm = 100
latency_out_us = 900
latency_in_us = 900
silence_ms = 1_000
publish_interval_us = 10_000
{beta}

[[accounts]]
name = "main"
cash = {{ USD = "100000000" }}

[[releases]]
name = "r1"
epoch = 1

{sources}

[market]
start = "2026-01-05T14:30:00Z"
duration_s = {seconds}

[[market.instruments]]
instrument = "COIN"
price = "100.00"
half_spread = "0.02"
quantity = "1.20"
events_per_second = 60
volatility_ppm = 120
"""

SOURCE = """
[[sources]]
name = "{name}"
account = "main"
instruments = ["{symbol}"]
release = "r1"
epoch = 1
model = "worlds.parents:Parents"
decision_latency_us = 100
parameters = {{ interval_ms = {interval_ms}, quantity = {quantity}, protection = {protection} }}
"""


Follower = Callable[[int, list[Entry]], None]


@dataclass
class Ran:
    """A session that has run."""

    entries: list[tuple[int, Entry]]
    parts: Parts


def run(
    text: str,
    directory: Path,
    data: Sequence[Path] = (),
    make: Callable[..., Parts] = parts_of,
    guards: list[VenueGuard] | None = None,
) -> Ran:
    """This runs a session file from its text and gives every entry of its journal; `guards` are
    filled in with those before its venues."""
    made: list[Parts] = []
    kept: list[tuple[int, Entry]] = []

    def parts(*arguments: object) -> Parts:
        made.append(make(*arguments))
        return made[0]

    def follow(first: int, entries: list[Entry]) -> None:
        kept.extend(enumerate(entries, first))

    session = assemble(
        parse_session(text),
        directory,
        data,
        ground=Ground(WallClock(), parts=parts),
        followers=(follow,),
    )
    if guards is not None:
        ports = session.engine.outbox.venues.values()
        guards += [port for port in ports if isinstance(port, VenueGuard)]
    session.run()
    session.close("done")
    return Ran(kept, made[0])
