"""A full disk: new risk is refused, cancels and reports go on in what was held, nothing is lost."""

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interlock.assembly import DISK_FULL, Session, assemble_live
from interlock.engines import Ground
from interlock.inputs.clock import ManualClock
from interlock.inputs.lines import Connection
from interlock.inputs.session_file import parse_session
from interlock.journal.deep import verify_deeply
from interlock.journal.faults import JournalFull
from interlock.journal.files import Files
from interlock.journal.options import JournalOptions
from interlock.journal.reserve import RESERVE_NAME
from interlock.messages.commands import CloseSession, Halt
from interlock.messages.events import CancelRequested, OrderCleared
from journal.samples import raise_nothing
from sessions.live import HALT, LIVE, QUOTE, decision, lift, line
from sessions.walks import entries_of
from worlds import START

SEGMENT_BYTES = 65_536
RESERVE_BYTES = 32_768
CANCEL = {"kind": "cancel", "instrument": "COIN"}


class FullDisk(Files):
    """A disk on which, while it is full, no file grows and none is made."""

    def __init__(self) -> None:
        self.is_full = False

    def _require_room(self) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")

    def open(self, path: Path, *, write: bool = False, create: bool = False) -> int:
        if create:
            self._require_room()
        return super().open(path, write=write, create=create)

    def write(self, descriptor: int, data: bytes | memoryview, offset: int) -> None:
        if offset + len(data) > self.size(descriptor):
            self._require_room()
        super().write(descriptor, data, offset)


class Peer(Connection):
    """Who says the lines, and keeps the answers."""

    def __init__(self) -> None:
        super().__init__("script", -1, -1, None)
        self.answers: list[dict[str, Any]] = []

    def answer(self, line: bytes) -> None:
        self.answers.append(json.loads(line))


class Script:
    """A door through which one word comes in each turn; between words, `before` may do things."""

    def __init__(self, clock: ManualClock, words: list[object], before: Callable[[int], None]):
        self.peer = Peer()
        self.clock = clock
        self.words = words
        self.before = before
        self.turn = 0

    @property
    def is_over(self) -> bool:
        return self.turn >= len(self.words)

    def wait(self, seconds: float) -> list[tuple[Connection, bytes]]:
        self.clock.advance(1_000_000)
        self.before(self.turn)
        self.turn += 1
        word = self.words[self.turn - 1]
        return [(self.peer, line(word() if callable(word) else word).strip())]

    def hand_out(self) -> None:
        """Answers are kept when they are given."""

    def close(self) -> None:
        """Nothing is open."""


def options(disk: Files) -> JournalOptions:
    return JournalOptions(
        segment_bytes=SEGMENT_BYTES,
        chunk_bytes=8_192,
        background=False,
        reserve_bytes=RESERVE_BYTES,
        fatal=raise_nothing,
        files=disk,
    )


def ran(
    directory: Path,
    disk: FullDisk,
    words: list[object],
    before: Callable[[int], None] = lambda turn: None,
    clock: ManualClock | None = None,
) -> tuple[Session, list[dict[str, Any]]]:
    clock = clock or ManualClock(START)
    script = Script(clock, words, before)
    session = assemble_live(
        parse_session(LIVE),
        directory,
        (),
        ground=Ground(clock, options(disk)),
        lines=script,
        control_names=str,
    )
    session.run()
    session.close("end of input")
    return session, script.peer.answers


def orders(count: int, prefix: str = "k") -> list[object]:
    return [decision(f"{prefix}{number}", quantity="1") for number in range(count)]


def full_after(disk: FullDisk, turn: int) -> Callable[[int], None]:
    def before(now: int) -> None:
        disk.is_full = now >= turn

    return before


def lifting_last(directory: Path) -> Callable[[], object]:
    """A person lifts the halt that was tripped last, whichever that is by then."""

    def word() -> object:
        entries = enumerate(entries_of(directory), 1)
        return lift([number for number, one in entries if isinstance(one.command, Halt)][-1])

    return word


def halts(directory: Path) -> list[Halt]:
    return [one.command for one in entries_of(directory) if isinstance(one.command, Halt)]


def test_a_full_disk_halts_new_risk_and_takes_working_orders_back(tmp_path: Path) -> None:
    disk = FullDisk()
    words = [QUOTE, *orders(40), {"halt": HALT["halt"]}, decision("late", action=CANCEL), QUOTE]
    session, answers = ran(tmp_path, disk, words, full_after(disk, 5))
    verdicts = [one.get("verdict", one.get("error", "")) for one in answers]
    taken = verdicts.count("allow")
    assert 4 <= taken < 40
    assert "the disk is full" in verdicts[-1]
    (room, by_hand) = halts(tmp_path)
    assert (room.scope, room.by, room.reduce_only) == ("firm", "journal", True)
    assert by_hand.by == "anna"
    # Everything that was taken was kept, and every order was asked back.
    events = [event for one in entries_of(tmp_path) for event in one.events]
    cleared = {event.order for event in events if isinstance(event, OrderCleared)}
    cancelled = {event.order for event in events if isinstance(event, CancelRequested)}
    assert len(cleared) == taken - 1  # the cancel at the end is allowed too
    assert cancelled
    assert cancelled <= cleared
    assert session.engine.is_short_of_room
    disk.is_full = False
    assert verify_deeply(tmp_path, {}).is_whole


def test_a_halt_for_room_is_lifted_by_a_person_after_room_is_back_and_not_before(
    tmp_path: Path,
) -> None:
    disk = FullDisk()
    count = 30
    lifting = lifting_last(tmp_path)
    words = [QUOTE, *orders(count), lifting, "", lifting, QUOTE, decision("after", quantity="1")]
    words[count + 2] = QUOTE

    def before(turn: int) -> None:
        disk.is_full = 5 <= turn < count + 2

    session, answers = ran(tmp_path, disk, words, before)
    early, quote, late, fresh, after = answers[-5:]
    assert "still has no room" in early["error"]
    assert "the disk is full" in quote["error"]
    assert late["lifted"] == "firm"
    assert fresh["taken"] is True
    assert after["verdict"] == "allow"
    assert not session.engine.is_short_of_room
    assert not session.engine.kernel.ledger.halts
    assert verify_deeply(tmp_path, {}).is_whole


def test_a_session_ends_in_order_when_what_was_held_is_used_up(tmp_path: Path) -> None:
    disk = FullDisk()
    cancels = [decision(f"c{number}", action=CANCEL) for number in range(2_000)]
    session, answers = ran(tmp_path, disk, [QUOTE, *orders(3), *cancels], full_after(disk, 5))
    assert session.engine.is_out_of_room
    assert 20 < len(answers) < 2_000
    assert all("error" not in one for one in answers)
    last = entries_of(tmp_path)[-1].command
    assert last == CloseSession("operator", DISK_FULL)
    kept = len(entries_of(tmp_path))
    assert kept == session.engine.sequence
    disk.is_full = False
    assert verify_deeply(tmp_path, {}).is_whole


def test_after_a_restart_with_room_the_halt_stands_until_a_person_lifts_it(tmp_path: Path) -> None:
    disk = FullDisk()
    clock = ManualClock(START)
    ran(tmp_path, disk, [QUOTE, *orders(30)], full_after(disk, 5), clock)
    disk.is_full = False
    lifting = lifting_last(tmp_path)
    words = [QUOTE, decision("x", quantity="1"), lifting, decision("y", quantity="1")]
    session, answers = ran(tmp_path, disk, words, clock=clock)
    assert [one.get("reason", "") for one in answers] == ["", "REDUCE_ONLY", "", "NONE"]
    assert not session.engine.is_short_of_room
    assert verify_deeply(tmp_path, {}).is_whole


def test_a_session_does_not_start_on_a_full_disk(tmp_path: Path) -> None:
    disk = FullDisk()
    clock = ManualClock(START)
    ran(tmp_path, disk, [QUOTE, *orders(3)], clock=clock)
    disk.is_full = True
    with pytest.raises(JournalFull, match="make room"):
        ran(tmp_path, disk, [QUOTE], clock=clock)
    disk.is_full = False
    ran(tmp_path, disk, [QUOTE, decision("z", quantity="1")], clock=clock)
    assert verify_deeply(tmp_path, {}).is_whole


def test_what_was_held_is_given_back_when_a_session_ends(tmp_path: Path) -> None:
    disk = FullDisk()
    held: list[bool] = []
    ran(tmp_path, disk, [QUOTE], lambda turn: held.append((tmp_path / RESERVE_NAME).exists()))
    assert held == [True]
    assert not (tmp_path / RESERVE_NAME).exists()
