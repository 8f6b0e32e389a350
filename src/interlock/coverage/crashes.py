"""Crashes: the points of a batch's way at which a process can die, and which moves of orders they
have been tried on.
"""

from typing import Final

POINTS: Final = {
    "P0": "before the batch was appended",
    "P1": "appended and not synced: dropped, torn, reordered, or the disk full",
    "P2": "synced and not applied",
    "P3": "applied, its effect not sent",
    "P4": "sent, without an outcome",
    "P5": "the outcome received, not appended",
    "P6": "while a snapshot was written",
    "P7": "while a segment was changed for the next",
    "P8": "during recovery itself",
}


def crash_cell(point: str, move: str) -> str:
    """This is the cell of a crash at a point while an order made a move."""
    assert point in POINTS, f"a crash point was {point!r}, must be one of {', '.join(POINTS)}"
    return f"crash: {point} {move}"
