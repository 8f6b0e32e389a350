"""A page of figures: JSON for programs, HTML with bars for people, from the same rows."""

import html
import json
from pathlib import Path

WIDTH = 360


def bars(title: str, unit: str, values: dict[str, float]) -> str:
    """Horizontal bars, one for each name; below zero they are drawn to the left in red."""
    most = max((abs(value) for value in values.values()), default=0) or 1
    rows = []
    for name, value in values.items():
        width = abs(value) / most * WIDTH
        colour = "#c0392b" if value < 0 else "#1b6ca8"
        rows.append(
            f'<tr><td>{html.escape(name)}</td><td style="text-align:right">{value:,.2f}</td><td>'
            f'<svg width="{WIDTH}" height="14"><rect width="{width:.1f}" height="14"'
            f' fill="{colour}"/></svg></td></tr>'
        )
    return f"<h2>{html.escape(title)} ({html.escape(unit)})</h2><table>{''.join(rows)}</table>"


def write(out: Path | None, title: str, text: str, rows: list[dict], charts: list[str]) -> None:
    """This prints a line of JSON for each row, and writes both files when a folder is given."""
    for row in rows:
        print(json.dumps(row), flush=True)
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    name = title.lower().replace(" ", "-")
    (out / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    body = "".join(charts)
    page = (
        f'<!doctype html><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>body{{font:15px sans-serif;margin:2em}}td{{padding:2px 8px}}</style>"
        f"<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>{body}"
    )
    (out / f"{name}.html").write_text(page, encoding="utf-8")
