"""A session with two venues under a steady load, and what goes wrong at one of them."""

import interlock
from interlock.messages.decisions import OrderQuantity
from interlock.messages.terms import BUY, IOC, MARKETABLE_LIMIT, SELL
from sessions.walks import EXAMPLES

OUTAGE_S = (10, 20)
END_S = 45


class Steady(interlock.Model):
    """Buys and sells in turn, whatever becomes of it."""

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
        self.side = BUY

    def decide(self, time_ns: int, view: interlock.View) -> list[interlock.Decision]:
        terms = interlock.Terms(
            order_type=MARKETABLE_LIMIT, time_in_force=IOC, protection=self.parameters["protection"]
        )
        action = OrderQuantity(view.symbol, self.side, self.parameters["quantity"], terms)
        self.side = SELL if self.side == BUY else BUY
        return [self.decision(time_ns, action, view.evidence(), "in turn")]


def outage_text(fault: str) -> str:
    """The demonstration with one steady source, guards, and a fault at alpha for ten seconds."""
    text = (EXAMPLES.parent / "src" / "interlock" / "examples" / "demo.toml").read_text("utf-8")
    guard = "health = { answer_ms = 400, settle_ms = 1_000, slow_ms = 100 }\nin_flight_max = 64\n"
    faults = ""
    if fault:
        begin, end = (moment * 1_000 for moment in OUTAGE_S)
        faults = f"faults = [{{ {fault}, from_ms = {begin}, for_ms = {end - begin} }}]\n"
    text = text.replace("publish_interval_us = 10_000\n\n", f"{guard}{faults}\n", 1)
    text = text.replace("publish_interval_us = 20_000\n\n", f"{guard}\n", 1)
    text = text.replace('routing = "best_price"', 'routing = "smart"', 1)
    text = text.replace('model = "momentum"', 'model = "sessions.outages:Steady"', 1)
    text = text.replace(
        "parameters = { interval_ms = 200, quantity = 300 }",
        "parameters = { interval_ms = 100, quantity = 10, protection = 20 }",
        1,
    )
    return text.replace("duration_s = 1_800", f"duration_s = {END_S}", 1)
