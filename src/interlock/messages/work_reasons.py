"""Work reasons: the conditions of large orders. They stand last in the catalogue of reasons."""

from typing import Final

WORK_TIMES: Final = 660
CURVE_MISSING: Final = 661
TOO_MANY_WORKS: Final = 662
UNKNOWN_WORK: Final = 663
WORK_DONE: Final = 664
WORK_TIME_OVER: Final = 665
WORK_PAUSED: Final = 666
SLICES_REFUSED: Final = 667
BEYOND_PRICE_LIMIT: Final = 668
CHILD_OF_WORK: Final = 669
WORK_CANCELLED: Final = 670
REPRICED: Final = 671
CATCH_UP_BOUND: Final = 672
PARTICIPATION_BOUND: Final = 673
SLICE_BOUND: Final = 674

WORKS: Final = (
    (WORK_TIMES, "WORK_TIMES", "a large order cannot be worked in the time that it gives"),
    (CURVE_MISSING, "CURVE_MISSING", "no volume is known for the time of the large order"),
    (TOO_MANY_WORKS, "TOO_MANY_WORKS", "too many large orders are worked at once"),
    (UNKNOWN_WORK, "UNKNOWN_WORK", "no large order is worked under this number"),
    (WORK_DONE, "WORK_DONE", "all of the large order is filled"),
    (WORK_TIME_OVER, "WORK_TIME_OVER", "the time of the large order is over"),
    (WORK_PAUSED, "WORK_PAUSED", "the large order is paused"),
    (SLICES_REFUSED, "SLICES_REFUSED", "too many children of the large order were refused"),
    (BEYOND_PRICE_LIMIT, "BEYOND_PRICE_LIMIT", "the market is beyond the large order's price"),
    (CHILD_OF_WORK, "CHILD_OF_WORK", "a child of a large order is changed by its schedule alone"),
    (WORK_CANCELLED, "WORK_CANCELLED", "the large order was taken back"),
    (REPRICED, "REPRICED", "the market has moved away from where the child rests"),
    (CATCH_UP_BOUND, "CATCH_UP_BOUND", "it is behind, and may catch up no faster"),
    (PARTICIPATION_BOUND, "PARTICIPATION_BOUND", "more would pass its share of the volume"),
    (SLICE_BOUND, "SLICE_BOUND", "no child may be larger"),
)
"""Each with its name and what it means, for `reasons.CATALOGUE`."""
