"""Auditing: every invariant after every step, over the whole ledger."""

from interlock.engine import Engine
from interlock.kernel.invariants import audit
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import Command
from interlock.messages.events import Event
from interlock.messages.units import Nanoseconds


class InvariantsBroken(AssertionError):  # noqa: N818 - it is named for what it says
    """Something that must be true was not."""


def invariants(ledger: Ledger) -> None:
    """This checks everything that must be true of a ledger. Raises `InvariantsBroken` with the
    numbers. Cost: one step per open order and position."""
    breaches = audit(ledger)
    if breaches:
        told = "; ".join(f"{breach.name}: {breach.text}" for breach in breaches)
        raise InvariantsBroken(f"after command {ledger.sequence}: {told}")


class AuditedEngine(Engine):
    """An engine that is audited after each command. What a venue broke, and the kernel stopped for,
    is no breach of the audit."""

    def take(self, time_ns: Nanoseconds, command: Command) -> list[Event]:
        events = super().take(time_ns, command)
        if not self.kernel.ledger.broken:
            invariants(self.kernel.ledger)
        return events

    def take_all(self, said: list[tuple[Nanoseconds, Command]]) -> None:
        for time_ns, command in said:
            self.take(time_ns, command)
