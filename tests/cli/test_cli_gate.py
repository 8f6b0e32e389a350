"""`judge`, `holds`, `limits` and `kills`: what they say for people and for programs, and that they
write nothing.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from interlock.cli import main
from interlock.messages.approvals import ApproveDecision, ConfirmLimitChange, ProposeLimitChange
from interlock.messages.commands import Halt, SetLimit
from interlock.messages.decisions import CancelOrders
from interlock.messages.definitions import Answer
from interlock.messages.terms import (
    BUY,
    HOLD,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_SILENCE,
)
from monitoring.kept import keep
from worlds import SECOND, World, armed

Said = pytest.CaptureFixture[str]
HELD = Answer(HOLD, 2, 60 * SECOND, 25)


def quoted() -> World:
    world = World()
    world.quote()
    return world


def kept(world: World, folder: Path) -> Path:
    return keep(folder, world.entries)


def decision(folder: Path, quantity: str = "10", **more: Any) -> Path:
    path = folder / "decision.json"
    action = {"kind": "order", "instrument": "COIN", "side": "buy", "quantity": quantity,
              "price": "100.00", "venue": "alpha"}  # fmt: skip
    value = {"source": "model", "key": "asked", "release": "r1", "epoch": 1,
             "valid_until": "2199-01-01T00:00:00Z", "action": action, **more}  # fmt: skip
    path.write_text(json.dumps(value))
    return path


def told(capsys: Said, *arguments: object) -> Any:
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def said(capsys: Said, *arguments: object) -> str:
    assert main([str(each) for each in arguments]) == 0
    return capsys.readouterr().out


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def test_judge_says_the_verdict_with_every_finding_and_writes_nothing(
    tmp_path: Path, capsys: Said
) -> None:
    session = kept(quoted(), tmp_path)
    before = bytes_of(session)
    judged = told(capsys, "judge", session, decision(tmp_path, "101"))
    verdict = judged["verdict"]
    assert (verdict["severity"], verdict["reason"]) == ("refuse", "QUANTITY_ABOVE_ORDER_LIMIT")
    [found] = [each for each in verdict["findings"] if not each["passed"]]
    assert (found["control"], found["scope"]) == ("order_quantity", "firm")
    assert (found["observed"]["value"], found["bound"]["value"]) == (101, 100)
    assert len(verdict["findings"]) > 15
    text = said(capsys, "judge", session, decision(tmp_path, "101"))
    assert text.startswith("refuse QUANTITY_ABOVE_ORDER_LIMIT")
    [objection] = [each for each in text.splitlines() if each.startswith("  refuse")]
    assert "order_quantity on firm line 1: observed 101" in objection
    assert "bound 100" in objection
    assert bytes_of(session) == before


def test_judge_speaks_of_the_moment_that_is_asked_for(tmp_path: Path, capsys: Said) -> None:
    world = quoted()
    before = world.sequence
    world.say(Halt("firm", "ann", "stop"))
    session = kept(world, tmp_path)
    path = decision(tmp_path)
    assert told(capsys, "judge", session, path)["verdict"]["reason"] == "HALTED"
    judged = told(capsys, "judge", session, path, "--at", before)
    assert (judged["after"], judged["verdict"]["severity"]) == (before, "allow")
    assert main(["judge", str(session), str(path), "--at", "999"]) == 3
    assert "the journal ends at" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["", "nonsense", '{"source": "model"}', "[1]", '{"halt": {"scope": "firm"}}']
)
def test_judge_says_what_is_wrong_with_a_decision(tmp_path: Path, capsys: Said, text: str) -> None:
    session = kept(quoted(), tmp_path)
    path = tmp_path / "bad.json"
    path.write_text(text)
    assert main(["judge", str(session), str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(path) in captured.err


def test_judge_of_a_file_that_is_not_there(tmp_path: Path, capsys: Said) -> None:
    session = kept(quoted(), tmp_path)
    assert main(["judge", str(session), str(tmp_path / "none.json")]) == 3
    assert "none.json" in capsys.readouterr().err


def test_holds_lists_what_waits_for_whom_until_when(tmp_path: Path, capsys: Said) -> None:
    world = quoted()
    world.say(SetLimit(armed("order_quantity", answer=HELD, quantity_max=5), "risk"))
    held = world.order(BUY, 6, valid_until_ns=2**62)[0].decision
    gone = world.order(BUY, 7, valid_until_ns=2**62)[0].decision
    for by in ("ann", "bob"):
        world.say(ApproveDecision(gone, by, "yes"))
    world.say(ApproveDecision(held, "ann", "seen"))
    world.say(ProposeLimitChange(armed("order_quantity", quantity_max=500), "ann", "busy"))
    session = kept(world, tmp_path)
    found = told(capsys, "holds", session)
    [hold] = found["holds"]
    assert (hold["decision"], hold["missing"], hold["approved_by"]) == (held, 1, ["ann"])
    assert hold["lines"][0]["quantity"] == 6
    [change] = found["limit_changes"]
    assert (change["change"], change["by"]) == (world.sequence, "ann")
    text = said(capsys, "holds", session)
    assert f"{held}  1 more must approve" in text
    # Who approves is told what it is that he lets pass.
    assert "observed 6 COIN, bound 5 COIN" in text
    assert "observed 6 COIN, bound 5 COIN" in hold["objections"][0]
    assert "quantity_max=500" in text
    story = said(capsys, "why", session, gone)
    assert "People were asked" in story
    assert "ann and bob did, and it passed the gate again" in story
    assert "It waits for 2 to approve it" in said(capsys, "why", session, held)
    account = told(capsys, "account", session)
    assert account["holds"] == {"held": 2, "approvals": 3, "released": 1}


def test_limits_show_what_holds_and_how_it_came_to(tmp_path: Path, capsys: Said) -> None:
    world = quoted()
    world.say(ProposeLimitChange(armed("order_quantity", quantity_max=500), "ann", "busy"))
    world.say(ConfirmLimitChange(world.sequence, "bob", "seen"))
    world.say(ProposeLimitChange(armed("order_quantity", quantity_max=50), "cid", "calm again"))
    session = kept(world, tmp_path)
    limits = told(capsys, "limits", session)["limits"]
    [limit] = [each for each in limits if each["control"] == "order_quantity"]
    assert limit["parameters"]["quantity_max"] == 50
    assert [(each["by"], each["confirmed_by"]) for each in limit["history"]] == [
        ("risk", ""), ("ann", "bob"), ("cid", ""),
    ]  # fmt: skip
    assert limit["history"][2]["old"]["quantity_max"] == 500
    text = said(capsys, "limits", session)
    assert "bob: quantity_max 500" in text
    assert "calm again" in text
    assert len(told(capsys, "account", session)["limit_changes"]) == 2


def test_kills_say_what_became_of_every_order(tmp_path: Path, capsys: Said) -> None:
    world = quoted()
    orders = [world.order(BUY, 1)[-1].order for _ in range(6)]
    for order in orders:
        world.report(order, REPORT_ACCEPTED)
    world.decide(CancelOrders((orders[5],)))
    world.say(Halt("instrument:COIN", "ann", "wrong"))
    trip = world.sequence
    world.report(orders[0], REPORT_CANCELLED)
    world.report(orders[1], REPORT_FILL, execution_id="x", quantity=1, price=10_000)
    world.lift("instrument:COIN", "bob", "checked")
    world.report(orders[2], REPORT_CANCEL_REJECTED)
    world.report(orders[3], REPORT_SILENCE)
    world.say(Halt("firm", "ann", "watch", cancel_working=False))
    session = kept(world, tmp_path)
    first, second = told(capsys, "kills", session)["kills"]
    assert (first["trip"], first["scope"], first["stands"]) == (trip, "instrument:COIN", False)
    assert first["lifted"]["by"] == "bob"
    assert [order["outcome"] for order in first["orders"]] == [
        "cancelled", "filled", "failed", "unknown", "requested", "requested",
    ]  # fmt: skip
    assert [order["outcome"] for order in second["orders"]] == [
        "filled", "none", "unknown", "requested", "requested",
    ]  # fmt: skip
    text = said(capsys, "kills", session)
    assert "1 cancelled, 1 filled, 1 failed, 1 unknown" in text
    assert "lifted by bob" in text


def test_nothing_waits_and_nothing_was_killed(tmp_path: Path, capsys: Said) -> None:
    session = kept(quoted(), tmp_path)
    assert "Nothing waits for people." in said(capsys, "holds", session)
    assert "No halt was tripped." in said(capsys, "kills", session)
