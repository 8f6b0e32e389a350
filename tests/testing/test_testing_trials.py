"""Trials: whole sessions that die anywhere and come to the same."""

import errno
import re

import pytest

from crashes.stage import buy, decision, quote, stage_file
from interlock.coverage.recorder import Recorder, begin, end
from interlock.inputs.session_file import SessionFile, parse_session
from interlock.ledger.state import digest
from interlock.messages.commands import CloseSession, ReportOrder
from interlock.messages.events import OrderCleared
from interlock.messages.terms import REPORT_ACCEPTED, REPORT_FILL
from interlock.testing.auditing import InvariantsBroken, invariants
from interlock.testing.everywhere import NotTheSame, restart_everywhere
from interlock.testing.forking import fork_journal
from interlock.testing.live import LiveTrial
from interlock.testing.outcomes import Outcome
from interlock.testing.points import POINTS, CrashPoint, Loss
from interlock.testing.trial import DiskFailed, MarketTrial
from interlock.testing.venues import ToldVenue
from sessions.walks import DEMO


def market_file(seconds: int) -> SessionFile:
    text = re.sub(r"duration_s = [0-9_]+", f"duration_s = {seconds}", DEMO.read_text())
    return parse_session(text)


def market_trial() -> MarketTrial:
    return MarketTrial(market_file(2), segment_bytes=65_536)


def test_a_market_is_the_same_wherever_it_is_crashed_and_restarted() -> None:
    tried = restart_everywhere(market_trial, each_max=2, losses=(Loss.TORN, Loss.FULL))
    assert {crash.point for crash in tried} == set(CrashPoint)
    assert len(tried) > 20


def test_a_market_that_is_not_the_same_is_told_with_the_crash_and_the_difference() -> None:
    made: list[MarketTrial] = []

    class Forgetful(MarketTrial):
        def outcome(self) -> Outcome:
            outcome = super().outcome()
            if self.crashes:
                outcome.cash["trend USD"] = 0
            return outcome

    def make() -> MarketTrial:
        made.append(Forgetful(market_file(1)))
        return made[-1]

    with pytest.raises(NotTheSame, match=r"P2.*nth=1.*cash were"):
        restart_everywhere(make, points=(CrashPoint.P2,), losses=(Loss.DROP,), each_max=1)
    assert len(made) == 2


class Filling:
    """A live trial whose venue accepts what it gets, and fills it a second later."""

    def __init__(self) -> None:
        self.venue = ToldVenue("alpha")
        self.trial = LiveTrial(stage_file(), venues={"alpha": self.venue})
        self.trial.say(quote("COIN"), buy("desk", "a", "COIN"))
        self.trial.at(0.5, self.fill)

    def fill(self) -> None:
        for number in self.venue.orders:
            now_ns = self.trial.clock.now_ns()
            self.venue.tell(now_ns, ReportOrder("alpha", number, REPORT_ACCEPTED))
            fill = {"execution_id": f"x{number}", "quantity": 4, "price": 10_000}
            self.venue.tell(now_ns, ReportOrder("alpha", number, REPORT_FILL, **fill))


def test_a_fill_that_nobody_lived_to_hear_is_found_by_asking() -> None:
    filling = Filling()
    trial = filling.trial
    trial.crash_at(CrashPoint.P5)
    assert not trial.run(1.0)
    assert trial.restart(3.0)
    assert trial.ledger.accounts["main"].positions["COIN"].lots == 0
    assert trial.run(10.0)
    assert trial.ledger.accounts["main"].positions["COIN"].lots == 4
    assert [what for what, _ in trial.venues["alpha"].reached] == ["submit", "query"]
    trial.check()


def test_an_order_that_never_left_is_proven_absent_and_never_sent() -> None:
    filling = Filling()
    trial = filling.trial
    trial.crash_at(CrashPoint.P3)
    assert not trial.run(1.0)
    assert trial.restart(3.0)
    [reserved] = trial.outcome().reserved.items()
    assert reserved == ("main COIN buy", 4)
    assert trial.run(10.0)
    assert trial.outcome().orders == {"desk:a/1": ("rejected", 0, 4, 10_000)}
    assert trial.outcome().reserved == {}
    assert trial.venues["alpha"].sent_twice == []


def _tell(venue: ToldVenue, trial: LiveTrial, report: ReportOrder) -> None:
    assert venue.tell(trial.clock.now_ns(), report)


def test_a_word_that_is_no_answer_does_not_settle_what_may_have_been_missed() -> None:
    filling = Filling()
    trial = filling.trial
    trial.crash_at(CrashPoint.P5)
    assert not trial.run(1.0)
    # Before the venue is asked, it refuses a cancel: it has nothing that works.
    assert trial.restart(0.1)
    [number] = filling.venue.orders
    trial.say(decision("desk", "c", kind="cancel"))
    refused = ReportOrder("alpha", number, 9, reason=107)
    trial.at(0.1, lambda: _tell(filling.venue, trial, refused))
    assert trial.run(10.0)
    assert trial.outcome().orders == {"desk:a/1": ("filled", 4, 4, 10_000)}


def test_a_disk_that_fails_ends_the_process_and_is_not_believed_again() -> None:
    filling = Filling()
    trial = filling.trial
    assert trial.run(0.1)
    trial.files.fail("datasync", code=errno.EIO)
    trial.say(buy("desk", "b", "COIN"))
    with pytest.raises(DiskFailed, match="sync failed"):
        trial.run(0.1)
    # What was in that batch never left.
    assert [what for what, _ in trial.venues["alpha"].reached] == ["submit"]


ASKS = "order: working -ask_cancel-> pending_cancel"
TURNS = dict.fromkeys(POINTS[:5], ASKS)
TURNS[CrashPoint.P5] = "order: pending_cancel -fill-> pending_cancel"


@pytest.mark.parametrize("point", TURNS)
def test_a_crash_is_counted_with_the_moves_of_the_turn_that_it_interrupts(
    point: CrashPoint,
) -> None:
    venue = ToldVenue("alpha")
    trial = LiveTrial(stage_file(), venues={"alpha": venue})
    trial.say(quote("COIN"), buy("desk", "a", "COIN"))
    assert trial.run(0.5)
    [number] = venue.orders
    accepted = ReportOrder("alpha", number, REPORT_ACCEPTED)
    fill = ReportOrder("alpha", number, REPORT_FILL, execution_id="x", quantity=4, price=10_000)
    trial.at(0.5, lambda: _tell(venue, trial, accepted))
    assert trial.run(1.0)
    trial.say(decision("desk", "c", kind="cancel"))
    trial.at(0.5, lambda: _tell(venue, trial, fill))
    recorder = Recorder()
    begin(recorder)
    try:
        trial.crash_at(point)
        assert not trial.run(1.0)
    finally:
        end(recorder)
    crashes = [cell for cell in recorder.counts.cells if cell.startswith("crash: ")]
    assert crashes == [f"crash: {point.name} {TURNS[point]}"]


def test_a_session_that_died_before_its_first_batch_begins_anew() -> None:
    for point in (CrashPoint.P7, CrashPoint.P0, CrashPoint.P1):
        for loss in Loss:
            filling = Filling()
            filling.trial.lose_unsynced(loss)
            filling.trial.crash_at(point)
            assert not filling.trial.run(1.0)
            assert filling.trial.restart()
            assert filling.trial.run(10.0)
            assert filling.trial.outcome().orders == {"desk:a/1": ("filled", 4, 4, 10_000)}


def test_the_audit_says_what_is_not_true_any_more() -> None:
    filling = Filling()
    assert filling.trial.run(0.1)
    invariants(filling.trial.ledger)
    filling.trial.ledger.accounts["main"].positions["COIN"].open_buy += 1
    with pytest.raises(InvariantsBroken, match="reserved"):
        invariants(filling.trial.ledger)


def test_a_fork_has_the_past_and_another_present() -> None:
    trial = market_trial()
    assert trial.run()
    sequence = next(
        number
        for number, entry in trial.reader.entries()
        if any(isinstance(event, OrderCleared) for event in entry.events)
    )
    same = fork_journal(trial.reader, trial.reader.last_sequence - 1)
    assert same.take(CloseSession("operator", "the market ended")) == []
    assert digest(same.ledger) == digest(trial.ledger)
    # The same market and decisions, with a limit that lets nothing pass.
    strict = [made for made in market_file(2).limits() if made.limit.control == "order_quantity"]
    for made in strict:
        for name in list(made.limit.parameters):
            made.limit.parameters[name] = 1
    other = fork_journal(trial.reader, sequence - 1, strict)
    taken = other.go_on()
    # What venues said about orders that do not come to be is not said.
    assert 0 < taken < trial.reader.last_sequence - sequence + 1
    assert other.ledger.broken == {}
    assert all(order.quantity <= 1 for order in other.ledger.orders.known.values())
    assert len(other.ledger.orders.known) < len(trial.ledger.orders.known)
    assert other.entries()[: sequence - 1] == trial.entries()[: sequence - 1]


def test_a_fork_beyond_the_journal_is_refused() -> None:
    trial = market_trial()
    assert trial.run()
    with pytest.raises(ValueError, match="must be 1 to"):
        fork_journal(trial.reader, trial.reader.last_sequence + 1)
