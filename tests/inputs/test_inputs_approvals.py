"""What people say of what waits for them, and how a session file says what a breach leads to."""

import json
from typing import Any

import pytest

from inputs.session_texts import SESSION, changed
from interlock.inputs.refusals import InputRefused
from interlock.inputs.session_file import parse_session
from interlock.inputs.session_remarks import SessionMistakes
from interlock.inputs.words import decode_line
from interlock.messages.approvals import (
    ApproveDecision,
    ConfirmLimitChange,
    DeclineDecision,
    DeclineLimitChange,
    ProposeLimitChange,
)
from interlock.messages.commands import Command
from interlock.messages.definitions import Answer, Instrument, Limit
from interlock.messages.terms import CONTINUOUS, HALT, HOLD, OPENING_AUCTION, WARN

COIN = Instrument("COIN", "USD", 4, 2, 1, 2, 1)
SECOND = 1_000_000_000
OWNED = 'owner = "risk"\nreason = "test"\n'


def taken(value: object) -> Command:
    return decode_line(json.dumps(value).encode(), {"COIN": COIN})


def refused(value: object) -> str:
    with pytest.raises(InputRefused) as error:
        taken(value)
    return str(error.value)


def test_people_approve_and_decline_one_decision() -> None:
    word = {"decision": 412, "by": "ben", "text": "seen"}
    assert taken({"approve": word}) == ApproveDecision(412, "ben", "seen")
    named = {**word, "digest": "9f86"}
    assert taken({"approve": named}) == ApproveDecision(412, "ben", "seen", "9f86")
    assert taken({"decline": word}) == DeclineDecision(412, "ben", "seen")


def test_people_confirm_and_decline_a_change_of_a_limit() -> None:
    word = {"change": 9, "by": "ben", "text": "seen"}
    assert taken({"confirm_limit": word}) == ConfirmLimitChange(9, "ben", "seen")
    assert taken({"decline_limit": word}) == DeclineLimitChange(9, "ben", "seen")


@pytest.mark.parametrize("word", ["approve", "decline", "confirm_limit", "decline_limit"])
@pytest.mark.parametrize(
    "fields", [{}, {"by": "ben"}, {"decision": 0, "change": 0, "by": "ben"}, {"decision": "1"}, 7]
)
def test_a_word_without_its_number_or_its_person_is_refused(word: str, fields: Any) -> None:
    assert f"$.{word}" in refused({word: fields})


def test_a_limit_is_read_in_the_units_of_its_instrument() -> None:
    word = {"control": "order_quantity", "instrument": "COIN", "by": "ben", "text": "thin",
            "parameters": {"quantity_max": "0.50"}}  # fmt: skip
    limit = Limit("order_quantity", "firm", {"quantity_max": 50}, "COIN")
    assert taken({"set_limit": word}) == ProposeLimitChange(limit, "ben", "thin")
    money = {"control": "order_value", "instrument": "COIN", "by": "ben", "scope": "source:m",
             "parameters": {"value_max": "12.5", "window_ms": 1_000}}  # fmt: skip
    said = taken({"set_limit": money})
    assert isinstance(said, ProposeLimitChange)
    assert said.limit.parameters == {"value_max": 125_000, "window_ms": 1_000}
    listed = {"control": "restricted_list", "by": "ben", "parameters": {"instruments": ["COIN"]}}
    said = taken({"set_limit": listed})
    assert isinstance(said, ProposeLimitChange)
    assert said.limit.parameters == {"instruments": ("COIN",)}


def test_a_limit_says_which_of_several_is_meant() -> None:
    word = {"control": "cash", "currency": "USD", "by": "ben", "severity": "hold", "approvers": 2,
            "hold_s": 5, "hold_move_bps": 7, "hold_age_ms": 9,
            "parameters": {"minimum": "-1"}}  # fmt: skip
    said = taken({"set_limit": word})
    assert isinstance(said, ProposeLimitChange)
    assert said.limit.answer == Answer(HOLD, 2, 5 * SECOND, 7, 9_000_000)
    assert said.limit.parameters == {"minimum": -10_000}


def test_a_limit_may_be_for_some_phases_of_the_day() -> None:
    word = {"control": "price_collar", "by": "ben", "phases": ["continuous", "opening_auction"],
            "parameters": {"bps": 50}}  # fmt: skip
    said = taken({"set_limit": word})
    assert isinstance(said, ProposeLimitChange)
    assert said.limit.phases == (OPENING_AUCTION, CONTINUOUS)
    for phases in ([], ["noon"], [3]):
        assert "$.set_limit.phases" in refused({"set_limit": {**word, "phases": phases}})


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"control": "moon_phase"}, "control"),
        ({"parameters": {"quantity_max": 5}}, "parameters.quantity_max"),
        ({"parameters": {"quantity_max": "0.001"}}, "parameters.quantity_max"),
        ({"parameters": {"quantity_max": "0"}}, "parameters.quantity_max"),
        ({"parameters": {"other": "1"}}, "parameters.other"),
        ({"parameters": 3}, "parameters"),
        ({"instrument": "LEAD"}, "instrument"),
        ({"severity": "loud"}, "severity"),
        ({"severity": "hold", "approvers": 3}, "approvers"),
        ({"severity": "soft", "hold_s": 5}, "hold_move_bps"),
        ({"severity": "hold", "hold_move_bps": 5}, "hold_s"),
        ({"control": "market_data", "parameters": {"age_ms": 5}, "phases": ["closed"]}, "phases"),
        ({"unknown": 1}, "unknown"),
    ],
    ids=str,
)
def test_a_mistake_in_a_limit_is_said_at_its_place(change: dict[str, Any], path: str) -> None:
    word = {"control": "order_quantity", "instrument": "COIN", "by": "ben",
            "parameters": {"quantity_max": "1"}}  # fmt: skip
    assert f"$.set_limit.{path}" in refused({"set_limit": {**word, **change}})


# --- the session file --------------------------------------------------------------------------


def answers_of(text: str) -> list[Answer]:
    return [
        command.limit.answer
        for command in parse_session(text).limits()
        if command.limit.control == "decision_quantity"
    ]


def armed(fields: str) -> str:
    return f'{SESSION}\n[controls.decision_quantity]\nquantity_max = "5"\n{fields}\n{OWNED}'


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ("", Answer()),
        ('severity = "warn"', Answer(WARN)),
        ('severity = "halt"', Answer(HALT)),
        ('severity = "soft"\nhold_s = 30\nhold_move_bps = 20', Answer(HOLD, 0, 30 * SECOND, 20)),
        (
            'severity = "hold"\napprovers = 2\nhold_s = 1\nhold_move_bps = 0\nhold_age_ms = 5',
            Answer(HOLD, 2, SECOND, 0, 5_000_000),
        ),
    ],
)
def test_a_session_file_says_what_a_breach_leads_to(fields: str, answer: Answer) -> None:
    made = answers_of(armed(fields))
    assert made
    assert set(map(str, made)) == {str(answer)}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ('severity = "loud"', "severity"),
        ('severity = "amend"', "severity"),
        ('severity = "soft"', "hold_s"),
        ('severity = "soft"\nhold_s = 1\nhold_move_bps = 1\napprovers = 1', "approvers"),
        ('severity = "hold"\nhold_s = 1\nhold_move_bps = 1\napprovers = 0', "approvers"),
        ('severity = "warn"\nhold_s = 1', "hold_s"),
        ("hold_age_ms = 1", "hold_age_ms"),
    ],
)
def test_a_mistake_in_an_answer_is_said_at_its_field(fields: str, path: str) -> None:
    with pytest.raises(SessionMistakes) as mistakes:
        parse_session(armed(fields))
    paths = [each.path for each in mistakes.value.mistakes]
    assert f"$.controls.decision_quantity.{path}" in paths


def test_an_instrument_with_a_soft_limit_alone_lacks_a_hard_one() -> None:
    text = changed(
        "[controls.order_quantity]\n",
        '[controls.order_quantity]\nseverity = "amend"\n',
        SESSION,
    )
    with pytest.raises(SessionMistakes) as mistakes:
        parse_session(text)
    [mistake] = mistakes.value.mistakes
    assert "is missing for COIN" in mistake.text
