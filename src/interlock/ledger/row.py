"""A row: first in, first out."""

from typing import Final, Generic, TypeVar, final

T = TypeVar("T")

# What was taken out is given back when it is this many, and half of all.
_TAKEN_MAX: Final = 1_024


@final
class Row(Generic[T]):
    """Things in the order in which they came. Compiled, it costs a fraction of a `deque`, whose
    every word is a call by name."""

    def __init__(self) -> None:
        self._items: Final[list[T | None]] = []
        self._taken = 0
        """Places at the beginning that are empty."""

    def __len__(self) -> int:
        return len(self._items) - self._taken

    def put(self, item: T) -> None:
        """This comes last."""
        self._items.append(item)

    def first(self) -> T | None:
        """The one that came first of those that are there; None when there is none."""
        items, taken = self._items, self._taken
        return items[taken] if taken < len(items) else None

    def drop_first(self) -> None:
        """This takes the first out."""
        items, taken = self._items, self._taken
        assert taken < len(items), f"all {taken} were taken out"
        items[taken] = None
        taken += 1
        if taken == len(items):
            items.clear()
            taken = 0
        elif taken >= _TAKEN_MAX and 2 * taken >= len(items):
            del items[:taken]
            taken = 0
        self._taken = taken

    def remove(self, item: T) -> None:
        """This takes one out, wherever it stands. Cost: one step for each that came after it."""
        items = self._items
        for place in range(len(items) - 1, self._taken - 1, -1):
            if items[place] is item:
                del items[place]
                return
        raise AssertionError(f"{item} is not among the {len(self)} in the row")

    def clear(self) -> None:
        self._items.clear()
        self._taken = 0

    def in_order(self) -> list[T]:
        """All that are there, first first. Cost: one step for each."""
        found: list[T] = []
        for place in range(self._taken, len(self._items)):
            item = self._items[place]
            if item is not None:
                found.append(item)
        return found
