"""Parents: how much a decision was allowed, and how much of it has become orders."""

from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.ledger.works import WorkRecord
from interlock.messages.units import Lots, Sequence


@final
@mypyc_attr(acyclic=True)
class ParentRecord:
    """One decision that became orders; kept while any of them is remembered."""

    def __init__(self, decision: Sequence, allowed: list[int], is_quote: bool) -> None:
        self.decision: Final[Sequence] = decision
        self.is_quote: Final[bool] = is_quote
        """Whether its orders are quotes of a ladder, which later ladders move and take back."""
        # Nearly every decision has one line, which needs no lists.
        self._allowed: Final[Lots] = allowed[0]
        self._released: Lots = 0
        self._allowed_more: Final[list[int] | None] = allowed[1:] if len(allowed) > 1 else None
        self._released_more: list[int] | None = None
        self.children = 0
        """Orders that are still remembered, open or ended; a work that is under way counts too."""
        self.work: WorkRecord | None = None
        """The large order, when it is worked over time: its children are no lines of the verdict,
        and what they take together is in its sums."""

    @property
    def allowed(self) -> list[int]:
        """Lots by line, as sized and judged."""
        more = self._allowed_more
        return [self._allowed] if more is None else [self._allowed, *more]

    @property
    def released(self) -> list[int]:
        """Lots by line that became orders."""
        return [self.released_of(line) for line in range(len(self.allowed))]

    def allowed_of(self, line: int) -> Lots:
        """What a line, from 0, may become."""
        if line == 0:
            return self._allowed
        assert self._allowed_more is not None, f"decision {self.decision} has one line, not {line}"
        return self._allowed_more[line - 1]

    def released_of(self, line: int) -> Lots:
        """What a line has become."""
        if line == 0:
            return self._released
        return self._released_more[line - 1] if self._released_more is not None else 0

    def release(self, line: int, quantity: Lots) -> None:
        """An order of this line is released."""
        self.children += 1
        if self.work is None:
            self.count(line, quantity)

    def count(self, line: int, quantity: Lots) -> None:
        """This counts lots of a line as released."""
        if line == 0:
            self._released += quantity
            return
        assert self._allowed_more is not None, f"decision {self.decision} has one line, not {line}"
        if self._released_more is None:
            self._released_more = [0] * len(self._allowed_more)
        self._released_more[line - 1] += quantity
