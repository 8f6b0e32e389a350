"""Words: every line that may come through the live door, and the command it becomes.

A line is a decision (see `decisions`), or an object with exactly one of these names:

    {"halt": {"scope": "source:momentum", "by": "anna", "text": "looks wrong",
              "cancel_working": true, "reduce_only": false}}
    {"lift_halt": {"scope": "source:momentum", "by": "ben", "text": "checked with anna",
                   "trip": 410, "limits": []}}
    {"approve": {"decision": 412, "by": "ben", "text": "agreed with the client", "digest": "9f86"}}
    {"decline": {"decision": 412, "by": "ben", "text": "not today"}}
    {"set_limit": {"control": "order_quantity", "instrument": "BTCUSDT", "by": "ben",
                   "parameters": {"quantity_max": "0.5"}, "text": "thin market"}}
    {"confirm_limit": {"change": 415, "by": "anna", "text": "agreed"}}
    {"decline_limit": {"change": 415, "by": "anna", "text": "not during the auction"}}
    {"quote": {"instrument": "BTCUSDT", "venue": "binance", "bid": "61837.63",
               "bid_quantity": "3.78", "ask": "61837.64", "ask_quantity": "1.54", "venue_time":
               1723161255343000000}}
    {"trade": {"instrument": "BTCUSDT", "venue": "binance", "price": "61837.63", "quantity": "0.02",
               "side": "sell", "venue_time": 1723161255343000000}}
    {"reconcile": {"venue": "binance", "by": "anna"}}
    {"venue_state": {"venue": "binance", "state": "cancel_only", "by": "anna",
                     "text": "their mail"}}
    {"resolve": {"order": "412-1", "as": "cancelled", "by": "anna", "evidence": "their mail"}}
    {"work": {"decision": 412, "do": "pause", "by": "anna", "text": "the news at noon"}}
    {"freeze_feedback": {"by": "anna", "text": "the feed of beta looks wrong"}}
    {"release_feedback": {"by": "anna", "text": "beta has mended it"}}
    {"rate": {"base": "EUR", "quote": "USD", "rate": "1.0850", "valid_s": 60, "by": "treasury"}}

A scope is `firm`, or `account:`, `source:`, `instrument:`, `venue:` or `release:` and a name; a
halt may also cover `decision:` and a number, all orders of one decision. Whoever lifts a halt
names the command that tripped it last, and may give limits (see `limit_words`) that are tighter
from then on. `approve` also is how a soft block is confirmed. In a quote, a
side that is left out (or whose quantity is "0") does not exist; `side` of a trade is the side that
took liquidity. `reconcile` asks a venue for all that it has; `resolve` says what became of an order
that is unknown (`absent`, `cancelled` or `expired`), and is followed when a second person says the
same. What feedback steers is frozen as it is, and let go on. Bounds and strictness are those of
decisions.
same. `venue_state` says how well a venue is (`healthy`, `degraded`, `cancel_only`, `down` or
`maintenance`), whatever was measured of it. Bounds and strictness are those of decisions.
"""

from typing import Final

from interlock.inputs.decisions import (
    NO_DEFAULTS,
    TEXT_CHARACTERS_MAX,
    DecisionDefaults,
    decision_of,
)
from interlock.inputs.fields import NAME_CHARACTERS_MAX, Fields, Findings
from interlock.inputs.limit_words import read_limit, read_limits
from interlock.inputs.session_rates import VALID_S_MAX, rate_of
from interlock.inputs.strict_json import parse_object
from interlock.inputs.work_fields import change_of_work
from interlock.messages.approvals import (
    ApproveDecision,
    ConfirmLimitChange,
    DeclineDecision,
    DeclineLimitChange,
    ProposeLimitChange,
)
from interlock.messages.commands import (
    Command,
    Halt,
    LiftHalt,
    NoteTrade,
    ProposeDecision,
    SetReferenceRate,
    UpdateQuote,
)
from interlock.messages.definitions import Instrument
from interlock.messages.feedback import SetFeedback
from interlock.messages.identity import parse_order
from interlock.messages.reasons import PERSON_DECIDED
from interlock.messages.statements import AskVenue, ResolveOrder
from interlock.messages.terms import CANCELLED, EXPIRED, REJECTED, SIDES
from interlock.messages.units import DECIMAL_CHARACTERS_MAX, NS_PER_SECOND, UnitError
from interlock.messages.venues import VENUE_STATES, WATCH, MoveVenue

SCOPE_KINDS: Final = ("account", "source", "instrument", "venue", "release", "decision")
OWN_NAMES: Final = ("control:", "feedback:", "invariant:", "others:", "reconciliation", WATCH)
WORDS: Final = (
    "halt",
    "lift_halt",
    "approve",
    "decline",
    "set_limit",
    "confirm_limit",
    "decline_limit",
    "quote",
    "rate",
    "trade",
    "reconcile",
    "resolve",
    "work",
    "freeze_feedback",
    "release_feedback",
    "venue_state",
)
ENDS: Final = {REJECTED: "absent", CANCELLED: "cancelled", EXPIRED: "expired"}


def decode_line(
    line: bytes, instruments: dict[str, Instrument], defaults: DecisionDefaults = NO_DEFAULTS
) -> Command:
    """This reads one line as a command.

    Raises `InputRefused` with every mistake that was found; nothing else, whatever the bytes.
    """
    value = parse_object(line)
    word = next(iter(value)) if len(value) == 1 else ""
    if word not in WORDS:
        return ProposeDecision(decision_of(value, instruments, defaults))
    findings = Findings(instruments)
    fields = Fields(value[word], f"$.{word}", findings)
    command: Command
    if word == "halt":
        command = Halt(
            scope=_scope(fields),
            by=_person(fields),
            text=_said(fields),
            cancel_working=fields.flag("cancel_working", True),
            reduce_only=fields.flag("reduce_only", False),
        )
    elif word == "lift_halt":
        command = LiftHalt(
            scope=_scope(fields),
            by=_person(fields),
            text=_said(fields),
            trip=fields.whole("trip", None, least=1),
            limits=read_limits(fields, instruments),
        )
    elif word == "quote":
        command = _quote(fields)
    elif word == "reconcile":
        text = fields.text("text", "", characters_max=TEXT_CHARACTERS_MAX)
        command = AskVenue(fields.name("venue"), _person(fields), text)
    elif word == "resolve":
        command = _resolution(fields)
    elif word == "venue_state":
        command = _venue_state(fields)
    elif word == "rate":
        command = _rate(fields, instruments)
    elif word == "trade":
        command = _trade(fields)
    elif word == "work":
        command = change_of_work(fields, _person(fields))
    else:
        command = _word_of_approval(word, fields, instruments)
    if fields.is_object:
        fields.end()
    findings.refuse_if_any()
    return command


def _word_of_approval(word: str, fields: Fields, instruments: dict[str, Instrument]) -> Command:
    """What a person says of what waits for people."""
    by, text = _person(fields), _said(fields)
    if word == "approve":
        decision = fields.whole("decision", None, least=1)
        return ApproveDecision(decision, by, text, fields.text("digest", "", characters_max=64))
    if word == "decline":
        return DeclineDecision(fields.whole("decision", None, least=1), by, text)
    if word == "confirm_limit":
        return ConfirmLimitChange(fields.whole("change", None, least=1), by, text)
    if word == "decline_limit":
        return DeclineLimitChange(fields.whole("change", None, least=1), by, text)
    if word in ("freeze_feedback", "release_feedback"):
        return SetFeedback(by, text, word == "freeze_feedback")
    return ProposeLimitChange(read_limit(fields, instruments), by, text)


def _said(fields: Fields) -> str:
    return fields.text("text", "", characters_max=TEXT_CHARACTERS_MAX)


def _person(fields: Fields) -> str:
    """Who says it; what we call our own controls and invariants is nobody's name."""
    name = fields.name("by")
    if name.casefold().startswith(OWN_NAMES):
        fields.note("by", f"was {name!r}, must not begin as the names of our own controls do")
    return name


def _scope(fields: Fields) -> str:
    scope = fields.text("scope", characters_max=NAME_CHARACTERS_MAX + 16)
    kind, colon, name = scope.partition(":")
    if scope == "firm" or (not scope and fields.take("scope") != ""):
        return scope
    if kind not in SCOPE_KINDS or not colon or not name or not name.isprintable():
        kinds = ", ".join(f"{kind}:NAME" for kind in SCOPE_KINDS)
        fields.note("scope", f"was {scope!r}, must be firm, or one of {kinds}")
    return scope


def _resolution(fields: Fields) -> ResolveOrder:
    number = 0
    try:
        number = parse_order(fields.text("order", characters_max=NAME_CHARACTERS_MAX))
    except ValueError as error:
        fields.note("order", str(error))
    return ResolveOrder(
        number,
        fields.choice("as", ENDS),
        _person(fields),
        fields.text("evidence", characters_max=TEXT_CHARACTERS_MAX),
    )


def _venue_state(fields: Fields) -> MoveVenue:
    """A person's word on how well a venue is; it holds until a person says otherwise."""
    return MoveVenue(
        fields.name("venue"),
        fields.choice("state", VENUE_STATES),
        PERSON_DECIDED,
        _person(fields),
        _said(fields),
    )


def _quote(fields: Fields) -> UpdateQuote:
    instrument = fields.instrument()
    quote = UpdateQuote(
        instrument=instrument.symbol if instrument is not None else "",
        venue=fields.name("venue"),
        bid=fields.price("bid", instrument),
        bid_quantity=fields.quantity("bid_quantity", instrument),
        ask=fields.price("ask", instrument),
        ask_quantity=fields.quantity("ask_quantity", instrument),
        venue_time_ns=fields.moment("venue_time", 0),
    )
    for side in ("bid", "ask"):
        if fields.has(side) != fields.has(f"{side}_quantity"):
            fields.note(side, f"and {side}_quantity belong together: give both or neither")
    return quote


def _trade(fields: Fields) -> NoteTrade:
    instrument = fields.instrument()
    return NoteTrade(
        instrument=instrument.symbol if instrument is not None else "",
        venue=fields.name("venue"),
        price=fields.price("price", instrument, None),
        quantity=fields.quantity("quantity", instrument, None, least=1),
        aggressor=fields.choice("side", SIDES, 0),
        venue_time_ns=fields.moment("venue_time", 0),
    )


def _rate(fields: Fields, instruments: dict[str, Instrument]) -> SetReferenceRate:
    """The digits of a currency are those of the instruments that are paid in it."""
    digits = {made.currency: made.currency_digits for made in instruments.values()}
    base, quote, by = fields.name("base"), fields.name("quote"), _person(fields)
    for name, currency in (("base", base), ("quote", quote)):
        if currency and currency not in digits:
            fields.note(name, f"was {currency!r}, must be one of {', '.join(digits)}")
    if base and base == quote:
        fields.note("quote", f"was {quote!r}, must be another currency than base")
    valid_s = fields.whole("valid_s", None, least=1, most=VALID_S_MAX)
    text = fields.text("rate", characters_max=DECIMAL_CHARACTERS_MAX)
    rate = SetReferenceRate(base, quote, 0, 0, by, 0)
    try:
        places = (digits.get(base, 0), digits.get(quote, 0))
        rate = rate_of(base, quote, text, places, by, valid_s * NS_PER_SECOND)
    except UnitError as error:
        if text:
            fields.note("rate", str(error))
    return rate
