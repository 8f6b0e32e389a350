"""A campaign: for each seed a market, people, faults and crashes by chance; then everything is
stopped, and our books are held against the venues'.

    PYTHONPATH=src:tests python -m campaign.soak --seeds 1000
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

from campaign.desks import SECONDS, Desk, session_of
from interlock.ledger.ledger import Ledger
from interlock.messages.encoding import encode
from interlock.messages.terms import ORDER_STATUSES, REPORT_FILL, name_of
from interlock.simulation.exchange import Exchange
from interlock.simulation.faulty import FaultyVenue
from interlock.testing.live import LiveTrial
from interlock.testing.outcomes import Names
from interlock.testing.points import LOSSES, POINTS, CrashPoint

STARTS_MAX: Final = 20
QUIET_SECONDS_MAX: Final = 1_800
"""So long, by the clock of the session, everything may take to end once all is halted."""
TWICE_EVERY: Final = 20
"""One seed in so many is run again in a process of its own, under another hash seed."""


@dataclass
class Run:
    """What became of one seed."""

    seed: int
    digest: str
    commands: int
    orders: int
    fills: int
    crashes: Counter[str] = field(default_factory=Counter)
    starts: int = 0


class BooksDiffer(AssertionError):  # noqa: N818 - it is named for what it says
    """Our books and a venue's are not the same."""


def run_seed(seed: int) -> Run:
    """One seed from beginning to end. Raises `AssertionError` for anything that must not be."""
    chance = Random(seed)
    file = session_of(seed)
    trial = LiveTrial(file, seed=seed, segment_bytes=131_072, audits=True)
    desk = Desk(Random(seed + 1_000_000))

    def speak() -> None:
        trips = {scope: halt.last_sequence for scope, halt in trial.ledger.halts.items()}
        trial.say(*desk.words(trips))

    at = 0.0
    while at < SECONDS:
        at += chance.expovariate(1.5)
        trial.at(at, speak)
    end_ns = trial.clock.now_ns() + SECONDS * 1_000_000_000
    starts = 1
    while trial.clock.now_ns() < end_ns:
        _choose(trial, chance)
        if trial.run(chance.uniform(0.5, 8.0)) and chance.random() < 0.2:
            trial.close()
        while not trial.is_alive:
            starts += 1
            assert starts < STARTS_MAX * SECONDS, "it does not come up again"
            if chance.random() < 0.25:
                trial.crash_at(CrashPoint.P8, chance.randint(1, 12))
            trial.restart(chance.choice((0.0, 0.1, 2.0, 10.0)))
    _quiet(trial)
    trial.check()
    compare_books(trial)
    return _result(seed, trial, starts)


def _choose(trial: LiveTrial, chance: Random) -> None:
    """Where this process will die, if it does."""
    trial.plan.spare()
    trial.lose_unsynced(chance.choice(LOSSES))
    if chance.random() < 0.75:
        point = chance.choice(POINTS[:8])
        trial.crash_at(point, chance.randint(1, 40 if point is not CrashPoint.P6 else 4))


def _quiet(trial: LiveTrial) -> None:
    """Everything is halted, which cancels what works, and nothing more is said: in the end nothing
    is open and nothing in doubt."""
    trial.plan.spare()
    trial.say({"halt": {"scope": "firm", "by": "anna", "text": "the campaign ends"}})
    assert trial.run(10.0), trial.crashes
    spent = 10.0
    while trial.ledger.orders.open:
        still = [
            f"{order.order} {name_of(ORDER_STATUSES, order.status)}"
            for order in trial.ledger.orders.open.values()
        ]
        assert spent < QUIET_SECONDS_MAX, f"after {spent} s these are open: {still}"
        assert trial.run(10.0), trial.crashes
        spent += 10.0
    # Words that are late still come.
    assert trial.run(5.0), trial.crashes


def desk_of(port: object) -> Exchange:
    """The venue itself, behind its faults."""
    found = port.desk if isinstance(port, FaultyVenue) else port
    assert isinstance(found, Exchange), f"{port} is no simulated exchange"
    return found


def compare_books(trial: LiveTrial) -> None:
    """Our orders and executions are the venues', one by one. Raises `BooksDiffer`."""
    ledger, names = trial.ledger, trial.names()
    assert not ledger.broken, f"invariants were broken: {ledger.broken}"
    found: list[str] = []
    for venue in trial.venues.values():
        assert not venue.sent_twice, f"orders {venue.sent_twice} were submitted twice"
        desk = desk_of(venue.port)
        theirs = {number: order for number, order in desk.gateway.orders.items() if number > 0}
        found += _differences(desk.name, theirs, ledger, names)
    if found:
        raise BooksDiffer("; ".join(found[:10]))


def _differences(name: str, theirs: dict, ledger: Ledger, names: Names) -> list[str]:
    found: list[str] = []
    for number, order in theirs.items():
        known = ledger.orders.find(number)
        if known is None:
            found.append(f"{name} has order {names.get(number, number)}, which we do not know")
            continue
        executed = {
            said.execution_id: (said.quantity, said.price, said.fee)
            for said in order.reports
            if said.kind == REPORT_FILL
        }
        ours = {
            execution: (fill.quantity, fill.price, fill.fee)
            for execution, fill in (known.fills or {}).items()
        }
        if executed != ours:
            found.append(f"{names[number]} at {name}: executions {executed}, ours {ours}")
        if order.is_open or known.is_open():
            found.append(f"{names[number]} at {name}: open there {order.is_open}")
    for number, known in ledger.orders.known.items():
        if known.venue.name == name and number not in theirs and known.filled:
            found.append(f"{names[number]}: filled {known.filled}, and {name} never had it")
    return found


def _result(seed: int, trial: LiveTrial, starts: int) -> Run:
    mark = hashlib.sha256()
    entries = trial.entries()
    for entry in entries:
        mark.update(encode(entry))
    mark.update(repr(trial.outcome()).encode())
    known = trial.ledger.orders.known.values()
    return Run(
        seed=seed,
        digest=mark.hexdigest(),
        commands=len(entries),
        orders=len(known),
        fills=sum(len(order.fills or {}) for order in known),
        crashes=Counter(crash.point.name for crash in trial.crashes),
        starts=starts,
    )


def digest_elsewhere(seed: int, hash_seed: int) -> str:
    """The digest of a seed that is run in a fresh process, under another hash seed."""
    done = subprocess.run(
        [sys.executable, "-m", "campaign.soak", "--seeds", "1", "--first", str(seed), "--bare"],
        env={
            **os.environ,
            "PYTHONHASHSEED": str(hash_seed),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "TZ": "Asia/Kathmandu",
        },
        capture_output=True,
        check=True,
    )
    return str(json.loads(done.stdout)["digest"])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--bare", action="store_true", help="print one digest and nothing else")
    parsed = parser.parse_args(arguments)
    total, crashes, failed, twice = Counter[str](), Counter[str](), [], 0
    for seed in range(parsed.first, parsed.first + parsed.seeds):
        try:
            run = run_seed(seed)
            if parsed.bare:
                print(json.dumps({"seed": seed, "digest": run.digest}))
                continue
            if seed % TWICE_EVERY == 0:
                twice += 1
                again = digest_elsewhere(seed, seed)
                assert again == run.digest, f"elsewhere it came to {again}, here to {run.digest}"
        except Exception as error:
            failed.append(seed)
            print(f"seed {seed}: {type(error).__name__}: {error}"[:2_000], file=sys.stderr)
            continue
        total.update(
            commands=run.commands, orders=run.orders, fills=run.fills, starts=run.starts, seeds=1
        )
        crashes.update(run.crashes)
    if not parsed.bare:
        figures = {
            **total,
            "crashes": sum(crashes.values()),
            "points": dict(sorted(crashes.items())),
        }
        print(json.dumps({**figures, "twice": twice, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
