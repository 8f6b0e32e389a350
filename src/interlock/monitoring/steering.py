"""Steering: what feedback made of a session, from its journal alone."""

from collections import deque
from pathlib import Path
from typing import Final

from msgspec import Struct

from interlock.journal.plain import address_of
from interlock.journal.reader import JournalReader
from interlock.ledger.feedback import FeedbackRecord, neutral
from interlock.messages.feedback import (
    STEERED,
    CoverageChanged,
    FeedbackIgnored,
    FeedbackSet,
    FeedbackSteered,
)
from interlock.messages.reasons import reason_name
from interlock.messages.terms import name_of
from interlock.messages.units import Nanoseconds
from interlock.monitoring.feedback_words import feedback_event_words, steered_words
from interlock.monitoring.figures import Moment, moment

MOVES_MAX: Final = 1_000
"""How many moves are told; the newest."""


class Standing(Struct, kw_only=True):
    """What one rule steers at the journal's end."""

    rule: str
    subject: str
    value: int
    words: str
    command: int
    """The command that brought its evidence."""
    is_stale: bool
    """Its evidence is too old, and it counts no more."""


class Move(Struct, kw_only=True):
    """One thing that changed."""

    address: str
    time: Moment
    words: str


class Steering(Struct, kw_only=True):
    """Everything that feedback made of a session."""

    is_armed: bool
    is_frozen: bool
    set_by: str
    standing: list[Standing]
    moves: list[Move]
    moves_found: int
    heard: int
    """Words about quality whose evidence moved or confirmed something."""
    ignored: dict[str, int]
    """Evidence that moved nothing, by why."""
    alarms: list[str]
    """Sources of whose ended actions too few have a measured outcome."""


def steering_of(directory: Path) -> Steering:
    """This reads a session. Raises the journal's faults. Cost: one walk over the journal."""
    record, time_ns = FeedbackRecord(), 0
    moves: deque[Move] = deque(maxlen=MOVES_MAX)
    moves_found = heard = 0
    ignored: dict[str, int] = {}
    alarms: dict[str, str] = {}
    for sequence, entry in JournalReader(directory).entries():
        time_ns = entry.time_ns
        for place, event in enumerate(entry.events, 1):
            record.apply(event, sequence, time_ns)
            is_moved = isinstance(event, FeedbackSet | CoverageChanged)
            if isinstance(event, FeedbackSteered):
                heard += 1
                is_moved = event.before != event.after
            elif isinstance(event, FeedbackIgnored):
                why = f"{name_of(STEERED, event.rule)} {reason_name(event.reason)}"
                ignored[why] = ignored.get(why, 0) + 1
            elif isinstance(event, CoverageChanged):
                alarms[event.source] = feedback_event_words(event)
            if is_moved:
                moves_found += 1
                words = feedback_event_words(event)
                address = address_of(sequence, place)
                moves.append(Move(address=address, time=moment(time_ns), words=words))
    said = record.said
    return Steering(
        is_armed=record.rules is not None,
        is_frozen=record.is_frozen,
        set_by=said.by if said is not None else "",
        standing=_standing(record, time_ns),
        moves=list(moves),
        moves_found=moves_found,
        heard=heard,
        ignored=dict(sorted(ignored.items())),
        alarms=[alarms[source] for source in record.poorly_covered],
    )


def _standing(record: FeedbackRecord, time_ns: Nanoseconds) -> list[Standing]:
    return [
        Standing(
            rule=name_of(STEERED, found.rule),
            subject=found.subject,
            value=found.value,
            words=steered_words(found.event),
            command=found.sequence,
            is_stale=record.standing(found.rule, found.subject, time_ns) is None,
        )
        for found in record.steered.values()
        if found.value != neutral(found.rule)
    ]
