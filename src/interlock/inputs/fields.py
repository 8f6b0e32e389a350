"""Fields: the values of one JSON object, each mistake noted under its path.

Nothing here raises for a wrong value: it notes the mistake and hands back a harmless stand-in, so
that all mistakes of a line are found in one pass. Whoever started the reading asks `Findings` at
the end and builds nothing if there were any.
"""

from typing import Final

from interlock.inputs.moments import MOMENT_NS_MAX, parse_moment
from interlock.inputs.refusals import InputRefused, Mistake, mistake_at
from interlock.inputs.strict_json import INTEGER_MAX, NotWhole, described
from interlock.messages.definitions import Instrument
from interlock.messages.reasons import MALFORMED, UNKNOWN_INSTRUMENT
from interlock.messages.units import Lots, Nanoseconds, Ticks

NAME_CHARACTERS_MAX: Final = 64

# Prices in ticks and quantities in lots above this are refused: the record keeps 63 bits, and
# products are ours.
STEPS_MAX: Final = 10**18

_ALLOWED_CONTROLS: Final = {"\n", "\t"}


class Findings:
    """What was wrong with one line so far."""

    def __init__(self, instruments: dict[str, Instrument]) -> None:
        self.instruments = instruments
        self.mistakes: list[Mistake] = []
        self._reason = UNKNOWN_INSTRUMENT

    def note(self, path: str, text: str, reason: int = MALFORMED) -> None:
        self.mistakes.append(mistake_at(path, text))
        if reason == MALFORMED:
            self._reason = MALFORMED

    def refuse_if_any(self) -> None:
        """Raises `InputRefused` with all mistakes.

        Its reason is UNKNOWN_INSTRUMENT when nothing else is wrong, and MALFORMED otherwise.
        """
        if self.mistakes:
            raise InputRefused(self.mistakes, self._reason)


class Fields:
    """One JSON object at one path. What nobody took when `end` is called is an unknown field."""

    def __init__(self, value: object, path: str, findings: Findings) -> None:
        self.path = path
        self.findings = findings
        self._taken: set[str] = set()
        self._value: dict[str, object] = {}
        if isinstance(value, dict):
            self._value = value
            self.is_object = True
        else:
            self.is_object = False
            findings.note(path, f"was {described(value)}, must be a JSON object")

    def has(self, name: str) -> bool:
        return name in self._value

    def take(self, name: str) -> object:
        """This is the raw value under a name; None when it is not there."""
        self._taken.add(name)
        return self._value.get(name)

    def note(self, name: str, text: str) -> None:
        self.findings.note(f"{self.path}.{name}", text)

    def end(self) -> None:
        """Notes every field that nobody asked for."""
        for name in self._value:
            if name not in self._taken:
                known = ", ".join(sorted(self._taken))
                self.note(name[:40], f"is not a field here; the fields are {known}")

    def text(self, name: str, default: str | None = None, *, characters_max: int) -> str:
        """This is free text; without a default the field must be there."""
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or ""
        fault = text_fault(value, characters_max)
        if fault:
            self.note(name, fault)
            return default or ""
        return str(value)

    def name(self, name: str, default: str | None = None) -> str:
        """This is a name: 1 to 64 printable characters (or empty where a default is given), none of
        the outer ones a blank, so that nobody is somebody else by a blank."""
        text = self.text(name, default, characters_max=NAME_CHARACTERS_MAX)
        if not text and default is None and type(self._value.get(name)) is str:
            self.note(name, 'was "", must not be empty')
        if not text.isprintable():
            self.note(name, f"was {text!r}, must be printable characters")
        elif text != text.strip():
            self.note(name, f"was {text!r}, must neither begin nor end with a blank")
        return text

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name)
        if name not in self._value:
            return default
        if value is True:
            return True
        if value is not False:
            self.note(name, f"was {described(value)}, must be true or false")
        return False

    def whole(self, name: str, default: int | None, *, least: int, most: int = INTEGER_MAX) -> int:
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or 0
        if type(value) is not int or not least <= value <= most:
            self.note(name, f"was {described(value)}, must be a whole number in {least}..{most}")
            return default or 0
        return value

    def moment(self, name: str, default: Nanoseconds | None = None) -> Nanoseconds:
        """This is a time: whole nanoseconds since 1970, or ISO 8601 in UTC."""
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or 0
        if type(value) is str:
            try:
                return parse_moment(value)
            except ValueError as error:
                self.note(name, str(error))
                return 0
        if type(value) is not int or not 0 <= value <= MOMENT_NS_MAX:
            self.note(
                name,
                f"was {described(value)}, must be whole nanoseconds since 1970 or UTC text such as "
                '"2024-08-08T23:54:14.087891268Z"',
            )
            return 0
        return value

    def choice(self, name: str, table: dict[int, str], default: int | None = None) -> int:
        """This is the number behind one of the table's names."""
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or 0
        for number, known in table.items():
            if value == known:
                return number
        self.note(name, f"was {described(value)}, must be one of {', '.join(table.values())}")
        return default or 0

    def instrument(self, name: str = "instrument") -> Instrument | None:
        """This is the instrument named there; None after a mistake or when it is not defined."""
        symbol = self.name(name)
        if not symbol:
            return None
        instrument = self.findings.instruments.get(symbol)
        if instrument is None:
            known = ", ".join(list(self.findings.instruments)[:8]) or "none"
            text = f"was {symbol!r}, must be an instrument of this session ({known})"
            self.findings.note(
                f"{self.path}.{name}", f"UNKNOWN_INSTRUMENT: {text}", UNKNOWN_INSTRUMENT
            )
        return instrument

    def price(self, name: str, instrument: Instrument | None, default: Ticks | None = 0) -> Ticks:
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or 0
        return self.steps(f"{self.path}.{name}", value, instrument, is_price=True, least=-STEPS_MAX)

    def quantity(
        self,
        name: str,
        instrument: Instrument | None,
        default: Lots | None = 0,
        *,
        least: int = 0,
    ) -> Lots:
        value = self.take(name)
        if not self._wanted(name, default is not None):
            return default or 0
        return self.steps(f"{self.path}.{name}", value, instrument, is_price=False, least=least)

    def steps(
        self,
        path: str,
        value: object,
        instrument: Instrument | None,
        *,
        is_price: bool,
        least: int,
    ) -> int:
        """This is decimal text as ticks or lots; 0 after a mistake or without an instrument."""
        if type(value) is not str:
            self.findings.note(
                path, f"was {described(value)}, must be decimal text such as {_example(value)}"
            )
            return 0
        if instrument is None:
            return 0
        try:
            parse = instrument.parse_price if is_price else instrument.parse_quantity
            steps = parse(value)
        except ValueError as error:
            self.findings.note(path, str(error))
            return 0
        if steps < least:
            write = instrument.price_text if is_price else instrument.quantity_text
            self.findings.note(path, f"was {value!r}, must be at least {write(least)}")
            return 0
        if steps > STEPS_MAX:
            self.findings.note(path, f"was {value!r}, must be at most {STEPS_MAX} steps")
            return 0
        return steps

    def items(self, name: str, *, length_max: int, required: bool) -> list[object]:
        """This is an array with at most so many entries."""
        value = self.take(name)
        if not self._wanted(name, not required):
            return []
        if not isinstance(value, list):
            self.note(name, f"was {described(value)}, must be an array")
            return []
        if len(value) > length_max:
            self.note(name, f"had {len(value)} entries, must have at most {length_max}")
            return []
        return value

    def texts(self, name: str, *, length_max: int, characters_max: int) -> dict[str, str]:
        """This is a map from text to text with at most so many entries."""
        value = self.take(name)
        if name not in self._value:
            return {}
        if not isinstance(value, dict):
            self.note(name, f"was {described(value)}, must be an object of texts")
            return {}
        if len(value) > length_max:
            self.note(name, f"had {len(value)} entries, must have at most {length_max}")
            return {}
        texts: dict[str, str] = {}
        for key, item in value.items():
            fault = text_fault(key, NAME_CHARACTERS_MAX)
            if fault:
                self.note(name, f"has a name that {fault}")
                continue
            fault = text_fault(item, characters_max)
            if fault:
                self.note(f"{name}.{key}", fault)
                continue
            texts[key] = str(item)
        return texts

    def _wanted(self, name: str, optional: bool) -> bool:
        if name in self._value:
            return True
        if not optional and self.is_object:
            self.note(name, "is missing")
        return False


def text_fault(value: object, characters_max: int) -> str:
    """This says what is wrong with a text; empty when nothing is."""
    if type(value) is not str:
        return f"was {described(value)}, must be text"
    if len(value) > characters_max:
        return f"was {len(value)} characters long, must be at most {characters_max}"
    if value.isascii() and value.isprintable():
        return ""
    for character in value:
        # Control characters could rewrite the terminal; half a surrogate pair has no bytes.
        if character < " " and character not in _ALLOWED_CONTROLS:
            return f"has the control character {character!r}"
        if character == "\x7f" or "\x80" <= character <= "\x9f":
            return f"has the control character {character!r}"
        if "\ud800" <= character <= "\udfff":
            return f"has {character!r}, half of a character"
    return ""


def _example(value: object) -> str:
    if isinstance(value, NotWhole) and len(value.text) <= 24 and value.text[-1].isdigit():
        if "e" not in value.text.lower():
            return f'"{value.text}"'
    elif type(value) is int and abs(value) < 10**18:
        return f'"{value}"'
    return '"61837.63"'
