"""Sessions for the command line: where they are kept, how they are run, watched, interrupted and
replayed.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from interlock.assembly import (
    MARKET_ENDED,
    Session,
    assemble,
    assemble_live,
    is_complete,
    user_kinds,
)
from interlock.controls.rules import RULES
from interlock.engines import Ground, user_controls
from interlock.inputs.clock import WallClock
from interlock.inputs.lines import Lines
from interlock.inputs.refusals import RecordingRefused
from interlock.inputs.session_file import SessionFile, load_session
from interlock.journal.reader import JournalReader
from interlock.journal.replay import reexecute
from interlock.journal.retracing import SessionDiffers
from interlock.journal.snapshotting import SNAPSHOT_EVERY
from interlock.messages.commands import (
    ActivateRelease,
    CloseSession,
    DefineInstrument,
    ProposeDecision,
    SetLimit,
)
from interlock.messages.definitions import Instrument
from interlock.messages.events import DecisionJudged, OrderFilled
from interlock.messages.identity import order_text
from interlock.messages.terms import REFUSE
from interlock.monitoring.account import Account
from interlock.snapshotter import snapshotter_of
from interlock.terminal.account import account_json, print_account
from interlock.terminal.check import check
from interlock.terminal.output import print_json
from interlock.terminal.replay import DIFFERENT, replay, replay_with
from interlock.terminal.watch import Watch

# Beyond this, adding up a session that goes on is left to `interlock account`.
ACCOUNT_COMMANDS_MAX = 1_000_000

DONE = 0
DISK_FAILED = 70
INTERRUPTED = 130
SESSIONS = Path("sessions")
DEMO = Path(__file__).parent / "examples" / "demo.toml"


def session_directory(path: Path) -> Path:
    """This is the directory of a session. Raises `FileNotFoundError` when it holds no journal."""
    if not (path / "JOURNAL").exists():
        kept = sorted(found.parent.name for found in SESSIONS.glob("*/JOURNAL"))
        known = f"; kept under {SESSIONS} are {', '.join(kept[:8])}" if kept else ""
        raise FileNotFoundError(2, f"no session is kept there{known}", str(path))
    return path


def session_file(path: Path) -> SessionFile:
    """This reads a session file. Raises `FileNotFoundError` when there is none, and
    `SessionMistakes`."""
    if not path.exists():
        raise FileNotFoundError(2, "there is no such session file", str(path))
    return load_session(path, user_kinds())


def check_file(path: Path, *, as_json: bool) -> int:
    """This prints what is wrong with a session file, and returns the exit code. Raises
    `FileNotFoundError` when there is none."""
    if not path.exists():
        raise FileNotFoundError(2, "there is no such session file", str(path))
    return check(path, user_kinds(), as_json=as_json)


def new_directory(name: str, out: Path | None) -> Path:
    """This is where a new session goes: `out`, or the next free place under `sessions`.

    A session that `out` holds already goes on there; nothing is ever written over. Raises
    `FileExistsError` when `out` is no directory.
    """
    if out is not None:
        if out.exists() and not out.is_dir():
            raise FileExistsError(17, "is no directory; give --out another", str(out))
        return out
    number = 1
    while (SESSIONS / f"{name}-{number}").exists():
        number += 1
    return SESSIONS / f"{name}-{number}"


def run_demo(out: Path | None, *, as_json: bool, path: Path = DEMO) -> int:
    """This runs the demonstration, replays it, and says what to try next."""
    file = load_session(path)
    directory = new_directory(file.name, out)
    console = Console(stderr=as_json)
    console.print(
        f"A session of {len(file.instruments)} instruments at {len(file.venues)} venues, with"
        f" {len(file.sources)} sources, in a market made from seed {file.seed}."
    )
    if is_complete(directory):
        return _print_complete(directory, as_json=as_json)
    code = _run(file, (), directory, snapshot_every=None, as_json=as_json)
    if code != DONE:
        return code
    reader = JournalReader(directory)
    result = reexecute(reader.command_batches(), user_controls())
    if result.difference is not None:
        console.print(f"[bold red]Replay differs at command {result.difference.sequence}[/]")
        return DIFFERENT
    console.print(
        f"\n[green]Replayed: {result.commands:,} commands gave the same {result.events:,} events,"
        f" byte for byte.[/] State {result.digest[:16]}."
    )
    _print_next(console, directory, reader)
    return DONE


def run_recorded(
    path: Path,
    data: Sequence[Path],
    out: Path | None,
    *,
    snapshot_every: int | None,
    as_json: bool,
) -> int:
    """This runs a session file in market time and prints the account. Raises `RecordingRefused`
    when there is nothing to run on. One that `out` holds already is carried on."""
    file = session_file(path)
    if not data and file.market is None:
        text = "has no [market], so it runs on recordings: name them with --data, or use --live"
        raise RecordingRefused(path, text)
    directory = new_directory(file.name, out)
    if is_complete(directory):
        return _print_complete(directory, as_json=as_json)
    return _run(file, tuple(data), directory, snapshot_every=snapshot_every, as_json=as_json)


def run_live(
    path: Path,
    data: Sequence[Path],
    out: Path | None,
    *,
    socket_path: Path | None,
    snapshot_every: int | None,
    as_json: bool,
) -> int:
    """This runs a session against the wall clock. Answers go to whoever asked; what is for people,
    and the account, go to standard error. Ctrl-C is the ordinary end of it.

    A session that `out` holds already is taken up where its journal ends.
    """
    file = session_file(path)
    is_kept = out is not None and (out / "JOURNAL").exists()
    directory = out if out is not None and is_kept else new_directory(file.name, out)
    console = Console(stderr=True)
    account = Account()
    snapshotter = snapshotter_of(file, directory, snapshot_every, SNAPSHOT_EVERY)
    session = assemble_live(
        file,
        directory,
        tuple(data),
        ground=Ground(WallClock()),
        lines=Lines(standard_input=socket_path is None, socket_path=socket_path),
        control_names=_rule_name,
        followers=(account, snapshotter) if not is_kept else (snapshotter,),
    )
    if not as_json:
        where = f"on {socket_path}" if socket_path is not None else "on standard input"
        kept = session.engine.journal.recovered.last_sequence
        how = f"goes on after command {kept:,}" if is_kept else "is kept"
        text = f"Listening {where}; the session {how} in {directory}. Ctrl-C ends it."
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    try:
        was_interrupted = _interruptible(session)
    finally:
        snapshotter.stop()
    session.close("interrupted" if was_interrupted else "end of input")
    code = DONE
    if session.engine.is_out_of_room:
        code = DISK_FAILED
        text = f"The disk is full and the session has ended in order: make room at {directory}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if is_kept and session.engine.sequence > ACCOUNT_COMMANDS_MAX:
        text = f"Its account is long: interlock account {directory}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        return code
    if is_kept:
        # Only now: a session that goes on starts at once, however long its journal.
        for batch in JournalReader(directory).batches():
            account(batch.first_sequence, batch.entries)
    if as_json:
        print_json({"session": str(directory), **account_json(account)}, sys.stderr)
    else:
        print_account(console, account)
    return code


def replay_session(
    directory: Path, *, only_rebuild: bool, other: Path | None, workers: int, as_json: bool
) -> int:
    """This replays a session, or judges its decisions under another file's limits."""
    kept = session_directory(directory)
    if other is not None:
        file = session_file(other)
        _require_same_units(kept, file, other)
        return replay_with(kept, file.limits(), user_controls(), as_json=as_json)
    return replay(kept, user_controls, only_rebuild=only_rebuild, workers=workers, as_json=as_json)


def _require_same_units(kept: Path, file: SessionFile, other: Path) -> None:
    """Limits are numbers of ticks, lots and minor units: those of another file mean the same only
    when its instruments do. Raises `RecordingRefused` naming the first that does not."""
    theirs = {instrument.symbol: instrument for instrument in file.instruments}
    for _, entry in JournalReader(kept).entries():
        command = entry.command
        if isinstance(command, ActivateRelease | SetLimit | ProposeDecision | CloseSession):
            return
        if not isinstance(command, DefineInstrument):
            continue
        ours = command.instrument
        found = theirs.get(ours.symbol)
        if found is None:
            text = f"does not define {ours.symbol}, which the session trades; add it and its limits"
            raise RecordingRefused(other, text)
        if _units(found) != _units(ours):
            text = f"defines {ours.symbol} in another tick, lot, multiplier or currency"
            raise RecordingRefused(other, f"{text} than the session; make them the same")


def _units(instrument: Instrument) -> tuple[str, int, int, int, int, int, int]:
    return (
        instrument.currency,
        instrument.currency_digits,
        instrument.price_digits,
        instrument.tick_units,
        instrument.quantity_digits,
        instrument.lot_units,
        instrument.multiplier,
    )


def _print_complete(directory: Path, *, as_json: bool) -> int:
    Console(stderr=as_json).print(
        f"The session in {directory} is already complete: this is its account. Give --out another"
        " directory to run it anew.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    account = Account()
    for batch in JournalReader(directory).batches():
        account(batch.first_sequence, batch.entries)
    if as_json:
        print_json({"session": str(directory), **account_json(account)})
    else:
        print_account(Console(), account)
    return DONE


def _run(
    file: SessionFile,
    data: tuple[Path, ...],
    directory: Path,
    *,
    snapshot_every: int | None,
    as_json: bool,
) -> int:
    account = Account()
    # A session in market time can be run again: states are taken only when that was asked for.
    snapshotter = snapshotter_of(file, directory, snapshot_every, 0)
    console = Console(stderr=as_json)
    with Watch(as_json) as watch:
        session = assemble(
            file,
            directory,
            data,
            ground=Ground(WallClock()),
            followers=(account, snapshotter),
            on_instant=watch.look,
        )
        recovered = session.engine.journal.recovered.last_sequence
        if recovered > 0:
            text = f"{directory} holds {recovered:,} commands of this session: they are made again,"
            text += " compared, and carried on from."
            Console(stderr=True).print(text, markup=False, highlight=False, soft_wrap=True)
        watch.begin(session.looks)
        try:
            was_interrupted = _interruptible(session)
        except SessionDiffers:
            session.engine.journal.close()
            raise
        finally:
            snapshotter.stop()
    if session.is_catching_up:
        session.close("")
        if was_interrupted:
            Console(stderr=True).print("Interrupted before it had caught up: nothing was written.")
            return INTERRUPTED
        raise SessionDiffers(
            str(directory), session.engine.sequence + 1, "is not made again: the data ends before"
        )
    session.close("interrupted" if was_interrupted else MARKET_ENDED)
    if as_json:
        print_json({"session": str(directory), **account_json(account)})
    else:
        print_account(console, account)
        _print_walk(console, session)
        console.print(f"\nKept in {directory}", markup=False, highlight=False, soft_wrap=True)
    return INTERRUPTED if was_interrupted else DONE


def _interruptible(session: Session) -> bool:
    """This runs a session until its end or Ctrl-C, which ends it between two instants, in order. A
    second Ctrl-C ends the process at once: what was not durable then has had no effect."""
    interrupted: list[int] = []

    def on_interrupt(number: int, _: object) -> None:
        interrupted.append(number)
        session.stop()
        signal.signal(number, signal.SIG_DFL)

    previous = {
        number: signal.signal(number, on_interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        session.run()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return bool(interrupted)


def _rule_name(number: int) -> str:
    """A rule that is no limit is told by a negative number."""
    return RULES[-number][0]


def _print_walk(console: Console, session: Session) -> None:
    statistics = session.engine.journal.statistics()
    stages = session.engine.stages
    assert stages is not None, "the session was assembled without stages"
    total = max(stages.total_ns(), 1)
    shares = ", ".join(
        f"{name} {spent * 100 // total}%" for name, spent in stages.by_name().items()
    )
    console.print(
        f"\nJournal: {statistics.entries:,} entries in {statistics.batches:,} batches,"
        f" {statistics.bytes:,} bytes, {statistics.syncs:,} syncs."
        f" Took {total / 1e9:.1f} s: {shares}."
    )


def _print_next(console: Console, directory: Path, reader: JournalReader) -> None:
    order, refused = _examples(reader)
    console.print("\n[bold]Try next[/]")
    for what, line in (
        ("the whole story of an order", f"interlock why {directory} {order}"),
        ("why a decision was refused", f"interlock why {directory} {refused}"),
        ("the same commands, the same events", f"interlock replay {directory}"),
        ("is the record whole?", f"interlock journal verify {directory}"),
        (
            "tables for analysis",
            f"interlock journal export {directory} --out {directory}/parquet",
        ),
    ):
        console.print(f"  # {what}", style="dim", highlight=False)
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)


def _examples(reader: JournalReader) -> tuple[str, int]:
    """An order that was filled and a decision that was refused, to be asked about."""
    order, refused = "", 0
    for _, entry in reader.entries():
        for event in entry.events:
            if isinstance(event, OrderFilled) and not order:
                order = order_text(event.order)
            elif isinstance(event, DecisionJudged) and event.severity >= REFUSE and not refused:
                refused = event.decision
        if order and refused:
            break
    return order, refused
