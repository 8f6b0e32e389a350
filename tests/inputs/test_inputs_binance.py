"""Binance captures, sound and broken, as commands."""

import gzip
import random
from pathlib import Path

import pytest

from inputs.captures import BTC, ETH, PERP, START_NS, Capture, faults, heard
from interlock.inputs.binance import BinanceRecording
from interlock.inputs.refusals import RecordingRefused
from interlock.messages.commands import NoteFeedFault, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.terms import BUY, SELL

BIDS = [("100.00", "1.5"), ("99.99", "2")]
ASKS = [("100.01", "1"), ("100.02", "3")]


def sound(**options: bool) -> Capture:
    capture = Capture(**options)
    capture.depth(95, 101).snapshot(100, BIDS, ASKS)
    return capture.depth(102, 105, [("100.00", "1")])


@pytest.mark.parametrize("name", ["capture.txt", "capture.gz"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_wrapped_and_bare_lines_plain_and_gzip_say_the_same(
    tmp_path: Path, name: str, wrapped: bool
) -> None:
    capture = sound(wrapped=wrapped).ticker(107, "100.00", "100.01", "0.5").trade(1, "100.01", "1")
    commands = heard(capture.write(tmp_path / name), levels=2)
    ladder = UpdateLadder(
        "BTC-USDT",
        "spot",
        ((10_000, 100_000), (9_999, 200_000)),
        ((10_001, 100_000), (10_002, 300_000)),
        1_723_161_254_002_000_000,
    )
    assert isinstance(commands[0], UpdateLadder)
    assert commands[1:] == [
        ladder,
        UpdateQuote("BTC-USDT", "spot", 10_000, 50_000, 10_001, 50_000, 0),
        NoteTrade("BTC-USDT", "spot", 10_001, 100_000, SELL, 1_723_161_254_004_000_000),
    ]


def test_the_buyer_being_the_maker_means_that_the_seller_took(tmp_path: Path) -> None:
    capture = Capture().trade(1, "100.00", maker=True).trade(2, "100.00", maker=False)
    sides = [one.aggressor for one in heard(capture.write(tmp_path / "c")) if hasattr(one, "price")]
    assert sides == [SELL, BUY]


def test_market_time_is_the_local_clock_unless_the_exchanges_is_asked_for(tmp_path: Path) -> None:
    path = Capture().trade(1, "100.00").write(tmp_path / "c")
    local = BinanceRecording(path, {"BTCUSDT": BTC}, "spot")
    assert [time_ns for time_ns, _ in local] == [START_NS + 1_000_000]
    assert local.exchange_ahead_ns == -1_000_000
    exchange = BinanceRecording(path, {"BTCUSDT": BTC}, "spot", clock="exchange")
    assert [time_ns for time_ns, _ in exchange] == [START_NS]


def test_a_ticker_that_the_book_has_passed_is_left_out(tmp_path: Path) -> None:
    capture = sound().ticker(103, "100.00", "100.01")
    assert not [c for c in heard(capture.write(tmp_path / "c")) if isinstance(c, UpdateQuote)]


def test_a_ticker_newer_than_the_book_stands_on_top_of_the_ladder(tmp_path: Path) -> None:
    capture = sound().ticker(110, "99.99", "100.03", "7").depth(106, 107, [("99.00", "1")])
    ladder = heard(capture.write(tmp_path / "c"))[-1]
    assert isinstance(ladder, UpdateLadder)
    assert ladder.bids == ((9_999, 700_000), (9_900, 100_000))
    assert ladder.asks == ((10_003, 700_000),)


def test_a_gap_faults_the_market_until_a_new_snapshot(tmp_path: Path) -> None:
    capture = sound().depth(110, 112).depth(113, 114)
    capture.snapshot(111, [("90.00", "1")], [("91.00", "1")]).depth(115, 116)
    commands = heard(capture.write(tmp_path / "c"))
    assert faults(commands) == ["gap", "recovered"]
    gap = next(one for one in commands if isinstance(one, NoteFeedFault))
    assert gap.count == 4
    assert "106 to 109" in gap.text
    place = commands.index(gap)
    assert isinstance(commands[place + 1], UpdateLadder), "the new book comes before the all-clear"
    assert isinstance(commands[place + 2], NoteFeedFault)


def test_a_gap_without_a_new_snapshot_lasts_to_the_end(tmp_path: Path) -> None:
    capture = sound().depth(110, 112).depth(113, 114).depth(120, 121)
    commands = heard(capture.write(tmp_path / "c"))
    assert faults(commands) == ["gap", "gap"], "the second says how many more there were"
    assert "until the end" in str(commands[-1])


def test_a_futures_chain_breaks_when_the_previous_id_differs(tmp_path: Path) -> None:
    capture = Capture().depth(95, 105, previous=90)
    capture.snapshot(100, [("100.0", "1")], [("100.1", "1")])
    capture.depth(120, 130, previous=105).depth(150, 160, previous=140)
    capture.snapshot(155, [("100.0", "1")], [("100.1", "1")])
    assert faults(heard(capture.write(tmp_path / "c"), instrument=PERP)) == ["gap", "recovered"]


def test_a_reconnection_with_the_snapshot_first_notes_what_was_missed(tmp_path: Path) -> None:
    capture = sound().snapshot(150, BIDS, ASKS).depth(140, 160)
    assert faults(heard(capture.write(tmp_path / "c"))) == ["gap", "recovered"]


def test_swapped_diffs_are_noted_and_put_right(tmp_path: Path) -> None:
    straight = sound().depth(106, 107, [("100.00", "9")]).depth(108, 109, [("100.00", "4")])
    swapped = sound().depth(108, 109, [("100.00", "4")]).depth(106, 107, [("100.00", "9")])
    first, second = heard(straight.write(tmp_path / "a")), heard(swapped.write(tmp_path / "b"))
    assert faults(second) == ["gap", "out_of_order", "recovered"]
    ladders = [[c for c in one if isinstance(c, UpdateLadder)][-1] for one in (first, second)]
    assert ladders[0].bids == ladders[1].bids


def test_what_comes_twice_is_noted_once_and_not_repeated(tmp_path: Path) -> None:
    capture = sound().trade(1, "100.00").ticker(107, "100.00", "100.01")
    for line in capture.lines[-3:]:
        capture.raw(line.partition(b" ")[2])
    commands = heard(capture.write(tmp_path / "c"))
    assert faults(commands) == ["duplicate"] * 3
    assert sum(isinstance(one, NoteTrade) for one in commands) == 1


def test_missing_and_late_trades_are_noted(tmp_path: Path) -> None:
    capture = Capture().trade(1, "100.00").trade(5, "100.00").trade(3, "100.00")
    commands = heard(capture.write(tmp_path / "c"))
    assert faults(commands) == ["gap", "recovered", "out_of_order", "recovered"]
    assert sum(isinstance(one, NoteTrade) for one in commands) == 3
    assert next(one for one in commands if isinstance(one, NoteFeedFault)).count == 3


def test_a_line_that_cannot_be_read_faults_until_the_chain_is_seen_whole(tmp_path: Path) -> None:
    for junk in (
        b"{",
        b'{"e":"trade","t":"x"}',
        b"\xff\xfe",
        b'{"stream":"btcusdt@trade","data":1}',
    ):
        capture = sound().raw(junk).ticker(107, "100.00", "100.01").depth(106, 108)
        commands = heard(capture.write(tmp_path / "c"))
        assert faults(commands) == ["malformed", "recovered"], junk
    capture = sound()
    capture.lines.append(b"no time at all")
    assert faults(heard(capture.write(tmp_path / "c"))) == ["malformed"]


def test_a_lost_diff_behind_an_unreadable_line_is_found(tmp_path: Path) -> None:
    capture = sound().raw(b'{"e":"depthUpdate","U":106').depth(110, 112)
    assert faults(heard(capture.write(tmp_path / "c"))) == ["malformed", "gap"]


def test_a_diff_with_a_senseless_level_leaves_no_book_to_believe(tmp_path: Path) -> None:
    for row in (("-1", "1"), ("100.00", "1e5"), ("nan", "1"), ("100.00", "-3")):
        capture = sound().depth(106, 107, [row]).depth(108, 109)
        commands = heard(capture.write(tmp_path / "c"))
        assert faults(commands) == ["malformed", "malformed"], row
        assert sum(isinstance(one, UpdateLadder) for one in commands) == 2


def test_a_crossed_book_is_noted_once_an_episode(tmp_path: Path) -> None:
    capture = sound().depth(106, 106, [("100.01", "1")]).depth(107, 107, [("100.01", "2")])
    capture.depth(108, 108, [("100.01", "0")]).depth(109, 109, [("100.05", "1")])
    assert faults(heard(capture.write(tmp_path / "c"))) == ["crossed", "crossed"]


def test_local_times_that_go_back_are_held_and_noted(tmp_path: Path) -> None:
    capture = Capture().trade(1, "100.00")
    capture.time_ns -= 5_000_000
    capture.trade(2, "100.00").trade(3, "100.00")
    capture.time_ns += 9_000_000
    capture.trade(4, "100.00")
    commands = heard(capture.write(tmp_path / "c"))
    assert faults(commands) == ["out_of_order", "out_of_order", "recovered"]
    assert sum(isinstance(one, NoteTrade) for one in commands) == 4


def test_a_cut_off_gzip_gives_what_is_whole_and_then_a_fault(tmp_path: Path) -> None:
    chance = random.Random(3)
    capture = sound()
    for number in range(2_000):
        capture.trade(number, f"{100 + chance.randrange(900)}.{chance.randrange(10, 99)}")
    whole = heard(capture.write(tmp_path / "c.gz"))
    packed = (tmp_path / "c.gz").read_bytes()
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    cut = heard(tmp_path / "cut.gz")
    assert faults(cut) == ["malformed"]
    assert "cut off" in str(cut[-1])
    assert 300 < len(cut) < len(whole)
    assert cut[:-1] == whole[: len(cut) - 1]
    damaged = bytearray(packed)
    damaged[len(packed) // 2 : len(packed) // 2 + 9] = b"\0" * 9
    (tmp_path / "bad.gz").write_bytes(bytes(damaged))
    assert "malformed" in faults(heard(tmp_path / "bad.gz"))


def test_a_gzip_of_several_members_is_read_through(tmp_path: Path) -> None:
    capture = Capture().trade(1, "100.00")
    first = gzip.compress(b"\n".join([*capture.lines, b""]))
    capture.lines.clear()
    second = gzip.compress(b"\n".join([*capture.trade(2, "100.00").lines, b""]))
    (tmp_path / "c.gz").write_bytes(first + second)
    assert len(heard(tmp_path / "c.gz")) == 2


def test_other_streams_are_counted_and_left_alone(tmp_path: Path) -> None:
    capture = sound()
    capture.add(
        "aggTrade", {"e": "aggTrade", "s": "BTCUSDT", "a": 7, "p": "1", "q": "1", "m": True}
    )
    capture.add("depth20@100ms", {"lastUpdateId": 999, "bids": [("1.00", "1")], "asks": []})
    capture.add("kline_1m", {"e": "kline", "s": "BTCUSDT", "k": {"t": 1, "o": "1"}})
    capture.raw(b'{"stream":"!miniTicker@arr","data":[{"e":"24hrMiniTicker"}]}')
    capture.raw(b'{"result":null,"id":1}')
    recording = BinanceRecording(capture.write(tmp_path / "c"), {"BTCUSDT": BTC}, "spot")
    assert faults([command for _, command in recording]) == []
    assert recording.ignored == {
        "aggTrade": 1,
        "depth20@100ms": 1,
        "kline_1m": 1,
        "arr": 1,
        "other": 1,
    }


def test_several_symbols_in_one_file_each_get_their_own_snapshot(tmp_path: Path) -> None:
    btc, eth = Capture("BTCUSDT"), Capture("ETHUSDT")
    btc.depth(95, 101).ticker(101, "60000.00", "60000.01").snapshot(
        100, [("60000.00", "1")], [("60000.01", "1")]
    )
    btc.depth(102, 105)
    eth.depth(95, 101).ticker(101, "3000.00", "3000.01").snapshot(
        100, [("3000.00", "1")], [("3000.01", "1")]
    )
    eth.depth(102, 105)
    mixed = Capture()
    for one, other in zip(eth.lines, btc.lines, strict=True):
        for line in (one, other):
            mixed.raw(line.partition(b" ")[2])
    path = mixed.write(tmp_path / "c")
    both = BinanceRecording(path, {"BTCUSDT": BTC, "ETHUSDT": ETH}, "spot")
    commands = [command for _, command in both]
    assert faults(commands) == []
    bests = {c.instrument: c.bids[0][0] for c in commands if isinstance(c, UpdateLadder)}
    assert bests == {"BTC-USDT": 6_000_000, "ETH-USDT": 300_000}
    alone = [c for _, c in BinanceRecording(path, {"ETHUSDT": ETH}, "spot")]
    assert alone == [c for c in commands if getattr(c, "instrument", "") == "ETH-USDT"]


def test_a_snapshot_before_its_diffs_waits_for_its_symbol(tmp_path: Path) -> None:
    capture = Capture().snapshot(100, BIDS, ASKS).depth(99, 103).depth(104, 105)
    commands = heard(capture.write(tmp_path / "c"))
    assert faults(commands) == []
    assert sum(isinstance(one, UpdateLadder) for one in commands) == 2


def test_reading_again_gives_the_same_again(tmp_path: Path) -> None:
    path = sound().trade(1, "100.00").write(tmp_path / "c.gz")
    recording = BinanceRecording(path, {"BTCUSDT": BTC}, "spot")
    assert list(recording) == list(recording)


def test_damaged_captures_never_raise_and_never_go_back_in_time(tmp_path: Path) -> None:
    capture = sound()
    for number in range(60):
        capture.trade(number, "100.00").ticker(200 + number, "100.00", "100.01")
        capture.depth(106 + number, 106 + number, [("99.50", "1")])
    data = b"\n".join(capture.lines)
    chance = random.Random(11)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(chance.randrange(1, 12)):
            place = chance.randrange(len(damaged))
            if chance.random() < 0.5:
                damaged[place] = chance.randrange(256)
            else:
                del damaged[place : place + chance.randrange(40)]
        (tmp_path / "c").write_bytes(bytes(damaged))
        heard(tmp_path / "c")


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(RecordingRefused, match="nowhere"):
        BinanceRecording(tmp_path / "nowhere", {"BTCUSDT": BTC}, "spot")


def test_a_fault_before_any_time_is_known_takes_the_first_time(tmp_path: Path) -> None:
    capture = Capture().trade(1, "100.00")
    capture.lines.insert(0, b"rubbish")
    path = capture.write(tmp_path / "c")
    times = [time_ns for time_ns, _ in BinanceRecording(path, {"BTCUSDT": BTC}, "spot")]
    assert times == [capture.time_ns] * 2
