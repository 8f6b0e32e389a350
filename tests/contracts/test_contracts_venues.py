"""Every venue behind the port keeps the port's contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.venue_suite import (
    ASK,
    ASK_LOTS,
    FAR,
    LATENCY_IN_NS,
    LATENCY_OUT_NS,
    START,
    VenueSuite,
    VenueWorld,
)
from hosting.served import Served, definition
from interlock.inputs.session_parts import EXCHANGE, VenueSettings
from interlock.messages.commands import UpdateLadder
from interlock.messages.definitions import Venue
from interlock.messages.terms import GTC, LIMIT, SELL
from interlock.simulation.exchange import Exchange
from interlock.simulation.order import ANONYMOUS, BACKGROUND, VenueOrder
from interlock.simulation.recorded import RecordedVenue
from worlds import COIN

ALPHA = Venue("alpha", ("COIN",), taker_fee_ppm=100)


def an_exchange() -> VenueWorld:
    venue = Exchange(
        ALPHA, [COIN], latency_out_ns=LATENCY_OUT_NS, latency_in_ns=LATENCY_IN_NS, levels=0
    )
    offer = VenueOrder(BACKGROUND, ANONYMOUS, SELL, ASK_LOTS, ASK, LIMIT, GTC)
    venue.place(START, "COIN", offer)
    venue.due(START)
    return VenueWorld(venue)


def a_recorded_venue() -> VenueWorld:
    venue = RecordedVenue(ALPHA, [COIN], latency_out_ns=LATENCY_OUT_NS, latency_in_ns=LATENCY_IN_NS)
    bids, asks = ((FAR - 100, 10),), ((ASK, ASK_LOTS),)
    venue.observe(START, UpdateLadder("COIN", "alpha", bids, asks, START))
    venue.due(START)
    return VenueWorld(venue)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    settings = VenueSettings(
        "alpha",
        EXCHANGE,
        latency_out_us=LATENCY_OUT_NS // 1_000,
        latency_in_us=LATENCY_IN_NS // 1_000,
        levels=0,
    )
    made = Served(tmp_path, definition(settings=settings))
    yield made
    made.close()


def a_remote_venue(served: Served) -> VenueWorld:
    offer = VenueOrder(BACKGROUND, ANONYMOUS, SELL, ASK_LOTS, ASK, LIMIT, GTC)
    served.server.exchange.exchange.place(START, "COIN", offer)
    return VenueWorld(served.session())


class TestExchange(VenueSuite):
    def world(self) -> VenueWorld:
        return an_exchange()


class TestRecordedVenue(VenueSuite):
    def world(self) -> VenueWorld:
        return a_recorded_venue()


class TestRemoteVenue(VenueSuite):
    @pytest.fixture(autouse=True)
    def _served(self, served: Served) -> None:
        self.served = served

    def world(self) -> VenueWorld:
        return a_remote_venue(self.served)
