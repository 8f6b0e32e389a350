"""Conclusions: a story in one or two sentences."""

from typing import Final

from interlock.monitoring.hold_story import hold_words
from interlock.monitoring.story import (
    ActionPart,
    FindingPart,
    OrderPart,
    RequestPart,
    Story,
    WorkPart,
)

OBJECTIONS_MAX: Final = 3
"""Objections that the sentence names; the findings have them all."""


def conclude(story: Story) -> str:
    """This is how the story ended, in words."""
    verdict = story.verdict
    if verdict is None:
        return f"It still waits: it was not judged until command {story.told_until}."
    if not verdict.passed:
        said = f"{verdict.severity.capitalize()}: {verdict.reason}, {verdict.meaning}."
        found = [finding for finding in verdict.findings if not finding.passed]
        asked = [hold_words(story.hold)] if story.hold is not None else []
        return " ".join([said, _objections(found), *asked, *_requests(story.requests)]).strip()
    parts = [_action(story.action)] if story.action is not None else []
    if story.work is not None:
        parts.append(_work(story.work, story.orders))
        return " ".join(parts)
    parts += _orders(story.orders)
    if story.hold is not None:
        parts.append(hold_words(story.hold))
    parts += _requests(story.requests)
    return " ".join(parts) or "Allowed, and nothing had to be done."


def objection_words(finding: FindingPart) -> str:
    """What one control objected to."""
    where = "" if finding.is_rule else f" on {finding.scope}"
    return f"{finding.control}{where} observed {finding.observed}, allowed {finding.bound}"


def _objections(found: list[FindingPart]) -> str:
    if not found:
        return ""
    named = "; ".join(objection_words(finding) for finding in found[:OBJECTIONS_MAX])
    more = len(found) - OBJECTIONS_MAX
    return f"{named}; and {more} more objections." if more > 0 else f"{named}."


def _orders(orders: list[OrderPart]) -> list[str]:
    if len(orders) == 1:
        return [_order(orders[0])]
    if not orders:
        return []
    counts: dict[str, int] = {}
    for order in orders:
        counts[order.status] = counts.get(order.status, 0) + 1
    statuses = ", ".join(f"{count} {status}" for status, count in counts.items())
    return [f"{len(orders)} orders were cleared: {statuses}."]


def _order(order: OrderPart) -> str:
    status = order.status.replace("_", " ")
    said = f"Order {order.name} was cleared and is {status}"
    cost = order.cost
    if cost.filled.value == 0:
        return f"{said}; nothing traded."
    traded = f"{said}: {cost.filled} of {order.quantity_now.text} at {cost.average_price}"
    if cost.against_arrival is None or cost.against_arrival_bps is None:
        return f"{traded}."
    return f"{traded}, cost {cost.against_arrival} ({cost.against_arrival_bps}) against arrival."


def _work(work: WorkPart, orders: list[OrderPart]) -> str:
    """How far a large order has come, by its children's own fills."""
    filled = sum(order.cost.filled.value for order in orders)
    left = work.quantity.value - filled
    done = "all of it" if left <= 0 else "some of it" if filled else "nothing"
    children = "1 child" if len(orders) == 1 else f"{len(orders)} children"
    how = f"it ended: {work.reason}" if work.reason else "it is still worked"
    last = work.slices[-1].filled.text if work.slices else "0"
    traded = "" if left <= 0 else f" (filled {last} of {work.quantity} at its last slice)"
    return (
        f"Worked by {work.algorithm}: {work.quantity} in {children}, {done} traded{traded}; {how}."
    )


def _requests(requests: list[RequestPart]) -> list[str]:
    if len(requests) == 1:
        request = requests[0]
        what = _WHAT[request.kind]
        answer = request.answer or "no answer until the journal's end"
        return [f"{what.capitalize()} of {request.name} was asked: {answer}."]
    if not requests:
        return []
    answered = sum(1 for request in requests if request.answer)
    return [f"{len(requests)} cancels and changes were asked, {answered} were answered."]


_WHAT: Final = {"cancel_requested": "a cancel", "replace_requested": "a change"}


def _action(action: ActionPart) -> str:
    if action.succeeded is None:
        return f"{action.action_name} was handed on, and its executor has not answered."
    ended = "was carried out" if action.succeeded else "failed"
    return f"{action.action_name} {ended}: {action.text or 'its executor says no more'}."
