"""What `why` and `journal show` print, and their exit codes."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from interlock.journal.faults import JournalForeign
from interlock.messages.decisions import Basket, OrderQuantity, Terms
from interlock.messages.identity import order_text
from interlock.monitoring.telling import tell_story
from interlock.terminal.printable import printable
from interlock.terminal.records import show
from interlock.terminal.story import print_story, why
from monitoring.kept import fill, keep, last_decision, working
from worlds import World


@pytest.fixture
def world() -> World:
    made = World()
    made.quote()
    return made


def printed(path: Path, subject: str, width: int) -> str:
    out = StringIO()
    print_story(Console(file=out, width=width, highlight=False), tell_story(path, subject))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_a_story_fits_the_terminal(world: World, tmp_path: Path, width: int) -> None:
    order = working(world, price=10_020)
    fill(world, order, 10, 10_010, "e1", fee=40)
    text = printed(keep(tmp_path, world.entries), order_text(order), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert text.splitlines()[0].startswith("Order 21-1 was cleared and is filled: 10 COIN of 10")
    for wanted in ("Decision", "Verdict  22.1", "market seen", "Findings: 24 passed", "cost"):
        assert wanted in text


def test_objections_stand_before_what_passed(world: World, tmp_path: Path) -> None:
    world.order(quantity=150, price=20_000)
    text = printed(keep(tmp_path, world.entries), str(last_decision(world)), 100)
    assert text.count("FAIL  ") == 3
    assert text.rindex("FAIL  ") < text.index("pass  ")
    assert "a limit of risk (“test”), set by risk at 11" in " ".join(text.split())


def test_of_a_basket_only_the_order_that_was_asked_for_is_printed(
    world: World, tmp_path: Path
) -> None:
    line = OrderQuantity("COIN", 1, 3, Terms(price=10_000, venue="alpha"))
    world.decide(Basket((line, line, line)))
    decision = last_decision(world)
    path = keep(tmp_path, world.entries)
    text = printed(path, f"{decision}-2", 100)
    assert f"Order {decision}-2" in text
    assert f"Order {decision}-1" not in text
    assert f"2 other orders: ask for decision {decision}" in text
    assert f"Order {decision}-1" in printed(path, str(decision), 100)


def test_words_from_outside_cannot_move_the_cursor_nor_add_style(
    world: World, tmp_path: Path
) -> None:
    world.order(text="\x1b[2J[bold red]hello\r", evidence={"[link]": "\x07[/]"})
    text = printed(keep(tmp_path, world.entries), str(last_decision(world)), 100)
    assert "\\x1b[2J[bold red]hello\\r" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_why_prints_plain_text_when_it_is_not_at_a_terminal(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = working(world)
    assert why(keep(tmp_path, world.entries), order_text(order), as_json=False) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_why_as_json_is_the_whole_story(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = working(world)
    path = keep(tmp_path, world.entries)
    assert why(path, order_text(order), as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["subject"]["order"] == order
    assert told["orders"][0]["quantity"] == {"value": 10, "text": "10", "unit": "COIN"}
    assert len(told["verdict"]["findings"]) == 24


def test_what_is_not_there_gives_three_and_says_what_is(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    working(world)
    path = keep(tmp_path, world.entries)
    assert why(path, "20", as_json=True) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "The nearest decision is 21" in said.err
    assert show(path, source="nobody") == 3


def test_a_folder_that_is_no_journal_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(JournalForeign):
        why(tmp_path, "1", as_json=False)


def test_records_are_shown_one_a_line(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = working(world)
    path = keep(tmp_path, world.entries)
    assert show(path, order=order_text(order)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["22.2", "23", "23.1"]
    assert lines[1].split()[1:3] == ["2023-11-14T22:13:20.002000000Z", "report_order"]
    assert show(path, order=order_text(order), as_json=True) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["sequence"] for record in shown] == ["22.2", 23, "23.1"]


def test_only_what_cannot_be_printed_is_escaped() -> None:
    assert printable("größer als 5 €") == "größer als 5 €"
    assert printable("a\nb\x1b") == "a\\nb\\x1b"
