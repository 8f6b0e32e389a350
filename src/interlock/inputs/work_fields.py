"""Work fields: a large order to be worked over time, as a line says it; and what is said of one.

    {"kind": "work", "instrument": "IBM", "side": "buy", "quantity": "20000", "algorithm": "vwap",
     "starts": "2013-10-07T13:30:00Z", "ends": "2013-10-07T20:00:00Z", "interval_ms": 60000,
     "price": "182.50", "protection": "0.02", "participation_ppm": 100000}

    {"work": {"decision": 412, "do": "pause", "by": "anna", "text": "the news at noon"}}

docs/large-orders.md says what each field does.
"""

from typing import Final

from interlock.inputs.fields import Fields
from interlock.inputs.moments import moment_text
from interlock.messages.decisions import WorkOrder
from interlock.messages.definitions import Instrument
from interlock.messages.terms import ALGORITHMS, SIDES, STYLES, TAKE, WORK_WORDS
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, PPM_ONE
from interlock.messages.works import ChangeWork

INTERVAL_MS_MIN: Final = 10
INTERVAL_MS_MAX: Final = 86_400_000
HALF_LIFE_S_MAX: Final = 31_536_000
CATCH_UP_MAX: Final = 1_000
TEXT_CHARACTERS_MAX: Final = 1_024

_DEFAULTS: Final = WorkOrder("", 0, 0, 0, 0)


def work_order(fields: Fields) -> WorkOrder:
    """This reads the fields of a large order; whether they make sense together is the gate's."""
    instrument = fields.instrument()
    protection = fields.price("protection", instrument)
    if protection < 0:
        fields.note("protection", "was negative, must be a distance from the far touch, 0 or more")
    return WorkOrder(
        instrument=instrument.symbol if instrument is not None else "",
        side=fields.choice("side", SIDES),
        quantity=fields.quantity("quantity", instrument, None, least=1),
        algorithm=fields.choice("algorithm", ALGORITHMS),
        ends_ns=fields.moment("ends"),
        starts_ns=fields.moment("starts", 0),
        interval_ns=fields.whole(
            "interval_ms",
            _DEFAULTS.interval_ns // NS_PER_MS,
            least=INTERVAL_MS_MIN,
            most=INTERVAL_MS_MAX,
        )
        * NS_PER_MS,
        style=fields.choice("style", STYLES, TAKE),
        price=fields.price("price", instrument),
        protection=max(protection, 0),
        participation_ppm=fields.whole("participation_ppm", 0, least=0, most=PPM_ONE),
        slice_max=fields.quantity("slice_max", instrument),
        catch_up=fields.whole("catch_up", _DEFAULTS.catch_up, least=1, most=CATCH_UP_MAX),
        half_life_ns=fields.whole("half_life_s", 0, least=0, most=HALF_LIFE_S_MAX) * NS_PER_SECOND,
        reduce_only=fields.flag("reduce_only", False),
        venue=fields.name("venue", ""),
    )


def work_fields(order: WorkOrder, instrument: Instrument) -> dict[str, object]:
    """This writes what `work_order` reads back to the same; what stands at its default is left
    out."""
    fields: dict[str, object] = {
        "instrument": order.instrument,
        "side": SIDES[order.side],
        "quantity": instrument.quantity_text(order.quantity),
        "algorithm": ALGORITHMS[order.algorithm],
        "ends": moment_text(order.ends_ns),
    }
    if order.starts_ns:
        fields["starts"] = moment_text(order.starts_ns)
    if order.interval_ns != _DEFAULTS.interval_ns:
        fields["interval_ms"] = order.interval_ns // NS_PER_MS
    if order.style != _DEFAULTS.style:
        fields["style"] = STYLES[order.style]
    if order.price:
        fields["price"] = instrument.price_text(order.price)
    if order.protection:
        fields["protection"] = instrument.price_text(order.protection)
    if order.participation_ppm:
        fields["participation_ppm"] = order.participation_ppm
    if order.slice_max:
        fields["slice_max"] = instrument.quantity_text(order.slice_max)
    if order.catch_up != _DEFAULTS.catch_up:
        fields["catch_up"] = order.catch_up
    if order.half_life_ns:
        fields["half_life_s"] = order.half_life_ns // NS_PER_SECOND
    if order.reduce_only:
        fields["reduce_only"] = True
    if order.venue:
        fields["venue"] = order.venue
    return fields


def change_of_work(fields: Fields, by: str) -> ChangeWork:
    """This reads what somebody says of a large order."""
    decision = fields.whole("decision", None, least=1)
    word = fields.choice("do", WORK_WORDS)
    text = fields.text("text", "", characters_max=TEXT_CHARACTERS_MAX)
    return ChangeWork(decision, word, by, text)
