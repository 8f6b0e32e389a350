"""Reconciliation on demand: the last report of a kept session, or a new one where its venues can be
asked.

Three ways. Over the socket of a session that runs, which does the asking. By opening a session that
does not run and whose venues live in processes of their own: they are asked, what they say is
compared and kept, and nothing else is done. Else from the journal as it stands.
"""

import json
import selectors
import socket
from collections.abc import Sequence as List
from pathlib import Path

from interlock.assembly import user_kinds
from interlock.engine import Engine
from interlock.engines import Ground, resumed_engine
from interlock.execution.port import VenuePort
from interlock.inputs.clock import Clock, WallClock
from interlock.inputs.session_file import SessionFile, parse_session
from interlock.inputs.session_parts import REMOTE
from interlock.journal.faults import JournalLocked
from interlock.journal.reader import JournalReader
from interlock.messages.commands import CloseSession, OpenSession
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from interlock.monitoring.reconciliation import ReconciliationReport
from interlock.sessions import session_directory
from interlock.terminal.reconciliation import print_reconciliation, report_of

PATIENCE_NS = 10 * NS_PER_SECOND
"""So long venues are waited for."""
TURN_NS = 5 * NS_PER_MS
ANSWER_BYTES_MAX = 65_536

FROM_JOURNAL = "Nobody was asked: this is what the journal says."
IS_RUNNING = (
    "The session is running. Give --socket PATH, the one that it listens on, to have it ask its"
    " venues; without, the journal of a running session is only read once it has ended"
)


def reconcile_session(
    directory: Path,
    *,
    socket_path: Path | None,
    by: str,
    as_json: bool,
    ground: Ground | None = None,
) -> int:
    """This has the venues of a session asked where that is possible, and prints the report. Returns
    1 when a difference is open. Raises `FileNotFoundError`, `OSError` for a socket that nobody
    answers at, and the journal's faults."""
    kept = session_directory(directory)
    file = _file_of(kept)
    if socket_path is not None:
        remark = ask_over_socket(kept, socket_path, [venue.name for venue in file.venues], by)
    elif ground is None and not _reachable(file):
        remark = FROM_JOURNAL
    else:
        try:
            remark = ask_now(file, kept, ground or Ground(WallClock()))
        except JournalLocked as locked:
            raise JournalLocked(locked.where, locked.what, IS_RUNNING) from None
    return print_reconciliation(kept, report_of(kept), remark, as_json=as_json)


def ask_now(file: SessionFile, directory: Path, ground: Ground) -> str:
    """This opens a session that does not run, has every venue asked, keeps what they say, and
    closes it again. Nothing is decided and nothing sent but questions, and cancels of orders that
    the venues' policy says to cancel."""
    clock = ground.clock
    report = ReconciliationReport()
    parts = ground.parts(file, (), clock.now_ns())
    engine = resumed_engine(file, directory, (), parts, ground, (report,))
    until_ns = clock.now_ns() + PATIENCE_NS
    names = list(parts.venues)
    try:
        while clock.now_ns() < until_ns and not _all_answered(report, names):
            _turn(engine, list(parts.venues.values()), clock)
            _pause(clock)
        # What the answers led to leaves: questions about orders in doubt, cancels.
        _turn(engine, list(parts.venues.values()), clock)
    finally:
        engine.take(clock.now_ns(), CloseSession("operator", "reconciled"))
        engine.close()
    silent = [name for name in names if not _answered(report, name)]
    if silent:
        return f"{', '.join(silent)} did not answer within {PATIENCE_NS // NS_PER_SECOND} s."
    return "Every venue was asked now."


def _turn(engine: Engine, venues: List[VenuePort], clock: Clock) -> None:
    now_ns = clock.now_ns()
    for venue in venues:
        for _, command in venue.due(now_ns):
            engine.take(now_ns, command)
    for _, command in engine.outbox.due(now_ns):
        engine.take(now_ns, command)
    if engine.has_open:
        engine.keep()


def _pause(clock: Clock) -> None:
    if isinstance(clock, WallClock):
        with selectors.DefaultSelector() as nothing:
            nothing.select(TURN_NS / NS_PER_SECOND)
    else:
        advance = getattr(clock, "advance", None)
        assert advance is not None, f"{clock!r} does not move"
        advance(TURN_NS)


def _answered(report: ReconciliationReport, venue: str) -> bool:
    told = report.venues.get(venue)
    return told is not None and told.answered > 0 and told.open_question == 0


def _all_answered(report: ReconciliationReport, venues: list[str]) -> bool:
    return all(_answered(report, venue) for venue in venues)


def _reachable(file: SessionFile) -> bool:
    return any(settings.kind == REMOTE for settings in file.venue_settings)


def _file_of(directory: Path) -> SessionFile:
    """The session file, as the journal has it."""
    for _, entry in JournalReader(directory).entries():
        if isinstance(entry.command, OpenSession):
            return parse_session(entry.command.configuration, user_kinds())
    raise FileNotFoundError(2, "the session has not begun", str(directory))


def ask_over_socket(directory: Path, path: Path, venues: list[str], by: str) -> str:
    """This says the word to a running session for each venue, and waits until its journal has the
    answers."""
    questions: dict[str, int] = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(PATIENCE_NS / NS_PER_SECOND)
        peer.connect(str(path))
        words = [{"reconcile": {"venue": venue, "by": by}} for venue in venues]
        peer.sendall("".join(json.dumps(word) + "\n" for word in words).encode())
        answers = _answers(peer, len(venues))
    for answer in answers:
        if "asked" in answer:
            questions[str(answer["asked"])] = int(str(answer["question"]))
    clock = WallClock()
    until_ns = clock.now_ns() + PATIENCE_NS
    while True:
        report = report_of(directory)
        waiting = [
            venue
            for venue, question in questions.items()
            if report.venues[venue].open_question == question
        ]
        if not waiting or clock.now_ns() >= until_ns:
            break
        _pause(clock)
    silent = sorted({*waiting, *(venue for venue in venues if venue not in questions)})
    if silent:
        return f"{', '.join(silent)} did not answer within {PATIENCE_NS // NS_PER_SECOND} s."
    return "The running session has asked every venue now."


def _answers(peer: socket.socket, count: int) -> list[dict[str, object]]:
    """The answers to our lines. Raises `OSError` when they do not come."""
    data = b""
    with selectors.DefaultSelector() as selector:
        selector.register(peer, selectors.EVENT_READ)
        while data.count(b"\n") < count and len(data) < ANSWER_BYTES_MAX:
            if not selector.select(PATIENCE_NS / NS_PER_SECOND):
                raise TimeoutError(110, "the session did not answer on its socket")
            part = peer.recv(ANSWER_BYTES_MAX)
            if not part:
                break
            data += part
    return [json.loads(line) for line in data.splitlines()[:count]]
