"""A model that follows: long while the fast average is above the slow one, short while below."""

from typing import Final, final

from interlock.messages.decisions import Decision, TargetPosition, Terms
from interlock.messages.definitions import Instrument
from interlock.messages.terms import IOC, MARKETABLE_LIMIT
from interlock.messages.units import Nanoseconds
from interlock.simulation.model import AVERAGE_ONE, Model, View

PARAMETERS: Final = {
    "fast_shift": 3,  # the fast average forgets half in about 5 market changes,
    "slow_shift": 6,  # the slow one in about 44
    "threshold_millitick": 500,  # how far apart they must be to take a position
    "repeat": 10,  # ask for an unchanged target again after this many intervals
}


@final
class MomentumModel(Model):
    """Decides `TargetPosition`: plus or minus `quantity` lots, 0 when the averages meet."""

    def __init__(
        self,
        source: str,
        release: str,
        epoch: int,
        instruments: dict[str, Instrument],
        venues: list[str],
        parameters: dict[str, int],
        seed: int,
    ) -> None:
        super().__init__(source, release, epoch, instruments, venues, parameters, seed, PARAMETERS)
        self.quantity: int = self.parameters["quantity"]
        self.threshold: int = self.parameters["threshold_millitick"] * AVERAGE_ONE // 500
        self.repeat: int = max(self.parameters["repeat"], 1)
        self.intervals: dict[str, int] = {}
        self.terms: Terms = Terms(
            order_type=MARKETABLE_LIMIT,
            time_in_force=IOC,
            protection=self.parameters["protection"],
        )

    def decide(self, time_ns: Nanoseconds, view: View) -> list[Decision]:
        """This is a new target when the trend changes, or the old one again from time to time."""
        apart = view.fast - view.slow
        target = view.last_target
        if apart > self.threshold:
            target = self.quantity
        elif apart < -self.threshold:
            target = -self.quantity
        elif target * apart < 0:
            # The averages have crossed against the position: the trend is over.
            target = 0
        waited = self.intervals.get(view.symbol, 0) + 1
        self.intervals[view.symbol] = waited
        if target == view.last_target and (target == 0 or waited < self.repeat):
            return []
        self.intervals[view.symbol] = 0
        view.last_target = target
        action = TargetPosition(view.symbol, target, self.terms)
        text = "trend up" if target > 0 else "trend down" if target < 0 else "trend over"
        return [self.decision(time_ns, action, view.evidence(), text)]
