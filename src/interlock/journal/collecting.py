"""Collecting: how often the interpreter looks for garbage that counted references leave behind."""

import gc
from typing import Final

GC_THRESHOLD: Final = 1_000_000


def collect_seldom() -> None:
    """This is for a process that steps or folds: nearly everything that the walk makes is freed by
    its reference count, so the collector finds little; at its usual thresholds it costs a tenth of
    the walk. It still runs when a million objects more were made than freed, which the bounds of a
    session do not let happen in a steady state."""
    gc.set_threshold(GC_THRESHOLD, 20, 100)
