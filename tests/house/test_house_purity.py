"""Inner rooms are pure: same commands, same bytes, on any machine and in any build (law 3)."""

import ast

import pytest

from house.checkout import (
    COMPILED_ROOMS,
    INNER_ROOMS,
    PACKAGE,
    ROOT,
    listed,
    place,
    room_files,
    text_of,
    tree_of,
)
from house.purity import impurities

BREACHES = {
    "a float": ("x = 0.5", "float"),
    "a conversion to float": ("x = float(1)", "float"),
    "a true division": ("x = 4 / 2", "division"),
    "a true division in place": ("x = 4\nx /= 2", "division"),
    "a wrapping integer": ("def f(x: i64) -> None: ...", "wraps"),
    "a protocol": ("class P(Protocol): ...", "slower"),
    "a match": ("match 1:\n    case _: pass", "match"),
    "a global": ("def f() -> None:\n    global x", "global"),
    "an async function": ("async def f() -> None: ...", "async"),
    "a loop over a written set": ("for x in {1, 2}: pass", "order"),
    "a loop over a made set": ("y = [x for x in set((1, 2))]", "order"),
    "a loop over a held set": ("class A:\n def f(self):\n  self.s: set[int] = set()\n"
                               "  for x in self.s: pass", "order"),
    "a list of a set": ("def f(s: set[int]) -> list[int]:\n    return list(s)", "order"),
    "a hash": ("x = hash('a')", "hash"),
    "an identity": ("x = id(1)", "id"),
    "a clock": ("import time", "pure"),
    "a date": ("from datetime import datetime", "pure"),
    "chance": ("from random import random", "pure"),
    "the environment": ("import os", "pure"),
    "a file": ("x = open('a')", "world"),
    "an ignored type": ("x = 1  # type: ignore[assignment]", "ignore"),
    "a relative import": ("from . import orders", "relative"),
    "a generated init": ("@dataclass\nclass A:\n    x: int", "init=False"),
    "a record": ("class A(Struct, frozen=True):\n    x: int", "Struct"),
    "a nested function": ("def f() -> None:\n    def g() -> None: ...", "nested"),
    "a generator": ("def f():\n    yield 1", "generator"),
}  # fmt: skip

INNOCENT = """
from typing import Final, final

from interlock.messages.units import Lots

@final
class Level:
    def __init__(self, quantity: Lots) -> None:
        self.quantity = quantity
        self.seen: set[int] = set()

    def half(self) -> Lots:
        return self.quantity // 2

    def numbers(self) -> list[int]:
        return [number for number in sorted(self.seen) if number in self.seen]
"""


@pytest.mark.parametrize("breach", BREACHES)
def test_the_rules_of_purity_see(breach: str) -> None:
    source, word = BREACHES[breach]
    found = [sentence for _, sentence in impurities(source, compiled=True)]
    assert any(word in sentence for sentence in found), found


def test_the_rules_of_purity_leave_innocent_code_alone() -> None:
    assert impurities(INNOCENT, compiled=True) == []


@pytest.mark.parametrize("room", INNER_ROOMS)
def test_an_inner_room_is_pure(room: str) -> None:
    files = room_files((room,))
    assert files, f"the room {room} is missing"
    found = [
        f"{place(path, line)} {sentence}"
        for path in files
        for line, sentence in impurities(text_of(path), compiled=room in COMPILED_ROOMS)
    ]
    assert not found, listed(found)


def test_the_compiled_rooms_are_those_of_setup_and_makefile() -> None:
    assigned = [
        ast.literal_eval(node.value)
        for node in tree_of(ROOT / "setup.py").body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMPILED_ROOMS"
    ]
    assert assigned == [COMPILED_ROOMS]
    assert f"COMPILED_ROOMS := {' '.join(COMPILED_ROOMS)}\n" in text_of(ROOT / "Makefile")


def test_compiled_rooms_have_no_folders_inside() -> None:
    found = [place(path) for path in room_files(COMPILED_ROOMS) if path.parent.parent != PACKAGE]
    assert not found, (
        f"setup.py compiles the files of a room, not of folders in it: {listed(found)}"
    )
