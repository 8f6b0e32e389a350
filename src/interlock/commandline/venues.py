"""Venues: `venue serve`, `venues`, `runbook`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, session

USAGE = 2
MISSING = 3
FAULT_SEED_MAX = 2**63 - 1


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be 0..65535")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or len(text) > 19 or int(text) > FAULT_SEED_MAX:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be 0..{FAULT_SEED_MAX}")
    return int(text)


def _serve(parsed: argparse.Namespace) -> int:
    import sys

    from interlock.hosting.definition import NoSuchVenue, hosted_definition
    from interlock.inputs.session_links import address_fault, read_fault_script
    from interlock.sessions import session_file
    from interlock.terminal.venue import serve

    try:
        definition = hosted_definition(session_file(parsed.session), parsed.venue)
    except NoSuchVenue as error:
        sys.stderr.write(f"interlock: {parsed.session}: {error}\n")
        return MISSING
    address = definition.settings.address
    if parsed.socket is not None:
        address = f"unix:{parsed.socket}"
    elif parsed.port is not None:
        address = f"127.0.0.1:{parsed.port}"
    fault = "the venue has no address in the file: name --socket or --port"
    if address:
        fault = "" if parsed.port == 0 else address_fault(address)
    if fault:
        sys.stderr.write(f"interlock: {fault}\n")
        return USAGE
    settings = definition.settings
    faults, fault_seed = settings.faults, settings.fault_seed
    if parsed.faults is not None:
        parsed.other = parsed.faults
        faults = read_fault_script(parsed.faults)
        parsed.other = None
    if parsed.fault_seed is not None:
        fault_seed = parsed.fault_seed
    return serve(definition, parsed.dir, address, faults, fault_seed, as_json=parsed.json)


def _venues(parsed: argparse.Namespace) -> int:
    from interlock.terminal.venues import print_venues

    return print_venues(session(parsed.session), as_json=parsed.json)


def _runbook(parsed: argparse.Namespace) -> int:
    from interlock.terminal.venues import print_runbook

    return print_runbook(parsed.name, as_json=parsed.json)


def add_venues(commands: "Commands[argparse.ArgumentParser]") -> None:
    venue = commands.add_parser("venue", help="host a simulated exchange in a process of its own")
    parts = venue.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serve = add(
        parts,
        "serve",
        "host one exchange of a session file, with a record of its own, over a socket",
        "interlock venue serve examples/two-processes.toml --venue alpha --dir venues/alpha",
    )
    serve.add_argument("session", type=Path, metavar="SESSION.toml")
    serve.add_argument("--venue", required=True, metavar="NAME", help="which of its venues")
    serve.add_argument(
        "--dir", type=Path, required=True, metavar="DIR", help="where its record is kept"
    )
    where = serve.add_mutually_exclusive_group()
    where.add_argument("--socket", type=Path, metavar="PATH", help="listen on a Unix socket")
    where.add_argument(
        "--port", type=_port, help="listen on this port of 127.0.0.1; 0 finds a free one"
    )
    serve.add_argument(
        "--faults", type=Path, metavar="SCRIPT.toml", help="faults, instead of the session file's"
    )
    serve.add_argument("--fault-seed", type=_seed, metavar="N", help="faults by chance")
    serve.set_defaults(call=_serve)

    views = add(
        commands,
        "venues",
        "say how well the venues of a session are, and how they came there",
        "interlock venues sessions/demo-1",
    )
    views.add_argument("session", type=Path, metavar="SESSION")
    views.set_defaults(call=_venues)

    runbook = add(
        commands,
        "runbook",
        "print what is done when a venue fails in this way; without a name, the ways",
        "interlock runbook DISCONNECT",
    )
    runbook.add_argument("name", nargs="?", default="", metavar="CLASS")
    runbook.set_defaults(call=_runbook)
