"""The stage of the crashes at every move: one order that is led to a status, a second one on the
other side of the desk that gives every turn an effect and a word, and the crash.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from crashes.ways import PRICE, QUANTITY, Way, Word
from interlock.inputs.session_file import SessionFile, parse_session
from interlock.messages.commands import ProposeDecision, ReportOrder
from interlock.messages.identity import order_text
from interlock.messages.terms import (
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_FILL,
    REPORT_SILENCE,
)
from interlock.messages.units import OrderId
from interlock.testing.live import LiveTrial
from interlock.testing.outcomes import Names, Outcome
from interlock.testing.points import CrashPoint, Loss
from interlock.testing.trial import DIRECTORY
from interlock.testing.venues import ToldVenue

SEGMENT_BYTES: Final = 32_768
SILENCE_SECONDS: Final = 2.0
"""The venue's `silence_ms`; the timer of a request runs out so long after it."""
STEP_SECONDS: Final = 0.01
AWAY_SECONDS: Final = 1.0
SETTLING_SECONDS: Final = 20.0
EVERYTHING: Final = 1_000
ROOM_BYTES: Final = 500
"""With less room than this in its segment, the batch of the move goes into the next one."""

STAGE: Final = """
[session]
name = "stage"
seed = 1

[currencies]
USD = { digits = 2 }

[[instruments]]
symbol = "COIN"
currency = "USD"
tick = "0.01"
lot = "1"

[[instruments]]
symbol = "GOLD"
currency = "USD"
tick = "0.01"
lot = "1"

[[venues]]
name = "alpha"
kind = "recorded"
instruments = ["COIN", "GOLD"]

[[accounts]]
name = "main"
cash = { USD = "1000000.00" }

[[accounts]]
name = "side"
cash = { USD = "1000000.00" }

[[releases]]
name = "r1"
epoch = 1
state = "active"

[[sources]]
name = "desk"
account = "main"
instruments = ["COIN"]
kind = "person"
actions = ["orders"]

[[sources]]
name = "other"
account = "side"
instruments = ["GOLD"]
kind = "person"
actions = ["orders"]

[controls.market_data]
age_ms = 3_600_000
owner = "risk"
reason = "test"

[controls.price_collar]
bps = 500
owner = "risk"
reason = "test"

[controls.order_quantity]
quantity_max = "100"
owner = "risk"
reason = "test"

[controls.order_value]
value_max = "100000.00"
owner = "risk"
reason = "test"

[controls.position]
long_max = "500"
short_max = "500"
owner = "risk"
reason = "test"
"""


@cache
def stage_file() -> SessionFile:
    return parse_session(STAGE)


def quote(instrument: str) -> dict[str, Any]:
    said = {"bid": "99.90", "bid_quantity": "500", "ask": "100.10", "ask_quantity": "500"}
    return {"quote": {"instrument": instrument, "venue": "alpha", **said}}


def decision(source: str, key: str, **action: object) -> dict[str, Any]:
    return {
        "source": source,
        "key": key,
        "release": "r1",
        "epoch": 1,
        "valid_until": "2199-01-01T00:00:00Z",
        "action": action,
    }


def buy(source: str, key: str, instrument: str) -> dict[str, Any]:
    terms = {"quantity": str(QUANTITY), "price": "100.00", "time_in_force": "gtc"}
    return decision(source, key, kind="order", instrument=instrument, side="buy", **terms)


@dataclass(frozen=True)
class Crash:
    """Where, and with what loss, the process dies in the turn of the move."""

    point: CrashPoint
    loss: Loss = Loss.DROP
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.point.name} {self.loss.name.lower()}"


class Stage:
    """One way to one move, gone with or without a crash in its turn."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.venue = ToldVenue("alpha")
        self.trial = LiveTrial(
            stage_file(),
            venues={"alpha": self.venue},
            truth=_truth,
            audits=False,
            segment_bytes=SEGMENT_BYTES,
        )
        self.trial.downtime_ns = int(AWAY_SECONDS * 1e9)
        self._orders: dict[str, OrderId] = {}
        self._said = 0
        self._executions = 0

    # What is done outside.

    def order(self, key: str) -> OrderId:
        """The order of a decision, if it came to be; 0 if not."""
        found = self._orders.get(key, 0)
        if found not in self.trial.ledger.orders.known:
            # A turn that the disk does not have is done again, under another number.
            names = {name: order for order, name in self.trial.names().items()}
            found = self._orders[key] = names.get(f"{key}/1", 0)
        return found

    def tell(self, key: str, word: Word) -> None:
        """The venue says a word about an order, if it ever had it."""
        order = self.order(key)
        known = self.venue.orders.get(order)
        if known is None:
            return
        reference = ""
        if word.kind in (REPORT_BUST, REPORT_CORRECTION):
            trades = [said for said in known.said if said.kind in (REPORT_FILL, REPORT_CORRECTION)]
            reference = trades[word.fill].execution_id
        self._executions += 1
        report = ReportOrder(
            "alpha",
            order,
            word.kind,
            revision=word.revision,
            execution_id=f"x{self._executions}" if word.kind in _TRADES else "",
            quantity=word.quantity,
            price=PRICE,
            reference=reference,
        )
        self.venue.tell(self.trial.clock.now_ns(), report)

    def say(self, word: Word) -> None:
        """We, or the venue, say something about the order."""
        if word.what == "report":
            self.tell("desk:m", word)
            return
        self._said += 1
        number = order_text(self.order("desk:m"))
        if word.what == "cancel":
            said = decision("desk", f"c{self._said}", kind="cancel", orders=[number])
        else:
            terms = {"quantity": str(word.quantity), "price": "100.00"}
            said = decision(
                "desk", f"r{self._said}", kind="replace", order=number, instrument="COIN", **terms
            )
        self.trial.say(said)

    def lift(self) -> None:
        """Somebody lifts what was halted."""
        for scope, halt in list(self.trial.ledger.halts.items()):
            word = {"scope": scope, "by": "ben", "text": "go on", "trip": halt.last_sequence}
            self.trial.say({"lift_halt": word})

    # The play.

    def setting(self) -> None:
        """The order is there, and so is what was said of it before; questions are not heard yet,
        so that what is UNKNOWN stays it."""
        trial = self.trial
        self.venue.is_deaf = True
        trial.say(quote("COIN"), quote("GOLD"), buy("other", "b", "GOLD"), buy("desk", "m", "COIN"))
        assert trial.run(STEP_SECONDS), trial.crashes
        for word in self.way.before:
            self._pass(word)
        silences = self.way.word.kind == REPORT_SILENCE
        if silences:
            order = trial.ledger.orders.find(self.order("desk:m"))
            assert order is not None, "the order is not there"
            # Up to just before the timer runs out.
            due_ns = order.asked_ns + int(SILENCE_SECONDS * 1e9)
            assert trial.run((due_ns - trial.clock.now_ns()) / 1e9 - STEP_SECONDS), trial.crashes

    def _pass(self, word: Word) -> None:
        trial = self.trial
        if word.kind == REPORT_SILENCE:
            assert trial.run(SILENCE_SECONDS + STEP_SECONDS), trial.crashes
        else:
            self.say(word)
            assert trial.run(STEP_SECONDS), trial.crashes
        if trial.ledger.halts:
            self.lift()
            assert trial.run(STEP_SECONDS), trial.crashes

    def move(self) -> None:
        """The turn of the move: beside it another order leaves, and the venue says a word about a
        third, so that every turn has an effect and something to hear."""
        trial = self.trial
        trial.at(STEP_SECONDS, lambda: self.say(self.way.word))
        trial.at(STEP_SECONDS, lambda: self.tell("other:b", Word("report", REPORT_ACCEPTED)))
        trial.say(buy("other", "c", "GOLD"), after_seconds=STEP_SECONDS)

    def fill_segment(self) -> None:
        """Lines that nobody can read, until the next batch finds no room in its segment."""
        for _ in range(40):
            room = self._room()
            if room < ROOM_BYTES:
                return
            count = max((room - ROOM_BYTES) // 400, 1)
            for _ in range(count):
                self.trial.outside.say(b"?")
            assert self.trial.run(STEP_SECONDS), self.trial.crashes
        raise AssertionError(f"there are {self._room()} bytes of room left")

    def _room(self) -> int:
        names = self.trial.files.tree(DIRECTORY)
        last = max(name for name in names if name.endswith(".jrn"))
        return SEGMENT_BYTES - len(names[last].rstrip(b"\0"))

    def settling(self) -> Outcome:
        """The venue hears again; what is open in doubt is settled, and all of it is ended."""
        trial = self.trial
        self.venue.is_deaf = False
        self.tell("other:c", Word("report", REPORT_ACCEPTED))
        self.tell("other:c", Word("report", REPORT_FILL, QUANTITY))
        assert trial.run(SETTLING_SECONDS), trial.crashes
        self.lift()
        for key in ("desk:m", "other:b"):
            order = trial.ledger.orders.find(self.order(key))
            if order is not None and order.is_open():
                self.tell(key, Word("report", REPORT_CANCELLED))
        assert trial.run(STEP_SECONDS), trial.crashes
        trial.check()
        return trial.outcome()

    def played(self, spared: int = EVERYTHING) -> Outcome:
        """All of it without a crash. Of what leaves for the venue in the turn of the move, all but
        the first `spared` messages are lost on their way: that is what a crash between the disk and
        the line is to everybody outside."""
        self.setting()
        self.move()
        door = self.trial.venues["alpha"]
        door.spared, door.lost = spared, EVERYTHING
        assert self.trial.run(2 * STEP_SECONDS), self.trial.crashes
        door.spared = door.lost = 0
        assert self.trial.run(AWAY_SECONDS), self.trial.crashes
        return self.settling()

    def crashed(self, crash: Crash) -> tuple[int, Outcome]:
        """All of it with a crash in the turn of the move; how many of the messages of that turn
        left, and the outcome."""
        trial = self.trial
        trial.lose_unsynced(crash.loss)
        self.setting()
        if crash.point is CrashPoint.P7:
            self.fill_segment()
        self.move()
        door = trial.venues["alpha"]
        sent = len(door.reached)
        first = CrashPoint.P1 if crash.point is CrashPoint.P8 else crash.point
        if first is CrashPoint.P6:
            assert trial.run(2 * STEP_SECONDS), trial.crashes
            trial.crash_at(first, crash.nth)
            assert not trial.close(), f"{crash} was not passed"
        else:
            nth = 1 if crash.point is CrashPoint.P8 else crash.nth
            trial.at(STEP_SECONDS, lambda: trial.crash_at(first, nth))
            assert not trial.run(2 * STEP_SECONDS), f"{crash} was not passed"
        left = sum(what != "query" for what, _ in door.reached[sent:])
        crash_ns = trial.clock.now_ns()
        if crash.point is CrashPoint.P8:
            trial.crash_at(CrashPoint.P8, crash.nth)
            assert not trial.restart(), f"{crash} was not passed"
        assert trial.restart(), trial.crashes
        assert trial.run(2 * STEP_SECONDS), trial.crashes
        # A turn that the disk does not have is done again, by whoever has no answer.
        first_ns = min(
            entry.time_ns
            for entry in trial.entries()
            if isinstance(entry.command, ProposeDecision) and entry.command.decision.key == "c"
        )
        return left if first_ns <= crash_ns else EVERYTHING, self.settling()

    def recovery_calls(self, loss: Loss) -> int:
        """How many calls change something when it is taken up after a crash in the turn of the
        move."""
        self.trial.lose_unsynced(loss)
        self.setting()
        self.move()
        self.trial.at(STEP_SECONDS, lambda: self.trial.crash_at(CrashPoint.P1))
        assert not self.trial.run(2 * STEP_SECONDS), "the turn was not passed"
        assert self.trial.restart(), self.trial.crashes
        return self.trial.plan.passed[CrashPoint.P8]


_TRADES = (REPORT_FILL, REPORT_CORRECTION)


def _truth(port: object, names: Names) -> dict[str, tuple[int, int, int, bool]]:
    """What the venue has of each order."""
    assert isinstance(port, ToldVenue)
    return {
        names[number]: (order.filled, order.quantity, order.revision, order.is_open)
        for number, order in sorted(port.orders.items())
    }
