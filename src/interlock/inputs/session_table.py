"""Session tables: the fields of one TOML table, each mistake noted at its place.

Nothing here raises for a wrong value: it notes the mistake and hands back a harmless stand-in, so
that all mistakes of a file are found in one pass. Numbers with a fraction are text, `"0.01"`: a
TOML float is binary and has already been rounded when it gets here.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from interlock.inputs.fields import NAME_CHARACTERS_MAX, text_fault
from interlock.inputs.session_remarks import Place, Remarks
from interlock.messages.units import DIGITS_MAX, UnitError, format_decimal, parse_decimal

TEXT_CHARACTERS_MAX: Final = 500
WHOLE_MAX: Final = 10**18
# How much of a wrong value is said back.
_SHOWN_CHARACTERS_MAX: Final = 60


class Table:
    """One table at one place. What nobody took when `end` is called is an unknown field."""

    def __init__(self, value: object, place: Place, remarks: Remarks) -> None:
        self.place = place
        self.remarks = remarks
        self._taken: dict[str, None] = {}
        self._value: dict[str, object] = {}
        self.is_table = isinstance(value, dict)
        if isinstance(value, dict):
            self._value = value
        else:
            remarks.note(place, f"was {shown(value)}, must be a table")

    def has(self, name: str) -> bool:
        return name in self._value

    def names(self) -> list[str]:
        return list(self._value)

    def at(self, name: str) -> Place:
        return (*self.place, name)

    def note(self, name: str, text: str) -> None:
        self.remarks.note((*self.place, name), text)

    def take(self, name: str) -> object:
        """This is the raw value under a name; None when it is not there."""
        self._taken[name] = None
        return self._value.get(name)

    def end(self) -> None:
        """Notes every field that nobody asked for, with the name that was probably meant."""
        for name in self._value:
            if name not in self._taken:
                self.note(name, f"is not a field here; {nearest(name, self._taken)}")

    def text(self, name: str, default: str | None = None) -> str:
        """This is text of at most 500 characters, not empty; without a default it must be there."""
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or ""
        fault = text_fault(value, TEXT_CHARACTERS_MAX) if isinstance(value, str) else ""
        if not isinstance(value, str):
            fault = f"was {shown(value)}, must be text"
        elif not value.strip():
            fault = 'was "", must not be empty'
        if fault:
            self.note(name, fault)
            return ""
        return str(value)

    def name(self, name: str, default: str | None = None) -> str:
        """This is a name: 1 to 64 printable characters without blanks around it."""
        text = self.text(name, default)
        fault = name_fault(text)
        if text and fault:
            self.note(name, fault)
            return ""
        return text

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name)
        if name not in self._value:
            return default
        if not isinstance(value, bool):
            self.note(name, f"was {shown(value)}, must be true or false")
            return default
        return value

    def whole(self, name: str, default: int | None, low: int, high: int = WHOLE_MAX) -> int:
        """This is a whole number in low..high."""
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default if default is not None else low
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.note(name, f"was {shown(value)}, must be {low}..{high}")
            return default if default is not None else low
        return value

    def decimal(self, name: str, digits: int, low: int, default: int | None = None) -> int:
        """This is decimal text as a whole number of 10**-digits, at least `low` of them."""
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default if default is not None else low
        try:
            number = parse_decimal(decimal_text(value), digits)
            if not low <= number <= WHOLE_MAX:
                least, most = format_decimal(low, digits), format_decimal(WHOLE_MAX, digits)
                raise UnitError(f"was {shown(value)}, must be {least}..{most}")
        except UnitError as error:
            self.note(name, str(error))
            return low
        return number

    def decimal_form(self, name: str) -> None:
        """This checks no more than that a field is decimal text, where its unit is not known."""
        value = self.take(name)
        if not self._wanted(name, optional=False):
            return
        try:
            parse_decimal(decimal_text(value), DIGITS_MAX)
        except UnitError as error:
            self.note(name, str(error))

    def choice(self, name: str, table: dict[int, str], default: int | None = None) -> int:
        """This is the number behind one of the table's names."""
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or 0
        for number, known in table.items():
            if value == known:
                return number
        self.note(name, f"was {shown(value)}, must be one of {', '.join(table.values())}")
        return default or 0

    def one_of(self, name: str, known: Iterable[str], what: str, default: str | None = None) -> str:
        """This is a name that is defined elsewhere in the file; empty after a mistake."""
        text = self.name(name, default)
        if text and self.has(name) and text not in known:
            self.note(name, f"was {shown(text)}, must be {what}; {nearest(text, known)}")
            return ""
        return text

    def some_of(
        self, name: str, known: Iterable[str] | None, what: str, *, required: bool
    ) -> tuple[str, ...]:
        """These are names that are defined elsewhere in the file, each once; with `known` None they
        may be any.
        """
        found: list[str] = []
        for index, value in enumerate(self.items(name, required=required)):
            place = (*self.place, name, index)
            if not isinstance(value, str) or name_fault(value):
                self.remarks.note(place, f"was {shown(value)}, must be {what}")
            elif value in found:
                self.remarks.note(place, f"was {shown(value)}, which stands here twice")
            elif known is not None and value not in known:
                text = f"was {shown(value)}, must be {what}; {nearest(value, known)}"
                self.remarks.note(place, text)
            else:
                found.append(value)
        return tuple(found)

    def items(self, name: str, *, required: bool) -> list[object]:
        """This is an array."""
        value = self.take(name)
        if not self._wanted(name, not required):
            return []
        if not isinstance(value, list):
            self.note(name, f"was {shown(value)}, must be an array")
            return []
        return value

    def tables(self, name: str, *, required: bool) -> list["Table"]:
        """This is an array of tables."""
        return [
            Table(value, (*self.place, name, index), self.remarks)
            for index, value in enumerate(self.items(name, required=required))
        ]

    def table(self, name: str, *, required: bool = False) -> "Table":
        """This is a table inside this one; an empty one when it is left out."""
        value = self.take(name)
        if not self._wanted(name, not required):
            return Table({}, self.at(name), self.remarks)
        return Table(value, self.at(name), self.remarks)

    def _wanted(self, name: str, optional: bool) -> bool:
        if name in self._value:
            return True
        if not optional and self.is_table:
            self.note(name, "is missing")
        return False


def shown(value: object) -> str:
    """This is a value as it would stand in the file, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        cut = value[:_SHOWN_CHARACTERS_MAX]
        text = cut.replace("\\", "\\\\").replace('"', '\\"')
        text = text if text.isprintable() else ascii(cut)[1:-1]
        return f'"{text}"' if len(value) <= _SHOWN_CHARACTERS_MAX else f'"{text}..."'
    if isinstance(value, int):
        return str(value) if -(10**40) < value < 10**40 else "a number beyond all bounds"
    if isinstance(value, float):
        return f"the float {value!r}"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, dict):
        return "a table"
    return "nothing" if value is None else "a date or time"


def decimal_text(value: object) -> str:
    """This is decimal text. Raises `UnitError` for a number that is not text, saying how to write
    it.
    """
    if isinstance(value, str):
        return value
    example = '"12.50"'
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15:
        example = f'"{value}"' if "e" not in str(value) else example
    raise UnitError(f"was {shown(value)}, must be decimal text such as {example}")


def name_fault(text: str) -> str:
    """This says what is wrong with a name; empty when nothing is."""
    if not 0 < len(text) <= NAME_CHARACTERS_MAX:
        return f"was {len(text)} characters long, must be 1..{NAME_CHARACTERS_MAX}"
    if not text.isprintable() or text != text.strip():
        return f"was {shown(text)}, must be printable characters without blanks around them"
    return ""


def nearest(name: str, known: Iterable[str]) -> str:
    """This says which known name was probably meant, or which there are."""
    names = list(known)
    close = get_close_matches(name[:NAME_CHARACTERS_MAX], names, 1, 0.55)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(names[:12])}" if names else "none is defined"
