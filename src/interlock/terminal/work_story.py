"""A large order on a terminal: its schedule slice by slice, and what changed its course."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from interlock.monitoring.story import SlicePart, WorkPart
from interlock.terminal.printable import printable

SLICES_PRINTED_MAX = 20
"""The first and the last slices, together; `--json` has them all."""


def print_work(console: Console, work: WorkPart, asked: str) -> None:
    """This prints the schedule of a work, or of one child, when one was asked for, its slice."""
    slices = [part for part in work.slices if part.order == asked] if asked else work.slices
    if not asked or not slices:
        slices = work.slices
    shown = slices
    if len(slices) > SLICES_PRINTED_MAX:
        half = SLICES_PRINTED_MAX // 2
        shown = [*slices[:half], *slices[-half:]]
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for name in ("slice", "time", "due", "filled", "working", "market", "asks for"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("because", "gate", "child"):
        table.add_column(name, overflow="fold")
    for part in shown:
        table.add_row(*_cells(part))
    console.print(Padding(table, (0, 0, 0, 2)))
    if len(shown) < len(slices):
        text = f"{len(slices) - len(shown):,} slices between them: --json has them all"
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 2)))
    for turn in work.turns[:SLICES_PRINTED_MAX]:
        text = f"{turn.time.text[11:-1]} {turn.address} {turn.words}"
        console.print(Padding(Text(printable(text)), (0, 0, 0, 2)))


def _cells(part: SlicePart) -> list[Text]:
    texts = [
        str(part.slice),
        part.time.text[11:19],
        part.due.text,
        part.filled.text,
        part.open.text,
        part.volume.text,
        part.chosen.text,
        part.bounded_by or "due",
        f"{part.severity} {part.reason}".strip(),
        part.order,
    ]
    return [Text(printable(text)) for text in texts]
