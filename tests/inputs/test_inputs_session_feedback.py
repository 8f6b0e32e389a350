"""What a session file says about feedback, and the mistakes in it."""

import pytest

from inputs.session_texts import SESSION
from interlock.inputs.session_file import parse_session
from interlock.inputs.session_remarks import SessionMistakes
from interlock.messages.commands import Command
from interlock.messages.feedback import Budget, SetFeedback

FEEDBACK = """
[feedback]
interval_s = 30
samples_min = 50
plausible_bp = "150"
size = { step_percent = 20, least_percent = 50, costly_bp = "3", cheap_bp = "1" }
market_orders = { above_bp = "2", below_bp = "1", bound_bp = "4" }
participation = { share_percent = 5 }
impact = { most_bp = "10" }
budgets = [{ source = "model", currency = "USD", cost_max = "12.50", throttle_percent = 60 }]

[feedback.routing]
step_percent = 10
least_percent = 40
worse_bp = "0.5"
better_bp = "0.10"
reach_bp = "5"
"""


def last_of_opening(text: str) -> Command:
    return parse_session(text).opening("id", "test")[-1]


def test_without_feedback_nothing_is_armed() -> None:
    assert parse_session(SESSION).feedback is None
    assert not isinstance(last_of_opening(SESSION), SetFeedback)


def test_rules_are_read_with_their_units_and_armed_last() -> None:
    command = last_of_opening(SESSION + FEEDBACK)
    assert isinstance(command, SetFeedback)
    assert (command.by, command.is_frozen) == ("session file", False)
    rules = command.rules
    assert rules is not None
    assert (rules.interval_ns, rules.window_ns) == (30_000_000_000, 3_600_000_000_000)
    assert (rules.samples_min, rules.plausible_ppm, rules.coverage_min_bps) == (50, 15_000, 9_500)
    assert (rules.weight_step_bps, rules.weight_min_bps) == (1_000, 4_000)
    assert (rules.worse_ppm, rules.better_ppm, rules.reach_ppm) == (50, 10, 500)
    assert (rules.size_step_bps, rules.size_min_bps) == (2_000, 5_000)
    assert (rules.costly_ppm, rules.cheap_ppm) == (300, 100)
    assert (rules.bounded_above_ppm, rules.bounded_below_ppm, rules.bound_ppm) == (200, 100, 400)
    assert (rules.participation_bps, rules.bucket_ns) == (500, 300_000_000_000)
    assert rules.impact_max_ppm == 1_000
    assert rules.budgets == (Budget("model", "USD", 125_000, 6_000, 5_000),)


def test_rules_that_are_not_written_are_off() -> None:
    command = last_of_opening(SESSION + "\n[feedback]\n")
    assert isinstance(command, SetFeedback)
    rules = command.rules
    assert rules is not None
    assert rules.weight_step_bps == rules.size_step_bps == rules.participation_bps == 0
    assert rules.bounded_above_ppm == rules.impact_max_ppm == 0
    assert rules.budgets == ()


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("interval_s = 30", "interval_s = 0", "must be 1.."),
        ("interval_s = 30", "interval_s = 30\nwindow_s = 10", "must be 30.."),
        ('plausible_bp = "150"', 'plausible_bp = "20000"', "must be at most 10000"),
        ('plausible_bp = "150"', "plausible_bp = 150", "must be decimal text"),
        ('better_bp = "0.10"', 'better_bp = "0.60"', "the rule would swing"),
        ('cheap_bp = "1"', 'cheap_bp = "4"', "the rule would swing"),
        ("step_percent = 10\n", "", "is missing"),
        ('source = "model"', 'source = "modle"', "did you mean model?"),
        ('currency = "USD"', 'currency = "GBP"', "must be one of [currencies]"),
        ("share_percent = 5", "share = 5", "is not a field here"),
        ("impact = ", "impakt = ", "did you mean impact?"),
        (
            "budgets = [",
            'budgets = [{ source = "model", currency = "USD", cost_max = "1" }, ',
            "which has a budget",
        ),
    ],
)
def test_mistakes_are_said(old: str, new: str, mistake: str) -> None:
    assert FEEDBACK.count(old) >= 1
    with pytest.raises(SessionMistakes) as caught:
        parse_session(SESSION + FEEDBACK.replace(old, new, 1))
    assert mistake in str(caught.value)
