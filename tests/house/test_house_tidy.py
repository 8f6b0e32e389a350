"""The shape of the source: names, sizes, docstrings."""

import ast
import re
from pathlib import Path

import pytest

from house.checkout import (
    PACKAGE,
    ROOT,
    is_ours,
    listed,
    nodes_of,
    place,
    python_files,
    text_of,
    tree_of,
)

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400

# A file with such a name collects what has no place, until nobody knows what is in it.
GRAB_BAGS = re.compile(r"(^|_)(utils?|common|helpers?|base|manager|misc|shared|stuff|junk\w*)(_|$)")

EVERYWHERE = ("src", "tests", "bench", "docs")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_no_file_or_folder_is_a_grab_bag() -> None:
    found = [
        place(path)
        for folder in EVERYWHERE
        for path in sorted((ROOT / folder).rglob("*"))
        if is_ours(path) and GRAB_BAGS.search(path.stem.lower())
    ]
    assert not found, f"name the noun instead: {listed(found)}"


def test_every_module_says_what_it_is() -> None:
    found = [
        place(path) for path in python_files(*EVERYWHERE) if not ast.get_docstring(tree_of(path))
    ]
    assert not found, f"a module starts with a docstring: {listed(found)}"


def test_every_room_has_a_docstring_and_nothing_else_in_its_init() -> None:
    found = []
    for folder in sorted(path for path in PACKAGE.rglob("*") if path.is_dir() and is_ours(path)):
        if not any(folder.glob("*.py")):
            continue
        init = folder / "__init__.py"
        if not init.is_file():
            found.append(f"{place(folder)} has no __init__.py")
        elif not ast.get_docstring(tree_of(init)) or len(tree_of(init).body) != 1:
            found.append(f"{place(init)} must be a docstring: what enters, leaves, may be imported")
    assert not found, listed(found)


def test_no_line_is_wider_than_a_hundred_columns() -> None:
    found = [
        f"{place(path, number)} has {len(line)}"
        for path in [*python_files(*EVERYWHERE), ROOT / "setup.py"]
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if len(line) > COLUMNS_MAX
    ]
    assert not found, listed(found)


def test_no_function_is_longer_than_seventy_lines() -> None:
    found = []
    for path in python_files(*EVERYWHERE):
        for node in nodes_of(path):
            if isinstance(node, FUNCTIONS):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    found.append(f"{place(path, node)} {node.name} has {lines}")
    assert not found, listed(found)


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    found = [
        f"{place(path)} has {lines}"
        for path in python_files(*EVERYWHERE)
        if (lines := len(text_of(path).splitlines())) > FILE_LINES_MAX
    ]
    assert not found, f"one noun per file: {listed(found)}"


def test_nothing_is_left_open_in_the_source() -> None:
    left_open = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    found = [
        place(path, number)
        for path in python_files("src", "bench", "docs")
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if left_open.search(line)
    ]
    assert not found, listed(found)


def test_asserts_in_the_source_are_split() -> None:
    found = []
    for path in python_files("src"):
        for node in nodes_of(path):
            test = node.test if isinstance(node, ast.Assert) else None
            if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
                found.append(f"{place(path, node)} asserts two things joined by `and`")
    assert not found, listed(found)


def test_tests_are_neither_skipped_nor_patched_nor_timed() -> None:
    forbidden = {
        "monkeypatch": "pass the thing in",
        "skip": "a test that cannot run proves nothing",
        "skipif": "a test that cannot run proves nothing",
        "importorskip": "a test that cannot run proves nothing",
        "xfail": "a known fault is mended or is an issue",
        "sleep": "time is passed in",
        "mock": "pass the thing in",
    }
    found = []
    for path in python_files("tests"):
        for node in nodes_of(path):
            word = ""
            if isinstance(node, ast.Attribute):
                word = node.attr
            elif isinstance(node, ast.arg):
                word = node.arg
            elif isinstance(node, ast.alias):
                word = node.name.rpartition(".")[2]
            if word in forbidden:
                found.append(f"{place(path, node)} uses {word}: {forbidden[word]}")
    assert not found, listed(found)


def test_the_names_of_tests_are_sentences() -> None:
    words_min = 3
    found = [
        f"{place(path, node)} {node.name}"
        for path in python_files("tests")
        for node in nodes_of(path)
        if isinstance(node, FUNCTIONS)
        and node.name.startswith("test_")
        and len(node.name.removeprefix("test_").split("_")) < words_min
    ]
    assert not found, f"say what is so, in at least {words_min} words: {listed(found)}"


def test_no_two_test_files_have_the_same_name() -> None:
    names: dict[str, Path] = {}
    found = []
    for path in python_files("tests"):
        if path.name in names and path.name.startswith("test_"):
            found.append(f"{place(path)} and {place(names[path.name])}")
        names[path.name] = path
    assert not found, listed(found)


@pytest.mark.parametrize("name", ["utils.py", "order_helpers.py", "base.py", "risk_manager.py"])
def test_the_grab_bag_rule_sees_a_grab_bag(name: str) -> None:
    assert GRAB_BAGS.search(Path(name).stem)


@pytest.mark.parametrize("name", ["database.py", "baseline.py", "management.py", "sharing.py"])
def test_the_grab_bag_rule_leaves_a_noun_alone(name: str) -> None:
    assert not GRAB_BAGS.search(Path(name).stem)
