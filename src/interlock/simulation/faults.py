"""Faults: what goes wrong between a venue and us, by script or by seed.

A fault is a kind, a window of time and a dose. The truth of the venue is never falsified: only its
words are lost, late, doubled or out of order, and requests are refused, lost or late on their way.
Each fault draws from a chance of its own, so that what it strikes depends on nothing but the
requests, or the words, that pass in its window.
"""

from typing import Final, final

from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, Nanoseconds
from interlock.simulation.chance import Chance

LOST_ACKNOWLEDGEMENT: Final = 1
"""The answer that an order was accepted or rejected is not heard."""
LATE_FILL: Final = 2
"""A fill is heard `delay` later, other words overtake it."""
DUPLICATED_REPORT: Final = 3
"""A report is heard again `delay` later."""
REORDERED_REPORT: Final = 4
"""A report is heard `delay` later, those after it overtake it."""
FILL_AFTER_CANCEL: Final = 5
"""A fill is heard after the word that its order has ended, or `delay` later where none comes."""
LOST_FILL: Final = 6
"""A fill is not heard at all: only reconciliation finds it."""
SUBMIT_DOWN: Final = 7
"""Orders and replaces are lost on their way, or refused."""
CANCEL_DOWN: Final = 8
"""Cancels are lost on their way, or refused."""
SLOW: Final = 9
"""Requests arrive and reports are heard `delay` later, in their order."""
FROZEN_BOOK: Final = 10
"""Market data stands still; the newest is said when the window ends."""
DISCONNECT: Final = 11
"""The connection is down: requests do not leave, reports come when it is up again."""
RATE_BAN: Final = 12
"""The venue logs us out, which cancels what works, and rejects messages for the window."""
RESTART: Final = 13
"""The venue goes away for the window and comes back with everything it has acknowledged."""
THROTTLE: Final = 14
"""The venue has too many requests: each is refused with a wait of `delay`, counted from when it was
refused; whoever has sent `count_max` of them in the window is logged out until `delay` times ten
later (HTTP 429, then 418)."""

FAULTS: Final = {
    LOST_ACKNOWLEDGEMENT: "lost_acknowledgement",
    LATE_FILL: "late_fill",
    DUPLICATED_REPORT: "duplicated_report",
    REORDERED_REPORT: "reordered_report",
    FILL_AFTER_CANCEL: "fill_after_cancel",
    LOST_FILL: "lost_fill",
    SUBMIT_DOWN: "submit_down",
    CANCEL_DOWN: "cancel_down",
    SLOW: "slow",
    FROZEN_BOOK: "frozen_book",
    DISCONNECT: "disconnect",
    RATE_BAN: "rate_ban",
    RESTART: "restart",
    THROTTLE: "throttle",
}

ALWAYS_PPM: Final = 1_000_000
FAULTS_MAX: Final = 256
"""Faults of one script."""
LENGTH_NS: Final = 60 * NS_PER_SECOND
"""A script by seed begins again so often."""


def takes_delay(kind: int) -> bool:
    """True for the kinds that make something late."""
    return kind in (
        LATE_FILL,
        DUPLICATED_REPORT,
        REORDERED_REPORT,
        FILL_AFTER_CANCEL,
        SLOW,
        THROTTLE,
    )


def is_outage(kind: int) -> bool:
    """True for the kinds that are one happening for a whole window, which has to end."""
    return kind in (FROZEN_BOOK, DISCONNECT, RATE_BAN, RESTART)


def has_dose(kind: int) -> bool:
    """True for the kinds that strike some and not others; the rest hold for their whole window."""
    return kind not in (SLOW, THROTTLE) and not is_outage(kind)


@final
class Fault:
    """One kind of fault: when, how often, how late.

    Times are counted from the start of the session. A window of `for_ns` opens at `from_ns`, and
    again every `every_ns`; 0 is for ever and once. In it, `ppm` of what could be struck is, after
    the first `after`, and `count_max` at most (0 for no bound).
    """

    def __init__(
        self,
        kind: int,
        *,
        from_ns: Nanoseconds = 0,
        for_ns: Nanoseconds = 0,
        every_ns: Nanoseconds = 0,
        ppm: int = ALWAYS_PPM,
        delay_ns: Nanoseconds = 0,
        after: int = 0,
        count_max: int = 0,
        refuses: bool = False,
        cancels: bool = False,
        seed: int = 0,
    ) -> None:
        """Raises `ValueError` for what contradicts itself."""
        if kind not in FAULTS:
            raise ValueError(f"kind was {kind}, must be one of {', '.join(FAULTS.values())}")
        if min(from_ns, for_ns, every_ns, delay_ns, after, count_max) < 0:
            raise ValueError(f"{FAULTS[kind]}: was below 0, must be 0 or above")
        if not 0 <= ppm <= ALWAYS_PPM:
            raise ValueError(f"{FAULTS[kind]}: ppm was {ppm}, must be 0..{ALWAYS_PPM}")
        if every_ns and not 0 < for_ns < every_ns:
            raise ValueError(f"{FAULTS[kind]}: a window that returns must be shorter than every")
        is_counted = count_max > 0 and kind != THROTTLE
        if not has_dose(kind) and (ppm != ALWAYS_PPM or after or is_counted):
            raise ValueError(f"{FAULTS[kind]}: holds for its whole window, it has no dose")
        if takes_delay(kind) and delay_ns == 0:
            raise ValueError(f"{FAULTS[kind]}: needs a delay above 0")
        if is_outage(kind) and for_ns == 0:
            raise ValueError(f"{FAULTS[kind]}: needs a window, an outage must end")
        self.kind: int = kind
        self.from_ns: Nanoseconds = from_ns
        self.for_ns: Nanoseconds = for_ns
        self.every_ns: Nanoseconds = every_ns
        self.ppm: int = ppm
        self.delay_ns: Nanoseconds = delay_ns
        self.after: int = after
        self.count_max: int = count_max
        self.refuses: bool = refuses
        """Whether a request that cannot be taken is answered by a refusal; else it is lost."""
        self.cancels: bool = cancels
        """Whether the venue cancels what works when the connection breaks."""
        self.chance: Chance = Chance(seed * 64 + kind)
        self.met: int = 0
        """What could have been struck so far."""
        self.struck: int = 0

    def is_on(self, time_ns: Nanoseconds) -> bool:
        """True within a window."""
        past_ns = time_ns - self.from_ns
        if past_ns < 0:
            return False
        if self.every_ns:
            past_ns %= self.every_ns
        return self.for_ns == 0 or past_ns < self.for_ns

    def opens_after(self, time_ns: Nanoseconds) -> Nanoseconds:
        """This is when the next window opens that is not open at a time; -1 if none does."""
        if time_ns < self.from_ns:
            return self.from_ns
        if self.every_ns == 0:
            return -1
        return self.from_ns + ((time_ns - self.from_ns) // self.every_ns + 1) * self.every_ns

    def closes_at(self, time_ns: Nanoseconds) -> Nanoseconds:
        """This is when the window that is open at a time closes; -1 for one that stays open."""
        assert self.is_on(time_ns), f"{FAULTS[self.kind]} is not on at {time_ns}"
        if self.for_ns == 0:
            return -1
        past_ns = time_ns - self.from_ns
        if self.every_ns:
            past_ns %= self.every_ns
        return time_ns - past_ns + self.for_ns

    def strikes(self, time_ns: Nanoseconds) -> bool:
        """Meet something that could be struck, and say whether it is."""
        if not self.is_on(time_ns):
            return False
        self.met += 1
        if self.met <= self.after or (
            self.count_max and self.struck >= self.count_max and self.kind != THROTTLE
        ):
            return False
        if self.ppm < ALWAYS_PPM and not self.chance.happens(self.ppm):
            return False
        self.struck += 1
        return True


def random_faults(
    seed: int, length_ns: Nanoseconds = LENGTH_NS, *, loses_fills: bool = False
) -> list[Fault]:
    """This is a script by seed: each kind with even chance, a window and a dose of its own, all of
    it again every `length_ns`.

    Lost fills are left out unless asked for: nothing but reconciliation heals them. So is a venue
    that throttles: scripts by seed were kept before there was one.
    """
    if length_ns < 20 * NS_PER_MS:
        raise ValueError(f"length_ns was {length_ns}, must be at least {20 * NS_PER_MS}")
    chance = Chance(seed)
    made: list[Fault] = []
    for kind in FAULTS:
        if kind == THROTTLE:
            continue
        is_drawn = chance.happens(500_000)
        length_ms = length_ns // NS_PER_MS
        from_ms = chance.below(length_ms)
        part = 20 if is_outage(kind) else 4
        for_ms = 1 + chance.below(max(length_ms // part, 1))
        ppm = chance.between(20_000, 400_000)
        delay_ms = chance.between(1, 400)
        refuses = chance.happens(500_000)
        cancels = chance.happens(500_000)
        if not is_drawn or (kind == LOST_FILL and not loses_fills):
            continue
        made.append(
            Fault(
                kind,
                from_ns=from_ms * NS_PER_MS,
                for_ns=for_ms * NS_PER_MS,
                every_ns=length_ms * NS_PER_MS,
                ppm=ppm if has_dose(kind) else ALWAYS_PPM,
                delay_ns=delay_ms * NS_PER_MS if takes_delay(kind) else 0,
                refuses=refuses,
                cancels=cancels,
                seed=seed,
            )
        )
    return made
