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
from interlock.engine import Engine, Follower
from interlock.engines import Ground, resumed_engine
from interlock.execution.port import VenuePort
from interlock.execution.remote import RemoteVenue
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

PATIENCE_SECONDS = 10
"""So long venues are waited for unless told otherwise."""
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
    seconds: int = PATIENCE_SECONDS,
    ground: Ground | None = None,
) -> int:
    """This has the venues of a session asked where that is possible, and prints the report. Returns
    1 when a difference is open. Raises `FileNotFoundError`, `OSError` for a socket that nobody
    answers at, and the journal's faults."""
    kept = session_directory(directory)
    file = _file_of(kept)
    silent: list[str] = []
    if socket_path is not None:
        remark = "The running session has asked every venue now."
        silent = ask_over_socket(
            kept, socket_path, [venue.name for venue in file.venues], by, seconds
        )
    elif ground is None and not _reachable(file):
        remark = FROM_JOURNAL
    else:
        remark = "Every venue was asked now."
        try:
            silent = ask_now(file, kept, ground or Ground(WallClock()), seconds)
        except JournalLocked as locked:
            raise JournalLocked(locked.where, locked.what, IS_RUNNING) from None
    if silent:
        remark = f"NOT COMPARED NOW: {', '.join(silent)} did not answer within {seconds} s."
    return print_reconciliation(kept, report_of(kept), remark, silent, as_json=as_json)


def ask_now(file: SessionFile, directory: Path, ground: Ground, seconds: int) -> list[str]:
    """This opens a session that does not run, has every venue asked, keeps what they say, and
    closes it again: the venues that did not answer. Nothing is decided and nothing sent but
    questions, and cancels of orders that the venues' policy says to cancel."""
    clock = ground.clock
    report = ReconciliationReport()
    parts = ground.parts(file, (), clock.now_ns())
    remotes = [venue for venue in parts.venues.values() if isinstance(venue, RemoteVenue)]
    followers: tuple[Follower, ...] = (report, *(venue.follow for venue in remotes))
    engine = resumed_engine(file, directory, (), parts, ground, followers)
    for venue in remotes:
        venue.begin(engine.kernel.ledger.session_id)
    until_ns = clock.now_ns() + seconds * NS_PER_SECOND
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
        for venue in remotes:
            venue.close()
    return [name for name in names if not _answered(report, name)]


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


def ask_over_socket(
    directory: Path, path: Path, venues: list[str], by: str, seconds: int
) -> list[str]:
    """This says the word to a running session for each venue, and waits until its journal has the
    answers: the venues that did not give one. Raises `OSError` when nobody listens there."""
    questions: dict[str, int] = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(seconds)
        try:
            peer.connect(str(path))
        except OSError as error:
            text = "nobody listens there; has the session ended? Then leave --socket out"
            raise OSError(error.errno, text, str(path)) from error
        words = [{"reconcile": {"venue": venue, "by": by}} for venue in venues]
        peer.sendall("".join(json.dumps(word) + "\n" for word in words).encode())
        answers = _answers(peer, len(venues), seconds)
    for answer in answers:
        if "asked" in answer:
            questions[str(answer["asked"])] = int(str(answer["question"]))
    clock = WallClock()
    until_ns = clock.now_ns() + seconds * NS_PER_SECOND
    while True:
        report = report_of(directory)
        waiting = [
            venue
            for venue, question in questions.items()
            if report.venues[venue].answered_question < question
        ]
        if not waiting or clock.now_ns() >= until_ns:
            break
        _pause(clock)
    return sorted({*waiting, *(venue for venue in venues if venue not in questions)})


def _answers(peer: socket.socket, count: int, seconds: int) -> list[dict[str, object]]:
    """The answers to our lines. Raises `OSError` when they do not come."""
    data = b""
    with selectors.DefaultSelector() as selector:
        selector.register(peer, selectors.EVENT_READ)
        while data.count(b"\n") < count and len(data) < ANSWER_BYTES_MAX:
            if not selector.select(seconds):
                raise TimeoutError(110, "the session did not answer on its socket")
            part = peer.recv(ANSWER_BYTES_MAX)
            if not part:
                break
            data += part
    return [json.loads(line) for line in data.splitlines()[:count]]
