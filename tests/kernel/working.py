"""A world in which large orders are worked: what the tests of it say and look for."""

from typing import Any

from interlock.messages.commands import AdvanceTime, NoteTrade
from interlock.messages.decisions import WorkOrder
from interlock.messages.events import OrderCleared
from interlock.messages.terms import BUY, REPORT_ACCEPTED, REPORT_CANCELLED, REPORT_FILL, TWAP
from interlock.messages.works import ChangeWork
from worlds import SECOND, World

MINUTE = 60 * SECOND


class WorkWorld(World):
    """A world with one quoted instrument and short words for large orders."""

    def begin(self, **fields: Any) -> list[Any]:
        """Asks for a large order: by default 100 lots evenly over ten minutes."""
        lasts_ns = fields.pop("lasts_ns", 10 * MINUTE)
        decision = {name: fields.pop(name) for name in ("source", "valid_until_ns", "release")
                    if name in fields}  # fmt: skip
        values = {
            "instrument": "COIN", "side": BUY, "quantity": 100, "algorithm": TWAP,
            "ends_ns": self.time_ns + lasts_ns, "venue": "alpha", **fields,
        }  # fmt: skip
        decision.setdefault("valid_until_ns", values["ends_ns"])
        return self.decide(WorkOrder(**values), **decision)

    @property
    def work(self) -> Any:
        """The large order that is worked, when there is one alone."""
        (work,) = self.ledger.works.active.values()
        return work

    @property
    def number(self) -> int:
        number: int = self.work.decision
        return number

    def passes(self, after_ns: int, *, bid: int = 9_990, ask: int = 10_010) -> list[Any]:
        """Time passes, and the market is quoted anew."""
        return self.say(AdvanceTime(), after_ns) + self.quote(bid, ask)

    def minute(self, **prices: int) -> list[Any]:
        """The next interval begins, in a market that was just quoted."""
        self.time_ns += MINUTE
        return self.quote(**prices)

    def trades(self, quantity: int) -> list[Any]:
        """Somebody trades."""
        return self.say(NoteTrade("COIN", "alpha", 10_000, quantity, BUY, self.time_ns))

    def fill(self, order: int, quantity: int = 0) -> list[Any]:
        """The venue fills a child, wholly unless told otherwise."""
        record = self.ledger.orders.find(order)
        assert record is not None
        self.keys += 1
        return self.report(order, REPORT_FILL, execution_id=f"f{self.keys}",
                           quantity=quantity or record.leaves(), price=record.price)  # fmt: skip

    def fill_late(self, order: int, quantity: int) -> list[Any]:
        """The venue fills what it had cancelled."""
        self.keys += 1
        return self.report(order, REPORT_FILL, execution_id=f"f{self.keys}", quantity=quantity,
                           price=10_000)  # fmt: skip

    def accept(self, order: int) -> list[Any]:
        return self.report(order, REPORT_ACCEPTED)

    def cancelled(self, order: int) -> list[Any]:
        return self.report(order, REPORT_CANCELLED)

    def told(self, word: int, by: str = "ann", text: str = "so") -> list[Any]:
        """Somebody says something of the work."""
        return self.say(ChangeWork(self.number, word, by, text))


def working() -> WorkWorld:
    world = WorkWorld()
    world.quote()
    return world


def children(events: list[Any]) -> list[OrderCleared]:
    return [event for event in events if isinstance(event, OrderCleared)]


def only(events: list[Any], kind: Any) -> Any:
    """The one event of a kind."""
    (found,) = [event for event in events if isinstance(event, kind)]
    return found


def some(events: list[Any], kind: Any) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]
