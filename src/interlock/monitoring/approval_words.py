"""Approvals in words: what waits for people, and what they said."""

from interlock.controls.control import answer_name
from interlock.messages.approvals import (
    ApprovalRecorded,
    ApproveDecision,
    ConfirmLimitChange,
    DecisionHeld,
    DeclineDecision,
    DeclineLimitChange,
    HoldRefused,
    HoldReleased,
    LimitChanged,
    LimitChangeProposed,
    LimitChangeRefused,
    ProposeLimitChange,
)
from interlock.messages.commands import Command
from interlock.messages.definitions import Limit
from interlock.messages.events import Event
from interlock.messages.reasons import reason_name
from interlock.monitoring.figures import moment


def approval_command_words(command: Command) -> str:
    """This is what a person said of what waits; empty when it is something else."""
    if isinstance(command, ApproveDecision):
        return f"{command.by}: let decision {command.decision} go on{_said(command.text)}"
    if isinstance(command, DeclineDecision):
        return f"{command.by}: do not let decision {command.decision} go on{_said(command.text)}"
    if isinstance(command, ProposeLimitChange):
        return f"{command.by}: set {limit_words(command.limit)}{_said(command.text)}"
    if isinstance(command, ConfirmLimitChange):
        return f"{command.by}: confirm change {command.change}{_said(command.text)}"
    if isinstance(command, DeclineLimitChange):
        return f"{command.by}: drop change {command.change}{_said(command.text)}"
    return ""


def approval_words(event: Event) -> str:
    """This is an event about a hold or a limit; empty when it is something else."""
    if isinstance(event, DecisionHeld):
        who = f"{event.approvers} to approve" if event.approvers else "a confirmation"
        return (
            f"decision {event.decision} waits for {who} until {moment(event.expires_ns).text},"
            f" digest {event.digest[:16]}"
        )
    if isinstance(event, ApprovalRecorded):
        left = f"; {event.missing} more must" if event.missing else ""
        return f"decision {event.decision} approved by {event.by}{_said(event.text)}{left}"
    if isinstance(event, HoldReleased):
        return f"decision {event.decision} passed the gate again; its approvals are spent"
    if isinstance(event, HoldRefused):
        by = f", by {event.by}" if event.by else ""
        reason = reason_name(event.reason)
        return f"decision {event.decision} is not let go on: {reason}{by}{_said(event.text)}"
    return _limit_event_words(event)


def _limit_event_words(event: Event) -> str:
    if isinstance(event, LimitChangeProposed):
        return (
            f"{limit_words(event.limit)}, instead of {parameters_text(event.before)}, waits for"
            f" someone else than {event.by} until {moment(event.expires_ns).text}"
            f"{_said(event.text)}"
        )
    if isinstance(event, LimitChanged):
        confirmed = f", confirmed by {event.confirmed_by}" if event.confirmed_by else ""
        return (
            f"{limit_words(event.limit)} from now on, instead of {parameters_text(event.before)},"
            f" by {event.by}{confirmed}{_said(event.text)}"
        )
    if isinstance(event, LimitChangeRefused):
        by = f", by {event.by}" if event.by else ""
        reason = reason_name(event.reason)
        return f"change {event.change} does not take effect: {reason}{by}{_said(event.text)}"
    return ""


def limit_words(limit: Limit) -> str:
    """This is a limit: control, where, what it leads to, and its parameters as they are kept."""
    return f"{limit_place(limit)}: {parameters_text(limit)}"


def limit_place(limit: Limit) -> str:
    """This is which limit it is: control, where, and what it leads to."""
    where = " ".join(part for part in (limit.scope, limit.instrument, limit.currency) if part)
    answer = answer_name(limit.answer)
    leads = f" ({answer})" if answer != "refuse" else ""
    return f"{limit.control} on {where}{leads}"


def parameters_text(limit: Limit | None) -> str:
    """The parameters of a limit as they are kept; nothing where there is no limit."""
    if limit is None:
        return "nothing"
    return (
        ", ".join(f"{name}={_plain(value)}" for name, value in limit.parameters.items())
        or "no value"
    )


def _plain(value: int | tuple[str, ...]) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _said(text: str) -> str:
    return f" “{text}”" if text else ""
