"""Step text: decimal text as ticks and lots, read strictly once and remembered.

In market data the same few thousand texts come again and again; looking one up costs a twentieth
of reading it.
"""

from typing import Final, final

from interlock.inputs.fields import STEPS_MAX
from interlock.messages.definitions import Instrument
from interlock.messages.units import Lots, Ticks

# A session of one instrument needs some thousands; beyond this the memory starts again.
REMEMBERED_MAX: Final = 200_000


@final
class StepText:
    """The prices and quantities of one instrument, by their text. Both raise `ValueError`."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.prices: dict[str, Ticks] = {}
        self.quantities: dict[str, Lots] = {}

    def price(self, text: str) -> Ticks:
        """This is a price in ticks; one between two ticks is refused."""
        ticks = self.prices.get(text)
        if ticks is None:
            ticks = self.instrument.parse_price(text)
            if not -STEPS_MAX <= ticks <= STEPS_MAX:
                raise ValueError(f"was {text!r}, must be at most {STEPS_MAX} ticks")
            if len(self.prices) >= REMEMBERED_MAX:
                self.prices.clear()
            self.prices[text] = ticks
        return ticks

    def quantity(self, text: str) -> Lots:
        """This is a quantity in lots, 0 or more; one between two lots is refused."""
        lots = self.quantities.get(text)
        if lots is None:
            lots = self.instrument.parse_quantity(text)
            if not 0 <= lots <= STEPS_MAX:
                raise ValueError(f"was {text!r}, must be 0 to {STEPS_MAX} lots")
            if len(self.quantities) >= REMEMBERED_MAX:
                self.quantities.clear()
            self.quantities[text] = lots
        return lots
