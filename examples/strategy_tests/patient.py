"""A strategy: buys a little whenever the market has come down, up to what it wants to hold."""

import interlock


class Patient(interlock.Model):
    """Bids at the touch after a fall, until it holds `wanted`."""

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
        defaults = {"wanted": 500, "step": 100}
        super().__init__(source, release, epoch, instruments, venues, parameters, seed, defaults)
        self.target = 0

    def decide(self, time_ns: int, view: interlock.View) -> list[interlock.Decision]:
        if view.fast >= view.slow or self.target >= self.parameters["wanted"]:
            return []
        self.target += self.parameters["step"]
        terms = interlock.Terms(order_type=3, time_in_force=2, protection=2)
        action = interlock.TargetPosition(view.symbol, self.target, terms)
        return [self.decision(time_ns, action, view.evidence(), "it has come down")]
