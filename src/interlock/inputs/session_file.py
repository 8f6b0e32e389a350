"""The session file: what a session is made of, in TOML, read strictly, with every mistake said at
once.

    session = load_session(path)            # or SessionMistakes, with line and field of each
    for command in session.opening(session_id, code_version): ...

examples/README.md describes the fields. Numbers with a fraction are text ("0.01"), because a TOML
float is binary; unknown fields are refused, because a limit that was misspelt would not hold.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from interlock.controls.control import ControlKind
from interlock.decisions.routing import BEST_PRICE, ROUTERS
from interlock.inputs.binance import LEVELS
from interlock.inputs.recordings import RecordingFile, kind_of
from interlock.inputs.session_curves import read_curves
from interlock.inputs.session_definitions import BY, Definitions
from interlock.inputs.session_feedback import read_feedback
from interlock.inputs.session_limits import LimitReader, set_limits
from interlock.inputs.session_lines import lines_of
from interlock.inputs.session_overload import read_overload
from interlock.inputs.session_parts import (
    ActionSettings,
    DataSettings,
    MarketSettings,
    OverloadSettings,
    SourceSettings,
    VenueSettings,
)
from interlock.inputs.session_rates import read_rates
from interlock.inputs.session_remarks import Place, Remark, Remarks, SessionMistakes
from interlock.inputs.session_sources import SourceReader
from interlock.inputs.session_table import Table
from interlock.inputs.session_warnings import warn
from interlock.inputs.session_world import read_actions, read_data, read_market
from interlock.messages.commands import (
    ActivateRelease,
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    OpenSession,
    SetLimit,
    SetReferenceRate,
)
from interlock.messages.definitions import Account, Bounds, Instrument, Source, Venue
from interlock.messages.feedback import FeedbackRules, SetFeedback
from interlock.messages.flags import CURRENT
from interlock.messages.works import SetVolumeCurve

FILE_BYTES_MAX: Final = 1_000_000
SEED_MAX: Final = 2**63 - 1
BOUND_MAX: Final = 10**15

_LINE: Final = re.compile(r" \(at line ([0-9]+), column ([0-9]+)\)$")
_NO_KINDS: Final[dict[str, ControlKind]] = {}


class SessionFile(Struct, frozen=True):
    """A session file that was read and found without mistakes."""

    name: str
    seed: int
    routing: str
    bounds: Bounds
    instruments: tuple[Instrument, ...]
    venues: tuple[Venue, ...]
    accounts: tuple[Account, ...]
    releases: tuple[ActivateRelease, ...]
    sources: tuple[Source, ...]
    rates: tuple[SetReferenceRate, ...]
    set_limits: tuple[SetLimit, ...]
    venue_settings: tuple[VenueSettings, ...]
    """In the order of `venues`."""
    source_settings: tuple[SourceSettings, ...]
    """In the order of `sources`."""
    curves: tuple[SetVolumeCurve, ...]
    market: MarketSettings | None
    data: tuple[DataSettings, ...]
    actions: tuple[ActionSettings, ...]
    snapshot_every: int
    """Commands between two states taken while the session runs; 0 for none, -1 when unsaid."""
    overload: OverloadSettings
    text: str
    """The file as it was written."""
    feedback: FeedbackRules | None = None

    def opening(
        self, session_id: str, code_version: str, flags: tuple[int, ...] = CURRENT
    ) -> list[Command]:
        """This is the commands that open the session, in the order that the ledger needs."""
        opening = OpenSession(
            self.name,
            session_id,
            self.seed,
            code_version,
            flags,
            self.text,
            self.bounds,
            self.routing,
        )
        armed = [SetFeedback(BY, "", False, self.feedback)] if self.feedback else []
        return [
            opening,
            *(DefineInstrument(instrument) for instrument in self.instruments),
            *(DefineVenue(venue) for venue in self.venues),
            *(DefineAccount(account) for account in self.accounts),
            *(DefineSource(source) for source in self.sources),
            *self.releases,
            *self.rates,
            *self.curves,
            *self.set_limits,
            *armed,
        ]

    def limits(self) -> list[SetLimit]:
        """This is the commands that arm the session's controls."""
        return list(self.set_limits)

    def recordings(self, paths: Sequence[Path]) -> list[RecordingFile]:
        """This joins each recording with the `[[data]]` entry that is about it.

        That is the first whose name and kind fit and that no earlier file took; when all that fit
        are taken, the first that fits; when none fits, the recording's content must say it all.
        Raises `RecordingRefused` for a file that is no recording.
        """
        taken: list[DataSettings] = []
        files: list[RecordingFile] = []
        for path in paths:
            kind = kind_of(path)
            fitting = [
                entry
                for entry in self.data
                if entry.kind in ("", kind) and fnmatchcase(path.name, entry.name or "*")
            ]
            free = [entry for entry in fitting if not any(entry is one for one in taken)]
            entry = (free or fitting or [DataSettings()])[0]
            taken.append(entry)
            files.append(
                RecordingFile(
                    path,
                    entry.venue,
                    entry.symbols,
                    entry.levels or LEVELS,
                    entry.clock or "local",
                )
            )
        return files


class SessionCheck(NamedTuple):
    """What `check_session` found: nothing runs with mistakes; warnings are worth a look."""

    mistakes: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def load_session(
    path: Path | str, extra_kinds: Mapping[str, ControlKind] = _NO_KINDS
) -> SessionFile:
    """This reads a session file. Raises `SessionMistakes` with everything that is wrong with it.

    `extra_kinds` are the user's own controls by name, beside those of the catalogue.
    """
    return _parse(_text_of(Path(path)), extra_kinds, Path(path).parent)


def parse_session(text: str, extra_kinds: Mapping[str, ControlKind] = _NO_KINDS) -> SessionFile:
    """This is `load_session` for text, such as that kept in a journal's first record."""
    return _parse(text, extra_kinds, None)


def _parse(text: str, extra_kinds: Mapping[str, ControlKind], folder: Path | None) -> SessionFile:
    session, remarks = _read(text, extra_kinds, folder)
    if session is None:
        raise SessionMistakes(remarks.mistakes)
    return session


def check_session(
    path: Path | str, extra_kinds: Mapping[str, ControlKind] = _NO_KINDS
) -> SessionCheck:
    """This says everything that is wrong with a session file, and what is odd. It never raises."""
    try:
        _, remarks = _read(_text_of(Path(path)), extra_kinds, Path(path).parent)
    except SessionMistakes as error:
        return SessionCheck(error.mistakes, ())
    return SessionCheck(remarks.mistakes, remarks.warnings)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _refused(0, f"{path} cannot be read: {reason}") from None
    if len(data) > FILE_BYTES_MAX:
        raise _refused(0, f"{path} must be at most {FILE_BYTES_MAX} bytes long")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(line, f"was byte 0x{data[error.start]:02x}, must be UTF-8 text") from None


def _refused(line: int, text: str) -> SessionMistakes:
    return SessionMistakes((Remark(line, "$", text),))


def _parsed(text: str) -> tuple[dict[str, object], dict[Place, int]]:
    """The file as plain values, and the lines of its fields."""
    if len(text) > FILE_BYTES_MAX:
        raise _refused(0, f"was {len(text)} characters long, must be at most {FILE_BYTES_MAX}")
    try:
        return tomllib.loads(text), lines_of(text)
    except RecursionError:
        raise _refused(0, "is nested too deeply") from None
    except ValueError as error:
        # Also a number of thousands of digits, which Python refuses to read.
        said = str(error)
        match = _LINE.search(said)
        if match is None:
            last = text.count("\n") + 1
            raise _refused(
                last, f"is not TOML: {said.removesuffix(' (at end of document)')}"
            ) from None
        raise _refused(int(match[1]), f"is not TOML: {said[: match.start()]}") from None


def _read(
    text: str, extra_kinds: Mapping[str, ControlKind], folder: Path | None
) -> tuple[SessionFile | None, Remarks]:
    values, lines = _parsed(text)
    remarks = Remarks(lines)
    root = Table(values, (), remarks)
    head = root.table("session", required=True)
    name = head.name("name")
    seed = head.whole("seed", 0, 0, SEED_MAX)
    routing = head.one_of("routing", ROUTERS, "a routing rule", BEST_PRICE)
    head.end()
    bounds = _bounds(root.table("bounds"))
    journal = root.table("journal")
    snapshot_every = journal.whole("snapshot_every", -1, 0, BOUND_MAX)
    journal.end()
    overload = read_overload(root.table("overload"))
    actions = read_actions(root)
    definitions = Definitions(remarks)
    definitions.read(root)
    SourceReader(definitions, [action.name for action in actions]).read(root)
    rates = read_rates(root, definitions.currencies)
    curves = read_curves(root, definitions, folder)
    market = read_market(root, definitions)
    data = read_data(root, definitions)
    feedback = read_feedback(root, definitions.sources, definitions.currencies)
    limits = LimitReader(definitions, extra_kinds)
    limits.read(root.table("controls", required=True))
    root.end()
    if not remarks.is_clean:
        return None, remarks
    warn(definitions, limits.armed, market, bounds)
    session = SessionFile(
        name=name,
        seed=seed,
        routing=routing,
        bounds=bounds,
        instruments=tuple(definitions.instruments.values()),
        venues=tuple(definitions.venues.values()),
        accounts=tuple(definitions.accounts.values()),
        releases=tuple(definitions.releases.values()),
        sources=tuple(definitions.sources.values()),
        rates=rates,
        curves=curves,
        set_limits=set_limits(limits.armed),
        venue_settings=tuple(definitions.venue_settings.values()),
        source_settings=tuple(definitions.source_settings.values()),
        market=market,
        data=data,
        actions=actions,
        snapshot_every=snapshot_every,
        overload=overload,
        text=text,
        feedback=feedback,
    )
    return session, remarks


def _bounds(table: Table) -> Bounds:
    fields = Bounds.__struct_fields__
    defaults = Bounds()
    values = {field: table.whole(field, getattr(defaults, field), 1, BOUND_MAX) for field in fields}
    table.end()
    return Bounds(**values)
