"""Latencies: how long the steps of an order took, in the session's time."""

from collections.abc import Iterator

from interlock.messages.terms import ORDER_STATUSES, REPORT_CANCEL_REJECTED, UNKNOWN
from interlock.monitoring.story import Conclusion, Latency, Step

_UNKNOWN = ORDER_STATUSES[UNKNOWN]

# Which conclusions answer which request; the end of the order answers all of them.
_ENDS = ("order_cancelled", "order_rejected", "order_expired")
ANSWERS = {
    "cancel_requested": (*_ENDS, "request_rejected"),
    "replace_requested": (*_ENDS, "order_replaced", "request_rejected"),
}


def answers(asked: Conclusion, said: Conclusion) -> bool:
    """This says whether a conclusion answers a request.

    A refusal answers the request of its own kind, a replacement every request up to its revision.
    """
    if said.kind not in ANSWERS[asked.kind]:
        return False
    if said.kind == "order_replaced":
        return bool(said.fields["revision"] >= asked.fields["revision"])
    if said.kind == "request_rejected":
        is_about_cancel = said.fields["kind"] == REPORT_CANCEL_REJECTED
        return bool(is_about_cancel == (asked.kind == "cancel_requested"))
    return True


def latencies_of(steps: list[Step]) -> list[Latency]:
    """This is every span worth knowing between an order's steps, the first of them its clearing."""
    return [*_since_cleared(steps), *_answered(steps), *_unknown(steps)]


def _since_cleared(steps: list[Step]) -> Iterator[Latency]:
    cleared = steps[0]
    answer = next((s for s in steps if s.kind == "report_order" and s.status != _UNKNOWN), None)
    if answer is not None:
        yield _span("cleared to answered", cleared, answer)
    fills = [step for step in steps if _concludes(step, "order_filled")]
    if fills:
        yield _span("cleared to first fill", cleared, fills[0])
    if len(fills) > 1:
        yield _span("cleared to last fill", cleared, fills[-1])


def _answered(steps: list[Step]) -> Iterator[Latency]:
    for place, step in enumerate(steps):
        for asked in step.concluded:
            if asked.kind not in ANSWERS:
                continue
            said = _answer(asked, steps[place + 1 :])
            if said is not None:
                name = asked.kind.partition("_")[0]
                yield _span(f"{name} asked to answered", step, said)


def _answer(asked: Conclusion, later: list[Step]) -> Step | None:
    return next(
        (step for step in later if any(answers(asked, said) for said in step.concluded)), None
    )


def _unknown(steps: list[Step]) -> Iterator[Latency]:
    since: Step | None = None
    for step in steps:
        if step.status == _UNKNOWN:
            since = since or step
        elif since is not None:
            yield _span("unknown to resolved", since, step)
            since = None


def _concludes(step: Step, kind: str) -> bool:
    return any(said.kind == kind for said in step.concluded)


def _span(name: str, first: Step, last: Step) -> Latency:
    return Latency(
        name=name,
        ns=last.time.ns - first.time.ns,
        first=str(first.sequence),
        last=str(last.sequence),
    )
