"""Rounds of reconciliation and what was traded where, as a state keeps them, and back."""

from interlock.ledger.positions import PositionRecord
from interlock.ledger.rounds import RoundRecord
from interlock.ledger.venues import VenueRecord
from interlock.messages.state import ReconciliationState, RoundState, TradedState


def reconciliation_state(venue: VenueRecord) -> ReconciliationState:
    """This is where the reconciliation with a venue stands."""
    kept = venue.reconciliation
    return ReconciliationState(
        kept.question, kept.asked_ns, kept.since_ns, _round(kept.venue), _round(kept.copy)
    )


def _round(answer: RoundRecord) -> RoundState:
    return RoundState(
        answer.channel,
        answer.page,
        answer.heard,
        answer.is_over,
        answer.is_whole,
        answer.orders,
        answer.fills,
        answer.positions,
        answer.found,
        answer.standing,
        answer.venue_time_ns,
    )


def restore_reconciliation(venue: VenueRecord, state: ReconciliationState) -> None:
    """This puts it back."""
    kept = venue.reconciliation
    kept.question = state.question
    kept.asked_ns = state.asked_ns
    kept.since_ns = state.since_ns
    kept.venue = _restored(state.venue)
    kept.copy = _restored(state.copy)


def _restored(state: RoundState) -> RoundRecord:
    answer = RoundRecord(state.channel)
    answer.page = state.page
    answer.heard = state.heard
    answer.is_over = state.is_over
    answer.is_whole = state.is_whole
    answer.orders = state.orders
    answer.fills = state.fills
    answer.positions = state.positions
    answer.found = state.found
    answer.standing = state.standing
    answer.venue_time_ns = state.venue_time_ns
    return answer


def traded_states(position: PositionRecord) -> list[TradedState]:
    """This is what a position has traded where, in the order in which it began to."""
    return [
        TradedState(
            venue,
            traded.lots,
            traded.sequence,
            traded.stated,
            traded.stated_question,
            traded.difference,
            traded.copy_difference,
            traded.is_halted,
        )
        for venue, traded in position.at_venues.items()
    ]


def restore_traded(position: PositionRecord, states: list[TradedState]) -> None:
    """This puts it back."""
    for state in states:
        traded = position.at_venue(state.venue)
        traded.lots = state.lots
        traded.sequence = state.sequence
        traded.stated = state.stated
        traded.stated_question = state.stated_question
        traded.difference = state.difference
        traded.copy_difference = state.copy_difference
        traded.is_halted = state.is_halted
