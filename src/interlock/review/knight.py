"""D1: Knight Capital, 1 August 2012."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.commands import Command, Halt
from interlock.messages.decisions import TargetPosition, Terms, WorkOrder
from interlock.messages.terms import BUY, IOC, SELL, TWAP
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.review.drill import Drill, Nobody, People, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated, Scene, Teller

OPEN_NS: Final = 1_343_827_800 * NS_PER_SECOND
"""1 August 2012, 9:30 in New York."""
STOCKS: Final = tuple(f"S{number:03}" for number in range(1, 155))
LONG: Final = 80
EXECUTIONS: Final = 3_970
PARENTS: Final = 212
SHARES: Final = 100
MID: Final = 1_675
"""$6.65 bn in 397 million shares."""
AWAY: Final = 115
"""What its own buying moved a stock: $460 million lost on 397 million shares."""
SECONDS: Final = 2_700
LOOK_NS: Final = 300 * NS_PER_SECOND
EVERY_NS: Final = SECONDS * NS_PER_SECOND // EXECUTIONS
PARENT_VALUE: Final = PARENTS * SHARES * MID
CHILD_VALUE: Final = SHARES * MID

STALE: Final = "the stale server says its release"
TARGETS: Final = "children are asked for by their parents"
WORKED: Final = "parents are worked over time"
WATCHED: Final = "a person sees it"


def worked(teller: Teller) -> None:
    """Each parent is one large order, looked at every five minutes to the end."""
    for number in range(PARENTS):
        stock = number % len(STOCKS)
        side = BUY if stock < LONG else SELL
        work = WorkOrder(
            STOCKS[stock],
            side,
            SHARES,
            TWAP,
            OPEN_NS + SECONDS * NS_PER_SECOND,
            interval_ns=LOOK_NS,
        )
        teller.decide(work, seconds=SECONDS)
    for _ in range(SECONDS * NS_PER_SECOND // LOOK_NS):
        teller.after(LOOK_NS)
        teller.quote(STOCKS[0], MID - AWAY, MID + AWAY, 10_000_000, 10_000_000)


def story(told: str) -> Iterator[Dated]:
    """The eighth server sends children of parents that were filled long ago, stock after stock."""
    teller = Teller("router", "power-peg" if told == STALE else "current", OPEN_NS)
    for symbol in STOCKS:
        teller.quote(symbol, MID - AWAY, MID + AWAY, 10_000_000, 10_000_000)
    if told == WORKED:
        worked(teller)
        return iter(teller.told)
    for number in range(EXECUTIONS):
        place = number % PARENTS if told == TARGETS else number
        stock = place % len(STOCKS)
        side = BUY if stock < LONG else SELL
        price = MID + AWAY if side == BUY else MID - AWAY
        terms = Terms(price=price, time_in_force=IOC)
        if told == TARGETS:
            # What all parents in this stock want together; filled, it is filled.
            parents = PARENTS // len(STOCKS) + (stock < PARENTS % len(STOCKS))
            lots = parents * SHARES
            wanted = lots if side == BUY else -lots
            teller.decide(TargetPosition(STOCKS[stock], wanted, terms))
        else:
            teller.order(STOCKS[stock], side, SHARES, terms)
        teller.after(EVERY_NS)
    return iter(teller.told)


class Watcher:
    """Reads the first of the e-mails as the alert that it was, and stops the firm a minute in."""

    def __init__(self) -> None:
        self.has_pressed = False

    def speak(self, time_ns: Nanoseconds, outcome: Outcome) -> list[Command]:
        if self.has_pressed or time_ns < OPEN_NS + 60 * NS_PER_SECOND:
            return []
        self.has_pressed = True
        return [Halt("firm", "operations", "Power Peg disabled")]


def people(told: str) -> People:
    return Watcher() if told == WATCHED else Nobody()


def _is_halted(outcome: Outcome) -> bool:
    return len(outcome.halts) == 1 and outcome.lifted == 0


KNIGHT: Final = Drill(
    "D1",
    "Knight Capital, 1 August 2012",
    "One of eight servers missed a deployment, and a reused flag woke code that was dead since 2003"
    " and no longer counted fills. In 45 minutes 212 parent orders became more than 4 million"
    " executions of 397 million shares in 154 stocks: $3.5 bn long in 80, $3.15 bn short in 74,"
    " $460 million lost. The account's $2 million limit was wired to nothing. 97 e-mails before"
    " the open said so to nobody. (SEC release 34-70694)",
    "1:1,000. One price for all stocks, $16.75, and what the buying and selling moved them, $1.15,"
    " as half their spread; parents of 100 shares, which the order does not give. Rolling back to"
    " a fleet that runs one release belongs to releases; here the fence at the gate is drilled.",
    "gross position, USD",
    Outcome.worst_value,
    EXECUTIONS * CHILD_VALUE,
    Scene("knight", STOCKS, ("router",), ("current active", "power-peg retired")),
    story,
    (
        Stage(
            "active_release",
            "C32",
            0,
            "the stale server is refused at its first order",
            lambda outcome: outcome.first_refused == 1 and not outcome.orders,
            story=STALE,
            story_without="",
        ),
        Stage(
            "worked parents",
            "C27",
            PARENT_VALUE,
            "children add up to their parents, however often they are looked at",
            lambda outcome: outcome.filled_lots == PARENTS * SHARES,
            story=WORKED,
            story_without="",
        ),
        Stage(
            "children_within_parent",
            "C27",
            PARENT_VALUE,
            "children add up to their parents, however often they are asked for",
            lambda outcome: outcome.filled_lots == PARENTS * SHARES,
            story=TARGETS,
            story_without="",
        ),
        Stage(
            "gross_exposure",
            "C08",
            200_000,
            "the firm halts at the first order beyond the account's limit",
            _is_halted,
            {"gross_exposure": 'value_max = "2000.00"\nseverity = "halt"'},
        ),
        Stage(
            "position",
            "C09",
            len(STOCKS) * 500 * MID,
            "no stock is held beyond its limit",
            lambda outcome: max(abs(each.lots) for each in outcome.positions) == 500,
            {"position": 'long_max = "500"\nshort_max = "500"'},
        ),
        Stage(
            "repeated_execution",
            "C06",
            52 * CHILD_VALUE,
            "the router halts when too much has traded that nobody looked at",
            _is_halted,
            {"repeated_execution": 'scope = "source:router"\ncount_max = 50\nwindow_ms = 60_000'},
        ),
        Stage(
            "daily_loss",
            "C26",
            15_000_000,
            "the firm halts at the first order after the loss",
            _is_halted,
            {"daily_loss": 'loss_max = "10000.00"'},
        ),
        Stage(
            "drawdown",
            "C26",
            15_000_000,
            "the firm halts at the first order after the loss",
            _is_halted,
            {"drawdown": 'loss_max = "10000.00"'},
        ),
        Stage(
            "halts",
            "C20",
            90 * CHILD_VALUE,
            "one press stops everything, and stays",
            _is_halted,
            story=WATCHED,
            story_without="",
        ),
    ),
    people,
    2,
)
