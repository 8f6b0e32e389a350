"""Drills: all of them, by their codes."""

from typing import Final

from interlock.review.citi import CITI
from interlock.review.drill import Drill
from interlock.review.everbright import EVERBRIGHT
from interlock.review.gdax import GDAX
from interlock.review.goldman import GOLDMAN
from interlock.review.hanmag import HANMAG
from interlock.review.infinium import INFINIUM
from interlock.review.knight import KNIGHT
from interlock.review.lobstar import LOBSTAR
from interlock.review.merrill import MERRILL

DRILLS: Final[dict[str, Drill]] = {
    drill.code: drill
    for drill in (
        KNIGHT,
        GOLDMAN,
        CITI,
        EVERBRIGHT,
        INFINIUM,
        HANMAG,
        MERRILL,
        GDAX,
        LOBSTAR,
    )
}
