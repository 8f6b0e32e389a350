"""Decision text: a decision as the line that `decode_decision` reads back to the same decision."""

import json

from interlock.inputs.decisions import ACTION_KINDS
from interlock.inputs.moments import moment_text
from interlock.inputs.work_fields import work_fields
from interlock.messages.decisions import (
    Action,
    Basket,
    CancelOrders,
    Decision,
    Flatten,
    OrderQuantity,
    QuoteLadder,
    ReplaceOrder,
    TargetPosition,
    Terms,
    WorkOrder,
)
from interlock.messages.definitions import Instrument
from interlock.messages.identity import order_text
from interlock.messages.terms import ORDER_TYPES, PRIORITIES, SIDES, TIMES_IN_FORCE

_NO_TERMS = Terms()


def decision_json(decision: Decision, instruments: dict[str, Instrument]) -> str:
    """This writes a decision as one line of JSON; what stands at its default is left out.

    Raises `KeyError` when an instrument is not among `instruments`: it has no prices then.
    """
    fields: dict[str, object] = {
        "source": decision.source,
        "key": decision.key,
        "release": decision.release,
        "epoch": decision.epoch,
        "valid_until": moment_text(decision.valid_until_ns),
        "priority": PRIORITIES[decision.priority],
    }
    if decision.decided_ns:
        fields["decided"] = moment_text(decision.decided_ns)
    if decision.evidence_digest:
        fields["evidence_digest"] = decision.evidence_digest
    if decision.evidence:
        fields["evidence"] = decision.evidence
    if decision.text:
        fields["text"] = decision.text
    fields["action"] = _action(decision.action, instruments)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _action(action: Action, instruments: dict[str, Instrument]) -> dict[str, object]:
    if isinstance(action, OrderQuantity):
        return {"kind": ACTION_KINDS[1], **_order(action, instruments)}
    if isinstance(action, TargetPosition):
        instrument = instruments[action.instrument]
        return {
            "kind": ACTION_KINDS[2],
            "instrument": instrument.symbol,
            "target": instrument.quantity_text(action.target),
            **_terms(action.terms, instrument),
        }
    if isinstance(action, Basket):
        return {
            "kind": ACTION_KINDS[3],
            "orders": [_order(line, instruments) for line in action.lines],
        }
    if isinstance(action, QuoteLadder):
        instrument = instruments[action.instrument]
        return {
            "kind": ACTION_KINDS[4],
            "instrument": instrument.symbol,
            "bids": _levels(action.bids, instrument),
            "asks": _levels(action.asks, instrument),
            **_terms(action.terms, instrument),
        }
    if isinstance(action, CancelOrders):
        cancel: dict[str, object] = {"kind": ACTION_KINDS[5]}
        if action.orders:
            cancel["orders"] = [order_text(order) for order in action.orders]
        if action.instrument:
            cancel["instrument"] = action.instrument
        return cancel
    if isinstance(action, ReplaceOrder):
        instrument = instruments[action.instrument]
        return {
            "kind": ACTION_KINDS[6],
            "order": order_text(action.order),
            "instrument": instrument.symbol,
            "quantity": instrument.quantity_text(action.quantity),
            "price": instrument.price_text(action.price),
        }
    if isinstance(action, Flatten):
        flatten: dict[str, object] = {"kind": ACTION_KINDS[7]}
        if action.instrument:
            flatten["instrument"] = action.instrument
        if action.protection:
            flatten["protection"] = instruments[action.instrument].price_text(action.protection)
        return flatten
    if isinstance(action, WorkOrder):
        return {"kind": ACTION_KINDS[9], **work_fields(action, instruments[action.instrument])}
    return {"kind": ACTION_KINDS[8], "name": action.name, "parameters": action.parameters}


def _order(order: OrderQuantity, instruments: dict[str, Instrument]) -> dict[str, object]:
    instrument = instruments[order.instrument]
    fields: dict[str, object] = {"instrument": instrument.symbol, "side": SIDES[order.side]}
    if order.quantity:
        fields["quantity"] = instrument.quantity_text(order.quantity)
    return {**fields, **_terms(order.terms, instrument)}


def _terms(terms: Terms, instrument: Instrument) -> dict[str, object]:
    fields: dict[str, object] = {}
    if terms.order_type != _NO_TERMS.order_type:
        fields["order_type"] = ORDER_TYPES[terms.order_type]
    if terms.price:
        fields["price"] = instrument.price_text(terms.price)
    if terms.protection:
        fields["protection"] = instrument.price_text(terms.protection)
    if terms.time_in_force != _NO_TERMS.time_in_force:
        fields["time_in_force"] = TIMES_IN_FORCE[terms.time_in_force]
    if terms.expire_ns:
        fields["expires"] = moment_text(terms.expire_ns)
    if terms.post_only:
        fields["post_only"] = True
    if terms.reduce_only:
        fields["reduce_only"] = True
    if terms.display:
        fields["display"] = instrument.quantity_text(terms.display)
    if terms.venue:
        fields["venue"] = terms.venue
    return fields


def _levels(levels: tuple[tuple[int, int], ...], instrument: Instrument) -> list[list[str]]:
    return [
        [instrument.price_text(price), instrument.quantity_text(quantity)]
        for price, quantity in levels
    ]
