"""The socket that is listened on, and what a killed process left in its place."""

import socket
from pathlib import Path

import pytest

from interlock.inputs.lines import Lines
from interlock.inputs.listening import unix_listener


def test_a_socket_that_nobody_listens_on_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "s"
    unix_listener(path, 4).close()
    assert path.exists()
    again = unix_listener(path, 4)
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.connect(str(path))
    peer.close()
    again.close()


def test_a_socket_that_somebody_listens_on_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    first = unix_listener(path, 4)
    with pytest.raises(FileExistsError, match="another process may be listening"):
        unix_listener(path, 4)
    first.close()


def test_anything_else_in_its_place_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        unix_listener(path, 4)
    link = tmp_path / "l"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        unix_listener(link, 4)
    assert path.read_text() == "mine"
    assert link.is_symlink()


def test_a_wait_for_lines_ends_when_what_is_watched_can_be_read(tmp_path: Path) -> None:
    lines = Lines(standard_input=False, socket_path=tmp_path / "s")
    ours, theirs = socket.socketpair()
    lines.watch(ours.fileno())
    theirs.send(b"x")
    assert lines.wait(3_600.0) == []
    lines.close()
    ours.close()
    theirs.close()
