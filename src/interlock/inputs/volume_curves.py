"""Volume curves: how an instrument's volume is spread over a day, learnt from recordings, and the
file that keeps it.

    instrument = "IBM"
    start = "09:30"          # local time of the first bucket
    bucket_s = 300
    learnt_from = ["ibm-20131007-trade.zip"]
    days = 1
    volumes = [83001224, ...]  # shares of a day's volume, in parts per thousand million

Each day counts the same however much was traded on it: the curve is the mean of the days' shares,
which is what Bialkowski, Darolles and Le Fol, "Improving VWAP strategies" (2008), call the
classical estimate. Trades outside trading phases are left out.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from interlock.messages.commands import Command, NoteTrade
from interlock.messages.definitions import Instrument
from interlock.messages.terms import (
    CLOSED,
    CLOSING_AUCTION,
    CONTINUOUS,
    OPENING_AUCTION,
    PRE_OPEN,
)
from interlock.messages.units import NS_PER_DAY, NS_PER_SECOND, Nanoseconds
from interlock.messages.works import SetVolumeCurve

SHARES: Final = 1_000_000_000
BUCKETS_MAX: Final = 1_440
"""Buckets of one curve: a day of minutes."""
FILE_BYTES_MAX: Final = 100_000
TRADING: Final = (OPENING_AUCTION, CONTINUOUS, CLOSING_AUCTION)

_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_FIELDS: Final = ("instrument", "start", "bucket_s", "learnt_from", "days", "volumes")

assert CLOSED not in TRADING, "nothing trades while it is closed"
assert PRE_OPEN not in TRADING, "nothing trades before the open"


class CurveRefused(ValueError):  # noqa: N818 - it is named for what it says
    """A file is no volume curve; the message says what was found and what must be."""


class CurveLearner:
    """Adds up trades by time of day, day by day."""

    def __init__(self, instrument: Instrument, bucket_s: int) -> None:
        assert 0 < bucket_s <= 86_400, f"buckets of {bucket_s} s"
        self.instrument = instrument
        self.bucket_ns = bucket_s * NS_PER_SECOND
        self._days: dict[int, dict[int, int]] = {}

    @property
    def days(self) -> int:
        return len(self._days)

    def take(self, time_ns: Nanoseconds, command: Command) -> None:
        """This takes one command of a recording."""
        if not isinstance(command, NoteTrade) or command.instrument != self.instrument.symbol:
            return
        local_ns = time_ns + self.instrument.utc_offset_ns
        of_day = local_ns % NS_PER_DAY
        if _phase(self.instrument, of_day) not in TRADING:
            return
        day = self._days.setdefault(local_ns // NS_PER_DAY, {})
        place = of_day // self.bucket_ns
        day[place] = day.get(place, 0) + command.quantity

    def curve(self, by: str) -> SetVolumeCurve | None:
        """This is what was learnt; None when nothing traded. It begins with the first bucket that
        had volume and ends with the last."""
        shares: dict[int, int] = {}
        for day in self._days.values():
            total = sum(day.values())
            for place, volume in day.items():
                shares[place] = shares.get(place, 0) + volume * SHARES // (total * len(self._days))
        if not shares:
            return None
        first, last = min(shares), max(shares)
        volumes = tuple(shares.get(place, 0) for place in range(first, last + 1))
        symbol = self.instrument.symbol
        return SetVolumeCurve(symbol, first * self.bucket_ns, self.bucket_ns, volumes, by)


def _phase(instrument: Instrument, of_day: Nanoseconds) -> int:
    if not instrument.phases:
        return CONTINUOUS
    found = [phase.phase for phase in instrument.phases if phase.start_ns <= of_day]
    return found[-1] if found else CLOSED


def learn(
    recording: Iterable[tuple[Nanoseconds, Command]], instrument: Instrument, bucket_s: int
) -> CurveLearner:
    """This learns an instrument's curve from a recording. Cost: one look at each of its items."""
    learner = CurveLearner(instrument, bucket_s)
    for time_ns, command in recording:
        learner.take(time_ns, command)
    return learner


def curve_text(curve: SetVolumeCurve, days: int, learnt_from: Iterable[str]) -> str:
    """This writes a curve as the file that `read_curve` reads back."""
    seconds = curve.start_ns // NS_PER_SECOND
    start = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    names = ", ".join(f'"{_escaped(name)}"' for name in learnt_from)
    lines = [
        f"# The volume of {curve.instrument} over a day, learnt from {days} day(s) by"
        " `interlock curve`.",
        f'instrument = "{_escaped(curve.instrument)}"',
        f'start = "{start}" # local time of the first bucket',
        f"bucket_s = {curve.bucket_ns // NS_PER_SECOND}",
        f"learnt_from = [{names}]",
        f"days = {days}",
        "# Shares of a day's volume, in parts per thousand million.",
        "volumes = [",
    ]
    for place in range(0, len(curve.volumes), 8):
        lines.append("    " + " ".join(f"{v}," for v in curve.volumes[place : place + 8]))
    return "\n".join([*lines, "]"]) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def read_curve(path: Path, by: str) -> SetVolumeCurve:
    """This reads a volume curve. Raises `CurveRefused` saying what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CurveRefused(f"{path} cannot be read: {error.strerror or error}") from None
    if len(data) > FILE_BYTES_MAX:
        raise CurveRefused(f"{path} must be at most {FILE_BYTES_MAX} bytes long")
    try:
        values = tomllib.loads(data.decode())
    except ValueError as error:
        raise CurveRefused(f"{path} is not TOML: {error}") from None
    unknown = [name for name in values if name not in _FIELDS]
    if unknown:
        raise CurveRefused(f"{path} has the unknown field {unknown[0]!r}")
    volumes, bucket_s = values.get("volumes"), values.get("bucket_s")
    match = _TIME.fullmatch(str(values.get("start", "")))
    symbol = values.get("instrument")
    if not isinstance(symbol, str) or not symbol:
        raise CurveRefused(f"{path} must name its instrument")
    if match is None:
        raise CurveRefused(f"{path}: start must be a time of day such as 09:30")
    if type(bucket_s) is not int or not 0 < bucket_s <= 86_400:
        raise CurveRefused(f"{path}: bucket_s was {bucket_s!r}, must be a whole number in 1..86400")
    if not isinstance(volumes, list) or not 0 < len(volumes) <= BUCKETS_MAX:
        raise CurveRefused(f"{path}: volumes must be a list of 1 to {BUCKETS_MAX} numbers")
    if any(type(one) is not int or not 0 <= one <= 10**15 for one in volumes):
        raise CurveRefused(f"{path}: volumes must be whole numbers in 0..10^15")
    start_s = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    if start_s + len(volumes) * bucket_s > 86_400 or not any(volumes):
        raise CurveRefused(f"{path}: volumes must be of one day, and some above 0")
    return SetVolumeCurve(
        symbol, start_s * NS_PER_SECOND, bucket_s * NS_PER_SECOND, tuple(volumes), by
    )
