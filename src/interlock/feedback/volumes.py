"""Volumes: what an instrument trades in each part of its day, learnt as the parts pass.

A part is a bucket of the instrument's own day; its value is the mean over the days seen, rounded
down. Memory: one record for each instrument and bucket.
"""

from typing import Final

from interlock.messages.commands import Command, NoteTrade
from interlock.messages.definitions import Instrument
from interlock.messages.feedback import Evidence, VolumeCurveLearned
from interlock.messages.units import NS_PER_DAY, Lots, Nanoseconds, Sequence


class _Bucket:
    """One part of one instrument's day, while it lasts."""

    def __init__(self, place: int, ends_ns: Nanoseconds, first: Sequence, from_ns: int) -> None:
        self.place: Final = place
        self.ends_ns: Final = ends_ns
        self.first: Final = first
        self.from_ns: Final = from_ns
        self.last = first
        self.to_ns = from_ns
        self.lots: Lots = 0
        self.trades = 0


class _Mean:
    """The same over the days seen."""

    def __init__(self) -> None:
        self.lots: Lots = 0
        self.days = 0


class VolumeCurves:
    """Learns from every trade, in the parts of the day that it sees from their start. With buckets
    of no length it learns nothing."""

    def __init__(self, bucket_ns: Nanoseconds, start_ns: Nanoseconds) -> None:
        self._bucket_ns: Final = bucket_ns
        self._start_ns: Final = start_ns
        self._offsets: dict[str, Nanoseconds] = {}
        self._present: dict[str, _Bucket] = {}
        self._ends_ns: Nanoseconds = -1
        """When the first of the present buckets ends; -1 while there is none."""
        self._means: dict[tuple[str, int], _Mean] = {}
        self._unsaid: dict[tuple[str, int], VolumeCurveLearned] = {}

    def define(self, instrument: Instrument) -> None:
        self._offsets[instrument.symbol] = instrument.utc_offset_ns

    def trade(self, sequence: Sequence, time_ns: Nanoseconds, command: NoteTrade) -> None:
        """Somebody traded."""
        offset_ns = self._offsets.get(command.instrument)
        if self._bucket_ns <= 0 or offset_ns is None:
            return
        self.pass_time(time_ns)
        present = self._present.get(command.instrument)
        if present is None:
            of_day = (time_ns + offset_ns) % NS_PER_DAY
            place = of_day // self._bucket_ns
            if time_ns - of_day % self._bucket_ns < self._start_ns:
                return
            # The last bucket of a day is cut where the day ends.
            length_ns = min((place + 1) * self._bucket_ns, NS_PER_DAY) - of_day
            present = _Bucket(place, time_ns + length_ns, sequence, time_ns)
            self._present[command.instrument] = present
            if self._ends_ns < 0 or present.ends_ns < self._ends_ns:
                self._ends_ns = present.ends_ns
        present.lots += command.quantity
        present.trades += 1
        present.last, present.to_ns = sequence, time_ns

    def pass_time(self, time_ns: Nanoseconds) -> bool:
        """Time has come to a moment; whether a part of a day has ended and there is news."""
        if self._ends_ns < 0 or time_ns < self._ends_ns:
            return False
        for symbol in [name for name, one in self._present.items() if one.ends_ns <= time_ns]:
            self._end(symbol, self._present.pop(symbol))
        self._ends_ns = min((one.ends_ns for one in self._present.values()), default=-1)
        return True

    def _end(self, symbol: str, bucket: _Bucket) -> None:
        mean = self._means.setdefault((symbol, bucket.place), _Mean())
        mean.lots += bucket.lots
        mean.days += 1
        evidence = Evidence(bucket.trades, bucket.first, bucket.last, bucket.from_ns, bucket.to_ns)
        self._unsaid[symbol, bucket.place] = VolumeCurveLearned(
            symbol, self._bucket_ns, bucket.place, mean.lots // mean.days, mean.days, evidence
        )

    def learned(self) -> list[Command]:
        """What was learnt and not said."""
        return list(self._unsaid.values())

    def heard(self, command: VolumeCurveLearned) -> None:
        """It has been said."""
        unsaid = self._unsaid.get((command.instrument, command.bucket))
        if unsaid is not None and unsaid.evidence.last <= command.evidence.last:
            del self._unsaid[command.instrument, command.bucket]
