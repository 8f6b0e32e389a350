"""The limits in force at the end of a journal, each with its history."""

from typing import Any

from interlock.controls.catalogue import KINDS
from interlock.controls.control import MONEY, QUANTITY, TICKS, answer_name
from interlock.journal.plain import address_of
from interlock.ledger.limits import limit_key
from interlock.messages.approvals import LimitChanged
from interlock.messages.commands import DefineInstrument, SetLimit
from interlock.messages.definitions import Instrument, Limit
from interlock.messages.encoding import Entry
from interlock.messages.units import Sequence, format_decimal
from interlock.monitoring.figures import moment


class LimitHistory:
    """Gathers every setting and change of every limit while it is shown a journal."""

    def __init__(self) -> None:
        self._instruments: dict[str, Instrument] = {}
        self._limits: dict[str, Limit] = {}
        self._changes: dict[str, list[dict[str, Any]]] = {}

    def take(self, sequence: Sequence, entry: Entry) -> None:
        """This takes the next entry."""
        command = entry.command
        if isinstance(command, DefineInstrument):
            self._instruments[command.instrument.symbol] = command.instrument
        elif isinstance(command, SetLimit):
            limit = command.limit
            self._note(str(sequence), entry.time_ns, limit, command.by, "", limit.reason)
        for place, event in enumerate(entry.events, 1):
            if isinstance(event, LimitChanged):
                address = address_of(sequence, place)
                said = (event.by, event.confirmed_by, event.text)
                self._note(address, entry.time_ns, event.limit, *said)

    def _note(
        self, address: str, time_ns: int, limit: Limit, by: str, confirmed_by: str, text: str
    ) -> None:
        key = limit_key(limit)
        before = self._limits.get(key)
        self._limits[key] = limit
        self._changes.setdefault(key, []).append(
            {
                "record": address,
                "time_ns": time_ns,
                "time": str(moment(time_ns)),
                "by": by,
                "confirmed_by": confirmed_by,
                "text": text,
                "old": dict(before.parameters) if before is not None else None,
                "new": dict(limit.parameters),
                "words": values_text(limit, self._instruments),
            }
        )

    def limits(self) -> list[dict[str, Any]]:
        """This is every limit in the order in which they were armed."""
        return [
            {
                "control": limit.control,
                "scope": limit.scope,
                "instrument": limit.instrument,
                "currency": limit.currency,
                "severity": answer_name(limit.answer),
                "parameters": dict(limit.parameters),
                "words": values_text(limit, self._instruments),
                "owner": limit.owner,
                "reason": limit.reason,
                "history": self._changes[key],
            }
            for key, limit in self._limits.items()
        ]


def values_text(limit: Limit | None, instruments: dict[str, Instrument]) -> str:
    """The parameters of a limit as a session file writes them, in the digits of what they count;
    nothing where there is no limit."""
    if limit is None:
        return "nothing"
    kind = KINDS.get(limit.control)
    units = {each.name: each.unit for each in kind.parameters} if kind is not None else {}
    return ", ".join(
        f"{name} {_value_text(limit, units.get(name, ''), value, instruments)}"
        for name, value in limit.parameters.items()
    )


def _value_text(
    limit: Limit,
    unit: str,
    value: int | tuple[str, ...],
    instruments: dict[str, Instrument],
) -> str:
    if isinstance(value, tuple):
        return " ".join(value) or "none"
    instrument = instruments.get(limit.instrument)
    if unit == QUANTITY and instrument is not None:
        return instrument.quantity_text(value)
    if unit == TICKS and instrument is not None:
        return instrument.price_text(value)
    if unit == MONEY:
        digits = [
            each.currency_digits
            for each in instruments.values()
            if each.symbol == limit.instrument or each.currency == limit.currency
        ]
        return format_decimal(value, digits[0]) if digits else str(value)
    return f"{value} {unit}" if unit not in ("", "count") else str(value)
