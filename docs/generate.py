"""The generated pages of `docs/`: written by `make docs`, compared by `make check` and the tests.

The words of messages are read from their source, not from the running modules: compiled classes
keep neither docstrings nor annotations, and field notes exist only in the source. Controls come
from their catalogue, commands of the command line from its parser.

To add a page, write a function that returns its text and name it in `PAGES`.
"""

import argparse
import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interlock import cli
from interlock.controls import catalogue
from interlock.controls.control import LOOSENS, TIGHTENS, ControlKind, Parameter
from interlock.controls.rules import RULES
from interlock.feedback.grouping import DIMENSIONS
from interlock.feedback.measures import MEASURES, WHILE_RUNNING
from interlock.kernel.invariants import AUDIT_EVERY, INVARIANTS
from interlock.kernel.user_invariants import RESPONSES
from interlock.messages import differences
from interlock.messages.reasons import CATALOGUE
from interlock.monitoring.runbooks import runbook_pages

DOCS = Path(__file__).parent
MESSAGES = DOCS.parent / "src" / "interlock" / "messages"
GREATER = {LOOSENS: "loosens", TIGHTENS: "tightens"}
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
            ("What a venue states", records("statements.py")),
            ("What measuring found", _tagged("feedback.py", range(100), True)),
            ("What people say of what waits for them", _tagged("approvals.py", range(100))),
            ("Large orders", _tagged("works.py", range(100))),
            ("Venues, and how well they are", _tagged("venues.py", range(100))),
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
        [
            ("Verdicts", records("verdicts.py")),
            ("Events", records("events.py")),
            ("Large orders", _tagged("works.py", range(100, 1_000))),
            ("What is left to be done, and what was noticed", records("alarms.py")),
            ("Reconciliation", records("differences.py")),
            (
                "What waits for people, and what they said",
                _tagged("approvals.py", range(100, 1_000), True),
            ),
            ("What measuring led to", _tagged("feedback.py", range(100, 1_000))),
            ("Venues, and how well they are", _tagged("venues.py", range(100, 1_000), True)),
        ],
    )


def _tagged(file: str, tags: range, with_parts: bool = False) -> list[Record]:
    """The records of a file with these tags; their parts have none."""
    return [
        record
        for record in records(file)
        if (with_parts if record.tag is None else record.tag in tags)
    ]


def differences_page() -> str:
    """The catalogue of differences."""
    lines = [
        *(NOTICE, "", "# Differences", ""),
        "How our ledger, a venue and its drop copy can differ, and the rule for each.",
        "What no rule resolves halts the smallest scope and waits for a person;",
        "`interlock reconcile SESSION` lists it.",
        "",
        *("| code | class | meaning | rule |", "| ---: | --- | --- | --- |"),
    ]
    lines += [
        f"| {kind.code} | `{kind.name}` | {kind.meaning} | {kind.rule} |"
        for kind in differences.CATALOGUE
    ]
    return "\n".join(lines) + "\n"


def quality_page() -> str:
    """What `interlock quality` measures."""
    lines = [
        *(NOTICE, "", "# Execution quality", ""),
        "What each figure of `interlock quality` means. Prices are mids at the order's own venue,",
        "as the session knew them at that moment of its journal; money is exact, and estimates",
        "carry a 95 % interval of the ratio estimator (Cochran 1977, chapter 6) with Student's t.",
        "Orders of one decision, and fills close in time, are not independent: their intervals are",
        "then too narrow, and a difference should be seen on another day as well. Nothing is",
        "dropped as an outlier; the most costly orders are named.",
        "",
        *("| measure | what it is | sign | unit | source |", "| --- | --- | --- | --- | --- |"),
    ]
    lines += [
        f"| {found.name} | {found.meaning} | {found.sign} | {found.unit} | {found.source} |"
        for found in MEASURES
    ]
    lines += ["", "## Groups", "", *("| `--by` | |", "| --- | --- |")]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in DIMENSIONS.items()]
    return "\n".join([*lines, "", *WHILE_RUNNING, ""])


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


def controls_page() -> str:
    """The controls that a session file arms, and the rules that hold in every session."""
    required = ", ".join(f"`{kind.name}`" for kind in catalogue.CATALOGUE if kind.is_required)
    lines = [
        *(NOTICE, "", "# Controls", ""),
        "Every control that applies to an order is run, and every finding is kept, with what was",
        "observed and what is allowed. A control that cannot be evaluated refuses.",
        "",
        "## Armed by the session file",
        "",
        "Each is a table `[controls.NAME]`, or several `[[controls.NAME]]`, with `scope`, `owner`,",
        "`reason` and the parameters below; see [session-file.md](session-file.md).",
        f"An instrument that lacks one of {required} cannot be traded.",
        "",
    ]
    for kind in catalogue.CATALOGUE:
        lines += _control_section(kind)
    lines += [
        *("## Rules of every session", ""),
        "They have no parameters, because they are laws.",
        "",
        *("| rule | row | refuses |", "| --- | --- | --- |"),
    ]
    lines += [f"| `{name}` | {row} | {stops} |" for name, row, stops in RULES.values()]
    return "\n".join(lines) + "\n"


def _control_section(kind: ControlKind) -> list[str]:
    scopes = ", ".join(f"`{scope}`" for scope in kind.scopes)
    drills = f" Drills: {kind.drill}." if kind.drill else ""
    lines = [
        *(f"### {kind.name}", ""),
        f"Refuses {kind.stops}.{' Every instrument needs it.' if kind.is_required else ''}",
        "",
        f"Row {kind.row}; {kind.source}. Scopes: {scopes}. Observes: {kind.observes}.{drills}",
        f"Severity: {', '.join(f'`{answer}`' for answer in kind.answers)}.",
        "",
        "| parameter | unit | from | to | default | greater | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    return [*lines, *(_parameter_row(parameter) for parameter in kind.parameters), ""]


def _parameter_row(parameter: Parameter) -> str:
    bounds = [str(parameter.low), "" if parameter.high == 10**18 else str(parameter.high)]
    default = "" if parameter.default == -1 else str(parameter.default)
    if parameter.unit == "symbols":
        bounds = ["", ""]
    elif parameter.low == -(10**18):
        bounds[0] = ""
    cells = [f"`{parameter.name}`", parameter.unit, *bounds, default]
    cells += [GREATER.get(parameter.greater, ""), parameter.meaning]
    return f"| {' | '.join(cells)} |".replace("  ", " ")


def invariants_page() -> str:
    """What must be true after every step."""
    lines = [
        *(NOTICE, "", "# Invariants", ""),
        "After every step the orders that it touched are checked, with their positions and their",
        f"decisions; every {AUDIT_EVERY:,} commands the whole ledger is. What is found broken is",
        "an `InvariantBroken` event, and stops the smallest scope it concerns: `halt` asks for",
        "everything that works there back, `reduce_only` lets what reduces through, `alert` only",
        "says so, once for each scope. A halt that an invariant tripped is lifted by a person.",
        "`interlock incidents SESSION` shows the evidence, `interlock why SESSION ORDER` the",
        "breaches that concern an order.",
        "",
        *("| invariant | owner | breach | means |", "| --- | --- | --- | --- |"),
    ]
    lines += [
        f"| `{name}` | {owner} | {RESPONSES[response]} | {means} |"
        for name, (owner, response, means) in INVARIANTS.items()
    ]
    lines += [
        "",
        "## Your own",
        "",
        "An installed package offers a class as an entry point of the group",
        "`interlock.invariants`, under the name that events will use. It has",
        "",
        *("| | |", "| --- | --- |"),
        "| `owner` | who answers for it |",
        f"| `response` | {', '.join(f'`{word}`' for word in RESPONSES.values())} |",
        "| `scope` | what is stopped when the check itself fails; `firm` unless it says so |",
        "| `every` | `check` is called at every so many commands; 1 unless it says so |",
        "| `check(ledger)` | gives breaches, `(scope, text)` each |",
        "| `check_order(ledger, order)` | the same of one order that the step touched |",
        "",
        "and at least one of the two checks. What raises, or gives anything else, is a breach.",
        "The session records which were armed, and replay refuses to run without them. A check is",
        "a pure function of its arguments. [CONTRIBUTING.md](../CONTRIBUTING.md) has an example.",
    ]
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """The command line, command by command."""
    lines = [
        *(NOTICE, "", "# Command line", ""),
        "`interlock COMMAND --help` says the same.",
        "`SESSION` is the folder that a session is kept in, `SESSION.toml` a session file.",
        "",
    ]
    for name, parser in _commands(cli._parser(), "interlock"):
        lines += _command_section(name, parser)
    lines += ["## Exit codes", "", "| code | |", "| ---: | --- |"]
    for code in cli.EXIT_CODES.splitlines()[1:]:
        number, _, meaning = code.strip().partition(" ")
        lines.append(f"| {number} | {meaning.strip()} |")
    return "\n".join(lines) + "\n"


def _commands(
    parser: argparse.ArgumentParser, name: str
) -> list[tuple[str, argparse.ArgumentParser]]:
    """The commands that can be called, in their order."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return [
                found
                for word, part in action.choices.items()
                for found in _commands(part, f"{name} {word}")
            ]
    return [(name, parser)]


def _command_section(name: str, parser: argparse.ArgumentParser) -> list[str]:
    actions = [action for action in parser._actions if action.dest != "help"]
    words = [str(action.metavar) for action in actions if not action.option_strings]
    example = (parser.epilog or "").partition("\n")[2].strip()
    lines = [
        *(f"## {name}", "", parser.description or "", ""),
        *("```", " ".join([name, *words, "[OPTIONS]"]), "```", ""),
        *("| argument | |", "| --- | --- |"),
    ]
    for action in actions:
        value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        more = " ..." if action.nargs in ("+", "*") else ""
        shown = f"{action.option_strings[0]}{value}{more}" if action.option_strings else value[1:]
        needed = " (required)" if action.option_strings and action.required else ""
        cell = shown.replace("|", "\\|")
        lines.append(f"| `{cell}` | {action.help or ''}{needed} |".replace("  ", " "))
    return [*lines, "", "Example:", "", "```", example, "```", ""]


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "commands.md": commands_page,
    "controls.md": controls_page,
    "differences.md": differences_page,
    "events.md": events_page,
    "invariants.md": invariants_page,
    "quality.md": quality_page,
    "reasons.md": reasons_page,
    **runbook_pages(NOTICE),
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
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
