"""D4: Everbright Securities, 16 August 2013."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.decisions import Terms
from interlock.messages.terms import BUY, IOC, MARKET
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from interlock.review.drill import Drill, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated, Scene, Teller

BEGIN_NS: Final = 1_376_622_120 * NS_PER_SECOND
"""16 August 2013, 11:02 in Shanghai."""
STOCKS: Final = tuple(f"6000{number:02}" for number in range(1, 10))
TIMES: Final = 29
"""One basket and 28 that repeat it: 261 orders."""
PRICE: Final = 897
LOTS: Final = 1_000
ORDER_VALUE: Final = PRICE * LOTS * 100
"""897,000 yuan, 23.4 bn in 26,082 orders."""
INTENDED: Final = len(STOCKS) * ORDER_VALUE


def story(told: str) -> Iterator[Dated]:
    """A basket is not answered; 150 seconds later it is sent again, and again."""
    teller = Teller("arbitrage", time_ns=BEGIN_NS)
    for stock in STOCKS:
        teller.quote(stock, PRICE - 1, PRICE + 1, 10_000_000, 10_000_000)
    for again in range(TIMES):
        if again == 1:
            teller.after(150 * NS_PER_SECOND)
        for stock in STOCKS:
            teller.order(stock, BUY, LOTS, Terms(order_type=MARKET, time_in_force=IOC))
            teller.after(8 * NS_PER_MS)
    return iter(teller.told)


def _no_resend(outcome: Outcome) -> bool:
    """Only the first orders left, none of them twice, and they are not forgotten."""
    is_once = len(outcome.orders) == len(set(outcome.orders)) == len(STOCKS)
    return is_once and outcome.unknown == len(STOCKS)


def _is_counted(outcome: Outcome) -> bool:
    """What is not answered is UNKNOWN, and stays reserved."""
    return outcome.unknown == len(outcome.orders) > 0


EVERBRIGHT: Final = Drill(
    "D4",
    "Everbright Securities, 16 August 2013",
    "A trading system three weeks old, outside the firm's risk control and without checks for the"
    " sake of speed, had no answer to its orders for 150 seconds and sent them again: from 11:05:08"
    " on 26,082 market orders in two seconds, 23.4 bn yuan, of which 7.27 bn traded. The index rose"
    " 5.6 %. The trader saw it at 11:07. Then the firm sold before it said so: 523 million yuan of"
    " fines, four bans for life. (CSRC, 30 August 2013)",
    "1:100. One basket of 9 orders of 897,000 yuan and 28 that repeat it, at a venue that is"
    " silent: nothing that it does with them is heard. That what is held may not be traded before"
    " it is disclosed is an operator's step, and no limit's.",
    "sent, unanswered orders at their worst, CNY",
    Outcome.worst_value,
    TIMES * INTENDED,
    Scene(
        "everbright",
        STOCKS,
        ("arbitrage",),
        currency="CNY",
        lot="100",
        cash="0",
        of_venue='[[venues.faults]]\nkind = "lost_acknowledgement"\n\n'
        '[[venues.faults]]\nkind = "lost_fill"',
    ),
    story,
    (
        Stage(
            "duplicate_order",
            "C07",
            INTENDED,
            "nothing is sent again while its state is unknown",
            _no_resend,
            {"duplicate_order": "window_ms = 600_000"},
        ),
        Stage(
            "identical_orders",
            "C06",
            INTENDED,
            "the source halts at the first order that is asked for again",
            lambda outcome: _no_resend(outcome) and len(outcome.halts) == 1,
            {"identical_orders": 'scope = "source:arbitrage"\ncount_max = 1\nwindow_ms = 600_000'},
        ),
        Stage(
            "gross_exposure",
            "C08",
            2 * INTENDED,
            "orders without an answer count at their worst: at most one duplicate of each",
            _is_counted,
            {"gross_exposure": f'value_max = "{2 * INTENDED // 100}.00"'},
        ),
        Stage(
            "daily_value",
            "C11",
            2 * INTENDED,
            "orders without an answer count for the day: at most one duplicate of each",
            _is_counted,
            {"daily_value": f'value_max = "{2 * INTENDED // 100 // len(STOCKS)}.00"'},
        ),
        Stage(
            "order_kinds",
            "C13",
            0,
            "no order leaves without a price",
            lambda outcome: not outcome.orders,
            {"order_kinds": "market = 0\nimmediate = 1"},
        ),
    ),
    digits=2,
)
