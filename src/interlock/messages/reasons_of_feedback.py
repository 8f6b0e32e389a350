"""Reasons why evidence moved nothing: part of the catalogue in `reasons.py`."""

from typing import Final

EVIDENCE_THIN: Final = 680
EVIDENCE_STALE: Final = 681
EVIDENCE_IMPLAUSIBLE: Final = 682
FEEDBACK_FROZEN: Final = 683
FEEDBACK_OFF: Final = 684

MEANINGS: Final = (
    (EVIDENCE_THIN, "EVIDENCE_THIN", "fewer samples than the rules ask for"),
    (
        EVIDENCE_STALE,
        "EVIDENCE_STALE",
        "the evidence is too old, or no newer than what was heard before",
    ),
    (
        EVIDENCE_IMPLAUSIBLE,
        "EVIDENCE_IMPLAUSIBLE",
        "the evidence cannot be believed: its figures, its range or what it is about",
    ),
    (FEEDBACK_FROZEN, "FEEDBACK_FROZEN", "a person has frozen the rules as they are"),
    (FEEDBACK_OFF, "FEEDBACK_OFF", "the session has no rules for it"),
)
