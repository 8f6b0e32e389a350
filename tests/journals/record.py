"""Records the small session that is kept here, with whichever version of Interlock is on the path.

    PYTHONPATH=src:tests python tests/journals/record.py NAME       # writes NAME.journal
    PYTHONPATH=src:tests python tests/journals/record.py --digests  # says the states of all

A version's journal is recorded when the version is made, and never again. When the form of the
state changes (`STATE_VERSION`), `--digests` says what the kept journals rebuild to now.
"""

import io
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import structs

from interlock.journal.options import JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.replay import rebuild
from interlock.journal.states import keep_state
from interlock.journal.writer import JournalWriter
from interlock.messages.commands import CloseSession, Halt, LiftHalt
from interlock.messages.decisions import CancelOrders, TargetPosition, Terms
from interlock.messages.definitions import Sizing, Source
from interlock.messages.state import STATE_VERSION
from interlock.messages.terms import REPORT_ACCEPTED, REPORT_FILL, SELL, VOLATILITY_TARGET
from worlds import SECOND, World, opening

HERE = Path(__file__).parent
SIZED = Source(
    "sized",
    "main",
    instruments=("COIN",),
    sizing=Sizing(VOLATILITY_TARGET, (("USD", 20_000),)),
    priority=0,
)


def story(name: str) -> World:
    """Quotes that move, orders that are sized by them, fills, refusals, a halt and its lifting.

    In `bounded` and `unbounded` a quote leaps; the second has no behaviour flag.
    """
    commands = opening(sources=(SIZED,))
    if name == "unbounded":
        commands[0] = structs.replace(commands[0], flags=())
    world = World(commands)
    leap = 60_000 if name.endswith("bounded") else 10_060
    order = Terms(price=10_000, venue="alpha")
    for price in (9_990, 10_040, 9_970, leap, 10_000, 9_990):
        world.quote(price, price + 20)
        world.time_ns += 2 * SECOND
    world.quote()
    for number in range(12):
        world.order(quantity=number * 12 + 1)
        world.decide(TargetPosition("COIN", 20 + number, order), source="sized")
    for number in list(world.ledger.orders.open)[:6]:
        world.report(number, REPORT_ACCEPTED, venue_order_id=f"v{number}")
        world.report(
            number, REPORT_FILL, execution_id=f"e{number}", quantity=1, price=10_000, fee=3
        )
    world.say(Halt("instrument:COIN", "anna", "looks wrong"))
    world.order(SELL, quantity=1)
    world.decide(CancelOrders(), source="model")
    trip = world.ledger.halts["instrument:COIN"].last_sequence
    world.say(LiftHalt("instrument:COIN", "ben", "checked", trip), SECOND)
    world.quote()
    world.order(SELL, quantity=2, price=9_990)
    world.say(CloseSession("operator", "recorded"))
    return world


def record(directory: Path) -> None:
    """This keeps the story in several segments and epochs, with a state beside it."""
    world = story(directory.name)
    options = replace(
        JournalOptions(), segment_bytes=16_384, chunk_bytes=8_192, salts=lambda: 0x1A7
    )
    writer = JournalWriter.create(
        directory, journal_id=bytes(range(16)), code_version="recorded", options=options
    )
    half = len(world.entries) // 2
    for first in range(0, half, 5):
        writer.append(world.entries[first : min(first + 5, half)])
    writer.close()
    writer = JournalWriter.open(directory, code_version="recorded", options=options)
    for first in range(half, len(world.entries), 7):
        writer.append(world.entries[first : first + 7])
    keep_state(writer, world.ledger)
    writer.close()


def unpack(name: str, directory: Path) -> Path:
    """This is the directory of a kept journal, unpacked."""
    with tarfile.open(HERE / f"{name}.journal") as archive:
        archive.extractall(directory, filter="data")
    return directory / name


def digest_of(directory: Path) -> str:
    result, _ = rebuild(JournalReader(directory).batches())
    return result.digest


def main() -> None:
    if sys.argv[1:] == ["--digests"]:
        for path in sorted(HERE.glob("*.journal")):
            name = path.name.removesuffix(".journal")
            with TemporaryDirectory() as place:
                print(f"{name}: {STATE_VERSION} = {digest_of(unpack(name, Path(place)))!r}")
        return
    (name,) = sys.argv[1:]
    with TemporaryDirectory() as place:
        directory = Path(place) / name
        directory.mkdir()
        record(directory)
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as archive:
            archive.add(directory, arcname=name)
        (HERE / f"{name}.journal").write_bytes(made.getvalue())
        reader = JournalReader(directory)
        last = list(reader.batches())[-1]
        print(f"[{name}]\nentries = {last.last_sequence}\nchain = {last.hash.hex()!r}")
        print(f"states.{STATE_VERSION} = {digest_of(directory)!r}")


if __name__ == "__main__":
    main()
