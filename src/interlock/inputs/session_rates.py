"""Session rates: `[[rates]]`, what one currency is worth in another when the session begins."""

from math import gcd
from typing import Final

from interlock.inputs.session_definitions import BY
from interlock.inputs.session_table import Table, decimal_text
from interlock.messages.commands import SetReferenceRate
from interlock.messages.units import (
    DIGITS_MAX,
    NS_PER_SECOND,
    Nanoseconds,
    UnitError,
    digits_of,
    parse_decimal,
)

VALID_S_MAX: Final = 366 * 86_400


def read_rates(root: Table, currencies: dict[str, int]) -> tuple[SetReferenceRate, ...]:
    """This reads every `[[rates]]` entry: `base`, `quote`, `rate`, `valid_s`, and who says so."""
    rates: list[SetReferenceRate] = []
    for table in root.tables("rates", required=False):
        base = table.one_of("base", currencies, "one of [currencies]")
        quote = table.one_of("quote", currencies, "one of [currencies]")
        if base and base == quote:
            table.note("quote", f"was {quote!r}, must be another currency than base")
        valid_s = table.whole("valid_s", None, 1, VALID_S_MAX)
        by = table.text("by", BY)
        text = table.take("rate")
        if not table.has("rate"):
            table.note("rate", "is missing")
        else:
            try:
                digits = (currencies.get(base, 0), currencies.get(quote, 0))
                written = decimal_text(text)
                rates.append(rate_of(base, quote, written, digits, by, valid_s * NS_PER_SECOND))
            except UnitError as error:
                table.note("rate", str(error))
        table.end()
    return tuple(rates)


def rate_of(
    base: str,
    quote: str,
    text: str,
    digits: tuple[int, int],
    by: str,
    valid_ns: Nanoseconds,
) -> SetReferenceRate:
    """This is a rate out of decimal text, the price of one `base` in `quote`; `digits` are those of
    the two currencies.

    Exact: the text becomes a fraction of smallest units. Raises `UnitError` for what is no price.
    """
    places = digits_of(text)
    if places > DIGITS_MAX:
        raise UnitError(f"was {text!r}, must have at most {DIGITS_MAX} digits")
    units = parse_decimal(text, places)
    if not 0 < units <= 10**18:
        raise UnitError(f"was {text!r}, must be above 0 and have at most 18 figures")
    numerator, denominator = units * 10 ** digits[1], 10 ** (places + digits[0])
    common = gcd(numerator, denominator)
    numerator, denominator = numerator // common, denominator // common
    if numerator > 10**18 or denominator > 10**18:
        raise UnitError(f"was {text!r}, which needs more than 18 figures in smallest units")
    return SetReferenceRate(base, quote, numerator, denominator, by, valid_ns)
