"""Quality against load: a session whose orders cost more when it is busy raises an alarm, one whose
orders cost the same does not, and sessions are held against each other."""

from random import Random

from msgspec.structs import replace

from feedback.outcomes_made import START, fill, order
from interlock.feedback.loads import IN_TIME_NS, LoadFigure, Loads
from interlock.feedback.outcomes import OrderOutcome
from interlock.feedback.shortfall import shortfall_of
from interlock.terminal.quality_loads_page import loads_section


def loaded(load: int, cost: int, *, late: bool = False, number: int = 1) -> OrderOutcome:
    """An order that met a load and traded so many ticks beyond its mid."""
    made = order(fill(10_000 + cost, 10, 20_000, 10_000 + cost), number=number)
    answered = START + (IN_TIME_NS + 1 if late else IN_TIME_NS)
    return replace(made, decisions_last_second=load, answered_ns=answered)


def figure(
    orders: list[OrderOutcome], loads: Loads | None = None, session: str = "a"
) -> LoadFigure:
    made = loads or Loads()
    for outcome in orders:
        made.note(session, outcome, shortfall_of(outcome))
    return made.figures[session, "USD"]


def drawn(seed: int, busy_cost: int, *, busy: int = 100) -> list[OrderOutcome]:
    random = Random(seed)
    return [
        loaded(load, (busy_cost if load == busy else 5) + random.randint(-3, 3))
        for load in [1, busy] * 100
    ]


def test_a_session_that_costs_more_when_it_is_busy_raises_an_alarm() -> None:
    change = figure(drawn(1, 15)).change()
    assert change is not None
    # Ten ticks of 100.00 are ten basis points.
    assert abs(change.shortfall.value - 10) < 1
    assert change.shortfall.low < change.shortfall.value < change.shortfall.high
    assert change.is_worse
    loads = Loads()
    figure(drawn(1, 15), loads)
    assert [words.partition(":")[0] for words in loads.alarms()] == ["a"]


def test_one_that_costs_the_same_raises_none() -> None:
    worse = 0
    for seed in range(40):
        change = figure(drawn(seed, 5)).change()
        assert change is not None
        worse += change.is_worse
    # One side of a 95 % interval: one in forty is expected to be beyond it by chance.
    assert worse <= 4


def test_orders_that_come_too_late_when_it_is_busy_raise_an_alarm_too() -> None:
    orders = [loaded(load, 5, late=load > 1 and place % 3 == 0) for place, load in
              enumerate([1, 100] * 100)]  # fmt: skip
    made = figure(orders)
    change = made.change()
    assert change is not None
    assert made.in_time < made.orders
    assert change.shortfall.value == 0
    assert change.late.low > 0
    assert change.is_worse


def test_few_orders_or_one_load_say_nothing() -> None:
    assert figure([loaded(4, 5)] * 100).change() is None
    change = figure([loaded(1, 5)] * 29 + [loaded(100, 50)] * 29).change()
    assert change is not None
    assert not change.is_worse


def test_the_load_most_of_whose_orders_are_alike_is_cut_below_its_top() -> None:
    change = figure([loaded(1, 5)] * 40 + [loaded(200, 6)] * 400).change()
    assert change is not None
    assert change.shortfall.samples == 40


def test_sessions_are_held_against_each_other() -> None:
    loads = Loads()
    figure([loaded(2, 5 + n % 3) for n in range(50)], loads, "quiet")
    figure([loaded(50, 9 + n % 3) for n in range(50)], loads, "busy")
    figure([loaded(10, 5 + n % 3) for n in range(50)], loads, "between")
    ((least, most, change),) = loads.trends()
    assert (least.session, most.session) == ("quiet", "busy")
    assert abs(change.shortfall.value - 4) < 1e-9
    assert [words.partition(":")[0] for words in loads.alarms()] == ["from quiet to busy"]


def test_the_page_draws_every_session_over_its_loads() -> None:
    loads = Loads()
    figure(drawn(1, 15), loads)
    figure(drawn(2, 5, busy=3_000), loads, "b")
    assert [name for name, _, _ in loads.figures["a", "USD"].curve()] == ["1", "64-127"]
    section = loads_section(loads)
    for said in ("64-127", "2048-4095", "a USD", "b USD", "Quality falls as load rises"):
        assert said in section
    # Two sessions, two plots.
    assert section.count("<polyline") == 4
    assert loads_section(Loads()) == ""


def test_the_shares_of_late_orders_stand_at_the_load_that_they_met() -> None:
    made = figure([loaded(load, 5, late=load == 9) for load in [1, 9] * 50])
    shares = {name: late.value for name, _, late in made.curve()}
    assert shares["1"] < 500 < 9_500 < shares["8-15"]
