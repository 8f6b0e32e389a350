"""A user's model that tells somebody of every hundredth market that it sees."""

import interlock
from interlock.messages.decisions import NamedAction


class Notifier(interlock.Model):
    """Decides on nothing but notices."""

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
        super().__init__(source, release, epoch, instruments, venues, parameters, seed, {})

    def decide(self, time_ns: int, view: interlock.View) -> list[interlock.Decision]:
        action = NamedAction("notify", {"of": view.symbol})
        return [self.decision(time_ns, action, view.evidence(), "notice")]
