"""Session lines: on which line of a TOML text each field stands.

tomllib does not say, and a mistake without its line is hard to find. The scanner walks a text that
tomllib has accepted, so it need not check anything: it finds keys, steps over strings and comments,
and follows arrays and inline tables.
"""

import re
from typing import Final, final

from interlock.inputs.session_remarks import Place

_BLANK: Final = re.compile(r"[ \t]*")
# Between the entries of an array, and between statements, comments and line ends count as blank.
_BLANK_LINES: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[^\s.=\]\"'#]+")
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")
_BASIC: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LITERAL: Final = re.compile(r"'([^'\n]*)'")
_LONG_BASIC: Final = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL)
_LONG_LITERAL: Final = re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPES: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def lines_of(text: str) -> dict[Place, int]:
    """This is the line, from 1, on which each field, table and array entry of a TOML text begins.

    Promises nothing for text that tomllib refuses. Cost: one pass. Raises `RecursionError` when
    values are nested as deep as Python's stack.
    """
    return _Scanner(text).scanned()


@final
class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Place, int] = {(): 1}
        self.entries: dict[Place, int] = {}
        """How many entries each array of tables has so far."""

    def scanned(self) -> dict[Place, int]:
        table: Place = ()
        self._skip(_BLANK_LINES)
        while self.at < len(self.text):
            before = self.at
            if self.text.startswith("[[", self.at):
                table = self._array_header()
            elif self.text.startswith("[", self.at):
                self.at += 1
                table = self._resolved(self._keys(), self.line)
            else:
                self._assignment(table)
            self._skip(_BLANK_LINES)
            if self.at == before:
                # Not TOML after all: lines beyond here are not known.
                break
        return self.lines

    def _array_header(self) -> Place:
        line = self.line
        self.at += 2
        keys = self._keys()
        self.at += 1
        array = (*self._resolved(keys[:-1], line), keys[-1])
        self.lines.setdefault(array, line)
        entry = self.entries.get(array, 0)
        self.entries[array] = entry + 1
        self.lines[(*array, entry)] = line
        return (*array, entry)

    def _resolved(self, keys: list[str], line: int) -> Place:
        """The table of a header: of an array of tables, the last entry is meant."""
        place: Place = ()
        for key in keys:
            place = (*place, key)
            self.lines.setdefault(place, line)
            if place in self.entries:
                place = (*place, self.entries[place] - 1)
        return place

    def _assignment(self, table: Place) -> None:
        line, place = self.line, table
        for key in self._keys():
            place = (*place, key)
            self.lines.setdefault(place, line)
        self._skip(_BLANK)
        self._value(place)

    def _keys(self) -> list[str]:
        """A key with its dots, and what ends it: `=` or `]`."""
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            keys.append(self._key())
            self._skip(_BLANK)
            end = self.text[self.at : self.at + 1]
            self.at += 1
            if end != ".":
                return keys

    def _key(self) -> str:
        match = _BASIC.match(self.text, self.at)
        if match is not None:
            self._take(match)
            return _ESCAPE.sub(_unescaped, match[1])
        match = _LITERAL.match(self.text, self.at)
        if match is not None:
            self._take(match)
            return match[1]
        match = _BARE_KEY.match(self.text, self.at)
        if match is None:
            return ""
        self._take(match)
        return match[0]

    def _value(self, place: Place) -> None:
        start = self.text[self.at : self.at + 1]
        if start == "[":
            self._array(place)
        elif start == "{":
            self._inline_table(place)
        else:
            for form in (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL, _SCALAR):
                match = form.match(self.text, self.at)
                if match is not None:
                    self._take(match)
                    return

    def _array(self, place: Place) -> None:
        self.at += 1
        index = 0
        self._skip(_BLANK_LINES)
        while self.at < len(self.text) and self.text[self.at] != "]":
            entry = (*place, index)
            self.lines[entry] = self.line
            before = self.at
            self._value(entry)
            index += 1
            self._skip(_BLANK_LINES)
            if self.text.startswith(",", self.at):
                self.at += 1
            self._skip(_BLANK_LINES)
            if self.at == before:
                return
        self.at += 1

    def _inline_table(self, place: Place) -> None:
        self.at += 1
        self._skip(_BLANK_LINES)
        while self.at < len(self.text) and self.text[self.at] != "}":
            before = self.at
            self._assignment(place)
            self._skip(_BLANK_LINES)
            if self.text.startswith(",", self.at):
                self.at += 1
            self._skip(_BLANK_LINES)
            if self.at == before:
                return
        self.at += 1

    def _skip(self, blank: re.Pattern[str]) -> None:
        match = blank.match(self.text, self.at)
        if match is not None:
            self._take(match)

    def _take(self, match: re.Match[str]) -> None:
        self.line += match[0].count("\n")
        self.at = match.end()


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uU" and len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)
