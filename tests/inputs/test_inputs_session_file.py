"""The session file: every mistake with its line and field, all at once."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import interlock
from house.checkout import ROOT
from inputs.session_texts import EXCHANGE, SESSION, changed, line_of, mistakes_of
from interlock.controls.catalogue import CATALOGUE
from interlock.inputs.session_file import (
    FILE_BYTES_MAX,
    check_session,
    load_session,
    parse_session,
)
from interlock.inputs.session_remarks import REMARKS_MAX, SessionMistakes
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    ActivateRelease,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    OpenSession,
    SetLimit,
)
from interlock.messages.definitions import PhaseStart
from interlock.messages.feedback import FeedbackSet, SetFeedback

DEMO = Path(interlock.__file__).parent / "examples" / "demo.toml"
EXAMPLES = [DEMO, *sorted((ROOT / "examples").glob("*.toml"))]

# What is changed, into what, the line where the mistake stands, its path, and what is said of it.
ONE_MISTAKE = [
    ('name = "small"', "name = 5", "name", "$.session.name", "was 5, must be text"),
    ("seed = 7", "seed = -1", "seed", "$.session.seed", "was -1, must be 0.."),
    ("seed = 7", "sead = 7", "sead", "$.session.sead", "did you mean seed?"),
    ("seed = 7", "seed = true", "seed", "$.session.seed", "was true, must be"),
    ("seed = 7", 'routing = "best"', "routing", "$.session.routing", "did you mean best_price?"),
    ("[currencies]", "[bounds]\nwaiting_max = 0\n[currencies]", "waiting", "$.bounds.waiting_max",
     "was 0, must be 1.."),
    ("digits = 4", "digits = 19", "USD", "$.currencies.USD.digits", "was 19, must be 0..18"),
    ("digits = 4", "digits = 1", "tick", "$.instruments[0].tick", "give USD more digits"),
    ('tick = "0.01"', "tick = 0.01", "tick", "$.instruments[0].tick",
     'was the float 0.01, must be decimal text such as "0.01"'),
    ('tick = "0.01"', 'tick = "1e-2"', "tick", "$.instruments[0].tick", "must be a plain decimal"),
    ('tick = "0.01"', 'tick = "0"', "tick", "$.instruments[0].tick", "must be above 0"),
    ('currency = "USD"', 'currency = "USDT"', "currency", "$.instruments[0].currency",
     "did you mean USD?"),
    ('symbol = "RAIL"', 'symbol = "COIN"', "symbol", "$.instruments[1].symbol", "defined above"),
    ('"-05:00"', '"-5"', "utc_offset", "$.instruments[1].utc_offset", "such as -04:00"),
    ('"16:00"', '"09:30"', "phases", "$.instruments[1].phases[1].from", "must be later"),
    ('"16:00"', '"24:00"', "phases", "$.instruments[1].phases[1].from", "must be a time of day"),
    ('"closed"', '"shut"', "phases", "$.instruments[1].phases[1].phase", "must be one of closed"),
    ('kind = "recorded"', 'kind = "live"', "kind", "$.venues[0].kind", "known are exchange, rec"),
    ('["COIN", "RAIL"]', '["COIN", "RIAL"]', "instruments = ", "$.venues[0].instruments[1]",
     "did you mean RAIL?"),
    ('["COIN", "RAIL"]', '["COIN", "COIN"]', "instruments = ", "$.venues[0].instruments[1]",
     "stands here twice"),
    ('kind = "recorded"', 'kind = "recorded"\nlevels = 5', "levels", "$.venues[0].levels",
     "is for a venue of kind exchange"),
    ('kind = "recorded"', 'kind = "recorded"\nmessages_reject = 9\nmessages_logout = 3',
     "messages_logout", "$.venues[0].messages_logout", "must be 0 or at least 9"),
    ('kind = "recorded"', 'kind = "recorded"\nsilence_ms = 1\nlatency_in_us = 1000', "silence_ms",
     "$.venues[0].silence_ms", "longer than the way there and back"),
    ('USD = "1000.00"', 'USD = "1000.00001"', "cash", "$.accounts[0].cash.USD",
     "at most 4 decimal digits"),
    ('USD = "1000.00"', 'EUR = "1000.00"', "instruments = ", "$.sources[0].instruments[0]", None),
    ('quantity = "1.50"', 'quantity = "1.505"', "positions", "$.accounts[0].positions[0].quantity",
     "at most 2 decimal digits"),
    ("epoch = 1", "epoch = 0", "epoch", "$.releases[0].epoch", None),
    ('state = "active"', 'state = "retired"', "release =", "$.sources[0].release",
     "which is retired"),
    ('account = "main"', 'account = "mian"', "account", "$.sources[0].account",
     "did you mean main?"),
    ('release = "r1"', 'release = "r2"', "release =", "$.sources[0].release", "known are r1"),
    ('epoch = 1\nmodel', 'epoch = 2\nmodel', "epoch = 2", "$.sources[0].epoch",
     "was 2, must be 1, the epoch of release r1"),
    ('model = "momentum"', 'model = "momentun"', "model", "$.sources[0].model",
     "momentum, mean_reversion, careless, large_orders or package.module:Class"),
    ('model = "momentum"', 'model = "no_such_package.models:Mine"', "model", "$.sources[0].model",
     "whose package is not installed"),
    ("{ quantity = 3 }", "{ quantty = 3 }", "parameters", "$.sources[0].parameters.quantty",
     "did you mean quantity?"),
    ("{ quantity = 3 }", "{ quantity = -3 }", "parameters", "$.sources[0].parameters.quantity",
     "must be 0 or above"),
    ('"notify"]', '"notice"]', "actions", "$.sources[0].actions[1]", "did you mean notify?"),
    ('release = "r1"', 'release = "r1"\nsizing = { rule = "fixed_notional" }', "sizing",
     "$.sources[0].sizing.notional", "is missing"),
    ("bps = 500", "bps = -5", "bps", "$.controls.price_collar.bps", "was -5, must be 0..10000"),
    ("bps = 500", "basis = 5", "[controls.price_collar]", "$.controls.price_collar.bps",
     "is missing"),
    ("bps = 500", 'bps = 500\nscope = "desk"', "scope", "$.controls.price_collar.scope",
     "must be one of firm, account:NAME"),
    ("bps = 500", 'bps = 500\nscope = "firm:x"', "scope", "$.controls.price_collar.scope",
     "must be firm alone"),
    ("bps = 500", 'bps = 500\nscope = "source:modle"', "scope", "$.controls.price_collar.scope",
     "did you mean model?"),
    ('long_max =', 'scope = "venue:alpha"\nlong_max =', "scope", "$.controls.position.scope",
     "must be one of firm, account:NAME, source:NAME, instrument:NAME"),
    ("[controls.price_collar]", "[controls.price_colar]", "[controls.price_colar]",
     "$.controls.price_colar", "did you mean price_collar?"),
    ('quantity_max = "20"', 'quantity_max = "20.5"', "quantity_max",
     "$.controls.order_quantity.quantity_max", "for RAIL: was '20.5'"),
    ('quantity_max = "20"', "quantity_max = 20", "quantity_max",
     "$.controls.order_quantity.quantity_max", 'must be decimal text such as "20"'),
    ('quantity_max = "20"', 'quantity_max = "0"', "quantity_max",
     "$.controls.order_quantity.quantity_max", "must be at least 1"),
    (', RAIL = "30" }', " }", "long_max", "$.controls.position.long_max.RAIL", "is missing"),
    ('RAIL = "30" }', 'RAIL = "30", GOLD = "1" }', "long_max", "$.controls.position.long_max.GOLD",
     "is not covered by this scope"),
    ('owner = "risk"', "", "[controls.market_data]", "$.controls.market_data.owner", "is missing"),
    ('reason = "far"', 'reason = " "', 'reason = " "', "$.controls.price_collar.reason",
     "must not be empty"),
    ('kind = "file"', 'kind = "mail"', 'kind = "mail"', "$.actions.notify.kind", "a kind of exec"),
    ('"notices.jsonl"', '"../x"', "path", "$.actions.notify.path", "in the session's folder"),
    ('kind = "file"\npath = "notices.jsonl"', 'kind = "webhook"\nurl = "ftp://x"', "url",
     "$.actions.notify.url", "must begin with http"),
    ("[actions.notify]", '[[data]]\nkind = "binanse"\n[actions.notify]', 'kind = "binanse"',
     "$.data[0].kind", "did you mean binance?"),
    ("[actions.notify]", '[[data]]\nvenue = "beta"\n[actions.notify]', 'venue = "beta"',
     "$.data[0].venue", "a venue of kind recorded"),
    ("[actions.notify]", "[surprise]\n[actions.notify]", "[surprise]", "$.surprise", "not a field"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "path", "says"), ONE_MISTAKE)
def test_a_mistake_is_said_with_its_line_and_field(
    old: str, new: str, line: str, path: str, says: str | None
) -> None:
    text = changed(old, new)
    said = {mistake.path: mistake for mistake in mistakes_of(text)}
    assert path in said, [str(mistake) for mistake in said.values()]
    if says is not None:
        assert says in said[path].text
        # `line` is where the field stands first; the paths with several are of the first entry.
        stands = [i for i, x in enumerate(text.splitlines(), 1) if x.startswith(line)]
        assert said[path].line in stands, str(said[path])


def test_a_sound_session_has_no_mistakes() -> None:
    assert mistakes_of(SESSION) == []
    assert mistakes_of(EXCHANGE) == []


def test_a_mistake_reads_as_line_path_and_what_must_be() -> None:
    text = changed("bps = 500", "bps = -5")
    (mistake,) = mistakes_of(text)
    line = line_of(text, "bps")
    assert str(mistake) == f"line {line}: $.controls.price_collar.bps: was -5, must be 0..10000"


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file() -> None:
    text = changed("seed = 7", "seed = -7")
    text = changed('account = "main"', 'account = "mine"', text)
    text = changed("bps = 500", "bps = 20_000", text)
    text = changed('path = "notices.jsonl"', "", text)
    said = mistakes_of(text)
    assert [mistake.path for mistake in said] == [
        "$.session.seed",
        "$.sources[0].account",
        "$.controls.price_collar.bps",
        "$.actions.notify.path",
    ]
    assert [mistake.line for mistake in said] == sorted(mistake.line for mistake in said)


def test_an_empty_file_says_everything_that_it_lacks() -> None:
    said = {mistake.path for mistake in mistakes_of("")}
    sections = ("session", "currencies", "instruments", "venues", "accounts", "releases")
    assert {f"$.{name}" for name in (*sections, "sources", "controls")} <= said


def test_every_required_control_is_missed_by_name() -> None:
    for kind in CATALOGUE:
        if not kind.is_required:
            continue
        text = re.sub(rf"\[controls\.{kind.name}\]\n(?:[a-z_]+ = .*\n)+", "", SESSION)
        assert text != SESSION
        (mistake,) = mistakes_of(text)
        assert mistake.path == f"$.controls.{kind.name}"
        assert "COIN, RAIL: without it no order may pass" in mistake.text


def test_a_required_control_of_one_source_does_not_cover_another() -> None:
    second = '[[sources]]\nname = "second"\naccount = "main"\ninstruments = ["RAIL"]\n'
    text = changed("[controls.market_data]", f"{second}\n[controls.market_data]")
    text = changed("bps = 500", 'bps = 500\nscope = "source:model"', text)
    (mistake,) = mistakes_of(text)
    assert mistake.path == "$.controls.price_collar"
    assert mistake.text == "is missing for RAIL: without it no order may pass"


def test_a_control_is_set_once_for_a_scope() -> None:
    again = '[[controls.price_collar]]\nbps = 1\nowner = "a"\nreason = "b"\n'
    text = SESSION.replace("[controls.price_collar]", "[[controls.price_collar]]")
    (mistake,) = mistakes_of(text + again)
    assert mistake.path == "$.controls.price_collar[1].scope"
    assert "for which price_collar is set above" in mistake.text


def test_names_are_used_once() -> None:
    for section in ("venues", "accounts", "releases", "sources"):
        start = SESSION.index(f"[[{section}]]")
        entry = SESSION[start : SESSION.index("\n\n", start)]
        (mistake,) = mistakes_of(SESSION.replace(entry, f"{entry}\n\n{entry}"))
        assert mistake.path == f"$.{section}[1].name"
        assert "defined above" in mistake.text


def test_two_entries_without_a_name_are_not_taken_for_the_same() -> None:
    said = mistakes_of("[[releases]]\nepoch = 1\n[[releases]]\nepoch = 1\n")
    texts = {one.text for one in said if one.path.startswith("$.releases")}
    assert texts == {"is missing"}


def test_what_refers_to_a_wrong_instrument_is_not_wrong_for_that() -> None:
    (mistake,) = mistakes_of(changed('tick = "0.01"', "tick = 1"))
    assert mistake.path == "$.instruments[0].tick"


def test_a_syntax_error_has_its_line() -> None:
    text = changed("seed = 7", "seed = = 7")
    (mistake,) = mistakes_of(text)
    assert (mistake.line, mistake.path) == (line_of(text, "seed"), "$")
    assert mistake.text.startswith("is not TOML: ")
    (mistake,) = mistakes_of("a = 1\nb = [1,")
    assert mistake.line == 2


def test_a_market_must_be_there_for_exchanges_and_name_what_they_trade() -> None:
    without = EXCHANGE[: EXCHANGE.index("[market]")]
    (mistake,) = mistakes_of(without)
    assert (mistake.path, mistake.text[:10]) == ("$.market", "is missing")
    partly = EXCHANGE[: EXCHANGE.rindex("[[market.instruments]]")]
    (mistake,) = mistakes_of(partly)
    assert mistake.text == "has no RAIL, which alpha trades"
    late = changed("2026-01-05T14:30:00Z", "2026-01-05 14:30", EXCHANGE)
    (mistake,) = mistakes_of(late)
    assert mistake.path == "$.market.start"
    flat = changed('half_spread = "0.02"', 'half_spread = "25.00"', EXCHANGE)
    (mistake,) = mistakes_of(flat)
    assert mistake.path == "$.market.instruments[0].price"


def test_a_file_that_cannot_be_read_is_a_mistake_too(tmp_path: Path) -> None:
    missing, bad, large = tmp_path / "no.toml", tmp_path / "bad.toml", tmp_path / "large.toml"
    bad.write_bytes(b"a = 1\nb = '\xff'\n")
    large.write_bytes(b"#" * (FILE_BYTES_MAX + 1))
    for path, line, says in (
        (missing, 0, "No such file"),
        (bad, 2, "UTF-8"),
        (large, 0, "at most"),
    ):
        with pytest.raises(SessionMistakes) as caught:
            load_session(path)
        (mistake,) = caught.value.mistakes
        assert mistake.line == line
        assert says in mistake.text
        assert check_session(path).mistakes == caught.value.mistakes


def test_more_mistakes_than_anybody_mends_are_counted() -> None:
    said = mistakes_of("\n".join(f"x{number} = 1" for number in range(REMARKS_MAX * 2)))
    assert len(said) == REMARKS_MAX + 1
    assert said[-1].text.startswith("and ")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_the_examples_have_neither_mistakes_nor_warnings(path: Path) -> None:
    found = check_session(path)
    assert not found.mistakes, [str(mistake) for mistake in found.mistakes]
    assert not found.warnings, [str(warning) for warning in found.warnings]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_the_examples_open_a_session_and_nothing_is_refused(path: Path) -> None:
    session = load_session(path)
    kernel = Kernel(Ledger(), {})
    for sequence, command in enumerate(session.opening("id", "1.0"), start=1):
        # Rules of feedback are the only words of an opening that are concluded upon.
        made = [type(event) for event in kernel.step(sequence, 1, command)]
        assert made == ([FeedbackSet] if type(command) is SetFeedback else [])
    assert len(kernel.ledger.limits.limits) == len(session.limits())
    assert kernel.ledger.is_session_open


def test_the_examples_show_every_control_and_model_of_the_catalogue() -> None:
    texts = "".join(path.read_text() for path in EXAMPLES)
    for kind in CATALOGUE:
        assert f"[controls.{kind.name}]" in texts, kind.name


def test_the_opening_defines_everything_before_it_is_referred_to() -> None:
    opening = parse_session(SESSION).opening("id-1", "1.0")
    order = [
        OpenSession,
        DefineInstrument,
        DefineVenue,
        DefineAccount,
        DefineSource,
        ActivateRelease,
        SetLimit,
    ]
    kinds = [order.index(type(command)) for command in opening]
    assert kinds == sorted(kinds)
    first = opening[0]
    assert isinstance(first, OpenSession)
    assert (first.name, first.session_id, first.seed) == ("small", "id-1", 7)
    assert (first.code_version, first.configuration) == ("1.0", SESSION)


def test_definitions_are_read_exactly() -> None:
    session = parse_session(SESSION)
    coin, rail = session.instruments
    assert (coin.tick_units, coin.price_digits, coin.lot_units, coin.quantity_digits) == (
        1,
        2,
        1,
        2,
    )
    assert rail.utc_offset_ns == -5 * 3_600 * 10**9
    half_past_nine, four = (9 * 60 + 30) * 60 * 10**9, 16 * 3_600 * 10**9
    assert rail.phases == (PhaseStart(half_past_nine, 3), PhaseStart(four, 0))
    (account,) = session.accounts
    assert account.cash == (("USD", 4, 10_000_000),)
    assert account.positions == (("COIN", 150, 1_000_000),)
    (settings,) = session.source_settings
    assert (settings.model, settings.parameters, settings.epoch) == ("momentum", {"quantity": 3}, 1)


def test_recordings_find_the_entry_that_is_about_them(data_folder: Path) -> None:
    entries = (
        '[[data]]\nname = "*-quote.zip"\nvenue = "alpha"\n[[data]]\nkind = "binance"\nlevels = 3\n'
    )
    session = parse_session(changed("[actions.notify]", f"{entries}[actions.notify]"))
    equity = data_folder / "us-equity"
    paths = [
        equity / "ibm-20131007-trade.zip",
        equity / "ibm-20131007-quote.zip",
        data_folder / "binance" / "spot-btcusdt-20240808.gz",
    ]
    files = session.recordings(paths)
    assert [file.path for file in files] == paths
    assert [file.venue for file in files] == ["", "alpha", ""]
    assert files[2].levels == 3


LINES = SESSION.splitlines()
WORDS = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from(["[", "]", "[[", "]]", "=", '"', "'", "{", "}", ",", "\n", "#", "nan", "inf"]),
    st.sampled_from(["[controls]", "[[instruments]]", "[instruments]", "1979-05-27", "-1", "0x1"]),
    st.text(max_size=8),
)


@given(st.lists(WORDS, max_size=30).map("\n".join))
def test_no_text_raises_anything_but_its_mistakes(text: str) -> None:
    mistakes_of(text)


@given(st.data())
def test_a_spoilt_session_raises_nothing_but_its_mistakes(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[at].partition(" = ")
        values = ["1", "-1", '""', '"x"', "[]", "{}", "1.5", "nan", "true", "07:32:00", "[[]]"]
        value = data.draw(st.sampled_from([*values, "{ a = 1 }", "[{ name = 1 }]", "9" * 30]))
        lines[at] = f"{key} = {value}" if equals else data.draw(WORDS)
    mistakes_of("\n".join(lines))


def test_numbers_and_nesting_beyond_all_bounds_are_mistakes() -> None:
    for text in ("x = " + "9" * 6_000, "x = " + "[" * 20_000, "x = " + "{a=" * 20_000):
        (mistake,) = mistakes_of(text)
        assert mistake.path == "$"
