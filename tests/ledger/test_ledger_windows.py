"""Message windows against a naive count, the waiting line against a sort, scopes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.limits import LimitTable, MessageWindow, covers
from interlock.ledger.waiting import WaitingDecision, WaitingLine
from interlock.messages.decisions import Decision, NamedAction
from interlock.messages.definitions import Limit

gaps = st.lists(st.integers(0, 7), max_size=60)


@given(gaps, st.integers(1, 9), st.integers(1, 20), st.integers(0, 25))
def test_a_window_counts_what_a_naive_count_does_up_to_its_bound(
    steps: list[int], count_max: int, window_ns: int, later: int
) -> None:
    window, times, now = MessageWindow("firm", count_max, window_ns), [], 0
    for step in steps:
        now += step
        naive = sum(1 for time in times if time > now - window_ns)
        assert window.count_at(now) == min(naive, count_max)
        window.note(now)
        times.append(now)
    # Also when the moments asked about do not follow on.
    for moment in (now + later, now, now + later // 2):
        naive = sum(1 for time in times if time > moment - window_ns)
        assert window.count_at(moment) == min(naive, count_max)
    assert len(window.times) <= count_max


@given(gaps, st.integers(1, 9), st.integers(1, 9))
def test_a_limit_that_is_changed_keeps_the_latest_messages(
    steps: list[int], before: int, after: int
) -> None:
    table, times, now = LimitTable(), [], 0
    table.put(Limit("message_rate", "firm", {"count_max": before, "window_ms": 1}))
    for step in steps:
        now += step
        table.windows[0].note(now)
        times.append(now)
    table.put(Limit("message_rate", "firm", {"count_max": after, "window_ms": 1}))
    window = table.windows[0]
    assert window.count_at(now) == min(len(times), before, after)
    window.note(now + 1)
    latest = times[-min(before, after) :] if times else []
    assert sorted(window.times) == [*latest, now + 1][-after:]


def test_a_window_that_cannot_be_made_is_not_there() -> None:
    table = LimitTable()
    table.put(Limit("message_rate", "firm", {"count_max": 5, "window_ms": 1}))
    assert list(table.windows) == [0]
    table.put(Limit("message_rate", "firm", {"count_max": 0, "window_ms": 1}))
    assert list(table.windows) == []
    table.put(Limit("message_rate", "firm", {"count_max": 5}))
    assert list(table.windows) == []


def test_a_limit_keeps_its_number_when_it_is_changed() -> None:
    table = LimitTable()
    for quantity, instrument in ((1, "COIN"), (2, "GOLD"), (3, "COIN")):
        table.put(Limit("order_quantity", "firm", {"quantity_max": quantity}, instrument))
    assert [limit.parameters["quantity_max"] for limit in table.limits] == [3, 2]
    assert table.version == 3


@pytest.mark.parametrize(
    ("scope", "covered"),
    [("firm", True), ("account:main", True), ("source:model", True), ("instrument:A:B", True),
     ("venue:alpha", True), ("account:model", False), ("source:main", False),
     ("instrument:A", False), ("venue:", False), ("firm:", False), ("", False),
     ("colour:main", False)],
)  # fmt: skip
def test_a_scope_covers_its_own_kind_and_name_alone(scope: str, covered: bool) -> None:
    assert covers(scope, "main", "model", "A:B", "alpha") == covered


def waiting(sequence: int, priority: int) -> WaitingDecision:
    action = NamedAction("notify", {})
    return WaitingDecision(
        sequence, sequence, priority, Decision("model", f"k{sequence}", "r1", 1, action, 0)
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=120), st.randoms())
def test_the_line_is_served_by_priority_then_by_arrival(
    arrivals: list[tuple[int, bool]], chance: object
) -> None:
    line, there = WaitingLine(), {}
    for sequence, (priority, takes) in enumerate(arrivals, start=1):
        line.add(waiting(sequence, priority))
        there[sequence] = priority
        if takes:
            # One is taken out of turn, as a refusal or an urgent decision does.
            out_of_turn = chance.choice(sorted(there))  # type: ignore[attr-defined]
            line.remove(out_of_turn)
            del there[out_of_turn]
    expected = sorted(there, key=lambda sequence: (there[sequence], sequence))
    assert [entry.sequence for entry in line.in_order()] == expected
    served = []
    while (first := line.first()) is not None:
        assert line.find(first.sequence) is first
        served.append(first.sequence)
        line.remove(first.sequence)
    assert served == expected
    assert len(line) == 0


def test_the_first_in_line_stays_until_its_verdict_takes_it_out() -> None:
    line = WaitingLine()
    line.add(waiting(1, 2))
    assert line.first() is line.first()
    assert len(line) == 1
