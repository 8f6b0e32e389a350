"""Exposure is compared with a model, made from the text of the rule, after every step."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controls.exposure_model import Model
from controls.two_accounts import PRICE, SYMBOLS, armed, order, trading, verdict
from interlock.kernel.invariants import audit
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.commands import (
    AdvanceTime,
    SetReferenceRate,
)
from interlock.messages.decisions import CancelOrders, ReplaceOrder
from interlock.messages.definitions import Limit
from interlock.messages.findings import findings_of
from interlock.messages.terms import (
    BUY,
    REPORT_ACCEPTED,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_SILENCE,
    SELL,
)
from worlds import SECOND, World

LIMITS = (
    armed("position", "firm", long_max=30, short_max=20),
    armed("position", "account:second", long_max=14, short_max=12),
    armed("position", "source:model", long_max=12, short_max=10),
    armed("gross_exposure", "firm", "USD", value_max=700_000),
    armed("gross_exposure", "account:main", "EUR", value_max=1_500_000),
    armed("gross_exposure", "source:other", "USD", value_max=250_000),
    armed("gross_exposure", "source:third", value_max=300_000, into=("USD",)),
    armed("gross_exposure", "firm", value_max=900_000, into=("USD",)),
    armed("cash", "firm", "USD", minimum=2 * 10**8 - 400_000),
    armed("cash", "source:model", "USD", minimum=-150_000),
    armed("cash", "source:model", minimum=-200_000, into=("USD",)),
)
HOLDERS = ("account:main", "account:second", "source:model", "source:other", "source:third")

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["order", "order", "order", "amend", "cancel", "fill", "part", "answer", "deny",
             "silence", "quote", "rate", "time", "restart"]
        ),
        st.integers(0, 11),
        st.integers(1, 9),
        st.sampled_from(SYMBOLS),
    ),
    max_size=45,
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(steps)
def test_exposure_is_what_the_model_makes_of_the_journal_after_every_step(
    story: list[tuple[str, int, int, str]],
) -> None:
    world, model = trading(*LIMITS), Model()
    for entry in world.entries:
        model.hear(entry)
    for count, (what, pick, quantity, symbol) in enumerate(story):
        told = len(world.entries)
        if what == "restart":
            world.kernel = type(world.kernel)(restore(state_of(world.ledger)), {})
        elif what == "order":
            check_verdict(world, model, pick, quantity, symbol)
        else:
            obey(world, what, pick, quantity, symbol, f"e{count}")
        for entry in world.entries[told:]:
            model.hear(entry)
        check_books(world, model)
    assert audit(world.ledger) == []
    assert digest(restore(state_of(world.ledger))) == digest(world.ledger)


def obey(world: World, what: str, pick: int, quantity: int, symbol: str, execution: str) -> None:
    """A market, a treasury, and a venue that does what it is asked, late or not at all."""
    orders = list(world.ledger.orders.open.values())
    if what == "quote":
        world.quote(PRICE - 10 * pick, PRICE + 10 * quantity, instrument=symbol)
    elif what == "rate":
        world.say(SetReferenceRate("EUR", "USD", quantity, 10 + pick, "treasury", 3 * SECOND))
    elif what == "time":
        world.say(AdvanceTime(), after_ns=quantity * SECOND // 4)
    if not orders or what in ("quote", "rate", "time"):
        return
    order = orders[pick % len(orders)]
    source = order.source.name
    if what == "amend":
        action = ReplaceOrder(order.order, order.filled + quantity, PRICE + pick - 5)
        world.decide(action, source=source)
    elif what == "cancel":
        world.decide(CancelOrders((order.order,)), source=source)
    elif what in ("fill", "part") and order.leaves() > 0:
        traded = order.leaves() if what == "fill" else 1
        world.report(order.order, REPORT_FILL, execution_id=execution, quantity=traded,
                     price=order.price, fee=pick)  # fmt: skip
    elif what == "silence":
        world.report(order.order, REPORT_SILENCE)
    elif order.is_replacing():
        kind = REPORT_REPLACED if what == "answer" else REPORT_REPLACE_REJECTED
        world.report(order.order, kind, revision=order.revision_asked,
                     quantity=order.asked_quantity, price=order.asked_price)  # fmt: skip
    elif what == "answer":
        world.report(order.order, REPORT_CANCELLED if pick > 5 else REPORT_ACCEPTED)
    elif what == "deny":
        world.report(order.order, REPORT_REJECTED)


def check_books(world: World, model: Model) -> None:
    ledger = world.ledger
    for symbol in SYMBOLS:
        instrument = ledger.instruments[symbol]
        longest, shortest = model.position("firm", symbol)
        assert instrument.lots + instrument.open_buy == longest
        assert instrument.lots - instrument.open_sell == shortest
    for holder in HOLDERS:
        kind, _, name = holder.partition(":")
        book = ledger.accounts[name] if kind == "account" else ledger.sources[name].own
        for symbol in SYMBOLS:
            kept = book.positions.get(symbol)
            held = (kept.lots, kept.open_buy, kept.open_sell) if kept is not None else (0, 0, 0)
            assert held == model.lots(holder, symbol), (holder, symbol)
        free = model.free(holder)
        for currency, cash in book.cash.items():
            assert cash.free() == free.get(currency, 0), (holder, currency)
            assert cash.gross_value() == model.gross(holder)[currency], (holder, currency)
    for currency, cash in ledger.currencies.items():
        assert cash.free() == model.free("firm")[currency]
        assert cash.gross_value() == model.gross("firm")[currency]


def check_verdict(world: World, model: Model, pick: int, quantity: int, symbol: str) -> None:
    """Each limit's finding on an order is what the model says of it."""
    source = ("model", "other", "third")[pick % 3]
    side = BUY if pick < 6 else SELL
    events = order(world, source, side, quantity, symbol, PRICE + pick)
    model.time_ns = world.time_ns
    wanted = Wanted(model, source, side, quantity, symbol, PRICE + pick)
    seen = 0
    for _, number, severity, _, observed, bound in findings_of(verdict(events)):
        if number < 0:
            continue
        limit = world.ledger.limits.limits[number]
        if limit.control not in ("position", "gross_exposure", "cash"):
            continue
        seen += 1
        passes, value = getattr(wanted, limit.control)(limit)
        assert (severity < 3) == passes, (limit, value, observed, bound)
        if value is not None:
            assert observed == value, (limit, value, observed, bound)
    assert seen >= 1


class Wanted:
    """What the rules say of one order, by the model."""

    def __init__(
        self, model: Model, source: str, side: int, quantity: int, symbol: str, price: int
    ) -> None:
        self.model = model
        self.account = f"account:{model.owner[source]}"
        self.side, self.quantity, self.symbol, self.price = side, quantity, symbol, price
        self.made = model.instruments[symbol]

    def position(self, limit: Limit) -> tuple[bool, int | None]:
        longest, shortest = self.model.position(limit.scope, self.symbol)
        if self.side == BUY:
            after = longest + self.quantity
            return after <= limit.parameters["long_max"], after
        return self.quantity - shortest <= limit.parameters["short_max"], self.quantity - shortest

    def gross_exposure(self, limit: Limit) -> tuple[bool, int | None]:
        gross = self.model.gross(limit.scope)
        holder = limit.scope if limit.scope.startswith("source:") else self.account
        held, buy, sell = self.model.lots(holder, self.symbol)
        before = max(held + buy, sell - held)
        after = held + buy + self.quantity if self.side == BUY else sell + self.quantity - held
        if abs(after) <= before:
            return True, None
        unit = self.model.marks[self.symbol] * self.made.minor_per_tick_lot
        so_far = gross[self.made.currency]
        assert so_far is not None
        gross[self.made.currency] = so_far + (abs(after) - max(before, 0)) * unit
        into = limit.parameters.get("into")
        total = self.model.converted(gross, into[0], True) if into else gross[self.made.currency]
        return total is not None and total <= limit.parameters["value_max"], total

    def cash(self, limit: Limit) -> tuple[bool, int | None]:
        free = self.model.free(limit.scope)
        if self.side == BUY:
            spent = self.quantity * self.price * self.made.minor_per_tick_lot
            free[self.made.currency] = free.get(self.made.currency, 0) - spent
        into = limit.parameters.get("into")
        total = (
            self.model.converted(dict(free), into[0], False)
            if into
            else free.get(self.made.currency, 0)
        )
        if self.side == SELL:
            return True, total
        return total is not None and total >= limit.parameters["minimum"], total
