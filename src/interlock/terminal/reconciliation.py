"""The report of reconciliation on a terminal and as JSON."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from interlock.inputs.moments import moment_text
from interlock.journal.reader import JournalReader
from interlock.monitoring.reconciliation import ReconciliationReport
from interlock.terminal.output import print_json
from interlock.terminal.printable import printable

EQUAL = 0
OPEN = 1
UNREACHABLE = 4
DIFFERENCES_SHOWN = 200


def report_of(directory: Path) -> ReconciliationReport:
    """This reads a session's journal. Cost: one look at each of its events."""
    report = ReconciliationReport()
    for batch in JournalReader(directory).batches():
        report(batch.first_sequence, batch.entries)
    return report


def print_reconciliation(
    directory: Path,
    report: ReconciliationReport,
    remark: str,
    silent: Sequence[str],
    *,
    as_json: bool,
) -> int:
    """This prints the last comparison with each venue and what is open; 1 when anything is, 4 when
    nothing is known to be but a venue that was asked did not answer."""
    differences = report.differences()
    if as_json:
        value = {
            "session": str(directory),
            "remark": remark,
            "silent": list(silent),
            "venues": msgspec.to_builtins(list(report.venues.values())),
            "found": report.counts,
            "differences": msgspec.to_builtins(differences),
        }
        print_json(value)
        return OPEN if differences else UNREACHABLE if silent else EQUAL
    console = Console()
    for venue in report.venues.values():
        if not venue.last:
            _say(console, f"{venue.venue}: was never compared with our books.")
        for last in venue.last.values():
            whole = "" if last.is_whole else "; not a whole answer"
            _say(
                console,
                f"{venue.venue} ({last.channel}), {moment_text(last.time_ns)}: {last.orders:,}"
                f" orders ({last.in_flight:,} in flight), {last.fills:,} executions,"
                f" {last.positions:,} positions; {last.found:,} differences{whole}.",
            )
    for venue in report.venues.values():
        if venue.unanswered or venue.open_question:
            waits = ", the last one too" if venue.open_question else ""
            _say(console, f"{venue.venue} left {venue.unanswered:,} questions unanswered{waits}.")
    for found in differences[:DIFFERENCES_SHOWN]:
        about = found.order or " ".join(part for part in (found.account, found.instrument) if part)
        halted = f"; {found.scope} is halted" if found.scope else ""
        _say(
            console,
            f"{found.kind} {about or found.venue}: ours {found.ours}, {found.venue}"
            f" ({found.channel}) {found.theirs}; {found.resolution}{halted}; {found.text}"
            f" [{found.sequence}]",
        )
    if len(differences) > DIFFERENCES_SHOWN:
        _say(console, f"and {len(differences) - DIFFERENCES_SHOWN:,} more; --json has them all")
    _say(console, f"{len(differences):,} differences are open. {remark}".strip())
    return OPEN if differences else UNREACHABLE if silent else EQUAL


def _say(console: Console, text: str) -> None:
    console.print(Text(printable(text)), soft_wrap=True, highlight=False)
