"""Limit words: a limit as it is said to a running session.

    {"control": "order_quantity", "scope": "firm", "instrument": "BTCUSDT",
     "parameters": {"quantity_max": "0.5"}}

Quantities and prices are decimal text in the instrument's units, money in the instrument's or the
currency's, everything else a whole number or a list of symbols. A parameter that is left out stays
as it is. `severity` (with `approvers`, `hold_s`, `hold_move_bps` and `hold_age_ms`) says which
limit is meant where several stand, and is `refuse` when left out. `phases`, a list, says for which
phases of the day a limit holds, of the controls that may be for some alone; left out, for all.
"""

from typing import Final

from interlock.controls.catalogue import KINDS
from interlock.controls.control import (
    CURRENCY,
    MONEY,
    QUANTITY,
    REDUCE_ONLY,
    SYMBOLS,
    TICKS,
    WORD,
    ControlKind,
    Parameter,
)
from interlock.inputs.fields import Fields
from interlock.inputs.session_answers import APPROVERS_MAX, HOLD_SECONDS_MAX, SEVERITY_OF
from interlock.inputs.strict_json import described
from interlock.messages.definitions import Answer, Instrument, Limit
from interlock.messages.terms import HOLD, PHASES, REFUSE
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, parse_decimal

SYMBOLS_MAX: Final = 1_000
LIMITS_MAX: Final = 100
"""Limits that one word may carry."""


def read_limit(fields: Fields, instruments: dict[str, Instrument]) -> Limit:
    """This reads one limit; every mistake is noted at its field."""
    control = fields.name("control")
    kind = KINDS.get(control)
    if control and kind is None:
        known = ", ".join(KINDS)
        fields.note("control", f"was {control!r}, must be one of {known}")
    scope = fields.name("scope", "firm")
    instrument = fields.instrument() if fields.has("instrument") else None
    fields.take("instrument")
    currency = fields.name("currency", "")
    owner = fields.name("owner", "")
    reason = fields.text("reason", "", characters_max=500)
    answer = _answer(fields)
    phases = _phases(fields, kind)
    value = fields.take("parameters") if fields.has("parameters") else {}
    fields.take("parameters")
    given = Fields(value, f"{fields.path}.parameters", fields.findings)
    parameters: dict[str, int | tuple[str, ...]] = {}
    if kind is not None:
        digits = _digits(instrument, currency, instruments)
        for parameter in kind.parameters:
            if given.has(parameter.name):
                parameters[parameter.name] = _value(given, parameter, instrument, digits)
        if given.is_object:
            given.end()
    symbol = instrument.symbol if instrument is not None else ""
    return Limit(control, scope, parameters, symbol, currency, owner, reason, answer, phases)


def read_limits(fields: Fields, instruments: dict[str, Instrument]) -> tuple[Limit, ...]:
    """This reads the limits under `limits`; none when they are left out."""
    limits: list[Limit] = []
    items = fields.items("limits", length_max=LIMITS_MAX, required=False)
    for index, item in enumerate(items):
        one = Fields(item, f"{fields.path}.limits[{index}]", fields.findings)
        if one.is_object:
            limits.append(read_limit(one, instruments))
            one.end()
    return tuple(limits)


def _answer(fields: Fields) -> Answer:
    name = fields.text("severity", "refuse", characters_max=16)
    if name not in SEVERITY_OF:
        fields.note("severity", f"was {name!r}, must be one of {', '.join(SEVERITY_OF)}")
    severity = SEVERITY_OF.get(name, REFUSE)
    if severity != HOLD:
        return Answer(severity, reduce_only=name == REDUCE_ONLY)
    for given, other in (("hold_s", "hold_move_bps"), ("hold_move_bps", "hold_s")):
        if fields.has(given) and not fields.has(other):
            fields.note(other, f"must be said with {given}")
    approvers = 0
    if name == "hold":
        approvers = fields.whole("approvers", 1, least=1, most=APPROVERS_MAX)
    return Answer(
        HOLD,
        approvers,
        fields.whole("hold_s", 0, least=0, most=HOLD_SECONDS_MAX) * NS_PER_SECOND,
        fields.whole("hold_move_bps", 0, least=0, most=10_000),
        fields.whole("hold_age_ms", 0, least=0, most=HOLD_SECONDS_MAX * 1_000) * NS_PER_MS,
    )


def _phases(fields: Fields, kind: ControlKind | None) -> tuple[int, ...]:
    """The phases of the day that a limit is for; empty for all of them."""
    if not fields.has("phases"):
        return ()
    if kind is not None and not kind.phased:
        fields.note("phases", f"is not for {kind.name}, which holds in every phase")
    known = {name: phase for phase, name in PHASES.items()}
    found: set[int] = set()
    items = fields.items("phases", length_max=len(PHASES), required=True)
    for item in items:
        if type(item) is str and item in known:
            found.add(known[item])
        else:
            text = f"had {described(item)}, each must be one of {', '.join(known)}"
            fields.note("phases", text)
    if not items:
        fields.note("phases", "must name a phase; leave it out for all of them")
    return tuple(sorted(found))


def _digits(
    instrument: Instrument | None, currency: str, instruments: dict[str, Instrument]
) -> int:
    """The digits that money is read in; -1 when nothing says."""
    if instrument is not None:
        return instrument.currency_digits
    for known in instruments.values():
        if known.currency == currency:
            return known.currency_digits
    return -1


def _value(
    given: Fields, parameter: Parameter, instrument: Instrument | None, digits: int
) -> int | tuple[str, ...]:
    name, unit = parameter.name, parameter.unit
    if unit in (WORD, CURRENCY):
        return (given.name(name),)
    if unit == SYMBOLS:
        items = given.items(name, length_max=SYMBOLS_MAX, required=True)
        if not all(type(item) is str and item for item in items):
            given.note(name, "must be a list of symbols")
            return ()
        return tuple(str(item) for item in items)
    if unit in (QUANTITY, TICKS):
        if instrument is None:
            given.note(name, "is read in an instrument's units: name the instrument")
            given.take(name)
            return 0
        value = given.take(name)
        return given.steps(
            f"{given.path}.{name}", value, instrument, is_price=unit == TICKS, least=parameter.low
        )
    if unit == MONEY:
        return _money(given, parameter, digits)
    return given.whole(name, None, least=parameter.low, most=parameter.high)


def _money(given: Fields, parameter: Parameter, digits: int) -> int:
    value = given.take(parameter.name)
    if digits < 0:
        given.note(parameter.name, "is money: name an instrument, or a currency of this session")
        return 0
    if type(value) is not str:
        text = f'was {described(value)}, must be decimal text such as "1000.00"'
        given.note(parameter.name, text)
        return 0
    try:
        amount = parse_decimal(value, digits)
    except ValueError as error:
        given.note(parameter.name, str(error))
        return 0
    if not parameter.low <= amount <= parameter.high:
        text = f"was {value!r}, must be in {parameter.low}..{parameter.high} of the smallest unit"
        given.note(parameter.name, text)
        return 0
    return amount
