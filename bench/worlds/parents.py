"""Parents: a model that asks for the same orders at the same moments, whatever becomes of them."""

import interlock
from interlock.messages.decisions import OrderQuantity
from interlock.messages.terms import BUY, IOC, MARKETABLE_LIMIT, SELL


class Parents(interlock.Model):
    """Buys and sells `quantity` lots in turn, once every `interval_ms`, at once or not at all."""

    def __init__(
        self,
        source: str,
        release: str,
        epoch: int,
        instruments: dict[str, interlock.Instrument],
        venues: list[str],
        parameters: dict[str, int],
        seed: int,
    ) -> None:
        defaults = {"interval_ms": 1_000, "quantity": 100}
        super().__init__(source, release, epoch, instruments, venues, parameters, seed, defaults)
        self.side = BUY

    def decide(self, time_ns: int, view: interlock.View) -> list[interlock.Decision]:
        terms = interlock.Terms(
            order_type=MARKETABLE_LIMIT,
            time_in_force=IOC,
            protection=self.parameters["protection"],
        )
        action = OrderQuantity(view.symbol, self.side, self.parameters["quantity"], terms)
        self.side = SELL if self.side == BUY else BUY
        return [self.decision(time_ns, action, view.evidence(), "in turn")]
