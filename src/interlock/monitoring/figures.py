"""Figures: every number twice, as the whole number that the journal holds and as decimal text."""

from typing import Final

from msgspec import Struct

from interlock.inputs.moments import moment_text
from interlock.messages.definitions import Instrument
from interlock.messages.units import Lots, Minor, Nanoseconds, Ticks, format_decimal

_FRACTION_DIGITS: Final = 9


class Figure(Struct, frozen=True):
    """A number: `value` as the journal has it, `text` in `unit`."""

    value: int
    text: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.unit}" if self.unit else self.text


class Moment(Struct, frozen=True):
    """A point in time: nanoseconds since 1970-01-01 UTC, and ISO 8601 with all nine digits."""

    ns: Nanoseconds
    text: str

    def __str__(self) -> str:
        return self.text


def moment(time_ns: Nanoseconds) -> Moment:
    """This is a point in time, to be read by people and by programs."""
    text = moment_text(time_ns).removesuffix("Z")
    whole, _, fraction = text.partition(".")
    return Moment(time_ns, f"{whole}.{fraction.ljust(_FRACTION_DIGITS, '0')}Z")


def count(value: int, unit: str = "") -> Figure:
    """This is a number of things."""
    return Figure(value, str(value), unit)


class Units:
    """The units of the instruments that the journal has defined so far.

    What it does not know it writes in bare steps, and says so: a story is never refused because an
    instrument is unknown.
    """

    def __init__(self) -> None:
        self.instruments: dict[str, Instrument] = {}

    def price(self, symbol: str, ticks: Ticks) -> Figure:
        instrument = self.instruments.get(symbol)
        if instrument is None:
            return Figure(ticks, str(ticks), "ticks")
        return Figure(ticks, instrument.price_text(ticks), instrument.currency)

    def quantity(self, symbol: str, lots: Lots) -> Figure:
        instrument = self.instruments.get(symbol)
        if instrument is None:
            return Figure(lots, str(lots), "lots")
        return Figure(lots, instrument.quantity_text(lots), symbol)

    def money(self, symbol: str, minor: Minor) -> Figure:
        instrument = self.instruments.get(symbol)
        if instrument is None:
            return Figure(minor, str(minor), "smallest units")
        return Figure(minor, instrument.money_text(minor), instrument.currency)

    def money_in(self, currency: str, minor: Minor) -> Figure:
        """Money in a currency, with the digits that its instruments give it."""
        for instrument in self.instruments.values():
            if instrument.currency == currency:
                return Figure(minor, instrument.money_text(minor), currency)
        return Figure(minor, str(minor), f"smallest units of {currency}".strip())

    def mid_text(self, symbol: str, bid: Ticks, ask: Ticks) -> str:
        """The middle of two prices, exactly: half a tick needs one digit more."""
        instrument = self.instruments.get(symbol)
        if instrument is None:
            return format_decimal((bid + ask) * 5, 1)
        return format_decimal((bid + ask) * instrument.tick_units * 5, instrument.price_digits + 1)

    def at(self, symbol: str, quantity: Lots, price: Ticks) -> str:
        """`10 at 100.05`; bare steps are named."""
        lots, ticks = self.quantity(symbol, quantity), self.price(symbol, price)
        if symbol in self.instruments:
            return f"{lots.text} at {ticks.text}"
        return f"{lots} at {ticks}"

    def price_text(self, symbol: str, ticks: Ticks) -> str:
        """A price for a sentence in which the currency is clear."""
        figure = self.price(symbol, ticks)
        return figure.text if symbol in self.instruments else str(figure)
