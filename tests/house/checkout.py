"""The checkout as the house tests see it: its files, its rooms, its source as trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "interlock"

COMPILED_ROOMS = ("ledger", "decisions", "controls", "kernel", "simulation")
INNER_ROOMS = ("messages", *COMPILED_ROOMS)

MADE = {"build", "dist", "sessions"}


def is_ours(path: Path) -> bool:
    """False for what tools made: hidden folders, builds, caches."""
    parts = path.relative_to(ROOT).parts
    return not any(
        part in MADE
        or part == "__pycache__"
        or part.endswith(".egg-info")
        or (part.startswith(".") and part != ".ci")
        for part in parts
    )


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Our Python files below these folders of the checkout, in order."""
    return tuple(
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if is_ours(path)
    )


def room_files(rooms: tuple[str, ...]) -> list[Path]:
    """The Python files of these rooms."""
    return [path for room in rooms for path in sorted((PACKAGE / room).rglob("*.py"))]


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=str(path))


def nodes_of(path: Path) -> Iterator[ast.AST]:
    """Every node of the file's tree."""
    return ast.walk(tree_of(path))


def place(path: Path, node: ast.AST | int = 0) -> str:
    """Where something is, as `src/interlock/kernel/step.py:12`."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))


def imported_modules(path: Path) -> Iterator[tuple[ast.AST, str, tuple[str, ...]]]:
    """Every import of the file: the statement, the module, and the names taken from it."""
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield node, module, tuple(alias.name for alias in node.names)


def listed(findings: list[str]) -> str:
    """The findings of a test, one a line."""
    return "\n  ".join(["", *findings])
