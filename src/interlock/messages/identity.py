"""Identity: how orders and actions are named, here and at venues.

An order's number is made of the command that led to it and its place among that command's orders,
so the journal alone gives it back and a second sending is recognisable (law 8). Inside it is one
integer; people write `412-1`.
"""

import hashlib
import re
from typing import Final

from interlock.messages.units import OrderId, Sequence

ORDER_BITS: Final = 20
ORDERS_PER_COMMAND_MAX: Final = (1 << ORDER_BITS) - 1
# An order's number must fit the 63 bits that every codec and database carries.
SEQUENCE_MAX: Final = (1 << (63 - ORDER_BITS)) - 1

# What FIX engines and the large crypto venues all take as a client order id.
CLIENT_ORDER_ID_CHARACTERS_MAX: Final = 36
_SESSION_CHARACTERS: Final = 12

_ORDER: Final = re.compile(r"(0|[1-9][0-9]{0,12})-(0|[1-9][0-9]{0,6})")


def order_id(sequence: Sequence, n: int) -> OrderId:
    """This is the number of the n-th order that the command `sequence` led to."""
    assert 0 <= sequence <= SEQUENCE_MAX, f"sequence {sequence} is not in 0..{SEQUENCE_MAX}"
    assert 0 <= n <= ORDERS_PER_COMMAND_MAX, f"order {n} is not in 0..{ORDERS_PER_COMMAND_MAX}"
    return (sequence << ORDER_BITS) | n


def order_sequence(order: OrderId) -> Sequence:
    """This is the command that led to the order."""
    return order >> ORDER_BITS


def place_of(order: OrderId) -> int:
    """This is the order's place among the orders of its command, from 1."""
    return order & ORDERS_PER_COMMAND_MAX


def order_text(order: OrderId) -> str:
    """This writes an order's number for people: `412-1`."""
    return f"{order >> ORDER_BITS}-{order & ORDERS_PER_COMMAND_MAX}"


def parse_order(text: str) -> OrderId:
    """This reads `412-1` back. Raises `ValueError` saying what was received; there is one way to
    write an order.
    """
    match = _ORDER.fullmatch(text)
    if match is None:
        raise ValueError(f"was {text[:40]!r}, must be a command and a number such as 412-1")
    sequence, n = int(match[1]), int(match[2])
    if sequence > SEQUENCE_MAX or n > ORDERS_PER_COMMAND_MAX:
        raise ValueError(f"was {text!r}, must be at most {SEQUENCE_MAX}-{ORDERS_PER_COMMAND_MAX}")
    return (sequence << ORDER_BITS) | n


def client_order_id(session_id: str, order: OrderId) -> str:
    """This is the name that a venue knows our order by: the same session and order give the same
    name for ever.

    Only A-Z, 0-9 and the hyphen, 34 characters at most, distinct without regard to case. The
    session enters as 60 bits of its SHA-256, so two sessions do not collide at one venue.
    """
    return f"{_session_mark(session_id)}-{order_text(order)}"


def order_of_client_id(session_id: str, client_id: str) -> OrderId:
    """This is our order behind a venue's client order id, or -1 when the id is not one of this
    session's.
    """
    mark, _, text = client_id.partition("-")
    if mark != _session_mark(session_id):
        return -1
    try:
        return parse_order(text)
    except ValueError:
        return -1


def _session_mark(session_id: str) -> str:
    # 60 bits in twelve characters of five bits; the alphabet has neither I, L, O nor U, which
    # people misread.
    bits = int.from_bytes(hashlib.sha256(session_id.encode()).digest()[:8], "big") >> 4
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "".join(alphabet[(bits >> (5 * place)) & 31] for place in range(_SESSION_CHARACTERS))
