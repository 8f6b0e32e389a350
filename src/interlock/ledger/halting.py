"""What a halt covers, and which orders it has asked for and must go on asking for."""

from interlock.ledger import life
from interlock.ledger.limits import HaltRecord, covers
from interlock.ledger.order_table import OrderTable
from interlock.ledger.orders import OrderRecord
from interlock.ledger.sources import SourceRecord
from interlock.messages.alarms import CancelsDeferred
from interlock.messages.events import HaltLifted, HaltTripped
from interlock.messages.terms import PENDING_CANCEL
from interlock.messages.units import Sequence

# All orders of one decision.
DECISION = "decision"
# What begins the name under which a control trips a halt.
BY_CONTROL = "control:"


def covers_order(scope: str, order: OrderRecord, is_strict: bool = True) -> bool:
    """This says whether a scope covers an order; `decision:412` covers what decision 412 made.
    Before `STRICT_PEOPLE` a halt of a release covered none."""
    kind, _, name = scope.partition(":")
    if kind == DECISION:
        return name == str(order.decision)
    return covers(
        scope,
        order.position.account.name,
        order.source.name,
        order.instrument.symbol,
        order.venue.name,
        order.release if is_strict else "",
    )


def trip(
    halts: dict[str, HaltRecord],
    orders: OrderTable,
    event: HaltTripped,
    sequence: Sequence,
    is_followed: bool,
    is_strict: bool,
) -> None:
    """A scope is stopped, or stopped again; `is_followed` when what is asked for already is wanted
    by it too."""
    halt = halts.get(event.scope)
    if halt is not None:
        halt.trip_again(event.by, event.reduce_only, event.cancels, sequence, is_strict)
    else:
        halts[event.scope] = HaltRecord(
            event.by, event.reduce_only, event.text, sequence, event.cancels
        )
    if is_strict:
        note_whose(halts[event.scope], event)
    if event.cancels and is_followed:
        _note_halted(orders, event.scope, is_strict)


def note_whose(halt: HaltRecord, event: HaltTripped) -> None:
    """Whose trading a control stopped is one of those who tripped it: who decided, and the source
    that its limit is for."""
    if event.source != "":
        halt.note_tripper(event.source, True)
    kind, _, name = event.scope.partition(":")
    if kind == "source" and event.by.startswith(BY_CONTROL):
        halt.note_tripper(name, True)


def controls_of(halt: HaltRecord) -> list[str]:
    """The controls that tripped a halt. They are the first of it, or among those remembered."""
    return [name[len(BY_CONTROL) :] for name in halt.trippers if name.startswith(BY_CONTROL)]


def renew(halts: dict[str, HaltRecord], orders: OrderTable, scope: str, is_strict: bool) -> None:
    """A person has let a scope trade again: what its own limits counted starts again, of those
    alone that stopped it."""
    halt = halts.get(scope)
    if not is_strict:
        orders.counters.renew(scope)
    elif halt is not None:
        orders.counters.renew_tripped(scope, controls_of(halt))


def defer(
    orders: OrderTable, sources: dict[str, SourceRecord], event: CancelsDeferred, is_strict: bool
) -> None:
    """What an event covers and is not asked for yet is still to be cancelled. Cost: one step per
    open order."""
    source = sources.get(event.source)
    for order in orders.open.values():
        if not life.is_possible(order.status, life.ASK_CANCEL) or order.key in orders.owed:
            continue
        symbol = order.instrument.symbol
        if event.instrument not in ("", symbol):
            continue
        if source is not None and symbol not in source.instruments:
            continue
        if event.spares_reducing and order.reduce_only:
            continue
        if covers_order(event.scope, order, is_strict):
            orders.owed[order.key] = (event.reason, event.command)


def lift(
    halts: dict[str, HaltRecord],
    orders: OrderTable,
    event: HaltLifted,
    is_followed: bool,
    is_strict: bool,
) -> None:
    """A scope may trade again."""
    if event.scope not in halts:
        return
    del halts[event.scope]
    if is_followed:
        standing = [scope for scope, halt in halts.items() if halt.cancels]
        _note_lifted(orders, event.scope, standing, is_strict)


def _note_halted(orders: OrderTable, scope: str, is_strict: bool) -> None:
    """A halt that cancels has no need to ask for what is asked for already, and still wants it: if
    the venue will not, it is asked again. Cost: one step per open order."""
    for order in orders.open.values():
        is_asked = order.status == PENDING_CANCEL and order.halt_cancels == 0
        if is_asked and covers_order(scope, order, is_strict):
            order.halt_cancels = 1


def _note_lifted(orders: OrderTable, scope: str, standing: list[str], is_strict: bool) -> None:
    """A halt that is lifted wants nothing back any more, but what another one still wants. Cost:
    one step per open order and halt that stands."""
    for order in orders.open.values():
        if order.halt_cancels == 0 or not covers_order(scope, order, is_strict):
            continue
        is_wanted = False
        for other in standing:
            is_wanted = is_wanted or covers_order(other, order, is_strict)
        if not is_wanted:
            order.halt_cancels = 0
