"""D1 Knight Capital, 1 August 2012.

SEC release 34-70694: 27 July to 1 August, one of eight servers misses a deployment; the flag it is
sent wakes "Power Peg", unused since 2003, whose count of fills was moved in 2005 and never tested
again. 45 minutes; 212 parent orders, more than 4 million executions in 154 stocks, 397 million
shares; $3.5 bn long in 80 stocks, $3.15 bn short in 74; more than $460 million lost. The $2 million
limit of account 33 was not wired to anything. 97 e-mails before 9:30. $12 million fine.

Scaled 1:1,000. What the order says of rolling back (uninstalling the new code from the seven good
servers spread the failure) belongs to releases; tested here is what exists: the fence of active
releases and epochs, conservation, the caps, and the kill.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.knight import EXECUTIONS, KNIGHT, PARENTS

STAGED = Staged(KNIGHT)


@pytest.mark.parametrize("control", controls_of(KNIGHT))
def test_knight_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(KNIGHT))
def test_knight_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= KNIGHT.harm_min > with_it


def test_without_any_control_the_numbers_are_those_of_the_case_by_a_thousand() -> None:
    outcome = STAGED.without_it("gross_exposure")
    assert len(outcome.orders) == EXECUTIONS
    assert outcome.filled_lots == 397_000
    longs = [each for each in outcome.positions if each.lots > 0]
    shorts = [each for each in outcome.positions if each.lots < 0]
    assert (len(longs), len(shorts)) == (80, 74)
    assert 455_000_00 < outcome.loss() < 465_000_00


def test_a_fence_alone_leaves_nothing_to_be_stopped_later() -> None:
    outcome = STAGED.with_it("active_release")
    assert outcome.refused == {"RELEASE_NOT_ACTIVE": EXECUTIONS}
    assert outcome.halts == []


def test_a_halt_of_a_cap_stops_the_firm_and_not_only_the_order() -> None:
    outcome = STAGED.with_it("gross_exposure")
    assert outcome.refused["GROSS_EXPOSURE_ABOVE_LIMIT"] >= 1
    assert outcome.halts[0][1:] == ("firm", "control:gross_exposure")
    assert len(outcome.orders) == 1


def test_one_press_stops_all_that_follows() -> None:
    outcome = STAGED.with_it("halts")
    assert outcome.halts[0][1:] == ("firm", "operations")
    assert len(outcome.orders) + outcome.refused["HALTED"] == EXECUTIONS


def test_parents_that_are_worked_end_filled_and_never_exceeded() -> None:
    outcome = STAGED.with_it("worked parents")
    assert len(outcome.orders) >= PARENTS
    assert outcome.sent_lots == outcome.filled_lots == PARENTS * 100
    assert outcome.refused == {}
