"""Stories of orders and decisions, told from a journal alone."""

from pathlib import Path

import msgspec
import pytest

from interlock.messages.commands import Halt, ProposeDecision, ReportAction, SetLimit
from interlock.messages.decisions import (
    Basket,
    CancelOrders,
    NamedAction,
    OrderQuantity,
    ReplaceOrder,
    TargetPosition,
    Terms,
)
from interlock.messages.definitions import Limit
from interlock.messages.identity import order_id, order_sequence, order_text
from interlock.messages.terms import (
    BUY,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_REPLACED,
    REPORT_SILENCE,
    REPORT_STATUS,
    SELL,
)
from interlock.monitoring.account import Account
from interlock.monitoring.story import FindingPart, Story, VerdictPart
from interlock.monitoring.telling import tell_story
from monitoring.kept import MS, fill, keep, last_decision, told, working
from worlds import SECOND, START, World, limit, opening


@pytest.fixture
def world() -> World:
    made = World()
    made.quote()
    made.time_ns += 250 * MS
    return made


def test_a_filled_order_tells_what_it_traded_and_what_it_cost(world: World, tmp_path: Path) -> None:
    order = working(world, price=10_020)
    world.time_ns += 3 * MS
    fill(world, order, 4, 10_010, "e1", fee=40)
    world.time_ns += MS
    fill(world, order, 6, 10_015, "e2", fee=61)

    (part,) = told(tmp_path, world, order_text(order)).orders

    assert (part.status, part.leaves.value, part.leaves.text) == ("filled", 0, "0")
    assert (part.cost.filled.value, part.cost.average_price) == (10, "100.13")
    assert (part.cost.value.value, part.cost.value.text) == (100_130, "1001.30")
    assert (part.cost.fees.value, str(part.cost.fees)) == (101, "1.01 USD")
    assert part.cost.arrival_mid == "100.000"
    # Bought 4 at 10 ticks above the mid, and 6 at 15.
    assert part.cost.against_arrival is not None
    assert part.cost.against_arrival.value == 4 * 10 + 6 * 15
    assert part.cost.against_arrival_bps is not None
    assert part.cost.against_arrival_bps.text == "12.98"
    assert part.cost.with_fees is not None
    assert part.cost.with_fees.value == 130 + 101
    spans = {latency.name: latency.ns for latency in part.latencies}
    assert spans == {
        "cleared to answered": 2 * MS,
        "cleared to first fill": 5 * MS,
        "cleared to last fill": 6 * MS,
    }
    assert [fill.execution_id for fill in part.fills] == ["e1", "e2"]
    assert part.ended is not None
    assert part.ended.ns == world.time_ns


def test_a_sale_above_the_mid_is_a_gain(world: World, tmp_path: Path) -> None:
    world.order(SELL, 10, 9_980)
    order = order_id(last_decision(world), 1)
    fill(world, order, 10, 10_005, "e1")
    cost = told(tmp_path, world, order_text(order)).orders[0].cost
    assert cost.against_arrival is not None
    assert (cost.against_arrival.value, cost.against_arrival.text) == (-50, "-0.50")


def test_the_cost_of_a_story_is_that_of_the_account(world: World, tmp_path: Path) -> None:
    world.quote(9_990, 10_011)
    order = working(world, price=10_020)
    for number in range(5):
        fill(world, order, 1, 10_010 + number, f"e{number}", fee=1)
    account = Account()
    account(1, world.entries)
    cost = told(tmp_path, world, order_text(order)).orders[0].cost
    assert cost.against_arrival is not None
    assert cost.against_arrival.value == account.trading["COIN"].shortfall
    assert cost.fees.value == account.trading["COIN"].fees
    assert cost.value.value == account.trading["COIN"].value


def test_the_decision_says_who_asked_for_what_and_how_long_it_waited(
    world: World, tmp_path: Path
) -> None:
    action = OrderQuantity("COIN", BUY, 10, Terms(price=10_020, venue="alpha"))
    decision = world.decision(
        action, evidence={"signal": "0.7"}, text="momentum", decided_ns=world.time_ns - 5
    )
    world.say(ProposeDecision(decision))
    proposed = world.sequence
    world.order(quantity=1, price=9_000)  # judged in the same breath, after it

    story = told(tmp_path, world, str(proposed))

    part, verdict = story.decision, story.verdict
    assert (part.source, part.source_kind, part.account) == ("model", "model", "main")
    assert (part.release, part.epoch, part.priority) == ("r1", 1, "new_risk")
    assert part.action_words == "buy 10 COIN, limit 100.20, day, at alpha"
    assert part.action["kind"] == "order_quantity"
    assert part.action["quantity"] == 10
    assert (part.evidence, part.text) == ({"signal": "0.7"}, "momentum")
    assert part.arrived.text == "2023-11-14T22:13:20.250000000Z"
    assert part.decided is not None
    assert part.decided.ns == part.arrived.ns - 5
    assert part.valid_until.ns == part.arrived.ns + SECOND
    assert verdict is not None
    assert verdict.waited_ns == 0
    assert verdict.address == f"{proposed + 2}.1"


def test_the_verdict_tells_the_market_it_saw_and_how_old_it_was(
    world: World, tmp_path: Path
) -> None:
    world.order()
    (line,) = _verdict(told(tmp_path, world, str(last_decision(world)))).lines
    market = line.market
    assert (market.venue, market.kind) == ("alpha", "update_quote")
    assert (market.bid.text, market.ask.text) == ("99.90", "100.10")
    assert (market.bid_quantity.value, market.ask_quantity.value) == (1_000, 1_000)
    assert market.sequence == len(opening()) + 1
    assert market.age_ns == 250 * MS
    assert market.set is not None
    assert market.set.ns == START
    assert (line.route, line.venue, line.sizing) == ("asked", "alpha", "as_asked")
    assert (line.asked.value, line.quantity.value, line.capped) == (10, 10, False)
    assert line.order == f"{last_decision(world)}-1"


def test_a_refused_decision_tells_every_control_that_objected(world: World, tmp_path: Path) -> None:
    world.order(quantity=150, price=10_020)
    world.order(quantity=1, price=10_000)  # what comes later changes nothing
    world.say(limit("order_quantity", quantity_max=500))
    world.time_ns += MS
    world.order(quantity=150, price=20_000)

    path = keep(tmp_path, world.entries)
    story = tell_story(path, str(last_decision(world)))

    verdict = _verdict(story)
    assert (verdict.severity, verdict.reason) == ("refuse", "PRICE_OUTSIDE_COLLAR")
    assert not verdict.passed
    assert story.orders == []
    objections = {part.control: part for part in verdict.findings if not part.passed}
    assert list(objections) == ["price_collar", "order_value"]
    collar, value = objections["price_collar"], objections["order_value"]
    assert (collar.reason, value.reason) == ("PRICE_OUTSIDE_COLLAR", "VALUE_ABOVE_ORDER_LIMIT")
    assert (str(collar.observed), str(collar.bound)) == ("10000 bps", "500 bps")
    assert (value.observed.value, str(value.observed)) == (3_000_000, "30000.00 USD")
    assert str(value.bound) == "20000.00 USD"
    assert (value.owner, value.why, value.scope, value.line) == ("risk", "test", "firm", 1)
    assert "order_value on firm observed 30000.00 USD" in story.conclusion


def test_a_finding_tells_the_limit_as_it_held_then(world: World, tmp_path: Path) -> None:
    world.order(quantity=150, price=10_020)
    first = last_decision(world)
    wider = Limit("order_quantity", "firm", {"quantity_max": 500}, owner="cro", reason="raised")
    world.say(SetLimit(wider, "ben"))
    changed = world.sequence
    world.order(quantity=150, price=10_020)
    path = keep(tmp_path, world.entries)

    before = _finding(tell_story(path, str(first)), "order_quantity")
    after = _finding(tell_story(path, str(last_decision(world))), "order_quantity")

    assert (before.passed, after.passed) == (False, True)
    assert (str(before.bound), str(after.bound)) == ("100 COIN", "500 COIN")
    assert (before.owner, before.why, before.set_by) == ("risk", "test", "risk")
    assert (after.owner, after.why, after.set_by) == ("cro", "raised", "ben")
    assert after.set_sequence == changed
    assert before.limit == after.limit, "the number of a limit never changes"
    assert (before.parameters, after.parameters) == ({"quantity_max": 100}, {"quantity_max": 500})


def test_an_order_that_a_halt_cancelled_names_the_halt(world: World, tmp_path: Path) -> None:
    order = working(world)
    world.say(Halt("instrument:COIN", "anna", "fat finger"), 7 * MS)
    halt = world.sequence
    world.time_ns += 2 * MS
    world.report(order, REPORT_CANCELLED)
    path = keep(tmp_path, world.entries)

    (part,) = tell_story(path, order_text(order)).orders

    asked, ended = part.steps[-2], part.steps[-1]
    assert (asked.kind, asked.sequence, asked.status) == ("halt", halt, "pending_cancel")
    assert "anna" in asked.words
    assert "fat finger" in asked.words
    assert [said.kind for said in asked.concluded] == ["cancel_requested"]
    assert asked.concluded[0].address == f"{halt}.2"
    assert (ended.status, ended.leaves.value, part.status) == ("cancelled", 0, "cancelled")
    assert ("cancel asked to answered", 2 * MS) in [(lat.name, lat.ns) for lat in part.latencies]


def test_a_decision_refused_by_a_halt_names_who_tripped_it(world: World, tmp_path: Path) -> None:
    world.say(Halt("account:main", "anna", "out of hours"))
    halt = world.sequence
    world.order()
    verdict = _verdict(told(tmp_path, world, str(last_decision(world))))
    (standing,) = verdict.halts
    assert (standing.scope, standing.by, standing.sequence) == ("account:main", "anna", halt)
    assert verdict.reason == "HALTED"


def test_a_replaced_order_names_the_decision_that_changed_it(world: World, tmp_path: Path) -> None:
    order = working(world)
    world.decide(ReplaceOrder(order, 20, 9_950, "COIN"))
    replacing = last_decision(world)
    world.time_ns += 4 * MS
    world.report(order, REPORT_REPLACED, revision=1, quantity=20, price=9_950)
    path = keep(tmp_path, world.entries)

    (part,) = tell_story(path, order_text(order)).orders
    asked = part.steps[2]
    assert f"decision {replacing}, model:k2: replace {order_text(order)}" in asked.words
    assert (asked.status, part.steps[3].status) == ("pending_replace", "working")
    assert (part.quantity.text, part.quantity_now.text) == ("10", "20")
    assert (part.price_now.text, part.leaves.text) == ("99.50", "20")
    assert ("replace asked to answered", 4 * MS) in [(lat.name, lat.ns) for lat in part.latencies]

    other = tell_story(path, str(replacing))
    (request,) = other.requests
    assert other.orders == []
    assert (request.name, request.decision) == (order_text(order), order_sequence(order))
    assert (request.kind, request.answered_ns) == ("replace_requested", 4 * MS)
    assert "20 at 99.50" in request.answer
    assert _verdict(other).lines[0].replaces == order_text(order)


def test_an_unknown_order_tells_how_long_nobody_knew(world: World, tmp_path: Path) -> None:
    world.order()
    order = order_id(last_decision(world), 1)
    world.time_ns += 2 * SECOND
    world.report(order, REPORT_SILENCE)
    world.time_ns += 300 * MS
    world.report(order, REPORT_STATUS)
    fill(world, order, 10, 10_000, "e1")

    (part,) = told(tmp_path, world, order_text(order)).orders

    assert [step.status for step in part.steps] == ["cleared", "unknown", "working", "filled"]
    spans = {latency.name: latency.ns for latency in part.latencies}
    assert spans["unknown to resolved"] == 300 * MS
    assert spans["cleared to answered"] == 2_300 * MS
    assert "VENUE_SILENT" in part.steps[1].concluded[0].words


def test_a_late_fill_is_counted_and_said_to_be_late(world: World, tmp_path: Path) -> None:
    order = working(world)
    world.decide(CancelOrders((order,)))
    cancelling = last_decision(world)
    world.report(order, REPORT_CANCELLED)
    fill(world, order, 3, 10_000, "late")
    path = keep(tmp_path, world.entries)

    (part,) = tell_story(path, order_text(order)).orders
    assert [(fill.execution_id, fill.is_late, fill.state) for fill in part.fills] == [
        ("late", True, "counted")
    ]
    assert (part.status, part.cost.filled.value) == ("cancelled", 3)

    (request,) = tell_story(path, str(cancelling)).requests
    assert (request.kind, request.status, request.filled.value) == (
        "cancel_requested",
        "cancelled",
        3,
    )
    assert "cancelled" in request.answer
    assert len(request.steps) == 2, "it is followed until its answer"


def test_a_busted_fill_leaves_the_sums_and_stays_in_the_story(world: World, tmp_path: Path) -> None:
    order = working(world)
    fill(world, order, 4, 10_000, "e1")
    fill(world, order, 2, 9_990, "e2")
    world.report(order, REPORT_BUST, reference="e1")
    (part,) = told(tmp_path, world, order_text(order)).orders
    assert [(fill.execution_id, fill.state) for fill in part.fills] == [
        ("e1", "busted"),
        ("e2", "counted"),
    ]
    assert (part.cost.filled.value, part.cost.average_price) == (2, "99.90")


def test_an_ignored_report_is_in_the_story_with_its_reason(world: World, tmp_path: Path) -> None:
    order = working(world)
    fill(world, order, 4, 10_000, "e1")
    fill(world, order, 4, 10_000, "e1")
    step = told(tmp_path, world, order_text(order)).orders[0].steps[-1]
    assert [said.kind for said in step.concluded] == ["report_ignored"]
    assert "DUPLICATE_EXECUTION" in step.concluded[0].words
    assert (step.fields["execution_id"], step.filled.value) == ("e1", 4)


def test_a_denied_cancel_is_answered_by_its_denial(world: World, tmp_path: Path) -> None:
    order = working(world)
    world.decide(CancelOrders((order,)))
    world.report(order, REPORT_CANCEL_REJECTED, text="too late")
    (request,) = told(tmp_path, world, str(last_decision(world) - 1)).requests
    assert "too late" in request.answer
    assert request.status == "working"


def test_a_named_action_tells_what_its_executor_answered(world: World, tmp_path: Path) -> None:
    world.decide(NamedAction("notify", {"to": "ops"}))
    decision = last_decision(world)
    world.say(ReportAction(order_id(decision, 1), True, "written"), 5 * MS)
    path = keep(tmp_path, world.entries)
    for text in (str(decision), f"{decision}-1"):
        story = tell_story(path, text)
        action = story.action
        assert action is not None
        assert (action.action_name, action.parameters) == ("notify", {"to": "ops"})
        assert (action.succeeded, action.text, action.answered_ns) == (True, "written", 5 * MS)
        assert action.answer_address == f"{world.sequence}.1"
        assert story.conclusion == "notify was carried out: written."


def test_a_basket_tells_each_of_its_orders(world: World, tmp_path: Path) -> None:
    world.quote(instrument="GOLD")
    terms = Terms(price=10_000, venue="alpha")
    lines = tuple(
        OrderQuantity(symbol, BUY, quantity, terms)
        for symbol, quantity in (("COIN", 3), ("GOLD", 5))
    )
    world.decide(Basket(lines))
    decision = last_decision(world)
    for place in (1, 2):
        world.report(order_id(decision, place), REPORT_ACCEPTED)
    fill(world, order_id(decision, 2), 5, 10_000, "g1")
    path = keep(tmp_path, world.entries)

    story = tell_story(path, f"{decision}-2")

    assert story.subject.order == order_id(decision, 2)
    assert [(part.instrument, part.status) for part in story.orders] == [
        ("COIN", "working"),
        ("GOLD", "filled"),
    ]
    assert [line.order for line in _verdict(story).lines] == [f"{decision}-1", f"{decision}-2"]
    assert story.conclusion == "2 orders were cleared: 1 working, 1 filled."


def test_a_decision_with_nothing_to_do_says_so(world: World, tmp_path: Path) -> None:
    world.decide(TargetPosition("COIN", 0, Terms(price=10_000)))
    story = told(tmp_path, world, str(last_decision(world)))
    assert _verdict(story).reason == "NOTHING_TO_DO"
    assert _verdict(story).findings[1].reason == "NOTHING_TO_DO"


def test_a_decision_that_waits_still_says_so(world: World, tmp_path: Path) -> None:
    world.say(ProposeDecision(world.decision(CancelOrders())))
    world.say(ProposeDecision(world.decision(NamedAction("notify", {}))))
    story = told(tmp_path, world, str(world.sequence))
    assert story.verdict is None
    assert story.conclusion == f"It still waits: it was not judged until command {world.sequence}."


def test_an_unknown_instrument_is_told_in_bare_steps(world: World, tmp_path: Path) -> None:
    world.decide(OrderQuantity("LEAD", BUY, 7, Terms(price=12)))
    story = told(tmp_path, world, str(last_decision(world)))
    assert "7 lots of LEAD" in story.decision.action_words
    assert _finding(story, "instrument").reason == "UNKNOWN_INSTRUMENT"
    assert _finding(story, "restricted_list").reason == "INSTRUMENT_RESTRICTED"
    assert _finding(story, "position").reason == "CANNOT_BE_EVALUATED"


def test_a_story_goes_through_json_and_back(world: World, tmp_path: Path) -> None:
    order = working(world)
    fill(world, order, 10, 10_000, "e1", fee=3)
    story = told(tmp_path, world, order_text(order))
    assert msgspec.json.decode(msgspec.json.encode(story), type=Story) == story


def _verdict(story: Story) -> VerdictPart:
    assert story.verdict is not None
    return story.verdict


def _finding(story: Story, control: str) -> FindingPart:
    return next(part for part in _verdict(story).findings if part.control == control)
