"""The words between a session and a venue of its own: one JSON object a line, `say` names its kind.

Both ends read strictly: an unknown word or field, a wrong type or a number out of bounds is refused
with what was wrong and where. docs/venue-protocol.md tells the conversation.
"""

from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from interlock.messages.definitions import Instrument

PROTOCOL: Final = 1
LINE_BYTES_MAX: Final = 65_536
"""Of what a session says."""
VENUE_LINE_BYTES_MAX: Final = 524_288
"""Of what a venue says: a page of its state is long."""
TEXT_CHARACTERS_MAX: Final = 500
NAME_CHARACTERS_MAX: Final = 64
WHOLE_MAX: Final = 2**63 - 1

Whole: TypeAlias = Annotated[int, Meta(ge=0, le=WHOLE_MAX)]
Signed: TypeAlias = Annotated[int, Meta(ge=-WHOLE_MAX, le=WHOLE_MAX)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=NAME_CHARACTERS_MAX)]
Text: TypeAlias = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
Level: TypeAlias = tuple[Whole, Whole]
Levels: TypeAlias = Annotated[tuple[Level, ...], Meta(max_length=1_000)]


class WordRefused(ValueError):  # noqa: N818
    """A line that is no word of this protocol: what was wrong, and where."""


class _Word(
    Struct, frozen=True, gc=False, tag_field="say", forbid_unknown_fields=True, omit_defaults=True
):
    """What all words have in common: strict fields, and defaults left out."""


# What a session says.


class Hello(_Word, frozen=True, tag="hello"):
    """The first word: who speaks, and up to which report it has heard."""

    protocol: Whole
    session: Name
    """The id of the session's journal; client order ids are derived from it."""
    venue: Name
    cancel_on_disconnect: bool = False
    heard: Annotated[int, Meta(ge=-1, le=WHOLE_MAX)] = -1
    """The last report that was heard; -1 to go on from what was last taken."""


class Submit(_Word, frozen=True, tag="submit"):
    """An order. An id seen before is never a new order."""

    id: Name
    account: Name
    instrument: Name
    side: Whole
    order_type: Whole
    time_in_force: Whole
    quantity: Whole
    price: Whole
    display: Whole = 0
    expire_ns: Whole = 0
    post_only: bool = False


class Cancel(_Word, frozen=True, tag="cancel"):
    """Withdraw an order."""

    id: Name


class Replace(_Word, frozen=True, tag="replace"):
    """Change an order to this total quantity and price."""

    id: Name
    revision: Whole
    quantity: Whole
    price: Whole


class Query(_Word, frozen=True, tag="query"):
    """Ask what became of an order."""

    id: Name


class AskState(_Word, frozen=True, tag="ask_state"):
    """Ask for everything that the venue has of this session: open orders, and executions and ends
    since a moment of the venue."""

    question: Whole
    since_ns: Whole = 0


class Taken(_Word, frozen=True, tag="taken"):
    """Reports up to this one are durable here, and need not be kept for us."""

    number: Whole


class Beat(_Word, frozen=True, tag="beat"):
    """I am here."""


# What a venue says.


class Welcome(_Word, frozen=True, tag="welcome"):
    """The answer to hello. Reports that were not taken follow."""

    protocol: Whole
    venue: Name
    log: Name
    """The id of the venue's own record: numbers and executions are counted in it."""
    time_ns: Whole
    next_report: Whole
    instruments: tuple[Instrument, ...]


class Report(_Word, frozen=True, tag="report"):
    """What became of an order. Numbered for each session, without gaps."""

    number: Whole
    id: Name
    kind: Whole
    revision: Whole = 0
    execution: Text = ""
    quantity: Whole = 0
    price: Whole = 0
    fee: Signed = 0
    liquidity: Whole = 0
    reference: Text = ""
    reason: Whole = 0
    text: Text = ""
    venue_order: Text = ""
    time_ns: Whole = 0


class Missing(_Word, frozen=True, tag="missing"):
    """Reports first..last are kept no more: ask about what matters."""

    first: Whole
    last: Whole


class Quote(_Word, frozen=True, tag="quote"):
    """The best bid and ask; a quantity of 0 means none."""

    instrument: Name
    bid: Whole
    bid_quantity: Whole
    ask: Whole
    ask_quantity: Whole
    time_ns: Whole


class Ladder(_Word, frozen=True, tag="ladder"):
    """The best levels of both sides as a whole, best first, as (price, quantity)."""

    instrument: Name
    bids: Levels
    asks: Levels
    time_ns: Whole


class Trade(_Word, frozen=True, tag="trade"):
    """Somebody traded. `aggressor` is the side that took liquidity, 0 when unsaid."""

    instrument: Name
    price: Whole
    quantity: Whole
    aggressor: Whole
    time_ns: Whole


class StatedOrder(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An order as the venue has it."""

    id: Name
    venue_order: Text
    account: Name
    instrument: Name
    side: Whole
    quantity: Whole
    filled: Whole
    price: Whole
    revision: Whole
    status: Whole


class StatedFill(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An execution as the venue has it, under the name by which it reported it."""

    id: Name
    execution: Text
    quantity: Whole
    price: Whole
    fee: Signed
    liquidity: Whole
    time_ns: Whole


class StatedPosition(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What this session has traded in all: bought less sold, lots."""

    account: Name
    instrument: Name
    quantity: Signed


class State(_Word, frozen=True, tag="state"):
    """A page of the answer to `ask_state`: executions, then orders, then what was traded in all,
    which stands on the last page."""

    question: Whole
    page: Whole
    is_last: bool
    time_ns: Whole
    orders: tuple[StatedOrder, ...] = ()
    fills: tuple[StatedFill, ...] = ()
    positions: tuple[StatedPosition, ...] = ()


class Refused(_Word, frozen=True, tag="refused"):
    """A line that was not obeyed, and why. Nothing was done."""

    text: Text
    line: Whole = 0
    """Which line of the connection, from 1."""


SessionWord: TypeAlias = Hello | Submit | Cancel | Replace | Query | AskState | Taken | Beat
VenueWord: TypeAlias = Welcome | Report | Missing | Quote | Ladder | Trade | State | Refused | Beat

_AnyWord = TypeVar("_AnyWord")

_encoder = msgspec.json.Encoder()
_of_session: msgspec.json.Decoder[SessionWord] = msgspec.json.Decoder(SessionWord)
_of_venue: msgspec.json.Decoder[VenueWord] = msgspec.json.Decoder(VenueWord)


def encode_word(word: SessionWord | VenueWord) -> bytes:
    """This is a word as a line with its end."""
    return _encoder.encode(word) + b"\n"


def session_word(line: bytes) -> SessionWord:
    """This reads what a session says. Raises `WordRefused`."""
    return _decoded(_of_session, line, LINE_BYTES_MAX)


def venue_word(line: bytes) -> VenueWord:
    """This reads what a venue says. Raises `WordRefused`."""
    return _decoded(_of_venue, line, VENUE_LINE_BYTES_MAX)


def _decoded(decoder: msgspec.json.Decoder[_AnyWord], line: bytes, line_bytes_max: int) -> _AnyWord:
    if len(line) > line_bytes_max:
        raise WordRefused(f"was longer than {line_bytes_max} bytes")
    try:
        return decoder.decode(line)
    except msgspec.DecodeError as error:
        raise WordRefused(str(error)[:TEXT_CHARACTERS_MAX]) from None
    except RecursionError:
        raise WordRefused("is nested too deeply") from None
