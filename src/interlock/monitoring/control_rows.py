"""The catalogue as data, and which of its rows a session arms, where."""

from typing import Any, Final

from interlock.controls.catalogue import CATALOGUE
from interlock.controls.control import ControlKind, Parameter
from interlock.controls.rows import ELSEWHERE, ROWS
from interlock.controls.rules import RULES
from interlock.ledger.limits import FIRM
from interlock.messages.definitions import Limit
from interlock.messages.reasons import reason_name
from interlock.messages.terms import PHASES, SEVERITIES, name_of

_GREATER: Final = {1: "loosens", -1: "tightens", 0: "neither"}


def catalogue() -> list[dict[str, Any]]:
    """This is every control and every rule, as one plain value each."""
    return [_kind(kind) for kind in CATALOGUE] + [
        {"control": name, "row": row, "stops": stops, "is_rule": True}
        for name, row, stops in RULES.values()
    ]


def _kind(kind: ControlKind) -> dict[str, Any]:
    return {
        "control": kind.name,
        "row": kind.row,
        "also": list(kind.also),
        "stops": kind.stops,
        "answers": kind.source,
        "scopes": list(kind.scopes),
        "parameters": [_parameter(parameter) for parameter in kind.parameters],
        "severities": list(kind.answers),
        "by_phase": kind.phased,
        "required": kind.is_required,
        "reason": reason_name(kind.reason),
        "drills": [drill.strip() for drill in kind.drill.split(",") if drill.strip()],
        "is_rule": False,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "unit": parameter.unit,
        "meaning": parameter.meaning,
        "default": None if parameter.default == -1 else parameter.default,
        "greater": _GREATER[parameter.greater],
        "words": list(parameter.words),
    }


def coverage(limits: list[Limit]) -> list[dict[str, Any]]:
    """This says for each row what arms it: controls with their scopes, rules, or what else answers
    it; `armed` is False where nothing does."""
    by_row: dict[str, list[str]] = {row: [] for row in ROWS}
    controls: dict[str, list[str]] = {row: [] for row in ROWS}
    for kind in CATALOGUE:
        for row in (kind.row, *kind.also):
            controls.setdefault(row, []).append(kind.name)
    for limit in limits:
        found = next((kind for kind in CATALOGUE if kind.name == limit.control), None)
        if found is None:
            continue
        rows = [found.row, *(row for row in found.also if _answers(row, limit))]
        for row in rows:
            where = place_of(limit)
            if where not in by_row.setdefault(row, []):
                by_row[row].append(where)
    for name, row, _ in RULES.values():
        by_row.setdefault(row, []).append(f"rule {name}")
    return [
        {
            "row": row,
            "title": title,
            "armed": bool(by_row[row]) or row in ELSEWHERE,
            "where": by_row[row] + ([ELSEWHERE[row]] if row in ELSEWHERE else []),
            "could": controls.get(row, []),
        }
        for row, title in ROWS.items()
    ]


def _answers(row: str, limit: Limit) -> bool:
    """Whether a limit answers a further row of its control as well."""
    if row == "C04":
        return bool(limit.phases)
    if row == "C17":
        return bool(limit.parameters.get("window_ms")) or limit.answer.severity == 3
    return True


def place_of(limit: Limit) -> str:
    """This is a limit in one line: control, scope, instrument or currency, phases, severity."""
    inner = [part for part in (limit.instrument, limit.currency) if part]
    inner += [name_of(PHASES, phase) for phase in limit.phases]
    where = f"{limit.control} on {limit.scope or FIRM}"
    where += f" ({', '.join(inner)})" if inner else ""
    severity = name_of(SEVERITIES, limit.answer.severity)
    return where if severity == "refuse" else f"{where}, {severity}"
