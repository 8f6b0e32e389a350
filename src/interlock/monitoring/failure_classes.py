"""Failure classes: how a venue, or our sight of one, fails; what notices it, what is done by
itself, and what whoever is called does first.

The order of a runbook is the same for all (FIA and SEC practice after Knight 2012 and Everbright
2013): contain the smallest scope that surely contains it, take back what works, establish what is
true, decide about exposure, and let somebody else re-arm. Nothing is flattened by itself.
"""

from typing import Final, NamedTuple

from interlock.messages.reasons import (
    ABSENCE_UNPROVEN,
    DUPLICATE_EXECUTION,
    MARKET_CROSSED,
    MARKET_FAULTED,
    MARKET_STALE,
    NOT_AS_STATED,
    RELEASE_NOT_ACTIVE,
    UNKNOWN_EXECUTION,
    VENUE_SILENT,
)
from interlock.messages.venue_reasons import (
    CAUGHT_BY_OUTAGE,
    NEVER_SENT,
    VENUE_BUDGET_USED,
    VENUE_BUSY,
    VENUE_CANCEL_ONLY,
    VENUE_DISCONNECTED,
    VENUE_DOWN,
    VENUE_FEED_GAP,
    VENUE_FROZEN,
    VENUE_MAINTENANCE,
    VENUE_NOT_ANSWERING,
    VENUE_PAUSED,
    VENUE_REJECTING,
    VENUE_SCHEDULED,
    VENUE_SLOW,
    VENUE_THROTTLED,
)


class FailureClass(NamedTuple):
    """One way to fail."""

    name: str
    what: str
    reasons: tuple[int, ...]
    """The reasons under which it stands in the journal."""
    detector: str
    automatic: str
    moves: tuple[str, ...]
    """What an operator does first, in order."""
    never: str
    """What makes it worse."""
    drill: str
    """The test that makes it happen."""


_GUARD: Final = "tests/execution/test_execution_guard.py"
_HEALTH: Final = "tests/kernel/test_kernel_venue_health.py"
_RECONCILING: Final = "tests/kernel/test_kernel_reconciling.py"
_REPORTS: Final = "tests/kernel/test_kernel_reports.py"

CLASSES: Final = (
    FailureClass(
        "DISCONNECT",
        "the connection to a venue broke",
        (VENUE_DISCONNECTED, CAUGHT_BY_OUTAGE, VENUE_DOWN),
        "the link says so (`note_venue_link`), or no beat came for 10 s",
        "the venue is DOWN at once: no order goes there, what it owes an answer for is UNKNOWN and"
        " stays reserved, what never left is decided about again for another venue; when the link"
        " stands the venue is asked for all that it has, and is back by steps",
        (
            "`interlock venues SESSION`: since when, and which orders are unknown",
            "find out whether the venue cancels on disconnect (its rulebook, its status page)",
            "`interlock reconcile SESSION` once it is back; nothing is re-armed before it is clean",
        ),
        "sending an order again whose fate is not known",
        _GUARD,
    ),
    FailureClass(
        "SILENCE",
        "a venue answers nothing while its connection stands",
        (VENUE_NOT_ANSWERING, VENUE_SILENT, CAUGHT_BY_OUTAGE, VENUE_DOWN),
        "`silent_max` requests in a row without an answer within `answer_ms`",
        "as DISCONNECT; a single question probes whether it is back, less and less often",
        (
            "compare with the venue's status page and with its drop copy",
            "decide about the exposure of the unknown orders as if all of them had traded",
            "`interlock reconcile SESSION` once it answers",
        ),
        "raising the time-out: the orders are no less unknown",
        _GUARD,
    ),
    FailureClass(
        "SEQ_GAP",
        "market data or reports have a hole",
        (VENUE_FEED_GAP, MARKET_FAULTED),
        "the feed's own numbers (`note_feed_fault`), the link's report numbers",
        "the market is not believed until the feed recovers, and the venue is DEGRADED; a gap in"
        " reports breaks the link, so that they are told again",
        (
            "`interlock journal show SESSION --kind note_feed_fault`",
            "compare the drop copy with our executions: `interlock reconcile SESSION`",
        ),
        "trading on the last price that was heard",
        _GUARD,
    ),
    FailureClass(
        "STALE_MARKET_DATA",
        "a price is older than it may be",
        (MARKET_STALE,),
        "control `market_data`: age at the moment of judgement",
        "every order that needs the price is refused",
        (
            "tell a quiet market from a dead feed: does another venue trade?",
            "verify the feed before the price",
        ),
        "widening the age limit to get orders through",
        "tests/controls/test_controls_cases.py",
    ),
    FailureClass(
        "FROZEN_BOOK",
        "a book stands still while others move",
        (VENUE_FROZEN,),
        "no word of the market for `frozen_ms` while the others said 20 or more",
        "the venue is DEGRADED: fewer orders at a time, and routing prefers others",
        (
            "compare the venue's own site with our book",
            '`{"venue_state": {"venue": V, "state": "cancel_only", ...}}` when it is the venue',
        ),
        "arbitrage against the price that does not move",
        _GUARD,
    ),
    FailureClass(
        "CROSSED_OR_BAD_DATA",
        "prices that cannot be",
        (MARKET_CROSSED, MARKET_FAULTED),
        "bid at or above ask, malformed or out of order data, control `price_collar`",
        "the market is not believed; orders that need it are refused",
        ("find out whose data it is: one feed, one venue, or ours", "quarantine that source"),
        "taking the cross as a chance",
        "tests/controls/test_controls_cases.py",
    ),
    FailureClass(
        "REJECT_STORM",
        "a venue refuses most of what it is sent",
        (VENUE_REJECTING, VENUE_CANCEL_ONLY),
        "`rejects_ppm` of the last 32 orders, from `rejects_min` on",
        "the venue is CANCEL_ONLY, then tried with few orders; each fall makes the wait longer",
        (
            "read the reason codes first: `interlock journal show SESSION --kind order_rejected`",
            "is it one instrument, one account, or all? Halt that scope",
            "compare with what changed last: release, limits, instrument definitions",
        ),
        "sending the same order again with another price until one passes",
        _GUARD,
    ),
    FailureClass(
        "THROTTLE",
        "a venue says that it is asked too much, or bans us",
        (VENUE_THROTTLED, VENUE_PAUSED, VENUE_BUDGET_USED, VENUE_BUSY, NEVER_SENT),
        "`note_venue_throttle` (HTTP 429, 418 and their like), our own count of published weights",
        "no new order for as long as the venue asks; half as many in flight; questions and cancels"
        " again with jitter, within one budget of a tenth and one a second",
        (
            "`interlock venues SESSION`: what is left of each published rate",
            "find who sends: `interlock account SESSION` by source; lower that source's rate",
        ),
        "rotating keys or addresses",
        "tests/execution/test_execution_throttling.py",
    ),
    FailureClass(
        "UNKNOWN_ORDER_STATE",
        "nobody has said what became of an order",
        (VENUE_SILENT, CAUGHT_BY_OUTAGE, ABSENCE_UNPROVEN, NOT_AS_STATED),
        "no answer within the venue's silence, a denial that proves nothing, a contradiction",
        "its worst case stays reserved and counts against every limit; the venue is asked under the"
        " same id, 16 times at most, then a person must say",
        (
            "`interlock reconcile SESSION` lists each with what was asked and answered",
            "ask the venue by telephone, under the client order id that `interlock why` gives",
            'two people say what became of it: `{"resolve": ...}`',
        ),
        "a blind resend (Everbright 2013)",
        "tests/laws/test_law_08_silence.py",
    ),
    FailureClass(
        "DUPLICATE_FILL",
        "an execution is reported again",
        (DUPLICATE_EXECUTION, UNKNOWN_EXECUTION),
        "the execution id was counted before",
        "it is kept as ignored and changes nothing",
        ("compare with the drop copy: it is the truth of what traded",),
        "correcting positions by hand before the drop copy was read",
        _REPORTS,
    ),
    FailureClass(
        "OVERFILL",
        "more traded than was asked for, or children exceed their parent",
        (),
        "invariants `filled_within_allowed` and `children_within_parent`",
        "the smallest scope is halted by the invariant, and stays so until a person lifts it",
        (
            "`interlock incidents SESSION`: the numbers before and after",
            "attribute by release and epoch before anything is changed",
            "decide about the excess as exposure; do not trade it away in a hurry",
        ),
        "uninstalling good code (Knight 2012)",
        "tests/kernel/test_kernel_invariants.py",
    ),
    FailureClass(
        "PARTIAL_OUTAGE",
        "one side, product or gateway of a venue fails, or all of it is slow",
        (VENUE_SLOW, VENUE_REJECTING, VENUE_CANCEL_ONLY),
        "smoothed time to answer above `slow_ms`, rejections of one kind",
        "the venue is DEGRADED or CANCEL_ONLY; routing sends what may move elsewhere",
        (
            "check the status page; note the scope of what fails",
            "`venue_state` by hand where we know more than we measure",
        ),
        "waiting for the average to show it",
        _GUARD,
    ),
    FailureClass(
        "VENUE_MAINTENANCE",
        "a venue is away as it announced",
        (VENUE_SCHEDULED, VENUE_MAINTENANCE),
        "`[[venues.maintenance]]` of the session file, or a person's `venue_state`",
        "no order goes there in the window; afterwards it is asked before it is believed, however"
        " long it overruns (Kraken 2018: two hours became forty-eight)",
        ("take back what would rest through it", "reconcile when it is back"),
        "believing the announced end",
        _GUARD,
    ),
    FailureClass(
        "CLOCK_SKEW",
        "the machine's clock was set",
        (),
        "wall against monotonic clock (`note_refused_input` of channel clock)",
        "the session's time goes on as before; the jump is on record",
        ("resynchronise", "mark the window in what is reported to others"),
        "restarting to take the new time before positions agree",
        "tests/inputs/test_inputs_clock.py",
    ),
    FailureClass(
        "DROP_COPY_MISMATCH",
        "our books, the venue's and its drop copy differ",
        (NOT_AS_STATED,),
        "reconciliation: `difference_found`",
        "missed executions are booked, orders asked about; a net position that differs twice halts"
        " the instrument",
        (
            "`interlock reconcile SESSION`: every open difference, ours and theirs",
            "three-way: which two agree?",
        ),
        "adjusting our books to make the difference go away",
        _RECONCILING,
    ),
    FailureClass(
        "VERSION_SKEW",
        "a release decides that is not active",
        (RELEASE_NOT_ACTIVE,),
        "every decision carries its release and epoch",
        "the gate refuses it",
        ("find the process that still runs it", "fence it; do not uninstall anything"),
        "rolling back half of the machines",
        "tests/laws/test_law_10_releases.py",
    ),
)

BY_NAME: Final = {found.name: found for found in CLASSES}


def class_of(reason: int) -> FailureClass | None:
    """The first class that a reason stands for."""
    return next((found for found in CLASSES if reason in found.reasons), None)
