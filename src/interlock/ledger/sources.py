"""Sources and releases: who decides, under what, and which keys they have used."""

from typing import Final, final

from interlock.ledger.positions import AccountRecord
from interlock.messages.definitions import Source
from interlock.messages.units import Nanoseconds, Sequence


@final
class KeyUse:
    """A decision key, first used by this command at this time."""

    def __init__(self, sequence: Sequence, time_ns: Nanoseconds) -> None:
        self.sequence: Final[Sequence] = sequence
        self.time_ns: Final[Nanoseconds] = time_ns


@final
class SourceRecord:
    """One source, with the keys it used within the horizon."""

    def __init__(self, definition: Source, account: AccountRecord) -> None:
        self.definition: Source = definition
        self.name: Final[str] = definition.name
        self.account: AccountRecord = account
        self.priority: int = definition.priority
        self.instruments: dict[str, bool] = dict.fromkeys(definition.instruments, True)
        self.actions: dict[str, bool] = dict.fromkeys(definition.actions, True)
        self.may_order: bool = "orders" in self.actions
        self.keys: Final[dict[str, KeyUse]] = {}
        self.open_orders = 0

    def use_key(
        self,
        key: str,
        sequence: Sequence,
        time_ns: Nanoseconds,
        keys_max: int,
        age_ns: Nanoseconds,
    ) -> None:
        """This remembers the first use of a key, and forgets what lies beyond the horizon."""
        if key not in self.keys:
            self.keys[key] = KeyUse(sequence, time_ns)
        while len(self.keys) > 0:
            # Dictionaries keep insertion order: the first key is the oldest.
            oldest = next(iter(self.keys))
            if len(self.keys) <= keys_max and time_ns - self.keys[oldest].time_ns <= age_ns:
                break
            del self.keys[oldest]

    def first_use(self, key: str) -> Sequence:
        """The command that used the key first; 0 when it is new or beyond the horizon."""
        use = self.keys.get(key)
        return use.sequence if use is not None else 0


@final
class ReleaseRecord:
    """One release: the state it is in, under which epoch."""

    def __init__(self, name: str, epoch: int, state: int) -> None:
        self.name: Final = name
        self.epoch = epoch
        self.state = state
