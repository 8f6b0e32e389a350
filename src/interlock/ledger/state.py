"""The whole ledger as one value, its digest, and back.

Two ledgers that went through the same history have the same state, and a restored ledger goes on as
the first one would have. Cost: one step per order remembered, key and window.
"""

from hashlib import sha256

from interlock.ledger.counters import state_of_counter
from interlock.ledger.feedback_states import feedback_state
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import MessageWindow
from interlock.ledger.orders import OrderRecord
from interlock.ledger.positions import AccountRecord
from interlock.ledger.rates import RateRecord
from interlock.ledger.restoring import restore_ledger
from interlock.ledger.round_states import reconciliation_state, traded_states
from interlock.ledger.venues import VenueRecord
from interlock.ledger.work_states import states_of_works
from interlock.messages.commands import SetReferenceRate
from interlock.messages.encoding import encode, state_from
from interlock.messages.state import (
    STATE_VERSION,
    AccountState,
    CashState,
    ChangeState,
    FillState,
    HaltState,
    HeldState,
    InstrumentState,
    KeyState,
    LedgerState,
    MarketState,
    OrderState,
    ParentState,
    PositionState,
    RateState,
    ReleaseState,
    SizeState,
    SourceState,
    VenueState,
    WaitingState,
    WindowState,
)


def digest(ledger: Ledger) -> str:
    """This is the SHA-256 of the state's canonical bytes, in hexadecimal."""
    return sha256(encode(state_of(ledger))).hexdigest()


def restore(state: object) -> Ledger:
    """This is a ledger in that state, out of a `LedgerState` or of its decoded plain lists.

    Raises `ValueError` when it is of another version or no state at all.
    """
    return restore_ledger(state_from(state))


def state_of(ledger: Ledger) -> LedgerState:
    """This is everything that is so between two commands."""
    orders = ledger.orders
    return LedgerState(
        version=STATE_VERSION,
        sequence=ledger.sequence,
        time_ns=ledger.time_ns,
        is_session_open=ledger.is_session_open,
        name=ledger.name,
        session_id=ledger.session_id,
        routing=ledger.routing,
        invariants=ledger.invariants,
        bounds=ledger.bounds.definition,
        instruments=_instruments(ledger),
        venues=[_venue(venue) for venue in ledger.venues.values()],
        accounts=_accounts(ledger),
        sources=_sources(ledger),
        releases=[
            ReleaseState(release.name, release.epoch, release.state)
            for release in ledger.releases.values()
        ],
        limits=list(ledger.limits.limits),
        limits_version=ledger.limits.version,
        windows=_windows(ledger.limits.windows),
        cancels=_windows(ledger.limits.cancels),
        halts=_halts(ledger),
        waiting=[
            WaitingState(waiting.sequence, waiting.time_ns, waiting.priority, waiting.decision)
            for waiting in ledger.waiting.in_order()
        ],
        orders=[_order(order) for order in orders.known.values()],
        open=list(orders.open),
        finished=orders.finished,
        parents=[
            ParentState(
                parent.decision,
                parent.allowed,
                parent.released,
                parent.children,
                parent.is_quote,
            )
            for parent in orders.parents.values()
        ],
        actions=list(ledger.actions.items()),
        sizes=_sizes(ledger),
        held=_held(ledger),
        changes=[
            ChangeState(change, proposed) for change, proposed in ledger.limits.changes.items()
        ],
        broken=list(ledger.broken.items()),
        flags=list(ledger.flags),
        counters=[
            state_of_counter(number, counter)
            for number, counter in ledger.orders.counters.counters.items()
        ],
        rates=[_rate(rate) for rate in ledger.rates.rates.values()],
        works=states_of_works(ledger),
        curves=list(ledger.works.curves.values()),
        feedback=feedback_state(ledger.feedback),
        owed=[(number, reason, cause) for number, (reason, cause) in orders.owed.items()],
    )


def _windows(windows: dict[int, MessageWindow]) -> list[WindowState]:
    return [
        WindowState(number, list(window.times), window.next) for number, window in windows.items()
    ]


def _venue(venue: VenueRecord) -> VenueState:
    return VenueState(
        venue.definition,
        venue.open_orders,
        venue.unknown_orders,
        reconciliation_state(venue),
        venue.health(),
        (venue.moved, venue.moved_ns, venue.moved_by),
        [(bucket.level, bucket.time_ns) for bucket in venue.budget.buckets],
    )


def _halts(ledger: Ledger) -> list[HaltState]:
    return [
        HaltState(
            scope,
            halt.by,
            halt.reduce_only,
            halt.text,
            halt.sequence,
            list(halt.trippers),
            halt.cancels,
            halt.last_sequence,
        )
        for scope, halt in ledger.halts.items()
    ]


def _held(ledger: Ledger) -> list[HeldState]:
    return [
        HeldState(
            held.waiting.sequence,
            held.waiting.time_ns,
            held.waiting.priority,
            held.waiting.decision,
            held.held,
            held.held_ns,
            list(held.approvals),
        )
        for held in ledger.holds.held.values()
    ]


def _sizes(ledger: Ledger) -> list[SizeState]:
    states: list[SizeState] = []
    for number, window in ledger.limits.sizes.items():
        for key, row in window.rows.items():
            states.append(SizeState(number, key, list(row.times), list(row.amounts)))
    return states


def _instruments(ledger: Ledger) -> list[InstrumentState]:
    states: list[InstrumentState] = []
    for instrument in ledger.instruments.values():
        markets = [
            MarketState(
                market.venue,
                market.bid,
                market.bid_quantity,
                market.ask,
                market.ask_quantity,
                market.bids,
                market.asks,
                market.time_ns,
                market.venue_time_ns,
                market.sequence,
                market.fault,
                market.last_price,
                market.last_quantity,
                market.last_time_ns,
            )
            for market in instrument.markets.values()
        ]
        states.append(
            InstrumentState(
                instrument.definition,
                instrument.status,
                instrument.mark,
                instrument.open_orders,
                instrument.variance_ppm2,
                instrument.sampled_mark,
                instrument.sampled_ns,
                markets,
                instrument.volume,
            )
        )
    return states


def _accounts(ledger: Ledger) -> list[AccountState]:
    return [_account(account) for account in ledger.accounts.values()]


def _account(account: AccountRecord) -> AccountState:
    cash = [
        CashState(held.currency, held.digits, held.opening, held.balance, held.reserved)
        for held in account.cash.values()
    ]
    positions = [
        PositionState(
            symbol,
            position.opening,
            position.opening_cost,
            position.lots,
            position.cost,
            position.realised,
            position.fees,
            position.bought,
            position.sold,
            position.bought_value,
            position.sold_value,
            position.open_buy,
            position.open_sell,
            position.open_orders,
            traded_states(position),
        )
        for symbol, position in account.positions.items()
    ]
    return AccountState(account.name, account.open_orders, cash, positions)


def _sources(ledger: Ledger) -> list[SourceState]:
    states: list[SourceState] = []
    for source in ledger.sources.values():
        keys = [KeyState(use.key, use.sequence, use.time_ns) for use in source.uses.in_order()]
        own = _account(source.own)
        states.append(SourceState(source.definition, source.open_orders, keys, own))
    return states


def _rate(rate: RateRecord) -> RateState:
    said = SetReferenceRate(
        rate.base, rate.quote, rate.numerator, rate.denominator, rate.by, rate.valid_ns
    )
    return RateState(said, rate.time_ns)


def _order(order: OrderRecord) -> OrderState:
    fills: list[FillState] = []
    kept = order.fills
    if kept is not None:
        for execution_id, fill in kept.items():
            fills.append(FillState(execution_id, fill.quantity, fill.price, fill.fee))
    doubt = order.doubt
    return OrderState(
        order=order.order,
        source=order.source.name,
        account=order.position.account.name,
        instrument=order.instrument.symbol,
        venue=order.venue.name,
        side=order.side,
        order_type=order.order_type,
        time_in_force=order.time_in_force,
        display=order.display,
        expire_ns=order.expire_ns,
        post_only=order.post_only,
        reduce_only=order.reduce_only,
        arrival_bid=order.arrival_bid,
        arrival_ask=order.arrival_ask,
        decision=order.decision,
        release=order.release,
        epoch=order.epoch,
        cleared_ns=order.cleared_ns,
        asked_ns=order.asked_ns,
        venue_order_id=order.venue_order_id,
        is_acknowledged=order.is_acknowledged,
        status=order.status,
        quantity=order.quantity,
        price=order.price,
        quantity_allowed=order.quantity_allowed,
        price_allowed=order.price_allowed,
        filled=order.filled,
        fills=fills,
        revision=order.revision,
        revision_asked=order.revision_asked,
        asked_quantity=order.asked_quantity,
        asked_price=order.asked_price,
        reserved=order.reserved,
        reserved_value=order.reserved_value,
        ended_ns=order.ended_ns,
        halt_cancels=order.halt_cancels,
        moved=order.moved,
        stated=order.stated,
        difference=order.difference,
        client_order_id=order.client_order_id,
        absences=doubt.absences if doubt is not None else 0,
        resolved_by=doubt.resolved_by if doubt is not None else "",
        resolved_status=doubt.resolved_status if doubt is not None else 0,
    )
