"""The venue's record: durable turns, a torn end that is cut, damage refused with its place."""

from pathlib import Path
from typing import Any

import pytest

from interlock.hosting.log import VenueLogFault, create_log, open_log, read_log

TURNS: list[tuple[int, list[Any]]] = [
    (10, [["hello", "s", False]]),
    (20, []),
    (30, [["word", "s", {"say": "cancel", "id": "x"}]]),
]


def written(folder: Path) -> Path:
    path = folder / "venue.log"
    log = create_log(path, {"venue": "alpha", "start_ns": 5})
    for time_ns, inputs in TURNS:
        log.append(time_ns, inputs)
    log.close()
    return path


def test_what_was_appended_is_read_again_and_gone_on_with(tmp_path: Path) -> None:
    path = written(tmp_path)
    log, turns = open_log(path)
    assert turns == TURNS
    assert (log.head["venue"], log.time_ns, log.cut_bytes) == ("alpha", 30, 0)
    log.append(40, [["gone", "s"]])
    log.close()
    assert read_log(path)[1] == [*TURNS, (40, [["gone", "s"]])]


def test_a_line_that_was_torn_anywhere_is_cut_and_the_record_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    start = whole.rindex(b"\n", 0, len(whole) - 1) + 1
    for length in range(start, len(whole)):
        path.write_bytes(whole[:length])
        log, turns = open_log(path)
        assert turns == TURNS[:2], length
        assert log.cut_bytes == length - start
        log.append(33, [])
        log.close()
        assert read_log(path)[1] == [*TURNS[:2], (33, [])]


def test_damage_in_any_whole_line_is_refused_with_line_and_byte(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    for place in range(len(whole) - 1):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        path.write_bytes(damaged)
        with pytest.raises(VenueLogFault, match=r"line [1-4] at byte [0-9]+ is damaged"):
            open_log(path)
        assert path.read_bytes() == damaged, "a refused record was changed"


def test_a_record_is_held_by_one_process(tmp_path: Path) -> None:
    path = written(tmp_path)
    log, _ = open_log(path)
    with pytest.raises(VenueLogFault, match="another process holds"):
        open_log(path)
    log.close()
    open_log(path)[0].close()


def test_a_record_without_a_whole_first_line_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "venue.log"
    path.write_bytes(b"0000")
    with pytest.raises(VenueLogFault, match="remove the file"):
        open_log(path)


def test_a_record_is_never_begun_over_another(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(FileExistsError):
        create_log(path, {})
    assert read_log(path)[1] == TURNS
