"""Scene: the small session that a drill is set in, as the text of a session file, and the words
that its story is told in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from interlock.messages.commands import Command, ProposeDecision, ServeQueue, UpdateQuote
from interlock.messages.decisions import Action, Basket, Decision, OrderQuantity, Terms
from interlock.messages.terms import NEW_RISK
from interlock.messages.units import NS_PER_SECOND, Lots, Nanoseconds, Ticks

Dated = tuple[Nanoseconds, Command]

VENUE: Final = "market"
ACCOUNT: Final = "house"
SERVED: Final = 1_000
"""Decisions of one instant that the queue is asked for."""

LOOSE: Final = {
    "market_data": "age_ms = 86_400_000",
    "price_collar": "bps = 10_000\npassive_bps = 10_000",
    "order_quantity": 'quantity_max = "1000000000"',
    "order_value": 'value_max = "1000000000000"',
    "position": 'long_max = "1000000000"\nshort_max = "1000000000"',
}
"""The limits that every instrument must have, so wide that they stop nothing: what a firm has that
has no such control. No sale can be refused by a collar of the whole price."""


@dataclass(frozen=True)
class Scene:
    """One venue, one account, the instruments, sources and releases of a drill."""

    name: str
    symbols: tuple[str, ...]
    sources: tuple[str, ...]
    """Each may trade every instrument; with a colon and a kind when it is no model."""
    releases: tuple[str, ...] = ("current active",)
    """A name and a state each; the epoch is 1."""
    currency: str = "USD"
    digits: int = 2
    tick: str = "0.01"
    lot: str = "1"
    multiplier: int = 1
    cash: str = "0"
    of_each: str = ""
    """Further fields of every instrument."""
    of_venue: str = ""
    """Further fields of the venue."""
    positions: tuple[tuple[str, str, str], ...] = ()
    """What is held from the start: instrument, quantity, cost."""

    def text(self, limits: Mapping[str, str]) -> str:
        """This is the session file, with these limits instead of the loose ones of their name."""
        symbols = ", ".join(f'"{symbol}"' for symbol in self.symbols)
        made = [
            f'[session]\nname = "{self.name}"\nrouting = "best_price"',
            f"[currencies]\n{self.currency} = {{ digits = {self.digits} }}",
        ]
        made += [
            f'[[instruments]]\nsymbol = "{symbol}"\ncurrency = "{self.currency}"\n'
            f'tick = "{self.tick}"\nlot = "{self.lot}"\nmultiplier = {self.multiplier}\n'
            f"{self.of_each}"
            for symbol in self.symbols
        ]
        made.append(
            f'[[venues]]\nname = "{VENUE}"\nkind = "recorded"\ninstruments = [{symbols}]\n'
            f"reconcile_s = 0\n{self.of_venue}"
        )
        held = ", ".join(
            f'{{ instrument = "{symbol}", quantity = "{quantity}", cost = "{cost}" }}'
            for symbol, quantity, cost in self.positions
        )
        made.append(
            f'[[accounts]]\nname = "{ACCOUNT}"\ncash = {{ {self.currency} = "{self.cash}" }}\n'
            f"positions = [{held}]"
        )
        for release in self.releases:
            name, _, state = release.partition(" ")
            made.append(f'[[releases]]\nname = "{name}"\nepoch = 1\nstate = "{state}"')
        for source in self.sources:
            name, _, kind = source.partition(":")
            made.append(
                f'[[sources]]\nname = "{name}"\naccount = "{ACCOUNT}"\n'
                f'kind = "{kind or "model"}"\ninstruments = [{symbols}]'
            )
        for name, fields in {**LOOSE, **limits}.items():
            # What only asks people stands before the limit that every instrument must have.
            both = [fields, LOOSE[name]] if name in LOOSE and "severity" in fields else [fields]
            made += [
                f'[[controls.{name}]]\n{each}\nowner = "risk desk"\nreason = "a drill"'
                for each in both
            ]
        return "\n\n".join(made) + "\n"


@dataclass
class Teller:
    """Tells a story: each word at its moment, decisions under keys of their own."""

    source: str
    release: str = "current"
    time_ns: Nanoseconds = 0
    told: list[Dated] = field(default_factory=list)
    keys: int = 0

    def say(self, command: Command) -> None:
        """This is said now."""
        self.told.append((self.time_ns, command))

    def after(self, time_ns: Nanoseconds) -> None:
        """Time passes."""
        self.time_ns += time_ns

    def quote(self, symbol: str, bid: Ticks, ask: Ticks, bids: Lots, asks: Lots) -> None:
        """The market shows this."""
        self.say(UpdateQuote(symbol, VENUE, bid, bids, ask, asks, self.time_ns))

    def decide(
        self, action: Action, evidence: dict[str, str] | None = None, seconds: int = 60
    ) -> None:
        """The source would like this within so many seconds, and the queue is served."""
        self.keys += 1
        self.say(
            ProposeDecision(
                Decision(
                    source=self.source,
                    key=f"{self.source}-{self.keys}",
                    release=self.release,
                    epoch=1,
                    action=action,
                    valid_until_ns=self.time_ns + seconds * NS_PER_SECOND,
                    priority=NEW_RISK,
                    decided_ns=self.time_ns,
                    evidence=evidence or {},
                )
            )
        )
        self.say(ServeQueue(SERVED))

    def order(self, symbol: str, side: int, quantity: Lots, terms: Terms) -> None:
        """The source would like one order."""
        self.decide(OrderQuantity(symbol, side, quantity, terms))

    def basket(self, lines: Iterable[OrderQuantity], evidence: dict[str, str]) -> None:
        """The source would like several orders, all or none."""
        self.decide(Basket(tuple(lines)), evidence)
