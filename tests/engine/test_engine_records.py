"""No step leaves more than a record holds: what does not fit follows at once, as commands of its
own that are kept, replayed and recovered like any other (laws 6 and 13).
"""

from typing import Any

from msgspec import structs

from interlock.journal.bounds import RECORD_BYTES_MAX
from interlock.journal.options import JournalOptions
from interlock.journal.payloads import payloads
from interlock.kernel.batch import OpenBatch
from interlock.kernel.cancelling import STEP_EVENTS_MAX
from interlock.kernel.invariants import audit
from interlock.kernel.step import Kernel
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.alarms import CancelsDeferred
from interlock.messages.commands import (
    AdvanceTime,
    Command,
    ContinueCancels,
    DefineSource,
    Halt,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    SetLimit,
    UpdateQuote,
)
from interlock.messages.decisions import Basket, CancelOrders, Flatten, OrderQuantity, Terms
from interlock.messages.definitions import Answer, Limit, Source
from interlock.messages.encoding import Entry, decode_plain, encode
from interlock.messages.events import CancelRequested, DecisionJudged, HaltTripped, OrderCleared
from interlock.messages.reasons import (
    HALT_CANCEL,
    NONE,
    PROTECTION_FROZEN,
    REQUESTED,
    TOO_MANY_ORDERS,
)
from interlock.messages.terms import BUY, HALT, REPORT_FILL, REPORT_SILENCE, UNKNOWN
from worlds import World, limit, opening

# Two records of cancels, and some more.
ORDERS = 2 * STEP_EVENTS_MAX + 300
QUIET = Terms(price=9_980, venue="alpha")
WIDE: dict[str, dict[str, int]] = {
    "order_quantity": {"quantity_max": 10**6},
    "order_value": {"value_max": 10**15},
    "position": {"long_max": 10**6, "short_max": 10**6},
    "gross_exposure": {"value_max": 10**15},
    "open_orders": {"count_max": 10**6},
    "message_rate": {"count_max": 10**6},
}


class Batch:
    """An open batch over a world that has its limits wide, and everything that it took."""

    def __init__(self, *limits: Limit) -> None:
        commands = [one for one in opening(cash=10**15) if not _is_narrow(one)]
        commands += [limit(name, **values) for name, values in WIDE.items()]
        world = World(commands)
        world.say(DefineSource(Source("other", "main", instruments=("COIN", "GOLD"))))
        for each in limits:
            world.say(SetLimit(each, "risk"))
        for symbol in ("COIN", "GOLD"):
            world.quote(quantity=10**6, instrument=symbol)
        self.world = world
        self.before = list(world.entries)
        self.batch = OpenBatch(world.kernel)
        self.keys = 0

    @property
    def ledger(self) -> Ledger:
        return self.batch.kernel.ledger

    def say(self, command: Command) -> list[Any]:
        return self.batch.take(self.world.time_ns, command)

    def decide(self, action: Any, source: str = "model") -> list[Any]:
        decision = self.world.decision(action, source=source)
        return self.say(ProposeDecision(decision)) + self.say(ServeQueue(64))

    def fill(self, count: int, symbol: str = "COIN", source: str = "model") -> None:
        """So many orders of a lot."""
        while count > 0:
            some = min(count, 50)
            lines = tuple(OrderQuantity(symbol, BUY, 1, QUIET) for _ in range(some))
            events = self.decide(Basket(lines), source)
            assert sum(isinstance(event, OrderCleared) for event in events) == some
            count -= some

    def check(self) -> list[Entry]:
        """Every record fits, folds to the same ledger, and is stepped to the same events."""
        entries = self.batch.close()
        assert max(len(encode(entry)) for entry in entries) <= RECORD_BYTES_MAX
        assert payloads(entries, 1, JournalOptions().segment_bytes)
        assert audit(self.ledger) == []
        kernel, folded = Kernel(Ledger(), {}), Ledger()
        for sequence, entry in enumerate(self.before + entries, 1):
            assert kernel.step(sequence, entry.time_ns, entry.command) == entry.events
            fold(folded, sequence, [entry])
        assert digest(kernel.ledger) == digest(folded) == digest(self.ledger)
        return entries


def _is_narrow(command: Command) -> bool:
    return isinstance(command, SetLimit) and command.limit.control in WIDE


def cancels(entries: list[Entry]) -> list[tuple[int, int]]:
    return [
        (event.order, event.reason)
        for entry in entries
        for event in entry.events
        if isinstance(event, CancelRequested)
    ]


def deferred(entries: list[Entry]) -> list[CancelsDeferred]:
    return [
        event for entry in entries for event in entry.events if isinstance(event, CancelsDeferred)
    ]


def test_a_halt_over_more_orders_than_a_record_holds_asks_for_every_one() -> None:
    made = Batch()
    made.fill(ORDERS)
    wanted = list(made.ledger.orders.open)
    made.say(Halt("firm", "ann", "stop"))
    entries = made.check()
    assert cancels(entries) == [(number, HALT_CANCEL) for number in wanted]
    assert [type(entry.command) for entry in entries[-3:]] == [Halt, *[ContinueCancels] * 2]
    assert made.ledger.orders.owed == {}
    # The cancels name the halt that asked for them.
    halt = made.ledger.halts["firm"].sequence
    causes = {event.decision for event in entries[-1].events if isinstance(event, CancelRequested)}
    assert causes == {halt}


def test_a_halt_that_fits_one_record_needs_no_other() -> None:
    made = Batch()
    made.fill(100)
    made.say(Halt("source:model", "ann", "stop"))
    entries = made.check()
    assert len(cancels(entries)) == 100
    assert deferred(entries) == []


def test_only_what_the_halt_covers_is_asked_for() -> None:
    made = Batch()
    made.fill(STEP_EVENTS_MAX + 10)
    made.fill(10, "GOLD")
    made.fill(10, source="other")
    made.say(Halt("source:model", "ann", "stop"))
    orders = made.ledger.orders
    asked = {number for number, _ in cancels(made.check())}
    assert asked == {
        number for number, order in orders.open.items() if order.source.name == "model"
    }


def test_taking_everything_back_and_flattening_do_not_end_at_a_record() -> None:
    for action, source in ((CancelOrders(), "model"), (Flatten("COIN"), "other")):
        made = Batch()
        made.fill(STEP_EVENTS_MAX + 10)
        made.fill(5, "GOLD")
        made.say(ProposeDecision(made.world.decision(action, source=source)))
        asked = cancels(made.check())
        count = STEP_EVENTS_MAX + 10 + (5 if source == "model" else 0)
        assert len(asked) == len(set(asked)) == count
        assert {reason for _, reason in asked} == {REQUESTED}


def test_flattening_touches_only_what_its_source_may_trade() -> None:
    made = Batch()
    made.say(DefineSource(Source("coins", "main", instruments=("COIN",))))
    made.fill(STEP_EVENTS_MAX + 10)
    made.fill(5, "GOLD")
    made.say(ProposeDecision(made.world.decision(Flatten(), source="coins")))
    assert len(cancels(made.check())) == STEP_EVENTS_MAX + 10


def test_quotes_that_a_protection_takes_back_do_not_end_at_a_record() -> None:
    values = {"window_ms": 1_000, "frozen_ms": 500, "quantity_max": 0, "delta_max": 10**6,
              "value_max": 10**15}  # fmt: skip
    made = Batch(Limit("market_maker_protection", "account:main", values, "COIN"))
    made.fill(STEP_EVENTS_MAX + 10)
    made.fill(5, "GOLD")
    first = next(iter(made.ledger.orders.open))
    made.say(ReportOrder("alpha", first, REPORT_FILL, 0, "e", 1, 9_980))
    asked = cancels(made.check())
    assert len(asked) == STEP_EVENTS_MAX + 9
    assert {reason for _, reason in asked} == {PROTECTION_FROZEN}


def test_a_limit_that_leaves_a_scope_to_reduce_spares_what_reduces_in_every_record() -> None:
    made = Batch()
    loss = {"loss_max": 10, "marked": 1, "day_start_ms": 0}
    made.fill(1)
    first = next(iter(made.ledger.orders.open))
    made.say(ReportOrder("alpha", first, REPORT_FILL, 0, "e", 1, 9_980))
    closing = Terms(price=10_500, venue="alpha", reduce_only=True)
    made.fill(STEP_EVENTS_MAX + 5)
    closer = made.decide(OrderQuantity("COIN", 2, 1, closing))[-1].order
    answer = Answer(HALT, reduce_only=True)
    made.say(SetLimit(Limit("daily_loss", "account:main", loss, "", "USD", answer=answer), "risk"))
    made.say(quote(made, 9_900))
    asked = {number for number, _ in cancels(made.check())}
    assert len(asked) == STEP_EVENTS_MAX + 5
    assert closer not in asked


def quote(made: Batch, bid: int) -> Command:
    return UpdateQuote("COIN", "alpha", bid, 10**6, bid + 20, 10**6, made.world.time_ns)


def test_an_order_that_ends_or_is_asked_for_meanwhile_is_owed_no_more() -> None:
    made = Batch()
    made.fill(STEP_EVENTS_MAX + 10)
    made.before += made.batch.close()
    kernel, sequence = made.batch.kernel, made.batch.sequence
    kernel.step(sequence + 1, made.world.time_ns, Halt("firm", "ann", "stop"))
    owed = list(made.ledger.orders.owed)
    for place, kind in enumerate((REPORT_FILL, REPORT_SILENCE)):
        report = ReportOrder("alpha", owed[place], kind, 0, "e", 1, 9_980)
        kernel.step(sequence + 2 + place, made.world.time_ns, report)
    # One is filled; one is in doubt and is asked for all the same.
    assert owed[0] not in made.ledger.orders.owed
    assert made.ledger.orders.known[owed[1]].status == UNKNOWN
    assert owed[1] in made.ledger.orders.owed
    # A crash between two records: what is owed is part of the state, and goes before all else.
    kept = restore(decode_plain(encode(state_of(made.ledger))))
    batch = OpenBatch(Kernel(kept, {}))
    batch.take(made.world.time_ns, AdvanceTime())
    said = batch.close()
    assert [type(entry.command) for entry in said] == [ContinueCancels, AdvanceTime]
    assert [number for number, _ in cancels(said)] == owed[1:]
    assert kept.orders.owed == {}


def test_decisions_that_do_not_fit_one_record_are_served_in_the_next() -> None:
    made = Batch()
    lines = tuple(OrderQuantity("COIN", BUY, 1, QUIET) for _ in range(400))
    for _ in range(3):
        made.say(ProposeDecision(made.world.decision(Basket(lines))))
    made.say(ServeQueue(64))
    entries = made.check()
    turns = [
        (entry.command, sum(isinstance(event, DecisionJudged) for event in entry.events))
        for entry in entries
        if isinstance(entry.command, ServeQueue)
    ]
    assert turns == [(ServeQueue(64 - number), 1) for number in range(3)]
    assert len(made.ledger.orders.open) == 1_200


def test_decisions_of_few_lines_are_served_together() -> None:
    made = Batch()
    for _ in range(64):
        made.say(ProposeDecision(made.world.decision(OrderQuantity("COIN", BUY, 1, QUIET))))
    made.say(ServeQueue(64))
    assert len(made.ledger.orders.open) == 64
    assert sum(isinstance(entry.command, ServeQueue) for entry in made.check()) == 1


def test_a_decision_whose_findings_do_not_fit_a_record_is_refused() -> None:
    wide = [
        Limit("order_value", scope, {"value_max": 10**17 - number}, symbol, currency)
        for number, (scope, symbol, currency) in enumerate(
            (scope, symbol, currency)
            for scope in ("account:main", "source:model", "venue:alpha", "instrument:COIN")
            for symbol in ("", "COIN")
            for currency in ("", "USD")
        )
    ]
    more = [
        structs.replace(one, control=control, parameters=parameters)
        for one in wide
        for control, parameters in (
            ("order_quantity", {"quantity_max": 10**17}),
            ("market_data", {"age_ms": 86_400_000}),
            ("order_kinds", {"market": 1, "immediate": 1}),
            ("volume_share", {"daily_volume": 10**15, "share_bps": 100_000}),
        )
    ]
    made = Batch(*wide, *more)
    assert len(wide) + len(more) == 80
    lines = tuple(OrderQuantity("COIN", BUY, 1, QUIET) for _ in range(1_000))
    (judged,) = [event for event in made.decide(Basket(lines)) if isinstance(event, DecisionJudged)]
    assert (judged.reason, judged.lines) == (TOO_MANY_ORDERS, ())
    (half,) = [
        event for event in made.decide(Basket(lines[:500])) if isinstance(event, DecisionJudged)
    ]
    assert half.reason == NONE
    made.check()


def test_the_trip_stands_before_the_cancels_that_follow_it() -> None:
    made = Batch()
    made.fill(STEP_EVENTS_MAX + 10)
    made.say(Halt("firm", "ann", "stop"))
    first = made.batch.entries[-2].events
    assert isinstance(first[0], HaltTripped)
    assert isinstance(first[-1], CancelsDeferred)
    assert (first[-1].scope, first[-1].command) == ("firm", made.ledger.halts["firm"].sequence)
