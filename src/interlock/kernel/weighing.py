"""Weighing: how many bytes of a record a verdict and its orders take, so that no step leaves more
than a record holds (law 13).
"""

from typing import Final

from interlock.decisions.proposal import Plan
from interlock.messages.units import Sequence

# What one decision may take of a record of 1 MiB, and what those before it in a step may have taken
# already where it may become many orders: together they fit.
DECISION_BYTES_MAX: Final = 880 * 1024
STEP_BYTES_MAX: Final = 128 * 1024
# Lines up to which no decision is weighed: each would have to have thousands of limits.
LIGHT_LINES: Final = 16

# Of a line in the verdict and its order, without its names; and of a finding, at most.
_LINE_BYTES: Final = 200
_FINDING_BYTES: Final = 24


def weight_at_most(lines: int, findings: int) -> int:
    """What a decision takes, not less. Cost: none."""
    return lines * _LINE_BYTES + findings * _FINDING_BYTES


def weight_of(plan: Plan, figures: tuple[int, ...], sequence: Sequence) -> int:
    """What a verdict and the orders of its plan take, a little more. Cost: one step per finding."""
    total = 1_024
    names = len(plan.source_name) + len(plan.release)
    names += len(plan.account.name) if plan.account is not None else 0
    for proposal in plan.proposals:
        venue = len(proposal.venue.name) if proposal.venue is not None else 0
        # Both stand in the line and in the order; a letter has up to four bytes.
        total += _LINE_BYTES + 4 * (names + 2 * (venue + len(proposal.symbol)))
    for figure in figures:
        total += _integer_bytes(figure)
    # Each pair of figures stands beside the number of whoever was asked.
    return total + len(figures) // 2 * 3


def _integer_bytes(number: int) -> int:
    if -32 <= number < 128:
        return 1
    size = number if number >= 0 else -number
    if size < 128:
        return 2
    if size < 32_768:
        return 3
    return 5 if size < 2_147_483_648 else 9
