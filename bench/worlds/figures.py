"""Figures: one JSON object per line: name, median, min, max, unit, n."""

import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import interlock.kernel.step as kernel_step


def scratch() -> "tempfile.TemporaryDirectory[str]":
    """This is a directory for a journal, on the checkout's disk: /tmp may be memory."""
    folder = Path(__file__).parents[2] / "build"
    folder.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(dir=folder, prefix="bench-")


def build() -> str:
    """This is which code ran: `compiled` or `interpreted`."""
    return "interpreted" if str(kernel_step.__file__).endswith(".py") else "compiled"


def figure(name: str, values: Sequence[float], unit: str, **more: object) -> None:
    """This prints one figure."""
    line = {
        "name": name,
        "median": round(statistics.median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
        "unit": unit,
        "n": len(values),
        "build": build(),
        **more,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
