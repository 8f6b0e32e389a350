"""Sessions that are measured while they run: what the follower says is in the journal, is the same
again, and changes what follows."""

import json
from pathlib import Path

import pytest

from interlock.cli import main
from interlock.feedback.quality import Quality
from interlock.feedback.scorer import WORDS, Scorer
from interlock.inputs.session_file import load_session
from interlock.journal.reader import JournalReader
from interlock.journal.writer import JournalWriter
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderCleared
from interlock.messages.feedback import SIZE, WEIGHT, FeedbackSteered, SetFeedback
from interlock.messages.identity import order_text
from interlock.terminal.quality import quality_json
from sessions.live import LIVE, QUOTE, decision, line
from sessions.walks import digest_of, document, entries_of, ran, short_demo

SECONDS = 150
FEEDBACK = """
[feedback]
interval_s = 10
window_s = 600
stale_s = 300
samples_min = 5
plausible_bp = "500"
coverage_percent = 90
size = { step_percent = 20, least_percent = 40, costly_bp = "0.5", cheap_bp = "0" }
market_orders = { above_bp = "0.5", below_bp = "0.1", bound_bp = "2" }
participation = { share_percent = 50, bucket_s = 30 }
impact = { most_bp = "3" }
budgets = [{ source = "momentum", currency = "USD", cost_max = "100000.00" }]

[feedback.routing]
step_percent = 10
least_percent = 40
worse_bp = "0.2"
better_bp = "0"
reach_bp = "2"

[market]
"""
STEERED = ("\n[market]\n", FEEDBACK)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session with feedback that was never cut short, and beside it the file it was made from."""
    folder = tmp_path_factory.mktemp("steered")
    file = short_demo(folder, SECONDS, STEERED)
    assert main(["run", str(file), "--out", str(folder / "session"), "--json"]) == 0
    return folder


def said(entries: list[Entry]) -> list[str]:
    return [type(entry.command).__name__ for entry in entries if isinstance(entry.command, WORDS)]


def test_the_follower_speaks_by_the_front_door_and_its_words_steer(straight: Path) -> None:
    entries = entries_of(straight / "session")
    assert set(said(entries)) == {kind.__name__ for kind in WORDS}
    moved = {
        event.rule
        for entry in entries
        for event in entry.events
        if isinstance(event, FeedbackSteered) and event.before != event.after
    }
    assert {WEIGHT, SIZE} <= moved
    assert main(["replay", str(straight / "session"), "--json"]) == 0
    assert main(["replay", str(straight / "session"), "--rebuild", "--json"]) == 0


def test_feedback_changes_what_is_traded(straight: Path, tmp_path: Path) -> None:
    file = short_demo(tmp_path, SECONDS)
    assert main(["run", str(file), "--out", str(tmp_path / "session"), "--json"]) == 0
    assert said(entries_of(tmp_path / "session")) == []
    sizes = [
        sum(
            event.quantity
            for entry in entries_of(folder / "session")
            for event in entry.events
            if isinstance(event, OrderCleared) and event.source == "momentum"
        )
        for folder in (straight, tmp_path)
    ]
    assert sizes[0] < sizes[1]


def test_what_is_said_follows_from_what_was_durable_before(straight: Path) -> None:
    """A follower that is shown the journal entry by entry, and nothing that came later, says every
    word again: no look-ahead, and no difference that the cut into batches makes."""
    file = load_session(straight / "short.toml")
    assert file.feedback is not None
    assert file.market is not None
    scorer = Scorer(file.feedback, file.market.start_ns)
    owed: list[object] = []
    heard = 0
    for sequence, entry in JournalReader(straight / "session").entries():
        if not owed and 0 <= scorer.next_time_ns() <= entry.time_ns:
            owed = [command for _, command in scorer.due(entry.time_ns)]
        if isinstance(entry.command, WORDS):
            assert entry.command == owed.pop(0), f"command {sequence}"
            heard += 1
        scorer(sequence, [entry])
    assert owed == []
    assert heard == len(said(entries_of(straight / "session")))


@pytest.mark.parametrize("share", [3, 2, 1])
def test_the_follower_measures_what_the_report_measures(straight: Path, share: int) -> None:
    file = load_session(straight / "short.toml")
    assert file.feedback is not None
    entries = entries_of(straight / "session")
    entries = entries[: len(entries) // share]
    scorer, batch = Scorer(file.feedback, entries[0].time_ns), Quality()
    batch.begin("")
    for start in range(0, len(entries), 61):
        scorer(start + 1, entries[start : start + 61])
    batch.add_all(enumerate(entries, start=1))
    for quality in (scorer.quality, batch):
        quality.finish()
    assert quality_json(scorer.quality, ("venue", "source")) == quality_json(
        batch, ("venue", "source")
    )


@pytest.mark.parametrize("part", [3, 7])
def test_a_session_with_feedback_that_was_killed_is_carried_on_to_the_same(
    part: int, straight: Path, tmp_path: Path
) -> None:
    reader = JournalReader(straight / "session")
    last = reader.last_sequence * part // 10
    with JournalWriter.create(
        tmp_path / "session", journal_id=bytes(16), code_version="test"
    ) as writer:
        for batch in reader.batches():
            if batch.last_sequence > last:
                break
            writer.append(batch.entries)
    run = ["run", str(straight / "short.toml"), "--out", str(tmp_path / "session"), "--json"]
    assert main(run) == 0
    assert digest_of(tmp_path / "session") == digest_of(straight / "session")


def test_why_says_what_feedback_made_of_an_order(
    straight: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sized, order = "", 0
    for entry in entries_of(straight / "session"):
        for event in entry.events:
            if isinstance(event, FeedbackSteered) and event.rule == SIZE and event.after < 10_000:
                sized = event.subject.split()[0]
            elif isinstance(event, OrderCleared) and event.source == sized:
                order = event.order
    assert order
    assert main(["why", str(straight / "session"), order_text(order), "--json"]) == 0
    story = document(capsys.readouterr().out)
    (steered,) = [
        words
        for words in story["verdict"]["lines"][0]["steered"]
        if words.startswith(f"orders of {sized} USD sized")
    ]
    assert "95 % interval" in steered
    assert "orders (command " in steered
    assert main(["why", str(straight / "session"), order_text(order)]) == 0
    assert "feedback" in capsys.readouterr().out


def test_an_operator_freezes_feedback_in_a_live_session(tmp_path: Path) -> None:
    file = tmp_path / "live.toml"
    file.write_text(LIVE + FEEDBACK.replace("\n[market]\n", "").replace("momentum", "desk"))
    given = line(
        QUOTE,
        {"freeze_feedback": {"by": "anna", "text": "beta looks wrong"}},
        decision("a"),
        {"release_feedback": {"by": "anna"}},
        {"freeze_feedback": {"by": "feedback:budget"}},
    )
    done = ran("run", file, "--live", "--out", tmp_path / "session", given=given)
    assert done.returncode == 0, done.stderr
    answers = {one["line"]: one for one in map(json.loads, done.stdout.splitlines())}
    assert answers[2]["feedback"] == "frozen"
    assert answers[4]["feedback"] == "goes on"
    assert "must not begin as the names of our own controls" in answers[5]["error"]
    words = [
        entry.command.is_frozen
        for entry in entries_of(tmp_path / "session")
        if isinstance(entry.command, SetFeedback)
    ]
    assert words == [False, True, False]
    assert main(["replay", str(tmp_path / "session"), "--json"]) == 0


def test_feedback_says_what_stands_and_what_moved(
    straight: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback", str(straight / "session"), "--json"]) == 0
    said = document(capsys.readouterr().out)
    moved = sum(
        event.before != event.after
        for entry in entries_of(straight / "session")
        for event in entry.events
        if isinstance(event, FeedbackSteered)
    )
    assert said["is_armed"]
    assert said["moves_found"] == moved + 1
    assert {one["rule"] for one in said["standing"]} >= {"size", "volume_curve"}
    assert any(why.endswith("EVIDENCE_THIN") for why in said["ignored"])
    assert main(["feedback", str(straight / "session")]) == 0
    assert "What moved last" in capsys.readouterr().out
