"""Refusals at the door: words or files that cannot be taken, and every reason why."""

from typing import NamedTuple

from interlock.messages.reasons import MALFORMED

MISTAKES_MAX = 32


class Mistake(NamedTuple):
    """One thing that is wrong: where (a path such as `$.action.price`), what came, what must."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def mistake_at(path: str, text: str) -> Mistake:
    """This is a mistake whose path can be printed, whatever the names in it were made of."""
    return Mistake(path if path.isprintable() else ascii(path), text)


class InputRefused(ValueError):  # noqa: N818
    """A line from outside that could not become a command. Nothing of it has had any effect.

    `mistakes` names all that were found (at most 32); `reason` is the catalogue's code of the
    gravest.
    """

    def __init__(self, mistakes: list[Mistake], reason: int = MALFORMED) -> None:
        assert mistakes, "a refusal names at least one mistake"
        self.mistakes = tuple(mistakes[:MISTAKES_MAX])
        self.reason = reason
        left_off = len(mistakes) - len(self.mistakes)
        more = [f"and {left_off} more"] if left_off else []
        super().__init__("; ".join([str(mistake) for mistake in self.mistakes] + more))


class RecordingRefused(ValueError):  # noqa: N818
    """A file that cannot be read as a recording: which file, what was found, and what to do."""

    def __init__(self, path: object, text: str) -> None:
        self.path = str(path)
        super().__init__(f"{path}: {text}")
