"""The watcher: looks at a world after every step and says which law was broken.

It knows the laws from the design and keeps its own books where it can: what it asserts is not read
back from where the kernel wrote it.
"""

from collections.abc import Sequence as List

from interlock.kernel.invariants import (
    FILL_WITHIN_LIMIT,
    FILLED_WITHIN_ALLOWED,
    NO_EVENT_FOR_UNKNOWN_ORDER,
    audit,
)
from interlock.kernel.limiting import CHANGES_MAX
from interlock.kernel.tightening import is_tighter
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import covers
from interlock.ledger.sizes import SIZES_MAX
from interlock.ledger.work_table import WORKS_MAX
from interlock.messages.approvals import (
    ApprovalRecorded,
    ApproveDecision,
    HoldReleased,
    LimitChanged,
)
from interlock.messages.commands import Command, Halt, ProposeDecision
from interlock.messages.decisions import CancelOrders
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    CancelRequested,
    DecisionJudged,
    Event,
    FillBusted,
    FillCorrected,
    OrderCleared,
    OrderFilled,
)
from interlock.messages.findings import findings_of, objections_of
from interlock.messages.reasons import REASONS
from interlock.messages.terms import (
    ALLOW,
    BUY,
    HOLD,
    PENDING_CANCEL,
    RELEASE_ACTIVE,
    RELEASE_CANARY,
    SEVERITIES,
    UNKNOWN,
)
from worlds import World

VENUES_OWN = {FILLED_WITHIN_ALLOWED, FILL_WITHIN_LIMIT, NO_EVENT_FOR_UNKNOWN_ORDER}
"""What only a venue can break."""


class Watcher:
    """Watches one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cleared: set[int] = set()
        self.judged: set[int] = set()
        self.held: set[int] = set()
        """Decisions that waited for people before the step."""
        self.stopped: dict[str, bool] = {}
        """Halts that stood before the step, and whether each lets exposure be reduced."""
        self.total: set[str] = set()
        """Those of them that let not even a reduce-only order through."""
        self.before()

    def before(self) -> None:
        ledger = self.world.ledger
        self.held = set(ledger.holds.held)
        self.stopped = {scope: halt.reduce_only for scope, halt in ledger.halts.items()}
        self.total = {
            scope
            for scope, halt in ledger.halts.items()
            if not halt.reduce_only
            and (
                scope.startswith("venue:")
                or any(tripper.startswith("invariant:") for tripper in halt.trippers)
            )
        }

    def say(self, command: Command, after_ns: int = 0) -> list[Event]:
        """This says a command to the world and checks every law after it."""
        self.before()
        events = self.world.say(command, after_ns)
        self.after(command, events)
        return events

    def after(self, command: Command, events: List[Event]) -> None:
        ledger = self.world.ledger
        check_books(ledger)
        check_bounds(ledger)
        lines: dict[int, list[int]] = {}
        self.check_people(command, events)
        for event in events:
            if isinstance(event, DecisionJudged):
                self.check_verdict(event)
                lines[event.decision] = [line.quantity for line in event.lines]
            elif isinstance(event, OrderCleared):
                self.check_cleared(event, lines)
        if isinstance(command, Halt):
            self.check_halted(command, events)
        if isinstance(command, ProposeDecision):
            action = command.decision.action
            if isinstance(action, CancelOrders):
                # Taking back is judged in the step that asks for it (law 6).
                assert any(isinstance(event, DecisionJudged) for event in events)

    def check_people(self, command: Command, events: List[Event]) -> None:
        """What was held is released once, when everybody who must has said so, and never by its
        source; what loosens a limit has two people behind it."""
        for event in events:
            if isinstance(event, HoldReleased):
                assert isinstance(command, ApproveDecision)
                assert event.decision in self.held
                assert event.decision not in self.world.ledger.holds.held
            elif isinstance(event, ApprovalRecorded):
                assert event.by not in self.world.ledger.sources
            elif isinstance(event, LimitChanged):
                second = event.confirmed_by
                assert second != event.by
                assert second or is_tighter(event.limit, event.before)
                assert self.world.ledger.limits.find(event.limit) == event.limit

    def check_verdict(self, event: DecisionJudged) -> None:
        # Twice only when people let it go on, and then not to be held again.
        is_again = event.decision in self.held
        assert is_again or event.decision not in self.judged, event.decision
        assert not (is_again and event.severity == HOLD), event
        self.judged.add(event.decision)
        findings = findings_of(event)
        assert len(event.figures) == 2 * len(findings)
        assert len(event.objections) == 3 * len(objections_of(event))
        assert event.severity == max((found.severity for found in findings), default=ALLOW)
        assert event.severity in SEVERITIES
        assert (event.severity == ALLOW) == (event.reason == 0)
        assert event.reason in REASONS
        for line in range(len(event.lines)):
            judged = [found.limit for found in findings if found.line == line]
            # Every control once, and every rule, whatever the others found (law 5).
            assert len(judged) == len(set(judged)), judged

    def check_cleared(self, event: OrderCleared, lines: dict[int, list[int]]) -> None:
        ledger = self.world.ledger
        assert event.order not in self.cleared, f"order {event.order} was cleared twice"
        self.cleared.add(event.order)
        assert event.quantity > 0
        assert event.price > 0
        release = ledger.releases[event.release]
        assert release.epoch == event.epoch
        assert release.state in (RELEASE_ACTIVE, RELEASE_CANARY)
        place = event.order & ((1 << 20) - 1)
        assert event.quantity <= lines[event.decision][place - 1]
        for scope, is_reduce_only in self.stopped.items():
            if covers(scope, event.account, event.source, event.instrument, event.venue):
                may_pass = is_reduce_only or (event.reduce_only and scope not in self.total)
                assert may_pass, f"{event} passed the halt of {scope}"
        order = ledger.orders.find(event.order)
        assert order is not None
        assert order.reserved == event.quantity
        position = order.position
        if self.stopped:
            self._check_reducing(event, position.lots, position.open_buy, position.open_sell)

    def _check_reducing(
        self, event: OrderCleared, lots: int, open_buy: int, open_sell: int
    ) -> None:
        for scope in self.stopped:
            if covers(scope, event.account, event.source, event.instrument, event.venue):
                if event.side == BUY:
                    assert lots + open_buy <= 0, f"{event} may pass flat under the halt of {scope}"
                else:
                    assert lots - open_sell >= 0, f"{event} may pass flat under the halt of {scope}"

    def check_halted(self, command: Halt, events: List[Event]) -> None:
        """What works in the scope is asked back in the same step."""
        ledger = self.world.ledger
        if not command.cancel_working or command.scope not in ledger.halts:
            return
        asked = {event.order for event in events if isinstance(event, CancelRequested)}
        for order in ledger.orders.open.values():
            if covers(
                command.scope,
                order.position.account.name,
                order.source.name,
                order.instrument.symbol,
                order.venue.name,
            ):
                assert order.order in asked or order.status == PENDING_CANCEL, order.order


def check_books(ledger: Ledger) -> None:
    """The kernel's own audit finds nothing; what a venue did wrong is the venue's."""
    found = [breach for breach in audit(ledger) if breach.name not in VENUES_OWN]
    assert found == [], [(breach.name, breach.text) for breach in found]
    assert set(ledger.broken) <= VENUES_OWN, ledger.broken
    unknown = dict.fromkeys(ledger.venues, 0)
    for order in ledger.orders.open.values():
        assert order.reserved >= 0
        assert order.reserved_value >= 0
        unknown[order.venue.name] += order.status == UNKNOWN
    for venue in ledger.venues.values():
        assert venue.unknown_orders == unknown[venue.name]
        assert venue.open_orders == sum(
            order.venue is venue for order in ledger.orders.open.values()
        )


def check_bounds(ledger: Ledger) -> None:
    """Everything bounded is within its bound (law 13)."""
    bounds, orders = ledger.bounds, ledger.orders
    assert len(ledger.waiting) <= bounds.waiting_max
    assert len(orders.finished) <= bounds.finished_orders_max
    assert len(orders.known) == len(orders.open) + len(orders.finished)
    parents = {order.decision for order in orders.known.values()} | set(ledger.works.active)
    assert set(orders.parents) == parents
    assert len(ledger.works.active) <= WORKS_MAX
    for source in ledger.sources.values():
        assert len(source.keys) == len(source.uses) <= bounds.duplicate_keys_max
    for window in ledger.limits.windows.values():
        assert len(window.times) <= window.count_max
    assert len(ledger.holds.held) <= bounds.held_max
    assert len(ledger.limits.changes) <= CHANGES_MAX
    for sizes in ledger.limits.sizes.values():
        assert all(len(row.times) <= SIZES_MAX for row in sizes.rows.values())
        assert all(row.total == sum(row.amounts) for row in sizes.rows.values())
    assert ledger.holds.judged is None
    assert {number for number, order in orders.open.items() if order.reduce_only} == set(
        orders.reducing
    )
    assert not orders.touched
    assert not orders.unexplained


def lots_of(entries: List[Entry]) -> dict[tuple[str, str], int]:
    """Lots traded by account and instrument, told by the events alone."""
    cleared: dict[int, OrderCleared] = {}
    executions: dict[tuple[int, str], int] = {}
    for entry in entries:
        for event in entry.events:
            if isinstance(event, OrderCleared):
                cleared[event.order] = event
            elif isinstance(event, OrderFilled):
                executions[event.order, event.execution_id] = event.quantity
            elif isinstance(event, FillBusted):
                del executions[event.order, event.execution_id]
            elif isinstance(event, FillCorrected):
                del executions[event.order, event.corrected_id]
                executions[event.order, event.execution_id] = event.quantity
    found: dict[tuple[str, str], int] = {}
    for (number, _), quantity in executions.items():
        order = cleared[number]
        key = (order.account, order.instrument)
        found[key] = found.get(key, 0) + (quantity if order.side == BUY else -quantity)
    return found
