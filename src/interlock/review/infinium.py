"""D5: Infinium Capital Management, 3 February 2010."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.decisions import Terms
from interlock.messages.terms import BUY, IOC
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from interlock.review.drill import Drill, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated, Scene, Teller

BEGIN_NS: Final = 1_265_225_160 * NS_PER_SECOND
"""3 February 2010, five minutes before the close of crude oil in New York."""
OIL: Final = "CL"
ORDERS: Final = 677
BOUGHT: Final = 461
FIRST: Final = 7_667
LAST: Final = 7_745
SECONDS: Final = 3
PER_SECOND_MAX: Final = 20

UNAPPROVED: Final = "the algorithm says its own release"


def story(told: str) -> Iterator[Dated]:
    """One lot at a time, as fast as it goes, at whatever is asked."""
    teller = Teller("algorithm", "afternoon" if told == UNAPPROVED else "current", BEGIN_NS)
    teller.quote(OIL, FIRST - 1, FIRST, 100, BOUGHT)
    for _ in range(ORDERS):
        teller.order(OIL, BUY, 1, Terms(price=LAST, time_in_force=IOC))
        teller.after(SECONDS * 1_000 * NS_PER_MS // ORDERS)
    return iter(teller.told)


def _is_halted(outcome: Outcome) -> bool:
    """It stopped within the first second, and for good."""
    if len(outcome.halts) != 1 or outcome.lifted:
        return False
    return outcome.halts[0][0] < BEGIN_NS + NS_PER_SECOND


INFINIUM: Final = Drill(
    "D5",
    "Infinium Capital Management, 3 February 2010",
    "An algorithm went live hours after it was written, where the firm's own protocol said six to"
    " eight weeks: 6,767 orders of one lot in three seconds, 4,612 bought in 24 seconds, crude oil"
    " from 76.67 to 77.45. Fined $850,000 with two cases of October 2009, in one of which an order"
    " was modified from 136 to 1,086 lots as it chased the bid. (NYMEX disciplinary notices"
    " 10-7346-BC, CME 09-06562-BC)",
    "1:10 in orders and lots; the seconds are the real ones. Who may approve a release, and after"
    " which tests, belongs to releases; here the gate knows only which releases are active.",
    "lots bought",
    lambda outcome: outcome.filled_lots,
    BOUGHT,
    Scene("infinium", (OIL,), ("algorithm",), ("current active", "afternoon retired"),
          multiplier=1_000, cash="0"),
    story,
    (
        Stage(
            "message_rate",
            "C05",
            PER_SECOND_MAX,
            "it halts within one window",
            _is_halted,
            {
                "message_rate": f'scope = "source:algorithm"\ncount_max = {PER_SECOND_MAX}\n'
                'window_ms = 1_000\nseverity = "halt"'
            },
        ),
        Stage(
            "identical_orders",
            "C06",
            PER_SECOND_MAX,
            "it halts at the same order too often",
            _is_halted,
            {
                "identical_orders": f'scope = "source:algorithm"\ncount_max = {PER_SECOND_MAX}\n'
                "window_ms = 3_000"
            },
        ),
        Stage(
            "repeated_execution",
            "C06",
            PER_SECOND_MAX + 1,
            "it halts when too much has traded that nobody looked at",
            _is_halted,
            {
                "repeated_execution": 'scope = "source:algorithm"\n'
                f"count_max = {PER_SECOND_MAX}\nwindow_ms = 3_000"
            },
        ),
        Stage(
            "release_envelope",
            "C32",
            PER_SECOND_MAX,
            "a new release does no more than was agreed before it",
            lambda outcome: outcome.refused["RELEASE_OUTSIDE_ENVELOPE"] == ORDERS - PER_SECOND_MAX,
            {
                "release_envelope": f'scope = "release:current"\norders_max = {PER_SECOND_MAX}\n'
                "instruments_max = 1\nvenues_max = 1"
            },
        ),
        Stage(
            "active_release",
            "C32",
            0,
            "what nobody made active is refused at its first order",
            lambda outcome: outcome.first_refused == 1 and not outcome.orders,
            story=UNAPPROVED,
            story_without="",
        ),
    ),
)  # fmt: skip
