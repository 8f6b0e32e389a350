"""The documents match the code: what they name exists.

Three forms are checked, and so may be relied on by a reader:

- in ARCHITECTURE.md, `` `room/file.py:name` `` is a function, class, constant or `Class.method` of
  that file of the package;
- in CONTRIBUTING.md, every `###` heading under `## Recipes` has a line ``Touches: `a`, `b` ``, with
  at most four files of the checkout;
- in README.md, `make word`, `interlock word` and paths of the checkout, in code, exist.
"""

import ast
import re
import runpy
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from house.checkout import PACKAGE, ROOT, listed, tree_of

STEPS_MIN = 8
RECIPES = ("control", "event", "venue", "source")
RECIPE_FILES_MAX = 4
README_WORDS_MIN = 5

REFERENCE = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.py):([A-Za-z_][\w.]*)(?:\(\))?`")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")


@cache
def document(name: str) -> str:
    path = ROOT / name
    if not path.is_file():
        pytest.fail(f"{name} is missing from the checkout", pytrace=False)
    return path.read_text(encoding="utf-8")


@cache
def defined_names(path: Path) -> frozenset[str]:
    """The top-level names of a file, and `Class.name` for what its classes define."""
    names = set()

    def targets(node: ast.stmt) -> list[str]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return [node.name]
        if isinstance(node, ast.AnnAssign):
            return [ast.unparse(node.target)]
        if isinstance(node, ast.Assign):
            return [ast.unparse(target) for target in node.targets]
        return []

    for node in tree_of(path).body:
        names.update(targets(node))
        if isinstance(node, ast.ClassDef):
            names.update(f"{node.name}.{name}" for item in node.body for name in targets(item))
    return frozenset(names)


def unknown_references(text: str) -> list[str]:
    """The references of a text that name no file, or nothing in it."""
    found = []
    for file, name in REFERENCE.findall(text):
        path = PACKAGE / file
        if not path.is_file():
            found.append(f"{file}:{name}: there is no src/interlock/{file}")
        elif name not in defined_names(path):
            found.append(f"{file}:{name}: the file defines no {name}")
    return found


def words_after(command: str, text: str) -> set[str]:
    """The words that stand after a command in the code of a text."""
    pattern = re.compile(rf"(?<![\w./-]){command} ([a-z][a-z-]*)\b")
    return {word for code in CODE.findall(text) for word in pattern.findall(code)}


@cache
def make_targets() -> frozenset[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z]+):", text, re.MULTILINE))


@cache
def command_help() -> str:
    """What `interlock --help` prints, from the build under test."""
    code = "import sys; from interlock.cli import main; sys.argv[0] = 'interlock'; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"interlock --help ended with {done.returncode}: {done.stderr}"
    return done.stdout


def test_architecture_tells_the_life_of_a_decision_with_file_and_function() -> None:
    references = REFERENCE.findall(document("ARCHITECTURE.md"))
    assert len(references) >= STEPS_MIN, (
        f"ARCHITECTURE.md names {len(references)} places such as `kernel/step.py:step`, "
        f"must be at least {STEPS_MIN}"
    )


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_every_place_that_a_document_names_exists(name: str) -> None:
    found = unknown_references(document(name))
    assert not found, listed(found)


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_every_link_to_a_file_of_the_checkout_leads_there(name: str) -> None:
    found = [link for link in LINK.findall(document(name)) if not (ROOT / link).exists()]
    assert not found, listed(found)


def recipes() -> dict[str, str]:
    """The recipes of CONTRIBUTING.md, by title."""
    _, found, after = document("CONTRIBUTING.md").partition("\n## Recipes\n")
    assert found, "CONTRIBUTING.md must have a section `## Recipes`"
    section = re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]
    parts = re.split(r"^### (.+)$", section, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_there_is_a_recipe_for_each_thing_that_is_added_often() -> None:
    titles = " ".join(recipes()).lower()
    missing = [word for word in RECIPES if word not in titles]
    assert not missing, f"CONTRIBUTING.md has no recipe for: {', '.join(missing)}"


def test_a_recipe_touches_at_most_four_files_and_they_exist() -> None:
    found = []
    for title, text in recipes().items():
        line = re.search(r"^Touches: (.+?)(?:\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
        if line is None:
            found.append(f"{title}: has no line that starts with `Touches: `")
            continue
        files = re.findall(r"`([^`]+)`", line[1])
        if not 1 <= len(files) <= RECIPE_FILES_MAX:
            found.append(f"{title}: touches {len(files)}, must be 1 to {RECIPE_FILES_MAX}")
        found += [f"{title}: there is no {file}" for file in files if not (ROOT / file).exists()]
    assert not found, listed(found)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "tests/README.md"])
def test_every_make_word_that_a_document_mentions_exists(name: str) -> None:
    unknown = words_after("make", document(name)) - make_targets()
    assert not unknown, f"the Makefile has no {', '.join(sorted(unknown))}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_command_that_a_document_mentions_exists(name: str) -> None:
    words = words_after(r"(?:\.venv/bin/)?interlock", document(name))
    known = set(re.findall(r"[a-z][a-z-]*", command_help()))
    assert words <= known, f"interlock --help names no {', '.join(sorted(words - known))}"


def test_the_readme_shows_what_to_try() -> None:
    text = document("README.md")
    assert "demo" in words_after("make", text), "README.md must say `make demo`"
    words = words_after(r"(?:\.venv/bin/)?interlock", text)
    assert len(words) >= README_WORDS_MIN, f"README.md shows {len(words)} commands: {words}"


def test_every_path_that_the_readme_names_exists() -> None:
    folders = "src|tests|docs|bench|examples|requirements"
    pattern = re.compile(rf"(?<![\w./-])(?:{folders})/[\w./-]*[\w/]")
    found = [path for path in pattern.findall(document("README.md")) if not (ROOT / path).exists()]
    assert not found, listed(found)


def test_the_generated_pages_are_what_the_source_says() -> None:
    stale = runpy.run_path(str(ROOT / "docs" / "generate.py"))["stale_pages"]()
    assert not stale, f"run `make docs`: {listed(stale)}"


def test_a_reference_to_nothing_is_seen() -> None:
    text = "`messages/units.py:parse_decimal` `messages/units.py:nothing` `kernel/nowhere.py:step`"
    assert unknown_references(text) == [
        "messages/units.py:nothing: the file defines no nothing",
        "kernel/nowhere.py:step: there is no src/interlock/kernel/nowhere.py",
    ]


def test_a_command_is_seen_in_code_only() -> None:
    text = "make do. `make demo` and\n```\nmake test\ncmake all\n```\n`.venv/bin/interlock run`"
    assert words_after("make", text) == {"demo", "test"}
    assert words_after(r"(?:\.venv/bin/)?interlock", text) == {"run"}
