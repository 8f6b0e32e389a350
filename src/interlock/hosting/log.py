"""The venue's record: every input in the order in which it was taken, durable before any answer.

One line is one turn: a checksum chained to the line before, and a JSON array of the turn's moment
and its inputs. Each line is synced before anybody is answered for it and before the next is
written, so only the last can be torn, and then it has no end: it is cut. A line that has its end
and not its checksum is refused with its place, because it may have been acknowledged.
"""

import fcntl
import json
import os
import zlib
from pathlib import Path
from typing import Any, Final

from interlock.journal.faults import JournalFault
from interlock.messages.units import Nanoseconds

FORMAT: Final = 1
LOG_NAME: Final = "venue.log"
LOG_BYTES_MAX: Final = 1_073_741_824
"""At this size no more orders are taken; cancels and questions are, for as much again."""
_CHECKSUM_CHARACTERS: Final = 8


class VenueLogFault(JournalFault):
    """A record that cannot be gone on with: where, what was found, what to do."""

    def __init__(self, path: Path, found: str, do: str) -> None:
        super().__init__(str(path), found, do)


class VenueLog:
    """One record, held by one process. An error of the disk ends the process: what is not known to
    be durable is not tried again."""

    def __init__(self, path: Path, descriptor: int, head: dict[str, Any], last: int) -> None:
        self.path = path
        self.head = head
        self.cut_bytes = 0
        """What was cut from the end when it was opened: a line that nobody was told of."""
        self.time_ns: Nanoseconds = 0
        """The moment of the last line."""
        self._descriptor = descriptor
        self._last = last
        self._bytes = os.fstat(descriptor).st_size

    @property
    def is_full(self) -> bool:
        return self._bytes >= LOG_BYTES_MAX

    def append(self, time_ns: Nanoseconds, inputs: list[Any]) -> None:
        """This makes a turn durable. Raises `OSError` when the disk fails or the bound is met."""
        if self._bytes >= 2 * LOG_BYTES_MAX:
            raise OSError(27, f"the venue's record has {self._bytes} bytes", str(self.path))
        self.time_ns = time_ns
        self._write([time_ns, inputs])
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, content: object) -> None:
        line, self._last = _line(content, self._last)
        written = os.write(self._descriptor, line)
        self._bytes += written
        if written != len(line):
            raise OSError(28, f"{written} of {len(line)} bytes were written", str(self.path))


def create_log(path: Path, head: dict[str, Any]) -> VenueLog:
    """This begins a record. Raises `FileExistsError` when there is one."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    _lock(path, descriptor)
    log = VenueLog(path, descriptor, {"format": FORMAT, **head}, 0)
    log._write(log.head)
    os.fsync(descriptor)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return log


def open_log(path: Path) -> tuple[VenueLog, list[tuple[Nanoseconds, list[Any]]]]:
    """This opens a record and returns its turns. A torn end is cut.

    Raises `VenueLogFault` for damage and for a record that another process holds, and `OSError`.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
    try:
        _lock(path, descriptor)
        head, turns, last, good_bytes = _read(path, path.read_bytes())
        log = VenueLog(path, descriptor, head, last)
        log.cut_bytes = log._bytes - good_bytes
        if log.cut_bytes:
            os.ftruncate(descriptor, good_bytes)
            os.fsync(descriptor)
            log._bytes = good_bytes
        log.time_ns = turns[-1][0] if turns else head.get("start_ns", 0)
    except BaseException:
        os.close(descriptor)
        raise
    return log, turns


def read_log(path: Path) -> tuple[dict[str, Any], list[tuple[Nanoseconds, list[Any]]]]:
    """This reads a record that nobody need hold, and leaves it as it is: its head and its turns."""
    head, turns, _, _ = _read(path, path.read_bytes())
    return head, turns


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        do = "Stop that process, or give this one another --dir"
        raise VenueLogFault(path, "another process holds this record", do) from None


def _read(
    path: Path, data: bytes
) -> tuple[dict[str, Any], list[tuple[Nanoseconds, list[Any]]], int, int]:
    """Head, turns, the last checksum, and how many bytes are good."""
    lines = data.split(b"\n")
    # What follows the last end of a line was never finished, and nobody was answered for it.
    lines.pop()
    turns: list[tuple[Nanoseconds, list[Any]]] = []
    head: dict[str, Any] = {}
    last, offset = 0, 0
    for number, line in enumerate(lines, 1):
        content = _content(line, last)
        is_whole = isinstance(content, dict) if number == 1 else _is_turn(content, turns)
        if not is_whole:
            found = f"line {number} at byte {offset} is damaged, and may have been acknowledged"
            do = "Bring the file back from a copy; nothing of it was changed"
            raise VenueLogFault(path, found, do)
        if number == 1:
            head = content
            if head.get("format") != FORMAT:
                found = f"its format is {head.get('format')!r}, must be {FORMAT}"
                raise VenueLogFault(path, found, "Use the version that wrote it")
        else:
            turns.append((content[0], content[1]))
        last = int(line[:_CHECKSUM_CHARACTERS], 16)
        offset += len(line) + 1
    if not head:
        found = "it has no whole first line"
        raise VenueLogFault(path, found, "Nobody was answered yet: remove the file and start anew")
    return head, turns, last, offset


def _is_turn(content: Any, turns: list[tuple[Nanoseconds, list[Any]]]) -> bool:
    if not isinstance(content, list) or len(content) != 2:
        return False
    time_ns, inputs = content
    if not isinstance(time_ns, int) or not isinstance(inputs, list):
        return False
    return not turns or time_ns >= turns[-1][0]


def _content(line: bytes, last: int) -> Any:
    """What a line holds; None when its checksum does not agree."""
    written, _, body = line.partition(b" ")
    if written != b"%08x" % zlib.crc32(body, last):
        return None
    return json.loads(body)


def _line(content: object, last: int) -> tuple[bytes, int]:
    body = json.dumps(content, separators=(",", ":")).encode()
    checksum = zlib.crc32(body, last)
    return b"%08x " % checksum + body + b"\n", checksum
