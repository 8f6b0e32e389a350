"""The account of a session on a terminal: short tables, most important first."""

from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from interlock.messages.definitions import Instrument
from interlock.messages.units import Nanoseconds, format_decimal
from interlock.monitoring.account import Account
from interlock.terminal.printable import printable

MONEY_DIGITS = 2
REMARKS_SHOWN = 10

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"))


def duration_text(nanoseconds: Nanoseconds) -> str:
    """This writes a duration in the unit that suits it."""
    if nanoseconds >= 7_200_000_000_000:
        return f"{nanoseconds / 3_600_000_000_000:,.1f} h"
    if nanoseconds >= 120_000_000_000:
        return f"{nanoseconds / 60_000_000_000:,.1f} min"
    for size, name in _UNITS:
        if nanoseconds >= size:
            return f"{nanoseconds / size:,.1f} {name}"
    return f"{nanoseconds} ns"


def account_json(account: Account) -> dict[str, Any]:
    """This is the account as plain values: whole numbers, and decimal text beside them."""
    return {
        "commands": account.commands,
        "events": account.events,
        "market_updates": account.market_updates,
        "first_ns": account.first_ns,
        "last_ns": account.last_ns,
        "sources": msgspec.to_builtins(account.sources),
        "controls": {
            name: {"findings": found, "refused": refused}
            for name, (found, refused) in account.controls.items()
        },
        "orders": account.orders,
        "trading": {symbol: _trading_json(account, symbol) for symbol in account.trading},
        "delays_ns": msgspec.to_builtins(account.delays()),
        "feed_faults": account.faults,
        "refused_inputs": account.refused_inputs,
        "not_taken": account.not_taken,
        "reports_ignored": account.ignored,
        "actions": account.actions,
        "halts": account.halts,
        "holds": account.holds,
        "limit_changes": account.limit_changes,
        "invariants_broken": account.breaches,
        "venue_moves": account.venue_moves,
    }


def _trading_json(account: Account, symbol: str) -> dict[str, Any]:
    trading, instrument = account.trading[symbol], account.instruments[symbol]
    return {
        **msgspec.to_builtins(trading),
        "shortfall_bps": trading.shortfall_bps,
        "shortfall_centibps": trading.shortfall_centibps,
        "currency": instrument.currency,
        "text": {
            "bought": instrument.quantity_text(trading.bought),
            "sold": instrument.quantity_text(trading.sold),
            "position": instrument.quantity_text(trading.position),
            "value": instrument.money_text(trading.value),
            "fees": instrument.money_text(trading.fees),
            "shortfall": instrument.money_text(trading.shortfall),
        },
    }


def print_account(console: Console, account: Account) -> None:
    """This prints the account for people."""
    span = duration_text(account.last_ns - max(account.first_ns, 0))
    console.print(
        f"{account.commands:,} commands in {span} led to {account.events:,} events;"
        f" {account.market_updates:,} were market data."
    )
    _print_decisions(console, account)
    _print_controls(console, account)
    _print_orders(console, account)
    _print_trading(console, account)
    _print_delays(console, account)
    _print_remarks(console, account)


def _print_remarks(console: Console, account: Account) -> None:
    remarks = [f"Market data: {count:,} x {name}" for name, count in account.faults.items()]
    if account.not_taken:
        parts = [f"{count:,} {name}" for name, count in sorted(account.not_taken.items())]
        remarks.append(f"More than could be done in time: {', '.join(parts)}")
    if account.refused_inputs:
        remarks.append(f"Refused at the door: {account.refused_inputs:,} lines")
    for name, count in account.ignored.items():
        remarks.append(f"Reports ignored: {count:,} x {name}")
    if account.actions:
        remarks.append(f"Named actions carried out: {account.actions:,}")
    for name, count in account.holds.items():
        remarks.append(f"Decisions that waited for people: {count:,} {name}")
    for text in account.limit_changes[:REMARKS_SHOWN]:
        remarks.append(f"Limit changed: {printable(text)}")
    if len(account.limit_changes) > REMARKS_SHOWN:
        more = len(account.limit_changes) - REMARKS_SHOWN
        remarks.append(f"and {more:,} more changes of limits: `interlock limits` lists them")
    for text in account.venue_moves[:REMARKS_SHOWN]:
        remarks.append(f"Venue: {printable(text)}")
    if len(account.venue_moves) > REMARKS_SHOWN:
        more = len(account.venue_moves) - REMARKS_SHOWN
        remarks.append(f"and {more:,} more moves of venues: `interlock venues` lists them")
    if remarks:
        console.print()
    for remark in remarks:
        console.print(remark, markup=False)
    for word, told in (("Halt", account.halts), ("Invariant broken", account.breaches)):
        for text in told[:REMARKS_SHOWN]:
            console.print(Text.assemble((word, "bold red"), " ", printable(text)))
        if len(told) > REMARKS_SHOWN:
            console.print(f"and {len(told) - REMARKS_SHOWN:,} more; --json lists them")


def _table(title: str, *columns: str, wide: str = "") -> Table:
    """A table whose first column is text and whose others are numbers; `wide` is text too, and the
    only one that may be folded."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for place, column in enumerate(columns):
        is_text = place == 0 or column == wide
        table.add_column(
            column,
            justify="left" if is_text else "right",
            no_wrap=column != wide,
            overflow="fold" if is_text else "ellipsis",
        )
    return table


def _print_decisions(console: Console, account: Account) -> None:
    frequent = "most frequent reasons"
    table = _table("Decisions", "source", "decided", "allowed", "refused", frequent, wide=frequent)
    for name, source in account.sources.items():
        allowed = sum(source.verdicts.get(verdict, 0) for verdict in ("allow", "warn", "amend"))
        refused = sum(source.verdicts.get(verdict, 0) for verdict in ("hold", "refuse", "halt"))
        reasons = sorted(source.reasons.items(), key=lambda row: (-row[1], row[0]))[:3]
        table.add_row(
            printable(name),
            f"{source.decisions:,}",
            f"{allowed:,}",
            f"{refused:,}",
            "\n".join(f"{count:,} {reason}" for reason, count in reasons),
        )
    _print_table(console, table, "No decision was made.")


def _print_controls(console: Console, account: Account) -> None:
    table = _table("Verdicts by control", "control", "findings", "refused")
    rows = sorted(account.controls.items(), key=lambda row: (-row[1][1], -row[1][0], row[0]))
    quiet = [name for name, (_, refused) in rows if not refused]
    for name, (found, refused) in rows:
        if refused:
            table.add_row(name, f"{found:,}", f"{refused:,}")
    if not rows:
        return
    _print_table(console, table, "No control refused anything.")
    if quiet:
        console.print(f"refused nothing: {', '.join(sorted(quiet))}", style="dim")


def _print_orders(console: Console, account: Account) -> None:
    table = _table("Orders", "what became of them", "orders")
    for name, count in sorted(account.orders.items(), key=lambda row: (-row[1], row[0])):
        table.add_row(name, f"{count:,}")
    _print_table(console, table, "No order was sent.")


def _print_trading(console: Console, account: Account) -> None:
    table = _table(
        "Trading",
        "instrument",
        "orders",
        "fills",
        "bought",
        "sold",
        "position",
        "fees",
        "cost",
        "bp",
    )
    currencies = sorted({instrument.currency for instrument in account.instruments.values()})
    for symbol, trading in account.trading.items():
        instrument = account.instruments[symbol]
        if not trading.orders and not trading.position:
            continue
        table.add_row(
            symbol if len(currencies) == 1 else f"{symbol} ({instrument.currency})",
            f"{trading.orders:,}",
            f"{trading.fills:,}",
            instrument.quantity_text(trading.bought),
            instrument.quantity_text(trading.sold),
            instrument.quantity_text(trading.position),
            _money(instrument, trading.fees),
            _money(instrument, trading.shortfall),
            format_decimal(trading.shortfall_centibps, 2),
        )
    if not table.row_count:
        return
    _print_table(console, table, "")
    convention = "cost: against the mid when the order was cleared, fees aside; positive is a cost"
    money = f"Money in {currencies[0]}; " if len(currencies) == 1 else ""
    console.print(money + convention, style="dim")


def _print_table(console: Console, table: Table, otherwise: str) -> None:
    console.print()
    if table.row_count:
        console.print(table)
    else:
        console.print(otherwise)


def _money(instrument: Instrument, minor: int) -> str:
    """Money to two digits, half away from zero: a table is for looking, `--json` has every
    digit."""
    digits = instrument.currency_digits
    if digits > MONEY_DIGITS:
        unit = 10 ** (digits - MONEY_DIGITS)
        rounded = (abs(minor) * 2 + unit) // (unit * 2)
        minor, digits = -rounded if minor < 0 else rounded, MONEY_DIGITS
    return format_decimal(minor, digits)


def _print_delays(console: Console, account: Account) -> None:
    table = _table(
        "Time per stage, by the session's clock", "stage", "count", "p50", "p99", "worst"
    )
    for name, delays in account.delays().items():
        table.add_row(
            name[2:],
            f"{delays.count:,}",
            duration_text(delays.p50),
            duration_text(delays.p99),
            duration_text(delays.worst),
        )
    if table.row_count:
        _print_table(console, table, "")
