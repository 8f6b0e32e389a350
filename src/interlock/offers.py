"""Offers: the invariants that installed packages offer, beside Interlock's own."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs

from interlock import __version__
from interlock.inputs.session_file import SessionFile
from interlock.journal.faults import JournalFault
from interlock.journal.reader import JournalReader
from interlock.kernel.invariants import INVARIANTS
from interlock.kernel.user_invariants import RESPONSES, mistake_of, offered_name
from interlock.messages.commands import Command, OpenSession

INVARIANTS_GROUP = "interlock.invariants"


class InvariantRow(NamedTuple):
    """One invariant, as a list of them shows it."""

    name: str
    owner: str
    response: str
    scope: str
    means: str
    is_built_in: bool
    is_armed: bool


class InvariantUnusable(JournalFault):
    """An installed package offers an invariant that cannot be armed."""

    def __init__(self, name: str, mistake: str) -> None:
        super().__init__(
            f"{INVARIANTS_GROUP}, {name}",
            f"the invariant's {mistake}",
            "Mend it, or uninstall the package that offers it",
        )


def user_invariants() -> dict[str, Any]:
    """This is every invariant that an installed package offers, by name. Raises
    `InvariantUnusable`; nothing that should check is passed over."""
    found: dict[str, Any] = {}
    for point in sorted(entry_points(group=INVARIANTS_GROUP), key=lambda point: point.name):
        kind = point.load()
        mistake = mistake_of(kind)
        if point.name in INVARIANTS:
            mistake = "name is one of Interlock's own"
        if mistake:
            raise InvariantUnusable(point.name, mistake)
        found[point.name] = kind
    return found


def armed_names(offered: dict[str, Any]) -> tuple[str, ...]:
    """This is the invariants among what a user offers to a kernel."""
    prefix = offered_name("")
    return tuple(name.removeprefix(prefix) for name in offered if name.startswith(prefix))


def opening_under(file: SessionFile, session_id: str, invariants: tuple[str, ...]) -> list[Command]:
    """The commands that open a session under some invariants of the user."""
    return [
        structs.replace(command, invariants=invariants)
        if isinstance(command, OpenSession)
        else command
        for command in file.opening(session_id, __version__)
    ]


def invariant_rows(directory: Path | None = None) -> list[InvariantRow]:
    """This is every invariant: Interlock's own, which hold in every session, and the user's, those
    installed here and, given a session, those that it was run under."""
    rows = [
        InvariantRow(name, owner, RESPONSES[response], "what it touches", means, True, True)
        for name, (owner, response, means) in INVARIANTS.items()
    ]
    offered = user_invariants()
    armed = armed_invariants(directory) if directory is not None else tuple(offered)
    for name in sorted({*offered, *armed}):
        kind = offered.get(name)
        means = " ".join((getattr(kind, "__doc__", None) or "").split())
        owner, response = getattr(kind, "owner", "?"), getattr(kind, "response", "?")
        scope = getattr(kind, "scope", "firm") if kind is not None else "?"
        rows.append(InvariantRow(name, owner, response, scope, means, False, name in armed))
    return rows


def first_invariants(reader: JournalReader, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """This is the user's invariants that a session was first opened under; those of now for one
    that was not."""
    for _, entry in reader.entries():
        if isinstance(entry.command, OpenSession):
            return entry.command.invariants
    return otherwise


def armed_invariants(directory: Path) -> tuple[str, ...]:
    """This is the user's invariants that a session was last opened under."""
    armed: tuple[str, ...] = ()
    for _, entry in JournalReader(directory).entries():
        if isinstance(entry.command, OpenSession):
            armed = entry.command.invariants
    return armed
