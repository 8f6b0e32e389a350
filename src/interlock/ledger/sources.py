"""Sources and releases: who decides, under what, and which keys they have used."""

from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.ledger.positions import AccountRecord, CashRecord, PositionRecord
from interlock.ledger.row import Row
from interlock.messages.definitions import Source
from interlock.messages.units import Minor, Nanoseconds, Sequence


@final
@mypyc_attr(acyclic=True)
class KeyUse:
    """A decision key, first used by this command at this time."""

    def __init__(self, key: str, sequence: Sequence, time_ns: Nanoseconds) -> None:
        self.key: Final = key
        self.sequence: Final[Sequence] = sequence
        self.time_ns: Final[Nanoseconds] = time_ns


@final
class SourceRecord:
    """One source, with the keys it used within the horizon."""

    def __init__(self, definition: Source, account: AccountRecord) -> None:
        self.name: Final[str] = definition.name
        self.account: Final = account
        self.definition: Source = definition
        self.priority: int = definition.priority
        self.instruments: dict[str, bool] = dict.fromkeys(definition.instruments, True)
        self.actions: dict[str, bool] = dict.fromkeys(definition.actions, True)
        self.may_order: bool = "orders" in self.actions
        # What sizing asks for with every order: a Struct answers ten times slower.
        self.sizing_rule: int = definition.sizing.rule
        self.notional: tuple[tuple[str, Minor], ...] = definition.sizing.notional
        self.touch_share_bps: int = definition.sizing.touch_share_bps
        self.keys: Final[dict[str, KeyUse]] = {}
        # The same, oldest first: to take the first key out of a dictionary of many costs a walk
        # over the places of all that were taken out before it.
        self.uses: Final[Row[KeyUse]] = Row()
        self.open_orders = 0
        self.own: Final = AccountRecord(definition.name)
        """What its own orders and fills made, kept as an account is; it begins with nothing."""

    def own_cash(self, currency: str) -> CashRecord | None:
        """What it moved in a currency; None where its account has none."""
        own = self.own.cash.get(currency)
        if own is None:
            held = self.account.cash.get(currency)
            if held is None:
                return None
            own = CashRecord(currency, held.digits, 0)
            self.own.cash[currency] = own
        return own

    def own_position(self, position: PositionRecord) -> PositionRecord:
        """What it holds by itself of what a position of its account holds."""
        instrument = position.instrument
        own = self.own.positions.get(instrument.symbol)
        if own is None:
            cash = self.own_cash(instrument.currency)
            assert cash is not None, f"{self.account.name} has no {instrument.currency}"
            own = PositionRecord(self.own, instrument, cash)
            self.own.positions[instrument.symbol] = own
        return own

    def redefine(self, definition: Source) -> None:
        """This changes what the source may do, from now on."""
        self.definition = definition
        self.priority = definition.priority
        self.instruments = dict.fromkeys(definition.instruments, True)
        self.actions = dict.fromkeys(definition.actions, True)
        self.may_order = "orders" in self.actions
        self.sizing_rule = definition.sizing.rule
        self.notional = definition.sizing.notional
        self.touch_share_bps = definition.sizing.touch_share_bps

    def use_key(
        self,
        key: str,
        sequence: Sequence,
        time_ns: Nanoseconds,
        keys_max: int,
        age_ns: Nanoseconds,
    ) -> None:
        """This remembers the first use of a key, and forgets what lies beyond the horizon."""
        # What is too old goes first: a key that comes again after the horizon is new again.
        oldest = self.uses.first()
        while oldest is not None and time_ns - oldest.time_ns > age_ns:
            del self.keys[oldest.key]
            self.uses.drop_first()
            oldest = self.uses.first()
        use = KeyUse(key, sequence, time_ns)
        # One look into a large table, not two.
        if self.keys.setdefault(key, use) is use:
            self.uses.put(use)
        while len(self.uses) > keys_max:
            oldest = self.uses.first()
            assert oldest is not None, f"{len(self.uses)} keys and none is the oldest"
            del self.keys[oldest.key]
            self.uses.drop_first()

    def note_use(self, use: KeyUse) -> None:
        self.keys[use.key] = use
        self.uses.put(use)

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
