"""`journal show`: records on a terminal, one line each."""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from interlock.messages.identity import parse_order
from interlock.monitoring.figures import moment
from interlock.monitoring.records import Record, RecordFilter, record_line, records
from interlock.terminal.printable import printable

FOUND = 0
NOT_FOUND = 3

_ADDRESS_COLUMNS = 11
_KIND_COLUMNS = 17


def show(
    directory: Path,
    *,
    first: int = 1,
    last: int = 0,
    kinds: tuple[str, ...] = (),
    order: str = "",
    decision: int = 0,
    instrument: str = "",
    source: str = "",
    count_max: int = 0,
    as_json: bool = False,
) -> int:
    """This prints the records that meet every condition, and returns the exit code: 3 when none
    does.

    `order` is written `412-1`. Raises `ValueError` for an order or a kind that cannot be, and the
    journal's faults.
    """
    wanted = RecordFilter(
        first=first,
        last=last,
        kinds=kinds,
        order=parse_order(order) if order else 0,
        decision=decision,
        instrument=instrument,
        source=source,
        count_max=count_max,
    )
    console = Console(highlight=False)
    count = 0
    for record in records(directory, wanted):
        count += 1
        if as_json:
            sys.stdout.write(record_line(record).decode() + "\n")
        else:
            console.print(_line(record), soft_wrap=True)
    if count == 0:
        sys.stderr.write("no record meets these conditions\n")
        return NOT_FOUND
    return FOUND


def _line(record: Record) -> Text:
    line = Text()
    line.append(record.address.ljust(_ADDRESS_COLUMNS), style="bold" if not record.place else "dim")
    line.append(" " + moment(record.time_ns).text, style="dim")
    line.append(" " + record.kind.ljust(_KIND_COLUMNS), style="cyan" if record.place else "green")
    line.append(" " + printable(record.words))
    return line
