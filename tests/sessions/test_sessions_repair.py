"""A damaged session refuses to start and says what mends it; mended, it goes on and says so."""

import shutil
from pathlib import Path

from interlock.messages.commands import NoteRefusedInput
from sessions.live import QUOTE, LiveProcess, decision, session_file
from sessions.walks import document, entries_of, ran


def test_a_damaged_session_says_what_mends_it_and_goes_on_when_mended(tmp_path: Path) -> None:
    with LiveProcess(tmp_path) as process:
        process.ask(QUOTE, decision("a", quantity="1"))
        _, err, code = process.end()
    assert code == 0, err
    session, copy = process.directory, tmp_path / "copy"
    shutil.copytree(session, copy)
    (segment,) = session.glob("seg-*.jrn")
    data = bytearray(segment.read_bytes())
    data[8_400] ^= 4
    segment.write_bytes(data)

    done = ran("run", session_file(tmp_path), "--live", "--out", session)
    assert done.returncode == 4
    for word in (segment.name, "at byte 8192", "must be", "was", f"--from {copy}` mends it"):
        assert word in done.stderr.decode()
    assert b"Traceback" not in done.stderr

    done = ran("journal", "repair", session)
    assert done.returncode == 4
    assert b"Nothing was changed" in done.stderr
    done = ran("journal", "repair", session, "--from", copy, "--dry-run")
    assert (done.returncode, b"nothing was changed" in done.stdout) == (0, True)
    assert segment.read_bytes() == data
    done = ran("journal", "repair", session, "--from", copy, "--json")
    assert done.returncode == 0, done.stderr
    assert document(done.stdout)["whole"] is True

    with LiveProcess(tmp_path) as process:
        assert process.ask(decision("b", quantity="1"))[0]["verdict"] == "allow"
        _, err, code = process.end()
    assert code == 0, err
    noted = [
        entry.command
        for entry in entries_of(session)
        if isinstance(entry.command, NoteRefusedInput) and entry.command.channel == "journal"
    ]
    assert len(noted) == 1
    assert segment.name in noted[0].text
    # It is told once: the next run has nothing to add.
    before = len(noted)
    with LiveProcess(tmp_path) as process:
        _, err, code = process.end()
    assert code == 0, err
    told = [one for one in entries_of(session) if isinstance(one.command, NoteRefusedInput)]
    assert len(told) == before
    assert ran("journal", "verify", "--deep", session).returncode == 0
