"""The format on disk, byte for byte: it cannot change silently, nor is a flipped bit believed."""

import hashlib
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.journal.faults import JournalForeign
from interlock.journal.files import Files
from interlock.journal.frames import FrameHeader, frame_bytes, pack_frame, unpack_header
from interlock.journal.index import IndexEntry, pack_index_entry, unpack_index_entry
from interlock.journal.segments import (
    SegmentFooter,
    SegmentHeader,
    pack_footer,
    pack_segment_header,
    segment_paths,
    unpack_footer,
    unpack_segment_header,
)
from journal.samples import FILES, JOURNAL_ID, create, quotes

U64 = st.integers(0, 2**64 - 1)
I64 = st.integers(-(2**63), 2**63 - 1)
HASH = st.binary(min_size=32, max_size=32)

# SHA-256 of a sealed segment and the one after it. A change here is a change of the record
# format: it needs a new FORMAT_VERSION and a reader for the old one.
GOLDEN_SEGMENTS = (
    "2ac67910a879adce660acb5a7b1166688a76c282817897c697af05ed15879528",
    "351e0f01ba71d98e0f7080b1232094a41d106b667e9df6f550d3426db42a2a79",
)


def test_a_small_journal_has_the_same_bytes_for_ever(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        for number in range(30):
            writer.append(quotes(1 + number * 8, 8))
    paths = segment_paths(FILES, tmp_path)
    found = tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    assert found == GOLDEN_SEGMENTS
    assert (tmp_path / "JOURNAL").read_text() == (
        "interlock journal\nformat 1\nid 000102030405060708090a0b0c0d0e0f\ncreated_ns 0\n"
        "head 1\nchecksum 0b16f4d5\n"
    )


@given(
    first=U64,
    count=st.integers(1, 65_536),
    payload=st.binary(min_size=1, max_size=200),
    epoch=U64,
    time_ns=I64,
    durable=U64,
    previous=HASH,
    salt=U64,
)
def test_a_frame_header_is_read_as_it_was_written(
    first: int,
    count: int,
    payload: bytes,
    epoch: int,
    time_ns: int,
    durable: int,
    previous: bytes,
    salt: int,
) -> None:
    header = FrameHeader(first, count, len(payload), epoch, time_ns, durable, previous, salt, 1)
    data, digest = pack_frame(header, payload)
    assert unpack_header(data[:96]) == header
    assert len(data) == frame_bytes(len(payload))
    assert len(data) % 8 == 0
    assert data[-32:] == digest
    assert digest == hashlib.sha256(previous + data[8:96] + payload).digest()


@given(offset=st.integers(0, 95), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_frame_header_is_believed(offset: int, bit: int) -> None:
    header = FrameHeader(1, 1, 3, 1, 5, 0, bytes(32), 9, 1)
    data = bytearray(pack_frame(header, b"abc")[0][:96])
    data[offset] ^= 1 << bit
    assert unpack_header(bytes(data)) is None


@given(first=U64, last=U64, batches=U64, epoch=U64, time_ns=I64, last_hash=HASH)
def test_a_seal_is_read_as_it_was_written(
    first: int, last: int, batches: int, epoch: int, time_ns: int, last_hash: bytes
) -> None:
    footer = SegmentFooter(first, last, batches, epoch, time_ns, last_hash)
    assert unpack_footer(pack_footer(footer)) == footer


def test_a_segment_header_is_read_as_it_was_written() -> None:
    header = SegmentHeader(65536, JOURNAL_ID, 3, 99, bytes(32), 7, 2, -1, "1.0+abc")
    data = pack_segment_header(header)
    assert len(data) == 8192
    assert unpack_segment_header(data[:4096], "x") == header
    assert unpack_segment_header(data[4096:], "x") == header


def test_another_versions_segment_is_foreign_and_not_damaged(tmp_path: Path) -> None:
    header = SegmentHeader(65536, JOURNAL_ID, 1, 1, bytes(32), 7, 2, 0, "")
    data = bytearray(pack_segment_header(header)[:4096])
    data[12] = 2
    data[8:12] = crc32(bytes(data[12:])).to_bytes(4, "little")
    with pytest.raises(JournalForeign, match="format was 2"):
        unpack_segment_header(bytes(data), "seg")


@given(entry=st.builds(IndexEntry, U64, st.integers(0, 2**32 - 1), U64, HASH.map(lambda h: h[:16])))
def test_an_index_entry_is_believed_only_under_its_salt(entry: IndexEntry) -> None:
    data = pack_index_entry(entry, 5)
    assert len(data) == 40
    assert unpack_index_entry(data, 5) == entry
    assert unpack_index_entry(data, 6) is None


def test_the_filesystem_of_a_directory_is_known(tmp_path: Path) -> None:
    mounts = Path("/proc/self/mountinfo")
    assert bool(Files().filesystem(tmp_path)) == mounts.exists()
