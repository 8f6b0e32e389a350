"""Controls on sources that disagree: one account, one instrument, and two opinions."""

from typing import Final, final

from interlock.controls.control import (
    LOOSENS,
    QUANTITY,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.load_reasons import SOURCES_DISAGREE
from interlock.messages.terms import BUY

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "source_conflict",
        "C22",
        "an order against what other sources of its account have working on the other side of the "
        "instrument: armed for every source the first to come has its way, armed for some the "
        "others go before them, and as a hold a person decides",
        "our own",
        ("source",),
        (
            Parameter(
                "opposing_max", QUANTITY, "what others may have working against it", greater=LOOSENS
            ),
        ),
        "quantity",
        reason=SOURCES_DISAGREE,
    ),
)


def make_conflict(limit: Limit) -> Control | None:
    return SourceConflict(limit) if limit.control == "source_conflict" else None


@final
class SourceConflict(Control):
    """Refuses, or holds for a person, what would trade against the open orders of other sources of
    the same account in the same instrument, unknown ones included. What is proven to reduce, and an
    amend that adds nothing, passes."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.opposing_max: Final[int] = self.whole("opposing_max")
        _, _, name = limit.scope.partition(":")
        self.source: Final[str] = name

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        source, position = ledger.sources.get(self.source), proposal.position
        if source is None or position is None:
            finding.cannot_evaluate()
            return
        is_buy = proposal.side == BUY
        opposing = position.open_sell if is_buy else position.open_buy
        own = source.own.positions.get(proposal.symbol)
        if own is not None:
            opposing -= own.open_sell if is_buy else own.open_buy
        if proposal.added <= 0 or is_reducing(proposal):
            finding.allow(opposing, self.opposing_max)
            return
        finding.refuse_above(SOURCES_DISAGREE, opposing, self.opposing_max)
