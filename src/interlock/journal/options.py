"""Options: how large the files are, who may work ahead, and what is passed in so that a test can
pass another."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from interlock.journal.bounds import (
    CHUNK_BYTES,
    CHUNK_BYTES_MIN,
    PAYLOAD_BYTES_MAX,
    SEGMENT_BYTES,
    SEGMENT_BYTES_MAX,
    SEGMENT_BYTES_MIN,
)
from interlock.journal.files import Files
from interlock.journal.frames import frame_bytes
from interlock.journal.segments import FOOTER_BYTES, SEGMENT_HEADER_BYTES

EXIT_POISONED: Final = 70


def end_process(sentence: str) -> None:
    """This says why and ends the process at once: nothing may act on what is not known to be
    durable."""
    sys.stderr.write(f"interlock: {sentence}\n")
    sys.stderr.flush()
    os._exit(EXIT_POISONED)


def random_salt() -> int:
    return int.from_bytes(os.urandom(8), "little")


def payload_bytes_max(segment_bytes: int) -> int:
    """This is the largest payload whose frame fits an empty segment with its seal."""
    room = segment_bytes - SEGMENT_HEADER_BYTES - FOOTER_BYTES - frame_bytes(0)
    return min(PAYLOAD_BYTES_MAX, room - room % 8)


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """How a writer works. None of it changes what a reader sees, but for where one segment ends and
    the next begins."""

    segment_bytes: int = SEGMENT_BYTES
    chunk_bytes: int = CHUNK_BYTES
    """How much is zeroed ahead at a time; a new journal takes this much disk until it is closed."""
    reserve_bytes: int = 0
    """Room that is held for when the disk is full (`reserve.py`); 0 for none."""
    background: bool = True
    """False does everything in the calling thread: the order of system calls is then the same every
    time."""
    strict: bool = False
    """True syncs the index with every batch, so that decay of the last batch can be told from a
    torn write."""
    fatal: Callable[[str], None] = end_process
    """Called with a sentence when a write or a sync has failed."""
    salts: Callable[[], int] = random_salt
    files: Files = field(default_factory=Files)

    def __post_init__(self) -> None:
        assert SEGMENT_BYTES_MIN <= self.segment_bytes <= SEGMENT_BYTES_MAX, (
            f"segment_bytes was {self.segment_bytes}, "
            f"must be {SEGMENT_BYTES_MIN}..{SEGMENT_BYTES_MAX}"
        )
        assert self.chunk_bytes >= CHUNK_BYTES_MIN, (
            f"chunk_bytes was {self.chunk_bytes}, must be at least {CHUNK_BYTES_MIN}"
        )

        assert self.reserve_bytes == 0 or self.reserve_bytes >= SEGMENT_BYTES_MIN, (
            f"reserve_bytes was {self.reserve_bytes}, must be 0 or at least {SEGMENT_BYTES_MIN}"
        )

    @property
    def zeroed_bytes(self) -> int:
        """How much of a new segment is zeroed before it is used."""
        return min(self.chunk_bytes, self.segment_bytes)


DEFAULT_OPTIONS: Final = JournalOptions()
