"""The gate on a terminal: what it would say, what waits for people, limits and kills."""

import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from interlock.inputs.decisions import NO_DEFAULTS, decode_decision
from interlock.inputs.lines import LINE_BYTES_MAX
from interlock.inputs.refusals import InputRefused
from interlock.journal.reader import JournalReader
from interlock.messages.units import Sequence
from interlock.monitoring.hold_story import HoldPart, hold_words
from interlock.monitoring.holds import waiting_changes, waiting_holds
from interlock.monitoring.judging import Moment, MomentUnknown
from interlock.monitoring.kills import KillWatch
from interlock.monitoring.limits import LimitHistory
from interlock.monitoring.story import FindingPart
from interlock.terminal.output import print_json
from interlock.terminal.printable import printable

DONE = 0
MISTAKES = 1
MISSING = 3


def print_judgement(
    directory: Path,
    decision: Path,
    at: Sequence,
    user_controls: dict[str, Any],
    *,
    as_json: bool,
) -> int:
    """This prints the verdict on a decision without acting, and returns the exit code: 1 when the
    decision cannot be read, 3 when the journal does not reach `at`. Nothing is written.

    Raises the journal's faults, and `OSError` when there is no such file.
    """
    with decision.open("rb") as file:
        data = file.read(LINE_BYTES_MAX + 1)
    try:
        moment = Moment(directory, at)
    except MomentUnknown as error:
        sys.stderr.write(f"interlock: {error}\n")
        return MISSING
    try:
        read = decode_decision(data.strip(), moment.instruments, NO_DEFAULTS)
    except InputRefused as refused:
        sys.stderr.write(f"interlock: {decision}: {printable(str(refused))}\n")
        return MISTAKES
    judgement = moment.judge(read, user_controls)
    if as_json:
        sys.stdout.write(msgspec.json.encode(judgement).decode() + "\n")
        return DONE
    console = Console(highlight=False)
    verdict = judgement.verdict
    meaning = f": {verdict.meaning}" if verdict.meaning else ""
    said = f"{verdict.severity} {verdict.reason}".strip()
    _say(console, f"{said}{meaning}", style="bold")
    _say(console, f"after command {judgement.after}; nothing was done", style="dim")
    for line in verdict.lines:
        cut = f", cut from {line.cut_from}" if line.cut_from is not None else ""
        text = f"  line {line.line}: {line.side} {line.instrument} {line.quantity}{cut}"
        _say(console, f"{text} at {line.price}, to {line.venue}")
    for finding in sorted(verdict.findings, key=lambda part: part.severity == "allow"):
        _say(console, _finding_text(finding))
    return DONE


def _say(console: Console, text: str, style: str = "") -> None:
    """One line, as it is: nothing in it is read as markup, and nothing is cut or wrapped."""
    console.print(text, style=style, markup=False, soft_wrap=True)


def _finding_text(part: FindingPart) -> str:
    line = f" line {part.line}" if part.line else ""
    reason = f" {part.reason}" if part.reason else ""
    return printable(
        f"  {part.severity}{reason}: {part.control} on {part.scope}{line}:"
        f" observed {part.observed}, bound {part.bound}"
    )


def print_holds(directory: Path, *, as_json: bool) -> int:
    """This prints what waits for people at the end of a journal. Raises the journal's faults."""
    moment = Moment(directory)
    holds = waiting_holds(moment.context, moment.ledger)
    changes = waiting_changes(moment.ledger)
    if as_json:
        print_json({"holds": holds, "limit_changes": changes, "until": moment.ledger.sequence})
        return DONE
    console = Console(highlight=False)
    for hold in holds:
        missing = f"{hold['missing']} more must approve"
        who = missing if hold["approvers"] else "one person must confirm"
        if hold["is_expired"]:
            who = "its time has passed"
        _say(console, f"{hold['decision']}  {who}, until {hold['expires']}", style="bold")
        for text in (
            f"{hold['source']}:{hold['key']}: {hold['action']}",
            f"digest {hold['digest'][:16]}, may move {hold['move_bps']} bp",
            *hold["objections"],
            *(f"approved by {by}" for by in hold["approved_by"]),
        ):
            _say(console, f"  {printable(text)}")
    for change in changes:
        _say(console, f"{change['change']}  a second person must confirm", style="bold")
        text = f"{change['limit']}, instead of {change['before']}, by {change['by']}"
        _say(console, f"  {printable(text)}: {printable(change['text'])}")
    if not holds and not changes:
        _say(console, "Nothing waits for people.")
    return DONE


def print_limits(directory: Path, *, as_json: bool) -> int:
    """This prints the limits in force with their history. Raises the journal's faults."""
    history = LimitHistory()
    for batch in JournalReader(directory).batches():
        for sequence, entry in enumerate(batch.entries, batch.first_sequence):
            history.take(sequence, entry)
    limits = history.limits()
    if as_json:
        print_json({"limits": limits})
        return DONE
    console = Console(highlight=False)
    for limit in limits:
        where = " ".join(
            part for part in (limit["scope"], limit["instrument"], limit["currency"]) if part
        )
        head = f"{limit['control']} on {where} ({limit['severity']}): {limit['words']}"
        _say(console, printable(head), style="bold")
        _say(console, f"  {printable(limit['owner'])}: {printable(limit['reason'])}")
        for change in limit["history"][1:]:
            confirmed = f", confirmed by {change['confirmed_by']}" if change["confirmed_by"] else ""
            text = f"{change['record']} {change['time']} {change['by']}{confirmed}: "
            _say(console, f"  {printable(text + change['words'] + ' ' + change['text'])}")
    if not limits:
        _say(console, "No limit is set.")
    return DONE


def print_kills(directory: Path, *, as_json: bool) -> int:
    """This prints what every halt did to every order in its scope. Raises the journal's faults."""
    watch = KillWatch()
    for batch in JournalReader(directory).batches():
        for sequence, entry in enumerate(batch.entries, batch.first_sequence):
            watch.take(sequence, entry)
    kills = watch.kills()
    if as_json:
        print_json({"kills": kills})
        return DONE
    console = Console(highlight=False)
    for kill in kills:
        what = "reduce only" if kill["reduce_only"] else "stopped"
        lifted = kill["lifted"]
        state = f"lifted by {lifted['by']} at {lifted['command']}" if lifted else "stands"
        head = f"{kill['trip']}  {kill['scope']} {what} by {kill['by']}, {state}"
        _say(console, printable(head), style="bold")
        _say(console, f"  {kill['time']} {printable(kill['text'])}")
        counts = ", ".join(f"{count} {name}" for name, count in kill["outcomes"].items() if count)
        _say(console, f"  {counts or 'no order was open there'}")
        for order in kill["orders"]:
            text = (
                f"{order['outcome']:<10}{order['order']} {order['side']} {order['instrument']}"
                f" {order['filled']} of {order['quantity']} at {order['venue']}"
            )
            _say(console, f"    {printable(text)}")
    if not kills:
        _say(console, "No halt was tripped.")
    return DONE


def hold_rows(hold: HoldPart) -> list[tuple[str, str]]:
    """These are the rows of a hold in a story."""
    envelope = f"digest {hold.digest[:16]}, the market may move {hold.move_bps} bp"
    rows = [("asked", text) for text in hold.objections]
    rows += [("bound to", f"{envelope}, until {hold.expires}")]
    rows += [
        ("approved", f"{part.address} {part.time} {part.by}: {part.text}")
        for part in hold.approvals
    ]
    rows += [("ended", f"{hold.ended_address} {hold_words(hold)} {hold.ended_text}".strip())]
    return rows
