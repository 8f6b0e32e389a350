"""Session warnings: limits that could never bind."""

from interlock.inputs.session_definitions import Definitions
from interlock.inputs.session_limits import ArmedLimit
from interlock.inputs.session_parts import MarketSettings
from interlock.messages.definitions import Bounds


def warn(
    definitions: Definitions,
    armed: list[ArmedLimit],
    market: MarketSettings | None,
    bounds: Bounds,
) -> None:
    """This notes what is odd."""
