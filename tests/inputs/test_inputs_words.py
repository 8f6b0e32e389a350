"""Operators' words and market lines at the live door."""

import json

import pytest

from inputs.captures import INSTRUMENTS
from interlock.inputs.refusals import InputRefused
from interlock.inputs.words import decode_line
from interlock.messages.commands import Halt, LiftHalt, NoteTrade, UpdateQuote
from interlock.messages.identity import order_id
from interlock.messages.statements import AskVenue, ResolveOrder
from interlock.messages.terms import REJECTED, SELL


def taken(value: object) -> object:
    return decode_line(json.dumps(value).encode(), INSTRUMENTS)


def test_a_halt_names_its_scope_and_who_trips_it() -> None:
    word = {"scope": "source:momentum", "by": "anna", "text": "looks wrong", "reduce_only": True}
    assert taken({"halt": word}) == Halt("source:momentum", "anna", "looks wrong", True, True)
    assert taken({"halt": {"scope": "firm", "by": "anna"}}) == Halt("firm", "anna", "")


def test_a_halt_is_lifted_by_name() -> None:
    word = {"scope": "venue:spot", "by": "ben", "text": "checked", "trip": 41}
    assert taken({"lift_halt": word}) == LiftHalt("venue:spot", "ben", "checked", 41)


def test_a_halt_is_not_lifted_without_naming_its_trip() -> None:
    with pytest.raises(InputRefused, match=r"\$\.lift_halt\.trip"):
        taken({"lift_halt": {"scope": "firm", "by": "ben"}})


@pytest.mark.parametrize("by", ["ann ", " ann", "control:daily_loss", "Invariant:x", "others:0"])
def test_a_name_that_is_somebody_elses_or_no_persons_is_refused(by: str) -> None:
    with pytest.raises(InputRefused, match=r"\$\.halt\.by"):
        taken({"halt": {"scope": "firm", "by": by}})


@pytest.mark.parametrize("scope", ["", "everything", "source:", "source", "planet:earth", 7, None])
def test_a_scope_that_names_nothing_is_refused(scope: object) -> None:
    with pytest.raises(InputRefused, match=r"\$\.halt\.scope"):
        taken({"halt": {"scope": scope, "by": "anna"}})


def test_market_lines_become_quotes_and_trades() -> None:
    quote = {"instrument": "IBM", "venue": "us", "bid": "181.00", "bid_quantity": "100"}
    assert taken({"quote": quote}) == UpdateQuote("IBM", "us", 18_100, 100, 0, 0, 0)
    trade = {"instrument": "IBM", "venue": "us", "price": "181.00", "quantity": "5"}
    trade |= {"side": "sell", "venue_time": "1970-01-01T00:00:01Z"}
    wanted = NoteTrade("IBM", "us", 18_100, 5, SELL, 1_000_000_000)
    assert taken({"trade": trade}) == wanted


def test_a_quote_with_half_a_side_is_refused() -> None:
    with pytest.raises(InputRefused, match="belong together"):
        taken({"quote": {"instrument": "IBM", "venue": "us", "bid": "181.00"}})


def test_a_word_with_a_field_too_many_is_refused() -> None:
    with pytest.raises(InputRefused, match=r"\$\.halt\.canel_working"):
        taken({"halt": {"scope": "firm", "by": "anna", "canel_working": False}})


def test_a_person_has_a_venue_asked_for_all_that_it_has() -> None:
    word = {"venue": "spot", "by": "anna"}
    assert taken({"reconcile": word}) == AskVenue("spot", "anna", "")


def test_a_person_says_what_became_of_an_order_and_on_what_evidence() -> None:
    word = {"order": "412-1", "as": "absent", "by": "anna", "evidence": "their mail"}
    assert taken({"resolve": word}) == ResolveOrder(
        order_id(412, 1), REJECTED, "anna", "their mail"
    )


@pytest.mark.parametrize(
    "changed", [{"order": "412"}, {"as": "filled"}, {"by": ""}, {"evidence": None}, {"more": 1}]
)
def test_a_word_about_an_order_that_cannot_be_read_says_where(changed: dict[str, object]) -> None:
    word = {"order": "412-1", "as": "cancelled", "by": "anna", "evidence": "their mail"}
    with pytest.raises(InputRefused, match=r"\$\.resolve"):
        taken({"resolve": {**word, **changed}})
