"""Controls on what may be traded at all."""

from typing import Final, final

from interlock.controls.control import Control, Finding
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import INSTRUMENT_RESTRICTED


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
