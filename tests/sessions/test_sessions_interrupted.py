"""Ctrl-C in the middle of a run: the journal is closed in order, and what is there replays."""

import signal
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from interlock.cli import main
from interlock.journal.reader import JournalReader
from interlock.journal.verify import verify
from interlock.messages.commands import CloseSession
from interlock.messages.encoding import Entry
from sessions.walks import command, entries_of, environment, short_demo

ENTRIES = 1_000


def beginning_of(session: Path) -> list[Entry]:
    """The first entries that another process can read of a session that runs."""
    if not (session / "JOURNAL").exists():
        return []
    return [entry for _, entry in islice(JournalReader(session).entries(), ENTRIES)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_closes_its_journal_and_replays(
    tmp_path: Path, number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    session = tmp_path / "session"
    file = short_demo(tmp_path, 604_800)
    process = subprocess.Popen(
        command("run", file, "--out", session),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    # The market lasts for a week; it is interrupted when the journal has something in it.
    while len(beginning_of(session)) < ENTRIES:
        assert process.poll() is None, process.communicate()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"Kept in" in out
    report = verify(session)
    assert report.is_whole
    assert report.torn_bytes == 0
    last = entries_of(session)[-1].command
    assert last == CloseSession("operator", "interrupted")
    assert main(["replay", str(session)]) == 0
    assert "every byte the same" in capsys.readouterr().out
