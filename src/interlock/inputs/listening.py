"""Listening: the Unix socket that a session or a venue is spoken to over.

Whoever was killed leaves its socket behind. One that nobody listens on is taken away, so that the
same command starts again; one that answers, and anything else in its place, is left alone.
"""

import os
import socket
import stat
from pathlib import Path


def unix_listener(path: Path, waiting_max: int) -> socket.socket:
    """This listens at a path, for the user who runs this process alone, and never blocks.

    Raises `FileExistsError` when something is in its place, and `OSError` when it cannot be made.
    """
    if path.is_symlink() or (path.exists() and not _is_left_behind(path)):
        raise FileExistsError(
            17,
            "is there already: another process may be listening on it; "
            "remove it if none is, or name another",
            str(path),
        )
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Only the user who runs the process may speak to it.
    previous = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise OSError(error.errno or 0, error.strerror or str(error), str(path)) from None
    finally:
        os.umask(previous)
    listener.listen(waiting_max)
    listener.setblocking(False)
    return listener


def _is_left_behind(path: Path) -> bool:
    """Whether a path is a socket that nobody listens on any more."""
    if not stat.S_ISSOCK(path.stat().st_mode):
        return False
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    probe.settimeout(1.0)
    try:
        probe.connect(str(path))
    except ConnectionRefusedError:
        return True
    except OSError:
        # It is busy, or it is not ours to ask: somebody is there.
        return False
    finally:
        probe.close()
    return False
