"""What can be said to a kernel: decisions, reports, data and people's words, sense and nonsense.

One vocabulary for two ways of choosing: `Chance` chooses by a seed, `Drawn` lets Hypothesis choose,
so that what breaks a law is made small.
"""

from random import Random
from typing import Any

from hypothesis import strategies as st

from interlock.messages.approvals import (
    ApproveDecision,
    ConfirmLimitChange,
    DeclineDecision,
    DeclineLimitChange,
    ProposeLimitChange,
)
from interlock.messages.commands import (
    ActivateRelease,
    Command,
    DefineSource,
    Halt,
    LiftHalt,
    NoteFeedFault,
    NoteRefusedInput,
    NoteShed,
    NoteTrade,
    NoteVenueLink,
    ProposeDecision,
    ReportAction,
    ReportOrder,
    SetInstrumentStatus,
    SetLimit,
    SetReferenceRate,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import (
    Action,
    Basket,
    CancelOrders,
    Decision,
    Flatten,
    NamedAction,
    OrderQuantity,
    QuoteLadder,
    ReplaceOrder,
    TargetPosition,
    Terms,
)
from interlock.messages.definitions import (
    Limit,
    Source,
)
from interlock.messages.load_reasons import AT_THE_DOOR
from interlock.messages.terms import (
    CLEARED,
    DAY,
    FEED_FAULTS,
    FEED_RECOVERED,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    MARKETABLE_LIMIT,
    NEW_RISK,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_REPLACE,
    RELEASE_ACTIVE,
    RELEASE_CANARY,
    RELEASE_RETIRED,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_FILL,
    REPORT_KINDS,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_REPLACE,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    SUSPENDED,
    TRADABLE,
    WORKING,
)
from laws.large_orders import large_order, word_on_large_order
from laws.quality_words import quality_word
from laws.stage import HELD, MID, PEOPLE, SCOPES, SOURCES, SYMBOLS
from laws.venue_words import venue_words
from worlds import SECOND, START, World, armed, limit


class Chance:
    """Chooses by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def pick(self, choices: Any) -> Any:
        return choices[self.random.randint(0, len(choices) - 1)]


class Drawn:
    """Lets Hypothesis choose."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def number(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))

    def pick(self, choices: Any) -> Any:
        return choices[self.data.draw(st.integers(0, len(choices) - 1))]


def price(draw: Chance | Drawn) -> int:
    return MID + draw.number(-30, 30)


def terms(draw: Chance | Drawn) -> Terms:
    kind = draw.pick((LIMIT, LIMIT, LIMIT, LIMIT, MARKET, MARKETABLE_LIMIT))
    time_in_force = draw.pick((DAY, DAY, DAY, DAY, GTC, GTC, IOC, FOK, GTD))
    is_resting = kind == LIMIT and time_in_force in (DAY, GTC)
    is_nonsense = draw.number(0, 19) == 19
    return Terms(
        order_type=kind,
        price=price(draw) if kind == LIMIT or is_nonsense else 0,
        protection=draw.number(0, 9) if kind == MARKETABLE_LIMIT else 0,
        time_in_force=time_in_force,
        expire_ns=START if time_in_force == GTD else 0,
        post_only=draw.number(0, 6) == 6 and (is_resting or is_nonsense),
        reduce_only=draw.number(0, 9) == 9,
        display=2 if is_resting and draw.number(0, 6) == 6 else 0,
        venue=draw.pick(("alpha",) * 12 + ("",) * 6 + ("beta", "nowhere")),
    )


def symbol(draw: Chance | Drawn) -> str:
    return str(draw.pick(("COIN",) * 8 + SYMBOLS * 3 + ("LEAD",)))


def line(draw: Chance | Drawn) -> OrderQuantity:
    quantity = draw.pick((5, 1, 2, 3, 4, 6, 7, 8, 9, 10) * 2 + (0, 11, 13, 30, 31, -4))
    side = draw.pick((1, 2) * 10 + (3,))
    return OrderQuantity(symbol(draw), side, quantity, terms(draw))


def side_of_ladder(draw: Chance | Drawn, sign: int) -> tuple[tuple[int, int], ...]:
    top = MID + sign * draw.number(1, 6)
    count = draw.number(0, 3)
    return tuple((top + sign * 2 * level, draw.number(1, 4)) for level in range(count))


def some_order(draw: Chance | Drawn, world: World, extra: tuple[int, ...] = (999,)) -> int:
    """An order that is remembered, open ones more often, or one that nobody knows."""
    orders = world.ledger.orders
    waiting = tuple(order.order for order in orders.open.values() if order.asked_ns)
    return int(draw.pick((*orders.open, *orders.open, *waiting, *orders.known, *extra)))


def action(draw: Chance | Drawn, world: World) -> Action:
    kind = draw.number(0, 17)
    if kind <= 4 or kind == 17:
        return line(draw)
    if kind <= 6:
        return TargetPosition(symbol(draw), draw.number(-45, 65), terms(draw))
    if kind == 7:
        return Basket(tuple(line(draw) for _ in range(draw.number(0, 5))))
    if kind <= 10:
        resting = Terms(
            time_in_force=draw.pick((DAY, GTC)), venue=draw.pick(("alpha", "alpha", ""))
        )
        return QuoteLadder(symbol(draw), side_of_ladder(draw, -1), side_of_ladder(draw, 1), resting)
    if kind == 11:
        named = tuple(some_order(draw, world) for _ in range(draw.number(0, 2)))
        return CancelOrders(named, draw.pick(("", "COIN")))
    if kind <= 13 or kind == 16:
        return replacement(draw, world)
    if kind == 14:
        return Flatten(draw.pick(("", "COIN", "GOLD")), draw.number(0, 9))
    if kind == 15 and draw.number(0, 2) > 0:
        return large_order(draw, world, symbol(draw), price(draw))
    return NamedAction(draw.pick(("notify", "launch")), {"text": "hello"})


def replacement(draw: Chance | Drawn, world: World) -> Action:
    working = tuple(
        order.order
        for order in world.ledger.orders.open.values()
        if order.status in (WORKING, PARTIALLY_FILLED, PENDING_REPLACE)
    )
    order = draw.pick((*working, *working, *working, some_order(draw, world)))
    read_in = draw.pick(("", "", "", "COIN"))
    return ReplaceOrder(order, draw.number(0, 31), price(draw), read_in)


def decision(draw: Chance | Drawn, world: World) -> Command:
    releases = tuple(world.ledger.releases.values())
    usable = tuple(each for each in releases if each.state != RELEASE_RETIRED)
    release = draw.pick(usable or releases)
    is_current = draw.number(0, 29) < 29
    wanted = action(draw, world)
    source = draw.pick(("model",) * 8 + SOURCES * 2 + ("nobody",))
    if isinstance(wanted, ReplaceOrder) and draw.number(0, 9) < 9:
        named = world.ledger.orders.find(wanted.order)
        source = named.source.name if named is not None else source
    world.keys += 1
    return ProposeDecision(
        Decision(
            source=source,
            key=f"k{world.keys if draw.number(0, 29) < 29 else draw.number(1, world.keys)}",
            release=release.name if is_current else "r0",
            epoch=release.epoch if is_current else 7,
            action=wanted,
            valid_until_ns=world.time_ns + draw.pick((60 * SECOND,) * 20 + (SECOND, 0, -1)),
            priority=draw.number(0, 3),
        )
    )


def report(draw: Chance | Drawn, world: World) -> Command:
    """What a venue may say of an order, true or not."""
    number = some_order(draw, world)
    order = world.ledger.orders.find(number)
    # What nobody knows halts the firm when it trades: seldom enough to leave room for the rest.
    likely = (REPORT_FILL,) * 8 if order is not None else (REPORT_ACCEPTED,) * 80
    if order is not None and order.status == CLEARED:
        likely += (REPORT_ACCEPTED,) * 40
    if order is not None and order.is_replacing():
        likely += (REPORT_REPLACED, REPORT_PENDING_REPLACE, REPORT_REPLACE_REJECTED) * 3
    if order is not None and order.status == PENDING_CANCEL:
        likely += (REPORT_CANCELLED, REPORT_PENDING_CANCEL, REPORT_CANCEL_REJECTED) * 3
    if order is not None and order.fills:
        likely += (REPORT_BUST, REPORT_CORRECTION)
    kind = draw.pick((*likely, *REPORT_KINDS, 77))
    fields: dict[str, Any] = {}
    fills = tuple(order.fills or ()) if order is not None else ()
    left = max(1, order.quantity - order.filled) if order is not None else 1
    if kind in (REPORT_FILL, REPORT_CORRECTION):
        world.keys += 1
        fields["execution_id"] = draw.pick((f"x{world.keys}",) * 7 + (*fills, ""))
        fields["quantity"] = draw.pick((1, 1, min(2, left), left) * 9 + (left + 1, 0, 1 << 61))
        fair = price(draw)
        if order is not None and order.is_worse(fair, order.price) and draw.number(0, 39) < 39:
            fair = order.price
        fields["price"] = draw.pick((fair,) * 18 + (0, 1 << 61))
        fields["fee"] = draw.pick((0, 1, -1, 7) * 5 + (1 << 61,))
    if kind in (REPORT_BUST, REPORT_CORRECTION):
        fields["reference"] = draw.pick((*fills, *fills, *fills, "nothing"))
    if kind in (REPORT_REPLACED, REPORT_RESTATED):
        asked = order.asked_quantity if order is not None else 1
        fields["quantity"] = draw.pick((asked,) * 9 + (left, 0, -1, 40))
        stated = draw.pick((MID, MID - 1, MID - 2, MID + 1, 0))
        if order is not None and stated > 0 and draw.number(0, 19) < 19:
            stated = order.asked_price if order.is_replacing() else order.price
        fields["price"] = stated
    if kind in (REPORT_REPLACED, REPORT_REPLACE_REJECTED):
        asked = order.revision_asked if order is not None else 1
        fields["revision"] = draw.pick((asked,) * 8 + (asked - 1, 0, asked + 1))
    venue = order.venue.name if order is not None and draw.number(0, 29) < 29 else "beta"
    return ReportOrder(venue, number, kind, reason=draw.pick((0, 0, 610, 625)), **fields)


def market(draw: Chance | Drawn, world: World) -> Command:
    """What a feed may say, and whoever measures."""
    kind, where = draw.number(0, 9), symbol(draw)
    venue = draw.pick(("alpha", "alpha", "alpha", "beta"))
    quantity = draw.pick((40, 40, 40, 40, 5, 0))
    if kind <= 5:
        bid = price(draw)
        ask = bid + draw.pick((1, 2, 3, 4, 5, 6, 7, 8) * 3 + (0, -1))
        return UpdateQuote(where, venue, bid, quantity, ask, 40, world.time_ns)
    if kind <= 7:
        top = price(draw)
        bids = tuple((top - level, 9) for level in range(draw.number(0, 3)))
        asks = tuple((top + 1 + level, 9) for level in range(draw.number(0, 3)))
        return UpdateLadder(where, venue, bids, asks, world.time_ns)
    if kind == 8 and draw.number(0, 3) == 0:
        return quality_word(draw, world)
    if kind == 8 or draw.number(0, 3) < 3:
        return NoteTrade(where, venue, price(draw), 1, 1, world.time_ns)
    fault = draw.pick((*FEED_FAULTS, FEED_RECOVERED, FEED_RECOVERED, FEED_RECOVERED))
    return NoteFeedFault(where, venue, fault, 1, "feed")


def operator(draw: Chance | Drawn, world: World) -> Command:
    """What people may say: halts, limits, releases, statuses."""
    kind = draw.number(0, 17)
    if kind == 17 and draw.number(0, 1) == 0:
        return word_on_large_order(draw, world)
    if kind == 17:
        numbers = (draw.number(-1, 3), draw.number(0, 2))
        return SetReferenceRate("EUR", "USD", *numbers, "treasury", SECOND)
    if kind >= 12:
        return person(draw, world, kind)
    if kind == 11 and draw.number(0, 2) == 0:
        return Halt(draw.pick(SCOPES), draw.pick(PEOPLE), "stop", bool(draw.number(0, 2)),
                    bool(draw.number(0, 1)))  # fmt: skip
    if kind <= 6:
        standing = tuple(world.ledger.halts)
        scope = draw.pick((*standing, *standing, "firm"))
        halt = world.ledger.halts.get(scope)
        trip = halt.last_sequence if halt is not None and draw.number(0, 9) < 9 else 1
        return LiftHalt(scope, draw.pick(PEOPLE), "go", trip)
    if kind <= 8:
        return changed_limit(draw)
    if kind == 9:
        state = draw.pick((RELEASE_ACTIVE, RELEASE_CANARY, RELEASE_RETIRED))
        return ActivateRelease(draw.pick(("r1", "r2")), draw.number(1, 2), state, "release")
    if kind == 10 and draw.number(0, 2) > 0:
        return draw.pick(venue_words(world))
    if kind == 10:
        return SetInstrumentStatus(
            symbol(draw), draw.pick((TRADABLE, TRADABLE, TRADABLE, SUSPENDED)), "x", ""
        )
    world.keys += 1
    return draw.pick((
        ReportAction(draw.pick((*world.ledger.actions, 5)), True, "done"),
        NoteRefusedInput("socket", "00", "unreadable"),
        NoteVenueLink("alpha", False, "the connection broke"),
        NoteShed(1, tuple((NEW_RISK, "desk", reason, 7) for reason in SHED)),
        DefineSource(Source("narrow", "second", instruments=draw.pick((("COIN",), SYMBOLS)))),
    ))  # fmt: skip


SHED = tuple(code for code, _, _ in AT_THE_DOOR)


def person(draw: Chance | Drawn, world: World, kind: int) -> Command:
    """What people may say of what waits for them: of holds, and of changes of limits."""
    ledger, by = world.ledger, draw.pick((*PEOPLE, *PEOPLE, "model"))
    held = draw.pick((*ledger.holds.held, *ledger.holds.held, 7))
    if kind == 12:
        return DeclineDecision(held, by, "no")
    if kind <= 14:
        known = ledger.holds.find(held)
        digest = known.held.digest if known is not None and draw.number(0, 1) else ""
        return ApproveDecision(held, by, "yes", draw.pick((digest,) * 9 + ("zz",)))
    change = draw.pick((*ledger.limits.changes, *ledger.limits.changes, 7))
    if kind == 15:
        changed = draw.pick((
            armed("order_quantity", quantity_max=draw.number(20, 40)),
            armed("order_quantity", answer=HELD, quantity_max=draw.number(5, 20)),
            armed("order_value", value_max=draw.number(1_000_000, 2_000_000), window_ms=1_000),
            armed("cash", minimum=draw.number(0, 1_000)),
            armed("open_orders", "venue:beta", count_max=9),
            armed("decision_quantity", "source:model", "COIN", quantity_max=draw.number(9, 99)),
            Limit("moon_phase", "firm", {}),
        ))  # fmt: skip
        return ProposeLimitChange(changed, by, "drawn")
    if draw.number(0, 3) == 0:
        return DeclineLimitChange(change, by, "no")
    return ConfirmLimitChange(change, by, "yes")


def changed_limit(draw: Chance | Drawn) -> SetLimit:
    kind = draw.number(0, 8)
    if kind == 0:
        return limit("position", long_max=draw.number(10, 80), short_max=draw.number(0, 60))
    if kind == 1:
        return limit("order_quantity", "source:wild", quantity_max=draw.number(1, 40))
    if kind == 2:
        return limit("order_value", "instrument:COIN", value_max=draw.number(1, 3_000_000))
    if kind == 3:
        return limit("message_rate", count_max=draw.number(5, 30), window_ms=5_000)
    if kind == 4:
        return limit("open_orders", draw.pick(("account:main", "venue:alpha", "firm")),
                     count_max=draw.number(2, 12))  # fmt: skip
    if kind == 5:
        return limit("gross_exposure", "account:second", value_max=draw.number(1, 3_000_000))
    if kind == 6:
        return limit("restricted_list", "source:model", instruments=draw.pick(((), ("GOLD",))))
    if kind == 7:
        return limit("cash", "account:main", minimum=draw.number(0, 39_900_000))
    # One that cannot be made: it refuses where it applies, and stops nothing else.
    return SetLimit(Limit("liquidity", "source:narrow", {}), "risk")
