"""Every move of the machines that are not orders: prices, feeds, phases, halts, releases and the
rest, each led from every state into every other.
"""

from interlock.ledger.instruments import InstrumentRecord
from interlock.messages.commands import (
    ActivateRelease,
    AdvanceTime,
    CloseSession,
    Command,
    DefineInstrument,
    Halt,
    LiftHalt,
    NoteFeedFault,
    NoteVenueLink,
    OpenSession,
    ReportAction,
    SetInstrumentStatus,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import NamedAction
from interlock.messages.definitions import Instrument, PhaseStart
from interlock.messages.events import ActionCleared
from interlock.messages.reasons import PERSON_DECIDED
from interlock.messages.terms import (
    CANCEL,
    FEED_FAULTS,
    FEED_RECOVERED,
    FINISH,
    PAUSE,
    PHASES,
    RELEASE_STATES,
    RESUME,
    SUSPENDED,
    TRADABLE,
)
from interlock.messages.units import NS_PER_DAY
from interlock.messages.venue_reasons import (
    VENUE_ANSWERING,
    VENUE_NOT_ANSWERING,
    VENUE_SCHEDULED,
)
from interlock.messages.venues import (
    CANCEL_ONLY,
    DEGRADED,
    DOWN,
    HEALTHY,
    MAINTENANCE,
    VENUE_STATES,
    WATCH,
    MoveVenue,
)
from interlock.messages.works import ChangeWork
from kernel.working import working
from worlds import START, World, limit

HOUR = 3_600_000_000_000
PEOPLE = ("ann", "bob")


def quote(bid: int, ask: int) -> Command:
    """A quote; a price of 0 is a side where nothing stands."""
    return UpdateQuote("COIN", "alpha", bid, min(bid, 9), ask, min(ask, 9), START)


def ladder(bid: int, ask: int) -> Command:
    bids = ((bid, 9),) if bid else ()
    asks = ((ask, 9),) if ask else ()
    return UpdateLadder("COIN", "alpha", bids, asks, START)


PRICES = {"empty": (0, 0), "one_sided": (99, 0), "two_sided": (99, 101), "crossed": (101, 99)}
SAID = tuple(say(*prices) for prices in PRICES.values() for say in (quote, ladder))


def markets() -> list[World]:
    """Every price after every other, and first of all; the last is a market of every pair."""
    firsts = []
    for said in SAID:
        world = World()
        world.say(said)
        firsts.append(world)
    world = World()
    for before in PRICES.values():
        for said in SAID:
            world.say(quote(*before))
            world.say(said)
    return [*firsts, world]


def feeds() -> World:
    """Every word of a feed in every state that a feed can be in."""
    world = World()
    for before in FEED_FAULTS:
        for fault in FEED_FAULTS:
            world.say(NoteFeedFault("COIN", "alpha", FEED_RECOVERED, 0, "again"))
            world.say(NoteFeedFault("COIN", "alpha", before, 1, "before"))
            world.say(NoteFeedFault("COIN", "alpha", fault, 1, "then"))
    return world


def phases() -> World:
    """A day of five phases, and from each of them to each other with nothing said between."""
    starts = tuple(PhaseStart(phase * HOUR, phase) for phase in PHASES)
    world = World()
    world.say(DefineInstrument(Instrument("DAY", "USD", 2, 2, 1, 0, 1, phases=starts)))
    record = world.ledger.instruments["DAY"]
    for before in PHASES:
        for after in PHASES:
            advance_to(world, record, before)
            advance_to(world, record, after)
    return world


def advance_to(world: World, record: InstrumentRecord, phase: int) -> None:
    wanted = (phase * HOUR + HOUR // 2 - world.time_ns) % NS_PER_DAY
    world.say(AdvanceTime(), wanted)
    assert record.phase_at(world.time_ns) == phase


def people() -> World:
    """Halts, releases, statuses, actions and the session itself."""
    world = World()
    for reduce_only in (False, True):
        for again in (False, True):
            world.say(Halt("firm", "ann", "stop", True, reduce_only))
            world.say(Halt("firm", "ann", "stop", True, again))
            world.lift("firm", "ann")
            # It does not name the trip.
            world.say(LiftHalt("firm", "bob", "go"))
            world.lift("firm", "bob")
    world.say(LiftHalt("firm", "bob", "go"))
    world.say(Halt("venue:nowhere", "bob", "stop"))
    for before in RELEASE_STATES:
        for state in RELEASE_STATES:
            world.say(ActivateRelease(f"r{before}{state}", 1, before, "release"))
            world.say(ActivateRelease(f"r{before}{state}", 2, state, "release"))
    for status in (SUSPENDED, SUSPENDED, TRADABLE, TRADABLE):
        world.say(SetInstrumentStatus("COIN", status, "ann", "why"))
    world.say(DefineInstrument(Instrument("NEW", "USD", 2, 2, 1, 0, 1, status=SUSPENDED)))
    for succeeded in (True, False):
        cleared = world.decide(NamedAction("notify", {}))[-1]
        assert isinstance(cleared, ActionCleared), cleared
        world.say(ReportAction(cleared.action, succeeded, "done"))
        world.say(ReportAction(cleared.action, succeeded, "done"))
    for command in (reopened(), CloseSession("ann", ""), CloseSession("ann", ""), reopened()):
        world.say(command)
    return world


def reopened() -> Command:
    return OpenSession("test", "session-1", 7, "test", (), "")


def links() -> World:
    """A link that is said to stand, or to be broken, first and after everything else."""
    world = World()
    for venue, first in (("alpha", True), ("beta", False)):
        for stands in (first, first, not first, not first, first):
            world.say(NoteVenueLink(venue, stands, "said"))
    return world


def healths() -> World:
    """A venue that people say is in every state, from every other, and that is measured beside."""
    world = World()
    for before in VENUE_STATES:
        for after in VENUE_STATES:
            world.say(MoveVenue("alpha", before, PERSON_DECIDED, "ann", ""))
            world.say(MoveVenue("alpha", after, PERSON_DECIDED, "ann", ""))
    for measured, ordered in ((DEGRADED, CANCEL_ONLY), (CANCEL_ONLY, DOWN), (DOWN, MAINTENANCE)):
        world.say(MoveVenue("beta", ordered, PERSON_DECIDED, "ann", ""))
        world.say(MoveVenue("beta", measured, VENUE_NOT_ANSWERING, WATCH, ""))
    # What people say last of one that is measured as bad, or worse, changes nothing either.
    world.say(MoveVenue("beta", MAINTENANCE, VENUE_SCHEDULED, WATCH, ""))
    world.say(MoveVenue("beta", HEALTHY, PERSON_DECIDED, "ann", ""))
    for wanted in (DOWN, CANCEL_ONLY, DEGRADED):
        world.say(MoveVenue("beta", wanted, VENUE_ANSWERING, WATCH, ""))
    for ordered in (DEGRADED, HEALTHY):
        world.say(MoveVenue("beta", ordered, PERSON_DECIDED, "ann", ""))
    return world


def worlds() -> list[World]:
    return [*markets(), feeds(), phases(), people(), links(), healths(), works()]


def works() -> World:
    """A large order's every turn, and words that change nothing in each state."""
    world = working()
    nobody = ChangeWork(5, PAUSE, "ann", "")
    world.say(nobody)
    world.begin(price=10_010)
    world.quote()  # a slice
    world.told(RESUME)
    world.minute(bid=10_011, ask=10_020)  # beyond its price
    world.say(limit("price_collar", bps=1))
    world.minute()  # refused
    for word in (FINISH, PAUSE, PAUSE, RESUME, CANCEL):
        world.told(word)
    world.begin()
    for word in (PAUSE, FINISH, CANCEL):
        world.told(word)
    return world
