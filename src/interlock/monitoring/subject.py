"""The subject of a story: what a person names, found in the journal.

    412-1                   an order, or a named action
    4QJ0X2M9R7TD-412-1      an order by the name that its venue knows it by
    412                     a decision, by the command that proposed it
    momentum:k17            a decision, by its source and the source's key

An order and a decision are found by the index; a key costs a walk to where it stands. What is not
found is answered with what is there.
"""

import re
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Final

from interlock.journal.reader import JournalReader
from interlock.messages.commands import OpenSession, ProposeDecision
from interlock.messages.events import ActionCleared, DecisionJudged, OrderCleared
from interlock.messages.identity import (
    client_order_id,
    order_of_client_id,
    order_sequence,
    order_text,
    parse_order,
)
from interlock.messages.units import OrderId, Sequence
from interlock.monitoring.kinds import KIND_NAMES
from interlock.monitoring.story import Subject

NEAR_ENTRIES_MAX: Final = 2_000
"""How far before and after a wrong number its neighbours are looked for."""
NEAR_NAMES_MAX: Final = 5
KEYS_REMEMBERED_MAX: Final = 10_000

_NUMBER: Final = re.compile(r"[0-9]{1,13}")
_CLIENT_ID: Final = re.compile(r"([0-9A-Za-z]{12})-([0-9]+-[0-9]+)")

FORMS: Final = (
    "Give an order such as 412-1, a venue's client order id, the sequence of a decision such as "
    "412, or SOURCE:KEY"
)


class SubjectUnknown(LookupError):  # noqa: N818 - it is not an error to ask
    """The journal holds nothing by that name; the message says what it holds near it."""


def find_subject(directory: Path, text: str) -> Subject:
    """This finds what a person named.

    Raises `SubjectUnknown`, and the journal's faults.
    """
    reader = JournalReader(directory)
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _decision(reader, text, int(text))
    client = _CLIENT_ID.fullmatch(text)
    if client is not None:
        return _order(reader, text, _order_of_client(reader, text.upper()))
    if ":" in text:
        return _key(reader, text)
    try:
        order = parse_order(text)
    except ValueError:
        raise SubjectUnknown(f"was {text[:60]!r}. {FORMS}") from None
    return _order(reader, text, order)


def _order_of_client(reader: JournalReader, text: str) -> OrderId:
    for _, entry in reader:
        if isinstance(entry.command, OpenSession):
            session_id = entry.command.session_id
            order = order_of_client_id(session_id, text)
            if order < 0:
                mark = client_order_id(session_id, 0).partition("-")[0]
                raise SubjectUnknown(
                    f"{text} is another session's order: those of this one begin with {mark}"
                )
            return order
    raise SubjectUnknown(f"{text} is no order here: the journal opens no session")


def _decision(reader: JournalReader, text: str, sequence: Sequence) -> Subject:
    for found, entry in reader.entries(max(1, sequence)):
        if found == sequence and isinstance(entry.command, ProposeDecision):
            return Subject(text, sequence)
        kind = KIND_NAMES[type(entry.command)]
        what = f"command {sequence} is {kind}, not a decision" if found == sequence else ""
        raise SubjectUnknown(_near(reader, what or f"there is no command {sequence}", sequence))
    last = reader.last_sequence
    what = f"there is no command {sequence}: the journal ends at {last}"
    raise SubjectUnknown(_near(reader, what, last))


def _near(reader: JournalReader, what: str, sequence: Sequence) -> str:
    """The decisions on either side of a place."""
    first = max(1, sequence - NEAR_ENTRIES_MAX)
    before = after = 0
    for found, entry in islice(reader.entries(first), 2 * NEAR_ENTRIES_MAX + 1):
        if isinstance(entry.command, ProposeDecision):
            if found <= sequence:
                before = found
            else:
                after = found
                break
    near = [str(number) for number in (before, after) if number]
    if not near:
        return f"{what}. No decision is near it. {FORMS}"
    are = "decision is" if len(near) == 1 else "decisions are"
    return f"{what}. The nearest {are} {' and '.join(near)}"


def _order(reader: JournalReader, text: str, order: OrderId) -> Subject:
    decision = order_sequence(order)
    parent = _parent_of(reader, order)
    if parent > 0:
        return Subject(text, parent, order)
    try:
        _decision(reader, text, decision)
    except SubjectUnknown as error:
        raise SubjectUnknown(f"there is no order {order_text(order)}: {error}") from None
    made: list[OrderId] = []
    for _, entry in reader.entries(decision):
        is_judged = False
        for event in entry.events:
            if isinstance(event, DecisionJudged) and event.decision == decision:
                is_judged = True
            elif isinstance(event, OrderCleared) and event.decision == decision:
                made.append(event.order)
            elif isinstance(event, ActionCleared) and event.decision == decision:
                made.append(event.action)
        if is_judged:
            break
    if order in made:
        return Subject(text, decision, order)
    names = ", ".join(order_text(number) for number in made[:NEAR_NAMES_MAX])
    more = f" and {len(made) - NEAR_NAMES_MAX} more" if len(made) > NEAR_NAMES_MAX else ""
    led = f"led to {names}{more}" if made else "led to no order"
    raise SubjectUnknown(
        f"there is no order {order_text(order)}: decision {decision} {led}. "
        f"Ask for the decision: {decision}"
    )


def _parent_of(reader: JournalReader, order: OrderId) -> Sequence:
    """The large order that a child is of: the command that released it is no decision. 0 when the
    order is nobody's child."""
    released = order_sequence(order)
    if not 1 <= released <= reader.last_sequence:
        return 0
    for _, entry in reader.entries(released):
        if not isinstance(entry.command, ProposeDecision):
            for event in entry.events:
                if isinstance(event, OrderCleared) and event.order == order:
                    return event.decision
        break
    return 0


def _key(reader: JournalReader, text: str) -> Subject:
    """The first decision under a key; later ones were refused as duplicates of it."""
    known: dict[str, Sequence] = {}
    for sequence, entry in reader:
        command = entry.command
        if isinstance(command, ProposeDecision):
            name = f"{command.decision.source}:{command.decision.key}"
            if name == text:
                return Subject(text, sequence)
            if len(known) < KEYS_REMEMBERED_MAX:
                known[name] = sequence
    close = get_close_matches(text, known, NEAR_NAMES_MAX, 0.4)
    if close:
        names = ", ".join(f"{name} ({known[name]})" for name in close)
        raise SubjectUnknown(f"there is no decision {text!r}. Near it are {names}")
    sources = sorted({name.partition(":")[0] for name in known})
    said = f"The sources that decided are {', '.join(sources)}" if sources else "Nobody decided"
    raise SubjectUnknown(f"there is no decision {text!r}. {said}")
