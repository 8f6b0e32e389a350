"""Output for programs: one JSON document on standard output."""

import json
import sys
from typing import Any


def print_json(value: Any) -> None:
    """This writes one JSON document and a line end."""
    sys.stdout.write(json.dumps(value, indent=None, separators=(",", ":"), default=str) + "\n")
