"""Output for programs: one JSON document, on standard output unless told otherwise; and whether a
person is looking at progress.
"""

import json
import sys
from typing import Any, TextIO


def print_json(value: Any, stream: TextIO | None = None) -> None:
    """This writes one JSON document and a line end."""
    written = json.dumps(value, indent=None, separators=(",", ":"), default=str)
    (stream if stream is not None else sys.stdout).write(written + "\n")


def wants_progress(as_json: bool) -> bool:
    """Whether somebody looks at a progress bar: a person, at a terminal."""
    return not as_json and sys.stderr.isatty()
