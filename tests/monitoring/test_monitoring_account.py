"""The account: sums that a person can check by hand."""

from interlock.messages.commands import Command
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderCleared
from interlock.messages.terms import (
    BUY,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CORRECTION,
    REPORT_FILL,
    REPORT_SILENCE,
)
from interlock.monitoring.account import Account
from worlds import SECOND, World


def order(world: World, quantity: int = 10) -> int:
    """An order that was cleared while the mid was 10,000."""
    world.quote(9_990, 10_010)
    cleared = [
        event for event in world.order(BUY, quantity, 10_010) if isinstance(event, OrderCleared)
    ]
    return cleared[0].order


def account(world: World) -> Account:
    made = Account()
    made(1, world.entries)
    return made


def fill(world: World, number: int, name: str, quantity: int, price: int, fee: int = 0) -> None:
    world.report(number, REPORT_FILL, execution_id=name, quantity=quantity, price=price, fee=fee)


def test_a_purchase_above_the_mid_costs_the_difference() -> None:
    world = World()
    number = order(world)
    fill(world, number, "x1", 4, 10_010, 3)
    fill(world, number, "x2", 6, 10_005, 2)
    coin = account(world).trading["COIN"]
    assert (coin.orders, coin.fills, coin.bought, coin.sold, coin.position) == (1, 2, 10, 0, 10)
    assert coin.shortfall == 4 * 10 + 6 * 5
    assert coin.value == 4 * 10_010 + 6 * 10_005
    assert coin.fees == 5
    assert coin.shortfall_centibps == 700
    assert coin.shortfall_bps == 7


def test_hundredths_of_a_basis_point_are_whole_numbers_rounded_half_away_from_zero() -> None:
    world = World()
    fill(world, order(world), "x1", 10, 9_999)
    coin = account(world).trading["COIN"]
    assert coin.shortfall == -10
    assert coin.shortfall_centibps == -100
    assert coin.shortfall_bps == -1


def test_what_is_busted_or_corrected_is_taken_back() -> None:
    world = World()
    number = order(world)
    fill(world, number, "x1", 4, 10_010, 3)
    fill(world, number, "x2", 2, 10_010, 1)
    world.report(number, REPORT_BUST, reference="x1")
    world.report(
        number,
        REPORT_CORRECTION,
        execution_id="x3",
        reference="x2",
        quantity=1,
        price=10_000,
        fee=1,
    )
    made = account(world)
    coin = made.trading["COIN"]
    assert (coin.fills, coin.bought, coin.position, coin.fees) == (1, 1, 1, 1)
    assert coin.shortfall == 0
    assert made.orders["filled, whole or part"] == 1


def test_our_own_timer_is_no_answer() -> None:
    world = World()
    number = order(world)
    world.time_ns += 2 * SECOND
    world.report(number, REPORT_SILENCE)
    world.time_ns += 3 * SECOND
    world.report(number, REPORT_ACCEPTED)
    delays = account(world).delays()["3 cleared to answered"]
    assert delays.count == 1
    assert delays.worst == 5 * SECOND


def test_the_account_does_not_depend_on_how_entries_were_batched() -> None:
    world = World()
    fill(world, order(world), "x1", 4, 10_010, 3)
    whole, parts = Account(), Account()
    whole(1, world.entries)
    for sequence, entry in enumerate(world.entries, 1):
        parts(sequence, [entry])
    assert whole.trading == parts.trading
    assert whole.controls == parts.controls
    assert whole.delays() == parts.delays()
    assert whole.commands == len(world.entries)


def test_commands_and_events_are_counted() -> None:
    world = World()
    number = order(world)
    fill(world, number, "x1", 10, 10_010)
    made = account(world)
    entries: list[Entry] = world.entries
    commands: list[Command] = [entry.command for entry in entries]
    assert made.commands == len(commands)
    assert made.events == sum(len(entry.events) for entry in entries)
    assert made.market_updates == 1
    assert made.sources["model"].verdicts == {"allow": 1}
