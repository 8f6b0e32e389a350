"""D6: HanMag Securities, 12 December 2013."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.decisions import Terms
from interlock.messages.terms import BUY, IOC
from interlock.messages.units import NS_PER_SECOND
from interlock.review.drill import Drill, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated, Scene, Teller

BEGIN_NS: Final = 1_386_806_520 * NS_PER_SECOND
"""12 December 2013, 9:02 in Seoul."""
SERIES: Final = tuple(f"K{number}" for number in range(1, 20))
TRADES: Final = 361
SECONDS: Final = 143
WORTH: Final = 100
PAID: Final = 356
"""Hundredths of a point: 2.56 points too much make 46.2 bn won in 36,100 trades."""
POINT: Final = 500_000
EQUITY: Final = 200_000_000
EACH: Final = (PAID - WORTH) * POINT // 100


def story(told: str) -> Iterator[Dated]:
    """Options are valued with the wrong days to expiry, and bought at that."""
    teller = Teller("pricer", time_ns=BEGIN_NS)
    for series in SERIES:
        teller.quote(series, WORTH - 1, WORTH + 1, 1_000, 1_000)
        # What others ask once they have seen what is paid.
        teller.quote(series, WORTH - 1, PAID, 1_000, 1_000)
    for number in range(TRADES):
        terms = Terms(price=PAID, time_in_force=IOC)
        teller.order(SERIES[number % len(SERIES)], BUY, 1, terms)
        teller.after(SECONDS * NS_PER_SECOND // TRADES)
    return iter(teller.told)


def harm(outcome: Outcome) -> int:
    """What was paid above what it is worth."""
    paid = sum(position.bought_value for position in outcome.positions)
    return paid - sum(position.bought * WORTH * POINT // 100 for position in outcome.positions)


HANMAG: Final = Drill(
    "D6",
    "HanMag Securities, 12 December 2013",
    "An input said the wrong number of days to expiry, and a program priced index options by it:"
    " 36,100 trades in 143 seconds, 46.2 bn won lost by a firm that had 20 bn. The exchange had no"
    " kill function; the firm lost its licence. (Financial Services Commission of Korea, 2014)",
    "1:100. 361 trades of one contract, each bought for 2.56 points more than it is worth; equity"
    " of 200 million won.",
    "paid above worth, KRW",
    harm,
    TRADES * EACH,
    Scene(
        "hanmag",
        SERIES,
        ("pricer",),
        currency="KRW",
        digits=0,
        multiplier=POINT,
        cash=str(EQUITY),
    ),
    story,
    (
        Stage(
            "price_collar",
            "C01",
            0,
            "no order leaves at a price far from the market",
            lambda outcome: outcome.refused["PRICE_OUTSIDE_COLLAR"] == TRADES,
            {"price_collar": "bps = 500\npassive_bps = 5_000"},
        ),
        Stage(
            "cash",
            "C08",
            EQUITY,
            "no more is paid than there is",
            lambda outcome: outcome.ledger.currencies["KRW"].balance >= 0,
            {"cash": 'minimum = "0"'},
        ),
        Stage(
            "gross_exposure",
            "C08",
            EQUITY,
            "what is held stays within the capital",
            lambda outcome: outcome.worst_value() <= EQUITY // 2,
            {"gross_exposure": f'value_max = "{EQUITY // 2}"'},
        ),
        Stage(
            "net_exposure",
            "C08",
            EQUITY,
            "what is held on one side stays within the capital",
            lambda outcome: outcome.worst_value() <= EQUITY // 2,
            {"net_exposure": f'value_max = "{EQUITY // 2}"'},
        ),
        Stage(
            "daily_quantity",
            "C11",
            5 * len(SERIES) * EACH,
            "no series is bought beyond what a day may bring",
            lambda outcome: all(position.bought == 5 for position in outcome.positions),
            {"daily_quantity": 'quantity_max = "5"'},
        ),
        Stage(
            "daily_value",
            "C11",
            5 * len(SERIES) * EACH,
            "no series is bought beyond what a day may bring",
            lambda outcome: all(position.bought == 5 for position in outcome.positions),
            {"daily_value": f'value_max = "{5 * PAID * POINT // 100}"'},
        ),
    ),
)
