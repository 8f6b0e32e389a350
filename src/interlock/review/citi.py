"""D3: Citigroup, 2 May 2022."""

from collections.abc import Iterator
from typing import Final

from interlock.messages.approvals import ApproveDecision
from interlock.messages.commands import Command, Halt
from interlock.messages.decisions import OrderQuantity, Terms
from interlock.messages.terms import SELL
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.review.drill import Drill, Nobody, People, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated, Scene, Teller

BEGIN_NS: Final = 1_651_478_160 * NS_PER_SECOND
"""2 May 2022, 8:56 in London."""
PRESSED_NS: Final = BEGIN_NS + 600 * NS_PER_SECOND
STOCKS: Final = tuple(f"E{number:03}" for number in range(1, 350))
INTENDED: Final = "58000.00"
ENTERED: Final = 58_000
"""The same digits, as a quantity."""
DISPLAYED: Final = 18
"""Shares of each stock that somebody buys in a minute: a bid for $1.4 bn in ten."""
MINUTES: Final = 30


def price(place: int) -> int:
    """Prices such that one of each stock costs $7,653, as $444 bn is for 58 million of the index;
    those above $28.95 are 56 % of it, as the $248 bn that hard blocks stopped were."""
    return (place + 1) * 1253 // 100


WHOLE: Final = sum(ENTERED * price(place) for place in range(len(STOCKS)))
LINE_MAX: Final = "1679000.00"

CONFIRMING: Final = "the trader would confirm it"
PRESSING: Final = "the trader presses kill"


def story(told: str) -> Iterator[Dated]:
    """A basket meant to be worth 58 thousand is entered as 58 thousand of each."""
    teller = Teller("trader", time_ns=BEGIN_NS)
    for place, stock in enumerate(STOCKS):
        teller.quote(stock, price(place), price(place) + 1, DISPLAYED, DISPLAYED)
    lines = [
        OrderQuantity(stock, SELL, ENTERED, Terms(price=price(place)))
        for place, stock in enumerate(STOCKS)
    ]
    teller.basket(lines, {"intended_value": INTENDED})
    for minute in range(1, MINUTES):
        teller.after(60 * NS_PER_SECOND)
        for place, stock in enumerate(STOCKS):
            # What was bought is gone, and others bid again.
            bids = DISPLAYED * (minute + 1)
            teller.quote(stock, price(place), price(place) + 1, bids, DISPLAYED)
    return iter(teller.told)


class Confirmer:
    """Confirms the pop-up without reading it, whatever was refused."""

    def __init__(self) -> None:
        self.has_confirmed = False

    def speak(self, time_ns: Nanoseconds, outcome: Outcome) -> list[Command]:
        if self.has_confirmed or outcome.decisions == 0:
            return []
        self.has_confirmed = True
        return [ApproveDecision(outcome.judged, "trader", "read all 711")]


class Presser:
    """Notices after ten minutes, and presses once."""

    def __init__(self) -> None:
        self.has_pressed = False

    def speak(self, time_ns: Nanoseconds, outcome: Outcome) -> list[Command]:
        if self.has_pressed or time_ns < PRESSED_NS:
            return []
        self.has_pressed = True
        return [Halt("source:trader", "trader", "fat finger")]


def people(told: str) -> People:
    if told == CONFIRMING:
        return Confirmer()
    return Presser() if told == PRESSING else Nobody()


def harm(outcome: Outcome) -> int:
    """What was sold, and what may still be."""
    sold = sum(position.sold_value for position in outcome.positions)
    return sold + sum(
        position.instrument.value(position.instrument.mark, position.open_sell)
        for position in outcome.positions
    )


def _whole(outcome: Outcome) -> bool:
    return not outcome.orders and outcome.decisions == 1


HARD: Final = "the whole basket is refused: no line of it leaves"

CITI: Final = Drill(
    "D3",
    "Citigroup, 2 May 2022",
    "A trader who meant to sell a basket worth $58 million typed 58 million into the field of the"
    " quantity: $444 bn in 349 stocks. A pop-up of 711 warnings, 18 of them to be seen, was"
    " overridden as a whole. Hard blocks stopped $248 bn line by line and let the other $196 bn go"
    " on; $1.4 bn were sold in some ten minutes, and the cancel worked after several attempts. The"
    " Swedish index fell 8 %; $48 million lost. (FCA and PRA final notices, May 2024)",
    "1:1,000. 58,000 of each of 349 stocks, priced so that the basket is $444 million and the lines"
    " above the line limit are 56 % of it.",
    "sold or on its way, USD",
    harm,
    WHOLE,
    Scene(
        "citi",
        STOCKS,
        ("trader:person",),
        cash="0",
        positions=tuple((stock, str(ENTERED), "0") for stock in STOCKS),
    ),
    story,
    (
        Stage("decision_value", "C02", 0, HARD, _whole,
              {"decision_value": 'value_max = "1000000.00"'}),
        Stage("decision_quantity", "C03", 0, HARD, _whole,
              {"decision_quantity": 'quantity_max = "10000"'}),
        Stage("order_value", "C02", 0, HARD, _whole,
              {"order_value": f'value_max = "{LINE_MAX}"'}),
        Stage("order_quantity", "C03", 0, HARD, _whole,
              {"order_quantity": 'quantity_max = "10000"'}),
        Stage("volume_share", "C03", 0, HARD, _whole,
              {"volume_share": 'daily_volume = "1000000"\nshare_bps = 100'}),
        Stage("intent", "C02", 0, "what is entered is held against what is meant", _whole,
              {"intent": 'value_min = "10000.00"\ntolerance_bps = 500'}),
        Stage(
            "hard block",
            "C17",
            0,
            "nobody confirms a hard block",
            lambda outcome: _whole(outcome) and outcome.words_refused["NOT_HELD"] == 1,
            {"order_value": f'value_max = "{LINE_MAX}"'},
            CONFIRMING,
        ),
        Stage(
            "soft block",
            "C17",
            0,
            "warnings that nobody has confirmed let nothing go",
            lambda outcome: len(outcome.held) == 1 and not outcome.orders,
            {
                "order_value": 'value_max = "500000.00"\nseverity = "soft"\nhold_s = 60\n'
                "hold_move_bps = 20"
            },
        ),
        Stage(
            "halts",
            "C20",
            WHOLE // 200,
            "the first press takes back all that works",
            lambda outcome: all(position.open_sell == 0 for position in outcome.positions),
            story=PRESSING,
            story_without="",
        ),
    ),
    people,
    2,
)  # fmt: skip
