"""Session warnings: limits that could never bind, and other things that are allowed but odd.

Only what follows from the file alone is said. A price is known only where a market is generated;
"any price" is then ten times where it starts.
"""

from typing import Final, final

from interlock.inputs.session_definitions import Definitions
from interlock.inputs.session_limits import ArmedLimit
from interlock.inputs.session_parts import MarketSettings
from interlock.ledger.limits import FIRM
from interlock.messages.definitions import Bounds, Instrument, Limit
from interlock.messages.terms import REFUSE, RELEASE_ACTIVE, RELEASE_CANARY
from interlock.simulation.ratelimit import WINDOW_NS

PRICE_TIMES: Final = 10
_WINDOW_MS: Final = WINDOW_NS // 1_000_000
_ONE_BPS: Final = 10_000

# Parameters of which the larger is the looser, each judged by itself.
_UPPER: Final = {
    "market_data": ("age_ms",),
    "price_collar": ("bps", "passive_bps"),
    "order_quantity": ("quantity_max",),
    "order_value": ("value_max",),
    "liquidity": ("share_bps",),
    "position": ("long_max", "short_max"),
    "gross_exposure": ("value_max",),
    "open_orders": ("count_max",),
}


def warn(
    definitions: Definitions,
    armed: list[ArmedLimit],
    market: MarketSettings | None,
    bounds: Bounds,
) -> None:
    """This notes every limit that cannot bind, and says why."""
    idle = _IdleLimits(definitions, armed, market, bounds)
    idle.warn_of_looser_inside()
    idle.warn_of_quantities()
    idle.warn_of_values()
    idle.warn_of_gross_exposure()
    idle.warn_of_collars()
    idle.warn_of_open_orders()
    idle.warn_of_message_rates()
    _warn_of_idle_parts(definitions)


@final
class _IdleLimits:
    def __init__(
        self,
        definitions: Definitions,
        armed: list[ArmedLimit],
        market: MarketSettings | None,
        bounds: Bounds,
    ) -> None:
        self.definitions = definitions
        self.remarks = definitions.remarks
        self.armed = armed
        self.bounds = bounds
        self.prices = (
            {profile.instrument: profile.price for profile in market.profiles} if market else {}
        )

    def of(self, *controls: str) -> list[ArmedLimit]:
        """The hard limits of these controls: what a person may wave through bounds nothing."""
        return [
            one
            for one in self.armed
            if one.limit.control in controls and one.limit.answer.severity >= REFUSE
        ]

    def contains(self, wide: Limit, narrow: Limit) -> bool:
        """True when everything that the narrow limit judges, the wide one judges too."""
        if wide.currency != narrow.currency:
            return False
        if _instrument(wide) not in ("", _instrument(narrow)):
            return False
        if wide.scope.startswith("instrument:") or wide.scope == narrow.scope:
            return True
        return self.is_wider(wide.scope, narrow.scope)

    def is_wider(self, wide: str, narrow: str) -> bool:
        if wide == FIRM:
            return narrow != FIRM
        where, _, name = narrow.partition(":")
        return where == "source" and wide == f"account:{self.definitions.sources[name].account}"

    # --- one limit inside another ------------------------------------------------------------

    def warn_of_looser_inside(self) -> None:
        for narrow in self.armed:
            for wide in self.armed:
                if (
                    narrow.limit.control == wide.limit.control
                    and wide.limit.answer.severity >= REFUSE
                    and self.is_wider(wide.limit.scope, narrow.limit.scope)
                    and self.contains(wide.limit, narrow.limit)
                ):
                    self._compare(narrow, wide.limit)

    def _compare(self, narrow: ArmedLimit, wide: Limit) -> None:
        limit, control = narrow.limit, narrow.limit.control
        for name in _UPPER.get(control, ()):
            if _whole(limit, name) >= _whole(wide, name):
                self._never(narrow, name, f"{wide.scope} is held to the same or less")
        if control == "cash" and _whole(limit, "minimum") <= _whole(wide, "minimum"):
            self._never(narrow, "minimum", f"{wide.scope} is held to the same or more")
        if (
            control == "message_rate"
            and _whole(limit, "count_max") >= _whole(wide, "count_max")
            and _whole(limit, "window_ms") <= _whole(wide, "window_ms")
        ):
            self._never(narrow, "count_max", f"{wide.scope} is held to no more in no less time")
        if control == "restricted_list" and set(_symbols(limit)) <= set(_symbols(wide)):
            self._never(narrow, "instruments", f"{wide.scope} has the same on its list")

    def _never(self, one: ArmedLimit, parameter: str, why: str) -> None:
        limit = one.limit
        known = self.definitions.instruments
        whose = f"for {limit.instrument} " if limit.instrument and len(known) > 1 else ""
        self.remarks.warn((*one.place, parameter), f"{whose}never binds: {why}")

    # --- limits that another control makes idle ----------------------------------------------

    def warn_of_quantities(self) -> None:
        for one in self.of("order_quantity"):
            instrument = self.definitions.instruments[one.limit.instrument]
            for other in self.of("position"):
                if other.limit.instrument != instrument.symbol or not self.contains(
                    other.limit, one.limit
                ):
                    continue
                swing = _whole(other.limit, "long_max") + _whole(other.limit, "short_max")
                if _whole(one.limit, "quantity_max") >= swing:
                    text = instrument.quantity_text(swing)
                    why = f"from the shortest position to the longest is {text} (see position)"
                    self._never(one, "quantity_max", why)

    def warn_of_values(self) -> None:
        for one in self.of("order_value"):
            instrument = self.definitions.instruments[one.limit.instrument]
            quantities = [
                _whole(other.limit, "quantity_max")
                for other in self.of("order_quantity")
                if other.limit.instrument == instrument.symbol
                and self.contains(other.limit, one.limit)
            ]
            most = self._value_at_most(instrument, min(quantities, default=-1))
            if 0 <= most <= _whole(one.limit, "value_max"):
                text = f"{instrument.money_text(most)} {instrument.currency}"
                why = f"at {PRICE_TIMES} times its price, order_quantity allows {text}"
                self._never(one, "value_max", why)

    def warn_of_gross_exposure(self) -> None:
        for one in self.of("gross_exposure"):
            total, digits = 0, 0
            for instrument in self.definitions.instruments.values():
                if instrument.currency != one.limit.currency:
                    continue
                digits = instrument.currency_digits
                sizes = [
                    max(_whole(other.limit, "long_max"), _whole(other.limit, "short_max"))
                    for other in self.of("position")
                    if other.limit.instrument == instrument.symbol
                    and other.limit.scope in (FIRM, one.limit.scope)
                ]
                most = self._value_at_most(instrument, min(sizes, default=-1))
                if most < 0:
                    break
                total += most
            else:
                if digits and total <= _whole(one.limit, "value_max"):
                    why = f"at {PRICE_TIMES} times their prices, all positions at their limits"
                    self._never(one, "value_max", f"{why} are worth less")

    def _value_at_most(self, instrument: Instrument, quantity: int) -> int:
        """What a quantity may be worth; -1 when that is not known."""
        price = self.prices.get(instrument.symbol, -1)
        if price < 0 or quantity < 0:
            return -1
        return price * PRICE_TIMES * quantity * instrument.minor_per_tick_lot

    def warn_of_collars(self) -> None:
        for one in self.of("price_collar"):
            if _whole(one.limit, "bps") >= _ONE_BPS:
                why = "a sale at any price passes, and a purchase at twice the reference"
                self.remarks.warn((*one.place, "bps"), f"hardly ever binds: {why}")

    def warn_of_open_orders(self) -> None:
        for one in self.of("open_orders"):
            if _whole(one.limit, "count_max") >= self.bounds.open_orders_max:
                why = f"bounds.open_orders_max is {self.bounds.open_orders_max}"
                self._never(one, "count_max", why)

    # --- what a venue enforces ---------------------------------------------------------------

    def warn_of_message_rates(self) -> None:
        for settings in self.definitions.venue_settings.values():
            allowed = settings.messages_reject or settings.messages_logout
            if not allowed:
                continue
            covering = [
                one
                for one in self.of("message_rate")
                if one.limit.scope in (FIRM, f"venue:{settings.name}")
            ]
            if not covering:
                continue
            tightest = min(covering, key=lambda one: _burst(one.limit))
            burst = _burst(tightest.limit)
            if burst > allowed:
                text = (
                    f"lets {burst} messages through in {_WINDOW_MS // 1_000} s, and venue "
                    f"{settings.name} rejects above {allowed}: the venue's limit binds first"
                )
                self.remarks.warn((*tightest.place, "count_max"), text)


def _warn_of_idle_parts(definitions: Definitions) -> None:
    remarks = definitions.remarks
    states = [release.state for release in definitions.releases.values()]
    if RELEASE_ACTIVE not in states and RELEASE_CANARY not in states:
        text = "has none that is active or canary: every decision would be refused"
        remarks.warn(("releases",), text)
    traded: dict[str, None] = {}
    for venue in definitions.venues.values():
        for symbol in venue.instruments:
            traded[symbol] = None
    for index, symbol in enumerate(definitions.instruments):
        if symbol not in traded:
            remarks.warn(("instruments", index), f"{symbol} is traded by no venue")


def _burst(limit: Limit) -> int:
    """How many messages a limit lets through in the venues' window."""
    count, window_ms = _whole(limit, "count_max"), _whole(limit, "window_ms")
    return count * max(1, _WINDOW_MS // window_ms)


def _instrument(limit: Limit) -> str:
    """The one instrument that a limit judges; empty when there are several."""
    where, _, name = limit.scope.partition(":")
    return limit.instrument or (name if where == "instrument" else "")


def _whole(limit: Limit, name: str) -> int:
    value = limit.parameters[name]
    assert isinstance(value, int), f"{limit.control}.{name} is {value!r}, not a number"
    return value


def _symbols(limit: Limit) -> tuple[str, ...]:
    value = limit.parameters["instruments"]
    assert isinstance(value, tuple), f"{limit.control}.instruments is {value!r}, not symbols"
    return value
