"""Flags: changes of behaviour, numbered for good.

A session records in its `OpenSession` which flags hold. Code that changed asks its flag, so a
journal that was recorded before the change is stepped again as it ran, and a session that was
interrupted goes on as it began. A number is never used again, and a flag never leaves: the journals
that lack it remain.
"""

from typing import Final

BOUNDED_MOVES: Final = 1
SCOPED_BREACHES: Final = 2
KEPT_BY_US: Final = 3
PROVEN_ABSENCE: Final = 4
SUMMED_SCOPES: Final = 5
STRICT_PEOPLE: Final = 6
WHOLE_ASKS: Final = 7
ACTS_AT_ONCE: Final = 8

CATALOGUE: Final = {
    BOUNDED_MOVES: (
        "bounded_moves",
        "between two samples of its volatility a mark moves by no more than its own value:"
        " a placeholder quote is no volatility",
    ),
    SCOPED_BREACHES: (
        "scoped_breaches",
        "a broken invariant says what it concerns, and what a source was given too much of stops"
        " the source and not the firm",
    ),
    KEPT_BY_US: (
        "kept_by_us",
        "what an order must not do is kept by us and not left to the venue: post-only, reduce-only,"
        " display and expiry; a refused ladder takes back what it no longer wants; closing is cut"
        " to its limits; a halt goes on asking while it stands, and is lifted by naming its trip",
    ),
    PROVEN_ABSENCE: (
        "proven_absence",
        "an order that its venue denies is UNKNOWN until it was denied twice, later than it could"
        " arrive; one that was acknowledged ends by denials only when the net position agrees",
    ),
    SUMMED_SCOPES: (
        "summed_scopes",
        "limits on positions, gross exposure and cash hold the sum over what their scope covers,"
        " and not each account by itself",
    ),
    STRICT_PEOPLE: (
        "strict_people",
        "a source that is no person says no rate; names of people are compared without case; a halt"
        " covers the orders of a release; whoever's trading tripped a halt does not lift it, and"
        " lifting renews what tripped it alone; an approval holds for what the approver was told",
    ),
    WHOLE_ASKS: (
        "whole_asks",
        "short sales and concentration of the firm are summed over its accounts; the lines of a"
        " decision net nothing and match none of their own; our orders give way to a refused one"
        " only where both must; what is taken back of an earlier day frees nothing of this one; a"
        " narrower limit under one that covers it is armed at once",
    ),
    ACTS_AT_ONCE: (
        "acts_at_once",
        "losses, drawdowns, executions and rejects in a row stop their scope when they happen and"
        " not when the next order comes; a window of sizes is each instrument's own; a halt over"
        " more orders than one record holds asks for them in parts",
    ),
}
"""Each flag's name, and what is so where it holds."""

CURRENT: Final = tuple(CATALOGUE)
"""What a new session records: all of them."""


def unknown_flags(flags: tuple[int, ...]) -> list[int]:
    """These are flags that a newer version has made: what it recorded cannot be stepped here."""
    return [flag for flag in flags if flag not in CATALOGUE]
