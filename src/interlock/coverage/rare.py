"""Rare cells: what a gate does not ask for, each with its reason. One without a reason fails."""

from typing import Final

RARE: Final[dict[str, str]] = {
    "order: filled -ask_replace-> pending_replace": (
        "FIX allows it (appendix D), and an order that was filled elsewhere meanwhile may need it;"
        " the planner refuses to amend what it knows to be filled"
    ),
}
