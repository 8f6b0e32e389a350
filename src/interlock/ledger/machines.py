"""Machines: what can become of everything but orders, as tables from (state, what happened) to the
next state. An order's life is `ledger/life.py`.

The ledger's code needs no table to move a market or a halt; these say what it may do, and the state
coverage (`coverage/observing.py`) holds it to them: a move that is not here is a fault.
"""

from typing import Final

Table = tuple[tuple[str, str, str], ...]


def _every(states: tuple[str, ...], happenings: tuple[tuple[str, str], ...]) -> Table:
    """Each of these happenings, with the state that it leads to, in each of these states."""
    rows: list[tuple[str, str, str]] = []
    for state in states:
        for happening, after in happenings:
            rows.append((state, happening, after))
    return tuple(rows)


SESSION: Final[Table] = (
    ("new", "open", "open"),
    ("open", "close", "closed"),
    ("open", "open", "open"),
    ("closed", "open", "open"),
    ("closed", "close", "closed"),
)

HALT: Final[Table] = (
    ("none", "trip", "stopped"),
    ("none", "trip_reduce_only", "reduce_only"),
    ("none", "trip_nowhere", "none"),
    ("none", "lift", "none"),
    ("stopped", "trip", "stopped"),
    ("stopped", "trip_reduce_only", "stopped"),
    ("stopped", "lift_by_tripper", "stopped"),
    ("stopped", "lift_refused", "stopped"),
    ("stopped", "lift", "none"),
    ("reduce_only", "trip", "stopped"),
    ("reduce_only", "trip_reduce_only", "reduce_only"),
    ("reduce_only", "lift_by_tripper", "reduce_only"),
    ("reduce_only", "lift_refused", "reduce_only"),
    ("reduce_only", "lift", "none"),
)
"""One scope. Tripping again never makes a halt weaker, and whoever tripped it cannot lift it, nor
who does not name the trip, is no person, or brings looser limits."""

HOLD: Final[Table] = (
    ("none", "hold", "held"),
    ("none", "unheeded", "none"),
    ("held", "approve", "held"),
    ("held", "unheeded", "held"),
    ("held", "release", "released"),
    ("held", "refuse", "refused"),
    ("held", "expire", "refused"),
    ("held", "decline", "refused"),
)
"""A decision that waits for people."""

CHANGE: Final[Table] = (
    ("none", "tighten", "changed"),
    ("none", "propose", "proposed"),
    ("none", "unheeded", "none"),
    ("proposed", "unheeded", "proposed"),
    ("proposed", "confirm", "changed"),
    ("proposed", "decline", "dropped"),
    ("proposed", "expire", "dropped"),
    ("proposed", "overtake", "dropped"),
)
"""A change of a limit while the session runs: what loosens waits for a second person."""

MARKET: Final[Table] = _every(
    ("silent", "empty", "one_sided", "two_sided", "crossed"),
    (
        ("quote", "empty"),
        ("quote", "one_sided"),
        ("quote", "two_sided"),
        ("quote", "crossed"),
        ("ladder", "empty"),
        ("ladder", "one_sided"),
        ("ladder", "two_sided"),
        ("ladder", "crossed"),
    ),
)
"""The prices of an instrument at a venue: what is said last is what is so."""

FEED: Final[Table] = (
    ("sound", "gap", "gap"),
    ("sound", "out_of_order", "out_of_order"),
    ("sound", "malformed", "malformed"),
    ("sound", "duplicate", "sound"),
    ("sound", "crossed", "sound"),
    ("sound", "recovered", "sound"),
    ("gap", "gap", "gap"),
    ("gap", "out_of_order", "out_of_order"),
    ("gap", "malformed", "malformed"),
    ("gap", "duplicate", "gap"),
    ("gap", "crossed", "gap"),
    ("gap", "recovered", "sound"),
    ("out_of_order", "gap", "gap"),
    ("out_of_order", "out_of_order", "out_of_order"),
    ("out_of_order", "malformed", "malformed"),
    ("out_of_order", "duplicate", "out_of_order"),
    ("out_of_order", "crossed", "out_of_order"),
    ("out_of_order", "recovered", "sound"),
    ("malformed", "gap", "gap"),
    ("malformed", "out_of_order", "out_of_order"),
    ("malformed", "malformed", "malformed"),
    ("malformed", "duplicate", "malformed"),
    ("malformed", "crossed", "malformed"),
    ("malformed", "recovered", "sound"),
)
"""The feed of an instrument at a venue: only the feed's own word ends a fault."""

INSTRUMENT: Final[Table] = (
    ("undefined", "define", "tradable"),
    ("undefined", "define", "suspended"),
    ("tradable", "suspend", "suspended"),
    ("tradable", "resume", "tradable"),
    ("suspended", "suspend", "suspended"),
    ("suspended", "resume", "tradable"),
)

PHASE: Final[Table] = (
    ("closed", "time", "pre_open"),
    ("closed", "time", "opening_auction"),
    ("closed", "time", "continuous"),
    ("closed", "time", "closing_auction"),
    ("pre_open", "time", "opening_auction"),
    ("pre_open", "time", "continuous"),
    ("pre_open", "time", "closing_auction"),
    ("pre_open", "time", "closed"),
    ("opening_auction", "time", "continuous"),
    ("opening_auction", "time", "closing_auction"),
    ("opening_auction", "time", "closed"),
    ("opening_auction", "time", "pre_open"),
    ("continuous", "time", "closing_auction"),
    ("continuous", "time", "closed"),
    ("continuous", "time", "pre_open"),
    ("continuous", "time", "opening_auction"),
    ("closing_auction", "time", "closed"),
    ("closing_auction", "time", "pre_open"),
    ("closing_auction", "time", "opening_auction"),
    ("closing_auction", "time", "continuous"),
)
"""The day of an instrument that has phases. Nothing may be said while a phase lasts, so any may be
seen to follow any."""

RELEASE: Final[Table] = _every(
    ("undefined", "active", "canary", "retired"),
    (("activate", "active"), ("canary", "canary"), ("retire", "retired")),
)
"""Which state a release is in is said from outside; an epoch that changes is the same move."""

DECISION: Final[Table] = (
    ("new", "propose", "waiting"),
    ("waiting", "allow", "passed"),
    ("waiting", "warn", "passed"),
    ("waiting", "amend", "passed"),
    ("waiting", "hold", "held"),
    ("waiting", "refuse", "refused"),
    ("waiting", "halt", "refused"),
)

ACTION: Final[Table] = (
    ("new", "clear", "cleared"),
    ("cleared", "succeed", "ended"),
    ("cleared", "fail", "ended"),
    ("unknown", "report", "unknown"),
)
"""A named action. A report about one that has ended, or never was, is about an unknown one."""

VENUE: Final[Table] = (
    ("answering", "order_unknown", "in_doubt"),
    ("in_doubt", "order_unknown", "in_doubt"),
    ("in_doubt", "order_known", "in_doubt"),
    ("in_doubt", "order_known", "answering"),
)
"""Whether a venue answers, told by the orders that it owes an answer for."""

LINK: Final[Table] = _every(
    ("unsaid", "connected", "broken"), (("connect", "connected"), ("break", "broken"))
)
"""Our connection to a venue, by the word of whoever holds it. The ledger keeps none of it: a link
that breaks shows in silence and in the feed."""

WORK: Final[Table] = (
    ("none", "start", "running"),
    ("none", "unheeded", "none"),
    ("running", "slice", "running"),
    ("running", "refused", "running"),
    ("running", "withhold", "running"),
    ("running", "hurry", "running"),
    ("running", "unheeded", "running"),
    ("running", "pause", "paused"),
    ("running", "end", "ended"),
    ("paused", "hurry", "paused"),
    ("paused", "unheeded", "paused"),
    ("paused", "resume", "running"),
    ("paused", "end", "ended"),
)
"""A large order that is worked over time. One that is paused asks for nothing."""
_HEALTH: Final = ("healthy", "degraded", "cancel_only", "down", "maintenance")


def _health() -> Table:
    """From every state to every other; a change of what is measured that changes nothing stays."""
    rows: list[tuple[str, str, str]] = []
    for place, before in enumerate(_HEALTH):
        for there, after in enumerate(_HEALTH):
            happening = "stay"
            if there != place:
                happening = "worsen" if there > place else "improve"
            # What changes nothing at a healthy venue is no move: both are healthy then.
            if there > 0 or place > 0:
                rows.append((before, happening, after))
    return tuple(rows)


HEALTH: Final[Table] = _health()
"""How well a venue is: the worse of what was measured and what people decided. What is measured
improves by one step at a time; people may say anything."""

MACHINES: Final = {
    "session": SESSION,
    "halt": HALT,
    "hold": HOLD,
    "change": CHANGE,
    "market": MARKET,
    "feed": FEED,
    "instrument": INSTRUMENT,
    "phase": PHASE,
    "release": RELEASE,
    "decision": DECISION,
    "action": ACTION,
    "venue": VENUE,
    "link": LINK,
    "work": WORK,
    "health": HEALTH,
}
