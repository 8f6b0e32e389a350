"""The quality of whole sessions: worked out anew by other means, the same twice, and no look ahead.

Three markets by seed, the IBM day, and both recordings of Binance.
"""

from pathlib import Path

import pytest

from interlock.cli import main
from interlock.feedback.follower import OutcomeFollower
from interlock.feedback.outcomes import OrderOutcome
from interlock.journal.reader import JournalReader
from interlock.messages.commands import DefineInstrument
from sessions.quality_in_sql import as_reported, worked_out
from sessions.walks import EXAMPLES, entries_of, ran, short_demo

RECORDED = {
    "ibm": ("us-equity.toml", "us-equity", ("ibm-20131007-quote.zip", "ibm-20131007-trade.zip")),
    "spot": ("binance-spot.toml", "binance", ("spot-btcusdt-20240808.gz",)),
    "futures": ("binance-spot.toml", "binance", ("usdm-btcusdt-20240808.gz",)),
}
SEEDS = ("7", "11", "23")
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module", params=[*SEEDS, *RECORDED])
def session(
    request: pytest.FixtureRequest, data_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("measured")
    if request.param in RECORDED:
        file, kind, names = RECORDED[request.param]
        data = [data_folder / kind / name for name in names]
        done = ran("run", EXAMPLES / file, "--data", *data, "--out", folder / "s", "--json")
        assert done.returncode == 0, done.stderr
        return folder / "s"
    file = short_demo(folder, 25, ("seed = 7", f"seed = {request.param}"))
    assert main(["run", str(file), "--out", str(folder / "s"), "--json"]) == 0
    return folder / "s"


def factors_of(session: Path) -> dict[str, int]:
    """What a tick on a lot is worth, by instrument."""
    found: dict[str, int] = {}
    for _, entry in JournalReader(session).entries():
        if isinstance(entry.command, DefineInstrument):
            made = entry.command.instrument
            found[made.symbol] = made.minor_per_tick_lot
    return found


def test_every_cost_is_what_sql_makes_of_the_exported_tables(
    session: Path, tmp_path: Path, capsys: Said
) -> None:
    exported, reported = tmp_path / "exported", tmp_path / "reported"
    assert main(["journal", "export", str(session), "--out", str(exported), "--json"]) == 0
    assert main(["quality", str(session), "--parquet", str(reported), "--json"]) == 0
    capsys.readouterr()
    found = worked_out(exported, factors_of(session))
    assert len(found) > 10
    assert found == as_reported(reported)


def test_the_same_session_gives_the_same_report_twice_to_the_byte(
    session: Path, tmp_path: Path, capsys: Said
) -> None:
    said = []
    for name in ("once", "again"):
        page = tmp_path / f"{name}.html"
        assert main(["quality", str(session), "--by", "venue", "--json", "--html", str(page)]) == 0
        said.append((capsys.readouterr().out, page.read_bytes()))
    assert said[0] == said[1]


def test_an_outcome_knows_nothing_of_what_came_after_it(session: Path) -> None:
    """Whoever reads no further than the entry at which an outcome was handed on has the same."""
    entries = entries_of(session)
    seen: list[tuple[int, OrderOutcome]] = []
    whole = OutcomeFollower(lambda outcome: seen.append((whole_at, outcome)), lambda _: None)
    whole_at = 0
    for whole_at, entry in enumerate(entries, 1):
        whole.add(whole_at, entry)
    for end in {at for at, _ in seen[:: max(len(seen) // 3, 1)]}:
        found: list[OrderOutcome] = []
        cut = OutcomeFollower(found.append, lambda _: None)
        for sequence, entry in enumerate(entries[:end], 1):
            cut.add(sequence, entry)
        assert found == [outcome for at, outcome in seen if at <= end]
