"""What a session file says about faults and links, and the mistakes in it."""

from pathlib import Path

import pytest

from inputs.session_texts import SESSION
from interlock.inputs.session_file import parse_session
from interlock.inputs.session_links import faults_of, read_fault_script, venue_faults
from interlock.inputs.session_remarks import SessionMistakes
from interlock.simulation import faults

FAULT = """
[[venues.faults]]
kind = "late_fill"
ppm = 50_000
delay_ms = 20
from_ms = 5
for_ms = 10
every_ms = 100
"""


def with_faults(text: str) -> str:
    assert "[[accounts]]" in SESSION
    return SESSION.replace("[[accounts]]", f"{text}\n[[accounts]]", 1)


def test_a_venue_without_faults_has_none() -> None:
    assert venue_faults(parse_session(SESSION).venue_settings[0]) == []


def test_the_faults_of_a_venue_are_read_with_their_units() -> None:
    settings = parse_session(with_faults(FAULT)).venue_settings[0]
    (fault,) = venue_faults(settings)
    assert (fault.kind, fault.ppm) == (faults.LATE_FILL, 50_000)
    assert (fault.from_ns, fault.for_ns, fault.every_ns, fault.delay_ns) == (
        5_000_000,
        10_000_000,
        100_000_000,
        20_000_000,
    )


def test_a_seed_adds_its_script() -> None:
    settings = parse_session(with_faults(FAULT)).venue_settings[0]
    by_seed = faults_of(settings.faults, 3)
    assert [fault.kind for fault in by_seed[1:]] == [
        fault.kind for fault in faults.random_faults(3)
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "late_fill"', "", "$.venues[0].faults[0].kind: is missing"),
        ('"late_fill"', '"early_fill"', "must be one of lost_acknowledgement"),
        ("delay_ms = 20", "", "late_fill: needs a delay"),
        ("ppm = 50_000", "ppm = 2_000_000", "must be 0..1000000"),
        ("ppm = 50_000", 'often = "yes"', "$.venues[0].faults[0].often"),
        ("every_ms = 100", "every_ms = 10", "shorter than every"),
    ],
)
def test_a_mistake_in_a_fault_is_named(old: str, new: str, said: str) -> None:
    assert FAULT.count(old) == 1
    with pytest.raises(SessionMistakes) as refused:
        parse_session(with_faults(FAULT.replace(old, new)))
    assert said in str(refused.value)


def test_a_script_of_its_own_is_read_and_its_mistakes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(FAULT.replace("venues.faults", "faults"))
    assert [fault.kind for fault in faults_of(read_fault_script(path))] == [faults.LATE_FILL]
    for text, said in (
        ("[[faults]]\nkind = 5\n", "must be one of"),
        ("faults = [", "is not TOML"),
        ("", "$.faults: is missing"),
        ('[[faults]]\nkind = "slow"\n', "slow: needs a delay"),
    ):
        path.write_text(text)
        with pytest.raises(SessionMistakes) as refused:
            read_fault_script(path)
        assert said in str(refused.value)


REMOTE = """\
kind = "remote"
address = "unix:alpha.sock"
cancel_on_disconnect = true
"""


def remote(text: str = REMOTE) -> str:
    assert SESSION.count('kind = "recorded"\n') >= 1
    return SESSION.replace('kind = "recorded"\n', text, 1)


def test_a_remote_venue_has_an_address_and_what_its_exchange_would_have() -> None:
    settings = parse_session(remote(REMOTE + "levels = 3\n")).venue_settings[0]
    assert (settings.kind, settings.address) == ("remote", "unix:alpha.sock")
    assert settings.cancel_on_disconnect
    assert settings.levels == 3
    assert parse_session(remote(REMOTE.replace("unix:alpha.sock", "127.0.0.1:7001")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "remote"\n', "$.venues[0].address: is missing"),
        ('kind = "remote"\naddress = "exchange.example:70"\n', 'must be "unix:PATH"'),
        ('kind = "remote"\naddress = "127.0.0.1:70000"\n', 'must be "unix:PATH"'),
        ('kind = "remote"\naddress = "unix:"\n', "must be 1..107"),
        ('kind = "recorded"\naddress = "unix:a"\n', "is for a venue of kind remote"),
    ],
)
def test_a_mistake_in_a_link_is_named(text: str, said: str) -> None:
    with pytest.raises(SessionMistakes) as refused:
        parse_session(remote(text))
    assert said in str(refused.value)
