"""What a session is made of: instruments, venues, accounts, sources, limits.

Each enters as a command's payload.
"""

from msgspec import Struct

from interlock.messages.terms import (
    AS_ASKED,
    CANCEL_UNKNOWN,
    CLOSED,
    CONTINUOUS,
    MODEL,
    NEW_RISK,
    REFUSE,
    SPOT,
    TRADABLE,
)
from interlock.messages.units import (
    NS_PER_DAY,
    BasisPoints,
    Lots,
    Minor,
    Nanoseconds,
    Ticks,
    format_decimal,
    format_steps,
    parse_decimal,
    parse_steps,
)


class PhaseStart(Struct, frozen=True, array_like=True, gc=False):
    """From this moment of the exchange's local day the instrument is in this phase."""

    start_ns: Nanoseconds
    phase: int


class Instrument(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What can be traded, and in which units.

    A price is a number of ticks, a quantity a number of lots.
    """

    symbol: str
    currency: str
    currency_digits: int
    """Money in this currency is counted in 10**-currency_digits."""
    price_digits: int
    tick_units: int
    """One tick, in 10**-price_digits."""
    quantity_digits: int
    lot_units: int
    """One lot, in 10**-quantity_digits."""
    multiplier: int = 1
    settlement: int = SPOT
    utc_offset_ns: Nanoseconds = 0
    phases: tuple[PhaseStart, ...] = ()
    """Ordered by start; empty means continuous trading around the clock."""
    status: int = TRADABLE

    @property
    def minor_per_tick_lot(self) -> Minor:
        """The value of one tick on one lot.

        Exact: raises `ValueError` when the currency has too few digits.
        """
        units: int = self.tick_units * self.lot_units * self.multiplier * 10**self.currency_digits
        value, rest = divmod(units, int(10 ** (self.price_digits + self.quantity_digits)))
        if rest or value == 0:
            raise ValueError(
                f"{self.symbol}: one tick on one lot is worth less than the smallest unit of "
                f"{self.currency} with {self.currency_digits} digits; "
                f"give {self.currency} more digits"
            )
        return value

    def phase_at(self, time_ns: Nanoseconds) -> int:
        """The trading phase at a moment."""
        if not self.phases:
            return CONTINUOUS
        of_day = (time_ns + self.utc_offset_ns) % NS_PER_DAY
        phase = CLOSED
        for start in self.phases:
            if start.start_ns <= of_day:
                phase = start.phase
        return phase

    def price_text(self, ticks: Ticks) -> str:
        return format_steps(ticks, self.price_digits, self.tick_units)

    def quantity_text(self, lots: Lots) -> str:
        return format_steps(lots, self.quantity_digits, self.lot_units)

    def money_text(self, minor: Minor) -> str:
        return format_decimal(minor, self.currency_digits)

    def parse_price(self, text: str) -> Ticks:
        return parse_steps(text, self.price_digits, self.tick_units)

    def parse_quantity(self, text: str) -> Lots:
        return parse_steps(text, self.quantity_digits, self.lot_units)

    def parse_money(self, text: str) -> Minor:
        return parse_decimal(text, self.currency_digits)


class VenueRate(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One rate that a venue publishes: so much weight in so much time, and what requests weigh."""

    name: str
    weight_max: int
    window_ns: Nanoseconds
    order_weight: int = 1
    cancel_weight: int = 1
    query_weight: int = 1
    reserve: int = 0
    """Weight that only cancels may use."""


class Venue(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """Where orders go."""

    name: str
    instruments: tuple[str, ...]
    maker_fee_ppm: int = 0
    """Parts per million of the value traded; negative is a rebate."""
    taker_fee_ppm: int = 0
    silence_ns: Nanoseconds = 2_000_000_000
    """An order without an answer for this long becomes UNKNOWN."""
    acceptance_ns: Nanoseconds = 0
    """Sent this long ago or longer, an order that the venue denies cannot arrive there any more; 0:
    as long as its silence."""
    unknown_orders: int = CANCEL_UNKNOWN
    """What becomes of orders for our accounts that it has and that we do not know."""
    rates: tuple[VenueRate, ...] = ()
    """What it publishes of how often it may be asked."""
    in_flight_max: int = 0
    """New orders that may wait for its first answer at once, before anything was measured; 0 is no
    bound."""


class Account(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """Whose money and positions; opening cash by currency as (currency, digits, minor units)."""

    name: str
    cash: tuple[tuple[str, int, Minor], ...] = ()
    positions: tuple[tuple[str, Lots, Minor], ...] = ()
    """Opening positions as (instrument, lots, cost)."""


class Sizing(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """How large a source's orders become when it does not say, and what caps them when it does."""

    rule: int = AS_ASKED
    notional: tuple[tuple[str, Minor], ...] = ()
    """By currency. FIXED_NOTIONAL: the value of an order; VOLATILITY_TARGET: the money at risk per
    second of one standard deviation."""
    touch_share_bps: BasisPoints = 0
    """No order takes more than this share of what the far touch displays; 0 is no cap."""


class Source(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """Who decides: what it may trade, with which actions, and for which account."""

    name: str
    account: str
    kind: int = MODEL
    instruments: tuple[str, ...] = ()
    actions: tuple[str, ...] = ("orders",)
    """`orders` and the names of the named actions it may ask for."""
    priority: int = NEW_RISK
    """The most urgent class that its decisions may claim."""
    sizing: Sizing = Sizing()


class Answer(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What a breach of a limit leads to.

    Who cannot be evaluated refuses, whatever the answer (law 4).
    """

    severity: int = REFUSE
    """Warn, amend, hold, refuse or halt."""
    approvers: int = 0
    """Of a hold: how many people must approve, none of them the source; 0 is a soft block, which
    any one person confirms."""
    hold_ns: Nanoseconds = 0
    """How long it waits for them."""
    move_bps: BasisPoints = 0
    """How far the market may move meanwhile."""
    age_ns: Nanoseconds = 0
    """How old the quote may be when it is released; 0: as old as any."""
    reduce_only: bool = False
    """Of a halt: what only reduces may go on."""


class Limit(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One armed control: which, where, with which parameters, owned by whom, and why.

    A limit written for a wide scope whose parameters are prices, quantities or money becomes one
    `Limit` for each instrument (or currency), each in that instrument's units.
    """

    control: str
    scope: str
    """`firm`, or `account:`, `source:`, `instrument:`, `venue:` and a name."""
    parameters: dict[str, int | tuple[str, ...]]
    instrument: str = ""
    currency: str = ""
    owner: str = ""
    reason: str = ""
    answer: Answer = Answer()
    phases: tuple[int, ...] = ()
    """The phases of the trading day that it is for; empty: all of them."""
    reviewed: str = ""
    """The day on which its owner last looked at it, such as 2026-11-20; empty when nobody said."""


class Bounds(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """How much a session remembers and holds at once (law 13). The journal remembers the rest."""

    finished_orders_max: int = 10_000
    """Ended orders kept for late reports; the oldest leave first."""
    finished_age_ns: Nanoseconds = 3_600_000_000_000
    duplicate_keys_max: int = 100_000
    """Decision keys remembered per source: the horizon within which a duplicate is recognised."""
    duplicate_age_ns: Nanoseconds = 86_400_000_000_000
    waiting_max: int = 10_000
    """Decisions in the queue."""
    orders_per_decision_max: int = 1_000
    open_orders_max: int = 100_000
    held_max: int = 1_000
    """Decisions that wait for a person's approval."""
