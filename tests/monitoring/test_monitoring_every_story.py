"""Every decision of any session can be told, and its story holds every finding."""

import tempfile
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.messages.commands import Halt, LiftHalt, ProposeDecision, ReportAction, SetLimit
from interlock.messages.decisions import (
    Action,
    Basket,
    CancelOrders,
    Flatten,
    NamedAction,
    OrderQuantity,
    QuoteLadder,
    ReplaceOrder,
    TargetPosition,
    Terms,
)
from interlock.messages.definitions import Limit
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.findings import findings_of
from interlock.messages.identity import order_id, order_text
from interlock.messages.reasons import reason_name
from interlock.messages.terms import REPORT_KINDS, SEVERITIES
from interlock.monitoring.story import Story
from interlock.monitoring.telling import tell_story
from interlock.terminal.story import why
from monitoring.kept import MS, keep
from worlds import World

CODES = {name: code for code, name in SEVERITIES.items()}
SYMBOLS = st.sampled_from(("COIN", "GOLD", "LEAD", "NONE"))
LOTS = st.integers(0, 200)
PRICES = st.integers(9_900, 10_100)
TERMS = st.builds(
    Terms,
    order_type=st.integers(1, 3),
    price=st.one_of(st.just(0), PRICES),
    time_in_force=st.integers(1, 5),
    post_only=st.booleans(),
    reduce_only=st.booleans(),
    venue=st.sampled_from(("", "alpha", "beta", "nowhere")),
)
LEVELS = st.lists(st.tuples(PRICES, LOTS), max_size=3).map(tuple)
ORDERS = st.builds(order_id, st.integers(20, 60), st.integers(1, 3))
ONE = st.builds(OrderQuantity, SYMBOLS, st.integers(1, 2), LOTS, TERMS)
GOOD = st.builds(
    OrderQuantity,
    st.sampled_from(("COIN", "GOLD")),
    st.integers(1, 2),
    st.integers(1, 50),
    st.builds(Terms, price=PRICES, venue=st.just("alpha")),
)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    GOOD,
    ONE,
    st.builds(TargetPosition, SYMBOLS, st.integers(-50, 50), TERMS),
    st.builds(Basket, st.lists(st.one_of(GOOD, ONE), max_size=3).map(tuple)),
    st.builds(QuoteLadder, SYMBOLS, LEVELS, LEVELS, TERMS),
    st.builds(CancelOrders, st.lists(ORDERS, max_size=2).map(tuple)),
    st.builds(ReplaceOrder, ORDERS, LOTS, PRICES),
    st.builds(Flatten, st.one_of(st.just(""), SYMBOLS), st.integers(0, 10)),
    st.builds(NamedAction, st.sampled_from(("notify", "reboot")), st.just({"to": "ops"})),
)
LIMITS = st.builds(
    Limit,
    st.sampled_from(("order_quantity", "open_orders", "a_control_nobody_has")),
    st.sampled_from(("firm", "account:main", "venue:alpha", "instrument:COIN")),
    st.fixed_dictionaries({"quantity_max": st.integers(1, 100), "count_max": st.integers(1, 20)}),
)
SCOPES = st.sampled_from(("firm", "account:main", "instrument:COIN", "venue:beta", "nobody"))
STEPS = st.one_of(
    st.tuples(st.just("decide"), st.tuples(ACTIONS, st.integers(0, 3))),
    st.tuples(st.just("decide"), st.tuples(GOOD, st.just(2))),
    st.tuples(st.just("wait"), ACTIONS),
    st.tuples(st.just("report"), st.tuples(st.sampled_from(sorted(REPORT_KINDS)), LOTS)),
    st.tuples(st.just("quote"), st.tuples(PRICES, PRICES, SYMBOLS)),
    st.tuples(st.just("limit"), LIMITS),
    st.tuples(st.just("halt"), st.tuples(SCOPES, st.booleans())),
    st.tuples(st.just("lift"), SCOPES),
)


def play(steps: list[tuple[str, object]], data: st.DataObject) -> World:
    """This says a session of such steps to a kernel."""
    world = World()
    for symbol in ("COIN", "GOLD"):
        world.quote(instrument=symbol)
    cleared: list[int] = []
    for number, (what, value) in enumerate(steps):
        world.time_ns += data.draw(st.sampled_from((0, MS, 700 * MS)), label="time")
        events = []
        if what == "decide" and isinstance(value, tuple):
            keys = {"key": "again"} if number % 5 == 4 else {}
            events = world.decide(value[0], priority=value[1], **keys)
        elif what == "wait":
            world.say(ProposeDecision(world.decision(value)))
        elif what == "report" and isinstance(value, tuple) and cleared:
            order = data.draw(st.sampled_from(cleared), label="order")
            _report(world, order, number, *value)
        elif what == "quote" and isinstance(value, tuple):
            world.quote(value[0], value[1], instrument=value[2])
        elif what == "limit" and isinstance(value, Limit):
            world.say(SetLimit(value, "risk"))
        elif what == "halt" and isinstance(value, tuple):
            world.say(Halt(value[0], "anna", "drawn", reduce_only=value[1]))
        elif what == "lift":
            halt = world.ledger.halts.get(str(value))
            trip = halt.last_sequence if halt is not None else 1
            world.say(LiftHalt(str(value), "ben", "drawn", trip))
        cleared += [event.order for event in events if isinstance(event, OrderCleared)]
    world.say(ReportAction(order_id(30, 1), True, "drawn"))
    return world


def _report(world: World, order: int, number: int, kind: int, lots: int) -> None:
    world.report(
        order,
        kind,
        execution_id=f"e{number}",
        reference=f"e{number - 1}",
        quantity=lots,
        price=10_000,
        revision=number % 3,
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=25), st.data())
def test_every_decision_of_a_random_session_can_be_told(
    steps: list[tuple[str, object]], data: st.DataObject
) -> None:
    world = play(steps, data)
    verdicts = {
        event.decision: event
        for entry in world.entries
        for event in entry.events
        if isinstance(event, DecisionJudged)
    }
    cleared = [
        event
        for entry in world.entries
        for event in entry.events
        if isinstance(event, OrderCleared)
    ]
    with tempfile.TemporaryDirectory() as directory:
        path = keep(Path(directory), world.entries)
        for sequence, entry in enumerate(world.entries, 1):
            if isinstance(entry.command, ProposeDecision):
                story = tell_story(path, str(sequence))
                check(story, verdicts.get(sequence))
                assert why(path, str(sequence), as_json=False) == 0
        for event in cleared:
            story = tell_story(path, order_text(event.order))
            part = next(part for part in story.orders if part.order == event.order)
            record = world.ledger.orders.find(event.order)
            assert record is not None
            assert part.leaves.value == record.leaves()
            assert part.cost.filled.value == record.filled


def check(story: Story, verdict: DecisionJudged | None) -> None:
    """The story's JSON holds every finding of the verdict, with its numbers and a reason."""
    told = msgspec.json.decode(msgspec.json.encode(story))
    if verdict is None:
        assert told["verdict"] is None
        return
    findings = told["verdict"]["findings"]
    told_again = [
        (
            part["line"] - 1,
            part["limit"],
            CODES[part["severity"]],
            part["reason"],
            part["observed"]["value"],
            part["bound"]["value"],
        )
        for part in findings
    ]
    assert told_again == [
        found._replace(reason=reason_name(found.reason) if found.reason else "")
        for found in findings_of(verdict)
    ]
    objections = [part for part in findings if not part["passed"]]
    assert bool(objections) == (told["verdict"]["severity"] == "refuse")
    if objections:
        reasons = [part["reason"] for part in objections]
        assert all(reasons), f"an objection without a reason: {objections}"
        assert told["verdict"]["reason"] in reasons
