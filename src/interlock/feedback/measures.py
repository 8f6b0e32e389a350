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
        "load",
        "Decisions that arrived in the second before an order's release. One figure a session:"
        " shortfall and the share in time, and what changes from the lower half of its loads to the"
        " upper; over several sessions, from the least loaded to the most.",
        "an increase of shortfall or of late orders is worse",
        "decisions a second; bp; %",
        "this report; shares by Agresti and Coull, The American Statistician 52(2), 1998",
    ),
    Measure(
        "in time",
        "The venue first spoke of an order within a second of its decision.",
        "higher is better",
        "%",
        "this report",
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

WHILE_RUNNING: Final = (
    "## While the session runs",
    "",
    "With `[feedback]` in its file a session is measured while it runs, by the same code and over",
    "the same records as the report: a follower is handed each batch once it is durable. Every",
    "`interval_s` it says what is new, by commands that are numbered and kept like all others. An",
    "order is evidence once it has ended and the ten seconds of the realised spread have passed;",
    "a bust or correction after that is in the report and not in the evidence. Evidence covers the",
    "last `window_s`, and each word names the commands, moments and samples that it stands on.",
    "",
    "| word | what it says | what it may move |",
    "| --- | --- | --- |",
    "| `VenueScored` | how much worse the realised spread of orders at a venue was than elsewhere"
    " in the same instrument, and what they paid beyond the touch | the venue's weight; whether"
    " market orders there are bounded |",
    "| `SourceScored` | the shortfall of a source's orders, and how many of its actions were"
    " measured | the size of its orders; its budget; the alarm of coverage |",
    "| `VolumeCurveLearned` | what an instrument trades in a part of its day | how large an order"
    " may be at this time of day |",
    "| `CostModelFitted` | what an order that takes costs, by spread and size | how large an order"
    " that takes may be |",
    "",
    "What moves is decided by the rules of the session file, inside the walk, and is an event with",
    "its evidence (`FeedbackSteered`). A rule goes one way when all of the 95 % interval is beyond",
    "one threshold, back when what was observed is better than another, and by one step at a time.",
    "Evidence moves nothing that has fewer samples than `samples_min`, is older than `stale_s`,",
    "was heard before, or is beyond `plausible_bp`: that is an event too (`FeedbackIgnored`). What",
    "stands on stale evidence counts no more, because a venue without orders could never show that",
    "it is better. Feedback never refuses an order and never makes one smaller that only reduces a",
    "position. A source whose shortfall comes to its budget is stopped but for reducing, by a halt",
    "that a person lifts; that begins the budget anew.",
    "",
    "A person freezes all of it as it stands, and lets it go on: see",
    "[decisions.md](decisions.md). `interlock why` says of each order what steered it, and",
    "`interlock feedback SESSION` what stands, what moved and what evidence moved nothing; its",
    "exit code is 1 while an alarm of coverage stands.",
)
"""What a session says of itself while it runs, and what that moves: the end of the page."""
