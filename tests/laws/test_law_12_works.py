"""Law 12 for large orders: whatever venues, people and the market do, the children filled, working
and unknown are never more than the parent, nor than its share of the volume; and a ledger that is
rebuilt, restored or stepped again is the same.
"""

import random
from typing import Any

import pytest

from interlock.kernel.invariants import audit
from interlock.kernel.step import Kernel
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.commands import AdvanceTime, Halt, SetInstrumentStatus
from interlock.messages.decisions import CancelOrders
from interlock.messages.definitions import Bounds
from interlock.messages.events import FillBusted, OrderCleared, OrderFilled
from interlock.messages.terms import (
    BUY,
    CANCEL,
    CLOSE,
    FINISH,
    ICEBERG,
    PAUSE,
    PENDING_CANCEL,
    POV,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_SILENCE,
    REPORT_STATUS,
    REST,
    RESUME,
    SELL,
    SHORTFALL,
    SUSPENDED,
    TAKE,
    TRADABLE,
    TWAP,
)
from interlock.messages.works import ChangeWork
from kernel.working import MINUTE, WorkWorld
from worlds import SECOND, limit, opening


class Storm(WorkWorld):
    """Large orders of every kind, and everything that may happen to them."""

    def __init__(self, seed: int) -> None:
        bounds = Bounds(finished_orders_max=20, open_orders_max=60)
        super().__init__(opening(bounds=bounds))
        self.chance = random.Random(seed)
        self.filled: dict[int, int] = {}
        self.parent_of: dict[int, int] = {}
        self.fills: dict[tuple[int, str], int] = {}
        self.most: dict[int, int] = {}
        self.quote()

    def say(self, command: Any, after_ns: int = 0) -> list[Any]:
        events = super().say(command, after_ns)
        if not hasattr(self, "chance"):
            return events
        for event in events:
            if isinstance(event, OrderCleared):
                self.parent_of[event.order] = event.decision
            elif isinstance(event, OrderFilled):
                self.fills[event.order, event.execution_id] = event.quantity
                self._count(event.order, event.quantity)
            elif isinstance(event, FillBusted):
                self._count(event.order, -self.fills[event.order, event.execution_id])
        self.check()
        return events

    def _count(self, order: int, quantity: int) -> None:
        parent = self.parent_of[order]
        self.filled[parent] = self.filled.get(parent, 0) + quantity

    def check(self) -> None:
        assert audit(self.ledger) == []
        for parent in self.ledger.orders.parents.values():
            work = parent.work
            if work is None:
                continue
            assert work.filled == self.filled.get(work.decision, 0)
            assert work.filled + work.open <= work.quantity
            if work.participation_ppm:
                heard = self.ledger.instruments["COIN"].volume - work.volume_start
                most = max(heard * work.participation_ppm // 1_000_000,
                           self.most.get(work.decision, 0))  # fmt: skip
                self.most[work.decision] = most
                assert work.filled + work.open <= most

    def act(self) -> None:
        """One thing happens."""
        chance = self.chance
        orders = list(self.ledger.orders.open.values())
        roll = chance.random()
        if roll < 0.35:
            mid = 10_000 + chance.randrange(-60, 60)
            self.time_ns += chance.randrange(20 * SECOND)
            self.quote(mid - 5, mid + 5)
        elif roll < 0.45:
            self.trades(chance.randrange(1, 200))
        elif roll < 0.80 and orders:
            self._answer(chance.choice(orders))
        elif roll < 0.84:
            self._ask()
        elif roll < 0.90 and self.ledger.works.active:
            number = chance.choice(list(self.ledger.works.active))
            word = chance.choice((PAUSE, RESUME, RESUME, FINISH, CANCEL))
            self.say(ChangeWork(number, word, chance.choice(("ann", "model")), ""))
        elif roll < 0.92:
            self._halt()
        elif roll < 0.93:
            self.decide(CancelOrders())
        elif roll < 0.95:
            self.say(SetInstrumentStatus("COIN", chance.choice((TRADABLE, SUSPENDED)), "ann", ""))
            self.say(SetInstrumentStatus("COIN", TRADABLE, "ann", ""))
        else:
            self.say(AdvanceTime(), chance.randrange(90 * SECOND))

    def _ask(self) -> None:
        chance = self.chance
        algorithm = chance.choice((TWAP, POV, SHORTFALL, CLOSE, ICEBERG))
        side = chance.choice((BUY, SELL))
        price = 0 if algorithm != ICEBERG and chance.random() < 0.5 else 10_000
        self.begin(
            side=side, quantity=chance.randrange(1, 150), algorithm=algorithm,
            lasts_ns=chance.randrange(1, 12) * MINUTE, interval_ns=chance.randrange(5, 60) * SECOND,
            style=chance.choice((TAKE, REST)), price=price, protection=chance.randrange(20),
            participation_ppm=chance.choice((0, 200_000)) if algorithm != POV else 150_000,
            slice_max=chance.choice((5, 40)) if algorithm == ICEBERG else chance.choice((0, 9)),
            catch_up=chance.randrange(1, 5), half_life_ns=chance.randrange(1, 10) * MINUTE,
        )  # fmt: skip

    def _halt(self) -> None:
        if self.ledger.halts:
            self.lift(next(iter(self.ledger.halts)), "bob")
            return
        scope = self.chance.choice(("firm", "source:model", "instrument:COIN"))
        reduce_only = self.chance.random() < 0.4
        self.say(Halt(scope, "ann", "", self.chance.random() < 0.8, reduce_only))

    def _answer(self, order: Any) -> None:
        """A venue that never gives more than it was asked for says something of an order."""
        chance, number = self.chance, order.order
        kind = chance.choice((REPORT_ACCEPTED, REPORT_FILL, REPORT_FILL, REPORT_FILL,
                              REPORT_CANCELLED, REPORT_REJECTED, REPORT_SILENCE, REPORT_STATUS,
                              REPORT_BUST))  # fmt: skip
        if order.status == PENDING_CANCEL and chance.random() < 0.6:
            kind = REPORT_CANCELLED
        if kind == REPORT_FILL and order.leaves() > 0:
            self.fill(number, chance.randrange(1, order.leaves() + 1))
        elif kind == REPORT_BUST and order.fills:
            self.report(number, kind, reference=next(iter(order.fills)))
        elif kind == REPORT_STATUS:
            self.report(number, kind, quantity=order.quantity, price=order.price)
        elif kind not in (REPORT_FILL, REPORT_BUST):
            self.report(number, kind)


@pytest.mark.parametrize("seed", range(12))
def test_children_never_exceed_their_parent_nor_their_share(seed: int) -> None:
    world = Storm(seed)
    for _ in range(400):
        world.act()
    assert len(world.parent_of) > 10


@pytest.mark.parametrize("seed", [101, 102])
def test_works_are_rebuilt_restored_and_stepped_again_the_same(seed: int) -> None:
    world = Storm(seed)
    for step in range(500):
        world.act()
        if step % 100 == 50:
            # From here on a restored ledger goes on: as the one would have that it was taken of.
            before = digest(world.ledger)
            world.kernel = Kernel(restore(state_of(world.ledger)), {})
            assert digest(world.ledger) == before
    rebuilt, again = Ledger(), Kernel(Ledger(), {})
    fold(rebuilt, 1, world.entries)
    for sequence, entry in enumerate(world.entries, 1):
        assert again.step(sequence, entry.time_ns, entry.command) == entry.events
    assert digest(rebuilt) == digest(again.ledger) == digest(world.ledger)


def test_thousands_of_children_leave_no_more_behind_than_a_few() -> None:
    world = WorkWorld(opening(bounds=Bounds(finished_orders_max=20)))
    world.say(limit("position", long_max=10_000))
    world.say(limit("gross_exposure", value_max=10**12))
    world.quote()
    world.begin(quantity=3_000, lasts_ns=3_000 * SECOND, interval_ns=SECOND)
    children = 0
    for _ in range(2_900):
        for event in world.quote():
            if isinstance(event, OrderCleared):
                children += 1
                world.fill(event.order)
        world.entries.clear()
        world.time_ns += SECOND
    assert children == 2_900
    assert len(world.ledger.orders.known) <= 21
    assert len(world.work.children) == 0
    assert len(world.ledger.orders.parents) < 25
