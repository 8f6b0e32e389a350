"""Session overload: `[overload]`, when a live session has more than it can do in time."""

from typing import Final

from interlock.inputs.session_parts import OverloadSettings
from interlock.inputs.session_table import Table

TARGET_MS_MAX: Final = 10_000
INTERVAL_MS_MAX: Final = 60_000
TURN_LINES_MAX: Final = 4_096
LANE_LINES_MAX: Final = 65_536


def read_overload(table: Table) -> OverloadSettings:
    """This reads `[overload]`; what it leaves out is as `OverloadSettings` has it."""
    usual = OverloadSettings()
    settings = OverloadSettings(
        target_ms=table.whole("target_ms", usual.target_ms, 1, TARGET_MS_MAX),
        interval_ms=table.whole("interval_ms", usual.interval_ms, 1, INTERVAL_MS_MAX),
        lane_lines=table.whole("lane_lines", usual.lane_lines, 1, LANE_LINES_MAX),
        turn_lines=table.whole("turn_lines", usual.turn_lines, 1, TURN_LINES_MAX),
    )
    if settings.interval_ms < settings.target_ms:
        table.note("interval_ms", "must be no shorter than target_ms")
    table.end()
    return settings
