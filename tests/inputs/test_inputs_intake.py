"""Lanes: what a line is taken for, in which order lines come up, what leaves, what is counted."""

import pytest

from inputs.crowds import CEILINGS, Peer, decision, quote, texts
from interlock.inputs.conflation import newest
from interlock.inputs.intake import (
    MARKET_LINES_MAX,
    NOTE_EVERY_NS,
    RETRY_MS_MAX,
    URGENT_LINES_MAX,
    URGENT_PER_TURN_MAX,
    Intake,
)
from interlock.inputs.lines import PATIENT_LINES_MAX
from interlock.inputs.session_parts import OverloadSettings
from interlock.inputs.urgency import Urgency
from interlock.messages.commands import NoteTrade, ReportOrder, UpdateQuote
from interlock.messages.load_reasons import LANE_FULL, OVERTAKEN
from interlock.messages.terms import CHATTER, EXIT, MARKET_DATA, NEW_RISK, RISK_REDUCING

HALT = b'{"halt":{"scope":"firm","by":"anna","text":"looks wrong"}}'


def intake(**settings: int) -> Intake:
    return Intake(OverloadSettings(**settings), CEILINGS)


@pytest.mark.parametrize(
    ("line", "lane"),
    [
        (decision("second"), NEW_RISK),
        (decision("desk", "exit"), EXIT),
        (decision("desk", "risk_reducing"), RISK_REDUCING),
        (decision("second", "risk_reducing"), NEW_RISK),
        (decision("second", "chatter"), CHATTER),
        (decision("second", kind="cancel"), RISK_REDUCING),
        (decision("nobody", kind="cancel"), RISK_REDUCING),
        (decision("second", kind="flatten"), RISK_REDUCING),
        (decision("second", reduce_only=True), RISK_REDUCING),
        (decision("second", text="please cancel"), NEW_RISK),
        (decision("nobody"), CHATTER),
        (decision("second", "no such"), CHATTER),
        (b'{"source":"second","action":{"kind":"canc\\u0065l"}}', RISK_REDUCING),
        (HALT, RISK_REDUCING),
        (b'{"reconcile":{"venue":"alpha","by":"anna"}}', RISK_REDUCING),
        (quote(), MARKET_DATA),
        (b'{"trade":{"instrument":"COIN"}}', MARKET_DATA),
        (b'{"quote":{"instrument":5}}', MARKET_DATA),
        (b"nonsense", CHATTER),
        (b"\xff\xfe", CHATTER),
        (b'{"a":' * 10_000, CHATTER),
        (b"[]", CHATTER),
        (b"{}", CHATTER),
    ],
)
def test_a_look_tells_by_which_lane_a_line_comes(line: bytes, lane: int) -> None:
    assert Urgency(CEILINGS).stream_of(line).lane == lane


def test_what_fits_one_turn_is_taken_in_the_order_in_which_it_came() -> None:
    lanes, peer = intake(), Peer()
    lines = [decision("second", "chatter"), decision("desk", "exit"), HALT, quote(), b"nonsense"]
    for line in lines:
        lanes.offer(1, peer, line)
    assert texts(lanes.serve(1)) == lines
    assert not lanes.is_waiting
    assert (peer.waiting, peer.urgent, peer.lines_taken) == (0, 0, 5)


def test_when_there_is_more_the_urgent_come_first_and_a_source_keeps_its_order() -> None:
    lanes, peer = intake(turn_lines=3), Peer()
    said = [decision("second", text=str(n)) for n in range(4)]
    for line in (*said, decision("desk", "exit"), HALT):
        lanes.offer(1, peer, line)
    assert texts(lanes.serve(1)) == [HALT, decision("desk", "exit"), *said[:2]]
    assert texts(lanes.serve(1)) == said[2:]


def test_sources_take_turns() -> None:
    lanes, peer = intake(turn_lines=3), Peer()
    for n in range(5):
        lanes.offer(1, peer, decision("second", text=str(n)))
    lanes.offer(1, peer, decision("third"))
    assert [line.stream.source for line in lanes.serve(1)] == ["second", "third", "second"]


def test_a_full_lane_gives_up_the_newest_of_whoever_has_most_waiting() -> None:
    lanes, flood, other = intake(lane_lines=4), Peer("flood"), Peer("other")
    for n in range(4):
        lanes.offer(1, flood, decision("second", text=str(n)))
    lanes.offer(1, other, decision("third"))
    lanes.offer(1, flood, decision("second", text="4"))
    # Lines of one connection that follow each other are refused together.
    (lines,) = lanes.refused
    assert (lines.connection, lines.first, lines.last) == (flood, 4, 5)
    assert lines.reason == LANE_FULL
    assert len(lanes.serve(1)) == 4


def test_quotes_are_overtaken_only_when_there_is_more_than_a_turn_and_trades_never() -> None:
    lanes, peer = intake(turn_lines=1), Peer()
    trade = b'{"trade":{"instrument":"COIN"}}'
    for line in (quote(), quote()):
        lanes.offer(1, peer, line)
    assert len(lanes.serve(1)) == 2
    for _ in range(3):
        lanes.offer(2, peer, decision())
    lanes.serve(2)
    for line in (quote(), trade, quote("OTHER"), quote(), trade):
        lanes.offer(3, peer, line)
    assert [(lines.first, lines.reason) for lines in lanes.refused] == [(6, OVERTAKEN)]
    assert texts(lanes.serve(3))[:4] == [trade, quote("OTHER"), quote(), trade]


def test_standard_input_loses_nothing_and_is_read_at_the_pace_of_its_taking() -> None:
    lanes, patient, other = intake(lane_lines=2), Peer(is_patient=True), Peer("other")
    for _ in range(PATIENT_LINES_MAX):
        assert patient.wants_more
        lanes.offer(1, patient, decision())
    assert not patient.wants_more
    lanes.offer(1, other, decision())
    assert [lines.connection for lines in lanes.refused] == [other]
    taken = 0
    for turn in range(1, 10):
        taken += len(lanes.serve(turn * 1_000_000_000))
    assert taken == PATIENT_LINES_MAX
    assert patient.wants_more


def test_a_connection_with_too_much_that_may_not_be_refused_is_not_read_on() -> None:
    lanes, peer = intake(), Peer()
    for _ in range(PATIENT_LINES_MAX):
        lanes.offer(1, peer, decision(kind="cancel"))
    assert not peer.wants_more
    assert len(lanes.serve(1)) == URGENT_PER_TURN_MAX
    assert peer.wants_more
    assert lanes.lanes[RISK_REDUCING].lines_max == URGENT_LINES_MAX


def test_every_lane_has_a_bound_and_keeps_it() -> None:
    lanes, peer = intake(), Peer()
    for _ in range(2 * MARKET_LINES_MAX):
        lanes.offer(1, peer, b'{"trade":{"instrument":"COIN"}}')
    assert lanes.refused[0].last - lanes.refused[0].first + 1 == MARKET_LINES_MAX
    for lane, priority in ((EXIT, "exit"), (NEW_RISK, "new_risk"), (CHATTER, "chatter")):
        for _ in range(5_000):
            lanes.offer(1, peer, decision("desk", priority))
        assert len(lanes.lanes[lane]) == lanes.lanes[lane].lines_max == 1_024
    assert lanes.retry_ms() <= RETRY_MS_MAX


def test_what_is_not_taken_is_counted_and_said_once_a_second_and_at_the_end() -> None:
    lanes, peer = intake(lane_lines=1), Peer()
    assert lanes.note(5) is None
    for _ in range(3):
        lanes.offer(6, peer, decision())
    lanes.offer(6, peer, decision("third"))
    assert lanes.note(6) is None
    note = lanes.note(5 + NOTE_EVERY_NS)
    assert note is not None
    assert note.since_ns == 5
    assert note.shed == ((NEW_RISK, "second", LANE_FULL, 2), (NEW_RISK, "third", LANE_FULL, 1))
    assert lanes.note(9 * NOTE_EVERY_NS) is None
    lanes.overtaken(4)
    last = lanes.note(9 * NOTE_EVERY_NS, is_last=True)
    assert last is not None
    assert last.shed == ((MARKET_DATA, "", OVERTAKEN, 4),)


def test_late_market_data_is_what_is_newest_of_each_market_and_reports_all_stay() -> None:
    def at(bid: int, venue: str = "alpha") -> UpdateQuote:
        return UpdateQuote("COIN", venue, bid, 1, bid + 1, 1, 0)

    report = ReportOrder("alpha", 1, 1)
    trade = NoteTrade("COIN", "alpha", 5, 1, 0, 0)
    said = [at(1), report, at(2, "beta"), trade, at(3), report, trade, at(4)]
    left = [command for _, command in newest([(0, command) for command in said])]
    assert left == [report, at(2, "beta"), trade, report, trade, at(4)]
