"""Session links: how a venue is reached, and what goes wrong on the way there.

A script of faults is a list `[[faults]]`, in a venue of the session file or in a file of its own.
"""

import re
import tomllib
from pathlib import Path
from typing import Final

from interlock.inputs.session_lines import lines_of
from interlock.inputs.session_parts import REMOTE, FaultSettings, VenueSettings
from interlock.inputs.session_remarks import Remark, Remarks, SessionMistakes
from interlock.inputs.session_table import Table, shown
from interlock.messages.units import NS_PER_MS
from interlock.simulation.faults import ALWAYS_PPM, FAULTS, FAULTS_MAX, Fault, random_faults

SCRIPT_BYTES_MAX: Final = 1_000_000
UNIX: Final = "unix:"
# What the systems that we know take as the path of a socket.
UNIX_PATH_BYTES_MAX: Final = 107
MS_MAX: Final = 86_400_000
COUNT_MAX: Final = 10**9
# Nobody is asked for a name or a password, so nobody but this machine is spoken to.
_LOOPBACK: Final = re.compile(r"(127\.0\.0\.1|localhost):([0-9]{1,5})")


def read_link(table: Table, kind: str) -> tuple[str, bool]:
    """This is the address of a remote venue, and whether it cancels what works when the connection
    breaks; nothing for the others, who have neither."""
    fields = ("address", "cancel_on_disconnect")
    if kind != REMOTE:
        for field in fields:
            if table.has(field):
                table.take(field)
                table.note(field, f"is for a venue of kind {REMOTE}; this one is {kind or '?'}")
        return "", False
    address = table.text("address")
    fault = address_fault(address) if address else ""
    if fault:
        table.note("address", fault)
    return address, table.flag("cancel_on_disconnect", False)


def address_fault(address: str) -> str:
    """This says what is wrong with an address; empty when nothing is."""
    if address.startswith(UNIX):
        length = len(address.removeprefix(UNIX).encode())
        if not 0 < length <= UNIX_PATH_BYTES_MAX:
            return f"was a path of {length} bytes, must be 1..{UNIX_PATH_BYTES_MAX}"
        return ""
    match = _LOOPBACK.fullmatch(address)
    if match is None or not 0 < int(match[2]) <= 65_535:
        return f'was {shown(address)}, must be "unix:PATH" or "127.0.0.1:PORT"'
    return ""


def read_faults(tables: list[Table]) -> tuple[FaultSettings, ...]:
    """These are the faults of a script, with a note for each that contradicts itself."""
    read: list[FaultSettings] = []
    for place, table in enumerate(tables):
        kind = table.choice("kind", FAULTS)
        settings = FaultSettings(
            kind,
            table.whole("from_ms", 0, 0, MS_MAX),
            table.whole("for_ms", 0, 0, MS_MAX),
            table.whole("every_ms", 0, 0, MS_MAX),
            table.whole("ppm", ALWAYS_PPM, 0, ALWAYS_PPM),
            table.whole("delay_ms", 0, 0, MS_MAX),
            table.whole("after", 0, 0, COUNT_MAX),
            table.whole("count_max", 0, 0, COUNT_MAX),
            table.flag("refuses", False),
            table.flag("cancels", False),
        )
        if not table.has("kind"):
            table.note("kind", f"is missing, must be one of {', '.join(FAULTS.values())}")
        elif kind:
            try:
                _fault(settings, 0)
            except ValueError as error:
                table.note("kind", str(error))
        if place == FAULTS_MAX:
            table.note("kind", f"is one too many, a script has at most {FAULTS_MAX} faults")
        table.end()
        read.append(settings)
    return tuple(read)


def read_fault_script(path: Path) -> tuple[FaultSettings, ...]:
    """This reads a script from a file of its own. Raises `SessionMistakes` with all that is wrong,
    and `OSError` when it cannot be read."""
    with path.open("rb") as file:
        data = file.read(SCRIPT_BYTES_MAX + 1)
    try:
        if len(data) > SCRIPT_BYTES_MAX:
            raise ValueError(f"must be at most {SCRIPT_BYTES_MAX} bytes long")
        text = data.decode()
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SessionMistakes((Remark(0, "$", f"is not TOML: {error}"),)) from None
    remarks = Remarks(lines_of(text))
    root = Table(values, (), remarks)
    faults = read_faults(root.tables("faults", required=True))
    root.end()
    if not remarks.is_clean:
        raise SessionMistakes(remarks.mistakes)
    return faults


def faults_of(settings: tuple[FaultSettings, ...], fault_seed: int = -1) -> list[Fault]:
    """This makes a script's faults, and those of a seed where one is given (-1 for none)."""
    made = [_fault(one, place) for place, one in enumerate(settings)]
    if fault_seed >= 0:
        made += random_faults(fault_seed)
    return made


def venue_faults(settings: VenueSettings) -> list[Fault]:
    """This makes the faults that a venue of a session file has."""
    return faults_of(settings.faults, settings.fault_seed)


def _fault(settings: FaultSettings, seed: int) -> Fault:
    return Fault(
        settings.kind,
        from_ns=settings.from_ms * NS_PER_MS,
        for_ns=settings.for_ms * NS_PER_MS,
        every_ns=settings.every_ms * NS_PER_MS,
        ppm=settings.ppm,
        delay_ns=settings.delay_ms * NS_PER_MS,
        after=settings.after,
        count_max=settings.count_max,
        refuses=settings.refuses,
        cancels=settings.cancels,
        seed=seed,
    )
