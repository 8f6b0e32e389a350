"""Small worlds to test in: definitions, a kernel with limits, and words to say to it."""

from typing import Any

from interlock.coverage.recorder import active
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    ActivateRelease,
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    LiftHalt,
    OpenSession,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    SetLimit,
    UpdateQuote,
)
from interlock.messages.decisions import Action, Decision, OrderQuantity, Terms
from interlock.messages.definitions import Account, Answer, Bounds, Instrument, Limit, Source, Venue
from interlock.messages.encoding import Entry
from interlock.messages.events import Event
from interlock.messages.flags import CURRENT
from interlock.messages.terms import BUY, RELEASE_ACTIVE

REFUSING = Answer()
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND

COIN = Instrument("COIN", "USD", 2, 2, 1, 0, 1)
GOLD = Instrument("GOLD", "USD", 2, 2, 1, 0, 1)

LIMITS: dict[str, dict[str, int | tuple[str, ...]]] = {
    "restricted_list": {"instruments": ("LEAD",)},
    "market_data": {"age_ms": 5_000},
    "price_collar": {"bps": 500, "passive_bps": 5_000},
    "order_quantity": {"quantity_max": 100},
    "order_value": {"value_max": 2_000_000},
    "liquidity": {"share_bps": 10_000},
    "position": {"long_max": 300, "short_max": 300},
    "gross_exposure": {"value_max": 10_000_000},
    "cash": {"minimum": 0},
    "message_rate": {"count_max": 1_000, "window_ms": 1_000},
    "open_orders": {"count_max": 100},
}


# Controls that the opening does not arm.
MORE_LIMITS: dict[str, dict[str, int | tuple[str, ...]]] = {
    "decision_value": {"value_max": 10_000_000},
    "decision_quantity": {"quantity_max": 200},
}


def limit(
    control: str,
    scope: str = "firm",
    instrument: str = "",
    **parameters: int | tuple[str, ...],
) -> SetLimit:
    return SetLimit(armed(control, scope, instrument, **parameters), "risk")


def armed(
    control: str,
    scope: str = "firm",
    instrument: str = "",
    answer: Answer = REFUSING,
    **parameters: int | tuple[str, ...],
) -> Limit:
    """A limit with the parameters given, and else those of the opening."""
    values = {**LIMITS.get(control, {}), **MORE_LIMITS.get(control, {}), **parameters}
    return Limit(control, scope, values, instrument, owner="risk", reason="test", answer=answer)


def opening(
    *,
    instruments: tuple[Instrument, ...] = (COIN, GOLD),
    cash: int = 100_000_000,
    limits: tuple[str, ...] = tuple(LIMITS),
    bounds: Bounds | None = None,
    sources: tuple[Source, ...] = (),
    invariants: tuple[str, ...] = (),
) -> list[Command]:
    """These commands open a session with two instruments, two venues, an account and a source."""
    symbols = tuple(instrument.symbol for instrument in instruments)
    made: list[Command] = [
        OpenSession(
            "test", "session-1", 7, "test", CURRENT, "", bounds or Bounds(), invariants=invariants
        ),
        *(DefineInstrument(instrument) for instrument in instruments),
        DefineVenue(Venue("alpha", symbols, taker_fee_ppm=100)),
        DefineVenue(Venue("beta", symbols)),
        DefineAccount(Account("main", (("USD", 2, cash),))),
        DefineSource(
            Source("model", "main", instruments=symbols, actions=("orders", "notify"), priority=0)
        ),
        *(DefineSource(source) for source in sources),
        ActivateRelease("r1", 1, RELEASE_ACTIVE, "release"),
        *(limit(name) for name in limits),
    ]
    return made


class World:
    """A kernel with a clock of its own and a memory of everything it was told."""

    def __init__(
        self,
        commands: list[Command] | None = None,
        user_controls: dict[str, Any] | None = None,
    ) -> None:
        self.kernel = Kernel(Ledger(), user_controls or {})
        self.sequence = 0
        self.time_ns = START
        self.entries: list[Entry] = []
        self.keys = 0
        # What is said in it counts for the state coverage, where a run records one.
        recorder = active()
        self.observer = recorder.observer() if recorder is not None else None
        for command in opening() if commands is None else commands:
            self.say(command)

    @property
    def ledger(self) -> Ledger:
        return self.kernel.ledger

    def say(self, command: Command, after_ns: int = 0) -> list[Event]:
        self.sequence += 1
        self.time_ns += after_ns
        events = self.kernel.step(self.sequence, self.time_ns, command)
        entry = Entry(self.time_ns, command, events)
        self.entries.append(entry)
        if self.observer is not None:
            self.observer.follow(self.sequence, entry)
        return events

    def conclude(self, event: Event) -> None:
        """This applies an event that no command of ours leads to, as part of the last command's."""
        self.entries[-1].events.append(event)
        self.ledger.apply(event)

    def quote(
        self,
        bid: int = 9_990,
        ask: int = 10_010,
        *,
        quantity: int = 1_000,
        instrument: str = "COIN",
        venue: str = "alpha",
    ) -> list[Event]:
        return self.say(UpdateQuote(instrument, venue, bid, quantity, ask, quantity, self.time_ns))

    def decision(self, action: Action, **fields: object) -> Decision:
        self.keys += 1
        values: dict[str, object] = {
            "source": "model",
            "key": f"k{self.keys}",
            "release": "r1",
            "epoch": 1,
            "action": action,
            "valid_until_ns": self.time_ns + SECOND,
            **fields,
        }
        return Decision(**values)  # type: ignore[arg-type]

    def decide(self, action: Action, **fields: object) -> list[Event]:
        """This proposes a decision and has the queue served; the events of both are returned."""
        proposed = self.say(ProposeDecision(self.decision(action, **fields)))
        return proposed + self.say(ServeQueue(64))

    def order(
        self,
        side: int = BUY,
        quantity: int = 10,
        price: int = 10_000,
        *,
        instrument: str = "COIN",
        terms: Terms | None = None,
        **fields: object,
    ) -> list[Event]:
        wanted = terms if terms is not None else Terms(price=price, venue="alpha")
        return self.decide(OrderQuantity(instrument, side, quantity, wanted), **fields)

    def lift(self, scope: str, by: str, text: str = "go") -> list[Event]:
        """Somebody lifts a halt, naming its last trip."""
        return self.say(LiftHalt(scope, by, text, self.ledger.halts[scope].last_sequence))

    def report(self, order: int, kind: int, **fields: object) -> list[Event]:
        values: dict[str, object] = {"venue": "alpha", "order": order, "kind": kind, **fields}
        return self.say(ReportOrder(**values))  # type: ignore[arg-type]
