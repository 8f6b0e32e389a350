"""Anything, in any order: after every step every law holds, every book agrees, and the ledger can
be put away and taken out again.
"""

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.approvals import ApproveDecision, ConfirmLimitChange
from interlock.messages.commands import AdvanceTime, ReportOrder, ServeQueue
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.terms import REPORT_ACCEPTED, REPORT_FILL, REPORT_SILENCE
from laws import vocabulary
from laws.stage import PEOPLE, USER_CONTROLS, history_world
from laws.statements import statement
from laws.vocabulary import Drawn
from laws.watcher import Watcher, lots_of
from worlds import SECOND


class AnythingAtAll(RuleBasedStateMachine):
    """Decisions, reports, data, halts, limits and time; sense and nonsense."""

    def __init__(self) -> None:
        super().__init__()
        self.world = history_world()
        self.watcher = Watcher(self.world)

    @rule(data=st.data())
    def a_source_decides(self, data: st.DataObject) -> None:
        self.watcher.say(vocabulary.decision(Drawn(data), self.world))

    @rule(data=st.data())
    def a_source_decides_and_is_served(self, data: st.DataObject) -> None:
        self.watcher.say(vocabulary.decision(Drawn(data), self.world))
        self.watcher.say(ServeQueue(8))

    @rule(count=st.integers(0, 5))
    def the_queue_is_served(self, count: int) -> None:
        self.watcher.say(ServeQueue(count))

    @rule(data=st.data())
    def a_venue_says_something(self, data: st.DataObject) -> None:
        self.watcher.say(vocabulary.report(Drawn(data), self.world))

    @rule(data=st.data())
    def a_venue_is_asked_for_all_and_answers(self, data: st.DataObject) -> None:
        self.watcher.say(statement(Drawn(data), self.world))

    @rule(part=st.integers(1, 3))
    def the_venues_trade_what_is_open(self, part: int) -> None:
        for order in list(self.world.ledger.orders.open.values()):
            if order.leaves() > 0:
                self.world.keys += 1
                execution, quantity = f"x{self.world.keys}", max(1, order.leaves() // part)
                fill = ReportOrder(
                    order.venue.name,
                    order.order,
                    REPORT_FILL,
                    execution_id=execution,
                    quantity=quantity,
                    price=order.price,
                )
                self.watcher.say(fill)  # fmt: skip

    @rule(kind=st.sampled_from([REPORT_ACCEPTED, REPORT_SILENCE]))
    def the_venues_answer_or_are_silent(self, kind: int) -> None:
        for order in list(self.world.ledger.orders.open.values()):
            self.watcher.say(ReportOrder(order.venue.name, order.order, kind))

    @rule(data=st.data())
    def a_feed_says_something(self, data: st.DataObject) -> None:
        self.watcher.say(vocabulary.market(Drawn(data), self.world))

    @rule(data=st.data())
    def a_person_says_something(self, data: st.DataObject) -> None:
        self.watcher.say(vocabulary.operator(Drawn(data), self.world))

    @rule(by=st.sampled_from(PEOPLE))
    def people_approve_what_waits(self, by: str) -> None:
        for decision in list(self.world.ledger.holds.held):
            self.watcher.say(ApproveDecision(decision, by, "yes"))
        for change in list(self.world.ledger.limits.changes):
            self.watcher.say(ConfirmLimitChange(change, by, "yes"))

    @rule(after_ns=st.sampled_from([1, SECOND, 61 * SECOND]))
    def time_passes(self, after_ns: int) -> None:
        self.watcher.say(AdvanceTime(), after_ns)

    @rule()
    def the_process_is_restarted_from_a_snapshot(self) -> None:
        state = decode_plain(encode(state_of(self.world.ledger)))
        self.world.kernel = Kernel(restore(state), USER_CONTROLS)

    @invariant()
    def a_restored_ledger_is_the_same_ledger(self) -> None:
        state = state_of(self.world.ledger)
        assert encode(state_of(restore(decode_plain(encode(state))))) == encode(state)

    def teardown(self) -> None:
        wanted, ledger, kernel = (
            digest(self.world.ledger),
            Ledger(),
            Kernel(Ledger(), USER_CONTROLS),
        )
        for sequence, entry in enumerate(self.world.entries, start=1):
            ledger.apply_fact(sequence, entry.time_ns, entry.command)
            for event in entry.events:
                ledger.apply(event)
            made = kernel.step(sequence, entry.time_ns, entry.command)
            assert encode(made) == encode(entry.events), f"command {sequence} {entry.command}"
        assert digest(ledger) == wanted
        assert digest(kernel.ledger) == wanted
        traded = lots_of(self.world.entries)
        for account in ledger.accounts.values():
            for symbol, position in account.positions.items():
                assert position.lots - position.opening == traded.get((account.name, symbol), 0)


AnythingAtAll.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestTheLawsHoldWhateverIsSaid = AnythingAtAll.TestCase
