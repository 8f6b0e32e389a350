"""Tightening: whether one limit lets through no more than another did."""

from interlock.controls.catalogue import KINDS, REQUIRED
from interlock.controls.control import (
    CURRENCY,
    LOOSENS,
    MONEY,
    QUANTITY,
    TICKS,
    TIGHTENS,
    WORD,
    Parameter,
    answer_name,
)
from interlock.controls.money import INTO
from interlock.messages.definitions import Limit
from interlock.messages.terms import HOLD, REFUSE

Value = int | tuple[str, ...]


def is_tighter(limit: Limit, before: Limit | None) -> bool:
    """This says whether a limit takes away, or leaves, what one before it let through.

    One where there was none only adds an objection, except where an instrument that lacks it cannot
    be traded. What the catalogue does not know is never tighter.
    """
    kind = KINDS.get(limit.control)
    if kind is None:
        return False
    if before is None:
        return limit.control not in REQUIRED or limit.answer.severity < REFUSE
    if limit.answer != before.answer:
        return False
    for parameter in kind.parameters:
        if not _is_no_looser(parameter, _value_of(limit, parameter), _value_of(before, parameter)):
            return False
    return True


def is_complete(limit: Limit) -> bool:
    """This says whether a limit has the parameters of its control, each within its bounds, and a
    scope and an answer that the control may have."""
    kind = KINDS.get(limit.control)
    if kind is None or limit.scope.partition(":")[0] not in kind.scopes:
        return False
    if answer_name(limit.answer) not in kind.answers:
        return False
    known = {parameter.name: True for parameter in kind.parameters}
    for name in limit.parameters:
        if name not in known:
            return False
    for parameter in kind.parameters:
        value = limit.parameters.get(parameter.name)
        if parameter.unit == CURRENCY and value is None:
            continue
        if parameter.unit == WORD and not _is_word(parameter, value):
            return False
        if isinstance(value, int) and not parameter.low <= value <= parameter.high:
            return False
        if value is None:
            return False
    return True


def has_units(limit: Limit) -> bool:
    """This says whether a limit names what its quantities, prices and money are counted in."""
    kind = KINDS.get(limit.control)
    if kind is None:
        return False
    for parameter in kind.parameters:
        if limit.instrument == "" and parameter.unit in (QUANTITY, TICKS):
            return False
        is_bare = limit.instrument == "" and limit.currency == "" and INTO not in limit.parameters
        if is_bare and parameter.unit == MONEY:
            return False
    return True


def _is_word(parameter: Parameter, value: Value | None) -> bool:
    return isinstance(value, tuple) and len(value) == 1 and value[0] in parameter.words


def filled_in(limit: Limit, before: Limit | None) -> Limit:
    """This is a limit with what was left unsaid taken from what holds, or from the catalogue."""
    kind = KINDS.get(limit.control)
    if kind is None:
        return limit
    parameters: dict[str, int | tuple[str, ...]] = {}
    for parameter in kind.parameters:
        value = _value_of(limit, parameter)
        if parameter.name not in limit.parameters and before is not None:
            value = _value_of(before, parameter)
        if value is not None:
            parameters[parameter.name] = value
    for name in limit.parameters:
        if name not in parameters:
            # What the control does not have is kept, so that the limit is seen to be none.
            parameters[name] = limit.parameters[name]
    answer, owner, reason = limit.answer, limit.owner, limit.reason
    if before is not None:
        answer = before.answer if answer.severity == HOLD and answer.hold_ns == 0 else answer
        owner = owner or before.owner
        reason = reason or before.reason
    return Limit(
        limit.control,
        limit.scope,
        parameters,
        limit.instrument,
        limit.currency,
        owner,
        reason,
        answer,
        limit.phases,
        limit.reviewed,
    )


def _value_of(limit: Limit, parameter: Parameter) -> Value | None:
    value = limit.parameters.get(parameter.name)
    if value is None and parameter.default != -1:
        return parameter.default
    return value


def _is_no_looser(parameter: Parameter, value: Value | None, before: Value | None) -> bool:
    if value == before:
        return True
    if isinstance(value, int) and isinstance(before, int):
        if parameter.greater == LOOSENS:
            return value < before
        return parameter.greater == TIGHTENS and value > before
    if isinstance(value, tuple) and isinstance(before, tuple):
        if parameter.greater == TIGHTENS:
            return _has_all(value, before)
        return parameter.greater == LOOSENS and _has_all(before, value)
    return False


def _has_all(values: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    missing = 0
    for each in wanted:
        missing += each not in values
    return missing == 0
