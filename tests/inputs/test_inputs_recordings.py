"""Files recognised by what they hold, and merged by time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inputs.captures import (
    INSTRUMENTS,
    PERP,
    VENUES,
    Capture,
    equity_archive,
    faults,
)
from interlock.inputs.recordings import (
    MergedRecording,
    RecordingFile,
    exchange_symbol,
    kind_of,
    open_recordings,
)
from interlock.inputs.refusals import RecordingRefused
from interlock.messages.commands import AdvanceTime, Command, NoteTrade, UpdateQuote
from interlock.messages.definitions import Venue

PLAIN = "time_ns,kind,instrument,venue,price,quantity\n1723161254001500000,trade,IBM,us,1.00,1\n"


class Fixed:
    """A recording of given items."""

    def __init__(self, items: list[tuple[int, Command]]) -> None:
        self.items = items
        self.progress = 0.5

    def __iter__(self) -> Iterator[tuple[int, Command]]:
        return iter(self.items)


def opened(*paths: Path, venue: str = "", symbols: dict[str, str] | None = None) -> MergedRecording:
    files = [RecordingFile(path, venue=venue, symbols=symbols or {}) for path in paths]
    return open_recordings(files, INSTRUMENTS, VENUES)


def test_each_kind_is_recognised_by_its_content(tmp_path: Path) -> None:
    capture = Capture().trade(1, "100.00").write(tmp_path / "one.gz")
    zipped = equity_archive(tmp_path / "two", "20131007_ibm_Trade_Tick.csv", ["1,10000,1,N,0,0"])
    (tmp_path / "three").write_text(PLAIN)
    kinds = [kind_of(capture), kind_of(zipped), kind_of(tmp_path / "three")]
    assert kinds == ["binance", "equity", "plain"]


def test_recordings_are_merged_by_time_and_stay_in_order_at_equal_times(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(PLAIN)
    capture = Capture().trade(1, "100.00").trade(2, "100.00").write(tmp_path / "c.gz")
    recording = opened(capture, tmp_path / "p")
    items = list(recording)
    assert [getattr(command, "instrument", "") for _, command in items] == [
        "BTC-USDT",
        "IBM",
        "BTC-USDT",
    ]
    assert recording.progress == 1.0
    first = AdvanceTime()
    second = UpdateQuote("IBM", "us", 0, 0, 0, 0, 0)
    merged = MergedRecording([Fixed([(5, first)]), Fixed([(5, second), (6, first)])])
    assert list(merged) == [(5, first), (5, second), (6, first)]


def test_a_futures_capture_belongs_to_the_margined_instrument(tmp_path: Path) -> None:
    spot = Capture().trade(1, "100.00").depth(1, 2).write(tmp_path / "s")
    futures = Capture().trade(1, "100.0").depth(1, 2, previous=0).write(tmp_path / "f")
    both = [c for _, c in opened(spot, futures) if isinstance(c, NoteTrade)]
    assert {(one.instrument, one.venue) for one in both} == {
        ("BTC-USDT", "spot"),
        (PERP.symbol, "perps"),
    }
    assert exchange_symbol("BTC-USDT-PERP") == exchange_symbol("BTCUSDT") == "BTCUSDT"


def test_trades_and_quotes_of_a_day_are_paired(tmp_path: Path) -> None:
    trades = equity_archive(tmp_path / "t", "20131007_ibm_Trade_Tick.csv", ["1,10000,1,N,0,0"])
    quotes = equity_archive(tmp_path / "q", "20131007_ibm_Quote_Tick.csv", ["1,10000,1,0,0,N,1,0"])
    recording = opened(trades, quotes)
    assert len(recording.parts) == 1
    assert [type(command) for _, command in recording] == [UpdateQuote, NoteTrade]
    with pytest.raises(RecordingRefused, match="both hold the trades"):
        opened(trades, trades)


def test_files_that_cannot_be_used_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "odd").write_bytes(b"what is this\n")
    stub = Capture().trade(1, "100.00").write(tmp_path / "x.gz")
    (tmp_path / "stub.gz").write_bytes(stub.read_bytes()[:15])
    doge = Capture("DOGEUSDT").trade(1, "1.00").write(tmp_path / "doge")
    broken = equity_archive(tmp_path / "z", "20131007_ibm_Trade_Tick.csv", ["1,1,1,N,0,0"])
    broken.write_bytes(broken.read_bytes()[:40])
    for path, text in (
        (tmp_path / "nowhere", "cannot be read"),
        (tmp_path / "empty", "is empty"),
        (tmp_path / "odd", "must be CSV"),
        (tmp_path / "stub.gz", "cut off"),
        (doge, "DOGEUSDT"),
        (broken, "copy it again"),
    ):
        with pytest.raises(RecordingRefused, match=text):
            opened(path)
    with pytest.raises(RecordingRefused, match="must be one that trades"):
        opened(stub, venue="us")


def test_a_venue_in_doubt_must_be_said(tmp_path: Path) -> None:
    path = Capture().trade(1, "100.00").write(tmp_path / "c")
    venues = VENUES | {"other": Venue("other", ("BTC-USDT",))}
    with pytest.raises(RecordingRefused, match="say which venue"):
        open_recordings([RecordingFile(path)], INSTRUMENTS, venues)
    recording = open_recordings([RecordingFile(path, venue="other")], INSTRUMENTS, venues)
    assert [getattr(command, "venue", "") for _, command in recording] == ["other"]


def test_a_symbol_may_be_given_its_instrument(tmp_path: Path) -> None:
    path = Capture("XBTUSD").trade(1, "100.00").write(tmp_path / "c")
    recording = opened(path, symbols={"XBTUSD": "ETH-USDT"}, venue="spot")
    assert [getattr(command, "instrument", "") for _, command in recording] == ["ETH-USDT"]


def test_the_real_files_are_recognised_and_merged(data_folder: Path) -> None:
    recording = opened(
        data_folder / "binance" / "spot-btcusdt-20240808.gz",
        data_folder / "binance" / "usdm-btcusdt-20240808.gz",
    )
    last_ns = 0
    markets = set()
    commands = []
    for time_ns, command in recording:
        assert time_ns >= last_ns
        last_ns = time_ns
        commands.append(command)
        if isinstance(command, UpdateQuote):
            markets.add((command.instrument, command.venue))
    assert markets == {("BTC-USDT", "spot"), (PERP.symbol, "perps")}
    assert faults(commands) == []
