"""The feedback of a ledger as a state keeps it, and back."""

from interlock.ledger.feedback import FeedbackRecord, SteeredRecord
from interlock.messages.state import FeedbackState, SteeredState


def feedback_state(feedback: FeedbackRecord) -> FeedbackState | None:
    """This is everything that the rules made of their evidence; None without rules."""
    if feedback.said is None:
        return None
    steered = [
        SteeredState(record.event, record.sequence, record.time_ns)
        for record in feedback.steered.values()
    ]
    return FeedbackState(feedback.said, steered, list(feedback.poorly_covered))


def restore_feedback(feedback: FeedbackRecord, state: FeedbackState | None) -> None:
    """This fills in an empty record."""
    if state is None:
        return
    feedback.apply(state.said, 0, 0)
    for kept in state.steered:
        record = SteeredRecord(kept.steered, kept.sequence, kept.time_ns)
        feedback.apply(kept.steered, record.sequence, record.time_ns)
    for source in state.poorly_covered:
        feedback.poorly_covered[source] = True
