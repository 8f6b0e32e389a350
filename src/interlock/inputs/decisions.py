"""Decisions: one JSON object per line from models, agents and people, read strictly.

    {"source": "momentum", "key": "m-17", "release": "2024-08-a", "epoch": 3,
     "valid_until": "2024-08-08T23:54:20Z", "decided": 1723161254087891268, "priority": "new_risk",
     "evidence": {"signal": "0.82"}, "evidence_digest": "sha256:9f86d0...", "text": "breakout",
     "action": {...}}

Needed are `source`, `key`, `release`, `epoch`, `valid_until` and `action`; a connection that speaks
for one source may leave out the first, and `release` and `epoch`, when it was given defaults for
them. The action is one of

    {"kind": "order", "instrument": "BTCUSDT", "side": "buy", "quantity": "0.01", TERMS}
    {"kind": "target", "instrument": "BTCUSDT", "target": "-0.5", TERMS}
    {"kind": "basket", "orders": [{"instrument": ..., "side": ..., "quantity": ..., TERMS}, ...]}
    {"kind": "quotes", "instrument": "BTCUSDT", "bids": [["61837.63", "0.5"]], "asks": [], TERMS}
    {"kind": "cancel", "orders": ["412-1"], "instrument": "BTCUSDT"}  (either, both, neither: all)
    {"kind": "replace", "order": "412-1", "instrument": "BTCUSDT", "quantity": "0.02",
     "price": "61830.00"}
    {"kind": "flatten", "instrument": "BTCUSDT", "protection": "5.00"}  (no instrument: everything)
    {"kind": "action", "name": "notify", "parameters": {"to": "desk"}}
    {"kind": "work", ...}  (a large order over time: see `work_fields`)

where TERMS are any of `"order_type": "limit"` (or `market`, `marketable_limit`), `"price"`,
`"protection"`, `"time_in_force": "day"` (or `ioc`, `fok`, `gtc`, `gtd`), `"expires"` (a time, with
`gtd`), `"post_only": false`, `"reduce_only": false`, `"display"`, `"venue"`. An order without
`quantity` leaves it to the source's sizing rule.

Prices and quantities are decimal text, exact in the instrument's tick and lot: a JSON number is
refused, because what wrote it may have rounded it. Times are whole nanoseconds or ISO 8601 in UTC.
Unknown fields, repeated keys and anything beyond a bound below are refused. Whether the terms make
sense together is the gate's to judge, not the door's.
"""

from typing import Final

from msgspec import Struct

from interlock.inputs.fields import NAME_CHARACTERS_MAX, STEPS_MAX, Fields, Findings, text_fault
from interlock.inputs.strict_json import described, parse_object
from interlock.inputs.work_fields import work_order
from interlock.messages.decisions import (
    Action,
    Basket,
    CancelOrders,
    Decision,
    Flatten,
    NamedAction,
    OrderQuantity,
    QuoteLadder,
    ReplaceOrder,
    TargetPosition,
    Terms,
)
from interlock.messages.definitions import Instrument
from interlock.messages.identity import parse_order
from interlock.messages.terms import (
    DAY,
    LIMIT,
    NEW_RISK,
    ORDER_TYPES,
    PRIORITIES,
    SIDES,
    TIMES_IN_FORCE,
)
from interlock.messages.units import OrderId

EVIDENCE_ENTRIES_MAX: Final = 16
EVIDENCE_CHARACTERS_MAX: Final = 256
PARAMETERS_MAX: Final = 16
PARAMETER_CHARACTERS_MAX: Final = 1024
BASKET_ORDERS_MAX: Final = 100
LADDER_LEVELS_MAX: Final = 50
CANCEL_ORDERS_MAX: Final = 100
TEXT_CHARACTERS_MAX: Final = 1024
KEY_CHARACTERS_MAX: Final = 128
DIGEST_CHARACTERS_MAX: Final = 160

ACTION_KINDS: Final = {
    1: "order",
    2: "target",
    3: "basket",
    4: "quotes",
    5: "cancel",
    6: "replace",
    7: "flatten",
    8: "action",
    9: "work",
}
"""The names of the actions, under their tags."""


class DecisionDefaults(Struct, frozen=True):
    """What a connection knows of every decision that comes through it; empty: it must say."""

    source: str = ""
    release: str = ""
    epoch: int = -1


NO_DEFAULTS: Final = DecisionDefaults()


def decode_decision(
    line: bytes, instruments: dict[str, Instrument], defaults: DecisionDefaults = NO_DEFAULTS
) -> Decision:
    """This reads one line as a decision, exactly as it was meant or not at all.

    Raises `InputRefused` with every mistake that was found, each under its path; nothing else,
    whatever the bytes.
    """
    return decision_of(parse_object(line), instruments, defaults)


def decision_of(
    value: dict[str, object], instruments: dict[str, Instrument], defaults: DecisionDefaults
) -> Decision:
    """This reads a JSON object that is already parsed as a decision. Raises `InputRefused`."""
    findings = Findings(instruments)
    fields = Fields(value, "$", findings)
    source = fields.name("source", defaults.source or None)
    key = fields.text("key", characters_max=KEY_CHARACTERS_MAX)
    if not key and value.get("key") == "":
        fields.note("key", 'was "", must not be empty')
    release = fields.name("release", defaults.release or None)
    epoch = fields.whole("epoch", defaults.epoch if defaults.epoch >= 0 else None, least=0)
    valid_until_ns = fields.moment("valid_until")
    priority = fields.choice("priority", PRIORITIES, NEW_RISK)
    decided_ns = fields.moment("decided", 0)
    digest = fields.text("evidence_digest", "", characters_max=DIGEST_CHARACTERS_MAX)
    evidence = fields.texts(
        "evidence", length_max=EVIDENCE_ENTRIES_MAX, characters_max=EVIDENCE_CHARACTERS_MAX
    )
    text = fields.text("text", "", characters_max=TEXT_CHARACTERS_MAX)
    has_action = fields.has("action")
    action_value = fields.take("action")
    action: Action = CancelOrders()
    if has_action:
        action = _action(Fields(action_value, "$.action", findings))
    else:
        fields.note("action", "is missing")
    fields.end()
    findings.refuse_if_any()
    # From here on the line is a decision.
    return Decision(
        source,
        key,
        release,
        epoch,
        action,
        valid_until_ns,
        priority,
        decided_ns,
        digest,
        evidence,
        text,
    )


def _action(fields: Fields) -> Action:
    if not fields.is_object:
        return CancelOrders()
    kind = ACTION_KINDS.get(fields.choice("kind", ACTION_KINDS), "")
    action: Action
    if kind == "order":
        action = _order(fields)
    elif kind == "target":
        instrument = fields.instrument()
        target = fields.quantity("target", instrument, None, least=-STEPS_MAX)
        action = TargetPosition(_symbol(instrument), target, _terms(fields, instrument))
    elif kind == "basket":
        action = _basket(fields)
    elif kind == "quotes":
        instrument = fields.instrument()
        bids = _levels(fields, "bids", instrument)
        asks = _levels(fields, "asks", instrument)
        action = QuoteLadder(_symbol(instrument), bids, asks, _terms(fields, instrument))
    elif kind == "cancel":
        named = fields.instrument() if fields.has("instrument") else None
        action = CancelOrders(_orders(fields), _symbol(named))
        fields.take("instrument")
    elif kind == "replace":
        action = _replace(fields)
    elif kind == "flatten":
        action = _flatten(fields)
    elif kind == "action":
        name = fields.name("name")
        parameters = fields.texts(
            "parameters", length_max=PARAMETERS_MAX, characters_max=PARAMETER_CHARACTERS_MAX
        )
        action = NamedAction(name, parameters)
    elif kind == "work":
        action = work_order(fields)
    else:
        # Without its kind nobody can say which of its fields are unknown.
        return CancelOrders()
    fields.end()
    return action


def _order(fields: Fields) -> OrderQuantity:
    instrument = fields.instrument()
    side = fields.choice("side", SIDES)
    quantity = fields.quantity("quantity", instrument, 0)
    return OrderQuantity(_symbol(instrument), side, quantity, _terms(fields, instrument))


def _basket(fields: Fields) -> Basket:
    lines: list[OrderQuantity] = []
    for index, item in enumerate(
        fields.items("orders", length_max=BASKET_ORDERS_MAX, required=True)
    ):
        line = Fields(item, f"{fields.path}.orders[{index}]", fields.findings)
        if line.is_object:
            lines.append(_order(line))
            line.end()
    if fields.take("orders") == []:
        fields.note("orders", "was empty, must have at least one order")
    return Basket(tuple(lines))


def _replace(fields: Fields) -> ReplaceOrder:
    order = _order_number(fields, fields.take("order"), f"{fields.path}.order")
    instrument = fields.instrument()
    quantity = fields.quantity("quantity", instrument, None, least=1)
    price = fields.price("price", instrument, None)
    return ReplaceOrder(order, quantity, price, _symbol(instrument))


def _flatten(fields: Fields) -> Flatten:
    named = fields.instrument() if fields.has("instrument") else None
    if not fields.has("instrument") and fields.has("protection"):
        fields.note("protection", "is a price, so it needs an instrument to be read in")
    fields.take("instrument")
    return Flatten(_symbol(named), _distance(fields, named))


def _terms(fields: Fields, instrument: Instrument | None) -> Terms:
    return Terms(
        order_type=fields.choice("order_type", ORDER_TYPES, LIMIT),
        price=fields.price("price", instrument),
        protection=_distance(fields, instrument),
        time_in_force=fields.choice("time_in_force", TIMES_IN_FORCE, DAY),
        expire_ns=fields.moment("expires", 0),
        post_only=fields.flag("post_only", False),
        reduce_only=fields.flag("reduce_only", False),
        display=fields.quantity("display", instrument),
        venue=fields.name("venue", ""),
    )


def _distance(fields: Fields, instrument: Instrument | None) -> int:
    protection = fields.price("protection", instrument)
    if protection < 0:
        fields.note("protection", "was negative, must be a distance from the far touch, 0 or more")
        return 0
    return protection


def _levels(
    fields: Fields, name: str, instrument: Instrument | None
) -> tuple[tuple[int, int], ...]:
    levels: list[tuple[int, int]] = []
    for index, item in enumerate(fields.items(name, length_max=LADDER_LEVELS_MAX, required=False)):
        path = f"{fields.path}.{name}[{index}]"
        if not isinstance(item, list) or len(item) != 2:
            fields.findings.note(path, f'was {described(item)}, must be ["price", "quantity"]')
            continue
        price = fields.steps(f"{path}[0]", item[0], instrument, is_price=True, least=-STEPS_MAX)
        quantity = fields.steps(f"{path}[1]", item[1], instrument, is_price=False, least=1)
        levels.append((price, quantity))
    return tuple(levels)


def _orders(fields: Fields) -> tuple[OrderId, ...]:
    numbers: list[OrderId] = []
    items = fields.items("orders", length_max=CANCEL_ORDERS_MAX, required=False)
    for index, item in enumerate(items):
        numbers.append(_order_number(fields, item, f"{fields.path}.orders[{index}]"))
    # An empty list says "these orders: none", which must not be read as "all".
    if fields.has("orders") and fields.take("orders") == []:
        fields.note("orders", "was empty, must name orders; leave it out to cancel all")
    return tuple(numbers)


def _order_number(fields: Fields, value: object, path: str) -> OrderId:
    if value is None:
        fields.findings.note(path, "is missing")
        return 0
    fault = text_fault(value, NAME_CHARACTERS_MAX)
    if fault:
        fields.findings.note(path, f'{fault}, such as "412-1"')
        return 0
    try:
        return parse_order(str(value))
    except ValueError as error:
        fields.findings.note(path, str(error))
        return 0


def _symbol(instrument: Instrument | None) -> str:
    return instrument.symbol if instrument is not None else ""
