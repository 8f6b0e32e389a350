"""Controls on what a release may do, and on what a decision says that it means."""

from typing import Final, final

from interlock.controls.control import (
    BPS,
    COUNT,
    EVERYWHERE,
    LOOSENS,
    MONEY,
    QUANTITY,
    SOFT_ANSWERS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.controls.sizes import WINDOW, ahead, is_windowed, lately
from interlock.decisions.proposal import Proposal
from interlock.ledger.counters import Envelope
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    INTENT_DIFFERS,
    INTENT_MISSING,
    QUANTITY_ABOVE_VOLUME_SHARE,
    RELEASE_OUTSIDE_ENVELOPE,
)
from interlock.messages.units import BPS_ONE, parse_decimal

INTENDED: Final = "intended_value"
"""The field of a decision's evidence that says what it is meant to be worth."""

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "release_envelope",
        "C32",
        "orders of a release beyond what was agreed before it was deployed",
        "RTS 6 Art. 8",
        ("release",),
        (
            Parameter("orders_max", COUNT, "orders in all", 1, greater=LOOSENS),
            Parameter("instruments_max", COUNT, "instruments that it has traded", 1, 1_000_000,
                      greater=LOOSENS),
            Parameter("venues_max", COUNT, "venues that it has traded at", 1, 1_000_000,
                      greater=LOOSENS),
        ),
        "count",
        reason=RELEASE_OUTSIDE_ENVELOPE,
        drill="D2, D5",
    ),
    ControlKind(
        "volume_share",
        "C03",
        "an order, or orders within a window, of too large a share of what usually trades in a day",
        "FIA 2024; RTS 6 15(1)(c)",
        EVERYWHERE,
        (
            Parameter("daily_volume", QUANTITY, "what usually trades in a day", 1, greater=LOOSENS),
            Parameter("share_bps", BPS, "largest share of it", 1, 100_000, greater=LOOSENS),
            WINDOW,
        ),
        "quantity",
        answers=SOFT_ANSWERS,
        reason=QUANTITY_ABOVE_VOLUME_SHARE,
        drill="D3, D7",
    ),
    ControlKind(
        "intent",
        "C02",
        "decisions worth other than they say they are meant to be: quantities taken for values, "
        "ticks for money",
        "FCA, Citigroup 2024",
        EVERYWHERE,
        (
            Parameter("value_min", MONEY, "value from which it must be said", 0, greater=LOOSENS),
            Parameter("tolerance_bps", BPS, "how far it may be off", 0, 1_000_000, greater=LOOSENS),
        ),
        "money",
        answers=SOFT_ANSWERS,
        reason=INTENT_DIFFERS,
        drill="D3, D15",
    ),
)  # fmt: skip


def make_envelope(limit: Limit, number: int) -> Control | None:
    name = limit.control
    if name == "release_envelope":
        return ReleaseEnvelope(limit, number)
    if name == "volume_share":
        return VolumeShare(limit, number)
    if name == "intent":
        return Intent(limit)
    return None


@final
class ReleaseEnvelope(Control):
    """Refuses an order beyond a release's number of orders, instruments or venues (C32); observed
    and bound are of the first that is passed, orders before instruments before venues."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.orders_max: Final[int] = self.whole("orders_max")
        self.instruments_max: Final[int] = self.whole("instruments_max")
        self.venues_max: Final[int] = self.whole("venues_max")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        counter, venue = ledger.orders.counters.counters.get(self.number), proposal.venue
        if not isinstance(counter, Envelope) or venue is None:
            finding.cannot_evaluate()
            return
        before = proposal.before
        orders = counter.orders
        if proposal.replaces is None:
            orders += proposal.ahead_orders + 1
        instruments = len(counter.instruments)
        if proposal.symbol not in counter.instruments:
            instruments += 1 + (before.instruments if before is not None else 0)
        venues = len(counter.venues)
        if venue.name not in counter.venues:
            venues += 1 + (before.venues if before is not None else 0)
        if is_reducing(proposal):
            finding.allow(orders, self.orders_max)
        elif orders > self.orders_max:
            finding.refuse(RELEASE_OUTSIDE_ENVELOPE, orders, self.orders_max)
        elif instruments > self.instruments_max:
            finding.refuse(RELEASE_OUTSIDE_ENVELOPE, instruments, self.instruments_max)
        elif venues > self.venues_max:
            finding.refuse(RELEASE_OUTSIDE_ENVELOPE, venues, self.venues_max)
        else:
            finding.allow(orders, self.orders_max)


@final
class VolumeShare(Control):
    """Refuses an order of more than a share of the usual daily volume (C03). With `window_ms`, what
    was let through on the same side within the window counts with it."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.is_windowed: Final[bool] = is_windowed(limit)
        share = self.whole("daily_volume") * self.whole("share_bps")
        self.quantity_max: Final[int] = share // BPS_ONE

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.replaces is not None and proposal.added == 0:
            finding.allow(proposal.quantity, self.quantity_max)
            return
        quantity = proposal.quantity
        if self.is_windowed:
            before = lately(ledger, self.number, proposal)
            if before < 0:
                finding.cannot_evaluate()
                return
            together = before + ahead(proposal) + proposal.added
            quantity = together if together > quantity else quantity
        finding.refuse_above(QUANTITY_ABOVE_VOLUME_SHARE, quantity, self.quantity_max)


@final
class Intent(Control):
    """Refuses a decision that is worth other than its evidence says it is meant to be (C02): what
    all its orders in the currency of this one are worth, against `intended_value`, decimal text."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.value_min: Final[int] = self.whole("value_min")
        self.tolerance_bps: Final[int] = self.whole("tolerance_bps")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        instrument = proposal.instrument
        if instrument is None or proposal.price <= 0:
            finding.cannot_evaluate()
            return
        value = proposal.added_value + proposal.beside_value
        said = proposal.intended
        if said == "":
            if value >= self.value_min and value > 0 and not is_reducing(proposal):
                finding.refuse(INTENT_MISSING, value, self.value_min)
            else:
                finding.allow(value, self.value_min)
            return
        try:
            meant = parse_decimal(said, instrument.definition.currency_digits)
        except ValueError:
            finding.lacks(INTENT_MISSING)
            return
        away = value - meant if value >= meant else meant - value
        if away * BPS_ONE > meant * self.tolerance_bps and not is_reducing(proposal):
            finding.refuse(INTENT_DIFFERS, value, meant)
        else:
            finding.allow(value, meant)
