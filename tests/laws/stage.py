"""The stage of the random histories: a session with something of everything, and tight bounds."""

from typing import Any

from interlock.messages.commands import (
    ActivateRelease,
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    OpenSession,
    SetLimit,
    UpdateQuote,
)
from interlock.messages.definitions import (
    Account,
    Answer,
    Bounds,
    Instrument,
    Limit,
    PhaseStart,
    Sizing,
    Source,
    Venue,
)
from interlock.messages.flags import CURRENT
from interlock.messages.terms import (
    AMEND,
    CLOSED,
    CONTINUOUS,
    FIXED_NOTIONAL,
    HALT,
    HOLD,
    MARGINED,
    PRE_OPEN,
    RELEASE_ACTIVE,
    VOLATILITY_TARGET,
)
from worlds import COIN, GOLD, SECOND, START, World, armed, limit

FUTURE = Instrument("FUTURE", "USD", 2, 2, 1, 0, 1, 5, MARGINED)
PHASED = Instrument(
    "PHASED", "USD", 2, 2, 1, 0, 1,
    phases=(PhaseStart(0, PRE_OPEN), PhaseStart(3_600 * SECOND, CONTINUOUS),
            PhaseStart(82_800 * SECOND, CLOSED)),
)  # fmt: skip
INSTRUMENTS = (COIN, GOLD, FUTURE, PHASED)
SYMBOLS = tuple(instrument.symbol for instrument in INSTRUMENTS)
VENUES = ("alpha", "beta")
ACCOUNTS = ("main", "second")
SOURCES = ("model", "fixed", "wild", "narrow")
SCOPES = (
    "firm", "account:main", "account:second", "source:model", "source:wild", "instrument:COIN",
    "venue:alpha", "venue:nowhere", "firm:",
)  # fmt: skip
PEOPLE = ("ann", "bob", "cid")
BOUNDS = Bounds(
    finished_orders_max=6,
    finished_age_ns=60 * SECOND,
    duplicate_keys_max=12,
    duplicate_age_ns=120 * SECOND,
    waiting_max=6,
    orders_per_decision_max=5,
    open_orders_max=24,
    held_max=3,
)
MID = 10_000
HELD = Answer(HOLD, 1, 20 * SECOND, 60)
SOFT = Answer(HOLD, 0, 10 * SECOND, 30, 15 * SECOND)
CUT = Answer(AMEND)
STOP = Answer(HALT)


def refusing_elevens(limit: Limit) -> Any:
    return RefusesElevens()


class RefusesElevens:
    """A user's control: it refuses eleven lots, and breaks at thirteen."""

    def judge(self, proposal: Any, ledger: Any, finding: Any) -> None:
        if proposal.quantity == 13:
            raise ZeroDivisionError
        finding.refuse_above(590, 1 if proposal.quantity == 11 else 0, 0)


USER_CONTROLS: dict[str, Any] = {"elevens": refusing_elevens}


def beginning() -> list[Command]:
    """A session of four instruments, two venues, two accounts and four sources."""
    cash = (("USD", 2, 40_000_000),)
    everything = {"instruments": SYMBOLS, "actions": ("orders", "notify"), "priority": 0}
    notional = (("USD", 200_000),)
    return [
        OpenSession("history", "session-1", 7, "test", CURRENT, "", BOUNDS),
        *(DefineInstrument(instrument) for instrument in INSTRUMENTS),
        DefineVenue(Venue("alpha", SYMBOLS, taker_fee_ppm=100)),
        DefineVenue(Venue("beta", ("COIN", "FUTURE"))),
        DefineAccount(Account("main", cash, (("GOLD", 20, 200_000),))),
        DefineAccount(Account("second", cash)),
        DefineSource(Source("model", "main", **everything)),
        DefineSource(Source("fixed", "main", sizing=Sizing(FIXED_NOTIONAL, notional, 5_000),
                            **everything)),
        DefineSource(Source("wild", "second", sizing=Sizing(VOLATILITY_TARGET, notional),
                            **everything)),
        DefineSource(Source("narrow", "second", instruments=("COIN",))),
        ActivateRelease("r1", 1, RELEASE_ACTIVE, "release"),
        limit("restricted_list", instruments=("LEAD",)),
        limit("market_data", age_ms=20_000),
        limit("price_collar"),
        limit("order_quantity", quantity_max=30),
        limit("order_value", value_max=2_000_000),
        limit("liquidity"),
        limit("position", long_max=60, short_max=40),
        limit("gross_exposure", "account:main", value_max=2_500_000),
        limit("cash"),
        limit("message_rate", count_max=20),
        limit("open_orders", count_max=10),
        limit("elevens"),
        # What is larger waits for people, is cut, or halts its source.
        SetLimit(armed("order_quantity", answer=HELD, quantity_max=10), "risk"),
        SetLimit(armed("order_value", answer=SOFT, value_max=95_000), "risk"),
        SetLimit(armed("position", "source:fixed", answer=CUT, long_max=30, short_max=20), "risk"),
        SetLimit(armed("order_quantity", "source:wild", "GOLD", CUT, quantity_max=6), "risk"),
        SetLimit(
            armed("decision_quantity", "source:narrow", answer=STOP, quantity_max=25), "risk"
        ),
        *(
            UpdateQuote(symbol, venue, MID - 5, 40, MID + 5, 40, START)
            for symbol in SYMBOLS for venue in VENUES
        ),
    ]  # fmt: skip


def history_world(commands: list[Command] | None = None) -> World:
    """A world with that session, and with the user's control."""
    world = World([], user_controls=USER_CONTROLS)
    for command in beginning() if commands is None else commands:
        world.say(command)
    return world
