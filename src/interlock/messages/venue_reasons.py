"""Reasons of venues: a part of the one catalogue (`messages/reasons.py`), after all others."""

from typing import Final

# What stops an order at the door of its venue, and what befell those that were there.
VENUE_DOWN: Final = 690
VENUE_MAINTENANCE: Final = 691
VENUE_CANCEL_ONLY: Final = 692
VENUE_PAUSED: Final = 693
VENUE_BUDGET_USED: Final = 694
VENUE_BUSY: Final = 695
CAUGHT_BY_OUTAGE: Final = 696
NEVER_SENT: Final = 697
# How well a venue is, by which evidence.
VENUE_DISCONNECTED: Final = 700
VENUE_NOT_ANSWERING: Final = 701
VENUE_REJECTING: Final = 702
VENUE_THROTTLED: Final = 703
VENUE_SLOW: Final = 704
VENUE_FEED_GAP: Final = 705
VENUE_FROZEN: Final = 706
VENUE_SCHEDULED: Final = 707
VENUE_ANSWERING: Final = 708

VENUE_MEANINGS: Final = (
    (VENUE_DOWN, "VENUE_DOWN", "the venue does not answer: no new order goes there"),
    (VENUE_MAINTENANCE, "VENUE_MAINTENANCE", "the venue is away as it had announced"),
    (VENUE_CANCEL_ONLY, "VENUE_CANCEL_ONLY", "only cancels go to the venue"),
    (VENUE_PAUSED, "VENUE_PAUSED", "the venue has asked us to wait"),
    (
        VENUE_BUDGET_USED,
        "VENUE_BUDGET_USED",
        "the venue's published rate is used up, but for what is reserved for cancels",
    ),
    (VENUE_BUSY, "VENUE_BUSY", "as many orders wait for the venue's answer as may"),
    (CAUGHT_BY_OUTAGE, "CAUGHT_BY_OUTAGE", "the venue went down before it answered"),
    (NEVER_SENT, "NEVER_SENT", "it never left: the venue was not to be sent to any more"),
    (VENUE_DISCONNECTED, "VENUE_DISCONNECTED", "the connection to the venue is down"),
    (VENUE_NOT_ANSWERING, "VENUE_NOT_ANSWERING", "the venue answers none of what it was asked"),
    (VENUE_REJECTING, "VENUE_REJECTING", "the venue refuses most of what it is sent"),
    (VENUE_THROTTLED, "VENUE_THROTTLED", "the venue says that it is asked too much"),
    (VENUE_SLOW, "VENUE_SLOW", "the venue's answers take too long"),
    (VENUE_FEED_GAP, "VENUE_FEED_GAP", "the venue's market data has a gap"),
    (VENUE_FROZEN, "VENUE_FROZEN", "the venue's market stands still while others move"),
    (VENUE_SCHEDULED, "VENUE_SCHEDULED", "the venue has announced that it will be away"),
    (VENUE_ANSWERING, "VENUE_ANSWERING", "the venue has answered well for long enough"),
)
"""Code, name and meaning of each."""
