"""The small vocabulary of orders: sides, types, times in force, statuses.

Numbers inside, names at the edges. They are `Final` integers rather than an `Enum`: a comparison
costs 1.4 ns compiled instead of an attribute look-up and a call, the journal carries one byte, and
mypyc inlines them. `name_of` and `value_of` translate.
"""

from typing import Final

BUY: Final = 1
SELL: Final = 2
SIDES: Final = {BUY: "buy", SELL: "sell"}

LIMIT: Final = 1
MARKET: Final = 2
# Priced by us when it is judged: a limit order at the far touch plus a protection.
MARKETABLE_LIMIT: Final = 3
ORDER_TYPES: Final = {LIMIT: "limit", MARKET: "market", MARKETABLE_LIMIT: "marketable_limit"}

DAY: Final = 1
IOC: Final = 2  # immediate or cancel
FOK: Final = 3  # fill or kill
GTC: Final = 4  # good till cancelled
GTD: Final = 5  # good till date: needs expire_ns
TIMES_IN_FORCE: Final = {DAY: "day", IOC: "ioc", FOK: "fok", GTC: "gtc", GTD: "gtd"}

# Priority of a decision, lowest number first. The classes are those of the overload design: what
# reduces risk is served before exits and hedges, these before new risk, and chatter last.
RISK_REDUCING: Final = 0
EXIT: Final = 1
NEW_RISK: Final = 2
CHATTER: Final = 3
PRIORITIES: Final = {
    RISK_REDUCING: "risk_reducing",
    EXIT: "exit",
    NEW_RISK: "new_risk",
    CHATTER: "chatter",
}
# The lanes before the journal: those of the priorities, and market data's own.
MARKET_DATA: Final = 4
LANES: Final = {**PRIORITIES, MARKET_DATA: "market_data"}

# The most severe finding is the verdict (law 5).
ALLOW: Final = 0
WARN: Final = 1
AMEND: Final = 2
HOLD: Final = 3
REFUSE: Final = 4
HALT: Final = 5
SEVERITIES: Final = {
    ALLOW: "allow",
    WARN: "warn",
    AMEND: "amend",
    HOLD: "hold",
    REFUSE: "refuse",
    HALT: "halt",
}

# Order status. FIX OrdStatus (tag 39) is beside each; CLEARED is FIX Pending New seen from our
# side: it passed the gate and is on its way. UNKNOWN has no counterpart in FIX: it was sent and
# nobody has said what became of it.
CLEARED: Final = 1  # A
WORKING: Final = 2  # 0
PARTIALLY_FILLED: Final = 3  # 1
PENDING_CANCEL: Final = 4  # 6
PENDING_REPLACE: Final = 5  # E
UNKNOWN: Final = 6
FILLED: Final = 7  # 2
CANCELLED: Final = 8  # 4
REJECTED: Final = 9  # 8
EXPIRED: Final = 10  # C
DONE_FOR_DAY: Final = 11  # 3
ORDER_STATUSES: Final = {
    CLEARED: "cleared",
    WORKING: "working",
    PARTIALLY_FILLED: "partially_filled",
    PENDING_CANCEL: "pending_cancel",
    PENDING_REPLACE: "pending_replace",
    UNKNOWN: "unknown",
    FILLED: "filled",
    CANCELLED: "cancelled",
    REJECTED: "rejected",
    EXPIRED: "expired",
    DONE_FOR_DAY: "done_for_day",
}

# What a venue's report says happened; FIX ExecType (tag 150) where there is one. SILENCE is our own
# timer saying that nobody answered; ABSENT is a venue asked, after its acceptance horizon, and
# answering that it has no such order.
REPORT_PENDING_NEW: Final = 1
REPORT_ACCEPTED: Final = 2
REPORT_REJECTED: Final = 3
REPORT_FILL: Final = 4
REPORT_CANCELLED: Final = 5
REPORT_EXPIRED: Final = 6
REPORT_DONE_FOR_DAY: Final = 7
REPORT_PENDING_CANCEL: Final = 8
REPORT_CANCEL_REJECTED: Final = 9
REPORT_PENDING_REPLACE: Final = 10
REPORT_REPLACED: Final = 11
REPORT_REPLACE_REJECTED: Final = 12
REPORT_BUST: Final = 13
REPORT_CORRECTION: Final = 14
REPORT_RESTATED: Final = 15
REPORT_SILENCE: Final = 16
REPORT_ABSENT: Final = 17
REPORT_STATUS: Final = 18
REPORT_KINDS: Final = {
    REPORT_PENDING_NEW: "pending_new",
    REPORT_ACCEPTED: "accepted",
    REPORT_REJECTED: "rejected",
    REPORT_FILL: "fill",
    REPORT_CANCELLED: "cancelled",
    REPORT_EXPIRED: "expired",
    REPORT_DONE_FOR_DAY: "done_for_day",
    REPORT_PENDING_CANCEL: "pending_cancel",
    REPORT_CANCEL_REJECTED: "cancel_rejected",
    REPORT_PENDING_REPLACE: "pending_replace",
    REPORT_REPLACED: "replaced",
    REPORT_REPLACE_REJECTED: "replace_rejected",
    REPORT_BUST: "bust",
    REPORT_CORRECTION: "correction",
    REPORT_RESTATED: "restated",
    REPORT_SILENCE: "silence",
    REPORT_ABSENT: "absent",
    REPORT_STATUS: "status",
}

MAKER: Final = 1
TAKER: Final = 2
AUCTION: Final = 3
LIQUIDITY: Final = {0: "unsaid", MAKER: "maker", TAKER: "taker", AUCTION: "auction"}

# Phases of a trading day.
CLOSED: Final = 0
PRE_OPEN: Final = 1  # orders may be entered and withdrawn; nothing trades
OPENING_AUCTION: Final = 2
CONTINUOUS: Final = 3
CLOSING_AUCTION: Final = 4
PHASES: Final = {
    CLOSED: "closed",
    PRE_OPEN: "pre_open",
    OPENING_AUCTION: "opening_auction",
    CONTINUOUS: "continuous",
    CLOSING_AUCTION: "closing_auction",
}

# What becomes of an order that a venue has for our account and that we do not know.
CANCEL_UNKNOWN: Final = 1
ADOPT_UNKNOWN: Final = 2
UNKNOWN_ORDER_POLICIES: Final = {CANCEL_UNKNOWN: "cancel", ADOPT_UNKNOWN: "adopt"}

TRADABLE: Final = 1
SUSPENDED: Final = 2
STATUSES: Final = {TRADABLE: "tradable", SUSPENDED: "suspended"}

SPOT: Final = 1  # cash and asset move with the fill
NEXT_DAY: Final = 2  # T+1
TWO_DAYS: Final = 3  # T+2
MARGINED: Final = 4  # only the difference settles
SETTLEMENTS: Final = {SPOT: "spot", NEXT_DAY: "t+1", TWO_DAYS: "t+2", MARGINED: "margined"}

RELEASE_ACTIVE: Final = 1
RELEASE_CANARY: Final = 2
RELEASE_RETIRED: Final = 3
RELEASE_STATES: Final = {
    RELEASE_ACTIVE: "active",
    RELEASE_CANARY: "canary",
    RELEASE_RETIRED: "retired",
}

MODEL: Final = 1
AGENT: Final = 2
PERSON: Final = 3
SOURCE_KINDS: Final = {MODEL: "model", AGENT: "agent", PERSON: "person"}

AS_ASKED: Final = 1
FIXED_NOTIONAL: Final = 2
VOLATILITY_TARGET: Final = 3
SIZING_RULES: Final = {
    AS_ASKED: "as_asked",
    FIXED_NOTIONAL: "fixed_notional",
    VOLATILITY_TARGET: "volatility_target",
}

# What is wrong with market data that arrived.
FEED_GAP: Final = 1
FEED_OUT_OF_ORDER: Final = 2
FEED_DUPLICATE: Final = 3
FEED_CROSSED: Final = 4
FEED_MALFORMED: Final = 5
FEED_RECOVERED: Final = 6
FEED_FAULTS: Final = {
    FEED_GAP: "gap",
    FEED_OUT_OF_ORDER: "out_of_order",
    FEED_DUPLICATE: "duplicate",
    FEED_CROSSED: "crossed",
    FEED_MALFORMED: "malformed",
    FEED_RECOVERED: "recovered",
}

# How a large order is worked over time; see docs/large-orders.md.
TWAP: Final = 1  # evenly in time
VWAP: Final = 2  # along a volume curve
POV: Final = 3  # a share of what the market trades
SHORTFALL: Final = 4  # early, along an Almgren-Chriss trajectory
ICEBERG: Final = 5  # one small part at a time, resting at the limit
CLOSE: Final = 6  # late, along the same trajectory run backwards
ALGORITHMS: Final = {
    TWAP: "twap",
    VWAP: "vwap",
    POV: "pov",
    SHORTFALL: "shortfall",
    ICEBERG: "iceberg",
    CLOSE: "close",
}

# How a child meets the market: it takes at once what it can, or rests at the near touch.
TAKE: Final = 1
REST: Final = 2
STYLES: Final = {TAKE: "take", REST: "rest"}

PAUSE: Final = 1
RESUME: Final = 2
FINISH: Final = 3
CANCEL: Final = 4
WORK_WORDS: Final = {PAUSE: "pause", RESUME: "resume", FINISH: "finish", CANCEL: "cancel"}

RUNNING: Final = 1
PAUSED: Final = 2
ENDED: Final = 3
WORK_STATUSES: Final = {RUNNING: "running", PAUSED: "paused", ENDED: "ended"}


def name_of(table: dict[int, str], value: int) -> str:
    """This is the name of a value, or the bare number when the table has none (a newer journal)."""
    return table.get(value, str(value))


def value_of(table: dict[int, str], name: str) -> int:
    """This is the value with that name; raises `ValueError` listing the names that exist."""
    for value, known in table.items():
        if known == name:
            return value
    raise ValueError(f"was {name!r}, must be one of {', '.join(table.values())}")
