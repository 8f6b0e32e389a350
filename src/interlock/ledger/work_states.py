"""The states of works, and works out of their states."""

from interlock.ledger.ledger import Ledger
from interlock.ledger.works import WorkRecord
from interlock.messages.state import LedgerState, WorkState
from interlock.messages.terms import ENDED


def states_of_works(ledger: Ledger) -> list[WorkState]:
    """These are the works that are under way or whose children are remembered. Cost: one step per
    parent."""
    states: list[WorkState] = []
    for parent in ledger.orders.parents.values():
        work = parent.work
        if work is not None:
            states.append(_state(work))
    return states


def _state(work: WorkRecord) -> WorkState:
    return WorkState(
        work.started,
        work.status,
        work.is_hurried,
        work.filled,
        work.open,
        work.volume_start,
        work.volume,
        work.volume_before,
        work.next_ns,
        work.slices,
        work.refused_in_row,
        work.withheld,
    )


def restore_works(ledger: Ledger, state: LedgerState) -> None:
    """This gives parents their works again. Their open children are told by the orders."""
    for kept in state.works:
        work = WorkRecord(kept.started)
        work.status = kept.status
        work.is_hurried = kept.is_hurried
        work.filled = kept.filled
        work.open = kept.open
        work.volume_start = kept.volume_start
        work.volume = kept.volume
        work.volume_before = kept.volume_before
        work.next_ns = kept.next_ns
        work.slices = kept.slices
        work.refused_in_row = kept.refused_in_row
        work.withheld = kept.withheld
        ledger.orders.parents[work.decision].work = work
        if work.status != ENDED:
            ledger.works.active[work.decision] = work
    for curve in state.curves:
        ledger.works.curves[curve.instrument] = curve
    ledger.works.plan()
