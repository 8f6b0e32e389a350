"""Rare cells: what a gate does not ask for, each with its reason. One without a reason fails."""

from typing import Final

_NOT_OWED: Final = (
    "silence is heeded only of an order that is owed an answer, and this one is not: the row is"
    " kept for journals of versions that took a venue's word of absence for silence"
)

RARE: Final[dict[str, str]] = {
    "order: filled -ask_replace-> pending_replace": (
        "FIX allows it (appendix D), and an order that was filled elsewhere meanwhile may need it;"
        " the planner refuses to amend what it knows to be filled"
    ),
    "order: working -silence-> unknown": _NOT_OWED,
    "order: partially_filled -silence-> unknown": _NOT_OWED,
}


def why_rare(cell: str) -> str:
    """This is why no gate asks for a cell; empty when one does. A crash during a rare move is as
    rare as the move."""
    if cell.startswith("crash: "):
        _, _, cell = cell.removeprefix("crash: ").partition(" ")
    return RARE.get(cell, "")
