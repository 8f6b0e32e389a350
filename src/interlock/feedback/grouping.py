"""Grouping: by what outcomes are added up, and which group an outcome falls in.

Ranges are named so that their names sort in their order.
"""

from bisect import bisect_right
from typing import Final

from interlock.feedback.outcomes import OrderOutcome
from interlock.messages.terms import ORDER_TYPES, SIDES, TIMES_IN_FORCE, name_of
from interlock.messages.units import NS_PER_DAY, Nanoseconds

ALL: Final = "all"
DIMENSIONS: Final = {
    ALL: "everything",
    "source": "who decided",
    "release": "source and release that decided",
    "instrument": "what was traded",
    "venue": "where",
    "algorithm": "how: order type and time in force, and whether it only gave liquidity",
    "side": "buy or sell",
    "hour": "the hour of its release, in the instrument's own time",
    "size": "quantity against what the far touch displayed at release",
    "participation": "what was filled against what traded meanwhile",
    "load": "decisions in the second before its release",
}

_SIZES: Final = (10, 50, 100, 200)
_SIZE_NAMES: Final = ("1 up to 10 %", "2 up to 50 %", "3 up to 100 %", "4 up to 200 %", "5 above")
_SHARES: Final = (1, 5, 20, 50)
_SHARE_NAMES: Final = ("1 up to 1 %", "2 up to 5 %", "3 up to 20 %", "4 up to 50 %", "5 above")
_LOADS: Final = (1, 10, 100, 1_000)
_LOAD_NAMES: Final = ("1 one", "2 up to 10", "3 up to 100", "4 up to 1,000", "5 above")
_NS_PER_HOUR: Final = NS_PER_DAY // 24


def keys_of(outcome: OrderOutcome, utc_offset_ns: Nanoseconds) -> list[tuple[str, str]]:
    """The group of an order in each dimension."""
    hour = (outcome.released_ns + utc_offset_ns) % NS_PER_DAY // _NS_PER_HOUR
    return [
        (ALL, ALL),
        ("source", outcome.source),
        ("release", f"{outcome.source} {outcome.release}"),
        ("instrument", outcome.instrument),
        ("venue", outcome.venue),
        ("algorithm", algorithm_of(outcome)),
        ("side", name_of(SIDES, outcome.side)),
        ("hour", f"{hour:02d}:00"),
        ("size", _range(outcome.quantity, outcome.displayed, _SIZES, _SIZE_NAMES)),
        ("participation", _range(outcome.filled, outcome.tape_volume, _SHARES, _SHARE_NAMES)),
        ("load", _LOAD_NAMES[_place(outcome.decisions_last_second, _LOADS)]),
    ]


def algorithm_of(outcome: OrderOutcome) -> str:
    """How an order met the market."""
    kind = name_of(ORDER_TYPES, outcome.order_type)
    words = f"{kind} {name_of(TIMES_IN_FORCE, outcome.time_in_force)}"
    return f"{words} post-only" if outcome.post_only else words


def _range(part: int, whole: int, bounds: tuple[int, ...], names: tuple[str, ...]) -> str:
    """The range that part over whole in percent falls in; a bound belongs to the range below."""
    if whole <= 0:
        return "6 not known"
    return names[_place(-(-100 * part // whole), bounds)]


def _place(value: int, bounds: tuple[int, ...]) -> int:
    return bisect_right(bounds, value - 1)
