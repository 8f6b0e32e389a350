"""Balances of a venue's participants: reserved before an order enters, moved when it trades,
released when it ends.

A spot buyer reserves quote currency at the reserve price (the highest price it may be moved to), a
seller reserves the asset. A margined instrument reserves margin for the worse of two outcomes:
every working buy filled, or every working sell. A participant without an account is refused: what
cannot be evaluated may not trade.
"""

from typing import final

from interlock.messages.definitions import Instrument
from interlock.messages.terms import BUY, MARGINED
from interlock.messages.units import Lots, Minor, Ticks
from interlock.simulation.fees import fee_of
from interlock.simulation.order import VenueOrder


@final
class ClearedInstrument:
    """What one lot is worth: in the asset, and as margin."""

    def __init__(
        self,
        instrument: Instrument,
        asset: str,
        asset_per_lot: int,
        margin_buy: Minor,
        margin_sell: Minor,
    ) -> None:
        self.currency: str = instrument.currency
        self.is_margined: bool = instrument.settlement == MARGINED
        self.minor_per_tick_lot: Minor = instrument.minor_per_tick_lot
        self.asset: str = asset
        self.asset_per_lot: int = asset_per_lot
        self.margin_buy: Minor = margin_buy
        self.margin_sell: Minor = margin_sell


@final
class MarginedPosition:
    """A participant's lots in a margined instrument, what they cost, and what its working orders
    would add.
    """

    def __init__(self, terms: ClearedInstrument) -> None:
        self.terms: ClearedInstrument = terms
        self.lots: Lots = 0
        self.cost: Minor = 0
        self.working_buy: Lots = 0
        self.working_sell: Lots = 0

    def margin(self) -> Minor:
        """This is what must stay on the balance for the position and its working orders."""
        bought = self.terms.margin_buy * (self.working_buy + self.lots)
        sold = self.terms.margin_sell * (self.working_sell - self.lots)
        return max(bought, sold, 0)

    def trade(self, lots: Lots, price: Ticks) -> Minor:
        """Add signed lots at a price; this is the profit realised on what they closed."""
        value = lots * price * self.terms.minor_per_tick_lot
        if self.lots * lots >= 0:
            self.lots += lots
            self.cost += value
            return 0
        closed = min(abs(lots), abs(self.lots))
        # Rounded down, so that what stays open never carries less than its cost.
        cost = self.cost * closed // abs(self.lots)
        proceeds = -value * closed // abs(lots)
        self.cost += value + proceeds - cost
        self.lots += lots
        return proceeds - cost


@final
class Clearing:
    """The accounts of one venue."""

    def __init__(self) -> None:
        self.balances: dict[str, dict[str, Minor]] = {}
        self.positions: dict[str, dict[str, MarginedPosition]] = {}
        self.instruments: dict[str, ClearedInstrument] = {}

    def list_instrument(
        self,
        instrument: Instrument,
        asset: str = "",
        asset_per_lot: int = 1,
        margin_buy: Minor = 0,
        margin_sell: Minor = 0,
    ) -> None:
        """Say which asset a lot of a spot instrument delivers and how much of it, or the margin of
        a lot.
        """
        self.instruments[instrument.symbol] = ClearedInstrument(
            instrument, asset, asset_per_lot, margin_buy, margin_sell
        )

    def deposit(self, participant: str, currency: str, minor: Minor) -> None:
        """Open the account if need be and add to its balance."""
        account = self.balances.setdefault(participant, {})
        account[currency] = account.get(currency, 0) + minor

    def balance(self, participant: str, currency: str) -> Minor:
        """This is what the participant has left: spot reservations are already taken off, margin is
        not.
        """
        account = self.balances.get(participant)
        return 0 if account is None else account.get(currency, 0)

    def reserve(self, order: VenueOrder, taker_fee_ppm: int) -> bool:
        """Set aside what the order may need at worst; false, and nothing done, when there is not
        enough.
        """
        terms = self.instruments.get(order.instrument)
        if terms is None or order.participant not in self.balances:
            return False
        if order.side == BUY and order.reserve_price < order.price:
            return False
        if terms.is_margined:
            return self._reserve_margin(order, terms)
        currency = terms.currency if order.side == BUY else terms.asset
        needed = _spot_need(order, order.leaves, terms, taker_fee_ppm)
        if needed > self.balance(order.participant, currency):
            return False
        # From here on the order is paid for.
        self.deposit(order.participant, currency, -needed)
        order.reserved = needed
        order.reserved_lots = order.leaves
        return True

    def release(self, order: VenueOrder, lots: Lots, taker_fee_ppm: int) -> None:
        """Give back what is reserved for lots that will not trade."""
        terms = self.instruments[order.instrument]
        if terms.is_margined:
            self._work(order, terms, -lots)
            return
        currency = terms.currency if order.side == BUY else terms.asset
        self.deposit(order.participant, currency, _free(order, lots, terms, taker_fee_ppm))

    def move(self, order: VenueOrder, leaves: Lots, price: Ticks, taker_fee_ppm: int) -> bool:
        """Reserve for a working order's new leaves and price instead of its old ones; false, and
        nothing done, when there is not enough. The order itself stays as it is.
        """
        old_leaves = order.leaves
        old_price = order.price
        old_reserve_price = order.reserve_price
        self.release(order, old_leaves, taker_fee_ppm)
        order.leaves = leaves
        order.price = price
        order.reserve_price = max(old_reserve_price, price)
        moved = self.reserve(order, taker_fee_ppm)
        order.leaves = old_leaves
        order.price = old_price
        if not moved:
            order.reserve_price = old_reserve_price
            kept = self.reserve(order, taker_fee_ppm)
            assert kept, f"order {order.order} could not keep what it had reserved"
        return moved

    def settle(
        self, order: VenueOrder, price: Ticks, quantity: Lots, fee: Minor, taker_fee_ppm: int
    ) -> None:
        """Move cash and asset for a trade.

        Rounded fees may overdraw an account by one minor unit a trade.
        """
        terms = self.instruments[order.instrument]
        sign = 1 if order.side == BUY else -1
        if terms.is_margined:
            self._work(order, terms, -quantity)
            position = self._position(order, terms)
            profit = position.trade(sign * quantity, price)
            self.deposit(order.participant, terms.currency, profit - fee)
            return
        value = price * quantity * terms.minor_per_tick_lot
        freed = _free(order, quantity, terms, taker_fee_ppm)
        if order.side == BUY:
            self.deposit(order.participant, terms.currency, freed - value - fee)
            self.deposit(order.participant, terms.asset, quantity * terms.asset_per_lot)
        else:
            self.deposit(order.participant, terms.currency, value - fee)

    def _reserve_margin(self, order: VenueOrder, terms: ClearedInstrument) -> bool:
        self._work(order, terms, order.leaves)
        needed = 0
        for position in self.positions[order.participant].values():
            if position.terms.currency == terms.currency:
                needed += position.margin()
        if needed <= self.balance(order.participant, terms.currency):
            return True
        self._work(order, terms, -order.leaves)
        return False

    def _work(self, order: VenueOrder, terms: ClearedInstrument, leaves: Lots) -> None:
        position = self._position(order, terms)
        if order.side == BUY:
            position.working_buy += leaves
        else:
            position.working_sell += leaves

    def _position(self, order: VenueOrder, terms: ClearedInstrument) -> MarginedPosition:
        of_participant = self.positions.setdefault(order.participant, {})
        position = of_participant.get(order.instrument)
        if position is None:
            position = MarginedPosition(terms)
            of_participant[order.instrument] = position
        return position


def _free(order: VenueOrder, lots: Lots, terms: ClearedInstrument, taker_fee_ppm: int) -> Minor:
    # Counted in lots of its own: by the time a match is settled the order has moved on.
    order.reserved_lots -= lots
    needed = _spot_need(order, order.reserved_lots, terms, taker_fee_ppm)
    freed = order.reserved - needed
    order.reserved = needed
    return freed


def _spot_need(
    order: VenueOrder, leaves: Lots, terms: ClearedInstrument, taker_fee_ppm: int
) -> Minor:
    if order.side != BUY:
        return leaves * terms.asset_per_lot
    value = leaves * order.reserve_price * terms.minor_per_tick_lot
    if taker_fee_ppm <= 0:
        return value
    return value + fee_of(order.reserve_price, leaves, terms.minor_per_tick_lot, taker_fee_ppm)
