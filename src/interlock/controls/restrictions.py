"""Controls on what may be traded at all."""

from typing import Final, final

from interlock.controls.control import (
    SYMBOLS,
    TIGHTENS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import INSTRUMENT_RESTRICTED

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "restricted_list",
        "C12",
        "orders in instruments on a list",
        "RTS 6 15(5); 15c3-5(c)(2)(ii)",
        ("firm", "account", "source"),
        (
            Parameter(
                "instruments", SYMBOLS, "the instruments that may not be traded", greater=TIGHTENS
            ),
        ),
        "flag",
        reason=INSTRUMENT_RESTRICTED,
    ),
)


def make_restriction(limit: Limit) -> Control | None:
    if limit.control == "restricted_list":
        return RestrictedList(limit)
    return None


@final
class RestrictedList(Control):
    """Refuses instruments on a list (C12)."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        listed = limit.parameters["instruments"]
        assert isinstance(listed, tuple), f"restricted_list.instruments is {listed!r}, not a list"
        self.listed: Final[dict[str, bool]] = dict.fromkeys(listed, True)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.symbol in self.listed:
            finding.refuse(INSTRUMENT_RESTRICTED, 1, 0)
        else:
            finding.allow(0, 0)
