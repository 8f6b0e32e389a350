"""A disk that fails under a real process: it ends at once, and nobody trusts what is re-read."""

import resource
import subprocess
from pathlib import Path

from interlock.journal.poison import POISON_NAME
from interlock.journal.verify import verify
from sessions.live import QUOTE, LiveProcess, decision, line, session_file
from sessions.walks import command, entries_of, environment, ran

# The first zeros of a segment fit, the next ones do not: the system then refuses to write.
FILE_BYTES_MAX = 9 * 1024 * 1024
# Refused, and kept with all that was said.
LONG = {"halt": {"scope": "source:nobody", "by": "anna", "text": "x" * 480}}
LINES = 9_000


def refuse_large_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, FILE_BYTES_MAX))


def test_a_write_that_fails_ends_the_process_and_the_next_one_does_not_trust_the_disk(
    tmp_path: Path,
) -> None:
    session = tmp_path / "session"
    done = subprocess.run(
        command("run", session_file(tmp_path), "--live", "--out", session),
        input=line(QUOTE, decision("first", quantity="1"), *(LONG for _ in range(LINES))),
        capture_output=True,
        env=environment(),
        preexec_fn=refuse_large_files,
        timeout=120,
        check=False,
    )
    assert done.returncode == 70, done.stderr[-2_000:]
    assert b"is known to be durable" in done.stderr
    assert b"Traceback" not in done.stderr
    assert (session / POISON_NAME).exists()

    again = ran("run", session_file(tmp_path), "--live", "--out", session)
    assert again.returncode == 70
    assert b"an earlier writer stopped" in again.stderr
    assert b"restart the machine" in again.stderr

    # A person has looked. What was answered is there; the rest was never acknowledged.
    answered = done.stdout.count(b"\n")
    assert verify(session).is_whole
    (session / POISON_NAME).unlink()
    assert len(entries_of(session)) >= answered > 1_000
    with LiveProcess(tmp_path) as process:
        told = process.ask(QUOTE, decision("first"), decision("second", quantity="1"))
        _, err, code = process.end()
    assert code == 0, err
    assert [one.get("reason") for one in told] == [None, "DUPLICATE_DECISION", "NONE"]
