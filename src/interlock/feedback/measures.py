"""Measures: what each figure of a quality report means, its sign, its unit and where it is from.

The catalogue is what `docs/quality.md` prints; a figure that is not in it is not shown.
"""

from typing import Final, NamedTuple


class Measure(NamedTuple):
    """One figure."""

    name: str
    meaning: str
    sign: str
    unit: str
    source: str


_COST: Final = "positive is a cost"
_GAIN: Final = "positive is a gain"
_BOTH: Final = "money, and bp of what was ordered at the decision's mid"
_TRADED: Final = "bp of what was traded"

MEASURES: Final = (
    Measure(
        "decision price",
        "The mid at the order's venue when its source made up its mind (`decided_ns`), or when the"
        " decision arrived where the source does not say.",
        "",
        "ticks",
        "Perold 1988",
    ),
    Measure(
        "arrival price",
        "The mid when the decision arrived at the door.",
        "",
        "ticks",
        "Perold 1988",
    ),
    Measure("release price", "The mid when the order was cleared.", "", "ticks", "Perold 1988"),
    Measure(
        "shortfall",
        "What the order cost against a paper portfolio that trades all of it at the decision price:"
        " the sum of the six parts below, exactly.",
        _COST,
        _BOTH,
        "Perold, The implementation shortfall: paper versus reality, J. Portfolio Management 14(3),"
        " 1988",
    ),
    Measure(
        "delay",
        "From the decision price to the release price, on what was filled.",
        _COST,
        _BOTH,
        "Wagner and Edwards, Best execution, Financial Analysts J. 49(1), 1993",
    ),
    Measure(
        "timing",
        "From the release price to the mid just before each fill.",
        _COST,
        _BOTH,
        "Wagner and Edwards 1993",
    ),
    Measure(
        "spread",
        "From that mid to the touch that a fill took; for a fill that gave liquidity, to its price,"
        " which is earned.",
        "positive is paid, negative is earned",
        _BOTH,
        "SEC Rule 605, 17 CFR 242.600(b)",
    ),
    Measure(
        "impact",
        "From the touch to the price: what taking more than the touch cost.",
        "positive is a cost, negative is price improvement",
        _BOTH,
        "Almgren and Chriss, Optimal execution of portfolio transactions, J. Risk 3, 2000"
        " (temporary impact)",
    ),
    Measure(
        "fees", "What the venue took; a rebate is negative.", _COST, _BOTH, "the venue's report"
    ),
    Measure(
        "opportunity",
        "From the decision price to the mid when the order ended, on what was not filled.",
        _COST,
        _BOTH,
        "Perold 1988",
    ),
    Measure(
        "effective spread",
        "Twice the distance of a fill from the mid just before it.",
        _COST,
        _TRADED,
        "SEC Rule 605",
    ),
    Measure(
        "realised spread",
        "The same against the mid ten seconds after the fill: what whoever gave liquidity keeps.",
        "positive is a cost to who took liquidity",
        _TRADED,
        "SEC Rule 605 (there after five minutes); Huang and Stoll, J. Financial Economics 41, 1996",
    ),
    Measure(
        "price improvement",
        "How much better than the touch a fill that took liquidity was.",
        _GAIN,
        _TRADED,
        "SEC Rule 605",
    ),
    Measure(
        "markout",
        "From a fill's price to the mid 100 ms, 1 s, 10 s, 1 min and 5 min later.",
        _GAIN,
        _TRADED,
        "usage of the field",
    ),
    Measure(
        "adverse selection",
        "The share of fills that gave liquidity and had lost a second later.",
        "lower is better",
        "%",
        "Glosten and Milgrom, J. Financial Economics 14, 1985",
    ),
    Measure(
        "against VWAP",
        "The fills' price against the volume-weighted price of all trades in the instrument while"
        " the order worked, its own among them.",
        _COST,
        _TRADED,
        "Berkowitz, Logue and Noser, J. Finance 43(1), 1988",
    ),
    Measure(
        "against TWAP",
        "Against the mid, weighted by time, while the order worked.",
        _COST,
        _TRADED,
        "usage of the field",
    ),
    Measure(
        "against PWP",
        "Against the price of the first trades after release of which what was filled is 20 %.",
        _COST,
        _TRADED,
        "usage of the field (participation-weighted price)",
    ),
    Measure(
        "against the close",
        "Against the instrument's last trade of the session.",
        _COST,
        "money",
        "usage of the field",
    ),
    Measure(
        "fill ratio",
        "Lots filled over lots ordered; for several instruments, orders with a fill over orders.",
        "higher is fuller",
        "%",
        "usage of the field",
    ),
    Measure(
        "time to answer, first fill, full fill",
        "From release to the venue's first word, the first fill and the last fill.",
        "",
        "time, p50 and p99",
        "usage of the field",
    ),
    Measure(
        "queue",
        "Lots displayed at its price when an order joined the near touch: what was ahead of it.",
        "lower is better",
        "lots",
        "usage of the field",
    ),
    Measure(
        "expected cost",
        "What timing, spread and impact should be by the cost model fitted on the orders before it:"
        " a half spreads plus b roots of quantity over displayed.",
        _COST,
        _TRADED,
        "Almgren, Thum, Hauptmann and Li, Risk 18(7), 2005",
    ),
    Measure(
        "surprise",
        "Timing, spread and impact less the expected cost.",
        "positive cost more than expected",
        _TRADED,
        "this model",
    ),
    Measure(
        "worth",
        "What a decision's whole quantity would have gained, traded at once at its decision price,"
        " by the mid at each horizon; refused decisions have one too.",
        _GAIN,
        "bp of what was asked",
        "Perold 1988 (the paper portfolio)",
    ),
    Measure(
        "a millisecond",
        "Delay cost over time between decision and release.",
        "positive is what a millisecond sooner would save",
        "bp a millisecond",
        "this report",
    ),
)
