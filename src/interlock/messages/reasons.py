"""Reasons: the one catalogue of conditions, in order of precedence.

When several controls refuse, the reason of the verdict is the one that stands first here: what is
wrong with the request itself, then with who asks, then with the state of the world, then with the
limits. Codes are never reused. The sentence is written at the edge, from `observed` and `bound`.
"""

from typing import Final, NamedTuple

from interlock.messages.load_reasons import MEANINGS as LOAD_MEANINGS
from interlock.messages.reasons_of_feedback import MEANINGS as FEEDBACK_MEANINGS
from interlock.messages.venue_reasons import VENUE_MEANINGS
from interlock.messages.work_reasons import WORKS


class Reason(NamedTuple):
    """One condition: its code in the journal, its name, and what it means."""

    code: int
    name: str
    meaning: str


NONE: Final = 0

# The request itself.
MALFORMED: Final = 100
UNKNOWN_INSTRUMENT: Final = 101
UNKNOWN_VENUE: Final = 102
UNKNOWN_ORDER: Final = 103
INVALID_TERMS: Final = 105
NOTHING_TO_DO: Final = 106
ORDER_NOT_WORKING: Final = 107
TOO_MANY_ORDERS: Final = 108
DUPLICATE_DECISION: Final = 110
DECISION_EXPIRED: Final = 111
QUEUE_FULL: Final = 112
SESSION_CLOSED: Final = 113
HOLDS_FULL: Final = 114
NOT_HELD: Final = 115
UNKNOWN_LIMIT: Final = 116
UNKNOWN_CHANGE: Final = 117

# Who asks.
SOURCE_NOT_AUTHORISED: Final = 200
ACTION_NOT_AUTHORISED: Final = 201
INSTRUMENT_NOT_AUTHORISED: Final = 202
RELEASE_NOT_ACTIVE: Final = 203
SAME_PERSON: Final = 204
ORDER_OF_ANOTHER_SOURCE: Final = 205
NOT_A_PERSON: Final = 206
TRIP_NOT_NAMED: Final = 207

# What is stopped.
HALTED: Final = 300
REDUCE_ONLY: Final = 301
NOT_RECONCILED: Final = 302

# What every order needs (law 4).
LIMIT_MISSING: Final = 311
ROUTE_MISSING: Final = 312

# The state of the world.
INSTRUMENT_RESTRICTED: Final = 400
INSTRUMENT_SUSPENDED: Final = 401
PHASE_CLOSED: Final = 402
INSTRUMENT_OUTSIDE_UNIVERSE: Final = 403
ORDER_KIND_NOT_ALLOWED: Final = 404
SHORT_SALE_NOT_LOCATED: Final = 405
PRICE_OUTSIDE_BAND: Final = 406
MARKET_MISSING: Final = 410
MARKET_STALE: Final = 411
MARKET_CROSSED: Final = 412
MARKET_FAULTED: Final = 413
MARK_MISSING: Final = 414
RATE_MISSING: Final = 415
RATE_STALE: Final = 416

# What cannot be evaluated is refused (law 4); given when nothing above says why.
CANNOT_BE_EVALUATED: Final = 420
COUNTER_FULL: Final = 421
INTENT_MISSING: Final = 422

# States of a market, or of ourselves, in which nothing new is risked.
SPREAD_ABOVE_LIMIT: Final = 430
VOLATILITY_ABOVE_LIMIT: Final = 431
PROTECTION_FROZEN: Final = 432
WOULD_MATCH_OURSELVES: Final = 433

# Limits.
PRICE_OUTSIDE_COLLAR: Final = 500
QUANTITY_ABOVE_ORDER_LIMIT: Final = 501
VALUE_ABOVE_ORDER_LIMIT: Final = 502
QUANTITY_ABOVE_DISPLAYED: Final = 503
QUANTITY_ABOVE_VOLUME_SHARE: Final = 504
INTENT_DIFFERS: Final = 505
DECISION_VALUE_ABOVE_LIMIT: Final = 506
DECISION_QUANTITY_ABOVE_LIMIT: Final = 507
POSITION_ABOVE_LIMIT: Final = 510
GROSS_EXPOSURE_ABOVE_LIMIT: Final = 511
CASH_BELOW_MINIMUM: Final = 512
NET_EXPOSURE_ABOVE_LIMIT: Final = 513
CONCENTRATION_ABOVE_LIMIT: Final = 514
DAILY_QUANTITY_ABOVE_LIMIT: Final = 515
DAILY_VALUE_ABOVE_LIMIT: Final = 516
LOSS_ABOVE_LIMIT: Final = 517
DRAWDOWN_ABOVE_LIMIT: Final = 518
RELEASE_OUTSIDE_ENVELOPE: Final = 519
MESSAGE_RATE_ABOVE_LIMIT: Final = 520
OPEN_ORDERS_ABOVE_LIMIT: Final = 521
ORDER_TO_TRADE_ABOVE_LIMIT: Final = 522
DUPLICATE_ORDER: Final = 523
IDENTICAL_ORDERS_ABOVE_LIMIT: Final = 524
REPEATED_EXECUTIONS_ABOVE_LIMIT: Final = 525
REJECTS_ABOVE_LIMIT: Final = 526
MARKET_DOUBTED: Final = 527
PRICE_MOVED_ABOVE_LIMIT: Final = 528
DAILY_LIMIT_NEAR: Final = 540
USER_CONTROL: Final = 590

# What became of a report or an order.
DUPLICATE_EXECUTION: Final = 600
UNKNOWN_EXECUTION: Final = 601
IMPOSSIBLE_TRANSITION: Final = 602
VENUE_REFUSED: Final = 610
VENUE_SILENT: Final = 611
ABSENCE_PROVEN: Final = 612
ABSENCE_UNPROVEN: Final = 613
NOT_AS_STATED: Final = 614
PERSON_DECIDED: Final = 615
NOT_OURS: Final = 616
REQUESTED: Final = 620
IMMEDIATE_REMAINDER: Final = 621
HALT_CANCEL: Final = 622
SELF_MATCH: Final = 623
POST_ONLY_WOULD_TRADE: Final = 624
VENUE_DECIDED: Final = 625
OUT_OF_QUOTES: Final = 626
NO_LIQUIDITY: Final = 627
POSITION_SHRANK: Final = 628
QUOTES_REFUSED: Final = 629

# What became of something that waited for people.
HOLD_EXPIRED: Final = 630
HOLD_DECLINED: Final = 631
HOLD_MOVED: Final = 632
DIGEST_DIFFERS: Final = 633
CHANGE_EXPIRED: Final = 640
CHANGE_DECLINED: Final = 641
CHANGE_OVERTAKEN: Final = 642
LIMIT_LOOSER: Final = 643

_MEANINGS: Final = (
    (NONE, "NONE", "nothing to object to"),
    (MALFORMED, "MALFORMED", "the words could not be read"),
    (UNKNOWN_INSTRUMENT, "UNKNOWN_INSTRUMENT", "no such instrument is defined in this session"),
    (
        UNKNOWN_VENUE,
        "UNKNOWN_VENUE",
        "no such venue is defined, or it does not trade the instrument",
    ),
    (UNKNOWN_ORDER, "UNKNOWN_ORDER", "no such order is known"),
    (INVALID_TERMS, "INVALID_TERMS", "the order's terms contradict each other"),
    (NOTHING_TO_DO, "NOTHING_TO_DO", "the decision leads to no order: what it wants is already so"),
    (ORDER_NOT_WORKING, "ORDER_NOT_WORKING", "the order has ended or is being changed already"),
    (
        TOO_MANY_ORDERS,
        "TOO_MANY_ORDERS",
        "the decision needs more orders than one decision may have",
    ),
    (DUPLICATE_DECISION, "DUPLICATE_DECISION", "this source has already used this key"),
    (DECISION_EXPIRED, "DECISION_EXPIRED", "the decision's time had passed when it was judged"),
    (QUEUE_FULL, "QUEUE_FULL", "the decision queue is at its bound"),
    (SESSION_CLOSED, "SESSION_CLOSED", "the session is not open"),
    (HOLDS_FULL, "HOLDS_FULL", "as many decisions wait for approval as may"),
    (NOT_HELD, "NOT_HELD", "no such decision waits for approval"),
    (UNKNOWN_LIMIT, "UNKNOWN_LIMIT", "no such control, or not with these parameters"),
    (UNKNOWN_CHANGE, "UNKNOWN_CHANGE", "no such change of a limit waits for confirmation"),
    (SOURCE_NOT_AUTHORISED, "SOURCE_NOT_AUTHORISED", "the source is not defined in this session"),
    (ACTION_NOT_AUTHORISED, "ACTION_NOT_AUTHORISED", "the source may not ask for this action"),
    (
        INSTRUMENT_NOT_AUTHORISED,
        "INSTRUMENT_NOT_AUTHORISED",
        "the source may not trade this instrument",
    ),
    (
        RELEASE_NOT_ACTIVE,
        "RELEASE_NOT_ACTIVE",
        "the release or epoch that decided is not active or canary",
    ),
    (SAME_PERSON, "SAME_PERSON", "someone else must say it than whoever asked for it"),
    (ORDER_OF_ANOTHER_SOURCE, "ORDER_OF_ANOTHER_SOURCE", "the order belongs to another source"),
    (NOT_A_PERSON, "NOT_A_PERSON", "a model or an agent cannot approve"),
    (
        TRIP_NOT_NAMED,
        "TRIP_NOT_NAMED",
        "whoever lifts a halt must name the command that tripped it last",
    ),
    (HALTED, "HALTED", "a halt covers this scope"),
    (REDUCE_ONLY, "REDUCE_ONLY", "only orders that reduce the position may pass"),
    (
        NOT_RECONCILED,
        "NOT_RECONCILED",
        "orders of the halted scope are unknown, or its books are not those of its venues",
    ),
    (
        LIMIT_MISSING,
        "LIMIT_MISSING",
        "a control that every order needs has no limit for this instrument",
    ),
    (ROUTE_MISSING, "ROUTE_MISSING", "no venue can take the order"),
    (INSTRUMENT_RESTRICTED, "INSTRUMENT_RESTRICTED", "the instrument is on a restricted list"),
    (INSTRUMENT_SUSPENDED, "INSTRUMENT_SUSPENDED", "the instrument is suspended"),
    (PHASE_CLOSED, "PHASE_CLOSED", "orders are not accepted in this phase of the session"),
    (
        INSTRUMENT_OUTSIDE_UNIVERSE,
        "INSTRUMENT_OUTSIDE_UNIVERSE",
        "the instrument is not on the list of what may be traded",
    ),
    (ORDER_KIND_NOT_ALLOWED, "ORDER_KIND_NOT_ALLOWED", "this kind of order may not be sent here"),
    (
        SHORT_SALE_NOT_LOCATED,
        "SHORT_SALE_NOT_LOCATED",
        "the sale is short of more than was located, or below the price test",
    ),
    (PRICE_OUTSIDE_BAND, "PRICE_OUTSIDE_BAND", "the price lies outside the band that is allowed"),
    (MARKET_MISSING, "MARKET_MISSING", "there is no price on the side that is needed"),
    (MARKET_STALE, "MARKET_STALE", "the market data is older than allowed"),
    (MARKET_CROSSED, "MARKET_CROSSED", "the best bid is at or above the best ask"),
    (MARKET_FAULTED, "MARKET_FAULTED", "the feed reported a gap or disorder and has not recovered"),
    (MARK_MISSING, "MARK_MISSING", "a position that counts has no price to be valued at"),
    (RATE_MISSING, "RATE_MISSING", "a currency that counts has no reference rate"),
    (RATE_STALE, "RATE_STALE", "a reference rate that is needed is older than it is valid"),
    (
        CANNOT_BE_EVALUATED,
        "CANNOT_BE_EVALUATED",
        "the control lacks what it needs to decide, so it refuses",
    ),
    (COUNTER_FULL, "COUNTER_FULL", "more has happened in the window than can be told apart"),
    (
        INTENT_MISSING,
        "INTENT_MISSING",
        "what it is meant to be worth is not said, or cannot be read",
    ),
    (SPREAD_ABOVE_LIMIT, "SPREAD_ABOVE_LIMIT", "the two sides of the market stand too far apart"),
    (VOLATILITY_ABOVE_LIMIT, "VOLATILITY_ABOVE_LIMIT", "the price moves too much"),
    (
        PROTECTION_FROZEN,
        "PROTECTION_FROZEN",
        "more traded within the window than may, and it is frozen",
    ),
    (WOULD_MATCH_OURSELVES, "WOULD_MATCH_OURSELVES", "it would trade with an order of ours"),
    (PRICE_OUTSIDE_COLLAR, "PRICE_OUTSIDE_COLLAR", "the price is too far from the reference"),
    (
        QUANTITY_ABOVE_ORDER_LIMIT,
        "QUANTITY_ABOVE_ORDER_LIMIT",
        "the order's quantity is above its limit",
    ),
    (VALUE_ABOVE_ORDER_LIMIT, "VALUE_ABOVE_ORDER_LIMIT", "the order's value is above its limit"),
    (
        QUANTITY_ABOVE_DISPLAYED,
        "QUANTITY_ABOVE_DISPLAYED",
        "the order is too large for the displayed depth",
    ),
    (
        QUANTITY_ABOVE_VOLUME_SHARE,
        "QUANTITY_ABOVE_VOLUME_SHARE",
        "the order is too large a share of what usually trades",
    ),
    (INTENT_DIFFERS, "INTENT_DIFFERS", "it is worth other than it says that it is meant to be"),
    (
        DECISION_VALUE_ABOVE_LIMIT,
        "DECISION_VALUE_ABOVE_LIMIT",
        "the orders of the decision are worth more together than its limit",
    ),
    (
        DECISION_QUANTITY_ABOVE_LIMIT,
        "DECISION_QUANTITY_ABOVE_LIMIT",
        "the orders of the decision in one instrument are more together than its limit",
    ),
    (
        POSITION_ABOVE_LIMIT,
        "POSITION_ABOVE_LIMIT",
        "position plus working orders would pass the limit",
    ),
    (
        GROSS_EXPOSURE_ABOVE_LIMIT,
        "GROSS_EXPOSURE_ABOVE_LIMIT",
        "gross exposure would pass the limit",
    ),
    (
        CASH_BELOW_MINIMUM,
        "CASH_BELOW_MINIMUM",
        "free cash would fall below its minimum",
    ),
    (NET_EXPOSURE_ABOVE_LIMIT, "NET_EXPOSURE_ABOVE_LIMIT", "net exposure would pass the limit"),
    (
        CONCENTRATION_ABOVE_LIMIT,
        "CONCENTRATION_ABOVE_LIMIT",
        "one instrument would be too large a share",
    ),
    (
        DAILY_QUANTITY_ABOVE_LIMIT,
        "DAILY_QUANTITY_ABOVE_LIMIT",
        "the day's quantity would pass its limit",
    ),
    (DAILY_VALUE_ABOVE_LIMIT, "DAILY_VALUE_ABOVE_LIMIT", "the day's value would pass its limit"),
    (LOSS_ABOVE_LIMIT, "LOSS_ABOVE_LIMIT", "the day's loss is above its limit"),
    (
        DRAWDOWN_ABOVE_LIMIT,
        "DRAWDOWN_ABOVE_LIMIT",
        "the fall from the day's best is above its limit",
    ),
    (
        RELEASE_OUTSIDE_ENVELOPE,
        "RELEASE_OUTSIDE_ENVELOPE",
        "the release would do more than was agreed before it was deployed",
    ),
    (MESSAGE_RATE_ABOVE_LIMIT, "MESSAGE_RATE_ABOVE_LIMIT", "too many messages in the window"),
    (OPEN_ORDERS_ABOVE_LIMIT, "OPEN_ORDERS_ABOVE_LIMIT", "too many orders are open"),
    (ORDER_TO_TRADE_ABOVE_LIMIT, "ORDER_TO_TRADE_ABOVE_LIMIT", "too many messages for each trade"),
    (DUPLICATE_ORDER, "DUPLICATE_ORDER", "the same order left within the window"),
    (IDENTICAL_ORDERS_ABOVE_LIMIT, "IDENTICAL_ORDERS_ABOVE_LIMIT", "the same order left too often"),
    (
        REPEATED_EXECUTIONS_ABOVE_LIMIT,
        "REPEATED_EXECUTIONS_ABOVE_LIMIT",
        "too many executions that nobody looked at",
    ),
    (REJECTS_ABOVE_LIMIT, "REJECTS_ABOVE_LIMIT", "venues refused too many orders"),
    (MARKET_DOUBTED, "MARKET_DOUBTED", "the market's price has jumped and is being looked into"),
    (PRICE_MOVED_ABOVE_LIMIT, "PRICE_MOVED_ABOVE_LIMIT", "the price has moved too far in a window"),
    (DAILY_LIMIT_NEAR, "DAILY_LIMIT_NEAR", "most of a daily limit is used"),
    (USER_CONTROL, "USER_CONTROL", "a control of the user's own objects"),
    (DUPLICATE_EXECUTION, "DUPLICATE_EXECUTION", "this execution id was counted before"),
    (
        UNKNOWN_EXECUTION,
        "UNKNOWN_EXECUTION",
        "the execution that is busted or corrected is not known",
    ),
    (IMPOSSIBLE_TRANSITION, "IMPOSSIBLE_TRANSITION", "the order cannot go there from where it is"),
    (VENUE_REFUSED, "VENUE_REFUSED", "the venue refused"),
    (VENUE_SILENT, "VENUE_SILENT", "the venue has not answered in time"),
    (ABSENCE_PROVEN, "ABSENCE_PROVEN", "the venue was asked and never had the order"),
    (
        ABSENCE_UNPROVEN,
        "ABSENCE_UNPROVEN",
        "the venue denied the order before it could be sure never to get it",
    ),
    (NOT_AS_STATED, "NOT_AS_STATED", "the venue states the order otherwise than we know it"),
    (PERSON_DECIDED, "PERSON_DECIDED", "two people have said what became of it"),
    (NOT_OURS, "NOT_OURS", "the venue had it for us and we had not sent it"),
    (REQUESTED, "REQUESTED", "the source asked for it"),
    (IMMEDIATE_REMAINDER, "IMMEDIATE_REMAINDER", "what could not trade at once was cancelled"),
    (HALT_CANCEL, "HALT_CANCEL", "a halt cancelled it"),
    (SELF_MATCH, "SELF_MATCH", "it would have traded with an order of ours"),
    (
        POST_ONLY_WOULD_TRADE,
        "POST_ONLY_WOULD_TRADE",
        "a post-only order would have taken liquidity",
    ),
    (VENUE_DECIDED, "VENUE_DECIDED", "the venue ended it by itself"),
    (OUT_OF_QUOTES, "OUT_OF_QUOTES", "it is no longer part of the wanted quotes"),
    (NO_LIQUIDITY, "NO_LIQUIDITY", "nothing stood on the other side"),
    (POSITION_SHRANK, "POSITION_SHRANK", "less is left of the position that it may reduce"),
    (QUOTES_REFUSED, "QUOTES_REFUSED", "the quotes that were to replace it were refused"),
    (HOLD_EXPIRED, "HOLD_EXPIRED", "nobody approved it in time"),
    (HOLD_DECLINED, "HOLD_DECLINED", "a person declined it"),
    (
        HOLD_MOVED,
        "HOLD_MOVED",
        "the market, the plan or the limits are no longer those that were approved",
    ),
    (DIGEST_DIFFERS, "DIGEST_DIFFERS", "what was approved is not what is held"),
    (CHANGE_EXPIRED, "CHANGE_EXPIRED", "nobody confirmed the change in time"),
    (CHANGE_DECLINED, "CHANGE_DECLINED", "a person declined the change"),
    (CHANGE_OVERTAKEN, "CHANGE_OVERTAKEN", "the limit was changed after this was proposed"),
    (LIMIT_LOOSER, "LIMIT_LOOSER", "only a tighter limit may be set without a second person"),
    *WORKS,
)

CATALOGUE: Final = tuple(
    Reason(*row) for row in (*_MEANINGS, *FEEDBACK_MEANINGS, *VENUE_MEANINGS, *LOAD_MEANINGS)
)
MISSING: Final = (
    MARK_MISSING,
    RATE_MISSING,
    RATE_STALE,
    CANNOT_BE_EVALUATED,
    COUNTER_FULL,
    INTENT_MISSING,
)
"""What could not be evaluated, and so cannot be approved either."""

REASONS: Final = {reason.code: reason for reason in CATALOGUE}


def reason_name(code: int) -> str:
    """This is the reason's name, or the bare code when this version does not know it."""
    return REASONS[code].name if code in REASONS else f"REASON_{code}"
