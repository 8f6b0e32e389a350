"""The examples of the documents work: decisions decode, session files load, links lead on."""

import ast
import json
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from house.checkout import PACKAGE, ROOT, listed, nodes_of
from interlock.cli import EXIT_CODES
from interlock.inputs.decisions import ACTION_KINDS
from interlock.inputs.session_file import load_session, parse_session
from interlock.inputs.words import WORDS, decode_line
from interlock.messages.commands import ProposeDecision
from interlock.messages.definitions import Bounds, Instrument

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
PAGES = (*sorted(DOCS.glob("*.md")), ROOT / "examples" / "README.md", ROOT / "tests" / "README.md")


def fenced(name: str, language: str) -> list[str]:
    """The blocks of a language in a page."""
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@cache
def instruments() -> dict[str, Instrument]:
    session = load_session(ROOT / "examples" / "binance-spot.toml")
    return {instrument.symbol: instrument for instrument in session.instruments}


EURO = {"EURO": Instrument("EURO", "EUR", 2, 2, 1, 0, 1)}


def whole_decision() -> dict[str, object]:
    """The page's first example, which has every field."""
    decision: dict[str, object] = json.loads(fenced("decisions.md", "json")[0])
    return decision


def line_of(block: str) -> bytes:
    """An example as it would come through the door; an action alone is put into a decision."""
    value = json.loads(block)
    if "kind" in value:
        value = {**whole_decision(), "action": value}
    return json.dumps(value).encode()


@pytest.mark.parametrize("block", fenced("decisions.md", "json"), ids=lambda block: block[:30])
def test_every_line_of_the_decisions_page_decodes(block: str) -> None:
    decode_line(line_of(block), {**instruments(), **EURO})


def test_every_kind_of_action_and_word_has_an_example() -> None:
    shown = [json.loads(block) for block in fenced("decisions.md", "json")]
    kinds = {value["kind"] for value in shown if "kind" in value}
    words = {word for value in shown for word in value if word in WORDS}
    assert kinds == set(ACTION_KINDS.values())
    assert words == set(WORDS)


def test_the_whole_decision_has_every_field() -> None:
    command = decode_line(line_of(fenced("decisions.md", "json")[0]), instruments())
    assert isinstance(command, ProposeDecision)
    decision = command.decision
    empty = [name for name in decision.__struct_fields__ if getattr(decision, name) in ("", 0, {})]
    assert not empty, f"the first example of decisions.md leaves out {', '.join(empty)}"


def test_the_whole_session_file_of_the_page_loads() -> None:
    (text,) = fenced("session-file.md", "toml")
    assert parse_session(text).name == "small"


def fields_read() -> set[str]:
    """The names of all fields that the reader of session files asks its tables for."""
    asking = {"choice", "decimal", "flag", "name", "one_of", "some_of", "table", "tables", "text"}
    asking |= {"take", "whole", "_steps", "_step", "_lots", "_time_of_day"}
    names = set(Bounds.__struct_fields__)
    for path in sorted((PACKAGE / "inputs").glob("session_*.py")):
        for node in nodes_of(path):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if called in asking:
                names |= {
                    argument.value
                    for argument in node.args[:2]
                    if isinstance(argument, ast.Constant)
                    and isinstance(argument.value, str)
                    and re.fullmatch(r"[a-z][a-z_]+", argument.value)
                }
    return names


def test_the_page_names_every_field_that_a_session_file_may_have() -> None:
    text = (DOCS / "session-file.md").read_text(encoding="utf-8")
    names = fields_read()
    assert len(names) > len(Bounds.__struct_fields__)
    missing = sorted(name for name in names if not re.search(rf"\b{name}\b", text))
    assert not missing, f"session-file.md does not name {', '.join(missing)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert not found, listed(found)


BOUND = re.compile(r"^\| .+ \| `([a-z_/]+)\.py:(\w+)(?:\.(\w+))?` \| ([0-9,]+) \|$", re.MULTILINE)


def test_every_bound_of_the_architecture_is_what_the_code_has() -> None:
    rows = BOUND.findall((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    found = []
    for module, name, field, said in rows:
        value = getattr(import_module(f"interlock.{module.replace('/', '.')}"), name)
        value = getattr(value(), field) if field else value
        if value != int(said.replace(",", "")):
            found.append(f"{name}.{field}: says {said}, is {value:,}")
    assert len(rows) >= len(Bounds.__struct_fields__)
    assert not found, listed(found)


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_a_document_names_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:src|tests|docs|bench|examples)/[\w./-]+)`", text)
    found = [path for path in paths if not (ROOT / path).exists()]
    assert paths
    assert not found, listed(found)


@pytest.mark.parametrize("name", ["RoundLots", "Patient"])
def test_the_classes_that_contributing_shows_can_be_made(name: str) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^```python\n((?:(?!```).)*class {name}.*?)^```$", text, re.M | re.S)
    space: dict[str, Any] = {"__name__": "contributing"}
    exec(compile(block, "CONTRIBUTING.md", "exec"), space)
    if name == "Patient":
        model = space[name]("patient", "august", 1, instruments(), ["binance"], {"wanted": 5}, 7)
        assert model.parameters["wanted"] == 5
        (view,) = model.views.values()
        (decision,) = model.decide(1_000, view)
        assert decision.action.target == 5
        return
    session = ROOT / "examples" / "binance-spot.toml"
    armed = '\n[controls.round_lots]\nstep = 5\nowner = "us"\nreason = "whole ones"\n'
    kinds = {"round_lots": space[name].kind}
    limits = parse_session(session.read_text(encoding="utf-8") + armed, kinds).limits()
    (limit,) = [one.limit for one in limits if one.limit.control == "round_lots"]
    assert space[name](limit).whole("step") == 5


def test_the_readme_has_the_exit_codes_of_the_program() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    codes = [line.split(maxsplit=1) for line in EXIT_CODES.splitlines()[1:]]
    missing = [row for code, says in codes if (row := f"| {code} | {says} |") not in text]
    assert codes
    assert not missing, listed(missing)
