"""Line file: the lines of a plain or gzip file, as far as they are whole.

A recording is often cut off: the disk was full, the machine went down. What is whole is read, and
then `broken` says what was wrong, instead of an exception that would take the good part away too.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, final

from interlock.inputs.refusals import RecordingRefused

LINE_BYTES_MAX: Final = 16 * 1024 * 1024
_READ_BYTES: Final = 256 * 1024
_UNPACKED_BYTES_MAX: Final = 4 * 1024 * 1024
_GZIP: Final = b"\x1f\x8b"


@final
class LineFile:
    """One file of lines. `progress` goes from 0 to 1 while the blocks are taken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.progress = 0.0
        self.broken = ""
        """What was wrong with the file itself; empty while nothing is."""
        try:
            self._size = path.stat().st_size
            with path.open("rb") as file:
                self.is_gzip = file.read(2) == _GZIP
        except OSError as error:
            raise RecordingRefused(path, f"cannot be read: {error.strerror or error}") from None

    def blocks(self) -> Iterator[list[bytes]]:
        """This is the lines, in lists of some thousands, without their line ends.

        A last line without an end counts when the file is whole, and is left out when it is cut
        off. Memory: one block, at most 16 MiB more than 4 MiB.
        """
        self.progress, self.broken = 0.0, ""
        rest = b""
        for data in self._unpacked() if self.is_gzip else self._read():
            lines = (rest + data).split(b"\n") if rest else data.split(b"\n")
            rest = lines.pop()
            if len(rest) > LINE_BYTES_MAX:
                self.broken = f"a line is longer than {LINE_BYTES_MAX} bytes"
                return
            if lines:
                yield lines
        if rest and not self.broken:
            yield [rest]
        elif rest:
            self.broken += f"; the last {len(rest)} bytes are no whole line"
        self.progress = 1.0

    def _read(self) -> Iterator[bytes]:
        done = 0
        try:
            with self.path.open("rb") as file:
                while data := file.read(_READ_BYTES):
                    done += len(data)
                    self.progress = min(1.0, done / max(self._size, 1))
                    yield data
        except OSError as error:
            self.broken = f"cannot be read beyond byte {done}: {error.strerror or error}"

    def _unpacked(self) -> Iterator[bytes]:
        # A gzip file may be several members one after the other (what appending to one makes).
        unpacker = zlib.decompressobj(wbits=31)
        started = False
        for packed in self._read():
            while packed:
                if not started:
                    packed = packed.lstrip(b"\0")  # padding between members is allowed
                    if not packed:
                        break
                started = True
                try:
                    data = unpacker.decompress(packed, _UNPACKED_BYTES_MAX)
                except zlib.error as error:
                    self.broken = f"the gzip data is damaged ({error})"
                    return
                if data:
                    yield data
                packed = unpacker.unconsumed_tail
                if unpacker.eof:
                    packed = unpacker.unused_data
                    unpacker = zlib.decompressobj(wbits=31)
                    started = False
        if started and not self.broken:
            self.broken = "the gzip data is cut off before its end"
