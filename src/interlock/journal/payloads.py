"""Payloads: a batch of entries as the bytes of one frame, or of several when it is large."""

from interlock.journal.bounds import RECORD_BYTES_MAX
from interlock.journal.faults import JournalFull
from interlock.journal.options import payload_bytes_max
from interlock.messages.encoding import Entry, encode, encode_batch


def payloads(
    entries: list[Entry], first_sequence: int, segment_bytes: int
) -> list[tuple[bytes, int, int]]:
    """This is each frame's payload, its count and its time, for segments of a size.

    Raises `JournalFull` when a record is too large.
    """
    # A batch that fits one frame, as all but a few do, is encoded once. Its records need no
    # look each: none can be larger than the whole.
    payload_max = payload_bytes_max(segment_bytes)
    record_max = min(RECORD_BYTES_MAX, payload_max - 8)
    payload = encode_batch(entries)
    if len(payload) > record_max:
        _require_records(entries, first_sequence, record_max)
    if len(payload) <= payload_max:
        return [(payload, len(entries), entries[-1].time_ns)]
    parts: list[tuple[bytes, int, int]] = []
    waiting = [entries]
    while waiting:
        part = waiting.pop()
        payload = encode_batch(part)
        if len(payload) > payload_max:
            half = len(part) // 2
            waiting += [part[half:], part[:half]]
        else:
            parts.append((payload, len(part), part[-1].time_ns))
    return parts


def _require_records(entries: list[Entry], first_sequence: int, record_max: int) -> None:
    for place, entry in enumerate(entries, first_sequence):
        length = len(encode(entry))
        if length > record_max:
            raise JournalFull(
                f"sequence {place}",
                f"the record was {length} bytes, must be at most {record_max}",
                "Refuse such commands at the front door",
            )
