"""Faults: what can be wrong with a journal from outside, each saying where, what was found, and
what to do."""

from pathlib import Path


class JournalFault(Exception):  # noqa: N818 - a fault is the house word for what comes from outside
    """Something about the journal's files, disk or holder stops us. Never raised for our own
    mistakes."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy


class JournalCorrupt(JournalFault):
    """Data that was acknowledged is damaged or gone. It is never truncated: the process refuses to
    start."""

    def __init__(self, segment: str, offset: int, expected: str, found: str, remedy: str) -> None:
        super().__init__(f"{segment} at byte {offset}", f"was {found}, must be {expected}", remedy)
        self.segment = segment
        self.offset = offset
        self.expected = expected
        self.found = found


class JournalForeign(JournalFault):
    """Not a journal, another journal's file, or a format that this version does not read."""


class RepairRefused(JournalFault):
    """Nothing proves what the journal must be; nothing was changed."""


class JournalLocked(JournalFault):
    """Another writer holds the journal."""


class JournalFull(JournalFault):
    """A bound was reached: the disk has no room, or a record is larger than one may be. Nothing was
    written."""


class JournalPoisoned(JournalFault):
    """A write or a sync failed: what is on disk is unknown until the journal is recovered. Never
    retried."""


class InvariantsMissing(JournalFault):
    """A session was run under invariants of the user that are not installed here."""

    def __init__(self, where: str, missing: list[str]) -> None:
        names = ", ".join(missing)
        super().__init__(
            where,
            f"it is run under the user's invariants {names}, which are not installed here",
            "Install the package that offers them as entry points of interlock.invariants;"
            " `interlock replay --rebuild` folds the events without them",
        )
        self.missing = missing


class SessionChanged(JournalFault):
    """A kept session was to be taken up under another session file."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            str(directory),
            "the session there was opened with another session file",
            "Give it the file that it began with, or start a new session with another --out",
        )


class SessionInMarketTime(JournalFault):
    """A session in market time was to go on against the wall clock."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            str(directory),
            "the session there runs in market time",
            "Run it without --live, or start a new session with another --out",
        )


RESTORE = (
    "Acknowledged data is never truncated. Keep these files as they are, "
    "run `interlock journal verify` for the extent of the damage, "
    "and put back this file from a backup or from a copy of the journal"
)
