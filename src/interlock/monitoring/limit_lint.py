"""Limit lint: limits that are no limits.

A hard limit on a size that can be sliced around because it has no window,
A limit far above what was ever seen, a limit on one order above what trades in a whole day, a
control that never speaks, an owner or a review that is missing, an instrument or a phase of the day
without what every order needs, a limit that was loosened and nobody said why.
"""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from interlock.controls.catalogue import KINDS, REQUIRED
from interlock.controls.control import LOOSENS, TIGHTENS
from interlock.ledger.limits import FIRM, covers
from interlock.ledger.sizes import WINDOWED
from interlock.messages.definitions import Instrument, Limit, Source
from interlock.messages.terms import CLOSED, CONTINUOUS, PHASES, REFUSE, name_of
from interlock.monitoring.control_rows import place_of
from interlock.monitoring.triggers import Flow, Tally, Triggers

# How many times the largest that was seen a limit may be before it is said to be none.
LOOSE_TIMES: Final = 20
# The limits on one order that a day's volume is held against.
_SIZES: Final = ("order_quantity", "decision_quantity")
# Of these what is seen does not come near a bound from below.
_NOT_LOOSE: Final = (
    "cash",
    "universe",
    "restricted_list",
    "price_band",
    "intent",
    "order_kinds",
    "self_match",
    "market_maker_protection",
    "market_data",
)


class Lint(Struct, frozen=True):
    """One thing to look at: of which kind, about which limit, and why."""

    kind: str
    where: str
    text: str


def lint(
    limits: list[Limit],
    instruments: dict[str, Instrument],
    sources: list[Source],
    seen: Triggers,
    today: date,
    reviewed_days_max: int,
) -> list[Lint]:
    """This is everything worth a look in a session's limits, in the light of what was seen."""
    found: list[Lint] = []
    for limit in limits:
        found += _unowned(limit)
        found += _unreviewed(limit, today, reviewed_days_max)
    found += _sliceable(limits)
    found += _bare(limits, instruments, sources)
    if seen.decisions > 0:
        for limit in limits:
            found += _loose(limit, seen.flows.get(place_of(limit)))
            found += _beyond_volume(limit, instruments, seen)
        for name in dict.fromkeys(limit.control for limit in limits):
            found += _silent(name, seen)
    for where, flow in seen.flows.items():
        found += _loosened(where, flow)
    return found


def _unowned(limit: Limit) -> list[Lint]:
    missing = [name for name in ("owner", "reason") if not getattr(limit, name).strip()]
    text = f"has no {' and no '.join(missing)}"
    return [Lint("owner", place_of(limit), text)] if missing else []


def _unreviewed(limit: Limit, today: date, days_max: int) -> list[Lint]:
    where = place_of(limit)
    if not limit.reviewed:
        return [Lint("review", where, "does not say when it was reviewed")]
    days = (today - date.fromisoformat(limit.reviewed)) // timedelta(days=1)
    if days > days_max:
        return [Lint("review", where, f"was reviewed {days} days ago, at most {days_max} may pass")]
    if days < 0:
        return [Lint("review", where, f"was reviewed on {limit.reviewed}, which is yet to come")]
    return []


def _sliceable(limits: list[Limit]) -> list[Lint]:
    """Hard limits on a size without a window, where no limit of the same control that has one holds
    for all that they cover: orders one after the other lead around them."""
    found: list[Lint] = []
    for limit in limits:
        if limit.control not in WINDOWED or limit.answer.severity < REFUSE:
            continue
        if not any(_is_sliced_by(limit, other) for other in limits):
            text = "has no window_ms: orders one after the other lead around it"
            found.append(Lint("sliceable", place_of(limit), text))
    return found


def _is_sliced_by(limit: Limit, other: Limit) -> bool:
    """Whether a limit counts the slices of what another one judges by itself."""
    return (
        other.control == limit.control
        and other.answer.severity >= REFUSE
        and bool(other.parameters.get("window_ms"))
        and other.scope in (FIRM, limit.scope)
        and other.instrument in ("", limit.instrument)
        and other.currency in ("", limit.currency)
        and (not other.phases or (set(limit.phases) <= set(other.phases) and bool(limit.phases)))
    )


def _bare(
    limits: list[Limit], instruments: dict[str, Instrument], sources: list[Source]
) -> list[Lint]:
    found: list[Lint] = []
    for symbol, instrument in instruments.items():
        phases = [start.phase for start in instrument.phases if start.phase != CLOSED]
        askers = [source for source in sources if symbol in source.instruments]
        for phase in dict.fromkeys(phases or [CONTINUOUS]):
            for name in REQUIRED:
                if any(
                    not any(_holds(limit, name, instrument, phase, source) for limit in limits)
                    for source in askers
                ):
                    where = f"{symbol} in phase {name_of(PHASES, phase)}"
                    found.append(Lint("bare", where, f"has no {name} that refuses"))
    return found


def _holds(limit: Limit, name: str, instrument: Instrument, phase: int, source: Source) -> bool:
    return (
        limit.control == name
        and limit.instrument in ("", instrument.symbol)
        and limit.currency in ("", instrument.currency)
        and (not limit.phases or phase in limit.phases)
        and (
            limit.scope.startswith("venue:")
            or covers(limit.scope, source.account, source.name, instrument.symbol, "")
        )
    )


def _bounds(limit: Limit) -> list[tuple[str, int]]:
    """The parameters of a limit of which a greater value lets more through,
    counted as what the control sees is."""
    kind = KINDS.get(limit.control)
    found: list[tuple[str, int]] = []
    for parameter in kind.parameters if kind is not None else ():
        value = limit.parameters.get(parameter.name)
        is_seen = kind is not None and parameter.unit == kind.observes
        if parameter.greater == LOOSENS and isinstance(value, int) and is_seen:
            found.append((parameter.name, value))
    return found


def _loose(limit: Limit, flow: Flow | None) -> list[Lint]:
    if flow is None or flow.objected or not flow.observed_max or limit.control in _NOT_LOOSE:
        return []
    bounds = _bounds(limit)
    if not bounds or flow.observed_max <= 0:
        return []
    name, bound = min(bounds, key=lambda each: each[1])
    if limit.control == "volume_share":
        return []
    times = bound // flow.observed_max
    if times < LOOSE_TIMES:
        return []
    text = f"{name} is {times} times the largest of {flow.asked:,} that it saw: it never bound"
    return [Lint("loose", place_of(limit), text)]


def _beyond_volume(limit: Limit, instruments: dict[str, Instrument], seen: Triggers) -> list[Lint]:
    if limit.control not in _SIZES or limit.instrument not in instruments:
        return []
    volume = max(
        (lots for (symbol, _), lots in seen.volumes.items() if symbol == limit.instrument),
        default=0,
    )
    bound = limit.parameters.get("quantity_max")
    if not volume or not isinstance(bound, int) or bound <= volume:
        return []
    times = bound / volume
    text = f"quantity_max is {times:.1f} times what trades in a day: it is no limit"
    return [Lint("volume", place_of(limit), text)]


def _silent(name: str, seen: Triggers) -> list[Lint]:
    asked = sum(tally.findings for key, tally in seen.tallies.items() if key[0] == name)
    stopped = sum(_objections(tally) for key, tally in seen.tallies.items() if key[0] == name)
    if not asked:
        return [Lint("silent", name, "was never asked: nothing it covers was traded")]
    if not stopped:
        return [Lint("silent", name, f"never triggered in {asked:,} findings")]
    return []


def _objections(tally: Tally) -> int:
    names = ("refused", "halted", "held", "amended", "warned")
    return sum(int(getattr(tally, name)) for name in names)


def _loosened(where: str, flow: Flow) -> list[Lint]:
    kind = KINDS.get(flow.limit.control)
    if kind is None:
        return []
    after = flow.limit
    found: list[Lint] = []
    for before, reason in reversed(flow.changed):
        looser = [
            parameter.name
            for parameter in kind.parameters
            if _is_looser(parameter.greater, before, after, parameter.name)
        ]
        if looser and not reason.strip():
            found.append(Lint("loosened", where, f"{', '.join(looser)} loosened without a reason"))
        after = before
    return found


def _is_looser(greater: int, before: Limit, after: Limit, name: str) -> bool:
    old, new = before.parameters.get(name), after.parameters.get(name)
    if not isinstance(old, int) or not isinstance(new, int):
        return False
    return (greater == LOOSENS and new > old) or (greater == TIGHTENS and new < old)
