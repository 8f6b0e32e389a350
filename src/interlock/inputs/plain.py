"""Plain: recordings in the documented plain form (see `plain_form`), as CSV, JSON lines or Parquet.

CSV has a header line; JSON lines are one object per line with texts as values (times and sequences
may be whole numbers); both may be gzip. Parquet columns may be text or DECIMAL, and whole numbers
or text for times and sequences. The three forms of the same rows give the same commands.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

from interlock.inputs.line_file import LineFile
from interlock.inputs.market_checks import from_the_first_time
from interlock.inputs.plain_form import COLUMNS, WHOLE_COLUMNS, Item, PlainForm, Row
from interlock.inputs.refusals import InputRefused, RecordingRefused
from interlock.inputs.strict_json import described, parse_object
from interlock.messages.definitions import Instrument

if TYPE_CHECKING:
    import duckdb

FORMS: Final = ("csv", "jsonl", "parquet")
_BATCH_ROWS: Final = 4_096
_PARQUET: Final = b"PAR1"


@final
class PlainRecording:
    """One file in plain form. Iterating it gives (market time, command); each pass starts anew.

    The form is told by the content. Raises `RecordingRefused` for a file that is none of the three,
    has columns that do not belong, or keeps decimals as binary floating point; a row that cannot be
    read becomes a `NoteFeedFault`.
    """

    def __init__(self, path: Path, instruments: dict[str, Instrument], venue: str = "") -> None:
        self.path = path
        self.form = form_of(path)
        self._instruments = instruments
        self._venue = venue
        self._progress = 0.0
        self._file: LineFile | None = None
        self.ignored = 0
        """Rows of instruments that are not in the session, after a pass."""
        if self.form == "parquet":
            with _connection() as connection:
                self._rows_max = _parquet_rows(connection, path)
                self._selection = _selection(connection, path)
        else:
            self._file = LineFile(path)
            if self.form == "csv":
                self._header = _csv_header(path)

    @property
    def progress(self) -> float:
        return self._file.progress if self._file is not None else self._progress

    def __iter__(self) -> Iterator[Item]:
        return from_the_first_time(self._items())

    def _items(self) -> Iterator[Item]:
        form = PlainForm(self._instruments, self._venue)
        if self._file is None:
            yield from self._parquet(form)
        else:
            yield from self._lines(form, self._file)
        yield from form.close()
        self.ignored = form.ignored

    def _lines(self, form: PlainForm, file: LineFile) -> Iterator[Item]:
        read = self._csv_row if self.form == "csv" else _json_row
        number = 0
        for lines in file.blocks():
            for line in lines:
                number += 1
                if not line.strip() or (number == 1 and self.form == "csv"):
                    continue
                try:
                    row = read(line)
                except ValueError as error:
                    yield from form.malformed(f"row {number}: {error}")
                    continue
                yield from form.read(row, number)
        if file.broken:
            yield from form.malformed(f"{self.path.name}: {file.broken}")

    def _csv_row(self, line: bytes) -> Row:
        values = next(csv.reader([line.decode("utf-8").rstrip("\r")], strict=True))
        if len(values) != len(self._header):
            raise ValueError(f"has {len(values)} values, must have {len(self._header)}")
        return dict(zip(self._header, values, strict=True))

    def _parquet(self, form: PlainForm) -> Iterator[Item]:
        import duckdb  # noqa: PLC0415  (40 MB and 140 ms that most sessions do not need)

        number = 0
        names, statement = self._selection
        with _connection() as connection:
            try:
                cursor = connection.execute(statement, [str(self.path)])
                while rows := cursor.fetchmany(_BATCH_ROWS):
                    for values in rows:
                        number += 1
                        row = {n: v for n, v in zip(names, values, strict=True) if v is not None}
                        yield from form.read(row, number)
                    self._progress = min(1.0, number / max(1, self._rows_max))
            except duckdb.Error as error:
                first = str(error).partition("\n")[0]
                yield from form.malformed(f"{self.path.name} after row {number}: {first}")
        self._progress = 1.0


def form_of(path: Path) -> str:
    """This tells which of the three forms a file has. Raises `RecordingRefused` for none."""
    try:
        with path.open("rb") as file:
            if file.read(4) == _PARQUET:
                return "parquet"
    except OSError as error:
        raise RecordingRefused(path, f"cannot be read: {error.strerror or error}") from None
    line = _first_line(path)
    if line.startswith(b"{"):
        return "jsonl"
    if b"kind" in line and b"instrument" in line:
        return "csv"
    raise RecordingRefused(
        path,
        f"starts with {line[:40]!r}: must be CSV with a header (time_ns, kind, instrument, ...), "
        "JSON lines or Parquet",
    )


def _first_line(path: Path) -> bytes:
    file = LineFile(path)
    for lines in file.blocks():
        for line in lines:
            if line.strip():
                return line.removeprefix(b"\xef\xbb\xbf").strip()
    raise RecordingRefused(path, file.broken or "is empty")


def _csv_header(path: Path) -> list[str]:
    line = _first_line(path).decode("utf-8", errors="replace")
    header = [name.strip() for name in next(csv.reader([line]))]
    _check_columns(path, header)
    return header


def _check_columns(path: Path, names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    twice = sorted({name for name in names if names.count(name) > 1})
    if unknown or twice:
        what = f"column {unknown[0]!r} is not known" if unknown else f"{twice[0]!r} stands twice"
        raise RecordingRefused(path, f"{what}; the columns are {', '.join(COLUMNS)}")
    missing = [name for name in ("kind", "instrument") if name not in names]
    if "time_ns" not in names and "time" not in names:
        missing.append("time_ns (or time)")
    if missing:
        raise RecordingRefused(path, f"column {missing[0]} is missing")


def _json_row(line: bytes) -> Row:
    try:
        value = parse_object(line)
    except InputRefused as error:
        raise ValueError(str(error)) from None
    row: Row = {}
    for name, item in value.items():
        if name not in COLUMNS:
            raise ValueError(f"{name[:40]!r} is not a field here")
        if type(item) is str:
            row[name] = item
        elif type(item) is int and name in WHOLE_COLUMNS:
            row[name] = str(item)
        elif item is not None:
            raise ValueError(f'{name} was {described(item)}, must be text such as "61837.63"')
    return row


def _connection() -> "duckdb.DuckDBPyConnection":
    import duckdb  # noqa: PLC0415  (see above)

    # One thread keeps the rows in the file's order.
    return duckdb.connect(config={"threads": 1})


def _parquet_rows(connection: "duckdb.DuckDBPyConnection", path: Path) -> int:
    import duckdb  # noqa: PLC0415  (see above)

    try:
        found = connection.execute(
            "SELECT num_rows FROM parquet_file_metadata(?)", [str(path)]
        ).fetchone()
    except duckdb.Error as error:
        first = str(error).partition("\n")[0]
        raise RecordingRefused(path, f"is no whole Parquet file: {first}") from None
    return int(found[0]) if found else 0


def _selection(connection: "duckdb.DuckDBPyConnection", path: Path) -> tuple[list[str], str]:
    described_columns = connection.execute(
        "DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]
    ).fetchall()
    types = {str(row[0]): str(row[1]) for row in described_columns}
    _check_columns(path, list(types))
    parts = [_column(path, name, kind) for name, kind in types.items()]
    names = [
        "time_ns" if name == "time" and kind.startswith("TIMESTAMP") else name
        for name, kind in types.items()
    ]
    return names, f"SELECT {', '.join(parts)} FROM read_parquet(?)"


def _column(path: Path, name: str, kind: str) -> str:
    if kind in ("FLOAT", "DOUBLE", "REAL"):
        raise RecordingRefused(
            path,
            f"column {name} is {kind}: a binary fraction has no exact price; "
            "write it as text or DECIMAL",
        )
    if name in WHOLE_COLUMNS or kind == "VARCHAR" or kind.startswith("DECIMAL"):
        allowed = kind == "VARCHAR" or kind.endswith(("INT", "INTEGER"))
        if name not in WHOLE_COLUMNS or allowed:
            return f"CAST({name} AS VARCHAR)"
    if name == "time" and kind.startswith("TIMESTAMP"):
        return f"CAST(epoch_ns({name}) AS VARCHAR)"
    wanted = "a whole number or text" if name in WHOLE_COLUMNS else "text or DECIMAL"
    raise RecordingRefused(path, f"column {name} is {kind}, must be {wanted}")
