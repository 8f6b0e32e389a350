"""Live sessions whose state is taken beside them, and what a restart makes of it."""

from pathlib import Path

from interlock.journal.states import load_ledger, newest_usable
from interlock.journal.verify import verify
from sessions.live import QUOTE, LiveProcess, decision, session_file
from sessions.walks import document, entries_of, ran

TURNS_MAX = 20_000


def test_a_state_is_taken_while_the_session_runs_and_a_restart_begins_there(
    tmp_path: Path,
) -> None:
    with LiveProcess(tmp_path, "--snapshot-every", "8") as process:
        process.ask(QUOTE, *(decision(f"k{number}", quantity="1") for number in range(4)))
        # The session goes on while another process works; it is asked until that is done.
        turns = 0
        while newest_usable(process.directory) == 0:
            process.ask(QUOTE)
            turns += 1
            assert turns < TURNS_MAX, "no state was taken"
        process.process.kill()
        process.process.wait()
    taken = newest_usable(process.directory)
    last = len(entries_of(process.directory))
    loaded = load_ledger(process.directory, last)
    assert loaded.from_snapshot == taken
    assert loaded.folded == last - taken
    with LiveProcess(tmp_path, "--snapshot-every", "0") as process:
        answers = process.ask(QUOTE, decision("k1"), decision("new", quantity="1"))
        _, err, code = process.end()
    assert code == 0, err
    assert [one.get("reason") for one in answers] == [None, "DUPLICATE_DECISION", "NONE"]
    done = ran("journal", "verify", "--deep", "--json", process.directory)
    assert done.returncode == 0, done.stdout
    assert document(done.stdout)["reproduced"]["snapshots"][str(taken)] is True


def test_a_state_is_taken_by_hand_of_a_session_that_is_being_written(tmp_path: Path) -> None:
    with LiveProcess(tmp_path) as process:
        process.ask(QUOTE, decision("a", quantity="1"))
        done = ran("journal", "snapshot", "--json", process.directory)
        assert done.returncode == 0, done.stderr
        told = document(done.stdout)
        assert told["usable"] is True
        assert newest_usable(process.directory) == told["sequence"] > 0
        process.ask(decision("b", quantity="1"))
        _, err, code = process.end()
    assert code == 0, err
    assert verify(process.directory).is_whole


def test_deep_verification_says_what_it_checked_and_fails_on_damage(tmp_path: Path) -> None:
    with LiveProcess(tmp_path) as process:
        process.ask(QUOTE, decision("a", quantity="1"))
        _, err, code = process.end()
    assert code == 0, err
    done = ran("journal", "verify", "--deep", process.directory)
    assert done.returncode == 0, done.stdout
    assert b"stepped again" in done.stdout
    (segment,) = process.directory.glob("seg-*.jrn")
    data = bytearray(segment.read_bytes())
    data[9_000] ^= 1
    segment.write_bytes(data)
    done = ran("journal", "verify", "--deep", "--json", process.directory)
    assert done.returncode == 1
    assert segment.name in document(done.stdout)["problems"][0]


def test_a_second_process_on_one_session_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with LiveProcess(tmp_path) as first:
        first.ask(QUOTE)
        other = ran("run", session_file(tmp_path), "--live", "--out", first.directory)
        assert other.returncode == 4
        assert b"another process writes this journal" in other.stderr
        assert b"Traceback" not in other.stderr
        # The first has noticed nothing.
        assert first.ask(decision("a"))[0]["verdict"] == "allow"
        _, err, code = first.end()
    assert code == 0, err
    assert verify(first.directory).is_whole


def test_a_killed_session_lets_the_next_one_in_at_once(tmp_path: Path) -> None:
    with LiveProcess(tmp_path) as first:
        first.ask(QUOTE)
        first.process.kill()
        first.process.wait()
    with LiveProcess(tmp_path) as second:
        assert second.ask(decision("a"))[0]["verdict"] == "allow"
        _, err, code = second.end()
    assert code == 0, err
