"""Invariants: what must be true after every step. A breach stops the smallest scope that it
touches.

After each step the orders that it touched are checked, with their positions; every `AUDIT_EVERY`
commands the whole ledger is. `audit` is also what tests run after every step.
"""

from typing import Any, Final, final

from interlock.kernel.adding_up import WorstCase, faults_of_scopes
from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import cancel_working
from interlock.kernel.user_invariants import (
    ALERT,
    HALT,
    REDUCE_ONLY,
    Breach,
    UserInvariant,
    offered_name,
)
from interlock.ledger.ledger import Ledger, alert_key
from interlock.ledger.limits import FIRM
from interlock.ledger.orders import OrderRecord
from interlock.ledger.positions import AccountRecord, PositionRecord
from interlock.ledger.works import WorkRecord
from interlock.messages.events import HaltTripped, InvariantBroken
from interlock.messages.flags import SCOPED_BREACHES
from interlock.messages.identity import ORDERS_PER_COMMAND_MAX
from interlock.messages.terms import MARGINED

AUDIT_EVERY: Final = 4_096

FILLS_EQUAL_FILLED: Final = "fills_equal_filled"
FILLED_WITHIN_ALLOWED: Final = "filled_within_allowed"
POSITION_EQUALS_FILLS: Final = "position_equals_fills"
CASH_CONSERVED: Final = "cash_conserved"
RESERVED_IS_WORST_CASE: Final = "reserved_is_worst_case"
RESERVATION_RELEASED: Final = "reservation_released"
CHILDREN_WITHIN_PARENT: Final = "children_within_parent"
NO_ORDER_BEYOND_THE_GATE: Final = "no_order_beyond_the_gate"
NO_EVENT_FOR_UNKNOWN_ORDER: Final = "no_event_for_unknown_order"
FILL_WITHIN_LIMIT: Final = "fill_within_limit"
SCOPES_ADD_UP: Final = "scopes_add_up"
WORKS_ADD_UP: Final = "works_add_up"

INVARIANTS: Final = {
    FILLS_EQUAL_FILLED: ("ledger", HALT, "an order's fills add up to its filled quantity"),
    FILLED_WITHIN_ALLOWED: ("execution", HALT, "a venue has no more of it than the gate allowed"),
    POSITION_EQUALS_FILLS: ("ledger", HALT, "a position is its opening plus what traded"),
    CASH_CONSERVED: ("ledger", HALT, "cash is its opening plus what trades and fees moved"),
    RESERVED_IS_WORST_CASE: ("ledger", HALT, "what is reserved is the open orders' worst case"),
    RESERVATION_RELEASED: ("ledger", HALT, "an order that ended reserves nothing"),
    CHILDREN_WITHIN_PARENT: ("decisions", HALT, "orders are no more than their decision's size"),
    NO_ORDER_BEYOND_THE_GATE: ("controls", HALT, "every order has a verdict that lets it pass"),
    NO_EVENT_FOR_UNKNOWN_ORDER: ("kernel", REDUCE_ONLY, "every event is about a known order"),
    FILL_WITHIN_LIMIT: ("execution", HALT, "a venue trades no worse than the limit allowed"),
    WORKS_ADD_UP: ("ledger", HALT, "a large order's open quantity is that of its children"),
    SCOPES_ADD_UP: ("ledger", HALT, "the firm is the sum of its accounts, these of their sources"),
}


@final
class Invariants:
    """Checks a ledger after each step and concludes what a breach leads to."""

    def __init__(self, ledger: Ledger, recorder: Recorder, offered: dict[str, Any]) -> None:
        self.ledger: Final = ledger
        self.recorder: Final = recorder
        self.offered: Final = offered
        """What the user offers, invariants as `invariant:NAME`; armed are those that the session
        names."""
        self._users: dict[str, UserInvariant] = {}
        self.arm()

    def arm(self) -> None:
        """This arms the user's invariants that the ledger says the session is run under. Whoever
        makes the kernel has seen to it that they are offered."""
        self._users = {}
        for name in self.ledger.invariants:
            kind = self.offered.get(offered_name(name))
            assert kind is not None, f"invariant {name} is armed and not offered"
            self._users[name] = UserInvariant(name, kind)

    def check(self) -> None:
        """This checks what the step touched, and now and then everything."""
        ledger = self.ledger
        touched = ledger.orders.touched
        breaches: list[Breach] = []
        while len(touched) > 0:
            for order in touched:
                check_order(order, breaches)
            if len(self._users) > 0:
                self._ask_users(breaches)
            touched.clear()
            # What is stopped is touched by it, and checked as well.
            for breach in breaches:
                self._respond(breach)
            breaches.clear()
        if len(ledger.orders.unexplained) > 0:
            text = f"orders {ledger.orders.unexplained}"
            breaches.append(Breach(NO_EVENT_FOR_UNKNOWN_ORDER, "firm", text))
            ledger.orders.unexplained.clear()
        if ledger.sequence % AUDIT_EVERY == 0:
            breaches.extend(audit(ledger))
        for user in self._users.values():
            user.check(ledger, breaches)
        for breach in breaches:
            self._respond(breach)

    def _ask_users(self, breaches: list[Breach]) -> None:
        for order in self.ledger.orders.touched:
            for user in self._users.values():
                user.check_order(self.ledger, order, breaches)

    def _row(self, name: str) -> tuple[str, int]:
        """Who owns an invariant, and what a breach leads to."""
        user = self._users.get(name)
        if user is not None:
            return user.owner, user.response
        owner, response, _ = INVARIANTS[name]
        return owner, response

    def _respond(self, breach: Breach) -> None:
        by = offered_name(breach.name)
        scope, said = breach.scope, breach.scope
        if SCOPED_BREACHES not in self.ledger.flags:
            # As it was before the flag: nothing was said of the scope, and a source's was the firm.
            said = ""
            scope = FIRM if scope.startswith("source:") else scope
        halt = self.ledger.halts.get(scope)
        if halt is not None and by in halt.trippers:
            return
        owner, response = self._row(breach.name)
        if response == ALERT and alert_key(breach.name, said) in self.ledger.broken:
            # An alert stops nothing that would end it: it is given once for each scope.
            return
        recorder = self.recorder
        recorder.conclude(InvariantBroken(breach.name, owner, response, breach.text, said))
        if response == ALERT:
            return
        is_halt = response == HALT
        cancels = is_halt or not self.ledger.is_kept_by_us
        recorder.conclude(HaltTripped(scope, by, not is_halt, breach.text, cancels))
        if is_halt:
            cancel_working(self.ledger, recorder, scope)


def check_order(order: OrderRecord, breaches: list[Breach]) -> None:
    """This checks one order, its position and its parent. Cost: one step per fill of the order."""
    filled = order.sum_of_fills()
    if filled != order.filled:
        text = f"order {order.order}: fills {filled}, filled {order.filled}"
        breaches.append(Breach(FILLS_EQUAL_FILLED, _instrument(order), text))
    largest = order.filled + order.leaves()
    if largest > order.quantity_allowed:
        text = (
            f"order {order.order}: filled {order.filled}, works up to {largest},"
            f" allowed {order.quantity_allowed}"
        )
        breaches.append(Breach(FILLED_WITHIN_ALLOWED, _instrument(order), text))
    beyond = order.price_beyond()
    if beyond != 0:
        text = f"order {order.order}: at {beyond}, allowed {order.price_allowed}"
        breaches.append(Breach(FILL_WITHIN_LIMIT, _instrument(order), text))
    if order.reserved != order.worst_leaves():
        text = f"order {order.order}: reserved {order.reserved}, worst {order.worst_leaves()}"
        breaches.append(Breach(RESERVED_IS_WORST_CASE, _instrument(order), text))
    is_in_table = order.is_listed
    if order.is_open() != is_in_table or (not is_in_table and order.reserved != 0):
        text = f"order {order.order}: status {order.status}, reserved {order.reserved}"
        breaches.append(Breach(RESERVATION_RELEASED, _instrument(order), text))
    parent = order.parent
    if parent is None:
        # What a venue had and we took over has no verdict: an event says whose it is.
        if is_in_table and not order.is_adopted():
            text = f"order {order.order}: decision {order.decision} has no verdict"
            breaches.append(Breach(NO_ORDER_BEYOND_THE_GATE, _source(order), text))
    else:
        line = (order.order & ORDERS_PER_COMMAND_MAX) - 1
        if parent.work is not None:
            check_work(parent.work, breaches)
        elif parent.released_of(line) > parent.allowed_of(line):
            released, allowed = parent.released_of(line), parent.allowed_of(line)
            text = f"order {order.order}: {released} of {allowed}"
            breaches.append(Breach(CHILDREN_WITHIN_PARENT, _source(order), text))
    check_position(order.position, breaches)


def check_work(work: WorkRecord, breaches: list[Breach]) -> None:
    """This checks one large order: what its children traded, and may still trade, is within it."""
    if work.filled + work.open > work.quantity:
        text = (
            f"work {work.decision}: filled {work.filled}, working or unknown {work.open},"
            f" allowed {work.quantity}"
        )
        breaches.append(Breach(CHILDREN_WITHIN_PARENT, f"decision:{work.decision}", text))


def check_position(position: PositionRecord, breaches: list[Breach]) -> None:
    """This checks one position against the totals of its trades."""
    if position.lots != position.opening + position.bought - position.sold:
        text = (
            f"{position.instrument.symbol}: position {position.lots}, opening {position.opening},"
            f" bought {position.bought}, sold {position.sold}"
        )
        breaches.append(Breach(POSITION_EQUALS_FILLS, _account(position), text))
    opening = position.opening_cost if position.opening >= 0 else -position.opening_cost
    flow = position.sold_value - position.bought_value
    if flow != position.realised - position.signed_cost() + opening:
        text = (
            f"{position.instrument.symbol}: cash flow {flow}, realised {position.realised},"
            f" cost {position.signed_cost()}, opening {opening}"
        )
        breaches.append(Breach(CASH_CONSERVED, _account(position), text))
    if position.open_buy < 0 or position.open_sell < 0:
        text = (
            f"{position.instrument.symbol}: open {position.open_buy} to buy,"
            f" {position.open_sell} to sell"
        )
        breaches.append(Breach(RESERVED_IS_WORST_CASE, _account(position), text))


def _instrument(order: OrderRecord) -> str:
    return f"instrument:{order.instrument.symbol}"


def _source(order: OrderRecord) -> str:
    return f"source:{order.source.name}"


def _account(position: PositionRecord) -> str:
    return f"account:{position.account.name}"


def audit(ledger: Ledger) -> list[Breach]:
    """This checks everything that is open, recomputing every sum. Cost: one step per open order and
    position. Orders that ended were checked when they did, and nothing reaches them unnoticed."""
    breaches: list[Breach] = []
    worst = WorstCase()
    _audit_works(ledger, breaches)
    for order in ledger.orders.open.values():
        check_order(order, breaches)
        if not order.is_listed:
            text = f"order {order.order} stands among the open orders and does not know it"
            breaches.append(Breach(RESERVATION_RELEASED, _instrument(order), text))
        worst.add(order)
    for account in ledger.accounts.values():
        _audit_account(account, f"account:{account.name}", worst, breaches)
    for source in ledger.sources.values():
        _audit_account(source.own, f"source:{source.name}", worst, breaches)
    if len(breaches) == 0:
        # What is wrong in one account is wrong in every sum: the smallest scope stops.
        for fault in faults_of_scopes(ledger):
            breaches.append(Breach(SCOPES_ADD_UP, FIRM, fault))
    return breaches


def _audit_works(ledger: Ledger, breaches: list[Breach]) -> None:
    """What large orders say of their children is what these say together."""
    for parent in ledger.orders.parents.values():
        work = parent.work
        if work is None:
            continue
        open_lots = 0
        for number in work.children:
            child = ledger.orders.open.get(number)
            open_lots += child.worst_leaves() if child is not None else 0
        if open_lots != work.open:
            text = f"work {work.decision}: open {work.open}, its children {open_lots}"
            breaches.append(Breach(WORKS_ADD_UP, f"decision:{work.decision}", text))
        check_work(work, breaches)


def _audit_account(
    account: AccountRecord, scope: str, worst: WorstCase, breaches: list[Breach]
) -> None:
    flows: dict[str, int] = {}
    for position in account.positions.values():
        check_position(position, breaches)
        symbol = position.instrument.symbol
        wanted_buy, wanted_sell = worst.lots(scope, symbol)
        if position.open_buy != wanted_buy or position.open_sell != wanted_sell:
            text = (
                f"{symbol}: reserved {position.open_buy} and"
                f" {position.open_sell}, worst case {wanted_buy} and {wanted_sell}"
            )
            breaches.append(Breach(RESERVED_IS_WORST_CASE, scope, text))
        flow = position.sold_value - position.bought_value - position.fees
        if position.instrument.settlement == MARGINED:
            flow = position.realised - position.fees
        currency = position.instrument.currency
        flows[currency] = flows.get(currency, 0) + flow
    for cash in account.cash.values():
        wanted = cash.opening + flows.get(cash.currency, 0)
        if cash.balance != wanted:
            text = f"{cash.currency}: balance {cash.balance}, opening and flows {wanted}"
            breaches.append(Breach(CASH_CONSERVED, scope, text))
        value = worst.value(scope, cash.currency)
        if cash.reserved != value:
            text = f"{cash.currency}: reserved {cash.reserved}, worst case {value}"
            breaches.append(Breach(RESERVED_IS_WORST_CASE, scope, text))
