"""D2: Goldman Sachs options, 20 August 2013."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.approvals import ApproveDecision
from interlock.messages.commands import Command, LiftHalt
from interlock.messages.decisions import Terms
from interlock.messages.terms import SELL
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.review.drill import Drill, Nobody, People, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated, Scene, Teller

BEGIN_NS: Final = 1_377_002_580 * NS_PER_SECOND
"""20 August 2013, 8:43 in New York."""
LIFTED_NS: Final = BEGIN_NS + 18 * 60 * NS_PER_SECOND
"""9:01."""
OPEN_NS: Final = BEGIN_NS + 47 * 60 * NS_PER_SECOND
SERIES: Final = tuple(f"{letter}{number}" for letter in "IJK" for number in range(1, 6))
ORDERS: Final = 160
CONTRACTS: Final = 94
"""1.5 million contracts in 16,000 orders."""
WORTH: Final = 433
"""What makes 1.5 million contracts sold at $1 a loss of $500 million."""
ASKED: Final = 100
SHARES: Final = 100
BREAKER: Final = 30
EACH: Final = CONTRACTS * SHARES * (WORTH - ASKED)
BEFORE_LIFT: Final = 60
"""Orders before the breaker was lifted; the others came after."""

LIFTING: Final = "people would lift the breaker"
APPROVING: Final = "one person approves"


def story(told: str) -> Iterator[Dated]:
    """Indications of interest leave as orders to sell at one dollar, before the open."""
    teller = Teller("axes", time_ns=BEGIN_NS)
    for series in SERIES:
        teller.quote(series, WORTH - 10, WORTH + 10, 100_000, 100_000)
    for number in range(ORDERS):
        if number == BEFORE_LIFT:
            teller.time_ns = LIFTED_NS + 10 * NS_PER_SECOND
        teller.order(SERIES[number % len(SERIES)], SELL, CONTRACTS, Terms(price=ASKED))
        teller.after(NS_PER_SECOND)
    teller.time_ns = OPEN_NS
    for series in SERIES:
        # At the open others buy what is offered at a dollar.
        teller.quote(series, ASKED, WORTH + 10, 1_000_000, 100_000)
    return iter(teller.told)


class Lifters:
    """At 9:01 the desk, the control's name and somebody who has not looked would each lift it."""

    def __init__(self) -> None:
        self.has_spoken = False

    def speak(self, time_ns: Nanoseconds, outcome: Outcome) -> list[Command]:
        if self.has_spoken or time_ns < LIFTED_NS or not outcome.halts:
            return []
        self.has_spoken = True
        _, scope, by = outcome.halts[-1]
        trip = outcome.halt_sequence
        return [
            LiftHalt(scope, "axes", "looks fine", trip),
            LiftHalt(scope, by, "looks fine", trip),
            LiftHalt(scope, "mission control", "looks fine"),
        ]


class Approver:
    """One person approves whatever is held, and then once more."""

    def __init__(self) -> None:
        self.seen = 0

    def speak(self, time_ns: Nanoseconds, outcome: Outcome) -> list[Command]:
        new = outcome.held[self.seen :]
        self.seen += len(new)
        said = ApproveDecision
        return [said(one, "mission control", "looks fine") for one in new for _ in range(2)]


def people(told: str) -> People:
    if told == LIFTING:
        return Lifters()
    return Approver() if told == APPROVING else Nobody()


def harm(outcome: Outcome) -> int:
    """What was sold is worth more than it brought."""
    worth = sum(position.sold * WORTH * SHARES for position in outcome.positions)
    return worth - sum(position.sold_value for position in outcome.positions)


def _none_left(outcome: Outcome) -> bool:
    return not outcome.orders and sum(outcome.refused.values()) == ORDERS


def _stays_shut(outcome: Outcome) -> bool:
    refused = outcome.words_refused
    is_each = refused["SAME_PERSON"] == 2 and refused["TRIP_NOT_NAMED"] == 1
    return is_each and sum(refused.values()) == 3 and outcome.lifted == 0


GOLDMAN: Final = Drill(
    "D2",
    "Goldman Sachs options, 20 August 2013",
    "A change of configuration made orders of what were indications: 16,000 of them at $1 before"
    " the open, in options on stocks from I to K. The price check let pass what lay between $0.01"
    " and 1.5 times the highest option of the day before, $3,090. The circuit breaker tripped at"
    " 8:44 and was lifted at 9:01 by an employee who had no authority to. After the open 1.5"
    " million contracts traded: $500 million at stake, $38 million lost. (SEC release 34-75331)",
    "1:100. 160 orders of 94 contracts in 15 series worth $4.33, which makes $5 million of $500"
    " million. A halt that a control tripped is lifted by one person who is neither the desk whose"
    " trading tripped it nor nameless about the trip; one that a person tripped by another.",
    "sold below its worth, USD",
    harm,
    ORDERS * EACH,
    Scene(
        "goldman",
        SERIES,
        ("axes",),
        multiplier=SHARES,
        cash="1000000.00",
        of_each='utc_offset = "-04:00"\nphases = [{ from = "07:00", phase = "pre_open" },'
        ' { from = "09:30", phase = "continuous" }, { from = "16:00", phase = "closed" }]',
    ),
    story,
    (
        Stage(
            "price_collar",
            "C01",
            0,
            "every $1 order is refused, before the open too",
            _none_left,
            {"price_collar": 'bps = 500\npassive_bps = 5_000\nphases = ["pre_open", "continuous"]'},
        ),
        Stage(
            "price_band",
            "C13",
            0,
            "every $1 order is refused, before the open too",
            _none_left,
            {"price_band": 'low = "2.16"\nhigh = "6.50"'},
        ),
        Stage(
            "message_rate",
            "C05",
            BREAKER * EACH,
            "the breaker stays shut: the desk does not lift it, nor who does not name the trip",
            _stays_shut,
            {"message_rate": f'count_max = {BREAKER}\nwindow_ms = 60_000\nseverity = "halt"'},
            LIFTING,
        ),
        Stage(
            "approval",
            "C16",
            0,
            "one approval where two are asked for lets nothing go",
            lambda outcome: (
                len(outcome.held) == ORDERS
                and not outcome.released
                and outcome.words_refused["SAME_PERSON"] == ORDERS
            ),
            {
                "price_collar": 'bps = 500\npassive_bps = 5_000\nseverity = "hold"\n'
                "approvers = 2\nhold_s = 60\nhold_move_bps = 100"
            },
            APPROVING,
        ),
        Stage(
            "release_envelope",
            "C32",
            BREAKER * EACH,
            "a change of configuration does no more than was agreed before it",
            lambda outcome: outcome.refused["RELEASE_OUTSIDE_ENVELOPE"] == ORDERS - BREAKER,
            {
                "release_envelope": f'scope = "release:current"\norders_max = {BREAKER}\n'
                "instruments_max = 100\nvenues_max = 1"
            },
        ),
    ),
    people,
    2,
)
