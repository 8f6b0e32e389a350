"""Session limits: the controls that a session file arms, expanded into limits.

A control's parameters that are quantities are written once for a wide scope and become one limit
for each instrument in it, in that instrument's lots. Amounts of money become one limit for each
instrument where the control may be set per instrument (it then judges orders), and one for each
currency where it may not (it then judges accounts). Both may be a table, by instrument or by
currency, that gives each its own.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, final

from interlock.controls.catalogue import KINDS, REQUIRED
from interlock.controls.control import (
    CURRENCY,
    MONEY,
    QUANTITY,
    SYMBOLS,
    TICKS,
    WORD,
    ControlKind,
    Parameter,
)
from interlock.inputs.session_answers import read_answer
from interlock.inputs.session_definitions import Definitions
from interlock.inputs.session_remarks import Place
from interlock.inputs.session_table import Table, decimal_text, nearest, shown
from interlock.ledger.limits import FIRM, covers
from interlock.messages.commands import SetLimit
from interlock.messages.definitions import Instrument, Limit
from interlock.messages.terms import CLOSED, CONTINUOUS, PHASES, REFUSE, value_of
from interlock.messages.units import UnitError, format_decimal, parse_decimal

_STEPS: Final = (QUANTITY, TICKS)

Value = int | tuple[str, ...]


@final
class ArmedLimit:
    """One limit with where its control stands in the file."""

    def __init__(self, limit: Limit, place: Place) -> None:
        self.limit = limit
        self.place = place


@final
class _Target:
    """What one limit is for: an instrument, a currency, or everything in its scope."""

    def __init__(self, instrument: Instrument | None, currency: str, digits: int) -> None:
        self.instrument = instrument
        self.currency = currency
        self.digits = digits

    @property
    def name(self) -> str:
        return self.instrument.symbol if self.instrument is not None else self.currency


@final
class LimitReader:
    """Reads `[controls]`."""

    def __init__(self, definitions: Definitions, extra_kinds: Mapping[str, ControlKind]) -> None:
        self.definitions = definitions
        self.remarks = definitions.remarks
        self.kinds: dict[str, ControlKind] = {**extra_kinds, **KINDS}
        self.armed: list[ArmedLimit] = []

    def read(self, section: Table) -> None:
        """This reads every control, and notes those that an instrument cannot do without."""
        for name in section.names():
            kind = self.kinds.get(name)
            if kind is None:
                section.take(name)
                section.note(name, f"is not a control; {nearest(name, self.kinds)}")
                continue
            value = section.take(name)
            seen: dict[str, None] = {}
            if isinstance(value, list):
                for index, entry in enumerate(value):
                    place = (*section.at(name), index)
                    self._control(Table(entry, place, self.remarks), kind, seen)
            else:
                self._control(Table(value, section.at(name), self.remarks), kind, seen)
        self._note_missing(section)

    def _control(self, table: Table, kind: ControlKind, seen: dict[str, None]) -> None:
        scope = self._scope(table, kind)
        owner, reason = table.text("owner"), table.text("reason")
        answer = read_answer(table, kind)
        # A soft limit may stand before a hard one.
        phases, reviewed = self._phases(table, kind), _day(table)
        place = f"{scope} {answer.severity} {phases}"
        if scope and place in seen:
            text = f"was {shown(scope)}, for which {kind.name} is set above"
            table.note("scope", text)
        seen[place] = None
        into = self._into(table, kind)
        targets = self._targets(kind, scope, into)
        if not targets and scope:
            text = f"{scope} has nothing that {kind.name} could be set for: it never binds"
            self.remarks.warn(table.place, text)
        values: dict[str, list[Value]] = {}
        for parameter in kind.parameters:
            if parameter.unit == CURRENCY:
                if into:
                    values[parameter.name] = [(into,)] * len(targets)
            else:
                values[parameter.name] = self._values(table, parameter, targets)
        for parameter in kind.parameters:
            if parameter.unit == CURRENCY and not into:
                table.take(parameter.name)
        table.end()
        for index, target in enumerate(targets):
            limit = Limit(
                kind.name,
                scope,
                {name: of_targets[index] for name, of_targets in values.items()},
                target.instrument.symbol if target.instrument is not None else "",
                "" if into else target.currency,
                owner,
                reason,
                answer,
                phases,
                reviewed,
            )
            if scope:
                self.armed.append(ArmedLimit(limit, table.place))

    def _phases(self, table: Table, kind: ControlKind) -> tuple[int, ...]:
        """The phases of the day that a limit is for; empty for all of them."""
        if not table.has("phases"):
            return ()
        names = table.some_of("phases", list(PHASES.values()), "a phase", required=True)
        if not kind.phased:
            table.note("phases", f"is not for {kind.name}, which holds in every phase")
        return tuple(sorted(value_of(PHASES, name) for name in names if name in PHASES.values()))

    # --- scopes ------------------------------------------------------------------------------

    def _scope(self, table: Table, kind: ControlKind) -> str:
        """The scope; empty after a mistake."""
        scope = table.text("scope", FIRM)
        where, colon, name = scope.partition(":")
        if not scope:
            return ""
        known = self._names_in(where)
        if where not in kind.scopes:
            allowed = ", ".join(one if one == FIRM else f"{one}:NAME" for one in kind.scopes)
            table.note("scope", f"was {shown(scope)}, must be one of {allowed}")
        elif where == FIRM:
            if not colon:
                return scope
            table.note("scope", f"was {shown(scope)}, must be {FIRM} alone")
        elif name not in known:
            text = f"was {shown(scope)}, must name a defined {where}; {nearest(name, known)}"
            table.note("scope", text)
        else:
            return scope
        return ""

    def _names_in(self, where: str) -> list[str]:
        definitions = self.definitions
        return {
            "account": list(definitions.accounts),
            "source": list(definitions.sources),
            "instrument": definitions.symbols,
            "venue": list(definitions.venues),
            "release": list(definitions.releases),
        }.get(where, [])

    def _instruments_in(self, scope: str) -> list[Instrument]:
        where, _, name = scope.partition(":")
        defined = self.definitions
        symbols = list(defined.instruments)
        if where == "instrument":
            symbols = [name]
        elif where == "venue":
            symbols = list(defined.venues[name].instruments)
        elif where == "source":
            symbols = list(defined.sources[name].instruments)
        return [defined.instruments[symbol] for symbol in symbols if symbol in defined.instruments]

    def _into(self, table: Table, kind: ControlKind) -> str:
        """The currency that a limit converts all others into; empty where it does not."""
        for parameter in kind.parameters:
            if parameter.unit == CURRENCY and table.has(parameter.name):
                known = self.definitions.currencies
                return table.one_of(parameter.name, known, "one of [currencies]")
        return ""

    def _targets(self, kind: ControlKind, scope: str, into: str) -> list[_Target]:
        if into:
            return [_Target(None, into, self.definitions.currencies[into])]
        units = [parameter.unit for parameter in kind.parameters]
        instruments = self._instruments_in(scope)
        if any(unit in _STEPS for unit in units) or (
            MONEY in units and "instrument" in kind.scopes
        ):
            return [_Target(one, "", one.currency_digits) for one in instruments]
        if MONEY not in units:
            return [_Target(None, "", 0)]
        digits = {one.currency: one.currency_digits for one in instruments}
        return [_Target(None, currency, digits[currency]) for currency in digits]

    # --- parameters --------------------------------------------------------------------------

    def _values(self, table: Table, parameter: Parameter, targets: list[_Target]) -> list[Value]:
        """The value of a parameter for each target."""
        name, unit = parameter.name, parameter.unit
        if not table.has(name) and parameter.default != -1 and unit != SYMBOLS:
            table.take(name)
            return [parameter.default] * len(targets)
        if unit == WORD:
            word = table.one_of(name, parameter.words, "a word of this control")
            return [(word,)] * len(targets)
        if unit == SYMBOLS:
            return [self._symbols(table, name)] * len(targets)
        if unit == MONEY or unit in _STEPS:
            return self._amounts(table, parameter, targets)
        return [table.whole(name, None, parameter.low, parameter.high)] * len(targets)

    def _symbols(self, table: Table, name: str) -> tuple[str, ...]:
        symbols = table.some_of(name, None, "a symbol", required=True)
        for index, symbol in enumerate(symbols):
            if symbol not in self.definitions.symbols:
                text = f"{symbol} is not one of [[instruments]], so this never binds"
                self.remarks.warn((*table.at(name), index), text)
        if not symbols and table.has(name):
            self.remarks.warn(table.at(name), "names nothing, so this never binds")
        return symbols

    def _amounts(self, table: Table, parameter: Parameter, targets: list[_Target]) -> list[Value]:
        name, place = parameter.name, table.at(parameter.name)
        value = table.take(name)
        if not table.has(name):
            if table.is_table:
                table.note(name, "is missing")
            return [parameter.low] * len(targets)
        if isinstance(value, dict):
            return self._amounts_by_name(Table(value, place, self.remarks), parameter, targets)
        currencies = list(dict.fromkeys(_currency(target) for target in targets))
        if parameter.unit == MONEY and len(currencies) > 1:
            # An amount without its currency would mean different money in each.
            form = ", ".join(f'{currency} = "..."' for currency in currencies)
            table.note(name, f"was {shown(value)}, must be a table by currency: {{ {form} }}")
            return [parameter.low] * len(targets)
        if not targets:
            table.decimal_form(name)
        return [self._amount(place, value, parameter, target) for target in targets]

    def _amounts_by_name(
        self, table: Table, parameter: Parameter, targets: list[_Target]
    ) -> list[Value]:
        amounts: list[Value] = []
        wanted: dict[str, None] = {}
        for target in targets:
            key = _currency(target) if parameter.unit == MONEY else target.name
            wanted[key] = None
            value = table.take(key)
            if table.has(key):
                amounts.append(self._amount(table.at(key), value, parameter, target))
            else:
                table.note(key, "is missing: the table must name all that the scope covers")
                amounts.append(parameter.low)
        for key in table.names():
            if key not in wanted and key not in self.definitions.broken:
                table.take(key)
                table.note(key, f"is not covered by this scope; {nearest(key, wanted)}")
        return amounts

    def _amount(self, place: Place, value: object, parameter: Parameter, target: _Target) -> int:
        instrument, low, high = target.instrument, parameter.low, parameter.high
        try:
            text = decimal_text(value)
            if instrument is not None and parameter.unit == QUANTITY:
                amount = instrument.parse_quantity(text)
                least = instrument.quantity_text(low)
            elif instrument is not None and parameter.unit == TICKS:
                amount = instrument.parse_price(text)
                least = instrument.price_text(low)
            else:
                amount = parse_decimal(text, target.digits)
                least = format_decimal(low, target.digits)
            if amount < low:
                raise UnitError(f"was {shown(text)}, must be at least {least}")
            if amount > high:
                raise UnitError(f"was {shown(text)}, must be at most {high} of the smallest unit")
        except UnitError as error:
            known = self.definitions.instruments
            whose = f"for {target.name}: " if instrument is not None and len(known) > 1 else ""
            self.remarks.note(place, f"{whose}{error}")
            return low
        return amount

    # --- what may not be left out ------------------------------------------------------------

    def _note_missing(self, section: Table) -> None:
        for name in REQUIRED:
            armed = [one.limit for one in self.armed if one.limit.control == name]
            if section.has(name) and not armed:
                # It is there and wrong, which has been said.
                continue
            # One that only warns, cuts or waits is no limit.
            limits = [limit for limit in armed if limit.answer.severity >= REFUSE]
            bare = [
                instrument.symbol
                for instrument in self.definitions.instruments.values()
                if not self._is_covered(limits, instrument)
            ]
            if bare:
                listed = ", ".join(bare[:8]) + (f" and {len(bare) - 8} more" * (len(bare) > 8))
                section.note(name, f"is missing for {listed}: without it no order may pass")

    def _is_covered(self, limits: list[Limit], instrument: Instrument) -> bool:
        """True when every order in an instrument that the file allows meets one of the limits."""
        definitions, symbol = self.definitions, instrument.symbol
        deciders = [
            (source.account, source.name)
            for source in definitions.sources.values()
            if symbol in source.instruments
        ] or [("", "")]
        places = [
            venue.name for venue in definitions.venues.values() if symbol in venue.instruments
        ] or [""]
        phases = [start.phase for start in instrument.phases if start.phase != CLOSED]
        for account, source in deciders:
            for venue in places:
                if not all(
                    any(
                        limit.instrument in ("", symbol)
                        and limit.currency in ("", instrument.currency)
                        and (not limit.phases or phase in limit.phases)
                        and covers(limit.scope, account, source, symbol, venue)
                        for limit in limits
                    )
                    for phase in (phases or [CONTINUOUS])
                ):
                    return False
        return True


def set_limits(armed: list[ArmedLimit]) -> tuple[SetLimit, ...]:
    """This is the commands that arm the limits, each said by its owner."""
    return tuple(SetLimit(one.limit, one.limit.owner) for one in armed)


def _currency(target: _Target) -> str:
    return target.instrument.currency if target.instrument is not None else target.currency


def _day(table: Table) -> str:
    """The day on which a limit was last reviewed; empty when the file does not say."""
    text = table.text("reviewed", "")
    if text:
        try:
            date.fromisoformat(text)
        except ValueError:
            table.note("reviewed", f"was {shown(text)}, must be a day such as 2026-11-20")
    return text
