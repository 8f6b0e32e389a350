"""The books of a session and of its venue, each from its own record alone, and compared."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock.hosting.clients import Client
from interlock.hosting.definition import hosted_definition
from interlock.hosting.exchange import WORD, HostedExchange
from interlock.hosting.log import LOG_NAME, read_log
from interlock.hosting.recovery import replayed
from interlock.inputs.session_file import load_session
from interlock.journal.reader import JournalReader
from interlock.journal.replay import rebuild, reexecute
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import ProposeDecision
from interlock.messages.events import DecisionJudged, OrderCleared, OrderFilled, OrderUnknown
from interlock.messages.identity import client_order_id, order_text


@dataclass
class Figures:
    """What a campaign did and found."""

    engine_kills: int = 0
    venue_kills: int = 0
    seconds: float = 0.0
    decisions_said: int = 0
    decisions_acknowledged: int = 0
    commands: int = 0
    orders: int = 0
    orders_at_venue: int = 0
    executions: int = 0
    executions_of_ours: int = 0
    in_doubt: int = 0
    """Orders that were UNKNOWN at some time."""
    engine_restart_ms: list[int] = field(default_factory=list)
    venue_restart_ms: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def ledger_of(folder: Path) -> Ledger:
    """Our books, from the journal alone."""
    return rebuild(JournalReader(folder / "session").batches())[1]


def venue_of(folder: Path) -> tuple[HostedExchange, list[list[Any]]]:
    """The venue's books, from its record alone, and every input in it."""
    definition = hosted_definition(load_session(folder / "kills.toml"), "alpha")
    head, turns = read_log(folder / "venue" / LOG_NAME)
    inputs = [given for _, turn in turns for given in turn]
    return replayed(definition, head, turns), inputs


def compare(folder: Path, verdicts: dict[str, dict[str, Any]], figures: Figures) -> None:
    wrong = figures.wrong
    ledger = ledger_of(folder)
    exchange, inputs = venue_of(folder)
    client = exchange.clients.get(ledger.session_id)
    if client is None:
        wrong.append(f"the venue does not know session {ledger.session_id}")
        return
    _compare_books(ledger, exchange, client, wrong)
    _compare_orders(folder, ledger, client, inputs, figures)
    _compare_answers(folder, verdicts, wrong)
    difference = reexecute(JournalReader(folder / "session").command_batches(), {}).difference
    if difference is not None:
        wrong.append(f"replay differs at command {difference.sequence}")


def _compare_books(
    ledger: Ledger, exchange: HostedExchange, client: Client, wrong: list[str]
) -> None:
    if exchange.open_orders(client):
        wrong.append(f"the venue has open orders: {exchange.open_orders(client)[:3]}")
    theirs = dict(client.traded)
    for account in ledger.accounts.values():
        cash = 0
        for symbol, position in account.positions.items():
            total = theirs.pop((account.name, symbol), [0, 0, 0, 0])
            quantity, value, fees, _ = total
            cash -= value * position.instrument.minor_per_tick_lot + fees
            found = (position.bought - position.sold, position.fees)
            if found != (quantity, fees):
                wrong.append(f"{account.name} {symbol}: we have {found}, the venue {total}")
        balance = account.cash["USD"]
        if balance.balance - balance.opening != cash:
            wrong.append(
                f"{account.name}: our cash moved by {balance.balance - balance.opening},"
                f" the venue's books by {cash}"
            )
    if theirs:
        wrong.append(f"the venue traded what we have not: {list(theirs)}")


def _compare_orders(
    folder: Path,
    ledger: Ledger,
    client: Client,
    inputs: list[list[Any]],
    figures: Figures,
) -> None:
    wrong = figures.wrong
    ours: dict[str, None] = {}
    executions: Counter[str] = Counter()
    for _, entry in JournalReader(folder / "session").entries():
        figures.commands += 1
        for event in entry.events:
            if isinstance(event, OrderCleared):
                ours[client_order_id(ledger.session_id, event.order)] = None
            elif isinstance(event, OrderFilled):
                executions[event.execution_id] += 1
            elif isinstance(event, OrderUnknown):
                figures.in_doubt += 1
    submitted = Counter(
        given[2]["id"] for given in inputs if given[0] == WORD and given[2]["say"] == "submit"
    )
    twice = [name for name, count in submitted.items() if count > 1]
    if twice:
        wrong.append(f"reached the venue twice: {twice[:5]}")
    strange = [name for name in submitted if name not in ours]
    if strange:
        wrong.append(f"left without a durable reason: {strange[:5]}")
    doubled = [name for name, count in executions.items() if count > 1]
    if doubled:
        wrong.append(f"counted twice: {doubled[:5]}")
    theirs = {one.execution_id for one in client.executions}
    if client.executed <= len(client.executions) and theirs != set(executions):
        missed = sorted(theirs - set(executions))[:5]
        invented = sorted(set(executions) - theirs)[:5]
        wrong.append(f"executions missed {missed}, invented {invented}")
    figures.orders, figures.orders_at_venue = len(ours), len(submitted)
    figures.executions, figures.executions_of_ours = client.executed, len(executions)


def _compare_answers(folder: Path, verdicts: dict[str, dict[str, Any]], wrong: list[str]) -> None:
    """Whatever was answered is in the journal, with the same number and the same orders."""
    keys: dict[int, str] = {}
    judged: dict[str, tuple[int, list[str]]] = {}
    for sequence, entry in JournalReader(folder / "session").entries():
        if isinstance(entry.command, ProposeDecision):
            keys[sequence] = entry.command.decision.key
        for event in entry.events:
            if isinstance(event, DecisionJudged) and event.decision in keys:
                orders = [
                    order_text(made.order)
                    for made in entry.events
                    if isinstance(made, OrderCleared) and made.decision == event.decision
                ]
                judged[keys[event.decision]] = (event.decision, orders)
    for key, answer in verdicts.items():
        if judged.get(key) != (answer["decision"], answer["orders"]):
            wrong.append(f"{key} was answered {answer}, the journal has {judged.get(key)}")
