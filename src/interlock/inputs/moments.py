"""Moments: ISO 8601 text and nanoseconds since 1970-01-01 UTC, exact both ways.

`datetime` stops at microseconds, so the fraction is read and written as digits.
"""

import re
from datetime import date
from typing import Final

from interlock.messages.units import NS_PER_DAY, NS_PER_SECOND, Nanoseconds

# The last moment of the year 2200: what lies beyond is a mistake of unit, and everything before
# fits 63 bits.
MOMENT_NS_MAX: Final = 7_289_654_399_999_999_999
_DAY_OF_1970: Final = date(1970, 1, 1).toordinal()
_ISO: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:Z|\+00:00)"
)


def parse_moment(text: str) -> Nanoseconds:
    """This reads `2024-08-08T23:54:14.087891268Z` exactly.

    Raises `ValueError` saying what was received: the time must be UTC, after 1970, with nine digits
    of a second at most; a leap second (`:60`) has no place in this count and is refused.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError(
            f"was {text[:40]!r}, must be whole nanoseconds or UTC text such as "
            "2024-08-08T23:54:14.087891268Z"
        )
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])).toordinal() - _DAY_OF_1970
    except ValueError as error:
        raise ValueError(f"was {text!r}, must be a day of the calendar ({error})") from None
    hour, minute, second = int(match[4]), int(match[5]), int(match[6])
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"was {text!r}, must be a time from 00:00:00 to 23:59:59")
    nanoseconds = int((match[7] or "").ljust(9, "0"))
    time_ns = day * NS_PER_DAY + ((hour * 60 + minute) * 60 + second) * NS_PER_SECOND + nanoseconds
    if not 0 <= time_ns <= MOMENT_NS_MAX:
        raise ValueError(f"was {text!r}, must be from 1970 to 2200")
    return time_ns


def moment_text(time_ns: Nanoseconds) -> str:
    """This writes a moment as ISO 8601 in UTC; `parse_moment` reads it back unchanged."""
    day, of_day = divmod(time_ns, NS_PER_DAY)
    seconds, nanoseconds = divmod(of_day, NS_PER_SECOND)
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{date.fromordinal(_DAY_OF_1970 + day).isoformat()}T{clock}{fraction}Z"
