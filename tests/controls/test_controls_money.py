"""Money of several currencies and of several accounts: rounded against whoever asks, and told as
nothing where it is not known; and what the firm is short of.
"""

import pytest

from controls.cases import armed as usual
from controls.cases import quoted
from controls.test_controls_bounds import findings_on, verdict
from controls.two_accounts import PRICE, armed, filled, order, trading
from interlock.messages.commands import SetLimit, SetReferenceRate, UpdateQuote
from interlock.messages.decisions import Basket, OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Limit
from interlock.messages.reasons import MARKET_MISSING, NONE
from interlock.messages.terms import ALLOW, BUY, REFUSE, REPORT_ACCEPTED, SELL
from worlds import SECOND, World, limit

FAR = 10**12
# Three cents are one tenth of a cent of the other.
THIRD = SetReferenceRate("USD", "EUR", 1, 3, "treasury", 1_000 * SECOND)
LESS = Terms(price=9_990, venue="alpha", reduce_only=True)


def converted(control: str, scope: str, **values: int) -> SetLimit:
    return SetLimit(Limit(control, scope, {**values, "into": ("EUR",)}), "risk")


def seen(world: World, source: str, control: str, symbol: str = "COIN") -> int:
    events = order(world, source, BUY, 1, symbol)
    assert verdict(events).reason == NONE
    ((_, observed, _),) = findings_on(world, events, control)
    return observed


def test_what_is_at_risk_is_rounded_up() -> None:
    """120,000 and 10,000 of USD are a third of it, and one more; 200,000 are of EUR itself."""
    world = trading(converted("gross_exposure", "firm", value_max=FAR))
    world.say(THIRD)
    filled(world, "model", BUY, 2, "EURO")
    assert seen(world, "model", "gross_exposure") == 43_334 + 200_000
    assert seen(world, "model", "gross_exposure", "EURO") == 43_334 + 300_000


def test_what_is_free_is_rounded_down() -> None:
    world = trading(converted("cash", "firm", minimum=-FAR))
    world.say(THIRD)
    filled(world, "model", BUY, 2, "EURO")
    # 199,990,000 of USD are 66,663,333 and a third.
    assert seen(world, "model", "cash") == 66_663_333 + 199_800_000


def test_a_source_that_holds_none_of_a_currency_begins_to() -> None:
    for control, values, expected in (
        ("gross_exposure", {"value_max": FAR}, 200_000 + 3_334),
        ("cash", {"minimum": -FAR}, -200_000 - 3_334),
    ):
        world = trading(converted(control, "source:third", **values))
        world.say(THIRD)
        filled(world, "third", BUY, 2, "EURO")
        assert seen(world, "third", control) == expected


def test_a_line_in_another_currency_counts_with_what_is_held_of_it() -> None:
    world = trading(converted("gross_exposure", "firm", value_max=FAR))
    world.say(THIRD)
    filled(world, "model", BUY, 2, "EURO")
    terms = Terms(price=PRICE, venue="alpha")
    lines = (OrderQuantity("EURO", BUY, 1, terms), OrderQuantity("COIN", BUY, 1, terms))
    found = findings_on(world, world.decide(Basket(lines)), "gross_exposure")
    assert [one[1] for one in found] == [40_000 + 300_000, 43_334 + 300_000]


def test_what_no_rate_converts_is_told_as_nothing_where_it_passes() -> None:
    """Nothing is at risk, or free beyond the minimum, that anybody could tell."""
    world = quoted(usual("gross_exposure", "account:main", value_max=7, into=("EUR",)))
    world.say(usual("cash", "account:main", minimum=5, into=("EUR",)))
    terms = Terms(price=10_000, venue="alpha")
    world.say(limit("short_sale", located=0, uptick=0))
    bought = world.decide(OrderQuantity("COIN", BUY, 1, terms))
    assert verdict(bought).severity == REFUSE
    sold = world.decide(OrderQuantity("COIN", SELL, 1, terms))
    assert findings_on(world, sold, "cash")[-1] == (ALLOW, 5, 5)


def test_who_reduces_what_others_made_passes_with_what_its_own_becomes() -> None:
    world = trading(armed("gross_exposure", "source:other", "USD", value_max=7))
    filled(world, "model", BUY, 10)
    events = world.order(SELL, 2, terms=LESS, source="other")
    assert findings_on(world, events, "gross_exposure") == [(ALLOW, 20_000, 7)]
    assert verdict(events).reason == NONE
    world = trading(converted("gross_exposure", "source:other", value_max=7))
    filled(world, "model", BUY, 10)
    events = world.order(SELL, 2, terms=LESS, source="other")
    assert findings_on(world, events, "gross_exposure") == [(ALLOW, 0, 7)]
    assert verdict(events).reason == NONE


def test_the_firm_is_short_of_what_its_accounts_are_together() -> None:
    short = Limit("short_sale", "firm", {"located": 20, "uptick": 0}, "COIN")
    world = trading(SetLimit(short, "risk"))
    filled(world, "model", BUY, 10)
    filled(world, "third", SELL, 30)
    assert findings_on(world, order(world, "third", BUY, 1), "short_sale") == [(ALLOW, 0, 20)]
    assert findings_on(world, order(world, "third", SELL, 1), "short_sale") == [(REFUSE, 21, 20)]
    # What reduces its own account's passes, whatever the firm is short of.
    events = world.order(SELL, 2, terms=LESS, source="model")
    assert findings_on(world, events, "short_sale") == [(ALLOW, 22, 20)]
    assert verdict(events).reason == NONE


def test_a_sale_of_what_is_held_is_no_short_sale() -> None:
    short = Limit("short_sale", "account:main", {"located": 0, "uptick": 1}, "COIN")
    world = trading(SetLimit(short, "risk"))
    filled(world, "model", BUY, 10)
    assert findings_on(world, order(world, "model", SELL, 10), "short_sale") == [(ALLOW, 0, 0)]
    events = order(world, "model", SELL, 1, price=9_991)
    assert findings_on(world, events, "short_sale") == [(REFUSE, 1, 0)]


@pytest.mark.parametrize(("bids", "price"), [(1, 9_991), (0, 9_991), (1, 9_990)])
def test_an_uptick_is_one_above_a_bid_that_is_there(bids: int, price: int) -> None:
    world = quoted(usual("short_sale", "account:main", "COIN", located=9, uptick=1))
    world.say(UpdateQuote("COIN", "alpha", 9_990, bids, 10_010, 5, world.time_ns))
    events = world.order(SELL, 1, price)
    (found,) = findings_on(world, events, "short_sale")
    if bids == 0:
        assert found == (REFUSE, 0, 0)
        assert verdict(events).reason == MARKET_MISSING
    else:
        assert found == ((ALLOW, 1, 9) if price > 9_990 else (REFUSE, 1, 0))


def test_an_amend_to_less_is_no_new_short_sale() -> None:
    world = quoted(usual("short_sale", "account:main", "COIN", located=5, uptick=1))
    number = world.order(SELL, 5, 9_995)[-1].order
    world.report(number, REPORT_ACCEPTED)
    world.say(usual("short_sale", "account:main", "COIN", located=1, uptick=1))
    events = world.decide(ReplaceOrder(number, 4, 9_995))
    assert findings_on(world, events, "short_sale") == [(ALLOW, 5, 1)]
