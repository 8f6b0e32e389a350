"""Rules: controls that are armed in every session and have no parameters, because they are laws.

Their findings carry minus the rule's number where a limit's findings carry the limit's. A rule
about the decision as a whole stands on line -1.
"""

from typing import Final

from interlock.controls.control import Finding
from interlock.controls.doors import judge_venue
from interlock.decisions.proposal import Plan, Proposal
from interlock.ledger.holds import HeldDecision
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM, HaltRecord
from interlock.messages.reasons import (
    ACTION_NOT_AUTHORISED,
    DECISION_EXPIRED,
    DUPLICATE_DECISION,
    HALTED,
    HOLD_MOVED,
    INSTRUMENT_NOT_AUTHORISED,
    INSTRUMENT_SUSPENDED,
    PHASE_CLOSED,
    REDUCE_ONLY,
    RELEASE_NOT_ACTIVE,
    ROUTE_MISSING,
    SESSION_CLOSED,
    SOURCE_NOT_AUTHORISED,
    TOO_MANY_ORDERS,
    UNKNOWN_INSTRUMENT,
    UNKNOWN_VENUE,
)
from interlock.messages.terms import (
    BUY,
    CLOSED,
    CONTINUOUS,
    FOK,
    IOC,
    LIMIT,
    RELEASE_ACTIVE,
    RELEASE_CANARY,
    TRADABLE,
)
from interlock.messages.units import BPS_ONE

AUTHORISED_SOURCE: Final = 1
ACTIVE_RELEASE: Final = 2
DUPLICATE: Final = 3
EXPIRY: Final = 4
PLANNED: Final = 5
INSTRUMENT: Final = 6
ROUTE: Final = 7
PHASE: Final = 8
HALTS: Final = 9
REDUCING: Final = 10
LIMITS_PRESENT: Final = 11
ADMISSION: Final = 12
HOLDING: Final = 13
RULES: Final = {
    AUTHORISED_SOURCE: ("authorised_source", "C14", "who is not defined, or may not ask for this"),
    ACTIVE_RELEASE: ("active_release", "C32", "a release or epoch that is not active or canary"),
    DUPLICATE: ("duplicate_decision", "C07", "a second decision under the same key"),
    EXPIRY: ("expired_decision", "C07", "a decision whose time has passed"),
    PLANNED: ("terms", "C13", "terms that contradict each other, or lead to nothing"),
    INSTRUMENT: ("instrument", "C12", "an instrument that is unknown or not the source's to trade"),
    ROUTE: ("route", "C13", "an order that no venue can take"),
    PHASE: ("session_phase", "C13", "an order while the instrument is closed or suspended"),
    HALTS: ("halts", "C20", "new risk where a halt stands; reduce-only orders may reduce"),
    REDUCING: ("reduce_only", "C09", "a reduce-only order that would do more than reduce"),
    LIMITS_PRESENT: ("limits_present", "C03", "an instrument that lacks a limit every order needs"),
    HOLDING: ("approval", "C16", "what has moved since people were asked, and too much waiting"),
    ADMISSION: ("admission", "C05", "decisions beyond the bound of the queue, or after the close"),
}


def authorised_source(plan: Plan, ledger: Ledger, finding: Finding) -> None:
    source = plan.source
    if source is None:
        finding.refuse(SOURCE_NOT_AUTHORISED, 0, 0)
    elif plan.action_name != "":
        if plan.action_name in source.actions:
            finding.allow(1, 1)
        else:
            finding.refuse(ACTION_NOT_AUTHORISED, 0, 1)
    elif not source.may_order:
        finding.refuse(ACTION_NOT_AUTHORISED, 0, 1)
    else:
        finding.allow(1, 1)


def active_release(plan: Plan, ledger: Ledger, finding: Finding) -> None:
    release = ledger.releases.get(plan.release)
    if release is None:
        finding.refuse(RELEASE_NOT_ACTIVE, plan.epoch, 0)
    elif release.epoch != plan.epoch or release.state not in (
        RELEASE_ACTIVE,
        RELEASE_CANARY,
    ):
        finding.refuse(RELEASE_NOT_ACTIVE, plan.epoch, release.epoch)
    else:
        finding.allow(plan.epoch, release.epoch)


def duplicate_decision(plan: Plan, ledger: Ledger, finding: Finding) -> None:
    sequence = plan.waiting.sequence
    first = plan.source.first_use(plan.waiting.decision_key) if plan.source is not None else 0
    if first not in (0, sequence):
        finding.refuse(DUPLICATE_DECISION, sequence, first)
    else:
        finding.allow(sequence, sequence)


def expired_decision(plan: Plan, ledger: Ledger, finding: Finding) -> None:
    finding.refuse_above(DECISION_EXPIRED, ledger.time_ns, plan.waiting.valid_until_ns)


def admission(plan: Plan, ledger: Ledger, finding: Finding) -> None:
    """What is proven to reduce is counted, and never refused by the count (law 6)."""
    if not ledger.is_session_open:
        finding.refuse(SESSION_CLOSED, 0, 1)
        return
    if plan.action_name != "":
        actions = len(ledger.actions) + 1
        finding.refuse_above(TOO_MANY_ORDERS, actions, ledger.bounds.open_orders_max)
        return
    orders = len(ledger.orders.open) + len(plan.proposals)
    finding.allow(orders, ledger.bounds.open_orders_max)
    for proposal in plan.proposals:
        if not is_reducing(proposal):
            finding.refuse_above(TOO_MANY_ORDERS, orders, ledger.bounds.open_orders_max)
            return


def instrument(plan: Plan, proposal: Proposal, finding: Finding) -> None:
    if proposal.instrument is None:
        finding.refuse(UNKNOWN_INSTRUMENT, 0, 1)
    elif plan.source is None or proposal.symbol not in plan.source.instruments:
        finding.refuse(INSTRUMENT_NOT_AUTHORISED, 0, 1)
    else:
        finding.allow(1, 1)


def route(proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
    if proposal.market is not None and proposal.venue is not None:
        judge_venue(proposal, proposal.venue, ledger.time_ns, is_reducing(proposal), finding)
    elif proposal.asked_venue != "":
        finding.refuse(UNKNOWN_VENUE, 0, 1)
    else:
        finding.refuse(ROUTE_MISSING, 0, 1)


def session_phase(proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
    """Closed is closed; outside continuous trading only limit orders that can rest may be sent."""
    record = proposal.instrument
    if record is None:
        finding.cannot_evaluate()
        return
    if record.status != TRADABLE:
        finding.refuse(INSTRUMENT_SUSPENDED, record.status, TRADABLE)
        return
    phase = record.phase_at(ledger.time_ns)
    can_rest = proposal.order_type == LIMIT and proposal.time_in_force not in (IOC, FOK)
    if phase == CLOSED or (phase != CONTINUOUS and not can_rest):
        finding.refuse(PHASE_CLOSED, phase, CONTINUOUS)
    else:
        finding.allow(phase, CONTINUOUS)


def halts(plan: Plan, proposal: Proposal | None, ledger: Ledger, finding: Finding) -> None:
    """A halt refuses new risk. A reduce-only order that is proven to reduce passes it, unless the
    halt is a venue's or an invariant tripped it: then neither the venue nor our books can be relied
    on. A reduce-only halt lets through whatever only reduces. Observed is the number of halts that
    cover the order."""
    if len(ledger.halts) == 0:
        finding.allow(0, 0)
        return
    scopes = [FIRM, f"source:{plan.source_name}"]
    if ledger.is_strict:
        scopes.append(f"release:{plan.release}")
    if plan.account is not None:
        scopes.append(f"account:{plan.account.name}")
    if proposal is not None:
        scopes.append(f"instrument:{proposal.symbol}")
        if proposal.venue is not None:
            scopes.append(f"venue:{proposal.venue.name}")
    standing = 0
    is_reduce_only = True
    is_total = False
    for scope in scopes:
        halt = ledger.halts.get(scope)
        if halt is not None:
            standing += 1
            is_reduce_only = is_reduce_only and halt.reduce_only
            is_total = is_total or _is_total(scope, halt)
    if ledger.is_strict and f"decision:{plan.waiting.sequence}" in ledger.halts:
        # What is stopped before it was judged is not to be, whatever it would do.
        standing += 1
        is_total = True
    if proposal is not None and proposal.replaces is not None:
        halt = ledger.halts.get(f"decision:{proposal.replaces.decision}")
        if halt is not None:
            standing += 1
            is_reduce_only = is_reduce_only and halt.reduce_only
    if standing == 0:
        finding.allow(0, 0)
    elif proposal is None or is_total:
        finding.refuse(HALTED, standing, 0)
    elif not is_reduce_only:
        if is_reducing(proposal):
            finding.allow(standing, standing)
        else:
            finding.refuse(HALTED, standing, 0)
    elif _is_taking_back(proposal):
        finding.allow(standing, standing)
    else:
        finding.refuse_above(REDUCE_ONLY, _left(proposal), _room(proposal))


def _is_total(scope: str, halt: HaltRecord) -> bool:
    """Whether not even what reduces may pass."""
    if halt.reduce_only:
        return False
    is_total = scope.startswith("venue:")
    for tripper in halt.trippers:
        is_total = is_total or tripper.startswith("invariant:")
    return is_total


def is_reducing(proposal: Proposal) -> bool:
    """This says whether an order is proven to reduce: it is reduce-only, and with everything that
    works already it cannot take the position past flat. A count never refuses it (law 6)."""
    if not proposal.reduce_only:
        return False
    return 0 < _left(proposal) <= _room(proposal)


def reduce_only(proposal: Proposal, finding: Finding) -> None:
    """Reduce-only is honoured here, not only asked of the venue: with everything that works
    already, the position may shrink to flat and not past it.
    """
    if not proposal.reduce_only:
        finding.allow(0, 0)
        return
    if _is_taking_back(proposal):
        finding.allow(0, 0)
        return
    finding.refuse_above(REDUCE_ONLY, _left(proposal), _room(proposal))


def _is_taking_back(proposal: Proposal) -> bool:
    """An amend to less, or to the same at a price that trades no sooner."""
    order = proposal.replaces
    if order is None or proposal.added > 0:
        return False
    if proposal.side == BUY:
        return proposal.price <= order.worst_price()
    return proposal.price >= order.worst_price()


def _left(proposal: Proposal) -> int:
    """What may trade of the order once it is so: of an amended one, all that is left of it."""
    return proposal.leaves() if proposal.replaces is not None else proposal.added


def _room(proposal: Proposal) -> int:
    """How much the order may trade and still only reduce; what an amended one reserves already is
    its own."""
    position = proposal.position
    if position is None or not (position.lots < 0 if proposal.side == BUY else position.lots > 0):
        return 0
    room = position.reducing_room(proposal.side)
    room -= proposal.ahead_buy if proposal.side == BUY else proposal.ahead_sell
    if proposal.replaces is not None:
        room += proposal.replaces.reserved
    return room if room > 0 else 0


def envelope(plan: Plan, held: HeldDecision, ledger: Ledger, finding: Finding) -> None:
    """What people approved must still be what it is: the same orders, in a market that has moved no
    more than they were told, with quotes that are no older. Observed is the farthest that a line's
    reference has moved, in basis points; -1 is another plan or an old quote."""
    before, move_bps = held.held.lines, held.held.move_bps
    if len(before) != len(plan.proposals):
        finding.refuse(HOLD_MOVED, -1, move_bps)
        return
    farthest = 0
    for proposal in plan.proposals:
        line = before[proposal.line]
        reference = reference_of(proposal)
        is_same = (
            proposal.symbol == line.instrument
            and proposal.side == line.side
            and proposal.quantity == line.quantity
            and proposal.venue is not None
            and proposal.venue.name == line.venue
            and (proposal.order_type != LIMIT or proposal.price == line.price)
        )
        market = proposal.market
        if not is_same or market is None or reference <= 0 or line.reference <= 0:
            finding.refuse(HOLD_MOVED, -1, move_bps)
            return
        if held.held.age_ns > 0 and ledger.time_ns - market.time_ns > held.held.age_ns:
            finding.refuse(HOLD_MOVED, -1, move_bps)
            return
        away = reference - line.reference
        away = away if away >= 0 else -away
        # A part of a basis point counts as one.
        moved = -(-away * BPS_ONE // line.reference)
        farthest = moved if moved > farthest else farthest
    finding.refuse_above(HOLD_MOVED, farthest, move_bps)


def reference_of(proposal: Proposal) -> int:
    """Bid plus ask of the market that an order would go to; twice the mark where it has not two
    sides; 0 when there is neither."""
    market, instrument = proposal.market, proposal.instrument
    if market is not None and market.is_two_sided():
        return market.bid + market.ask
    return 2 * instrument.mark if instrument is not None else 0
