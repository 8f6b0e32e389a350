"""Session answers: what the breach of a limit leads to, as a session file says it.

severity = "soft"            # warn, amend, soft, hold, refuse (the default), halt or reduce_only
approvers = 2                # of a hold: 1 or 2 people, none of them the source
hold_s = 120                 # of a hold or a soft block: how long it waits for them
hold_move_bps = 25           # and how far the market may move meanwhile
hold_age_ms = 500            # and how old the quote may be at the end; left out: as any
"""

from typing import Final

from interlock.controls.control import REDUCE_ONLY, ControlKind
from interlock.inputs.session_table import Table
from interlock.messages.definitions import Answer
from interlock.messages.terms import AMEND, HALT, HOLD, REFUSE, WARN
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND

SEVERITY_OF: Final = {
    "warn": WARN,
    "amend": AMEND,
    "soft": HOLD,
    "hold": HOLD,
    "refuse": REFUSE,
    "halt": HALT,
    REDUCE_ONLY: HALT,
}
APPROVERS_MAX: Final = 2
HOLD_SECONDS_MAX: Final = 86_400
_HOLD_FIELDS: Final = ("hold_s", "hold_move_bps", "hold_age_ms")


def read_answer(table: Table, kind: ControlKind) -> Answer:
    """This reads what a breach leads to; refusing when the table does not say."""
    name = table.text("severity", "refuse")
    if name and name not in kind.answers:
        allowed = ", ".join(kind.answers)
        table.note("severity", f'was "{name}", must be one of {allowed} for {kind.name}')
        name = "refuse"
    approvers = 0
    if name == "hold":
        approvers = table.whole("approvers", 1, 1, APPROVERS_MAX)
    elif table.has("approvers"):
        table.take("approvers")
        table.note("approvers", 'belongs to severity = "hold" alone')
    if name not in ("soft", "hold"):
        for field in _HOLD_FIELDS:
            if table.has(field):
                table.take(field)
                table.note(field, 'belongs to severity = "soft" or "hold" alone')
        return Answer(SEVERITY_OF.get(name, REFUSE), reduce_only=name == REDUCE_ONLY)
    return Answer(
        HOLD,
        approvers,
        table.whole("hold_s", None, 1, HOLD_SECONDS_MAX) * NS_PER_SECOND,
        table.whole("hold_move_bps", None, 0, 10_000),
        table.whole("hold_age_ms", 0, 0, HOLD_SECONDS_MAX * 1_000) * NS_PER_MS,
    )
