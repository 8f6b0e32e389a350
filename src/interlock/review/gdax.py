"""D12: GDAX, 21 June 2017."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.commands import UpdateLadder
from interlock.messages.decisions import Terms
from interlock.messages.terms import IOC, MARKET, SELL
from interlock.messages.units import NS_PER_SECOND
from interlock.review.drill import Drill, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import VENUE, Dated, Scene, Teller

BEGIN_NS: Final = 1_498_073_400 * NS_PER_SECOND
"""21 June 2017, 12:30 in San Francisco."""
COIN: Final = "ETH"
FIRST: Final = 31_781
LAST: Final = 22_448
LEVELS: Final = 100
EACH: Final = 461
QUANTITY: Final = LEVELS * EACH
"""46,100 coins for $12.5 million."""
MOVE_BPS: Final = (FIRST - LAST) * 10_000 // FIRST
LIMIT: Final = "the same as a limit order at the last price"


def story(told: str) -> Iterator[Dated]:
    """One order to sell at the market walks down all the bids there are."""
    teller = Teller("client", time_ns=BEGIN_NS)
    bids = tuple((FIRST - (FIRST - LAST) * level // (LEVELS - 1), EACH) for level in range(LEVELS))
    asks = tuple((FIRST + 1 + level, EACH) for level in range(LEVELS))
    teller.say(UpdateLadder(COIN, VENUE, bids, asks, BEGIN_NS))
    teller.after(NS_PER_SECOND)
    if told == LIMIT:
        terms = Terms(price=LAST, time_in_force=IOC)
    else:
        terms = Terms(order_type=MARKET, time_in_force=IOC)
    teller.order(COIN, SELL, QUANTITY, terms)
    return iter(teller.told)


def harm(outcome: Outcome) -> int:
    """How far below the first bid the last of it was sold, in basis points."""
    lowest = min((price for _, price in outcome.fills), default=FIRST)
    return (FIRST - lowest) * 10_000 // FIRST


def _none(outcome: Outcome) -> bool:
    return not outcome.orders and outcome.decisions == 1


GDAX: Final = Drill(
    "D12",
    "GDAX, 21 June 2017",
    "One order sold ether for $12.5 million at the market: from $317.81 to $224.48 it took what was"
    " bid, 29.4 %. Some 800 stop orders followed, and within 45 milliseconds ether was sold for"
    " $0.10. (GDAX, 24 June 2017)",
    "The real prices, and 46,100 coins spread evenly between them. The stop orders of others are"
    " theirs; what is drilled is our order.",
    "fall of the price, basis points",
    harm,
    MOVE_BPS,
    Scene("gdax", (COIN,), ("client:person",), cash="0",
          positions=((COIN, str(QUANTITY), "0"),)),
    story,
    (
        Stage(
            "liquidity",
            "C03",
            0,
            "no order takes more than a part of what is displayed",
            _none,
            {"liquidity": "share_bps = 1_000"},
        ),
        Stage(
            "liquidity that cuts",
            "C03",
            MOVE_BPS // 10 + 10,
            "what is cut to a part of what is displayed moves the price by a part",
            lambda outcome: outcome.filled_lots == QUANTITY // 10,
            {"liquidity": 'share_bps = 1_000\nseverity = "amend"'},
        ),
        Stage(
            "order_kinds",
            "C13",
            0,
            "no order leaves without a price",
            _none,
            {"order_kinds": "market = 0\nimmediate = 1"},
        ),
        Stage(
            "price_collar",
            "C01",
            0,
            "no order leaves at a price far from the market",
            _none,
            {"price_collar": "bps = 1_000\npassive_bps = 5_000"},
            LIMIT,
        ),
        Stage(
            "price_band",
            "C13",
            0,
            "no order leaves at a price outside the day's band",
            _none,
            {"price_band": 'low = "286.03"\nhigh = "349.59"'},
            LIMIT,
        ),
    ),
)  # fmt: skip
