"""The same session gives the same bytes: on any machine, under any hash seed, interpreted or
compiled. The digest below is compared by every build, so two builds that agree with it agree with
each other.
"""

import hashlib
from pathlib import Path

from interlock.cli import main
from interlock.journal.reader import JournalReader
from interlock.messages.encoding import encode_batch

KNOWN = Path(__file__).with_name("known.toml")
KNOWN_DIGEST = "9034c97296279189b87c73a767aa6549869634d30ef9afddc7718e0bcdf66d0e"


def digest_after_opening(directory: Path) -> str:
    """A digest of every entry but the first, which names the version and repeats the file."""
    mark = hashlib.sha256()
    for sequence, entry in JournalReader(directory).entries():
        if sequence > 1:
            mark.update(encode_batch([entry]))
    return mark.hexdigest()


def test_a_known_session_gives_its_known_bytes(tmp_path: Path) -> None:
    assert main(["run", str(KNOWN), "--out", str(tmp_path / "session"), "--json"]) == 0
    made = digest_after_opening(tmp_path / "session")
    assert made == KNOWN_DIGEST, (
        f"this build made {made}. If the other build makes the same and behaviour was meant to"
        " change, write it here and say so in CHANGELOG.md; if not, the difference is the mistake"
    )
