"""Sessions kept in journals, for stories and records to be read from."""

from pathlib import Path

from interlock.journal.options import JournalOptions
from interlock.journal.writer import JournalWriter
from interlock.messages.encoding import Entry
from interlock.messages.identity import order_id
from interlock.messages.terms import MAKER, REPORT_ACCEPTED, REPORT_FILL
from interlock.monitoring.story import Story
from interlock.monitoring.telling import tell_story
from worlds import World

BATCH_ENTRIES = 7
MS = 1_000_000


def keep(directory: Path, entries: list[Entry]) -> Path:
    """This writes entries as a journal of small batches."""
    options = JournalOptions(segment_bytes=262_144, chunk_bytes=8_192, background=False)
    path = directory / "journal"
    with JournalWriter.create(
        path, journal_id=bytes(16), code_version="test", options=options
    ) as writer:
        for start in range(0, len(entries), BATCH_ENTRIES):
            writer.append(entries[start : start + BATCH_ENTRIES])
    return path


def told(directory: Path, world: World, text: str) -> Story:
    """This keeps what a world was told, and tells a story of it."""
    return tell_story(keep(directory, world.entries), text)


def last_decision(world: World) -> int:
    """The decision that `decide` proposed last: the queue was served right after it."""
    return world.sequence - 1


def fill(world: World, order: int, quantity: int, price: int, execution: str, fee: int = 0) -> None:
    world.report(
        order,
        REPORT_FILL,
        execution_id=execution,
        quantity=quantity,
        price=price,
        fee=fee,
        liquidity=MAKER,
    )


def working(world: World, *, quantity: int = 10, price: int = 10_000) -> int:
    """An order that the venue has accepted."""
    world.order(quantity=quantity, price=price)
    order = order_id(last_decision(world), 1)
    world.time_ns += 2 * MS
    world.report(order, REPORT_ACCEPTED, venue_order_id=f"v{order & 0xFFFFF}")
    return order
