"""Invariants on a terminal: what must be true after every step, who answers for it, and what a
breach leads to.
"""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from interlock.terminal.output import print_json
from interlock.terminal.printable import printable


def print_invariants(rows: list[dict[str, Any]], *, as_json: bool) -> int:
    """This prints the catalogue. Always 0: a list is neither right nor wrong."""
    if as_json:
        print_json({"invariants": rows})
        return 0
    table = Table(box=None, pad_edge=False)
    table.add_column("invariant", no_wrap=True)
    for title in ("owner", "breach", "means"):
        table.add_column(title, overflow="fold")
    for row in rows:
        name = row["name"] if row["is_armed"] else f"{row['name']} (not armed)"
        cells = (name, row["owner"], row["response"], row["means"])
        table.add_row(*(Text(printable(str(cell))) for cell in cells))
    Console(soft_wrap=False, highlight=False).print(table)
    return 0
