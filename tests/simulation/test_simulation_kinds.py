"""A venue is one kind of venue and no other, in both builds and in whatever order one asks."""

from interlock.simulation.desk import Desk
from interlock.simulation.exchange import Exchange
from interlock.simulation.recorded import RecordedVenue
from simulation.trading import COIN, VENUE


def test_an_exchange_is_no_recorded_venue_whatever_was_asked_before() -> None:
    exchange: object = Exchange(VENUE, [COIN])
    recorded: object = RecordedVenue(VENUE, [COIN], latency_out_ns=0, latency_in_ns=0)
    for _ in range(2):
        assert isinstance(exchange, Exchange)
        assert not isinstance(exchange, RecordedVenue)
        assert isinstance(recorded, RecordedVenue)
        assert not isinstance(recorded, Exchange)
        assert isinstance(exchange, Desk)
        assert isinstance(recorded, Desk)
