"""Sessions run by the command line, in this process or in another, and what their journals hold."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import interlock
from house.checkout import ROOT
from interlock.journal.reader import JournalReader
from interlock.messages.encoding import Entry, encode_batch

PACKAGE_PARENT = Path(interlock.__file__).parents[1]
EXAMPLES = ROOT / "examples"
DEMO = ROOT / "src" / "interlock" / "examples" / "demo.toml"


def short_demo(folder: Path, seconds: int, *changes: tuple[str, str]) -> Path:
    """The demonstration's session file with a shorter market, and other changes of its text."""
    text = DEMO.read_text()
    text, count = re.subn(r"duration_s = [0-9_]+", f"duration_s = {seconds}", text)
    assert count == 1, f"the demonstration has {count} durations"
    for old, new in changes:
        assert old in text, f"the demonstration does not say {old!r}"
        text = text.replace(old, new)
    path = folder / "short.toml"
    path.write_text(text)
    return path


def environment(**more: str) -> dict[str, str]:
    """The environment of a subprocess that runs the build under test."""
    return {**os.environ, "PYTHONPATH": str(PACKAGE_PARENT), **more}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "interlock", *map(str, arguments)]


def ran(
    *arguments: str | Path, given: bytes = b"", cwd: Path | None = None, **more: str
) -> subprocess.CompletedProcess[bytes]:
    """One command in a process of its own."""
    return subprocess.run(
        command(*arguments),
        input=given,
        capture_output=True,
        env=environment(**more),
        cwd=cwd,
        timeout=120,
        check=False,
    )


def document(output: bytes | str) -> dict[str, Any]:
    """The one JSON document that an output consists of."""
    value = json.loads(output)
    assert isinstance(value, dict)
    return value


def entries_of(directory: Path) -> list[Entry]:
    return [entry for _, entry in JournalReader(directory).entries()]


def digest_of(directory: Path) -> str:
    """A digest of every entry's bytes; batches and identities of journals leave no trace in it."""
    mark = hashlib.sha256()
    for batch in JournalReader(directory).batches():
        for entry in batch.entries:
            mark.update(encode_batch([entry]))
    return mark.hexdigest()
