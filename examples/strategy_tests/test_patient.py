"""How a strategy is tested with `interlock.testing`: run with `pytest` in this folder."""

from pathlib import Path

from interlock.inputs.session_file import SessionFile, load_session
from interlock.testing.everywhere import restart_everywhere
from interlock.testing.forking import fork_journal
from interlock.testing.live import LiveTrial
from interlock.testing.points import CrashPoint, Loss
from interlock.testing.trial import MarketTrial

FILE = Path(__file__).with_name("patient.toml")
QUOTE = {"bid": "99.90", "bid_quantity": "500", "ask": "100.10", "ask_quantity": "500"}


def session() -> SessionFile:
    return load_session(FILE)


def test_it_ends_with_what_it_wanted_and_no_limit_was_in_its_way() -> None:
    trial = MarketTrial(session(), audits=True)
    assert trial.run()
    assert trial.ledger.accounts["main"].positions["COIN"].lots == 500
    assert trial.ledger.halts == {}
    trial.check()


def test_wherever_the_process_dies_it_comes_to_the_same() -> None:
    tried = restart_everywhere(
        lambda: MarketTrial(session()),
        losses=(Loss.DROP, Loss.TORN),
        each_max=2,
    )
    assert {crash.point for crash in tried} == set(CrashPoint)


def test_an_order_that_was_on_its_way_when_the_process_died_is_asked_about() -> None:
    trial = LiveTrial(session())
    # Live, its market goes on while nobody lives; it decides when it has seen enough of it.
    trial.crash_at(CrashPoint.P4)
    assert not trial.run(seconds=30)
    assert trial.restart(after_seconds=5)
    assert trial.run(seconds=30)
    assert trial.ledger.orders.open == {}
    assert trial.venues["alpha"].sent_twice == []
    trial.check()


def test_with_a_smaller_limit_from_the_first_order_on_it_holds_less() -> None:
    trial = MarketTrial(session())
    assert trial.run()
    limits = [made for made in session().limits() if made.limit.control == "position"]
    limits[0].limit.parameters["long_max"] = 150
    first = min(order >> 20 for order in trial.ledger.orders.known)
    fork = fork_journal(trial.reader, first - 1, limits)
    fork.go_on()
    assert 0 < len(fork.ledger.orders.known) < len(trial.ledger.orders.known)
