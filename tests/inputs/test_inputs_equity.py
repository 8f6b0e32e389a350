"""The US equity day, real and synthetic."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from inputs.captures import IBM, equity_archive, faults
from interlock.inputs.equity import EquityRecording, new_york_midnight_ns
from interlock.inputs.refusals import RecordingRefused
from interlock.messages.commands import Command, NoteFeedFault, NoteTrade, UpdateQuote
from interlock.messages.units import NS_PER_MS

DAY = "20131007_ibm"
MIDNIGHT = 1_381_118_400_000_000_000  # 2013-10-07 04:00 UTC


def day(tmp_path: Path, trades: list[str], quotes: list[str]) -> list[tuple[int, Command]]:
    trade_path = equity_archive(tmp_path / "t.zip", f"{DAY}_Trade_Tick.csv", trades)
    quote_path = equity_archive(tmp_path / "q.zip", f"{DAY}_Quote_Tick.csv", quotes)
    items = list(EquityRecording(trade_path, quote_path, IBM, "us"))
    times = [time_ns for time_ns, _ in items]
    assert times == sorted(times)
    return items


def test_the_trades_of_the_ibm_day_lie_within_its_national_best(data_folder: Path) -> None:
    folder = data_folder / "us-equity"
    recording = EquityRecording(
        folder / "ibm-20131007-trade.zip", folder / "ibm-20131007-quote.zip", IBM, "us"
    )
    midnight = new_york_midnight_ns(date(2013, 10, 7), "")
    assert midnight == MIDNIGHT
    opening, closing = midnight + 34_200_000 * NS_PER_MS, midnight + 57_600_000 * NS_PER_MS
    bid = ask = trades = within = last_ns = quotes = 0
    found = []
    for time_ns, command in recording:
        assert time_ns >= last_ns
        last_ns = time_ns
        if isinstance(command, UpdateQuote):
            bid, ask = command.bid, command.ask
            quotes += 1
        elif isinstance(command, NoteTrade) and opening <= time_ns <= closing:
            trades += 1
            within += bid <= command.price <= ask
        elif isinstance(command, NoteFeedFault):
            found.append(command)
    assert quotes == 109_066, "109,067 rows, one of them marked suspicious"
    assert (within, trades) == (23_353, 24_106), "96.9 %"
    assert recording.suspicious_rows == 1
    assert set(faults(found)) == {"crossed", "malformed", "recovered"}
    assert faults(found).count("malformed") == 1
    assert recording.progress == 1.0


def test_a_zero_leaves_a_side_as_it_was_and_quotes_come_before_trades(tmp_path: Path) -> None:
    items = day(
        tmp_path,
        ["1000,1810000,100,N,0,0"],
        ["900,1810000,300,0,0,P,1,0", "1000,0,0,1820000,200,Q,1,0"],
    )
    now = MIDNIGHT + 1000 * NS_PER_MS
    assert items[1:] == [
        (now, UpdateQuote("IBM", "us", 18_100, 300, 18_200, 200, now)),
        (now, NoteTrade("IBM", "us", 18_100, 100, 0, now)),
    ]


def test_locked_and_crossed_quotes_are_noted_once_an_episode(tmp_path: Path) -> None:
    quotes = ["1,1810000,1,0,0,P,1,0", "2,0,0,1810000,1,P,1,0", "3,1811000,1,0,0,P,1,0"]
    quotes += ["4,0,0,1820000,1,P,1,0", "5,1820000,1,0,0,P,1,0"]
    commands = [command for _, command in day(tmp_path, [], quotes)]
    assert faults(commands) == ["crossed", "crossed"]


def test_rows_that_cannot_be_read_fault_until_both_sides_are_quoted_anew(tmp_path: Path) -> None:
    quotes = ["1,1810000,1,0,0,P,1,0", "2,x,1,0,0,P,1,0", "3,0,0,1820000,1,P,1,0"]
    commands = [command for _, command in day(tmp_path, [], quotes)]
    assert faults(commands) == ["malformed"]
    quotes.append("4,1811000,1,0,0,P,1,0")
    commands = [command for _, command in day(tmp_path, [], quotes)]
    assert faults(commands) == ["malformed", "recovered"]
    for row in ("1,2,3", "9,1810000,1,N,0", "-1,1810000,1,N,0,0", "9,1810050,1,N,0,0"):
        commands = [c for _, c in day(tmp_path, [row, "10,1810000,1,N,0,0"], [])]
        assert faults(commands) == ["malformed", "recovered"], row


def test_an_old_quote_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    quotes = ["5,1810000,1,0,0,P,1,0", "3,1700000,1,0,0,P,1,0"]
    commands = [command for _, command in day(tmp_path, [], quotes)]
    assert faults(commands) == ["out_of_order", "recovered"]
    assert sum(isinstance(one, UpdateQuote) for one in commands) == 1


def test_a_trade_below_a_cent_needs_the_finer_tick(tmp_path: Path) -> None:
    path = equity_archive(tmp_path / "t.zip", f"{DAY}_Trade_Tick.csv", ["1,1810050,7,D,0,0"])
    fine = type(IBM)("IBM", "USD", 4, 4, 1, 0, 1)
    ((_, trade),) = EquityRecording(path, None, fine, "us")
    assert isinstance(trade, NoteTrade)
    assert trade.price == 1_810_050


def test_an_archive_that_is_not_whole_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = equity_archive(tmp_path / "t.zip", f"{DAY}_Trade_Tick.csv", ["1,1,1,N,0,0"] * 500)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RecordingRefused, match="copy it again"):
        EquityRecording(path, None, IBM, "us")


def test_an_archive_damaged_inside_gives_what_it_can_and_then_a_fault(tmp_path: Path) -> None:
    rows = [f"{n},{1_810_000 + n * 7919 % 9973 * 100},{n % 977 + 1},N,0,0" for n in range(9_000)]
    path = equity_archive(tmp_path / "t.zip", f"{DAY}_Trade_Tick.csv", rows)
    with zipfile.ZipFile(path) as archive:
        middle = archive.infolist()[0].compress_size // 2
    data = bytearray(path.read_bytes())
    data[middle : middle + 8] = b"\xff" * 8
    path.write_bytes(bytes(data))
    commands = [command for _, command in EquityRecording(path, None, IBM, "us")]
    assert "malformed" in faults(commands)
    assert sum(isinstance(one, NoteTrade) for one in commands) > 1_000
