"""Planning: a decision becomes proposals, cancels and actions. Nothing is decided here about
whether they may be; what cannot be planned says why, and the gate refuses it.

A market order has no limit: its money is reserved, and its controls judge it, at the far touch and
`MARKET_ALLOWANCE_BPS` beyond it, but it leaves for the venue as a market order and may trade at a
worse price than that. Who wants a bound on the price asks for a marketable limit.
"""

from typing import Final, final

from msgspec.structs import astuple

from interlock.decisions.meaning import contradiction, objection
from interlock.decisions.pricing import dearest, price_line, value_line
from interlock.decisions.proposal import Plan, Proposal
from interlock.decisions.quoting import plan_quotes, terms_of_change
from interlock.decisions.routing import Router
from interlock.decisions.sizing import size
from interlock.decisions.smart import SMART, look_at, route_of, split, takes_at_once
from interlock.decisions.steering import reroute, steer_kind, steer_size
from interlock.decisions.together import judge_together
from interlock.decisions.working import (
    is_resting,
    objection_to_work,
    terms_at_touch,
    terms_of_child,
    terms_of_whole,
    within_limit,
)
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.positions import PositionRecord
from interlock.ledger.sources import SourceRecord
from interlock.ledger.waiting import WaitingDecision
from interlock.ledger.works import WorkRecord
from interlock.messages.decisions import (
    Basket,
    CancelOrders,
    Flatten,
    NamedAction,
    OrderQuantity,
    QuoteLadder,
    ReplaceOrder,
    TargetPosition,
    Terms,
    WorkOrder,
)
from interlock.messages.reasons import (
    INSTRUMENT_NOT_AUTHORISED,
    INVALID_TERMS,
    MARKET_MISSING,
    NOTHING_TO_DO,
    ORDER_NOT_WORKING,
    ORDER_OF_ANOTHER_SOURCE,
    POST_ONLY_WOULD_TRADE,
    REQUESTED,
    TOO_MANY_ORDERS,
    UNKNOWN_ORDER,
)
from interlock.messages.terms import (
    BUY,
    IOC,
    MARKETABLE_LIMIT,
    PARTIALLY_FILLED,
    PENDING_REPLACE,
    SELL,
    WORKING,
)
from interlock.messages.units import Lots
from interlock.messages.work_reasons import CHILD_OF_WORK

_astuple: Final = astuple
_ORDER_QUANTITY: Final = OrderQuantity


@final
class Planner:
    """Turns decisions into plans, with the session's router."""

    def __init__(self, ledger: Ledger, router: Router) -> None:
        self.ledger: Final = ledger
        self.router = router

    def plan(self, waiting: WaitingDecision) -> Plan:
        """This lays out what a decision would become. Cost: one step per order it makes."""
        source = self.ledger.sources.get(waiting.source)
        plan = Plan(waiting, source)
        action = waiting.action
        if type(action) is _ORDER_QUANTITY:
            symbol: str
            side: int
            quantity: Lots
            terms: Terms
            symbol, side, quantity, terms = _astuple(action)
            self._add_order(plan, symbol, side, quantity, terms)
        elif type(action) is TargetPosition:
            self._target(plan, action)
        elif type(action) is Basket:
            for line in action.lines:
                self._add_order(plan, line.instrument, line.side, line.quantity, line.terms)
            if len(action.lines) == 0:
                plan.problem = INVALID_TERMS
        elif type(action) is QuoteLadder:
            plan.is_ladder = True
            plan_quotes(self.ledger, plan, action)
            for proposal in plan.proposals:
                self._place_quote(plan, proposal)
        elif type(action) is ReplaceOrder:
            self._replace(plan, action)
        elif type(action) is CancelOrders:
            self._cancel(plan, action)
        elif type(action) is Flatten:
            self._flatten(plan, action)
        elif type(action) is WorkOrder:
            self._work(plan, action)
        elif type(action) is NamedAction:
            plan.is_ordering = False
            plan.action_name = action.name
        evidence = waiting.decision.evidence
        if len(evidence) > 0:
            intended = evidence.get("intended_value", "")
            for proposal in plan.proposals:
                proposal.intended = intended
        if len(plan.proposals) > self.ledger.bounds.orders_per_decision_max:
            plan.problem = TOO_MANY_ORDERS
        elif len(plan.proposals) > 1:
            judge_together(plan)
        if len(plan.cancels) > 0:
            for proposal in plan.proposals:
                proposal.ahead_messages += len(plan.cancels)
                proposal.ahead_cancels = len(plan.cancels)  # which leave before it
        return plan

    def _new(self, plan: Plan, symbol: str, side: int, terms: Terms) -> Proposal:
        proposal = Proposal(len(plan.proposals), symbol, side, terms)
        plan.proposals.append(proposal)
        proposal.instrument = self.ledger.instruments.get(symbol)
        if proposal.instrument is not None and plan.account is not None:
            proposal.position = plan.account.positions.get(symbol)
        return proposal

    def _add_order(self, plan: Plan, symbol: str, side: int, asked: Lots, terms: Terms) -> None:
        proposal = self._new(plan, symbol, side, terms)
        proposal.asked = asked
        self._route(proposal)
        steer_kind(self.ledger, proposal)
        price_line(proposal)
        if proposal.problem == 0 and plan.source is not None:
            reference = proposal.price
            if proposal.market is not None and proposal.market.far_price(side) > 0:
                reference = proposal.market.far_price(side)
            size(proposal, plan.source, reference)
            steer_size(self.ledger, plan.source.name, proposal)
        if proposal.problem == 0 and proposal.route == SMART:
            self._split(plan, proposal)
        if proposal.problem == 0 and self.ledger.is_kept_by_us:
            proposal.problem = objection(proposal, self.ledger.time_ns)
        value_line(proposal)

    def _split(self, plan: Plan, proposal: Proposal) -> None:
        """This gives each venue its part of an order. The parts are together what the order was,
        and no more (law 12)."""
        instrument = proposal.instrument
        assert instrument is not None, f"line {proposal.line} was routed without an instrument"
        is_taking = takes_at_once(instrument, proposal.side, proposal.terms)
        looks = look_at(self.ledger, instrument, proposal.side, is_taking)
        worst = split(proposal, looks, is_taking)
        plan.routes.append(route_of(plan.waiting.sequence, proposal, looks))
        whole, first = proposal.quantity, True
        for look in looks:
            if look.chosen == 0:
                continue
            part = proposal
            if not first:
                part = self._new(plan, proposal.symbol, proposal.side, proposal.terms)
                part.asked, part.sizing = look.chosen, proposal.sizing
                part.capped, part.route = proposal.capped, proposal.route
            elif look.chosen < whole:
                part.asked = look.chosen
            part.market, part.venue = look.market, look.venue
            part.quantity = look.chosen
            price_line(part)
            if worst > 0 and part.problem == 0:
                part.price = worst
            if not first:
                if part.problem == 0 and self.ledger.is_kept_by_us:
                    part.problem = objection(part, self.ledger.time_ns)
                value_line(part)
            first = False

    def _route(self, proposal: Proposal) -> None:
        instrument = proposal.instrument
        if instrument is None:
            return
        wanted = proposal.asked_venue
        if wanted != "":
            proposal.route = "asked"
            proposal.market = instrument.markets.get(wanted)
            # A venue that does not trade the instrument leaves the market None: refused as unknown.
        else:
            proposal.route = self.ledger.routing
            side, terms = proposal.side, proposal.terms
            proposal.market = self.router.choose(instrument, side, terms, self.ledger)
            reroute(self.ledger, instrument, proposal)
        if proposal.market is not None:
            proposal.venue = self.ledger.venues.get(proposal.market.venue)

    def _target(self, plan: Plan, action: TargetPosition) -> None:
        """The order that brings the position to its target, net of what is already working."""
        instrument = self.ledger.instruments.get(action.instrument)
        position: PositionRecord | None = None
        if instrument is not None and plan.account is not None:
            position = plan.account.positions.get(action.instrument)
        if position is None:
            self._new(plan, action.instrument, BUY, action.terms)
            return
        missing = action.target - position.lots - position.open_buy + position.open_sell
        if missing == 0:
            plan.problem = NOTHING_TO_DO
            return
        side = BUY if missing > 0 else SELL
        quantity = missing if missing > 0 else -missing
        self._add_order(plan, action.instrument, side, quantity, action.terms)

    def _place_quote(self, plan: Plan, proposal: Proposal) -> None:
        proposal.instrument = self.ledger.instruments.get(proposal.symbol)
        if proposal.instrument is not None and plan.account is not None:
            proposal.position = plan.account.positions.get(proposal.symbol)
        self._route(proposal)
        if proposal.replaces is not None:
            self._value_of_change(proposal)
            return
        proposal.problem = contradiction(proposal)
        if proposal.problem == 0 and self.ledger.is_kept_by_us:
            proposal.problem = objection(proposal, self.ledger.time_ns)
        value_line(proposal)

    def _replace(self, plan: Plan, action: ReplaceOrder) -> None:
        order = self.ledger.orders.find(action.order)
        if order is None:
            plan.problem = UNKNOWN_ORDER
            return
        if order.source is not plan.source:
            plan.problem = ORDER_OF_ANOTHER_SOURCE
            return
        if order.status not in (WORKING, PARTIALLY_FILLED, PENDING_REPLACE):
            plan.problem = ORDER_NOT_WORKING
            return
        if order.parent is not None and order.parent.work is not None:
            plan.problem = CHILD_OF_WORK
            return
        is_other = action.instrument not in ("", order.instrument.symbol)
        if action.quantity <= order.filled or action.price <= 0 or is_other:
            plan.problem = INVALID_TERMS
            return
        terms = terms_of_change(order, action.price)
        proposal = self._new(plan, order.instrument.symbol, order.side, terms)
        proposal.replaces = order
        proposal.asked = action.quantity
        proposal.quantity = action.quantity
        proposal.price = action.price
        self._route(proposal)
        self._value_of_change(proposal)

    def _value_of_change(self, proposal: Proposal) -> None:
        """An amend is judged on what it adds to what is reserved for the order already."""
        order, instrument = proposal.replaces, proposal.instrument
        assert order is not None, f"line {proposal.line} replaces nothing"
        if instrument is None:
            return
        leaves = proposal.quantity - order.filled
        added = leaves - order.worst_leaves()
        proposal.added = added if added > 0 else 0
        proposal.value = instrument.value(dearest(proposal, proposal.price), leaves)
        before = instrument.value(dearest(proposal, order.worst_price()), order.worst_leaves())
        proposal.added_value = proposal.value - before if proposal.value > before else 0
        if proposal.post_only and self.ledger.is_kept_by_us and proposal.would_cross():
            proposal.problem = POST_ONLY_WOULD_TRADE

    def _cancel(self, plan: Plan, action: CancelOrders) -> None:
        plan.is_ordering = False
        plan.cancel_reason = REQUESTED
        if len(action.orders) == 0:
            for work in self.ledger.works.active.values():
                if work.source == plan.source_name and action.instrument in ("", work.symbol):
                    plan.ends.append(work.decision)
            for order in self.ledger.orders.open.values():
                if (
                    order.source is plan.source
                    and action.instrument in ("", order.instrument.symbol)
                    and is_possible(order.status, ASK_CANCEL)
                ):
                    plan.cancels.append(order.order)
            return
        problem = 0
        for number in action.orders:
            named = self.ledger.orders.find(number)
            if named is None:
                problem = UNKNOWN_ORDER
            elif named.source is not plan.source:
                problem = ORDER_OF_ANOTHER_SOURCE
            elif not named.is_open() or not is_possible(named.status, ASK_CANCEL):
                problem = ORDER_NOT_WORKING
            else:
                plan.cancels.append(number)
        if len(plan.cancels) == 0:
            # What can be cancelled is, whatever else was named beside it.
            plan.problem = problem

    def _flatten(self, plan: Plan, action: Flatten) -> None:
        """Cancel what works in the account, whoever placed it, and close what it holds, never past
        flat: what working orders on the closing side may still trade is left to them. Only what
        the source may trade is touched."""
        plan.cancel_reason = REQUESTED
        plan.cancels_stand_alone = True
        plan.may_be_cut = self.ledger.is_kept_by_us
        source, account = plan.source, plan.account
        if source is None or account is None:
            return
        if action.instrument != "" and action.instrument not in source.instruments:
            plan.problem = INSTRUMENT_NOT_AUTHORISED
            return
        for position in account.positions.values():
            symbol = position.instrument.symbol
            if action.instrument not in ("", symbol) or symbol not in source.instruments:
                continue
            self._cancel_position(plan, source, symbol)
            for work in self.ledger.works.active.values():
                is_of_account = self.ledger.sources[work.source].account is account
                if is_of_account and work.symbol == symbol:
                    plan.ends.append(work.decision)
            side = SELL if position.lots > 0 else BUY
            quantity = position.reducing_room(side)
            if quantity <= 0:
                continue
            terms = Terms(
                order_type=MARKETABLE_LIMIT,
                protection=action.protection,
                time_in_force=IOC,
                reduce_only=True,
            )
            proposal = self._new(plan, symbol, side, terms)
            proposal.asked = quantity
            proposal.quantity = quantity
            self._route(proposal)
            price_line(proposal)
            value_line(proposal)
        if len(plan.cancels) == 0 and len(plan.proposals) == 0 and len(plan.ends) == 0:
            plan.problem = NOTHING_TO_DO

    def _work(self, plan: Plan, action: WorkOrder) -> None:
        """A large order as a whole. Its children are planned when they are due."""
        plan.is_work = True
        plan.problem = objection_to_work(self.ledger, plan.waiting, action)
        whole = self._new(plan, action.instrument, action.side, terms_of_whole(action))
        whole.asked = action.quantity
        whole.quantity = action.quantity
        self._route(whole)
        price_line(whole)
        # It may be asked for before there is a market: its children will need one.
        whole.problem = 0
        if whole.price == 0:
            whole.price = action.price
        value_line(whole)

    def plan_slice(self, work: WorkRecord, waiting: WaitingDecision, quantity: Lots) -> Plan:
        """This lays out one child of a large order, to be judged like any other line. What it lacks
        to be asked for at all is the plan's problem."""
        source = self.ledger.sources.get(work.source)
        plan = Plan(waiting, source)
        plan.may_be_cut = True
        instrument = self.ledger.instruments[work.symbol]
        terms = terms_of_child(work)
        if is_resting(work) and terms.price == 0:
            market = self.router.choose(instrument, work.side, terms, self.ledger)
            if work.venue != "":
                market = instrument.markets.get(work.venue)
            terms = terms_at_touch(work, market)
        child = self._new(plan, work.symbol, work.side, terms)
        child.asked = quantity
        child.quantity = quantity
        self._route(child)
        price_line(child)
        if child.problem == 0 and not is_resting(work):
            child.price, plan.problem = within_limit(work, child)
        elif child.problem != 0:
            plan.problem = MARKET_MISSING
        value_line(child)
        return plan

    def _cancel_position(self, plan: Plan, source: SourceRecord, symbol: str) -> None:
        for order in self.ledger.orders.open.values():
            if (
                order.position.account is source.account
                and order.instrument.symbol == symbol
                and is_possible(order.status, ASK_CANCEL)
            ):
                plan.cancels.append(order.order)
