"""D7: Merrill Lynch, 2012 to 2014."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.commands import UpdateLadder
from interlock.messages.decisions import Terms
from interlock.messages.terms import IOC, SELL
from interlock.messages.units import NS_PER_SECOND
from interlock.review.drill import Drill, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import VENUE, Dated, Scene, Teller

BEGIN_NS: Final = 1_349_101_800 * NS_PER_SECOND
STOCK: Final = "THIN"
DAILY: Final = 79_000
LIMIT: Final = 5_000_000
"""63 times what trades in a day."""
ORDER: Final = 100_000
FIRST: Final = 1_000
LEVELS: Final = 100


def story(told: str) -> Iterator[Dated]:
    """An order for more than a day's volume, far below a limit that is none."""
    teller = Teller("desk", time_ns=BEGIN_NS)
    bids = tuple((FIRST - 10 * level, ORDER // LEVELS) for level in range(LEVELS))
    asks = tuple((FIRST + 1 + level, ORDER // LEVELS) for level in range(LEVELS))
    teller.say(UpdateLadder(STOCK, VENUE, bids, asks, BEGIN_NS))
    teller.after(NS_PER_SECOND)
    for _ in range(10):
        # In ten slices, as if that led around a limit.
        teller.order(STOCK, SELL, ORDER // 10, Terms(price=1, time_in_force=IOC))
        teller.after(NS_PER_SECOND)
    return iter(teller.told)


def harm(outcome: Outcome) -> int:
    """How far below the first bid the last of it was sold, in basis points."""
    lowest = min((price for _, price in outcome.fills), default=FIRST)
    return (FIRST - lowest) * 10_000 // FIRST


def _within(lots: int) -> int:
    """How far a quantity moves this market."""
    return (lots * LEVELS // ORDER - 1) * 10 * 10_000 // FIRST


MERRILL: Final = Drill(
    "D7",
    "Merrill Lynch, 2012 to 2014",
    "Limits of 5 to 25 million shares and $250 million on single orders: one of 5 million shares"
    " stood on a stock that traded 79,000 a day. At least 15 disruptions of the market, two of them"
    " falls of 99 %. (SEC release 34-78929)",
    "The real limit and volume; an order of 100,000 shares in ten slices, in a market that is empty"
    " after it. `interlock controls lint` finds such a limit before it is needed.",
    "fall of the price, basis points",
    harm,
    9_900,
    Scene("merrill", (STOCK,), ("desk:person",), cash="0",
          positions=((STOCK, str(ORDER), "0"),)),
    story,
    (
        Stage(
            "volume_share",
            "C03",
            _within(10_000),
            "slices count together, against what trades in a day",
            lambda outcome: outcome.filled_lots == 10_000,
            {
                "volume_share": f'daily_volume = "{DAILY}"\nshare_bps = 1_500\n'
                "window_ms = 60_000"
            },
        ),
        Stage(
            "order_quantity",
            "C03",
            _within(10_000),
            "slices count together",
            lambda outcome: outcome.filled_lots == 10_000,
            {"order_quantity": 'quantity_max = "11850"\nwindow_ms = 60_000'},
        ),
        Stage(
            "daily_quantity",
            "C11",
            _within(20_000),
            "a day's sum stays below a day's share",
            lambda outcome: outcome.filled_lots == 20_000,
            {"daily_quantity": 'quantity_max = "23700"'},
        ),
    ),
)  # fmt: skip
