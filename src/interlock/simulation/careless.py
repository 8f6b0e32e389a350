"""A model that makes the mistakes controls are for: each of its decisions is one that must be
stopped, or a sound one.

Each mistake is named in the decision's text and evidence, so that an account of a session can say
which were stopped.
"""

from typing import Final, final

from interlock.messages.decisions import Decision, NamedAction, OrderQuantity, Terms
from interlock.messages.definitions import Instrument
from interlock.messages.terms import BUY, IOC, LIMIT, NEW_RISK, SELL
from interlock.messages.units import NS_PER_SECOND, Nanoseconds, Ticks
from interlock.simulation.model import Model, View

SOUND: Final = "sound"
FAT_FINGER: Final = "fat finger"
FAR_PRICE: Final = "price far from the market"
DUPLICATE: Final = "duplicate key"
EXPIRED: Final = "already expired"
UNKNOWN_INSTRUMENT: Final = "unknown instrument"
WRONG_RELEASE: Final = "release that is not active"
WRONG_EPOCH: Final = "epoch that has passed"
UNKNOWN_ACTION: Final = "action nobody granted"
BURST: Final = "burst"
MISTAKES: Final = (
    FAT_FINGER,
    FAR_PRICE,
    DUPLICATE,
    EXPIRED,
    UNKNOWN_INSTRUMENT,
    WRONG_RELEASE,
    WRONG_EPOCH,
    UNKNOWN_ACTION,
    BURST,
)

PARAMETERS: Final = {
    "mistake_ppm": 800_000,  # how often a decision is a mistake
    "fat_finger_times": 1_000,
    "far_bps": 2_000,  # how far a far price lies from the market
    "burst": 40,  # decisions in one burst
}


@final
class CarelessModel(Model):
    """Decides small immediate `OrderQuantity`s, most of them wrong in one way."""

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
        self.quantity: int = max(self.parameters["quantity"], 1)
        self.made: int = 0

    def decide(self, time_ns: Nanoseconds, view: View) -> list[Decision]:
        """This is one decision, or a burst of them. Mistakes come in turn, so that every kind is
        made.
        """
        if not self.chance.happens(self.parameters["mistake_ppm"]):
            return [self._order(time_ns, view, SOUND)]
        mistake = MISTAKES[self.made % len(MISTAKES)]
        self.made += 1
        if mistake == BURST:
            found: list[Decision] = []
            for _ in range(self.parameters["burst"]):
                found.append(self._order(time_ns, view, BURST))
            return found
        decision = self._order(time_ns, view, mistake)
        return [decision, decision] if mistake == DUPLICATE else [decision]

    def _order(self, time_ns: Nanoseconds, view: View, mistake: str) -> Decision:
        side = BUY if self.chance.happens(500_000) else SELL
        quantity = self.quantity
        price: Ticks = view.ask if side == BUY else view.bid
        symbol = view.symbol
        release = self.release
        epoch = self.epoch
        valid_until_ns = time_ns + self.valid_ns
        if mistake == FAT_FINGER:
            quantity *= self.parameters["fat_finger_times"]
        elif mistake == FAR_PRICE:
            far = price * self.parameters["far_bps"] // 10_000
            price += far if side == BUY else -far
        elif mistake == EXPIRED:
            valid_until_ns = time_ns - NS_PER_SECOND
        elif mistake == UNKNOWN_INSTRUMENT:
            symbol = f"{symbol}-TYPO"
        elif mistake == WRONG_RELEASE:
            release = f"{release}-old"
        elif mistake == WRONG_EPOCH:
            epoch -= 1
        evidence = view.evidence()
        evidence["mistake"] = mistake
        terms = Terms(order_type=LIMIT, price=price, time_in_force=IOC)
        return Decision(
            source=self.source,
            key=self.next_key(),
            release=release,
            epoch=epoch,
            action=NamedAction("shut_down", {"of": symbol})
            if mistake == UNKNOWN_ACTION
            else OrderQuantity(symbol, side, quantity, terms),
            valid_until_ns=valid_until_ns,
            priority=NEW_RISK,
            decided_ns=time_ns,
            evidence=evidence,
            text=mistake,
        )
