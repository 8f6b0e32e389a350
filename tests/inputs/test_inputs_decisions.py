"""Decisions at the door: exactly what was meant, or a refusal that says every mistake."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inputs.captures import BTC, INSTRUMENTS
from interlock.inputs.decision_text import decision_json
from interlock.inputs.decisions import DecisionDefaults, decode_decision
from interlock.inputs.refusals import InputRefused
from interlock.inputs.words import decode_line
from interlock.messages.decisions import (
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
from interlock.messages.encoding import encode
from interlock.messages.identity import order_id
from interlock.messages.reasons import MALFORMED, UNKNOWN_INSTRUMENT
from interlock.messages.terms import BUY, GTD, IOC, LIMIT, MARKETABLE_LIMIT, NEW_RISK, SELL

ORDER = {
    "kind": "order",
    "instrument": "BTC-USDT",
    "side": "buy",
    "quantity": "0.01",
    "price": "61837.63",
    "time_in_force": "ioc",
}


def line(action: object = ORDER, **changes: object) -> bytes:
    fields: dict[str, object] = {
        "source": "momentum",
        "key": "m-17",
        "release": "2024-08-a",
        "epoch": 3,
        "valid_until": "2024-08-08T23:54:20.000000001Z",
        "action": action,
    }
    fields |= changes
    return json.dumps({name: value for name, value in fields.items() if value != ...}).encode()


def refusal(text: bytes) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        decode_decision(text, INSTRUMENTS)
    return caught.value


def mistakes(text: bytes) -> dict[str, str]:
    return {one.path: one.text for one in refusal(text).mistakes}


def test_an_order_is_read_exactly() -> None:
    decision = decode_decision(line(), INSTRUMENTS)
    terms = Terms(price=6_183_763, time_in_force=IOC)
    assert decision == Decision(
        "momentum",
        "m-17",
        "2024-08-a",
        3,
        OrderQuantity("BTC-USDT", BUY, 1_000, terms),
        1_723_161_260_000_000_001,
    )


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        (
            {"kind": "target", "instrument": "BTC-USDT", "target": "-0.5", "post_only": True},
            TargetPosition("BTC-USDT", -50_000, Terms(post_only=True)),
        ),
        (
            {"kind": "basket", "orders": [{"instrument": "IBM", "side": "sell"}]},
            Basket((OrderQuantity("IBM", SELL, 0, Terms()),)),
        ),
        (
            {"kind": "quotes", "instrument": "IBM", "bids": [["181.01", "100"]], "asks": []},
            QuoteLadder("IBM", ((18_101, 100),), (), Terms()),
        ),
        ({"kind": "cancel"}, CancelOrders()),
        (
            {"kind": "cancel", "orders": ["412-1"], "instrument": "IBM"},
            CancelOrders((order_id(412, 1),), "IBM"),
        ),
        (
            {
                "kind": "replace",
                "order": "412-1",
                "instrument": "IBM",
                "quantity": "5",
                "price": "1.00",
            },
            ReplaceOrder(order_id(412, 1), 5, 100, "IBM"),
        ),
        ({"kind": "flatten"}, Flatten()),
        ({"kind": "flatten", "instrument": "IBM", "protection": "0.05"}, Flatten("IBM", 5)),
        (
            {"kind": "action", "name": "notify", "parameters": {"to": "desk"}},
            NamedAction("notify", {"to": "desk"}),
        ),
    ],
)
def test_every_action_has_its_words(action: object, wanted: object) -> None:
    assert decode_decision(line(action), INSTRUMENTS).action == wanted


@pytest.mark.parametrize("number", ["61837.63", "61837", "1e5", "NaN", "-Infinity", "1E400"])
def test_a_price_as_a_json_number_is_refused_with_the_text_it_should_be(number: str) -> None:
    text = line().replace(b'"61837.63"', number.encode())
    found = mistakes(text)["$.action.price"]
    assert found.startswith(f"was {number}, must be decimal text such as ")


@pytest.mark.parametrize("text", ["1e5", "61837.631", "0x10", " 1", "1_000", "+1", ".5", "", "९"])
def test_a_price_that_is_no_exact_decimal_is_refused(text: str) -> None:
    assert "$.action.price" in mistakes(line(ORDER | {"price": text}))


def test_all_mistakes_are_said_at_once() -> None:
    bad = ORDER | {"side": "hold", "quantity": 1, "colour": "red"}
    found = mistakes(line(bad, epoch="3", key=..., valid_until="soon"))
    assert set(found) == {
        "$.key",
        "$.epoch",
        "$.valid_until",
        "$.action.side",
        "$.action.quantity",
        "$.action.colour",
    }


def test_a_key_that_stands_twice_is_refused_at_any_depth() -> None:
    twice = line().replace(b'"side": "buy"', b'"side": "buy", "side": "sell"')
    assert mistakes(twice) == {"$.action.side": "stands there twice"}


def test_an_instrument_that_is_not_defined_is_refused_by_name_and_reason() -> None:
    found = refusal(line(ORDER | {"instrument": "DOGE"}))
    assert found.reason == UNKNOWN_INSTRUMENT
    assert "$.action.instrument: UNKNOWN_INSTRUMENT: was 'DOGE'" in str(found)
    assert refusal(line(ORDER | {"instrument": "DOGE"}, epoch=-1)).reason == MALFORMED


def test_everything_has_its_bound() -> None:
    order = {"instrument": "IBM", "side": "buy"}
    assert "$.action.orders" in mistakes(line({"kind": "basket", "orders": [order] * 101}))
    decode_decision(line({"kind": "basket", "orders": [order] * 100}), INSTRUMENTS)
    ladder = {"kind": "quotes", "instrument": "IBM", "bids": [["1.00", "1"]] * 51}
    assert "$.action.bids" in mistakes(line(ladder))
    assert "$.evidence" in mistakes(line(evidence={str(n): "" for n in range(17)}))
    assert "$.evidence.a" in mistakes(line(evidence={"a": "x" * 257}))
    assert "$.source" in mistakes(line(source="x" * 65))
    assert "$" in mistakes(line(text="x" * 66_000))
    assert "$" in mistakes(b"[" * 60_000)
    assert "$.action.price" in mistakes(line(ORDER | {"price": "9" * 24}))
    assert "$.epoch" in mistakes(line(epoch=2**63))
    assert "$.epoch" in mistakes(line().replace(b'"epoch": 3', b'"epoch": ' + b"9" * 5_000))


def test_an_empty_list_of_orders_is_not_read_as_all() -> None:
    assert "$.action.orders" in mistakes(line({"kind": "cancel", "orders": []}))


def test_text_that_could_not_be_kept_or_shown_is_refused() -> None:
    assert "$.text" in mistakes(line(text="\x1b[2J"))
    assert "$.text" in mistakes(line(text="\ud800"))
    assert "$.source" in mistakes(line(source="a\u202eb"))
    assert decode_decision(line(text="zwei\nZeilen äöü"), INSTRUMENTS).text == "zwei\nZeilen äöü"


def test_a_connection_may_know_source_and_release() -> None:
    defaults = DecisionDefaults(source="momentum", release="r", epoch=0)
    short = line(source=..., release=..., epoch=...)
    decision = decode_decision(short, INSTRUMENTS, defaults)
    assert (decision.source, decision.release, decision.epoch) == ("momentum", "r", 0)
    assert len(refusal(short).mistakes) == 3


names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=50)
steps = st.integers(1, 10**15)
moments = st.integers(1, 7 * 10**18)
terms = st.builds(
    Terms,
    order_type=st.integers(LIMIT, MARKETABLE_LIMIT),
    price=st.integers(0, 10**12),
    protection=st.integers(0, 1_000),
    time_in_force=st.integers(1, GTD),
    expire_ns=st.just(0) | moments,
    post_only=st.booleans(),
    reduce_only=st.booleans(),
    display=st.integers(0, 100),
    venue=st.just("") | names,
)
symbols = st.sampled_from(sorted(INSTRUMENTS))
orders = st.builds(OrderQuantity, symbols, st.integers(BUY, SELL), st.integers(0, 10**9), terms)
order_ids = st.builds(order_id, st.integers(0, 2**43 - 1), st.integers(0, 2**20 - 1))
levels = st.lists(st.tuples(steps, steps), max_size=50).map(tuple)
actions = (
    orders
    | st.builds(TargetPosition, symbols, st.integers(-(10**12), 10**12), terms)
    | st.builds(Basket, st.lists(orders, min_size=1, max_size=5).map(tuple))
    | st.builds(QuoteLadder, symbols, levels, levels, terms)
    | st.builds(CancelOrders, st.lists(order_ids, max_size=5).map(tuple), st.just("") | symbols)
    | st.builds(ReplaceOrder, order_ids, steps, steps, symbols)
    | st.builds(Flatten, symbols, st.integers(0, 100))
    | st.just(Flatten())
    | st.builds(NamedAction, names, st.dictionaries(names, texts, max_size=5))
)
decisions = st.builds(
    Decision,
    source=names,
    key=names,
    release=names,
    epoch=st.integers(0, 2**31),
    action=actions,
    valid_until_ns=moments,
    priority=st.integers(0, NEW_RISK + 1),
    decided_ns=st.just(0) | moments,
    evidence_digest=texts,
    evidence=st.dictionaries(names, texts, max_size=16),
    text=texts,
)


@given(decisions)
def test_a_decision_written_and_read_back_is_the_same(decision: Decision) -> None:
    text = decision_json(decision, INSTRUMENTS)
    assert "\n" not in text
    assert decode_decision(text.encode(), INSTRUMENTS) == decision


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(InputRefused):
        decode_line(data, INSTRUMENTS)


def kept_or_refused(text: bytes) -> bytes:
    """The bytes of the command for the journal, or of the refusal for the answer."""
    try:
        return encode(decode_line(text, INSTRUMENTS))
    except InputRefused as error:
        return str(error).encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | symbols,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
FIELDS = sorted({"action", "evidence", "text", "epoch", "valid_until", "key", "priority"})
INNER = sorted({*ORDER, "bids", "asks", "orders", "order", "parameters", "name", "display"})
KINDS = ["order", "target", "basket", "quotes", "cancel", "replace", "flatten", "action"]
inner_objects = st.dictionaries(st.sampled_from(INNER), json_values, max_size=6)


@given(
    st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3),
    inner_objects,
    st.sampled_from(KINDS),
)
def test_senseless_json_is_refused_or_can_be_kept(
    outer: dict[str, object], inner: dict[str, object], kind: str
) -> None:
    text = json.dumps(json.loads(line(ORDER | inner | {"kind": kind})) | outer)
    assert kept_or_refused(text.encode())


@given(decisions, st.data())
def test_a_damaged_line_is_refused_or_can_be_kept(decision: Decision, data: st.DataObject) -> None:
    text = bytearray(decision_json(decision, INSTRUMENTS).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    assert kept_or_refused(bytes(text))


def test_prices_are_those_of_the_orders_own_instrument() -> None:
    assert BTC.parse_price("1.00") == 100
    order = decode_decision(
        line(ORDER | {"instrument": "BTC-USDT-PERP", "price": "1.00", "quantity": "0.010"}),
        INSTRUMENTS,
    ).action
    assert isinstance(order, OrderQuantity)
    assert (order.terms.price, order.quantity) == (10, 10)
