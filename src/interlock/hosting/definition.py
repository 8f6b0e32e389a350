"""What a hosted exchange is made of, out of a session file."""

import hashlib

import msgspec
from msgspec import Struct

from interlock.inputs.session_definitions import NS_PER_US
from interlock.inputs.session_file import SessionFile
from interlock.inputs.session_parts import EXCHANGE, RECORDED, REMOTE, MarketProfile, VenueSettings
from interlock.messages.definitions import Instrument, Venue
from interlock.messages.units import Nanoseconds
from interlock.simulation.exchange import Exchange
from interlock.simulation.market import MarketGenerator, Profile
from interlock.simulation.ratelimit import RateLimit


class HostedDefinition(Struct, frozen=True):
    """An exchange and the market around it; equal ones make equal histories from equal inputs."""

    venue: Venue
    settings: VenueSettings
    instruments: tuple[Instrument, ...]
    profiles: tuple[MarketProfile, ...]
    """How its instruments trade among others; none for a market of our sessions alone."""
    seed: int

    @property
    def digest(self) -> str:
        """What must be the same for a record to go on; faults and addresses may change."""
        kept = msgspec.structs.replace(
            self.settings,
            faults=(),
            fault_seed=-1,
            address="",
            cancel_on_disconnect=False,
            health=None,
        )
        plain = msgspec.structs.replace(self, settings=kept)
        return hashlib.sha256(msgspec.msgpack.encode(plain)).hexdigest()

    def exchange(self) -> Exchange:
        """This makes the exchange, empty."""
        return exchange_of(self.venue, self.settings, list(self.instruments))

    def market(self, exchange: Exchange, start_ns: Nanoseconds) -> MarketGenerator | None:
        """This makes the other people who trade there; None where the file has no market."""
        if not self.profiles:
            return None
        profiles = [profile_of(one) for one in self.profiles]
        return MarketGenerator(self.seed, [exchange], profiles, start_ns)


class NoSuchVenue(LookupError):  # noqa: N818
    """The session file has no exchange of that name."""


def exchange_of(venue: Venue, settings: VenueSettings, listed: list[Instrument]) -> Exchange:
    """This makes an exchange, empty, as a session file has it."""
    return Exchange(
        venue,
        listed,
        latency_out_ns=settings.latency_out_us * NS_PER_US,
        latency_in_ns=settings.latency_in_us * NS_PER_US,
        levels=settings.levels,
        publish_interval_ns=settings.publish_interval_us * NS_PER_US,
        self_match=settings.self_match,
        rate=rate_of(settings),
    )


def rate_of(settings: VenueSettings) -> RateLimit | None:
    """This is how many messages a venue takes; None where it takes them all."""
    if settings.messages_reject or settings.messages_logout:
        return RateLimit(settings.messages_reject, settings.messages_logout)
    return None


def profile_of(traded: MarketProfile) -> Profile:
    """This is how an instrument trades among others."""
    return Profile(
        traded.instrument,
        traded.price,
        half_spread=traded.half_spread,
        depth_ticks=traded.depth_ticks,
        quantity=traded.quantity,
        events_per_second=traded.events_per_second,
        volatility_ppm=traded.volatility_ppm,
    )


def hosted_definition(file: SessionFile, name: str) -> HostedDefinition:
    """This is the definition of one of a file's venues. Raises `NoSuchVenue` naming those there
    are."""
    for venue, settings in zip(file.venues, file.venue_settings, strict=True):
        if venue.name != name:
            continue
        if settings.kind == RECORDED:
            raise NoSuchVenue(f"venue {name} is of kind {RECORDED}, must be {EXCHANGE} or {REMOTE}")
        listed = tuple(one for one in file.instruments if one.symbol in venue.instruments)
        profiles: tuple[MarketProfile, ...] = ()
        if file.market is not None:
            profiles = tuple(
                one for one in file.market.profiles if one.instrument in venue.instruments
            )
        return HostedDefinition(venue, settings, listed, profiles, file.seed)
    known = ", ".join(venue.name for venue in file.venues)
    raise NoSuchVenue(f"venue {name} is not in the file, must be one of {known}")
