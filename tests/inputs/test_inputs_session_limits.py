"""Limits of a session file: expanded exactly, and warned of when they could never bind."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inputs.session_texts import EXCHANGE, SESSION, changed, mistakes_of
from interlock.controls.control import COUNT, QUANTITY, TICKS, ControlKind, Parameter
from interlock.inputs.session_file import check_session, parse_session
from interlock.inputs.session_remarks import Remark
from interlock.messages.definitions import Limit

OWNED = 'owner = "risk"\nreason = "test"\n'


def limits_of(text: str, control: str) -> list[Limit]:
    return [
        command.limit
        for command in parse_session(text).limits()
        if command.limit.control == control
    ]


def warnings_of(text: str, folder: Path) -> list[Remark]:
    path = folder / "session.toml"
    path.write_text(text)
    found = check_session(path)
    assert not found.mistakes, found.mistakes
    return list(found.warnings)


def test_a_quantity_becomes_one_limit_for_each_instrument_in_its_lots() -> None:
    made = limits_of(SESSION, "order_quantity")
    assert [(limit.scope, limit.instrument, limit.parameters) for limit in made] == [
        ("firm", "COIN", {"quantity_max": 2_000, "window_ms": 0}),
        ("firm", "RAIL", {"quantity_max": 20, "window_ms": 0}),
    ]


def test_a_table_gives_each_instrument_its_own() -> None:
    made = limits_of(SESSION, "position")
    assert [(limit.instrument, limit.parameters) for limit in made] == [
        ("COIN", {"long_max": 1_250, "short_max": 2_000}),
        ("RAIL", {"long_max": 30, "short_max": 20}),
    ]


def test_money_of_an_order_is_set_for_each_instrument_and_of_an_account_for_each_currency() -> None:
    gross_exposure = f'[controls.gross_exposure]\nvalue_max = "900.5"\n{OWNED}'
    text = f"{SESSION}\n[controls.cash]\n{OWNED}{gross_exposure}"
    made = limits_of(text, "order_value")
    assert [(limit.instrument, limit.currency) for limit in made] == [("COIN", ""), ("RAIL", "")]
    assert [limit.parameters for limit in made] == [{"value_max": 5_000_000, "window_ms": 0}] * 2
    (cash,) = limits_of(text, "cash")
    assert (cash.instrument, cash.currency, cash.parameters) == ("", "USD", {"minimum": 0})
    (gross,) = limits_of(text, "gross_exposure")
    assert (gross.currency, gross.parameters) == ("USD", {"value_max": 9_005_000})


def test_money_in_several_currencies_needs_a_table_by_currency() -> None:
    text = changed('symbol = "RAIL"\ncurrency = "USD"', 'symbol = "RAIL"\ncurrency = "EUR"')
    text = changed('USD = "1000.00" }', 'USD = "1000.00", EUR = "5" }', text)
    (mistake,) = mistakes_of(text)
    assert mistake.path == "$.controls.order_value.value_max"
    assert 'must be a table by currency: { USD = "...", EUR = "..." }' in mistake.text
    text = changed('value_max = "500.00"', 'value_max = { USD = "500.0001", EUR = "0.05" }', text)
    made = limits_of(text, "order_value")
    assert [limit.parameters["value_max"] for limit in made] == [5_000_001, 5]


def test_what_is_neither_quantity_nor_money_is_one_limit_with_its_defaults_filled_in() -> None:
    (collar,) = limits_of(SESSION, "price_collar")
    assert collar == Limit(
        "price_collar",
        "firm",
        {"bps": 500, "passive_bps": 5_000},
        owner="risk",
        reason="far",
    )


@pytest.mark.parametrize(
    ("scope", "symbols"),
    [
        ("firm", ["COIN", "RAIL"]),
        ("account:main", ["COIN", "RAIL"]),
        ("source:narrow", ["RAIL"]),
        ("instrument:COIN", ["COIN"]),
        ("venue:beta", ["RAIL"]),
    ],
)
def test_a_scope_covers_the_instruments_that_it_can_meet(scope: str, symbols: list[str]) -> None:
    more = (
        '[[venues]]\nname = "beta"\nkind = "recorded"\ninstruments = ["RAIL"]\n'
        '[[sources]]\nname = "narrow"\naccount = "main"\ninstruments = ["RAIL"]\n'
        f'[[controls.order_quantity]]\nscope = "{scope}"\nquantity_max = "7"\n{OWNED}'
    )
    if scope != "firm":
        more += f'[[controls.order_quantity]]\nquantity_max = "8"\n{OWNED}'
    start = SESSION.index("[controls.order_quantity]")
    end = SESSION.index("[controls.order_value]")
    made = limits_of(SESSION[:start] + SESSION[end:] + more, "order_quantity")
    assert [limit.instrument for limit in made if limit.scope == scope] == symbols


def test_limits_are_said_by_their_owner() -> None:
    assert {command.by for command in parse_session(SESSION).limits()} == {"risk"}


def test_controls_of_the_users_own_are_read_by_their_kinds() -> None:
    kind = ControlKind(
        "tick_gap",
        "C99",
        "prices too far from the last trade",
        "house rule",
        ("firm", "source"),
        (
            Parameter("gap", TICKS, "how far", 1),
            Parameter("size", QUANTITY, "from which quantity", default=0),
            Parameter("times", COUNT, "how often", 1, 9),
        ),
        "ticks",
    )
    text = f'{SESSION}\n[controls.tick_gap]\ngap = "0.05"\ntimes = 3\n{OWNED}'
    session = parse_session(text, {"tick_gap": kind})
    made = [one.limit for one in session.limits() if one.limit.control == "tick_gap"]
    assert [limit.parameters for limit in made] == [{"gap": 5, "size": 0, "times": 3}] * 2
    (mistake,) = mistakes_of(text)
    assert mistake.path == "$.controls.tick_gap"


@given(st.integers(1, 10**12), st.integers(0, 6), st.integers(0, 6))
def test_expansion_is_exact_or_refused(units: int, digits: int, lot_digits: int) -> None:
    whole, part = divmod(units, 10**digits)
    text = f"{whole}.{part:0{digits}d}" if digits else str(whole)
    lot = "1" if lot_digits == 0 else f"0.{1:0{lot_digits}d}"
    session = changed('lot = "0.01"', f'lot = "{lot}"', SESSION)
    session = session.replace("digits = 4", "digits = 8")
    session = changed('quantity = "1.50", cost = "100.00"', 'quantity = "1", cost = "1"', session)
    session = changed('COIN = "12.50"', 'COIN = "12"', session)
    session = changed(
        'quantity_max = "20"', f'quantity_max = {{ COIN = "{text}", RAIL = "1" }}', session
    )
    lots = Fraction(units, 10**digits) * 10**lot_digits
    if lots.denominator == 1:
        coin = limits_of(session, "order_quantity")[0]
        assert coin.parameters == {"quantity_max": int(lots), "window_ms": 0}
    else:
        (mistake,) = mistakes_of(session)
        assert mistake.path == "$.controls.order_quantity.quantity_max.COIN"


# --- warnings ----------------------------------------------------------------------------------


def test_a_sound_session_has_no_warnings(tmp_path: Path) -> None:
    assert warnings_of(SESSION, tmp_path) == []


NEVER = [
    (f'[controls.restricted_list]\ninstruments = ["LEAD"]\n{OWNED}',
     "$.controls.restricted_list.instruments[0]", "is not one of [[instruments]]"),
    (f"[controls.restricted_list]\ninstruments = []\n{OWNED}",
     "$.controls.restricted_list.instruments", "names nothing"),
    (f"[bounds]\nopen_orders_max = 50\n[controls.open_orders]\ncount_max = 60\n{OWNED}",
     "$.controls.open_orders.count_max", "never binds: bounds.open_orders_max is 50"),
    (f"[[controls.open_orders]]\ncount_max = 5\n{OWNED}"
     f'[[controls.open_orders]]\nscope = "source:model"\ncount_max = 5\n{OWNED}',
     "$.controls.open_orders[1].count_max", "firm is held to the same or less"),
    (f'[[controls.open_orders]]\nscope = "account:main"\ncount_max = 5\n{OWNED}'
     f'[[controls.open_orders]]\nscope = "source:model"\ncount_max = 6\n{OWNED}',
     "$.controls.open_orders[1].count_max", "account:main is held to the same or less"),
    (f'[[controls.cash]]\nminimum = "5"\n{OWNED}'
     f'[[controls.cash]]\nscope = "account:main"\nminimum = "5"\n{OWNED}',
     "$.controls.cash[1].minimum", "firm is held to the same or more"),
    (f"[[controls.message_rate]]\ncount_max = 5\nwindow_ms = 1000\n{OWNED}"
     f'[[controls.message_rate]]\nscope = "venue:alpha"\ncount_max = 9\nwindow_ms = 500\n{OWNED}',
     "$.controls.message_rate[1].count_max", "never binds"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "path", "why"), NEVER)
def test_a_limit_that_cannot_bind_is_warned_of_with_the_reason(
    more: str, path: str, why: str, tmp_path: Path
) -> None:
    (warning,) = warnings_of(f"{SESSION}\n{more}", tmp_path)
    assert warning.path == path
    assert why in warning.text
    assert warning.line > len(SESSION.splitlines())


def test_a_narrower_limit_that_is_tighter_is_no_cause_for_a_warning(tmp_path: Path) -> None:
    more = (
        f"[[controls.message_rate]]\ncount_max = 5\nwindow_ms = 1000\n{OWNED}"
        f'[[controls.message_rate]]\nscope = "venue:alpha"\ncount_max = 9\n'
        f"window_ms = 5000\n{OWNED}"
    )
    assert warnings_of(f"{SESSION}\n{more}", tmp_path) == []


def test_an_order_quantity_beyond_the_whole_swing_of_the_position_never_binds(
    tmp_path: Path,
) -> None:
    text = changed('quantity_max = "20"', 'quantity_max = { COIN = "32.50", RAIL = "49" }')
    (warning,) = warnings_of(text, tmp_path)
    assert warning.path == "$.controls.order_quantity.quantity_max"
    assert warning.text.startswith("for COIN never binds: ")
    assert "32.50" in warning.text


def test_an_order_value_that_order_quantity_cannot_reach_never_binds(tmp_path: Path) -> None:
    # RAIL: 20 shares at ten times 40.00 are 8,000.00; COIN: 20.00 at ten times 100.00 are 20,000.
    bounded = changed('value_max = "500.00"', 'value_max = "8000.00"', EXCHANGE)
    (warning,) = warnings_of(bounded, tmp_path)
    assert warning.path == "$.controls.order_value.value_max"
    assert warning.text.startswith("for RAIL never binds: ")
    below = changed('value_max = "500.00"', 'value_max = "7999.9999"', EXCHANGE)
    assert warnings_of(below, tmp_path) == []


def test_a_gross_exposure_that_no_position_can_reach_never_binds(tmp_path: Path) -> None:
    # COIN at most 20.00 (short) at 1,000.00, RAIL at most 30 (long) at 400.00: 32,000.00.
    control = f'[controls.gross_exposure]\nvalue_max = "32000.00"\n{OWNED}'
    (warning,) = warnings_of(f"{EXCHANGE}\n{control}", tmp_path)
    assert warning.path == "$.controls.gross_exposure.value_max"
    assert warnings_of(f"{EXCHANGE}\n{control}".replace("32000.00", "31999.99"), tmp_path) == []


def test_a_collar_as_wide_as_the_price_is_warned_of(tmp_path: Path) -> None:
    (warning,) = warnings_of(changed("bps = 500", "bps = 10000"), tmp_path)
    assert warning.path == "$.controls.price_collar.bps"
    assert "a sale at any price passes" in warning.text


def test_a_message_rate_above_what_the_venue_takes_is_warned_of(tmp_path: Path) -> None:
    text = changed('kind = "recorded"', 'kind = "recorded"\nmessages_reject = 30')
    rate = "[controls.message_rate]\ncount_max = {}\nwindow_ms = 1000\n" + OWNED
    (warning,) = warnings_of(f"{text}\n{rate.format(11)}", tmp_path)
    assert warning.path == "$.controls.message_rate.count_max"
    assert "lets 33 messages through in 3 s, and venue alpha rejects above 30" in warning.text
    assert warnings_of(f"{text}\n{rate.format(10)}", tmp_path) == []


def test_releases_that_may_not_decide_and_closed_markets_are_warned_of(tmp_path: Path) -> None:
    outside = changed(
        'release = "r1"\nepoch = 1\nmodel = "momentum"\nparameters = { quantity = 3 }\n', ""
    )
    outside = changed('state = "active"', 'state = "retired"', outside)
    (warning,) = warnings_of(outside, tmp_path)
    assert warning.path == "$.releases"
    closed = changed("T14:30:00Z", "T21:30:00Z", EXCHANGE)
    (warning,) = warnings_of(closed, tmp_path)
    assert warning.text == "RAIL is closed from here until the market ends"
