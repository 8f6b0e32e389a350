"""Differences: between our ledger, a venue and its drop copy, and what follows from each.

A difference has a class, and each class one rule. What a rule cannot resolve stops the smallest
scope that is touched and waits for a person.
"""

from typing import Final, NamedTuple

from msgspec import Struct

from interlock.messages.units import Lots, Nanoseconds, OrderId, Sequence, Ticks


class DifferenceClass(NamedTuple):
    """One way to differ: its code in the journal, its name, what it means, what is done."""

    code: int
    name: str
    meaning: str
    rule: str


FILL_MISSED: Final = 1
FILL_DIFFERS: Final = 2
FILL_UNKNOWN_TO_VENUE: Final = 3
FILL_WITHOUT_ID: Final = 4
ORDER_STATUS_DIFFERS: Final = 10
QUANTITY_DIFFERS: Final = 11
PRICE_DIFFERS: Final = 12
ORDER_IS_ANOTHER: Final = 13
ORDER_UNKNOWN_TO_US: Final = 20
ORDER_UNKNOWN_TO_VENUE: Final = 21
ORDER_BEYOND_JOURNAL: Final = 22
ORDER_GONE: Final = 23
POSITION_DIFFERS: Final = 30
DROP_COPY_DIFFERS: Final = 31
STATEMENT_MALFORMED: Final = 40
STATEMENT_CONTRADICTS_ITSELF: Final = 41
STATEMENT_MISSING: Final = 42

_CLASSES: Final = (
    (
        FILL_MISSED,
        "FILL_MISSED",
        "the venue states an execution that we never heard of",
        "it is taken under the venue's own id, as if it had been reported",
    ),
    (
        FILL_DIFFERS,
        "FILL_DIFFERS",
        "an execution has another quantity or price at the venue than with us",
        "the instrument is halted; a person compares, and the venue corrects or busts it",
    ),
    (
        FILL_UNKNOWN_TO_VENUE,
        "FILL_UNKNOWN_TO_VENUE",
        "we have counted more executions of an order than the venue states",
        "the instrument is halted; a person asks the venue for a bust or finds the execution",
    ),
    (
        FILL_WITHOUT_ID,
        "FILL_WITHOUT_ID",
        "the venue states more of an order as filled than it states executions for",
        "the order is UNKNOWN and the venue is asked about it, so that its executions come by id",
    ),
    (
        ORDER_STATUS_DIFFERS,
        "ORDER_STATUS_DIFFERS",
        "the venue states an order as open or ended, and we hold it otherwise",
        "the venue is believed where the order's life allows it; an order that ended here and is"
        " open there is UNKNOWN and asked about",
    ),
    (
        QUANTITY_DIFFERS,
        "QUANTITY_DIFFERS",
        "an order has another total quantity at the venue",
        "the venue is believed; more than the gate allowed breaks an invariant, which halts",
    ),
    (
        PRICE_DIFFERS,
        "PRICE_DIFFERS",
        "an order stands at another price at the venue",
        "the venue is believed; worse than the gate allowed breaks an invariant, which halts",
    ),
    (
        ORDER_IS_ANOTHER,
        "ORDER_IS_ANOTHER",
        "the venue states another account, instrument or side under our order's number",
        "the venue is halted; a person decides",
    ),
    (
        ORDER_UNKNOWN_TO_US,
        "ORDER_UNKNOWN_TO_US",
        "the venue has an open order of ours that we do not know",
        "it is taken into the ledger with its exposure reserved, and cancelled unless the venue's"
        " policy is to adopt; what cannot be taken in halts the venue",
    ),
    (
        ORDER_UNKNOWN_TO_VENUE,
        "ORDER_UNKNOWN_TO_VENUE",
        "we hold an order open that the venue does not state",
        "it is UNKNOWN, its exposure stays reserved, and the venue is asked about it",
    ),
    (
        ORDER_BEYOND_JOURNAL,
        "ORDER_BEYOND_JOURNAL",
        "the venue has an order of this session with a number that the journal has not reached",
        "the venue is halted: records of this journal are lost; a person restores them",
    ),
    (
        ORDER_GONE,
        "ORDER_GONE",
        "the venue had an order once, and has denied it twice when it was asked about it",
        "it is cancelled when the venue's net position proves that nothing of it traded unseen",
    ),
    (
        POSITION_DIFFERS,
        "POSITION_DIFFERS",
        "all orders are told, and the net position is another one",
        "the account is halted; a person finds the trade that one side lacks",
    ),
    (
        DROP_COPY_DIFFERS,
        "DROP_COPY_DIFFERS",
        "the drop copy has an execution or a net position that the venue or we have otherwise",
        "the account is halted, and it is said which of the three differs; a person decides",
    ),
    (
        STATEMENT_MALFORMED,
        "STATEMENT_MALFORMED",
        "a row of a statement cannot be: unknown names, or numbers that no order can have",
        "the row changes nothing, and the round does not count as one",
    ),
    (
        STATEMENT_CONTRADICTS_ITSELF,
        "STATEMENT_CONTRADICTS_ITSELF",
        "a statement has an order or a position twice",
        "the second row changes nothing, and the round does not count as one",
    ),
    (
        STATEMENT_MISSING,
        "STATEMENT_MISSING",
        "a page of a statement was not heard, or nobody asked for it, or it was never answered",
        "nothing is concluded from what is missing; the venue is asked again",
    ),
)

CATALOGUE: Final = tuple(DifferenceClass(*row) for row in _CLASSES)
DIFFERENCES: Final = {kind.code: kind for kind in CATALOGUE}


def difference_name(code: int) -> str:
    """This is the class's name, or the bare code when this version does not know it."""
    return DIFFERENCES[code].name if code in DIFFERENCES else f"DIFFERENCE_{code}"


TAKEN: Final = 1
ASKED: Final = 2
ADOPTED: Final = 3
CANCELLING: Final = 4
HALTED: Final = 5
STANDING: Final = 6
IGNORED: Final = 7
RESOLUTIONS: Final = {
    TAKEN: "taken",  # what the venue says is so now
    ASKED: "asked",  # the venue is asked about the order
    ADOPTED: "adopted",
    CANCELLING: "cancelling",
    HALTED: "halted",  # a person must decide
    STANDING: "standing",  # as it was found before; a person has not decided yet
    IGNORED: "ignored",  # nothing can be concluded from it
}


class VenueQuestioned(Struct, frozen=True, array_like=True, gc=False, tag=170):
    """A venue is asked for all that it has of ours. Effect: the question leaves."""

    venue: str
    question: Sequence
    since_ns: Nanoseconds
    """Executions and ends from this moment of the venue on are wanted; 0 is all."""


class DifferenceFound(Struct, frozen=True, array_like=True, gc=False, tag=171):
    """Ours and theirs are not the same, and what follows from it."""

    kind: int
    venue: str
    channel: int
    question: Sequence
    order: OrderId
    """0 when it is not about one order of ours."""
    account: str
    instrument: str
    ours: int
    theirs: int
    resolution: int
    scope: str
    """What was halted for it."""
    text: str
    """The evidence: ids, and what was seen."""


class DifferenceSettled(Struct, frozen=True, array_like=True, gc=False, tag=178):
    """What waited for a person, or for the next round, is equal now."""

    venue: str
    channel: int
    question: Sequence
    order: OrderId
    """0 when it is a net position."""
    account: str
    instrument: str


class OrderAdopted(Struct, frozen=True, array_like=True, gc=False, tag=172):
    """An order that we did not know is ours from now on, with its exposure reserved. Effect: the
    venue's line learns under which number we know it."""

    order: OrderId
    venue: str
    client_order_id: str
    venue_order_id: str
    account: str
    source: str
    instrument: str
    side: int
    quantity: Lots
    price: Ticks
    revision: int


class VenueReconciled(Struct, frozen=True, array_like=True, gc=False, tag=173):
    """A statement was heard to its end: how much was compared, and how much differed."""

    venue: str
    channel: int
    question: Sequence
    orders: int
    fills: int
    positions: int
    in_flight: int
    """Orders left out because something was on its way."""
    found: int
    """Differences found by this question and channel."""
    standing: int
    """Of those, how many wait for a person."""
    is_whole: bool
    """Whether nothing of it was malformed, missing or contradictory."""


class VenueUnanswered(Struct, frozen=True, array_like=True, gc=False, tag=174):
    """A question was not answered, or not to its end, before the next one or its time ran out."""

    venue: str
    question: Sequence


class AbsenceNoted(Struct, frozen=True, array_like=True, gc=False, tag=175):
    """A venue, asked about an order, says that it has none such. It stays UNKNOWN until that is
    proven."""

    order: OrderId
    count: int


class ResolutionProposed(Struct, frozen=True, array_like=True, gc=False, tag=176):
    """A person has said what became of an order; a second one must say the same."""

    order: OrderId
    status: int
    by: str
    evidence: str


class OrderResolved(Struct, frozen=True, array_like=True, gc=False, tag=177):
    """Two people have said what became of an order."""

    order: OrderId
    status: int
    first: str
    second: str
    evidence: str
