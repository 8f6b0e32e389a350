"""What a step leaves to be done after it, and what it has noticed: further words of the kernel."""

from msgspec import Struct

from interlock.messages.units import Nanoseconds, Sequence


class CancelsDeferred(Struct, frozen=True, array_like=True, gc=False, tag=180):
    """More orders are to be cancelled than one record holds: the rest of those in this scope are
    asked for by the commands that follow at once (`messages.commands.ContinueCancels`)."""

    scope: str
    instrument: str
    """The one instrument that is meant; empty for all."""
    source: str
    """Whose instruments alone are meant; empty for all."""
    reason: int
    command: Sequence
    """The command that asked for it."""
    spares_reducing: bool = False
    """Orders that may only reduce are left to work."""


class MarketDoubted(Struct, frozen=True, array_like=True, gc=False, tag=181):
    """A market's price has jumped: nothing new is risked on it while that is looked into."""

    limit: int
    """The number of the limit that says how far a price may jump."""
    instrument: str
    venue: str
    observed: int
    """How far it lies from the price before it, or from the average, in basis points."""
    bound: int
    until_ns: Nanoseconds
    """-1: until a person lets its scope trade again."""
