"""Adopting: orders that a venue has for our accounts and that we do not know. None is ignored."""

from typing import Final

from interlock.kernel.comparing import is_sane
from interlock.kernel.differing import Differences
from interlock.kernel.reports import MONEY_MAX
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import is_over
from interlock.ledger.positions import PositionRecord
from interlock.ledger.venues import VenueRecord
from interlock.messages.differences import (
    ADOPTED,
    CANCELLING,
    ORDER_BEYOND_JOURNAL,
    ORDER_UNKNOWN_TO_US,
    DifferenceFound,
    OrderAdopted,
)
from interlock.messages.events import CancelRequested, OrderUnknown
from interlock.messages.identity import order_id, order_sequence, order_text
from interlock.messages.reasons import NOT_AS_STATED, NOT_OURS
from interlock.messages.statements import OrderStated
from interlock.messages.terms import ADOPT_UNKNOWN, SIDES

NAME_CHARACTERS_MAX: Final = 100
"""Of the venue's names for an order that is taken over."""


def take_in(differences: Differences, venue: VenueRecord, stated: OrderStated, place: int) -> None:
    """A venue states an order that is not in our books: `place` is its place on the page, from 1.

    One that has ended is no exposure: what it traded shows in the net position.
    """
    ledger = differences.ledger
    if is_over(stated.status):
        return
    name = stated.venue_order_id
    about = f"{name[:NAME_CHARACTERS_MAX]!r} of {stated.account} in {stated.instrument}"
    if stated.order > 0 and order_sequence(stated.order) > ledger.sequence:
        text = f"{order_text(stated.order)} is there, and the journal ends at {ledger.sequence}"
        differences.of_nobody(ORDER_BEYOND_JOURNAL, "", "", stated.quantity, text)
        return
    position = _position(ledger, venue, stated)
    source = _source(ledger, stated.account, stated.instrument)
    if position is None or source == "" or not _fits(ledger, position, stated):
        differences.of_nobody(
            ORDER_UNKNOWN_TO_US,
            stated.account,
            stated.instrument,
            stated.quantity,
            f"{about} cannot be taken into the books",
        )
        return

    # From here on it is ours, at its worst case.
    number = stated.order if stated.order > 0 else order_id(ledger.sequence, place)
    adopts = venue.definition.unknown_orders == ADOPT_UNKNOWN
    recorder = differences.recorder
    recorder.conclude(
        OrderAdopted(
            number,
            venue.name,
            stated.client_order_id,
            name,
            stated.account,
            source,
            stated.instrument,
            stated.side,
            stated.quantity,
            stated.price,
            stated.revision,
        )
    )
    recorder.conclude(
        DifferenceFound(
            ORDER_UNKNOWN_TO_US,
            venue.name,
            differences.channel,
            differences.question,
            number,
            stated.account,
            stated.instrument,
            0,
            stated.quantity,
            ADOPTED if adopts else CANCELLING,
            "",
            f"{about}, sent as {stated.client_order_id[:NAME_CHARACTERS_MAX]!r}",
        )
    )
    if stated.filled > 0:
        # What it traded must come by execution id: the venue is asked about it.
        recorder.conclude(OrderUnknown(number, NOT_AS_STATED))
    if not adopts:
        recorder.conclude(CancelRequested(number, venue.name, ledger.sequence, NOT_OURS))


def _position(ledger: Ledger, venue: VenueRecord, stated: OrderStated) -> PositionRecord | None:
    account = ledger.accounts.get(stated.account)
    if account is None or stated.instrument not in venue.definition.instruments:
        return None
    return account.positions.get(stated.instrument)


def _source(ledger: Ledger, account: str, instrument: str) -> str:
    """The source that an order is counted under: the first of the account that trades the
    instrument."""
    for source in ledger.sources.values():
        definition = source.definition
        if definition.account == account and instrument in definition.instruments:
            return source.name
    return ""


def _fits(ledger: Ledger, position: PositionRecord, stated: OrderStated) -> bool:
    """Whether the books can hold it: numbers an order can have, a name, and room."""
    name_characters = max(len(stated.venue_order_id), len(stated.client_order_id))
    value = position.instrument.value(stated.price, stated.quantity)
    return (
        is_sane(stated)
        and stated.side in SIDES
        and stated.price > 0
        and stated.venue_order_id != ""
        and name_characters <= NAME_CHARACTERS_MAX
        and value <= MONEY_MAX
        and position.has_room_to_reserve(stated.quantity, value)
        and len(ledger.orders.open) < ledger.bounds.open_orders_max
    )
