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
        self.allowed: Final[list[int]] = allowed
        """Lots by line, as sized and judged."""
        self.released: Final[list[int]] = [0] * len(allowed)
        """Lots by line that became orders."""
        self.children = 0
        """Orders that are still remembered, open or ended; a work that is under way counts too."""
        self.work: WorkRecord | None = None
        """The large order, when it is worked over time: its children are no lines of the verdict,
        and what they take together is in its sums."""

    def release(self, line: int, quantity: Lots) -> None:
        self.children += 1
        if self.work is None:
            self.released[line] += quantity
