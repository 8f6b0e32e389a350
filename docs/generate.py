"""The generated pages of `docs/`: written by `make docs`, compared by `make check` and the tests.

The words are read from their source, not from the running modules: compiled classes keep neither
docstrings nor annotations, and field notes exist only in the source.

To add a page, write a function that returns its text and name it in `PAGES`.
"""

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interlock.messages.reasons import CATALOGUE

DOCS = Path(__file__).parent
MESSAGES = DOCS.parent / "src" / "interlock" / "messages"
NOTICE = "<!-- Written by `make docs` from the source; edits here are overwritten. -->"


@dataclass(frozen=True)
class Field:
    """One field of a record, as its source has it."""

    name: str
    kind: str
    default: str
    note: str


@dataclass(frozen=True)
class Record:
    """One Struct of the messages room, as its source has it."""

    name: str
    tag: int | None
    text: str
    fields: tuple[Field, ...]


def records(file: str) -> list[Record]:
    """This lists the Structs of one file of the messages room, in the order of the source."""
    tree = ast.parse((MESSAGES / file).read_text(encoding="utf-8"))
    return [
        _record(node)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any(ast.unparse(b) == "Struct" for b in node.bases)
    ]


def _record(node: ast.ClassDef) -> Record:
    tag = next((ast.literal_eval(k.value) for k in node.keywords if k.arg == "tag"), None)
    fields = []
    for place, item in enumerate(node.body):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            after = node.body[place + 1] if place + 1 < len(node.body) else None
            fields.append(
                Field(
                    name=item.target.id,
                    kind=ast.unparse(item.annotation),
                    default="" if item.value is None else ast.unparse(item.value),
                    note=_text(after),
                )
            )
    return Record(node.name, tag, ast.get_docstring(node) or "", tuple(fields))


def _text(node: ast.stmt | None) -> str:
    """This is the string that stands under a field, on one line, or nothing."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
        return ""
    return " ".join(str(node.value.value).split())


def _record_section(record: Record) -> list[str]:
    title = record.name if record.tag is None else f"{record.name} ({record.tag})"
    lines = [f"### {title}", "", record.text, ""]
    if record.fields:
        lines += ["| field | type | default | |", "| --- | --- | --- | --- |"]
        for field in record.fields:
            kind = f"`{field.kind}`".replace("|", "\\|")
            default = f"`{field.default}`" if field.default else ""
            lines.append(
                f"| `{field.name}` | {kind} | {default} | {field.note} |".replace("  ", " ")
            )
        lines.append("")
    return lines


def _page(title: str, introduction: str, sections: list[tuple[str, list[Record]]]) -> str:
    lines = [NOTICE, "", f"# {title}", "", introduction, ""]
    for heading, found in sections:
        lines += [f"## {heading}", ""]
        for record in found:
            lines += _record_section(record)
    return "\n".join(lines).rstrip() + "\n"


def commands_page() -> str:
    """The commands, and what they carry."""
    return _page(
        "Commands",
        "Everything that can change state enters as one of these, is numbered and kept. "
        "The number in brackets is the tag in the record.",
        [
            ("Commands", records("commands.py")),
            ("Decisions and their actions", records("decisions.py")),
            ("Definitions", records("definitions.py")),
        ],
    )


def events_page() -> str:
    """The events."""
    return _page(
        "Events",
        "What was concluded from a command, kept beside it. "
        "The number in brackets is the tag in the record; a record without one is part of another.",
        [("Events", records("events.py"))],
    )


def reasons_page() -> str:
    """The catalogue of reasons."""
    lines = [
        *(NOTICE, "", "# Reasons", ""),
        "In order of precedence: when several controls refuse, the verdict gives the one that",
        "stands first here.",
        "",
        *("| code | name | meaning |", "| ---: | --- | --- |"),
    ]
    lines += [f"| {reason.code} | `{reason.name}` | {reason.meaning} |" for reason in CATALOGUE]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "events.md": events_page,
    "reasons.md": reasons_page,
}


def stale_pages() -> list[str]:
    """This names the pages that are missing or not what the source says."""
    return [
        name
        for name, page in PAGES.items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != page()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` only compare them. Exit code 1 when a page is stale."""
    if arguments == ["--check"]:
        stale = stale_pages()
        for name in stale:
            print(f"docs/{name} is not what the source says; run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    if arguments:
        print(f"was {' '.join(arguments)!r}, must be nothing or --check", file=sys.stderr)
        return 2
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
