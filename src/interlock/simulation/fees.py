"""What a venue charges for a trade."""

from interlock.messages.units import PPM_ONE, Lots, Minor, Ticks


def fee_of(price: Ticks, quantity: Lots, minor_per_tick_lot: Minor, ppm: int) -> Minor:
    """This is the fee in minor units, negative for a rebate, rounded against whoever pays it.

    1 ppm of 1,500,000 is 2, of -1,500,000 (a rebate) -1. A negative price is charged like a
    positive one.
    """
    if ppm == 0:
        return 0
    value = (price if price >= 0 else -price) * quantity * minor_per_tick_lot
    # Rounded up, in whole numbers that are not negative where the fee is not: those are the fast.
    return (value * ppm + (PPM_ONE - 1)) // PPM_ONE
