"""The plain form in its three dresses."""

import csv
import gzip
import json
from pathlib import Path

import duckdb
import pytest

from inputs.captures import INSTRUMENTS, faults
from interlock.inputs.plain import PlainRecording
from interlock.inputs.refusals import RecordingRefused
from interlock.messages.commands import Command, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.terms import BUY

T = 1_723_161_254_000_000_000
ROWS: list[dict[str, str]] = [
    {"time_ns": str(T), "kind": "quote", "instrument": "IBM", "bid": "181.00"}
    | {"bid_quantity": "100", "ask": "181.02", "ask_quantity": "200", "sequence": "1"},
    {"time_ns": str(T + 1), "kind": "trade", "instrument": "IBM", "price": "181.02"}
    | {"quantity": "7", "side": "buy", "sequence": "2", "venue_time_ns": "5"},
    {"time_ns": str(T + 2), "kind": "ladder", "instrument": "BTC-USDT", "venue": "spot"}
    | {"bids": "0.5@61837.63 1.2@61837.62", "asks": "1@61837.64"},
    {"time_ns": str(T + 3), "kind": "quote", "instrument": "DOGE", "bid": "1", "bid_quantity": "1"},
]
COMMANDS: list[tuple[int, Command]] = [
    (T, UpdateQuote("IBM", "us", 18_100, 100, 18_102, 200, 0)),
    (T + 1, NoteTrade("IBM", "us", 18_102, 7, BUY, 5)),
    (
        T + 2,
        UpdateLadder(
            "BTC-USDT",
            "spot",
            ((6_183_763, 50_000), (6_183_762, 120_000)),
            ((6_183_764, 100_000),),
            0,
        ),
    ),
]
HEADER = list(dict.fromkeys(name for row in ROWS for name in row))


def as_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(n for row in rows for n in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_jsonl(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def as_parquet(path: Path, source: Path, select: str = "*") -> Path:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            f"COPY (SELECT {select} FROM read_csv('{source}', header=true, all_varchar=true)) "
            f"TO '{path}' (FORMAT parquet)"
        )
    return path


def read(path: Path) -> list[tuple[int, Command]]:
    recording = PlainRecording(path, INSTRUMENTS, "us")
    items = list(recording)
    assert recording.progress == 1.0
    assert items == list(recording), "a second pass gives the same"
    return items


def test_the_three_forms_say_the_same(tmp_path: Path) -> None:
    source = as_csv(tmp_path / "a.csv", ROWS)
    assert read(source) == COMMANDS
    assert read(as_jsonl(tmp_path / "a.jsonl", ROWS)) == COMMANDS
    assert read(as_parquet(tmp_path / "a.parquet", source)) == COMMANDS
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(source.read_bytes()))
    assert read(tmp_path / "a.csv.gz") == COMMANDS


def test_parquet_takes_decimals_and_timestamps_and_refuses_floats(tmp_path: Path) -> None:
    source = as_csv(tmp_path / "a.csv", ROWS[:2])
    exact = as_parquet(
        tmp_path / "exact.parquet",
        source,
        "make_timestamp_ns(CAST(time_ns AS BIGINT)) AS time, kind, instrument, "
        "CAST(bid AS DECIMAL(18, 4)) AS bid, bid_quantity, ask, ask_quantity, price, "
        "CAST(quantity AS DECIMAL(9, 0)) AS quantity, side, CAST(sequence AS BIGINT) AS sequence, "
        "CAST(venue_time_ns AS INTEGER) AS venue_time_ns",
    )
    assert read(exact) == COMMANDS[:2]
    rounded = as_parquet(
        tmp_path / "rounded.parquet", source, "* REPLACE (CAST(bid AS DOUBLE) AS bid)"
    )
    with pytest.raises(RecordingRefused, match="column bid is DOUBLE: a binary fraction"):
        PlainRecording(rounded, INSTRUMENTS, "us")


def test_iso_times_are_taken_too(tmp_path: Path) -> None:
    row = {key: value for key, value in ROWS[0].items() if key != "time_ns"}
    row["time"] = "2024-08-08T23:54:14.000000000Z"
    assert read(as_jsonl(tmp_path / "a", [row])) == COMMANDS[:1]


def test_a_number_where_text_belongs_is_a_malformed_row(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(json.dumps(ROWS[0] | {"bid": 181.0}) + "\n")
    ((_, note), *_) = read(tmp_path / "a")
    assert 'bid was 181.0, must be text such as "61837.63"' in str(note)


@pytest.mark.parametrize(
    "change",
    [
        {"bid": "181.005"},
        {"bid": ""},
        {"time_ns": "soon"},
        {"time_ns": ""},
        {"kind": "rumour"},
        {"sequence": "x"},
        {"bid_quantity": "-5"},
    ],
)
def test_a_row_that_cannot_be_read_faults_until_a_sound_one(
    tmp_path: Path, change: dict[str, str]
) -> None:
    rows = [ROWS[0] | change, ROWS[1] | {"sequence": ""}]
    commands = [command for _, command in read(as_csv(tmp_path / "a", rows))]
    assert faults(commands) == ["malformed", "recovered"]


def test_late_repeated_and_missing_rows_are_noted(tmp_path: Path) -> None:
    late = [ROWS[0] | {"sequence": ""}, ROWS[0] | {"sequence": "", "time_ns": str(T - 5)}]
    commands = [command for _, command in read(as_csv(tmp_path / "a", late))]
    assert faults(commands) == ["out_of_order", "recovered"]
    assert sum(isinstance(one, UpdateQuote) for one in commands) == 1
    sequences = ["1", "1", "5", "3"]
    rows = [ROWS[0] | {"sequence": sequence} for sequence in sequences]
    commands = [command for _, command in read(as_csv(tmp_path / "b", rows))]
    assert faults(commands) == ["duplicate", "gap", "recovered", "out_of_order", "recovered"]


def test_crossed_rows_are_noted(tmp_path: Path) -> None:
    rows = [ROWS[0] | {"ask": "180.99"}]
    assert faults([c for _, c in read(as_csv(tmp_path / "a", rows))]) == ["crossed"]


def test_columns_that_do_not_belong_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RecordingRefused, match="'bidd' is not known"):
        PlainRecording(as_csv(tmp_path / "a", [ROWS[0] | {"bidd": "1"}]), INSTRUMENTS)
    (tmp_path / "b").write_text("kind,instrument\n")
    with pytest.raises(RecordingRefused, match="time_ns"):
        PlainRecording(tmp_path / "b", INSTRUMENTS)
