"""The catalogue: every control that a session can arm, with its row, scopes and parameters.

A control's row stands beside its class, in the file of its family. A user's own come from the entry
point group `interlock.controls` and are looked up under their own names.
"""

from typing import Final

from interlock.controls import (
    aggregates,
    conditions,
    conflicts,
    daily,
    envelopes,
    exposure,
    flow,
    losses,
    markets,
    permissions,
    quoters,
    repeats,
    restrictions,
    sizes,
    trails,
)
from interlock.controls.control import Control, ControlKind
from interlock.messages.definitions import Limit

CATALOGUE: Final[tuple[ControlKind, ...]] = (
    *restrictions.KINDS,
    *permissions.KINDS,
    *markets.KINDS,
    *conditions.KINDS,
    *trails.KINDS,
    *sizes.KINDS,
    *exposure.KINDS,
    *aggregates.KINDS,
    *flow.KINDS,
    *daily.KINDS,
    *losses.KINDS,
    *repeats.KINDS,
    *quoters.KINDS,
    *envelopes.KINDS,
    *conflicts.KINDS,
)

KINDS: Final[dict[str, ControlKind]] = {kind.name: kind for kind in CATALOGUE}
REQUIRED: Final = tuple(kind.name for kind in CATALOGUE if kind.is_required)


def make_control(limit: Limit, number: int) -> Control | None:
    """This makes the control of a limit; None when the catalogue has no such control."""
    made = restrictions.make_restriction(limit)
    if made is None:
        made = permissions.make_permission(limit)
    if made is None:
        made = markets.make_market_control(limit)
    if made is None:
        made = conditions.make_condition(limit)
    if made is None:
        made = trails.make_trail_control(limit, number)
    if made is None:
        made = sizes.make_size_control(limit, number)
    if made is None:
        made = exposure.make_exposure(limit)
    if made is None:
        made = aggregates.make_aggregate(limit)
    if made is None:
        made = flow.make_flow_control(limit, number)
    if made is None:
        made = daily.make_daily(limit, number)
    if made is None:
        made = losses.make_loss(limit, number)
    if made is None:
        made = repeats.make_repeat(limit, number)
    if made is None:
        made = quoters.make_quoter(limit, number)
    if made is None:
        made = envelopes.make_envelope(limit, number)
    if made is None:
        made = conflicts.make_conflict(limit)
    return made
