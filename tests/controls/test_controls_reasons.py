"""Every reason is earned: the smallest history that leads to it, found in a verdict or an event.

A reason that is added to the catalogue fails here until its history stands below.
"""

from collections.abc import Callable
from typing import Any

import pytest

from controls.asked import ASKED
from controls.reasons_of_feedback import OF_FEEDBACK
from controls.reasons_of_limits import OF_LIMITS
from controls.reasons_of_venues import OF_VENUES
from controls.reasons_of_works import OF_WORKS
from interlock.messages import load_reasons, reasons, reasons_of_feedback, venue_reasons
from interlock.messages import work_reasons as of_works
from interlock.messages.commands import (
    ActivateRelease,
    AdvanceTime,
    CloseSession,
    DefineAccount,
    DefineSource,
    DefineVenue,
    Halt,
    LiftHalt,
    NoteFeedFault,
    ProposeDecision,
    SetInstrumentStatus,
    SetLimit,
    SetReferenceRate,
    UpdateQuote,
)
from interlock.messages.decisions import (
    Basket,
    CancelOrders,
    NamedAction,
    OrderQuantity,
    QuoteLadder,
    ReplaceOrder,
    TargetPosition,
    Terms,
)
from interlock.messages.definitions import Account, Bounds, Instrument, Limit, PhaseStart, Source
from interlock.messages.statements import AskVenue, OrderStated, ReportVenue, ResolveOrder
from interlock.messages.terms import (
    BUY,
    CANCELLED,
    CLOSED,
    FEED_GAP,
    MARKET,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_SILENCE,
    SUSPENDED,
)
from worlds import SECOND, START, World, limit, opening

AT_LIMIT = Terms(price=10_000, venue="alpha")


def quoted(**bounds: int) -> World:
    world = World(opening(bounds=Bounds(**bounds)))
    world.quote()
    return world


def after(*commands: Any) -> Callable[[], Any]:
    """An order after these commands."""

    def said() -> Any:
        world = quoted()
        for command in commands:
            world.say(command)
        return world.order()

    return said


def order(**fields: Any) -> Callable[[], Any]:
    return lambda: quoted().order(**fields)


def reported(kind: int, reason: int = 0) -> Callable[[], Any]:
    """What a venue says of a fresh order."""

    def said() -> Any:
        world = quoted()
        return world.report(world.order()[-1].order, kind, reason=reason)

    return said


def carried(reason: int) -> Callable[[], Any]:
    """Given by venues; it comes through in what becomes of the order."""
    return reported(REPORT_CANCELLED, reason)


def empty_side() -> Any:
    world = quoted()
    world.say(UpdateQuote("COIN", "alpha", 9_990, 5, 0, 0, START))
    return world.order(terms=Terms(MARKET, venue="alpha"))


def thin() -> Any:
    world = quoted()
    world.quote(quantity=9)
    return world.order(quantity=10, terms=Terms(MARKET, venue="alpha"))


def no_route() -> Any:
    world = World([command for command in opening() if not isinstance(command, DefineVenue)])
    return world.order(terms=Terms(price=10_000))


def limitless() -> Any:
    world = World(opening(limits=()))
    world.quote()
    return world.order()


def second_order(control: str) -> Any:
    world = quoted()
    world.say(limit(control, count_max=1))
    world.order()
    return world.order()


SHUT = Instrument("COIN", "USD", 2, 2, 1, 0, 1, phases=(PhaseStart(0, CLOSED),))


def shut() -> Any:
    world = World(opening(instruments=(SHUT,)))
    world.quote()
    return world.order()


def duplicate() -> Any:
    world = quoted()
    world.order(key="k")
    return world.order(key="k")


def queue_full() -> Any:
    world = quoted(waiting_max=0)
    return world.say(ProposeDecision(world.decision(OrderQuantity("COIN", BUY, 1, AT_LIMIT))))


def not_working() -> Any:
    world = quoted()
    return world.decide(ReplaceOrder(world.order()[-1].order, 5, 10_000))


def of_another() -> Any:
    world = World(opening(sources=(Source("other", "main", instruments=("COIN",)),)))
    world.quote()
    return world.decide(CancelOrders((world.order()[-1].order,)), source="other")


def lifted_by_the_same() -> Any:
    world = quoted()
    world.say(Halt("firm", "ann", "stop"))
    return world.say(LiftHalt("firm", "ann", "go"))


def halt_cancel() -> Any:
    world = quoted()
    world.order()
    return world.say(Halt("firm", "ann", "stop"))


def requested() -> Any:
    world = quoted()
    return world.decide(CancelOrders((world.order()[-1].order,)))


def out_of_quotes() -> Any:
    world = quoted()
    world.decide(QuoteLadder("COIN", ((9_985, 1),), (), Terms(venue="alpha")))
    return world.decide(QuoteLadder("COIN", (), (), Terms(venue="alpha")))


def stale() -> Any:
    world = quoted()
    world.say(AdvanceTime(), after_ns=5 * SECOND + 1)
    return world.order()


def twice() -> Any:
    world = quoted()
    number = world.order()[-1].order
    fill = {"execution_id": "e", "quantity": 1, "price": 10_000}
    world.report(number, REPORT_FILL, **fill)
    return world.report(number, REPORT_FILL, **fill)


def unknown_execution() -> Any:
    world = quoted()
    number = world.order()[-1].order
    return world.report(number, REPORT_BUST, reference="never", execution_id="b")


def impossible() -> Any:
    world = quoted()
    number = world.order()[-1].order
    world.report(number, REPORT_ACCEPTED)
    return world.report(number, REPORT_ACCEPTED)


def absent() -> Any:
    world = quoted()
    number = world.order()[-1].order
    world.report(number, REPORT_SILENCE)
    world.say(AdvanceTime(), after_ns=2 * SECOND)
    world.report(number, REPORT_ABSENT)
    return world.report(number, REPORT_ABSENT)


def denied_too_early() -> Any:
    world = quoted()
    number = world.order()[-1].order
    world.report(number, REPORT_SILENCE)
    return world.report(number, REPORT_ABSENT)


def stated(*orders: OrderStated) -> Any:
    """What follows from a venue that states this and nothing else."""
    world = quoted()
    number = world.order()[-1].order
    world.report(number, REPORT_ACCEPTED)
    question = world.say(AskVenue("alpha", "ann"))[-1].question
    return world.say(ReportVenue("alpha", question, orders=orders))


def decided_by_people() -> Any:
    world = quoted()
    number = world.order()[-1].order
    world.report(number, REPORT_SILENCE)
    world.say(ResolveOrder(number, CANCELLED, "ann", "their mail"))
    return world.say(ResolveOrder(number, CANCELLED, "bob", "their mail"))


def lifted_in_doubt() -> Any:
    world = quoted()
    number = world.order()[-1].order
    world.report(number, REPORT_SILENCE)
    world.say(Halt("firm", "ann", "stop"))
    return world.lift("firm", "bob")


def user_control() -> Any:
    world = World(user_controls={"mine": lambda limit: NeverAgain()})
    world.say(SetLimit(Limit("mine", "firm", {}), "risk"))
    world.quote()
    return world.order()


class NeverAgain:
    """A user's control that objects."""

    def judge(self, proposal: Any, ledger: Any, finding: Any) -> None:
        finding.refuse(reasons.USER_CONTROL, 1, 0)


INTO_EUR = limit("gross_exposure", into=("EUR",))


def stale_rate() -> Any:
    world = quoted()
    world.say(INTO_EUR)
    world.say(SetReferenceRate("USD", "EUR", 1, 1, "treasury", SECOND))
    world.say(AdvanceTime(), after_ns=SECOND + 1)
    return world.order()


def unmarked() -> Any:
    account = Account("main", (("USD", 2, 10**8),), (("GOLD", 5, 50_000),))
    commands = [
        DefineAccount(account) if isinstance(command, DefineAccount) else command
        for command in opening()
    ]
    world = World(commands)
    world.quote()
    return world.order()


EARNED: dict[int, Callable[[], Any]] = {
    reasons.NONE: order(),
    reasons.MALFORMED: lambda: quoted().say(Halt("colour:red", "ann", "stop")),
    reasons.UNKNOWN_INSTRUMENT: order(instrument="LEAD"),
    reasons.NOT_RECONCILED: lifted_in_doubt,
    reasons.UNKNOWN_VENUE: order(terms=Terms(price=10_000, venue="nowhere")),
    reasons.UNKNOWN_ORDER: lambda: quoted().decide(CancelOrders((1,))),
    reasons.INVALID_TERMS: order(quantity=0),
    reasons.NOTHING_TO_DO: lambda: quoted().decide(TargetPosition("COIN", 0, AT_LIMIT)),
    reasons.ORDER_NOT_WORKING: not_working,
    reasons.TOO_MANY_ORDERS: lambda: quoted(orders_per_decision_max=1).decide(
        Basket((OrderQuantity("COIN", BUY, 1, AT_LIMIT),) * 2)
    ),
    reasons.DUPLICATE_DECISION: duplicate,
    reasons.DECISION_EXPIRED: order(valid_until_ns=START - 1),
    reasons.QUEUE_FULL: queue_full,
    reasons.SESSION_CLOSED: after(CloseSession("ann", "end")),
    reasons.SOURCE_NOT_AUTHORISED: order(source="nobody"),
    reasons.ACTION_NOT_AUTHORISED: lambda: quoted().decide(NamedAction("launch", {})),
    reasons.INSTRUMENT_NOT_AUTHORISED: after(
        DefineSource(Source("model", "main", instruments=("GOLD",)))
    ),
    reasons.RELEASE_NOT_ACTIVE: after(ActivateRelease("r1", 2, 1, "release")),
    reasons.SAME_PERSON: lifted_by_the_same,
    reasons.ORDER_OF_ANOTHER_SOURCE: of_another,
    reasons.HALTED: after(Halt("firm", "ann", "stop")),
    reasons.REDUCE_ONLY: after(Halt("firm", "ann", "stop", reduce_only=True)),
    reasons.LIMIT_MISSING: limitless,
    reasons.ROUTE_MISSING: no_route,
    reasons.INSTRUMENT_RESTRICTED: after(limit("restricted_list", instruments=("COIN",))),
    reasons.INSTRUMENT_SUSPENDED: after(SetInstrumentStatus("COIN", SUSPENDED, "x", "news")),
    reasons.PHASE_CLOSED: shut,
    reasons.MARKET_MISSING: empty_side,
    reasons.MARKET_STALE: stale,
    reasons.MARKET_CROSSED: after(UpdateQuote("COIN", "alpha", 10_000, 5, 10_000, 5, START)),
    reasons.MARKET_FAULTED: after(NoteFeedFault("COIN", "alpha", FEED_GAP, 1, "")),
    reasons.MARK_MISSING: unmarked,
    reasons.RATE_MISSING: after(INTO_EUR),
    reasons.RATE_STALE: stale_rate,
    reasons.CANNOT_BE_EVALUATED: after(SetLimit(Limit("moon_phase", "firm", {}), "risk")),
    reasons.PRICE_OUTSIDE_COLLAR: order(price=11_000),
    reasons.QUANTITY_ABOVE_ORDER_LIMIT: order(quantity=101),
    reasons.VALUE_ABOVE_ORDER_LIMIT: after(limit("order_value", value_max=99_999)),
    reasons.QUANTITY_ABOVE_DISPLAYED: thin,
    reasons.POSITION_ABOVE_LIMIT: after(limit("position", long_max=9)),
    reasons.GROSS_EXPOSURE_ABOVE_LIMIT: after(limit("gross_exposure", value_max=99_999)),
    reasons.CASH_BELOW_MINIMUM: after(limit("cash", minimum=99_900_000)),
    reasons.MESSAGE_RATE_ABOVE_LIMIT: lambda: second_order("message_rate"),
    reasons.OPEN_ORDERS_ABOVE_LIMIT: lambda: second_order("open_orders"),
    reasons.USER_CONTROL: user_control,
    reasons.DUPLICATE_EXECUTION: twice,
    reasons.UNKNOWN_EXECUTION: unknown_execution,
    reasons.IMPOSSIBLE_TRANSITION: impossible,
    reasons.VENUE_REFUSED: reported(REPORT_REJECTED),
    reasons.VENUE_SILENT: reported(REPORT_SILENCE),
    reasons.ABSENCE_PROVEN: absent,
    reasons.ABSENCE_UNPROVEN: denied_too_early,
    reasons.NOT_AS_STATED: stated,
    reasons.PERSON_DECIDED: decided_by_people,
    reasons.NOT_OURS: lambda: stated(
        OrderStated(0, "hand", "F1", "main", "COIN", BUY, 1, 0, 9_000, 0)
    ),
    reasons.REQUESTED: requested,
    reasons.IMMEDIATE_REMAINDER: carried(reasons.IMMEDIATE_REMAINDER),
    reasons.HALT_CANCEL: halt_cancel,
    reasons.SELF_MATCH: carried(reasons.SELF_MATCH),
    reasons.POST_ONLY_WOULD_TRADE: carried(reasons.POST_ONLY_WOULD_TRADE),
    reasons.VENUE_DECIDED: reported(REPORT_CANCELLED),
    reasons.OUT_OF_QUOTES: out_of_quotes,
    reasons.NO_LIQUIDITY: carried(reasons.NO_LIQUIDITY),
    **ASKED,
}


EARNED |= OF_LIMITS
EARNED |= OF_WORKS
EARNED |= OF_FEEDBACK
EARNED |= OF_VENUES


def test_every_reason_of_the_catalogue_has_its_history_and_no_other_does() -> None:
    # What was not taken at the door never reached a step: `sessions/test_sessions_overload.py`.
    at_the_door = {code for code, _, _ in load_reasons.AT_THE_DOOR}
    catalogue = {reason.code for reason in reasons.CATALOGUE}
    assert catalogue - at_the_door == set(EARNED)


@pytest.mark.parametrize("code", EARNED, ids=reasons.reason_name)
def test_a_reason_is_earned_by_the_smallest_history_that_earns_it(code: int) -> None:
    events = EARNED[code]()
    given = [event.reason for event in events if hasattr(event, "reason")]
    objections = [reason for reason in given if reason != reasons.NONE]
    assert (objections or given)[0] == code, [reasons.reason_name(reason) for reason in given]


def test_the_catalogue_stands_in_its_order_and_no_code_twice() -> None:
    codes = [reason.code for reason in reasons.CATALOGUE]
    assert codes == sorted(set(codes))
    names = [reason.name for reason in reasons.CATALOGUE]
    assert len(set(names)) == len(names)
    modules = (reasons, of_works, reasons_of_feedback, venue_reasons, load_reasons)
    named = {name: value for module in modules for name, value in vars(module).items()}
    for reason in reasons.CATALOGUE:
        assert named[reason.name] == reason.code
        assert reason.meaning


def test_a_reason_of_a_newer_version_is_written_as_its_number() -> None:
    assert reasons.reason_name(reasons.HALTED) == "HALTED"
    assert reasons.reason_name(31_337) == "REASON_31337"
