"""Estimates and half minor units, as people read them."""

from interlock.feedback.estimates import RatioEstimate
from interlock.messages.units import Minor, format_decimal


def interval_text(estimate: RatioEstimate) -> str:
    """An estimate in basis points: `3.12 [2.20, 4.04]`; its value and how few it is made of where
    there is no interval; `-` where there is none."""
    found = estimate.interval()
    if not found.samples:
        return "-"
    if not found.is_known:
        return f"{found.value:.2f} (n={found.samples})"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def money_text(money_twice: Minor, currency: str, digits: int) -> str:
    """Half minor units as money, rounded away from zero to the minor unit, with its currency."""
    sign = -1 if money_twice < 0 else 1
    minor = sign * ((abs(money_twice) + 1) // 2)
    return f"{format_decimal(minor, digits)} {currency}"
