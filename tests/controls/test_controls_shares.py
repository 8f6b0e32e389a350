"""Shares and sums over several accounts: concentration at the firm and in an account, the first
order of a source, and a market at its smallest price.
"""

import pytest

from controls.cases import armed as usual
from controls.cases import filled as traded
from controls.cases import quoted
from controls.test_controls_bounds import findings_on, verdict
from controls.two_accounts import armed, filled, order, trading
from interlock.messages.commands import DefineAccount, DefineSource
from interlock.messages.definitions import Account, Source
from interlock.messages.reasons import NONE
from interlock.messages.terms import ALLOW, BUY, REFUSE, SELL
from worlds import limit

FAR = 10**9


@pytest.mark.parametrize(("scope", "share"), [("firm", 7_143), ("account:main", 4_546)])
def test_the_firm_holds_what_all_its_accounts_do_and_an_account_what_it_does(
    scope: str, share: int
) -> None:
    """Of COIN one account is ten long, another ten short and a third flat; 12 units of GOLD are
    there from the start."""
    world = trading(armed("concentration", scope, "USD", floor=0, share_bps=10_000))
    for name in ("fourth", "fifth"):
        world.say(DefineAccount(Account(name, (("USD", 2, 10**8),))))
        world.say(DefineSource(Source(name, name, instruments=("COIN",))))
    filled(world, "third", BUY, 10)
    filled(world, "fourth", SELL, 10)
    filled(world, "fifth", BUY, 3)
    filled(world, "fifth", SELL, 3)
    events = order(world, "model", BUY, 10)
    assert findings_on(world, events, "concentration") == [(ALLOW, share, 10_000)]


def test_an_order_after_which_as_much_is_held_is_no_concentration() -> None:
    world = quoted()
    traded(world, BUY, 10)
    world.say(usual("concentration", currency="USD", floor=0, share_bps=1))
    # Ten long become ten short, or eleven.
    events = world.order(SELL, 20)
    assert findings_on(world, events, "concentration") == [(ALLOW, 0, 1)]
    world = quoted()
    traded(world, BUY, 10)
    world.say(usual("concentration", currency="USD", floor=0, share_bps=1))
    events = world.order(SELL, 21)
    assert findings_on(world, events, "concentration") == [(REFUSE, 10_000, 1)]


def test_the_first_order_of_a_source_is_all_that_it_has() -> None:
    world = trading(armed("net_exposure", "source:third", "USD", value_max=FAR))
    for side, seen in ((BUY, 30_000), (SELL, 50_000)):
        events = order(world, "third", side, 3 if side == BUY else 5)
        assert findings_on(world, events, "net_exposure") == [(ALLOW, seen, FAR)]


def test_a_market_at_its_smallest_price_has_a_mark() -> None:
    world = quoted(
        usual("net_exposure", currency="USD", value_max=FAR),
        usual("concentration", currency="USD", floor=0, share_bps=10_000),
        usual("gross_exposure", "account:main", currency="USD", value_max=FAR),
        usual("daily_value", instrument="COIN", value_max=FAR, warn_bps=10_000, day_start_ms=0),
    )
    world.say(limit("price_collar", bps=10_000, passive_bps=10_000))
    world.quote(1, 2)
    assert world.ledger.instruments["COIN"].mark == 1
    events = world.order(BUY, 3, 1)
    assert verdict(events).reason == NONE
    for control, seen in (
        ("net_exposure", 3),
        ("concentration", 10_000),
        ("gross_exposure", 3),
        ("daily_value", 3),
    ):
        assert findings_on(world, events, control)[-1][:2] == (ALLOW, seen), control
