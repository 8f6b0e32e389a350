"""`interlock coverage`: what a session exercises, held against what tests did."""

from pathlib import Path

import pytest

from interlock.cli import main
from interlock.coverage.cells import CELLS
from interlock.coverage.counts import Counts, read_counts
from interlock.terminal.coverage import journal_counts
from sessions.walks import document, short_demo

Said = pytest.CaptureFixture[str]
MOVE = "order: cleared -accept-> working"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coverage")
    assert main(["run", str(short_demo(folder, 8)), "--out", str(folder / "kept"), "--json"]) == 0
    return folder / "kept"


def everything(path: Path, *, without: tuple[str, ...] = ()) -> Path:
    """A tests' file that has every cell but some."""
    counts = Counts(journals=1)
    for cells in CELLS.values():
        for cell in cells:
            if cell not in without:
                counts.note(cell, "a test")
    counts.write(path)
    return path


def test_a_session_is_told_by_sections_with_what_it_never_did(session: Path, capsys: Said) -> None:
    assert main(["coverage", str(session)]) == 0
    said = capsys.readouterr().out
    assert "order: never exercised" in said
    assert "  order: cleared -pend-> cleared" in said
    assert "What production has done" not in said


def test_two_journals_are_added_up(session: Path) -> None:
    one, two = journal_counts([session]), journal_counts([session, session])
    assert one.count(MOVE) > 0
    assert two.count(MOVE) == 2 * one.count(MOVE)
    assert two.cells[MOVE].first.startswith(f"{session}, command ")
    assert one.undeclared == {}


def test_what_only_production_did_is_named_and_ends_with_1(
    session: Path, tmp_path: Path, capsys: Said
) -> None:
    tests = everything(tmp_path / "tests.json", without=(MOVE,))
    assert main(["coverage", str(session), "--tests", str(tests), "--json"]) == 1
    told = document(capsys.readouterr().out)
    assert list(told["production_only"]) == [MOVE]
    assert told["production_only"][MOVE]["first"].startswith(str(session))
    assert told["production_only_pairs"]
    assert main(["coverage", str(session), "--tests", str(tests)]) == 1
    said = capsys.readouterr().out
    assert "What production has done that no test has:" in said
    assert f"  {MOVE}  x" in said


def test_production_that_did_nothing_new_ends_with_0(
    session: Path, tmp_path: Path, capsys: Said
) -> None:
    tests = everything(tmp_path / "tests.json")
    assert main(["coverage", str(session), "--tests", str(tests)]) == 0
    assert "  nothing" in capsys.readouterr().out


def test_a_gate_names_the_section_and_the_cells_that_are_missing(
    tmp_path: Path, capsys: Said
) -> None:
    tests = everything(tmp_path / "tests.json", without=(MOVE,))
    gate = ["coverage", "--tests", str(tests), "--fail-under", "100"]
    assert main([*gate, "--only", "reason", "--only", "halt"]) == 0
    assert main([*gate, "--only", "order"]) == 1
    said = capsys.readouterr().out
    assert f"  {MOVE}" in said
    assert "order: 99.6 % of the cells that are not rare, must be 100 %" in said
    assert main([*gate[:3], "--fail-under", "99", "--only", "order"]) == 0


def test_the_page_draws_every_machine_and_needs_no_network(
    session: Path, tmp_path: Path, capsys: Said
) -> None:
    page, tests = tmp_path / "out" / "page.html", everything(tmp_path / "t.json", without=(MOVE,))
    assert main(["coverage", str(session), "--tests", str(tests), "--html", str(page)]) == 1
    assert f"Drawn in {page}" in capsys.readouterr().out.replace("\n", "")
    text = page.read_text()
    assert text.count("<svg ") == len([name for name in CELLS if f'id="{name}"' in text]) - 3
    assert text.count("<svg ") == text.count("</svg>")
    assert "What production has done that no test has" in text
    for outside in ("http://", "https://", "<script", "<link", "@import", "src="):
        assert outside not in text
    assert MOVE.replace(">", "&gt;") in text


def test_the_page_of_a_session_alone_says_what_it_did(session: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["coverage", str(session), "--html", str(page)]) == 0
    assert "What production has done" not in page.read_text()
    assert "first at" not in page.read_text()
    assert str(session) in page.read_text()


def test_a_move_that_no_table_has_fails_whatever_the_gate(tmp_path: Path, capsys: Said) -> None:
    tests = everything(tmp_path / "tests.json")
    counts = read_counts(tests)
    counts.note_undeclared("feed: sound -sings-> sound", "a test")
    counts.write(tests)
    assert main(["coverage", "--tests", str(tests), "--fail-under", "0"]) == 1
    assert "in no table: feed: sound -sings-> sound (a test)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ((), 3, "names no journal and no --tests FILE"),
        (("nowhere",), 3, "no session is kept there"),
        (("--tests", "nowhere.json"), 3, "no such file"),
        (("--tests", "pyproject.toml"), 3, "is no file of state coverage"),
    ],
)
def test_what_cannot_be_looked_at_is_said_in_a_sentence(
    arguments: tuple[str, ...], code: int, text: str, capsys: Said
) -> None:
    assert main(["coverage", *arguments]) == code
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--only", "orders"), "was 'orders', must be one of order, session, halt"),
        (("--fail-under", "101"), "was '101', must be a percentage from 0 to 100"),
        (("--fail-under", "all"), "was 'all', must be a percentage"),
        (("--fail-under", "nan"), "was 'nan', must be a percentage"),
    ],
)
def test_a_wrong_option_is_2_and_says_what_it_must_be(
    arguments: tuple[str, ...], text: str, capsys: Said
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["coverage", *arguments])
    assert ended.value.code == 2
    assert text in capsys.readouterr().err
