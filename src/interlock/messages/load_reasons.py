"""Reasons under load: why a line was not taken at the door, and why sources give way to each other.
They stand last in the catalogue."""

from typing import Final

LANE_FULL: Final = 710
CUT_BY_PRIORITY: Final = 711
WAITED_TOO_LONG: Final = 712
OVERTAKEN: Final = 713
SOURCES_DISAGREE: Final = 714

AT_THE_DOOR: Final = (
    (LANE_FULL, "LANE_FULL", "as many lines of its priority wait at the door as may"),
    (
        CUT_BY_PRIORITY,
        "CUT_BY_PRIORITY",
        "there is more than can be done in time, and others are more urgent",
    ),
    (WAITED_TOO_LONG, "WAITED_TOO_LONG", "it waited at the door for longer than makes sense"),
    (OVERTAKEN, "OVERTAKEN", "newer data of the same market had come before it was taken"),
)
MEANINGS: Final = (
    *AT_THE_DOOR,
    (
        SOURCES_DISAGREE,
        "SOURCES_DISAGREE",
        "other sources of the account have orders working against it",
    ),
)
