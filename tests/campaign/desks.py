"""Desks: the session of a campaign, and what its people say, all from one seed."""

from random import Random
from typing import Any, Final

from interlock.inputs.session_file import SessionFile, parse_session

SECONDS: Final = 30
"""So long the market of one seed is traded."""

SESSION: Final = """
[session]
name = "campaign"
seed = {seed}

[currencies]
USD = {{ digits = 4 }}

[[instruments]]
symbol = "COIN"
currency = "USD"
tick = "0.01"
lot = "0.01"

[[instruments]]
symbol = "GOLD"
currency = "USD"
tick = "0.10"
lot = "0.01"

[[venues]]
name = "alpha"
kind = "exchange"
instruments = ["COIN", "GOLD"]
taker_fee_ppm = 80
latency_out_us = 2_000
latency_in_us = 2_000
silence_ms = 700
publish_interval_us = 200_000
{alpha}

[[venues]]
name = "beta"
kind = "exchange"
instruments = ["COIN", "GOLD"]
maker_fee_ppm = -20
taker_fee_ppm = 100
latency_out_us = 9_000
latency_in_us = 5_000
silence_ms = 900
publish_interval_us = 250_000
self_match = "expire_maker"
{beta}

[[accounts]]
name = "models"
cash = {{ USD = "500000.00" }}

[[accounts]]
name = "people"
cash = {{ USD = "500000.00" }}

[[releases]]
name = "spring"
epoch = 1
state = "active"

[[sources]]
name = "momentum"
account = "models"
instruments = ["COIN", "GOLD"]
release = "spring"
epoch = 1
model = "momentum"
decision_latency_us = 120
parameters = {{ interval_ms = 400, quantity = 80, warm_up = 5 }}

[[sources]]
name = "reversion"
account = "models"
instruments = ["COIN", "GOLD"]
release = "spring"
epoch = 1
model = "mean_reversion"
decision_latency_us = 200
parameters = {{ interval_ms = 500, style = 2, quantity = 60, half_spread = 3, levels = 2 }}

[[sources]]
name = "desk"
account = "people"
kind = "person"
instruments = ["COIN", "GOLD"]
actions = ["orders", "notify"]

[controls.market_data]
age_ms = 20_000
owner = "risk"
reason = "campaign"

[controls.price_collar]
bps = 300
passive_bps = 2_000
owner = "risk"
reason = "campaign"

[controls.order_quantity]
quantity_max = "50.00"
owner = "risk"
reason = "campaign"

[controls.order_value]
value_max = "50000.00"
owner = "risk"
reason = "campaign"

[controls.position]
long_max = "200.00"
short_max = "200.00"
owner = "risk"
reason = "campaign"

[controls.gross_exposure]
value_max = "400000.00"
owner = "risk"
reason = "campaign"

[controls.cash]
owner = "risk"
reason = "campaign"

[controls.message_rate]
count_max = 60
window_ms = 1_000
owner = "risk"
reason = "campaign"

[controls.open_orders]
count_max = 60
owner = "risk"
reason = "campaign"

[market]
start = "2026-01-05T14:30:00Z"
duration_s = 600

[[market.instruments]]
instrument = "COIN"
price = "100.00"
half_spread = "0.02"
quantity = "1.20"
events_per_second = 12
volatility_ppm = 300

[[market.instruments]]
instrument = "GOLD"
price = "1900.00"
half_spread = "0.20"
quantity = "0.40"
events_per_second = 8
volatility_ppm = 200

[actions.notify]
kind = "file"
path = "notices.jsonl"
"""


def session_of(seed: int) -> SessionFile:
    """The session of a seed: three in four have faults at one venue, half of them at both."""
    alpha = f"fault_seed = {seed * 2 + 1}" if seed % 4 else ""
    beta = f"fault_seed = {seed * 2 + 2}" if seed % 2 else ""
    return parse_session(SESSION.format(seed=seed, alpha=alpha, beta=beta))


class Desk:
    """A person who says things by chance: orders, cancels, quotes of nothing, halts, nonsense."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.said = 0

    def words(self, trips: dict[str, int]) -> list[dict[str, Any]]:
        """What is said at one moment. `trips` are the halts that stand, each with the command that
        tripped it last, which whoever lifts it has to name."""
        return [self._word(trips) for _ in range(self.chance.randint(1, 3))]

    def _word(self, trips: dict[str, int]) -> dict[str, Any]:
        self.said += 1
        drawn = self.chance.random()
        if drawn < 0.55:
            return self._decision(kind="order", **self._order())
        if drawn < 0.70:
            return self._decision(kind="cancel", instrument=self._instrument())
        if drawn < 0.78:
            target = f"{self.chance.randint(-300, 300) / 100:.2f}"
            terms = {"order_type": "market", "time_in_force": "ioc"}
            instrument = self._instrument()
            return self._decision(kind="target", instrument=instrument, target=target, **terms)
        if drawn < 0.84:
            return self._decision(kind="flatten", instrument="COIN", protection="0.50")
        if drawn < 0.88:
            return self._decision(kind="action", name="notify", parameters={"to": "desk"})
        if drawn < 0.91:
            scope = self.chance.choice(("account:people", "source:desk", "instrument:GOLD"))
            return {"halt": {"scope": scope, "by": "anna", "text": "chance"}}
        if drawn < 0.97:
            scope = self.chance.choice(("account:people", "source:desk", "instrument:GOLD"))
            said = {"scope": scope, "by": "ben", "text": "chance", "trip": trips.get(scope, 1)}
            return {"lift_halt": said}
        return {"nonsense": self.said}

    def _instrument(self) -> str:
        return self.chance.choice(("COIN", "GOLD"))

    def _order(self) -> dict[str, str]:
        is_coin = self.chance.random() < 0.5
        middle = 10_000 + self.chance.randint(-12, 12)
        price = f"{middle / 100:.2f}" if is_coin else f"{(middle + 9_000) / 10:.1f}"
        return {
            "instrument": "COIN" if is_coin else "GOLD",
            "side": self.chance.choice(("buy", "sell")),
            "quantity": f"{self.chance.randint(1, 400) / 100:.2f}",
            "price": price,
            "time_in_force": self.chance.choice(("day", "day", "gtc", "ioc", "fok")),
        }

    def _decision(self, **action: object) -> dict[str, Any]:
        return {
            "source": "desk",
            "key": f"d{self.said}",
            "release": "spring",
            "epoch": 1,
            "valid_until": "2199-01-01T00:00:00Z",
            "action": action,
        }
