"""The report of the controls as one page of HTML that needs nothing beside it."""

from html import escape
from typing import Any, Final

_COLUMNS: Final = (
    "control", "row", "source", "release", "findings", "refused", "halted", "held", "overridden",
    "amended", "warned", "near",
)  # fmt: skip
_STYLE: Final = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#222}"
    "table{border-collapse:collapse}th,td{padding:.25em .6em;border-bottom:1px solid #ddd;"
    "text-align:right}th:nth-child(-n+4),td:nth-child(-n+4){text-align:left}"
    "th{position:sticky;top:0;background:#fff}tr.stopped{background:#fff4f0}"
)


def page(rows: list[dict[str, Any]], names: list[str], decisions: int) -> str:
    """This is the whole page. What came from outside in it is escaped."""
    head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
    body = "\n".join(_row(row) for row in rows)
    listed = ", ".join(escape(name) for name in names)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Controls</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>Controls</h1>\n<p>{decisions:,} decisions of {listed}. A near miss is a pass at 90 %"
        " of its bound or above; an override is a hold that people approved.</p>\n"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n"
        "</body></html>\n"
    )


def _row(row: dict[str, Any]) -> str:
    is_stopped = row["refused"] or row["halted"] or row["held"]
    cells = "".join(f"<td>{escape(str(row[name]))}</td>" for name in _COLUMNS)
    mark = ' class="stopped"' if is_stopped else ""
    return f"<tr{mark}>{cells}</tr>"
