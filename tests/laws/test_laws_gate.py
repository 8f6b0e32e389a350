"""No path from a decision to a venue avoids the gate: the source shows it, and a long history."""

import ast
from pathlib import Path

import pytest

from house.checkout import PACKAGE
from interlock.messages.approvals import DecisionHeld, HoldReleased
from interlock.messages.commands import LiftHalt
from interlock.messages.events import (
    EFFECTS,
    ActionCleared,
    CancelRequested,
    DecisionJudged,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.identity import place_of
from interlock.messages.reasons import HALT_CANCEL, POSITION_SHRANK
from interlock.messages.terms import HOLD
from interlock.messages.work_reasons import (
    REPRICED,
    WORK_CANCELLED,
    WORK_DONE,
    WORK_PAUSED,
    WORK_TIME_OVER,
)
from interlock.messages.works import SliceJudged
from laws.histories import history

SOURCE = PACKAGE

MAKERS = {
    "OrderCleared": {"kernel/judging.py"},
    "ActionCleared": {"kernel/judging.py"},
    # What reduces leaves without a verdict: a halt's cancels, and what shrinks a reduce-only order.
    # So does what takes back an order that we never sent, or quotes whose protection has tripped.
    "CancelRequested": {
        "kernel/judging.py",
        "kernel/stopping.py",
        "kernel/reducing.py",
        "kernel/adopting.py",
        "kernel/cancelling.py",
        # A schedule takes back what rests in the wrong place, and a large order that ends its all.
        "kernel/working.py",
        "kernel/work_words.py",
    },
    "ReplaceRequested": {"kernel/judging.py", "kernel/reducing.py"},
    "HoldReleased": {"kernel/judging.py"},
}
# What takes back the children of large orders.
OF_WORKS = (REPRICED, WORK_CANCELLED, WORK_DONE, WORK_PAUSED, WORK_TIME_OVER)
SENDERS = {"submit", "cancel", "replace"}


def source_files() -> list[Path]:
    """Everything but the venue's own side: a hosted exchange is told of orders, it sends none."""
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if "hosting" not in path.relative_to(SOURCE).parts
    ]


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def made_in(tree: ast.Module) -> set[str]:
    """The names that a file calls, under whatever name it keeps them."""
    kept = {
        node.target.id: node.value.id
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Name)
    }
    called = [call.func.id for call in calls(tree) if isinstance(call.func, ast.Name)]
    return {kept.get(name, name) for name in called}


@pytest.mark.parametrize("event", MAKERS)
def test_only_the_judge_makes_what_leaves(event: str) -> None:
    found = {
        str(path.relative_to(SOURCE))
        for path in source_files()
        if event in made_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == MAKERS[event]


def test_the_judge_releases_only_behind_a_verdict_that_passed() -> None:
    tree = ast.parse((SOURCE / "kernel" / "judging.py").read_text(encoding="utf-8"))
    [judge] = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    methods = {node.name: node for node in judge.body if isinstance(node, ast.FunctionDef)}
    callers: dict[str, set[str]] = {}
    for name, method in methods.items():
        for call in calls(method):
            if isinstance(call.func, ast.Attribute):
                callers.setdefault(call.func.attr, set()).add(name)
    # A child of a large order is released by the worker: the next test.
    assert callers["_clear"] == {"_release", "release_child"}
    assert "release_child" not in callers
    assert callers["_request_replace"] == {"_release"}
    assert callers["_release"] == {"_judge", "judge_held"}
    for name in ("_judge", "judge_held"):
        # Each is the body of `if gate.severity < HOLD`, after the gate has judged.
        [released] = [
            node
            for node in ast.walk(methods[name])
            if isinstance(node, ast.If)
            and any(
                isinstance(call.func, ast.Attribute) and call.func.attr == "_release"
                for call in calls(node)
            )
        ]
        assert ast.unparse(released.test) == "gate.severity < HOLD"
        assert "gate.judge(plan" in ast.unparse(methods[name])


def test_the_worker_releases_a_child_only_behind_a_verdict_that_passed() -> None:
    tree = ast.parse((SOURCE / "kernel" / "working.py").read_text(encoding="utf-8"))
    released = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "release_child" in ast.unparse(node)
    ]
    assert [ast.unparse(node.test) for node in released] == ["gate.severity < HOLD"]
    assert ast.unparse(tree).count("release_child(") == 1
    [method] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "release_child" in ast.unparse(node)
    ]
    text = ast.unparse(method)
    assert text.index("gate.judge(plan)") < text.index("SliceJudged(")
    assert text.index("SliceJudged(") < text.index("release_child")
    callers = {
        str(path.relative_to(SOURCE))
        for path in source_files()
        if ".release_child(" in path.read_text(encoding="utf-8")
    }
    assert callers == {"kernel/working.py"}


def test_only_the_outbox_and_venues_speak_to_venues() -> None:
    found = set()
    for path in source_files():
        place = str(path.relative_to(SOURCE))
        for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
            is_venue = isinstance(call.func, ast.Attribute) and (
                call.func.attr in SENDERS and "venue" in ast.unparse(call.func.value)
            )
            if is_venue:
                found.add(place)
    assert found == {"execution/outbox.py"}


def test_the_outbox_knows_no_way_to_send_but_effects() -> None:
    tree = ast.parse((SOURCE / "execution" / "outbox.py").read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "interlock.messages.events"
        for alias in node.names
    }
    effects = {each.__name__ for each in EFFECTS}
    # An order in doubt is only looked at.
    assert imported - effects == {"OrderUnknown"}
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {each for each in modules if each and each.startswith("interlock.decisions")}


@pytest.mark.parametrize("seed", [51, 52, 53])
def test_every_effect_of_a_long_history_follows_from_a_verdict_or_takes_risk_away(
    seed: int,
) -> None:
    world = history(seed, 2_500)
    passed: dict[int, DecisionJudged] = {}
    held: set[int] = set()
    proposed: set[int] = set()
    effects = 0
    for sequence, entry in enumerate(world.entries, 1):
        proposed.add(sequence)
        in_step: set[int] = set()
        slices: dict[int, DecisionJudged] = {}
        for event in entry.events:
            if isinstance(event, SliceJudged):
                # The child of a large order is the one line of its slice.
                assert event.decision in passed
                slices = {event.decision: event.verdict}
            elif isinstance(event, DecisionJudged):
                passed[event.decision] = event
                in_step.add(event.decision)
            elif isinstance(event, DecisionHeld):
                held.add(event.decision)
            elif isinstance(event, HoldReleased):
                assert event.decision in held
                held.remove(event.decision)
            elif isinstance(event, OrderCleared) and event.decision in slices:
                effects += 1
                judged = slices.pop(event.decision)
                assert passed[event.decision].severity < HOLD
                assert judged.severity < HOLD
                assert judged.lines[0].quantity == event.quantity
            elif isinstance(event, OrderCleared):
                effects += 1
                judged = passed[event.decision]
                assert event.decision in in_step
                assert judged.severity < HOLD
                assert event.decision not in held
                line = judged.lines[place_of(event.order) - 1]
                assert (line.quantity, line.price) == (event.quantity, event.price)
            elif isinstance(event, ActionCleared):
                effects += 1
                assert passed[event.decision].severity < HOLD
            elif isinstance(event, ReplaceRequested):
                effects += 1
                if event.decision in in_step:
                    assert passed[event.decision].severity < HOLD
                else:
                    assert event.decision == sequence
            elif isinstance(event, CancelRequested):
                effects += 1
                is_ours = event.reason in (HALT_CANCEL, POSITION_SHRANK, *OF_WORKS)
                assert is_ours or event.decision in in_step
        assert not isinstance(entry.command, LiftHalt) or not in_step
    assert effects > 30
    assert passed
