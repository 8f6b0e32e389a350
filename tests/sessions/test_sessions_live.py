"""A session against the wall clock: each line is answered by one, whatever it was made of."""

import json
import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from interlock.journal.verify import verify
from interlock.messages.commands import CloseSession, Halt, NoteRefusedInput, ProposeDecision
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.identity import order_text
from sessions.live import (
    HALT,
    QUOTE,
    Client,
    LiveProcess,
    decision,
    lift,
    line,
    session_file,
)
from sessions.walks import command, entries_of, environment, ran


def answers(output: bytes) -> list[dict[str, object]]:
    return [json.loads(one) for one in output.splitlines()]


def live(folder: Path, given: bytes) -> tuple[list[dict[str, object]], Path]:
    """A session whose whole input is given at once; its answers and its directory."""
    directory = folder / "session"
    done = ran("run", session_file(folder), "--live", "--out", directory, given=given)
    assert done.returncode == 0, done.stderr
    return answers(done.stdout), directory


def test_every_line_is_answered_by_one_line_with_its_verdict(tmp_path: Path) -> None:
    given = [
        QUOTE,
        decision("a"),
        decision("b", quantity="101"),
        decision("a"),
        HALT,
        decision("c"),
    ]
    with LiveProcess(tmp_path) as process:
        told = process.ask(*given)
        trip = told[4]["sequence"]
        told += process.ask(
            lift(trip, by="anna"),
            lift(trip),
            decision(
                "d", action={"kind": "action", "name": "notify", "parameters": {"to": "desk"}}
            ),
        )
        rest, err, code = process.end()
    assert (rest, code) == ([], 0)
    assert [one["line"] for one in told] == list(range(1, 10))
    assert told[0]["taken"] is True
    assert (told[1]["verdict"], told[1]["key"]) == ("allow", "a")
    assert len(told[1]["orders"]) == 1
    assert (told[2]["verdict"], told[2]["reason"]) == ("refuse", "QUANTITY_ABOVE_ORDER_LIMIT")
    [refusal] = told[2]["refusals"]
    assert refusal["control"] == "order_quantity"
    assert (refusal["observed"], refusal["bound"]) == (101, 100)
    assert told[3]["reason"] == "DUPLICATE_DECISION"
    assert told[4]["halted"] == "firm"
    assert told[4]["cancels_requested"] == 1
    assert told[5]["reason"] == "HALTED"
    assert told[6]["reason"] == "SAME_PERSON"
    assert told[7]["lifted"] == "firm"
    assert told[8]["action"]
    notices = (process.directory / "notices.jsonl").read_text().splitlines()
    assert [json.loads(notice)["parameters"] for notice in notices] == [{"to": "desk"}]
    assert "Listening on standard input" in err


def test_an_answer_is_given_only_once_its_decision_is_durable(tmp_path: Path) -> None:
    with LiveProcess(tmp_path) as process:
        process.say(line(QUOTE, decision("a")))
        process.answer()
        told = process.answer()
        # Another process reads the journal while the session still runs.
        kept = entries_of(process.directory)
        decided = kept[told["decision"] - 1].command
        assert isinstance(decided, ProposeDecision)
        assert decided.decision.key == "a"
        judged = [
            event
            for entry in kept
            for event in entry.events
            if isinstance(event, DecisionJudged) and event.decision == told["decision"]
        ]
        assert len(judged) == 1


def test_malformed_lines_are_refused_recorded_and_cost_no_valid_one(tmp_path: Path) -> None:
    chance = random.Random(5)
    valid = line(decision("x"))[:-1]
    broken = [
        b"{",
        valid[: len(valid) // 2],
        b"\x00\xff\xfe\x80",
        b"[" * 60_000,
        b"x" * 200_000,
        b'"\\ud800"',
        b'{"halt":{"scope":"\\ud800","by":"\\ud800"}}',
        b'{"halt":1,"halt":2}',
        b"null",
        b"1e999",
        valid.replace(b'"epoch": 1', b'"epoch": NaN'),
        *(
            bytes(chance.randrange(256) for _ in range(200)).replace(b"\n", b"").strip() or b"?"
            for _ in range(30)
        ),
    ]
    given = line(QUOTE)
    for n, bad in enumerate(broken):
        given += bad + b"\n" + b"  \n" + line(decision(f"k{n}", quantity="1"))
    told, directory = live(tmp_path, given)
    errors = [one for one in told if "error" in one]
    verdicts = {one["key"]: one["verdict"] for one in told if "verdict" in one}
    assert len(errors) == len(broken)
    assert verdicts == {f"k{n}": "allow" for n in range(len(broken))}
    assert sorted(one["line"] for one in told) == list(range(1, len(told) + 1))
    noted = [
        entry.command
        for entry in entries_of(directory)
        if isinstance(entry.command, NoteRefusedInput)
    ]
    assert [note.text for note in noted] == [one["error"] for one in errors]
    assert all(len(note.digest) == 64 and note.channel == "stdin" for note in noted)


def test_a_last_line_without_an_end_is_a_line(tmp_path: Path) -> None:
    told, _ = live(tmp_path, line(QUOTE) + line(decision("a"))[:-1])
    assert [one.get("verdict") for one in told] == [None, "allow"]


def test_many_lines_at_once_are_all_answered(tmp_path: Path) -> None:
    count = 3_000
    given = line(QUOTE, *(decision(f"k{n}", quantity="1", price="99.00") for n in range(count)))
    told, directory = live(tmp_path, given)
    assert len(told) == count + 1
    assert {one["key"] for one in told[1:]} == {f"k{n}" for n in range(count)}
    last = entries_of(directory)[-1].command
    assert last == CloseSession("operator", "end of input")


def test_a_regular_file_may_be_standard_input_and_output(tmp_path: Path) -> None:
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_bytes(line(QUOTE, *(decision(f"k{n}", quantity="1") for n in range(400))))
    with given.open("rb") as lines, out.open("wb") as told:
        done = subprocess.run(
            command("run", session_file(tmp_path), "--live", "--out", tmp_path / "session"),
            stdin=lines,
            stdout=told,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert len(answers(out.read_bytes())) == 401


def test_an_empty_input_is_a_session_without_decisions(tmp_path: Path) -> None:
    told, directory = live(tmp_path, b"")
    assert told == []
    assert verify(directory).is_whole


def test_two_clients_of_the_socket_get_their_own_answers(tmp_path: Path) -> None:
    path = tmp_path / "door"
    with LiveProcess(tmp_path, "--socket", path) as process:
        process.listening()
        assert oct(path.stat().st_mode & 0o777) == "0o600"
        first, second = Client(path), Client(path)
        first.say(line(QUOTE))
        assert first.answer()["taken"] is True
        second.say(line(decision("s1", quantity="101"), HALT))
        heard = {told["line"]: told for told in (second.answer(), second.answer())}
        assert set(heard) == {1, 2}
        first.say(line(b"x".hex(), lift(heard[2]["sequence"])))
        assert "error" in first.answer()
        assert first.answer()["line"] == 3
        # One that leaves before its answer: what it said is decided and recorded all the same.
        first.say(line(decision("left", quantity="1")))
        first.leave()
        second.say(line(decision("s2", quantity="1")))
        assert second.answer()["key"] == "s2"
        process.process.send_signal(signal.SIGINT)
        told, err, code = process.end()
        second.leave()
    assert (told, code) == ([], 0), err
    assert not path.exists()
    keys = [
        entry.command.decision.key
        for entry in entries_of(process.directory)
        if isinstance(entry.command, ProposeDecision)
    ]
    assert sorted(keys) == ["left", "s1", "s2"]


def test_a_client_that_does_not_read_is_obeyed_and_holds_up_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "door"
    with LiveProcess(tmp_path, "--socket", path) as process:
        process.listening()
        deaf, other = Client(path), Client(path)
        deaf.say(line(*(QUOTE for _ in range(6_000)), HALT))
        other.say(line(QUOTE))
        # Taken, or overtaken by one that came after it.
        assert other.answer()["line"] == 1
        while not any(isinstance(e.command, Halt) for e in entries_of(process.directory)):
            other.say(line(QUOTE))
            other.answer()
        deaf.leave()
        other.leave()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_live_session_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with LiveProcess(tmp_path) as process:
        process.say(line(QUOTE, decision("a")))
        process.answer()
        process.answer()
        process.process.send_signal(number)
        told, err, code = process.end()
    assert (told, code) == ([], 0), err
    report = verify(process.directory)
    assert report.is_whole
    assert report.torn_bytes == 0
    last = entries_of(process.directory)[-1].command
    assert last == CloseSession("operator", "interrupted")
    assert ran("replay", process.directory).returncode == 0


def test_a_reader_that_leaves_ends_the_session_in_order(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command("run", session_file(tmp_path), "--live", "--out", tmp_path / "session"),
        input=line(QUOTE, decision("a")),
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environment(),
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 0, done.stderr
    assert any(isinstance(e.command, ProposeDecision) for e in entries_of(tmp_path / "session"))


def test_with_json_the_account_is_one_document_on_standard_error(tmp_path: Path) -> None:
    done = ran(
        *("run", session_file(tmp_path), "--live", "--json", "--out", tmp_path / "session"),
        given=line(QUOTE, decision("a")),
    )
    assert done.returncode == 0
    account = json.loads(done.stderr)
    assert account["sources"]["desk"]["decisions"] == 1
    assert len(answers(done.stdout)) == 2


def test_a_session_that_was_killed_goes_on_with_its_halts_and_asks_about_its_orders(
    tmp_path: Path,
) -> None:
    with LiveProcess(tmp_path) as process:
        halt = {"halt": {**HALT["halt"], "cancel_working": False}}
        told = process.ask(QUOTE, decision("a"), halt)
        process.process.kill()
        process.process.wait()
    [order] = told[1]["orders"]
    with LiveProcess(tmp_path) as process:
        lifting = lift(told[2]["sequence"])
        # What the new process cannot know is for two people to say, before anybody re-arms.
        lost = {"order": told[1]["orders"][0], "as": "cancelled", "evidence": "their mail"}
        agreed = [{"resolve": {**lost, "by": by}} for by in ("anna", "ben")]
        again = process.ask(QUOTE, decision("b"), decision("a"), *agreed, lifting, decision("c"))
        _, err, code = process.end()
    assert code == 0
    assert "goes on after command" in err
    verdicts = {one["key"]: one["reason"] for one in again if "key" in one}
    assert verdicts == {"b": "HALTED", "a": "DUPLICATE_DECISION", "c": "NONE"}
    assert verify(process.directory).is_whole
    submitted = [
        event.order
        for entry in entries_of(process.directory)
        for event in entry.events
        if isinstance(event, OrderCleared)
    ]
    assert len(submitted) == 2
    assert order_text(submitted[0]) == order
    assert ran("replay", process.directory).returncode == 0


def test_a_session_goes_on_only_under_the_file_that_it_began_with(tmp_path: Path) -> None:
    live(tmp_path, line(QUOTE))
    file = session_file(tmp_path)
    file.write_text(file.read_text().replace("seed = 3", "seed = 4"))
    done = ran("run", file, "--live", "--out", tmp_path / "session")
    assert done.returncode == 4
    assert b"another session file" in done.stderr
    assert b"Traceback" not in done.stderr
