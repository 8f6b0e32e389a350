"""The account of a session on a terminal: short tables, most important first."""

from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from interlock.messages.definitions import Instrument
from interlock.messages.units import Nanoseconds, format_decimal
from interlock.monitoring.account import Account

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"))


def duration_text(nanoseconds: Nanoseconds) -> str:
    """This writes a duration in the unit that suits it."""
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
        "reports_ignored": account.ignored,
        "actions": account.actions,
        "halts": account.halts,
        "invariants_broken": account.breaches,
    }


def _trading_json(account: Account, symbol: str) -> dict[str, Any]:
    trading, instrument = account.trading[symbol], account.instruments[symbol]
    return {
        **msgspec.to_builtins(trading),
        "shortfall_bps": trading.shortfall_bps,
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
        f"{account.commands:,} commands over {span} of market time led to {account.events:,}"
        f" events; {account.market_updates:,} were market data."
    )
    _print_decisions(console, account)
    _print_controls(console, account)
    _print_trading(console, account)
    _print_delays(console, account)
    for name, count in account.faults.items():
        console.print(f"Market data: {count:,} x {name}")
    if account.refused_inputs:
        console.print(f"Refused at the door: {account.refused_inputs:,} inputs")
    for name, count in account.ignored.items():
        console.print(f"Reports ignored: {count:,} x {name}")
    if account.actions:
        console.print(f"Named actions carried out: {account.actions:,}")
    for halt in account.halts:
        console.print(f"[bold red]Halt[/] {halt}")
    for breach in account.breaches:
        console.print(f"[bold red]Invariant broken[/] {breach}")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right")
    return table


def _print_decisions(console: Console, account: Account) -> None:
    table = _table("Decisions", "source", "decided", "allowed", "refused", "most frequent reasons")
    table.columns[-1].justify = "left"
    for name, source in account.sources.items():
        reasons = sorted(source.reasons.items(), key=lambda row: (-row[1], row[0]))[:3]
        table.add_row(
            name,
            f"{source.decisions:,}",
            f"{source.verdicts.get('allow', 0):,}",
            f"{source.verdicts.get('refuse', 0):,}",
            ", ".join(f"{reason} {count:,}" for reason, count in reasons),
        )
    console.print()
    console.print(table)


def _print_controls(console: Console, account: Account) -> None:
    table = _table("Verdicts by control", "control", "findings", "refused")
    rows = sorted(account.controls.items(), key=lambda row: (-row[1][1], -row[1][0], row[0]))
    quiet = 0
    for name, (found, refused) in rows:
        if refused:
            table.add_row(name, f"{found:,}", f"{refused:,}")
        else:
            quiet += 1
    console.print()
    console.print(table)
    console.print(f"and {quiet} controls that refused nothing")


def _print_trading(console: Console, account: Account) -> None:
    console.print()
    orders = ", ".join(f"{count:,} {name}" for name, count in account.orders.items())
    console.print(f"[bold]Orders[/]  {orders or 'none'}")
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
    for symbol, trading in account.trading.items():
        instrument = account.instruments[symbol]
        table.add_row(
            symbol,
            f"{trading.orders:,}",
            f"{trading.fills:,}",
            instrument.quantity_text(trading.bought),
            instrument.quantity_text(trading.sold),
            instrument.quantity_text(trading.position),
            _money(instrument, trading.fees),
            _money(instrument, trading.shortfall),
            str(trading.shortfall_bps),
        )
    console.print()
    console.print(table)
    console.print(
        "cost: against the mid when the order was cleared; positive is a cost", style="dim"
    )


def _money(instrument: Instrument, minor: int) -> str:
    """Money to at most four digits: a table is for looking, `--json` has every digit."""
    digits = instrument.currency_digits
    if digits > 4:
        minor, digits = minor // 10 ** (digits - 4), 4
    return f"{format_decimal(minor, digits)} {instrument.currency}"


def _print_delays(console: Console, account: Account) -> None:
    table = _table("Time per stage, in market time", "stage", "count", "p50", "p99", "worst")
    for name, delays in account.delays().items():
        table.add_row(
            name[2:],
            f"{delays.count:,}",
            duration_text(delays.p50),
            duration_text(delays.p99),
            duration_text(delays.worst),
        )
    console.print()
    console.print(table)
