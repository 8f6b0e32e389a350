"""A ledger out of its state: every record made again, every reference between them found again."""

from interlock.ledger.bounds import BoundsRecord
from interlock.ledger.defining import cash_of
from interlock.ledger.feedback_states import restore_feedback
from interlock.ledger.holds import HeldDecision
from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import HaltRecord, MessageWindow
from interlock.ledger.orders import DoubtRecord, OrderRecord
from interlock.ledger.parents import ParentRecord
from interlock.ledger.positions import AccountRecord, CashRecord, PositionRecord
from interlock.ledger.round_states import restore_reconciliation, restore_traded
from interlock.ledger.sources import KeyUse, ReleaseRecord, SourceRecord
from interlock.ledger.venues import VenueRecord
from interlock.ledger.waiting import WaitingDecision
from interlock.ledger.work_states import restore_works
from interlock.messages.state import (
    AccountState,
    InstrumentState,
    LedgerState,
    MarketState,
    OrderState,
    WindowState,
)
from interlock.messages.terms import BUY, SELL


def restore_ledger(state: LedgerState) -> Ledger:
    """This makes a ledger that goes on as the one would have that the state was taken of."""
    ledger = Ledger()
    ledger.sequence = state.sequence
    ledger.time_ns = state.time_ns
    ledger.is_session_open = state.is_session_open
    ledger.name = state.name
    ledger.session_id = state.session_id
    ledger.routing = state.routing
    ledger.hold_flags(tuple(state.flags))
    ledger.invariants = state.invariants
    ledger.bounds = BoundsRecord(state.bounds)
    for instrument in state.instruments:
        ledger.instruments[instrument.definition.symbol] = _instrument(instrument)
    for venue in state.venues:
        venue_record = VenueRecord(venue.definition)
        venue_record.open_orders = venue.open_orders
        venue_record.unknown_orders = venue.unknown_orders
        restore_reconciliation(venue_record, venue.reconciliation)
        venue_record.restore_health(venue.health, venue.moved, venue.buckets)
        ledger.venues[venue_record.name] = venue_record
    for account in state.accounts:
        account_record = AccountRecord(account.name)
        for cash in account.cash:
            account_record.cash[cash.currency] = cash_of(
                ledger.currencies, cash.currency, cash.digits, cash.opening
            )
        ledger.accounts[account.name] = _restore_account(ledger, account_record, account)
    for source in state.sources:
        source_record = SourceRecord(source.definition, ledger.accounts[source.definition.account])
        source_record.open_orders = source.open_orders
        for cash in source.own.cash:
            own_cash = CashRecord(cash.currency, cash.digits, cash.opening)
            source_record.own.cash[cash.currency] = own_cash
        _restore_account(ledger, source_record.own, source.own)
        for key in source.keys:
            source_record.note_use(KeyUse(key.key, key.sequence, key.time_ns))
        ledger.sources[source_record.name] = source_record
    for release in state.releases:
        ledger.releases[release.name] = ReleaseRecord(release.name, release.epoch, release.state)
    _restore_limits(ledger, state)
    for halt in state.halts:
        halt_record = HaltRecord(halt.by, halt.reduce_only, halt.text, halt.sequence, halt.cancels)
        halt_record.recall(halt.trippers, halt.last_sequence)
        ledger.halts[halt.scope] = halt_record
    for waiting in state.waiting:
        ledger.waiting.add(
            WaitingDecision(waiting.sequence, waiting.time_ns, waiting.priority, waiting.decision)
        )
    for held in state.held:
        proposed = WaitingDecision(held.sequence, held.time_ns, held.priority, held.decision)
        record = HeldDecision(proposed, held.held, held.held_ns)
        for by in held.approvals:
            record.approvals.append(by)
        ledger.holds.add(record)
    _restore_orders(ledger, state)
    _restore_counters(ledger, state)
    for number, reason, cause in state.owed:
        ledger.orders.owed[number] = (reason, cause)
    for action, name in state.actions:
        ledger.actions[action] = name
    for rate in state.rates:
        ledger.rates.put(rate.rate, rate.time_ns)
    for invariant, count in state.broken:
        ledger.broken[invariant] = count
    restore_feedback(ledger.feedback, state.feedback)
    return ledger


def _instrument(state: InstrumentState) -> InstrumentRecord:
    record = InstrumentRecord(state.definition)
    record.status = state.status
    record.mark = state.mark
    record.open_orders = state.open_orders
    record.variance_ppm2 = state.variance_ppm2
    record.sampled_mark = state.sampled_mark
    record.sampled_ns = state.sampled_ns
    record.volume = state.volume
    for market in state.markets:
        record.markets[market.venue] = _market(market)
    return record


def _market(state: MarketState) -> MarketRecord:
    record = MarketRecord(state.venue)
    record.bid = state.bid
    record.bid_quantity = state.bid_quantity
    record.ask = state.ask
    record.ask_quantity = state.ask_quantity
    record.bids = state.bids
    record.asks = state.asks
    record.time_ns = state.time_ns
    record.venue_time_ns = state.venue_time_ns
    record.sequence = state.sequence
    record.fault = state.fault
    record.last_price = state.last_price
    record.last_quantity = state.last_quantity
    record.last_time_ns = state.last_time_ns
    return record


def _restore_account(ledger: Ledger, account: AccountRecord, state: AccountState) -> AccountRecord:
    account.open_orders = state.open_orders
    for held in state.cash:
        cash = account.cash[held.currency]
        cash.move(held.balance - cash.balance)
        cash.reserve(held.reserved)
    for kept in state.positions:
        instrument = ledger.instruments[kept.instrument]
        position = PositionRecord(account, instrument, account.cash[instrument.currency])
        position.opening = kept.opening
        position.opening_cost = kept.opening_cost
        position.lots = kept.lots
        position.cost = kept.cost
        position.realised = kept.realised
        position.fees = kept.fees
        position.bought = kept.bought
        position.sold = kept.sold
        position.bought_value = kept.bought_value
        position.sold_value = kept.sold_value
        position.open_orders = kept.open_orders
        restore_traded(position, kept.at_venues)
        # Money is set aside above; what is held is counted for the firm below.
        position.reserve(BUY, kept.open_buy, 0)
        position.reserve(SELL, kept.open_sell, 0)
        if position.cash.firm is not None:
            instrument.lots += kept.lots
        account.positions[kept.instrument] = position
    return account


def _restore_limits(ledger: Ledger, state: LedgerState) -> None:
    for limit in state.limits:
        ledger.limits.put(limit)
    ledger.limits.version = state.limits_version
    _restore_windows(ledger.limits.windows, state.windows)
    _restore_windows(ledger.limits.cancels, state.cancels)
    for sizes in state.sizes:
        row = ledger.limits.sizes[sizes.limit].row(sizes.key)
        for place in range(len(sizes.times)):
            row.times.append(sizes.times[place])
            row.amounts.append(sizes.amounts[place])
            row.total += sizes.amounts[place]
    for change in state.changes:
        ledger.limits.changes[change.change] = change.proposed


def _restore_windows(windows: dict[int, MessageWindow], states: list[WindowState]) -> None:
    made = dict(windows)
    windows.clear()
    for kept in states:
        window = made[kept.limit]
        window.times = list(kept.times)
        window.next = kept.next
        windows[kept.limit] = window


def _restore_counters(ledger: Ledger, state: LedgerState) -> None:
    ledger.count_limits()
    counters = ledger.orders.counters
    for kept in state.counters:
        counter = counters.counters[kept.limit]
        counter.day = kept.day
        counter.take(kept.numbers, kept.entries, kept.names)
    counters.find_again()


def _restore_orders(ledger: Ledger, state: LedgerState) -> None:
    orders = ledger.orders
    orders.sequence = state.sequence
    orders.time_ns = state.time_ns
    orders.bounds = BoundsRecord(state.bounds)
    for kept in state.orders:
        orders.known[kept.order] = _order(ledger, kept)
    for order in state.open:
        orders.list_open(orders.known[order])
    for number in state.finished:
        orders.remember_ended(orders.known[number])
    for parent in state.parents:
        record = ParentRecord(parent.decision, list(parent.allowed), parent.is_quote)
        for line in range(len(parent.released)):
            record.count(line, parent.released[line])
        record.children = parent.children
        orders.parents[parent.decision] = record
    restore_works(ledger, state)
    for order_record in orders.known.values():
        order_record.parent = orders.parents.get(order_record.decision)
    for number in state.open:
        open_parent = orders.known[number].parent
        if open_parent is not None and open_parent.work is not None:
            open_parent.work.note_open(orders.known[number].key, 1)


def _order(ledger: Ledger, state: OrderState) -> OrderRecord:
    order = OrderRecord(
        state.order,
        ledger.sources[state.source],
        ledger.accounts[state.account].positions[state.instrument],
        ledger.instruments[state.instrument],
        ledger.venues[state.venue],
        state.side,
        state.order_type,
        state.time_in_force,
        state.quantity,
        state.price,
    )
    order.display = state.display
    order.expire_ns = state.expire_ns
    order.post_only = state.post_only
    order.reduce_only = state.reduce_only
    order.arrival_bid = state.arrival_bid
    order.arrival_ask = state.arrival_ask
    order.decision = state.decision
    order.release = state.release
    order.epoch = state.epoch
    order.cleared_ns = state.cleared_ns
    order.asked_ns = state.asked_ns
    order.venue_order_id = state.venue_order_id
    order.is_acknowledged = state.is_acknowledged
    order.status = state.status
    order.quantity_allowed = state.quantity_allowed
    order.price_allowed = state.price_allowed
    order.filled = state.filled
    for fill in state.fills:
        order.keep_fill(fill.execution_id, fill.quantity, fill.price, fill.fee)
    order.revision = state.revision
    order.revision_asked = state.revision_asked
    order.asked_quantity = state.asked_quantity
    order.asked_price = state.asked_price
    order.reserved = state.reserved
    order.reserved_value = state.reserved_value
    order.ended_ns = state.ended_ns
    order.halt_cancels = state.halt_cancels
    order.moved = state.moved
    order.stated = state.stated
    order.difference = state.difference
    order.client_order_id = state.client_order_id
    if state.absences > 0 or state.resolved_by != "":
        order.doubt = DoubtRecord()
        order.doubt.absences = state.absences
        order.doubt.resolved_by = state.resolved_by
        order.doubt.resolved_status = state.resolved_status
    if state.decision == 0:
        order.venue.adopted[state.venue_order_id] = state.order
    return order
