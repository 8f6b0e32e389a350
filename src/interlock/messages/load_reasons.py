"""Reasons under load: why a line was not taken at the door. They stand last in the catalogue."""

from typing import Final

LANE_FULL: Final = 710
CUT_BY_PRIORITY: Final = 711
WAITED_TOO_LONG: Final = 712
OVERTAKEN: Final = 713

MEANINGS: Final = (
    (LANE_FULL, "LANE_FULL", "as many lines of its priority wait at the door as may"),
    (
        CUT_BY_PRIORITY,
        "CUT_BY_PRIORITY",
        "there is more than can be done in time, and others are more urgent",
    ),
    (WAITED_TOO_LONG, "WAITED_TOO_LONG", "it waited at the door for longer than makes sense"),
    (OVERTAKEN, "OVERTAKEN", "newer data of the same market had come before it was taken"),
)
