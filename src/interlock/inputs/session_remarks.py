"""Remarks: what is wrong with a session file, or odd in it, each with its line and field.

A place in the file is a path of names and indices, `("controls", "price_collar", "bps")`, written
`$.controls.price_collar.bps`.
"""

import re
from typing import Final, NamedTuple, TypeAlias

from interlock.inputs.refusals import mistake_at

Place: TypeAlias = tuple[str | int, ...]

# More than anybody mends in one go; the rest is counted.
REMARKS_MAX: Final = 200
_NAME_CHARACTERS_MAX: Final = 64
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class Remark(NamedTuple):
    """One thing that is wrong or odd: the line (0 when there is none), the field, and what."""

    line: int
    path: str
    text: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.text}"


class SessionMistakes(ValueError):  # noqa: N818
    """A session file that cannot be run, with everything that is wrong with it, in its order."""

    def __init__(self, mistakes: tuple[Remark, ...]) -> None:
        assert mistakes, "a session is refused for at least one mistake"
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class Remarks:
    """What was noted so far while one file is read."""

    def __init__(self, lines: dict[Place, int]) -> None:
        self._lines = lines
        self._mistakes: list[Remark] = []
        self._warnings: list[Remark] = []

    def note(self, place: Place, text: str) -> None:
        """This must be mended before the session can run."""
        self._mistakes.append(self._at(place, text))

    def warn(self, place: Place, text: str) -> None:
        """This can run, but is probably not what was meant."""
        self._warnings.append(self._at(place, text))

    @property
    def is_clean(self) -> bool:
        return not self._mistakes

    @property
    def mistakes(self) -> tuple[Remark, ...]:
        return _ordered(self._mistakes)

    @property
    def warnings(self) -> tuple[Remark, ...]:
        return _ordered(self._warnings)

    def _at(self, place: Place, text: str) -> Remark:
        # What is missing stands nowhere: its table's line is said.
        known = place
        while known and known not in self._lines:
            known = known[:-1]
        mistake = mistake_at(place_text(place), text)
        return Remark(self._lines.get(known, 0), mistake.path, mistake.text)


def place_text(place: Place) -> str:
    """This writes a place as a path: `$.instruments[0].tick`."""
    parts = ["$"]
    for step in place:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _BARE.fullmatch(step) and len(step) <= _NAME_CHARACTERS_MAX:
            parts.append(f".{step}")
        else:
            parts.append(f".{step[:_NAME_CHARACTERS_MAX]!a}")
    return "".join(parts)


def _ordered(remarks: list[Remark]) -> tuple[Remark, ...]:
    ordered = sorted(dict.fromkeys(remarks), key=lambda remark: remark.line)
    left_off = len(ordered) - REMARKS_MAX
    if left_off > 0:
        return (*ordered[:REMARKS_MAX], Remark(0, "$", f"and {left_off} more"))
    return tuple(ordered)
