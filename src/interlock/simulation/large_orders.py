"""A model that wants a large order worked: once a day in each instrument, from a time of day to
another.
"""

from typing import Final, final

from interlock.messages.decisions import Decision, WorkOrder
from interlock.messages.definitions import Instrument
from interlock.messages.terms import NEW_RISK
from interlock.messages.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND, Nanoseconds
from interlock.simulation.model import Model, View

PARAMETERS: Final = {
    "side": 1,
    "algorithm": 1,  # as `terms.ALGORITHMS`
    "style": 1,
    "from_s": 0,  # local seconds of the day: when it may be asked for
    "until_s": 86_400,  # when it must be done
    "lasts_s": 0,  # if above 0, it ends so long after it was asked for
    "slice_ms": 60_000,
    "participation_ppm": 0,
    "slice_max": 0,
    "catch_up": 2,
    "half_life_s": 0,
    "limit_bps": 0,  # if above 0, how far from the middle of the market its limit lies
}


@final
class LargeOrderModel(Model):
    """Decides one `WorkOrder` a day for each instrument, when it first sees it in its time."""

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
        self.offsets: Final[dict[str, Nanoseconds]] = {}
        for symbol, instrument in instruments.items():
            self.offsets[symbol] = instrument.utc_offset_ns
        self.asked: Final[dict[str, int]] = {}

    def decide(self, time_ns: Nanoseconds, view: View) -> list[Decision]:
        """This is the day's large order, if its time has come and it was not asked for yet."""
        local_ns = time_ns + self.offsets[view.symbol]
        day, of_day = local_ns // NS_PER_DAY, local_ns % NS_PER_DAY
        from_ns = self.parameters["from_s"] * NS_PER_SECOND
        until_ns = self.parameters["until_s"] * NS_PER_SECOND
        if of_day < from_ns or of_day >= until_ns or self.asked.get(view.symbol, -1) == day:
            return []
        self.asked[view.symbol] = day
        ends_ns = time_ns + until_ns - of_day
        if self.parameters["lasts_s"] > 0:
            ends_ns = time_ns + self.parameters["lasts_s"] * NS_PER_SECOND
        side = self.parameters["side"]
        price = 0
        away = (view.bid + view.ask) * self.parameters["limit_bps"] // 20_000
        if away > 0:
            middle = (view.bid + view.ask) // 2
            price = middle + away if side == 1 else middle - away
        order = WorkOrder(
            view.symbol,
            side,
            max(self.parameters["quantity"], 1),
            self.parameters["algorithm"],
            ends_ns,
            0,
            self.parameters["slice_ms"] * NS_PER_MS,
            self.parameters["style"],
            price,
            self.parameters["protection"],
            self.parameters["participation_ppm"],
            self.parameters["slice_max"],
            self.parameters["catch_up"],
            self.parameters["half_life_s"] * NS_PER_SECOND,
        )
        return [
            Decision(
                source=self.source,
                key=self.next_key(),
                release=self.release,
                epoch=self.epoch,
                action=order,
                valid_until_ns=ends_ns,
                priority=NEW_RISK,
                decided_ns=time_ns,
                evidence=view.evidence(),
                text="the day's large order",
            )
        ]
