"""Accounts: cash by currency, and a position for each instrument, with what is reserved for open
orders.

Average cost: buying adds to cost, selling takes out cost in proportion, and the difference is
realised. The division that this needs floors, and the last lot takes out whatever cost is left, so
that money is conserved to the smallest unit: sold - bought == realised - signed cost, always.
"""

from typing import Final, final

from interlock.ledger.instruments import InstrumentRecord
from interlock.ledger.rounds import TradedRecord
from interlock.messages.terms import BUY, MARGINED
from interlock.messages.units import Lots, Minor

# No total goes beyond this: what every codec carries is 63 bits, and one more trade must fit.
TOTAL_MAX: Final = 2**62
_NEAR: Final = 2**59


@final
class CashRecord:
    """One currency of one account, of the firm as a whole, or of what a source did by itself.

    The sums over its positions follow from them and are kept nowhere else. They are brought up to
    date when they are asked for: a quote only notes which positions are worth something else now.
    """

    def __init__(
        self, currency: str, digits: int, opening: Minor, firm: "CashRecord | None" = None
    ) -> None:
        self.currency: Final = currency
        self.digits: Final[int] = digits
        self.opening: Minor = opening
        self.balance: Minor = opening
        self.reserved: Minor = 0
        """What open buy orders would cost at worst."""
        self.firm: Final[CashRecord | None] = firm
        """The same currency over all accounts, for an account's; None for the firm's own, and for a
        source's, whose orders are counted for its account already."""
        self.changed: Final[list[PositionRecord]] = firm.changed if firm is not None else []
        """Positions that the sums below do not know the present worth of."""
        self.gross: Minor = 0
        self.long_value: Minor = 0
        self.short_value: Minor = 0
        self.realised: Minor = 0
        self.unrealised: Minor = 0
        self.unmarked = 0
        if firm is not None:
            firm.opening += opening
            firm.balance += opening

    def free(self) -> Minor:
        return self.balance - self.reserved

    def move(self, amount: Minor) -> None:
        """This books money, for the firm as well."""
        self.balance += amount
        if self.firm is not None:
            self.firm.balance += amount

    def reserve(self, amount: Minor) -> None:
        """This sets money aside, or with a negative amount frees it."""
        self.reserved += amount
        if self.firm is not None:
            self.firm.reserved += amount

    def sum_up(self) -> None:
        """This brings the sums up to date. Cost: one step per position that changed since."""
        if len(self.changed) > 0:
            for position in self.changed:
                position.count()
            self.changed.clear()

    def gross_value(self) -> Minor:
        """All positions at their worst and at their marks, without their signs; -1 when one that
        counts has no mark to be valued at."""
        self.sum_up()
        return self.gross if self.unmarked == 0 else -1


@final
class AccountRecord:
    """Whose money and positions; or what a source did by itself, kept in the same way."""

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self.cash: Final[dict[str, CashRecord]] = {}
        self.positions: Final[dict[str, PositionRecord]] = {}
        self.open_orders = 0

    def cash_in(self, currency: str) -> CashRecord | None:
        return self.cash.get(currency)

    def gross_value(self, currency: str) -> Minor:
        """The account's gross exposure in one currency, open orders counted at their worst; -1 when
        a position that counts has no mark to be valued at.
        """
        cash = self.cash.get(currency)
        return cash.gross_value() if cash is not None else 0


@final
class PositionRecord:
    """One instrument of one account. Positive lots are long, negative short."""

    def __init__(
        self, account: AccountRecord, instrument: InstrumentRecord, cash: CashRecord
    ) -> None:
        self.account: Final = account
        self.instrument: Final = instrument
        self.cash: Final = cash
        self.opening: Lots = 0
        self.opening_cost: Minor = 0
        self.lots: Lots = 0
        self.cost: Minor = 0
        """What the present position cost, as a positive amount; for a short, what it brought."""
        self.realised: Minor = 0
        self.fees: Minor = 0
        self.bought: Lots = 0
        self.sold: Lots = 0
        self.bought_value: Minor = 0
        self.sold_value: Minor = 0
        self.open_buy: Lots = 0
        self.open_sell: Lots = 0
        self.open_orders = 0
        self._is_held = False
        self._is_changed = False
        # What the sums of its currency hold of it.
        self._gross: Minor = 0
        self._long: Minor = 0
        self._short: Minor = 0
        self._realised: Minor = 0
        self._unrealised: Minor = 0
        self._unmarked = 0
        self.at_venues: Final[dict[str, TradedRecord]] = {}
        """What was traded where."""

    def at_venue(self, venue: str) -> TradedRecord:
        """This is what was traded at a venue, where one may begin to."""
        traded = self.at_venues.get(venue)
        if traded is None:
            traded = TradedRecord()
            self.at_venues[venue] = traded
        return traded

    def open_with(self, lots: Lots, cost: Minor) -> None:
        self.opening = lots
        self.opening_cost = cost
        self.lots = lots
        self.cost = cost
        if self.cash.firm is not None:
            self.instrument.lots += lots
        self.change()

    def change(self) -> None:
        """This notes that it is worth something else now."""
        if not self._is_changed:
            self._is_changed = True
            self.cash.changed.append(self)
            if not self._is_held:
                self._is_held = True
                self.instrument.holders.append(self)

    def reserve(self, side: int, lots: Lots, value: Minor) -> None:
        """This sets aside what an order on this side may trade, or with negative numbers frees it;
        `value` is the money that a purchase needs."""
        if side == BUY:
            self.open_buy += lots
            if value != 0:
                self.cash.reserve(value)
        else:
            self.open_sell += lots
        if self.cash.firm is not None:
            if side == BUY:
                self.instrument.open_buy += lots
            else:
                self.instrument.open_sell += lots
        self.change()

    def count(self) -> None:
        """This adds to the sums of its currency what has changed since they counted it last."""
        self._is_changed = False
        cash, firm, mark = self.cash, self.cash.firm, self.instrument.mark
        unit = mark * self.instrument.minor_per_tick_lot if mark > 0 else 0
        long, short = self.lots + self.open_buy, self.lots - self.open_sell
        worst = long if long > -short else -short
        gross = worst * unit if worst > 0 else 0
        long, short = long * unit, short * unit
        realised = self.realised - self.fees
        unrealised = self.unrealised()
        unmarked = 1 if worst > 0 and mark <= 0 else 0
        cash.gross += gross - self._gross
        cash.long_value += long - self._long
        cash.short_value += short - self._short
        cash.realised += realised - self._realised
        cash.unrealised += unrealised - self._unrealised
        cash.unmarked += unmarked - self._unmarked
        if firm is not None:
            firm.gross += gross - self._gross
            firm.long_value += long - self._long
            firm.short_value += short - self._short
            firm.realised += realised - self._realised
            firm.unrealised += unrealised - self._unrealised
            firm.unmarked += unmarked - self._unmarked
        self._gross, self._long, self._short = gross, long, short
        self._realised, self._unrealised, self._unmarked = realised, unrealised, unmarked

    def worst_long(self) -> Lots:
        """The position if every open buy trades and no sell does."""
        return self.lots + self.open_buy

    def worst_short(self) -> Lots:
        """The position if every open sell trades and no buy does."""
        return self.lots - self.open_sell

    def worst_lots(self) -> Lots:
        """The largest absolute position that may come of it."""
        long, short = self.worst_long(), -self.worst_short()
        return long if long > short else short

    def worst_value(self) -> Minor:
        """The worst position at the present mark."""
        lots = self.worst_lots()
        if lots <= 0:
            return 0
        return lots * self.instrument.mark * self.instrument.minor_per_tick_lot

    def unrealised(self) -> Minor:
        """What closing at the mark would add."""
        value = self.lots * self.instrument.mark * self.instrument.minor_per_tick_lot
        return value - self.cost if self.lots >= 0 else value + self.cost

    def signed_cost(self) -> Minor:
        return self.cost if self.lots >= 0 else -self.cost

    def reducing_room(self, side: int) -> Lots:
        """How much an order on this side may trade and still only reduce, open orders counted."""
        if side == BUY:
            return -self.lots - self.open_buy if self.lots < 0 else 0
        return self.lots - self.open_sell if self.lots > 0 else 0

    def has_room(self, quantity: Lots, value: Minor, fee: Minor) -> bool:
        """This says whether every total stays within `TOTAL_MAX` whichever way this much trades or
        is taken back."""
        if (
            -_NEAR <= self.lots <= _NEAR
            and -_NEAR <= self.bought <= _NEAR
            and -_NEAR <= self.sold <= _NEAR
            and -_NEAR <= self.bought_value <= _NEAR
            and -_NEAR <= self.sold_value <= _NEAR
            and -_NEAR <= self.fees <= _NEAR
            and -_NEAR <= self.realised <= _NEAR
            and -_NEAR <= self.cost <= _NEAR
            and -_NEAR <= self.cash.balance <= _NEAR
            and quantity <= _NEAR
            and value <= _NEAR
            and -_NEAR <= fee <= _NEAR
        ):
            # As good as always: no sum of four of these comes near.
            return True
        # At most all that the position cost is realised at once.
        moved = value + abs(self.cost) + abs(fee)
        return (
            abs(self.lots) + quantity <= TOTAL_MAX
            and abs(self.bought) + quantity <= TOTAL_MAX
            and abs(self.sold) + quantity <= TOTAL_MAX
            and abs(self.bought_value) + value <= TOTAL_MAX
            and abs(self.sold_value) + value <= TOTAL_MAX
            and abs(self.fees) + abs(fee) <= TOTAL_MAX
            and abs(self.realised) + moved <= TOTAL_MAX
            and abs(self.cash.balance) + moved <= TOTAL_MAX
        )

    def has_room_to_reserve(self, quantity: Lots, value: Minor) -> bool:
        """This says whether what is reserved stays within `TOTAL_MAX` when this much is added."""
        return (
            self.open_buy + quantity <= TOTAL_MAX
            and self.open_sell + quantity <= TOTAL_MAX
            and self.cash.reserved + value <= TOTAL_MAX
        )

    def trade(self, side: int, quantity: Lots, value: Minor, fee: Minor) -> None:
        """This books an execution: lots, cost, realised profit and cash."""
        realised_before = self.realised
        if side == BUY:
            self.bought += quantity
            self.bought_value += value
        else:
            self.sold += quantity
            self.sold_value += value
        self._move(side, quantity, value)
        self.fees += fee
        if self.instrument.settlement == MARGINED:
            self.cash.move(self.realised - realised_before - fee)
        elif side == BUY:
            self.cash.move(-value - fee)
        else:
            self.cash.move(value - fee)

    def untrade(self, side: int, quantity: Lots, value: Minor, fee: Minor) -> None:
        """This takes an execution back.

        The quantities return to what they were without it and money is conserved; the split between
        realised and unrealised is that of trading back at the same price, because average cost
        depends on the order of trades.
        """
        realised_before = self.realised
        if side == BUY:
            self.bought -= quantity
            self.bought_value -= value
        else:
            self.sold -= quantity
            self.sold_value -= value
        self._move(3 - side, quantity, value)
        self.fees -= fee
        if self.instrument.settlement == MARGINED:
            self.cash.move(self.realised - realised_before + fee)
        elif side == BUY:
            self.cash.move(value + fee)
        else:
            self.cash.move(fee - value)

    def _move(self, side: int, quantity: Lots, value: Minor) -> None:
        signed = quantity if side == BUY else -quantity
        lots = self.lots
        if self.cash.firm is not None:
            self.instrument.lots += signed
        self.change()
        if lots == 0 or (lots > 0) == (signed > 0):
            self.lots = lots + signed
            self.cost += value
            return
        held = lots if lots > 0 else -lots
        closing = quantity if quantity < held else held
        value_closing = value if closing == quantity else value * closing // quantity
        cost_closing = self.cost if closing == held else self.cost * closing // held
        self.realised += value_closing - cost_closing if lots > 0 else cost_closing - value_closing
        self.lots = lots + signed
        self.cost = self.cost - cost_closing + value - value_closing
