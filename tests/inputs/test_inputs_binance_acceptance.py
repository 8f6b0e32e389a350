"""The rebuilt Binance book against the exchange's own ticker, on captures nobody here made."""

from bisect import bisect_right
from pathlib import Path

import pytest

from inputs.captures import BTC, PERP
from interlock.inputs.binance import BinanceRecording
from interlock.inputs.binance_book import APPLIED, CLOSED, COVERED, WAITING, BinanceBook, Diff
from interlock.inputs.binance_steps import BinanceSteps, Level
from interlock.inputs.binance_wire import read_line
from interlock.inputs.line_file import LineFile
from interlock.messages.commands import NoteFeedFault, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.definitions import Instrument

CASES = [
    pytest.param("spot-btcusdt-20240808.gz", BTC, 3_448, id="spot"),
    pytest.param("usdm-btcusdt-20240808.gz", PERP, 6_545, id="usdm"),
]


class Comparison:
    """One pass over a capture: the book after each update id, and the ticker's word about it."""

    def __init__(self, path: Path, instrument: Instrument) -> None:
        self.steps = BinanceSteps(instrument)
        self.book = BinanceBook()
        self.tops: dict[int, tuple[Level, Level]] = {}
        self.tickers: dict[int, tuple[Level, Level]] = {}
        self.outcomes: set[int] = set()
        self.crossed = 0
        for lines in LineFile(path).blocks():
            for line in lines:
                self.take(line)

    def take(self, line: bytes) -> None:
        data, steps = read_line(line).data, self.steps
        if data.snapshot_id >= 0:
            self.outcomes.add(
                self.book.load(data.snapshot_id, steps.levels(data.bids), steps.levels(data.asks))
            )
        elif data.event == "depthUpdate" and isinstance(data.bid, list):
            assert isinstance(data.ask, list)
            bids, asks = steps.levels(data.bid), steps.levels(data.ask)
            diff = Diff(data.first_id, data.last_id, data.previous_id, bids, asks)
            self.outcomes.add(self.book.take(diff))
        elif isinstance(data.bid, str) and isinstance(data.ask, str) and data.bid:
            bid = steps.units(data.bid), steps.units(data.bid_quantity)
            ask = steps.units(data.ask), steps.units(data.ask_quantity)
            self.tickers[data.last_id] = bid, ask
            return
        if self.book.is_synced:
            self.tops[self.book.update_id] = self.book.best_bid(), self.book.best_ask()
            self.crossed += self.book.is_crossed()


@pytest.mark.parametrize(("name", "instrument", "meetings"), CASES)
def test_the_rebuilt_book_equals_the_ticker_wherever_they_meet(
    data_folder: Path, name: str, instrument: Instrument, meetings: int
) -> None:
    seen = Comparison(data_folder / "binance" / name, instrument)
    ids = sorted(seen.tickers)
    # The ticker says every change of the best, so the one in force at an update id is the last up
    # to it.
    in_force = {
        update_id: seen.tickers[ids[bisect_right(ids, update_id) - 1]] for update_id in seen.tops
    }
    unequal = [one for one in seen.tops if seen.tops[one] != in_force[one]]
    assert not unequal, f"{len(unequal)} of {len(seen.tops)} differ, first at {min(unequal)}"
    # The first is the moment the snapshot closed the chain; the others each follow a diff.
    assert len(seen.tops) == meetings + 1
    assert len(seen.tops.keys() & seen.tickers.keys()) > 500, "ids that are equal on both channels"
    assert seen.crossed == 0
    assert seen.outcomes <= {APPLIED, CLOSED, COVERED, WAITING}, "the chain has a gap"


@pytest.mark.parametrize(("name", "instrument", "meetings"), CASES)
def test_a_sound_capture_gives_no_fault_and_its_shown_top_is_the_newest_ticker(
    data_folder: Path, name: str, instrument: Instrument, meetings: int
) -> None:
    recording = BinanceRecording(
        data_folder / "binance" / name, {"BTCUSDT": instrument}, "venue", levels=5
    )
    last_ns = ladders = trades = 0
    quote: UpdateQuote | None = None
    overtaken = 0
    for time_ns, command in recording:
        assert time_ns >= last_ns
        last_ns = time_ns
        if isinstance(command, UpdateQuote):
            assert command.bid < command.ask
            quote = command
        elif isinstance(command, UpdateLadder):
            ladders += 1
            assert len(command.bids) == len(command.asks) == 5
            assert command.bids[0][0] < command.asks[0][0]
            top = *command.bids[0], *command.asks[0]
            if quote is not None and top == (
                quote.bid,
                quote.bid_quantity,
                quote.ask,
                quote.ask_quantity,
            ):
                overtaken += 1
        elif isinstance(command, NoteTrade):
            trades += 1
        else:
            assert not isinstance(command, NoteFeedFault), command
    assert ladders >= meetings
    assert trades > 9_000
    assert overtaken > 0.4 * ladders
    assert recording.progress == 1.0
    assert recording.exchange_ahead_ns is not None
    assert 1_200_000_000 < recording.exchange_ahead_ns < 1_300_000_000
