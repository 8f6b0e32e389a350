"""The command line: every command has help with an example, one JSON document, and exit codes that
hold; every fault from outside is a sentence."""

import contextlib
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.cli import main
from interlock.journal.writer import JournalWriter
from interlock.sessions import run_demo
from sessions.walks import EXAMPLES, command, document, environment, short_demo

COMMANDS = (
    ("demo",),
    ("run",),
    ("check",),
    ("replay",),
    ("why",),
    ("account",),
    ("quality",),
    ("judge",),
    ("holds",),
    ("limits",),
    ("kills",),
    ("reconcile",),
    ("journal", "verify"),
    ("journal", "show"),
    ("journal", "export"),
    ("invariants",),
    ("incidents",),
    ("feedback",),
    ("coverage",),
)

Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a session file and the session that it made."""
    folder = tmp_path_factory.mktemp("cli")
    file = short_demo(folder, 8)
    assert main(["run", str(file), "--out", str(folder / "session"), "--json"]) == 0
    return folder


def sentence(said: Said) -> str:
    """What was said to people on standard error: one sentence, and nothing on standard output."""
    captured = said.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert captured.err.startswith("interlock: ")
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example_that_its_own_parser_takes(
    names: tuple[str, ...], tmp_path: Path, capsys: Said
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*names, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "example:" in said
    example = shlex.split(said.partition("example:")[2].strip().splitlines()[0])
    assert example[: len(names) + 1] == ["interlock", *names]
    if names != ("demo",):
        # It names sessions and files that are not here: understood, and not found.
        with contextlib.chdir(tmp_path):
            assert main(example[1:]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_help_lists_the_exit_codes(capsys: Said) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for code in (0, 1, 2, 3, 4, 70, 130):
        assert f"\n  {code} " in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "short.toml"),
        ("replay", "session"),
        ("replay", "session", "--rebuild"),
        ("replay", "session", "--with", "short.toml"),
        ("account", "session"),
        ("journal", "verify", "session"),
        ("journal", "export", "session", "--out", "parquet"),
    ],
    ids=" ".join,
)
def test_with_json_the_output_is_one_document(
    folder: Path, capsys: Said, arguments: tuple[str, ...]
) -> None:
    names = {"short.toml", "session", "parquet"}
    placed = [str(folder / word) if word in names else word for word in arguments]
    assert main([*placed, "--json"]) == 0
    captured = capsys.readouterr()
    assert document(captured.out)
    assert captured.err == ""


def test_why_and_show_give_json_too(folder: Path, capsys: Said) -> None:
    session = str(folder / "session")
    assert main(["journal", "show", session, "--kind", "decision_judged", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    judged = [document(line) for line in lines]
    assert len(judged) > 10
    assert {record["kind"] for record in judged} == {"decision_judged"}
    assert main(["journal", "show", session, "--kind", "propose_decision", "--json"]) == 0
    proposed = document(capsys.readouterr().out.splitlines()[0])
    assert main(["why", session, str(proposed["sequence"]), "--json"]) == 0
    assert document(capsys.readouterr().out)


@pytest.mark.parametrize(
    "names", [("replay",), ("account",), ("journal", "verify"), ("journal", "show")]
)
def test_a_session_that_is_not_there_is_3(
    tmp_path: Path, capsys: Said, names: tuple[str, ...]
) -> None:
    assert main([*names, str(tmp_path / "nowhere")]) == 3
    assert "no session is kept there" in sentence(capsys)


@pytest.mark.parametrize("names", [("run",), ("check",)])
def test_a_session_file_that_is_not_there_is_3(
    tmp_path: Path, capsys: Said, names: tuple[str, ...]
) -> None:
    assert main([*names, str(tmp_path / "nowhere.toml")]) == 3
    assert "there is no such session file" in sentence(capsys)


@pytest.mark.parametrize("subject", ["999999999", "999999999-1", "nobody:nothing", "what?"])
def test_an_order_or_decision_that_is_not_there_is_3(
    folder: Path, capsys: Said, subject: str
) -> None:
    assert main(["why", str(folder / "session"), subject]) == 3
    assert capsys.readouterr().err


@pytest.mark.parametrize("names", [("run",), ("check",)])
def test_every_mistake_of_a_session_file_is_said_with_its_line_and_is_1(
    tmp_path: Path, capsys: Said, names: tuple[str, ...]
) -> None:
    file = short_demo(tmp_path, 8, ("seed = 7", "seed = -7"), ("count_max = 60", "count_max = 0"))
    assert main([*names, str(file)]) == 1
    captured = capsys.readouterr()
    said = captured.out + captured.err
    assert "$.session.seed: was -7" in said
    assert "$.controls.open_orders.count_max: was 0" in said
    assert main([*names, str(file), "--json"]) == 1
    assert len(document(capsys.readouterr().out)["mistakes"]) == 2
    assert not (tmp_path / "sessions").exists()


def test_a_mistake_in_other_limits_names_their_file(
    folder: Path, tmp_path: Path, capsys: Said
) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[session")
    assert main(["replay", str(folder / "session"), "--with", str(other)]) == 1
    assert capsys.readouterr().err.startswith(f"{other}:1: mistake: $: is not TOML")


@pytest.mark.parametrize(
    "arguments",
    [
        ("bla",),
        ("run",),
        ("run", "x.toml", "--fast"),
        ("replay", "x", "--rebuild", "--with", "y.toml"),
        ("journal",),
        ("journal", "show", "x", "--kind", "nonsense"),
        ("journal", "show", "x", "--order", "412"),
        ("journal", "show", "x", "--from", "-3"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_2(capsys: Said, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_no_command_is_2_and_shows_the_help(capsys: Said) -> None:
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "interlock demo" in captured.err


def test_a_session_that_is_complete_is_told_again_and_never_written_over(
    folder: Path, capsys: Said
) -> None:
    kept = {path: path.read_bytes() for path in (folder / "session").iterdir()}
    assert main(["run", str(folder / "short.toml"), "--out", str(folder / "session")]) == 0
    assert "is already complete" in " ".join(capsys.readouterr().out.split())
    assert {path: path.read_bytes() for path in (folder / "session").iterdir()} == kept


def test_a_place_that_cannot_hold_a_session_is_4(folder: Path, capsys: Said) -> None:
    file = folder / "short.toml"
    assert main(["run", str(file), "--out", str(file)]) == 4
    assert "is no directory" in sentence(capsys)
    assert main(["run", str(file), "--out", str(file / "below")]) == 4
    assert "not a directory" in sentence(capsys)


def test_what_is_left_of_another_journal_is_4(folder: Path, tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "seg-00000001.log").write_bytes(b"")
    assert main(["run", str(folder / "short.toml"), "--out", str(tmp_path)]) == 4
    assert "already" in sentence(capsys)


def test_a_damaged_journal_is_1_for_verify_and_4_for_what_would_read_on(
    folder: Path, tmp_path: Path, capsys: Said
) -> None:
    session = tmp_path / "session"
    assert main(["run", str(folder / "short.toml"), "--out", str(session), "--json"]) == 0
    segment = max(session.glob("seg-*"), key=lambda path: path.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[len(data) // 3] ^= 1
    segment.write_bytes(data)
    capsys.readouterr()
    assert main(["journal", "verify", str(session)]) == 1
    assert "damaged" in capsys.readouterr().out
    for names in (("replay",), ("account",)):
        assert main([*names, str(session)]) == 4
        assert "at byte" in sentence(capsys)


def test_a_session_that_another_process_writes_is_4(
    folder: Path, tmp_path: Path, capsys: Said
) -> None:
    session = tmp_path / "session"
    file = str(folder / "short.toml")
    with JournalWriter.create(session, journal_id=b"0123456789abcdef", code_version="test"):
        assert main(["run", file, "--live", "--out", str(session)]) == 4
        said = sentence(capsys)
    assert str(session) in said


def test_recordings_that_are_needed_and_not_named_are_asked_for(
    tmp_path: Path, capsys: Said
) -> None:
    out = tmp_path / "session"
    assert main(["run", str(EXAMPLES / "us-equity.toml"), "--out", str(out)]) == 3
    said = sentence(capsys)
    assert "--data" in said
    assert "--live" in said
    assert not out.exists()


def test_data_of_no_known_kind_says_what_it_found(tmp_path: Path, capsys: Said) -> None:
    data = tmp_path / "data.bin"
    data.write_bytes(b"hello, market\n")
    arguments = ["run", str(EXAMPLES / "us-equity.toml"), "--out", str(tmp_path / "s"), "--data"]
    assert main([*arguments, str(data)]) == 3
    assert "must be CSV with a header" in sentence(capsys)
    assert main([*arguments, str(tmp_path / "nothing")]) == 3
    assert "cannot be read" in sentence(capsys)
    assert not (tmp_path / "s").exists()


def test_a_socket_path_that_is_taken_is_4_and_leaves_nothing_behind(
    folder: Path, tmp_path: Path, capsys: Said
) -> None:
    door, out = tmp_path / "door", tmp_path / "session"
    door.write_text("something")
    arguments = ["run", str(folder / "short.toml"), "--out", str(out), "--socket"]
    assert main([*arguments, str(door)]) == 4
    assert "is there already" in sentence(capsys)
    assert door.read_text() == "something"
    assert main([*arguments, str(tmp_path / "no" / "door")]) == 3
    assert "no such file or directory" in sentence(capsys)
    assert main([*arguments, str(tmp_path / ("d" * 200))]) == 4
    assert "too long" in sentence(capsys)
    assert not out.exists()


def test_python_without_its_checks_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-O", "-m", "interlock", "--help"],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"python -O" in done.stderr


def test_a_reader_of_the_output_that_leaves_early_is_no_mistake(folder: Path) -> None:
    for arguments in (("journal", "show"), ("account",)):
        process = subprocess.Popen(
            command(*arguments, folder / "session"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait() == 0


def test_help_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys\n"
        "from interlock.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'rich', 'msgspec', 'duckdb', 'asyncio', 'urllib.request', 'interlock.assembly'}\n"
        "sys.exit(repr(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment(), check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_demonstration_replays_and_what_it_says_to_try_works(
    tmp_path: Path, capsys: Said
) -> None:
    file = short_demo(tmp_path, 8)
    assert run_demo(tmp_path / "session", as_json=False, path=file) == 0
    said = capsys.readouterr().out
    assert "byte for byte" in said
    lines = [line for line in said.partition("Try next")[2].splitlines() if "interlock " in line]
    assert len(lines) == 5
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0, line


def test_the_demonstrations_json_is_one_document(tmp_path: Path, capsys: Said) -> None:
    file = short_demo(tmp_path, 4)
    assert run_demo(tmp_path / "session", as_json=True, path=file) == 0
    told = document(capsys.readouterr().out)
    assert told["session"] == str(tmp_path / "session")
