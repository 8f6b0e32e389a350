"""Units: every number inside is a whole number, and this file is where decimal text becomes one.

Prices are ticks, quantities lots, money the smallest unit of its currency ("minor"), time
nanoseconds since 1970-01-01 UTC, ratios basis points. The aliases name what an `int` counts; they
are aliases, not `NewType`s, because arithmetic on a `NewType` decays to `int` at once and a wrapper
on every line would hide the arithmetic.

Binary floating point never enters: 0.1 has no exact value, and two machines may round a sum
differently.
"""

import re
from typing import Final, TypeAlias

Ticks: TypeAlias = int
Lots: TypeAlias = int
Minor: TypeAlias = int
Nanoseconds: TypeAlias = int
BasisPoints: TypeAlias = int
Sequence: TypeAlias = int
OrderId: TypeAlias = int

NS_PER_MS: Final = 1_000_000
NS_PER_SECOND: Final = 1_000_000_000
NS_PER_DAY: Final = 86_400_000_000_000
BPS_ONE: Final = 10_000
PPM_ONE: Final = 1_000_000

# A decimal longer than this is refused: no price, quantity or amount of money needs more.
DECIMAL_CHARACTERS_MAX: Final = 40
DIGITS_MAX: Final = 18

_DECIMAL: Final = re.compile(r"(-?)([0-9]{1,24})(?:\.([0-9]{1,24}))?")


class UnitError(ValueError):
    """Decimal text that is not an exact whole number of the wanted unit."""


def parse_decimal(text: str, digits: int) -> int:
    """This reads decimal text as a whole number of 10**-digits, exactly or not at all.

    `parse_decimal("61837.63000000", 2)` is 6183763; trailing zeros beyond `digits` are allowed,
    anything else beyond them is refused. No sign but a leading minus, no exponent, no blank, no
    thousands separator. Raises `UnitError` saying what was received.
    """
    if len(text) > DECIMAL_CHARACTERS_MAX:
        raise UnitError(
            f"was {len(text)} characters long, must be at most {DECIMAL_CHARACTERS_MAX}"
        )
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise UnitError(f"was {text!r}, must be a plain decimal such as 12.50")
    sign, whole, fraction = match[1], match[2], match[3] or ""
    kept, dropped = fraction[:digits], fraction[digits:]
    if dropped.strip("0"):
        raise UnitError(f"was {text!r}, must have at most {digits} decimal digits")
    value = int(whole + kept.ljust(digits, "0"))
    return -value if sign else value


def format_decimal(value: int, digits: int) -> str:
    """This writes a whole number of 10**-digits as decimal text; `parse_decimal` reads it back."""
    if digits == 0:
        return str(value)
    sign = "-" if value < 0 else ""
    text = str(abs(value)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def parse_steps(text: str, digits: int, step_units: int) -> int:
    """This reads decimal text as a whole number of steps (ticks or lots).

    A step is `step_units` * 10**-digits.

    Raises `UnitError` when the text lies between two steps: nothing is rounded on the way in.
    """
    units = parse_decimal(text, digits)
    steps, rest = divmod(units, step_units)
    if rest:
        raise UnitError(f"was {text!r}, must be a multiple of {format_decimal(step_units, digits)}")
    return steps


def format_steps(steps: int, digits: int, step_units: int) -> str:
    """This writes a number of steps (ticks or lots) as decimal text, exactly."""
    return format_decimal(steps * step_units, digits)


def digits_of(text: str) -> int:
    """This counts the decimal digits that a step such as "0.00001" needs."""
    _, _, fraction = text.partition(".")
    return len(fraction.rstrip("0"))


def bps_of(part: int, whole: int) -> BasisPoints:
    """This is `part` over `whole` in basis points, half away from zero; 0 when `whole` is 0."""
    if whole == 0:
        return 0
    sign = -1 if (part < 0) != (whole < 0) else 1
    part, whole = abs(part), abs(whole)
    return sign * ((part * BPS_ONE * 2 + whole) // (whole * 2))
