"""`interlock invariants` and `incidents`, and an invariant that an installed package offers."""

from pathlib import Path

import pytest

from interlock.cli import main
from interlock.kernel.invariants import INVARIANTS
from sessions.walks import PACKAGE_PARENT, document, ran, short_demo

Said = pytest.CaptureFixture[str]

OFFERED = '''
class FewFills:
    """No order is filled more than once."""

    owner = "desk"
    response = "halt"

    def check_order(self, ledger, order):
        if order.fills is None or len(order.fills) < 2:
            return []
        return [(f"instrument:{order.instrument.symbol}", f"{len(order.fills)} fills")]


class Wrong:
    owner = "desk"
    response = "shout"
'''


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package as pip would have left it, with an invariant."""
    folder = tmp_path_factory.mktemp("package")
    offer(folder, "FewFills")
    return folder


def offer(folder: Path, kind: str, name: str = "few_fills") -> None:
    (folder / "desk_rules.py").write_text(OFFERED)
    about = folder / "desk_rules-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: desk-rules\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[interlock.invariants]\n{name} = desk_rules:{kind}\n")


def with_package(folder: Path) -> str:
    return f"{PACKAGE_PARENT}:{folder}"


@pytest.fixture(scope="module")
def session(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration that was run under it."""
    folder = tmp_path_factory.mktemp("invariants")
    done = ran(
        "run", short_demo(folder, 8), "--out", folder / "kept", "--json",
        PYTHONPATH=with_package(package),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "kept"


def test_every_invariant_is_listed_with_owner_response_and_meaning(capsys: Said) -> None:
    assert main(["invariants", "--json"]) == 0
    rows = {row["name"]: row for row in document(capsys.readouterr().out)["invariants"]}
    assert set(rows) == set(INVARIANTS)
    for name, (owner, _, means) in INVARIANTS.items():
        assert (rows[name]["owner"], rows[name]["means"]) == (owner, means)
        assert rows[name]["is_armed"]
    assert main(["invariants"]) == 0
    assert "fill_within_limit" in capsys.readouterr().out


def test_an_installed_invariant_is_listed_with_its_docstring(package: Path) -> None:
    done = ran("invariants", "--json", PYTHONPATH=with_package(package))
    rows = {row["name"]: row for row in document(done.stdout)["invariants"]}
    assert rows["few_fills"]["means"] == "No order is filled more than once."
    assert (rows["few_fills"]["owner"], rows["few_fills"]["response"]) == ("desk", "halt")
    assert not rows["few_fills"]["is_built_in"]


def test_a_breach_of_it_is_an_incident_and_stands_in_the_story_of_its_order(
    session: Path, capsys: Said
) -> None:
    assert main(["incidents", str(session), "--json"]) == 1
    found = document(capsys.readouterr().out)["incidents"]
    assert {each["invariant"] for each in found} == {"few_fills"}
    first = found[0]
    assert first["response"] == f"{first['scope']} is stopped"
    order = first["orders"][0]
    assert main(["why", str(session), order]) == 0
    assert "invariant few_fills of desk is broken: 2 fills" in capsys.readouterr().out
    assert main(["incidents", str(session)]) == 1
    said = capsys.readouterr().out
    assert f"interlock why {session} {order}" in said.replace("\n", "")
    assert f"{first['scope']} is stopped" in said


def test_a_session_without_a_breach_has_no_incident(tmp_path: Path, capsys: Said) -> None:
    kept = tmp_path / "kept"
    assert main(["run", str(short_demo(tmp_path, 4)), "--out", str(kept), "--json"]) == 0
    capsys.readouterr()
    assert main(["incidents", str(kept)]) == 0
    assert "No invariant was found broken." in capsys.readouterr().out
    assert main(["incidents", str(kept), "--json"]) == 0
    assert document(capsys.readouterr().out)["incidents"] == []


def test_replay_needs_what_was_armed_and_says_so(
    session: Path, package: Path, capsys: Said
) -> None:
    assert main(["replay", str(session)]) == 4
    said = capsys.readouterr().err
    assert "run under the user's invariants few_fills, which are not installed here" in said
    assert main(["replay", str(session), "--rebuild"]) == 0
    done = ran("replay", session, "--json", PYTHONPATH=with_package(package))
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_session_was_run_under_is_listed_where_it_is_not_installed(
    session: Path, capsys: Said
) -> None:
    assert main(["invariants", str(session), "--json"]) == 0
    rows = {row["name"]: row for row in document(capsys.readouterr().out)["invariants"]}
    assert rows["few_fills"]["is_armed"]
    assert rows["few_fills"]["owner"] == "?"


def test_a_live_session_is_not_taken_up_without_what_was_armed(
    package: Path, tmp_path: Path
) -> None:
    file, kept = short_demo(tmp_path, 8), tmp_path / "kept"
    live = ("run", file, "--live", "--out", kept)
    assert ran(*live, PYTHONPATH=with_package(package)).returncode == 0
    done = ran(*live)
    assert done.returncode == 4
    assert b"few_fills, which are not installed here" in done.stderr
    assert ran(*live, PYTHONPATH=with_package(package)).returncode == 0


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("Wrong", "wrong", b"wrong: the invariant's response was 'shout', must be one of alert"),
        ("FewFills", "cash_conserved", b"name is one of Interlock's own"),
    ],
)
def test_an_invariant_that_cannot_be_armed_keeps_a_session_from_starting(
    tmp_path: Path, kind: str, name: str, text: bytes
) -> None:
    offer(tmp_path, kind, name)
    done = ran(
        "run", short_demo(tmp_path, 4), "--out", tmp_path / "kept",
        PYTHONPATH=with_package(tmp_path),
    )  # fmt: skip
    assert done.returncode == 4
    assert text in done.stderr
    assert not (tmp_path / "kept" / "JOURNAL").exists()
