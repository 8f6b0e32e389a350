"""The rows of the table of recovery, and which test makes the damage of each."""

from collections.abc import Callable
from typing import Final, TypeVar

Test = TypeVar("Test", bound=Callable[..., None])

ROWS: Final = (
    "zeros to the end",
    "a torn batch, and nothing knows it",
    "a torn batch, and a later frame had not seen it durable",
    "bad bytes, and a later frame had seen them durable",
    "bad bytes, and the index knows them",
    "bad bytes, and a snapshot knows them",
    "bad bytes, and HEAD knows them",
    "bad bytes, and whoever opens it knows them",
    "bad bytes, and a frame further on than one batch could reach",
    "bad bytes after the end of a journal that was closed in order",
    "more bad bytes than one batch has",
    "a whole frame that is not ours or not the next",
    "a sealed segment: its seal",
    "a sealed segment: its frames",
    "a sealed segment: its end",
    "the index is missing",
    "the index is behind",
    "the index is ahead of a clean end",
    "HEAD is ahead of a clean end",
    "HEAD remembers another frame",
    "HEAD is gone or damaged in both places",
)
"""As in ARCHITECTURE.md, which is checked against this."""

_tested: dict[str, list[str]] = {}


def damages(row: str) -> Callable[[Test], Test]:
    """This test makes exactly the damage of a row."""
    assert row in ROWS, f"the table has no row {row!r}"

    def note(test: Test) -> Test:
        _tested.setdefault(row, []).append(test.__name__)
        return test

    return note


def rows_with_a_test() -> list[str]:
    """The rows that have a test."""
    return list(_tested)
