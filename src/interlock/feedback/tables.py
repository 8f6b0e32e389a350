"""Tables: outcomes as Parquet, one row an order, a fill and a decision's line.

Rows go through a database file beside the tables, which is removed at the end, so that memory stays
bounded however many sessions there are.
"""

from pathlib import Path
from typing import Any, Final

from interlock.feedback.grouping import algorithm_of
from interlock.feedback.outcomes import HORIZON_NAMES, PARTS, DecisionOutcome, OrderOutcome
from interlock.feedback.shortfall import shortfall_of
from interlock.messages.identity import order_text
from interlock.messages.terms import LIQUIDITY, SIDES, name_of

ROWS_AT_ONCE: Final = 4_096
_DATABASE_NAME: Final = ".quality.duckdb"

_MIDS: Final = " ".join(f"mid_{name}_twice" for name in HORIZON_NAMES)
_COSTS: Final = " ".join(f"{part}_twice" for part in PARTS)

# Columns are written `name` for a whole number, `name$` for text, `name?` for true or false.
_COLUMNS: Final = {
    "orders": "session$ order$ decision source$ release$ epoch instrument$ venue$ side$ algorithm$"
    " quantity filled price currency$ currency_digits minor_per_tick_lot decided_ns arrived_ns"
    " released_ns answered_ns ended_ns ending$ decision_mid_twice arrival_mid_twice"
    " release_mid_twice end_mid_twice displayed queued load tape_volume tape_value paced_volume"
    f" paced_value expected_cost_twice unmeasured$ {_COSTS} total_twice",
    "fills": "session$ order$ execution$ time_ns quantity price fee liquidity$ mid_twice far_touch"
    f" {_MIDS}",
    "decisions": "session$ decision line source$ release$ epoch instrument$ venue$ side$ asked"
    f" allowed? decided_ns mid_twice {_MIDS}",
}


class OutcomeTables:
    """Writes outcomes to `orders.parquet`, `fills.parquet` and `decisions.parquet`."""

    def __init__(self, out_dir: Path) -> None:
        """Raises `OSError` when the directory cannot be made."""
        # The database is a large import, and nobody else in this room needs it.
        import duckdb  # noqa: PLC0415

        out_dir.mkdir(parents=True, exist_ok=True)
        self._out_dir = out_dir
        self._remove()
        self._connection = duckdb.connect(str(out_dir / _DATABASE_NAME))
        self._connection.execute("SET threads = 1")
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        for table, columns in _COLUMNS.items():
            typed = ", ".join(_typed(column) for column in columns.split())
            self._connection.execute(f"CREATE TABLE {table} ({typed})")
        self._appenders = {table: self._connection.appender(table) for table in _COLUMNS}

    def add_order(self, session: str, outcome: OrderOutcome) -> None:
        """This adds an order and its fills."""
        order, why = order_text(outcome.order), outcome.unmeasured_because()
        parts: list[int | None] = [None] * (len(PARTS) + 1)
        if not why:
            shortfall = shortfall_of(outcome)
            parts = [getattr(shortfall, f"{part}_twice") for part in PARTS]
            parts.append(shortfall.total_twice)
        self._add(
            "orders",
            session,
            order,
            outcome.decision,
            outcome.source,
            outcome.release,
            outcome.epoch,
            outcome.instrument,
            outcome.venue,
            name_of(SIDES, outcome.side),
            algorithm_of(outcome),
            outcome.quantity,
            outcome.filled,
            outcome.price,
            outcome.currency,
            outcome.currency_digits,
            outcome.minor_per_tick_lot,
            outcome.decided_ns,
            outcome.arrived_ns,
            outcome.released_ns,
            outcome.answered_ns,
            outcome.ended_ns,
            outcome.ending,
            outcome.decision_mid_twice,
            outcome.arrival_mid_twice,
            outcome.release_mid_twice,
            outcome.end_mid_twice,
            outcome.displayed,
            outcome.queued,
            outcome.decisions_last_second,
            outcome.tape_volume,
            outcome.tape_value,
            outcome.paced_volume,
            outcome.paced_value,
            outcome.expected_cost_twice,
            why,
            *parts,
        )
        for fill in outcome.fills:
            self._add(
                "fills",
                session,
                order,
                fill.execution_id,
                fill.time_ns,
                fill.quantity,
                fill.price,
                fill.fee,
                name_of(LIQUIDITY, fill.liquidity),
                fill.mid_twice,
                fill.far_touch,
                *fill.mids_later_twice,
            )

    def add_decision(self, session: str, outcome: DecisionOutcome) -> None:
        """This adds one line of a decision."""
        self._add(
            "decisions",
            session,
            outcome.decision,
            outcome.line,
            outcome.source,
            outcome.release,
            outcome.epoch,
            outcome.instrument,
            outcome.venue,
            name_of(SIDES, outcome.side),
            outcome.asked,
            outcome.is_allowed,
            outcome.decided_ns,
            outcome.mid_twice,
            *outcome.mids_later_twice,
        )

    def write(self) -> None:
        """This writes the files; those of the same name are replaced."""
        for table in _COLUMNS:
            self._hand_over(table)
            target = str(self._out_dir / f"{table}.parquet").replace("'", "''")
            self._connection.execute(
                f"COPY {table} TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
            )

    def close(self) -> None:
        """This removes the database beside the tables."""
        self._appenders.clear()
        self._connection.close()
        self._remove()

    def _add(self, table: str, *row: Any) -> None:
        rows = self._rows[table]
        rows.append(row)
        if len(rows) >= ROWS_AT_ONCE:
            self._hand_over(table)

    def _hand_over(self, table: str) -> None:
        rows = self._rows[table]
        if rows:
            appender = self._appenders[table]
            appender.append_rows(rows)
            appender.flush()
            rows.clear()

    def _remove(self) -> None:
        for path in self._out_dir.glob(_DATABASE_NAME + "*"):
            path.unlink()


def _typed(column: str) -> str:
    if column.endswith("$"):
        return f'"{column[:-1]}" VARCHAR'
    if column.endswith("?"):
        return f'"{column[:-1]}" BOOLEAN'
    # Sums of values pass 63 bits in a long session of small ticks.
    kind = "HUGEINT" if column.endswith(("_value", "_twice")) else "BIGINT"
    return f'"{column}" {kind}'
