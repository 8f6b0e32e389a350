"""Recovery: the exchange of a record, made again from its inputs."""

import os
from pathlib import Path
from typing import Any

from interlock.hosting.definition import HostedDefinition
from interlock.hosting.exchange import HostedExchange
from interlock.hosting.log import VenueLog, VenueLogFault, create_log, open_log
from interlock.messages.units import Nanoseconds


def exchange_of(
    definition: HostedDefinition, path: Path, now_ns: Nanoseconds
) -> tuple[VenueLog, HostedExchange]:
    """The record and the exchange that it makes; a new one where there is none."""
    if not path.exists():
        head = {
            "venue": definition.venue.name,
            "definition": definition.digest,
            "start_ns": now_ns,
            "log": os.urandom(8).hex(),
        }
        return create_log(path, head), HostedExchange(definition, now_ns)
    log, turns = open_log(path)
    try:
        if log.head["definition"] != definition.digest:
            found = "it is the record of an exchange that was defined otherwise"
            do = "Give it the session file that it began with, or another --dir"
            raise VenueLogFault(path, found, do)
        exchange = replayed(definition, log.head, turns)
    except BaseException:
        log.close()
        raise
    return log, exchange


def replayed(
    definition: HostedDefinition,
    head: dict[str, Any],
    turns: list[tuple[Nanoseconds, list[Any]]],
) -> HostedExchange:
    """This makes the exchange of a record again: the same books, orders, executions and numbers."""
    exchange = HostedExchange(definition, head["start_ns"])
    for time_ns, inputs in turns:
        exchange.advance(time_ns)
        for given in inputs:
            exchange.take(time_ns, given)
        if inputs:
            exchange.advance(time_ns)
        exchange.fresh.clear()
        exchange.market_words.clear()
    return exchange
