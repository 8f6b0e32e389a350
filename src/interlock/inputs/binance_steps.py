"""Binance steps: an exchange's decimals as exact units, and these as ticks and lots.

The book is kept in the exchange's own eight decimals, because real books hold levels that no order
could be given for today: orders from before a lot or tick size changed. They become ticks and lots
only where they are shown, and then on the careful side: a quantity is cut to whole lots, a bid
between two ticks counts at the lower one, an ask at the higher.
"""

from typing import Final, final

from interlock.inputs.fields import STEPS_MAX
from interlock.messages.definitions import Instrument
from interlock.messages.units import Lots, Ticks, parse_decimal

Level = tuple[int, int]
Units = int

# What Binance gives for every price and quantity.
EXCHANGE_DIGITS: Final = 8
_REMEMBERED_MAX: Final = 400_000


@final
class BinanceSteps:
    """The texts of one symbol, each read strictly once, and the way to its instrument's steps."""

    def __init__(self, instrument: Instrument) -> None:
        digits = max(EXCHANGE_DIGITS, instrument.price_digits, instrument.quantity_digits)
        self.digits = digits
        self.remembered: dict[str, Units] = {}
        self.tick: Units = instrument.tick_units * int(10 ** (digits - instrument.price_digits))
        self.lot: Units = instrument.lot_units * int(10 ** (digits - instrument.quantity_digits))
        self.cut = ""
        """The first text of which a part of a tick or lot was left off; empty while none was."""
        self._units_max = STEPS_MAX * min(self.tick, self.lot)

    def units(self, text: str) -> Units:
        """This is decimal text, exact, in 10**-digits. Raises `ValueError`; below 0 is refused."""
        units = self.remembered.get(text)
        if units is None:
            units = parse_decimal(text, self.digits)
            if not 0 <= units <= self._units_max:
                raise ValueError(f"was {text!r}, must be 0 or more and at most {STEPS_MAX} steps")
            if len(self.remembered) >= _REMEMBERED_MAX:
                self.remembered.clear()
            self.remembered[text] = units
        return units

    def levels(self, rows: list[tuple[str, str]]) -> list[Level]:
        """This is rows of price and quantity in exact units. Raises `ValueError`."""
        remembered = self.remembered
        try:
            # Nearly every text was read before.
            return [(remembered[price], remembered[quantity]) for price, quantity in rows]
        except KeyError:
            return [(self.units(price), self.units(quantity)) for price, quantity in rows]

    def lots(self, quantity: Units) -> Lots:
        """This is a displayed quantity in whole lots."""
        lots, rest = divmod(quantity, self.lot)
        if rest and not self.cut:
            self.cut = f"quantity {quantity} (10**-{self.digits})"
        return lots

    def exact_ticks(self, text: str) -> Ticks:
        """This is a price in ticks. Raises `ValueError` when it lies between two."""
        ticks, rest = divmod(self.units(text), self.tick)
        if rest:
            raise ValueError(f"was {text!r}, must be a multiple of the tick")
        return ticks

    def bid_ticks(self, price: Units) -> Ticks:
        """This is a bid's price in ticks, the lower one when it lies between two."""
        ticks, rest = divmod(price, self.tick)
        if rest and not self.cut:
            self.cut = f"price {price} (10**-{self.digits})"
        return ticks

    def ask_ticks(self, price: Units) -> Ticks:
        """This is an ask's price in ticks, the higher one when it lies between two."""
        ticks, rest = divmod(price, self.tick)
        if not rest:
            return ticks
        if not self.cut:
            self.cut = f"price {price} (10**-{self.digits})"
        return ticks + 1

    def bids(self, levels: list[Level]) -> tuple[tuple[Ticks, Lots], ...]:
        """This is one side as it is shown, best first; levels of less than a lot are left out."""
        tick, lot = self.tick, self.lot
        if not [1 for price, quantity in levels if price % tick or quantity % lot]:
            return tuple([(price // tick, quantity // lot) for price, quantity in levels])
        return _merged([(self.bid_ticks(price), self.lots(quantity)) for price, quantity in levels])

    def asks(self, levels: list[Level]) -> tuple[tuple[Ticks, Lots], ...]:
        """This is the other side as it is shown."""
        tick, lot = self.tick, self.lot
        if not [1 for price, quantity in levels if price % tick or quantity % lot]:
            return tuple([(price // tick, quantity // lot) for price, quantity in levels])
        return _merged([(self.ask_ticks(price), self.lots(quantity)) for price, quantity in levels])


def _merged(levels: list[tuple[Ticks, Lots]]) -> tuple[tuple[Ticks, Lots], ...]:
    merged: dict[Ticks, Lots] = {}
    for price, quantity in levels:
        if quantity:
            merged[price] = merged.get(price, 0) + quantity
    return tuple(merged.items())
