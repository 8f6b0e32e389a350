"""What a model is: something that sees commands and decides, purely.

Write your own by subclassing `Model`: say in `decide` what you want when an instrument has moved,
or override `observe` to look at every command. Build decisions from `messages`, take time from
`observe` and chance from the seed, and the session replays.
"""

from abc import ABC, abstractmethod
from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.messages.commands import Command, UpdateLadder, UpdateQuote
from interlock.messages.decisions import Action, Decision
from interlock.messages.definitions import Instrument
from interlock.messages.terms import NEW_RISK
from interlock.messages.units import NS_PER_MS, Lots, Nanoseconds, Sequence, Ticks
from interlock.simulation.chance import Chance

AVERAGE_ONE: Final = 1 << 16
"""Averages count this many parts of half a tick: the sum of bid and ask is exact, their middle is
not.
"""

COMMON_PARAMETERS: Final = {
    "interval_ms": 500,  # time between two decisions about one instrument
    "valid_ms": 1_000,  # how long a decision may wait
    "quantity": 10,  # lots
    "protection": 2,  # ticks beyond the touch that an immediate order accepts
    "warm_up": 50,  # market changes to see before the first decision
}


@final
class View:
    """What a model has seen of one instrument: the last two-sided quote, and a fast and a slow
    average of its middle.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.instrument: Instrument = instrument
        self.symbol: str = instrument.symbol
        self.venue: str = ""
        self.bid: Ticks = 0
        self.bid_quantity: Lots = 0
        self.ask: Ticks = 0
        self.ask_quantity: Lots = 0
        self.fast: int = 0
        self.slow: int = 0
        self.changes: int = 0
        self.next_decision_ns: Nanoseconds = 0
        self.last_target: Lots = 0
        self.last_bid: Ticks = 0

    def see(
        self,
        venue: str,
        bid: Ticks,
        bid_quantity: Lots,
        ask: Ticks,
        ask_quantity: Lots,
        fast_shift: int,
        slow_shift: int,
    ) -> None:
        """Take over a quote. An average moves by 1/2**shift of the way to the new middle."""
        self.venue = venue
        self.bid = bid
        self.bid_quantity = bid_quantity
        self.ask = ask
        self.ask_quantity = ask_quantity
        middle = (bid + ask) * AVERAGE_ONE
        if self.changes == 0:
            self.fast = middle
            self.slow = middle
        else:
            self.fast += (middle - self.fast) >> fast_shift
            self.slow += (middle - self.slow) >> slow_shift
        self.changes += 1

    def evidence(self) -> dict[str, str]:
        """This is what was seen, as decimal text: prices in ticks, quantities in lots, averages in
        1/1000 tick.
        """
        return {
            "venue": self.venue,
            "bid": str(self.bid),
            "bid_quantity": str(self.bid_quantity),
            "ask": str(self.ask),
            "ask_quantity": str(self.ask_quantity),
            "fast_millitick": str(self.fast * 500 // AVERAGE_ONE),
            "slow_millitick": str(self.slow * 500 // AVERAGE_ONE),
            "changes": str(self.changes),
        }


@mypyc_attr(allow_interpreted_subclasses=True)
class Model(ABC):
    """A decider. `parameters` are whole numbers with defaults; an unknown name is refused."""

    def __init__(
        self,
        source: str,
        release: str,
        epoch: int,
        instruments: dict[str, Instrument],
        venues: list[str],
        parameters: dict[str, int],
        seed: int,
        defaults: dict[str, int],
    ) -> None:
        self.source: str = source
        self.release: str = release
        self.epoch: int = epoch
        self.venues: list[str] = venues
        self.chance: Chance = Chance(seed)
        self.parameters: dict[str, int] = dict(COMMON_PARAMETERS)
        self.parameters.update(defaults)
        for name, value in parameters.items():
            if name not in self.parameters:
                known = ", ".join(sorted(self.parameters))
                raise ValueError(f"$.parameters.{name}: is not known, must be one of {known}")
            if value < 0:
                raise ValueError(f"$.parameters.{name}: was {value}, must be 0 or above")
            self.parameters[name] = value
        self.interval_ns: Nanoseconds = self.parameters["interval_ms"] * NS_PER_MS
        self.valid_ns: Nanoseconds = self.parameters["valid_ms"] * NS_PER_MS
        self.fast_shift: int = self.parameters.get("fast_shift", 3)
        self.slow_shift: int = self.parameters.get("slow_shift", 6)
        self.warm_up: int = self.parameters["warm_up"]
        self.views: dict[str, View] = {}
        for symbol, instrument in instruments.items():
            self.views[symbol] = View(instrument)
        self.decided: int = 0
        self.run_mark: str = ""

    def begin_after(self, sequence: Sequence) -> None:
        """This tells a new model that its session was taken up at that command (0: it is a new
        one), before its first decision: what an earlier run decided has used up its keys.
        """
        # A count would not do: an earlier run may have counted decisions that no journal has.
        self.run_mark = f"{sequence}-" if sequence > 0 else ""

    def observe(self, time_ns: Nanoseconds, command: Command) -> list[Decision]:
        """This is what the model decides on seeing a command; mostly nothing."""
        view: View | None = None
        if isinstance(command, UpdateQuote):
            view = self.views.get(command.instrument)
            if view is None or command.bid_quantity == 0 or command.ask_quantity == 0:
                return []
            view.see(
                command.venue,
                command.bid,
                command.bid_quantity,
                command.ask,
                command.ask_quantity,
                self.fast_shift,
                self.slow_shift,
            )
        elif isinstance(command, UpdateLadder):
            view = self.views.get(command.instrument)
            if view is None or not command.bids or not command.asks:
                return []
            bid, bid_quantity = command.bids[0]
            ask, ask_quantity = command.asks[0]
            view.see(
                command.venue,
                bid,
                bid_quantity,
                ask,
                ask_quantity,
                self.fast_shift,
                self.slow_shift,
            )
        if view is None or view.changes < self.warm_up or time_ns < view.next_decision_ns:
            return []
        view.next_decision_ns = time_ns + self.interval_ns
        return self.decide(time_ns, view)

    @abstractmethod
    def decide(self, time_ns: Nanoseconds, view: View) -> list[Decision]:
        """This is what the model wants now that an instrument has moved."""

    def next_key(self) -> str:
        """This is a key that no decision of the model has: the source and a count from 1, and
        between them, in a session that was taken up, the command after which that was.
        """
        self.decided += 1
        return f"{self.source}-{self.run_mark}{self.decided}"

    def decision(
        self, time_ns: Nanoseconds, action: Action, evidence: dict[str, str], text: str
    ) -> Decision:
        """This is a decision under the model's next key."""
        return Decision(
            source=self.source,
            key=self.next_key(),
            release=self.release,
            epoch=self.epoch,
            action=action,
            valid_until_ns=time_ns + self.valid_ns,
            priority=NEW_RISK,
            decided_ns=time_ns,
            evidence=evidence,
            text=text,
        )
