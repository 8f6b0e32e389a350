"""Verifying: every flipped bit of acknowledged data is found, and nothing is changed by looking."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.journal.segments import segment_paths
from interlock.journal.verify import verify
from journal.samples import FILES, create, flip, forget_last, keep, overwrite, quotes, tick


def test_a_whole_journal_is_counted(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        for number in range(50):
            writer.append(quotes(1 + number * 10, 10))
        head = writer.last_hash.hex()
    steps: list[float] = []
    report = verify(tmp_path, progress=steps.append)
    assert report.is_whole
    assert (report.batches, report.entries, report.events) == (50, 500, 500)
    assert (report.last_sequence, report.last_hash, report.epochs) == (500, head, 1)
    assert report.segments == len(segment_paths(FILES, tmp_path)) > 1
    assert (report.findings, report.torn_bytes) == ((), 0)
    assert steps == sorted(steps)


def test_every_flipped_byte_of_the_frames_is_found(tmp_path: Path) -> None:
    segment = keep(tmp_path, batches=2, entries=1, zeros=0)
    data = segment.read_bytes()
    for offset in range(8192, len(data)):
        flip(segment, offset, offset % 8)
        report = verify(tmp_path)
        assert report.problem, f"the flipped byte {offset} was not noticed"
        assert report.torn_bytes == 0
        overwrite(segment, 0, data)
    assert verify(tmp_path).is_whole


@settings(max_examples=60)
@given(place=st.floats(0, 0.999999), bit=st.integers(0, 7), which=st.integers(0, 2))
def test_a_flipped_bit_anywhere_in_any_segment_is_found(place: float, bit: int, which: int) -> None:
    with TemporaryDirectory() as name:
        directory = Path(name)
        with create(directory) as writer:
            for number in range(24):
                writer.append(quotes(1 + number * 20, 20))
        path = segment_paths(FILES, directory)[which]
        flip(path, int(place * path.stat().st_size), bit)
        report = verify(directory)
        assert report.problem or report.findings
        if place * path.stat().st_size >= 8192:
            assert report.problem


def test_a_torn_tail_is_no_problem_and_is_left_alone(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    last = forget_last(segment)
    overwrite(segment, last.offset + 120, bytes(8))
    before = segment.read_bytes()
    report = verify(tmp_path)
    assert report.is_whole
    assert report.torn_bytes > 0
    assert report.last_sequence == 4
    assert segment.read_bytes() == before


def test_damage_is_named_with_its_place_and_what_could_mend_it(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    flip(segment, 8192 + 120)
    problem = verify(tmp_path).problem
    assert "seg-00000000000000000001.jrn at byte 8192" in problem
    assert "sequences 1 to 2" in problem
    assert "backup" in problem


def test_time_that_goes_back_inside_a_batch_is_found(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.append([tick(1), tick(9), tick(2), tick(9)])
    assert "sequence 3: time was 2, must be at least 9" in verify(tmp_path).problem


def test_a_bad_snapshot_is_a_finding_and_no_problem(tmp_path: Path) -> None:
    keep(tmp_path)
    (tmp_path / "snap-00000000000000000002-0011223344556677.snap").write_bytes(b"nonsense")
    report = verify(tmp_path)
    assert report.is_whole
    assert "snap-" in report.findings[0]
