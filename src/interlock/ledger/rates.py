"""Reference rates: what one currency is worth in another, who said so, until when."""

from typing import Final, final

from interlock.messages.commands import SetReferenceRate
from interlock.messages.units import Minor, Nanoseconds

# Pairs of currencies that are remembered; what is said of more has no rate, and so refuses.
RATES_MAX: Final = 1_024


@final
class RateRecord:
    """One rate: `denominator` smallest units of `base` are worth `numerator` of `quote`."""

    def __init__(self, said: SetReferenceRate, time_ns: Nanoseconds) -> None:
        self.base: Final[str] = said.base
        self.quote: Final[str] = said.quote
        self.numerator: Final[int] = said.numerator
        self.denominator: Final[int] = said.denominator
        self.by: Final[str] = said.by
        self.valid_ns: Final[Nanoseconds] = said.valid_ns
        self.time_ns: Final[Nanoseconds] = time_ns

    def is_stale(self, time_ns: Nanoseconds) -> bool:
        return time_ns - self.time_ns > self.valid_ns

    def more(self, amount: Minor) -> Minor:
        """The amount in the other currency, a part of its smallest unit counted as one."""
        return -(-amount * self.numerator // self.denominator)

    def less(self, amount: Minor) -> Minor:
        """The amount in the other currency, a part of its smallest unit left out."""
        return amount * self.numerator // self.denominator


@final
class RateTable:
    """The last rate said for each pair of currencies."""

    def __init__(self) -> None:
        self.rates: Final[dict[str, RateRecord]] = {}

    def put(self, said: SetReferenceRate, time_ns: Nanoseconds) -> None:
        key = f"{said.base}|{said.quote}"
        is_rate = (
            said.numerator > 0
            and said.denominator > 0
            and said.valid_ns > 0
            and said.base != said.quote
        )
        if not is_rate:
            self.rates.pop(key, None)
        elif key in self.rates or len(self.rates) < RATES_MAX:
            self.rates[key] = RateRecord(said, time_ns)

    def find(self, base: str, quote: str) -> RateRecord | None:
        return self.rates.get(f"{base}|{quote}")
