"""A hosted exchange for whoever started it: where it listens, what its record holds."""

import signal
import socket
import sys
from pathlib import Path

from interlock.hosting.definition import HostedDefinition
from interlock.hosting.server import CONNECTIONS_MAX, VenueServer
from interlock.inputs.clock import WallClock
from interlock.inputs.listening import unix_listener
from interlock.inputs.session_links import UNIX
from interlock.inputs.session_parts import FaultSettings
from interlock.terminal.output import print_json

DONE = 0


def serve(
    definition: HostedDefinition,
    directory: Path,
    address: str,
    faults: tuple[FaultSettings, ...],
    fault_seed: int,
    *,
    as_json: bool,
) -> int:
    """This hosts an exchange until Ctrl-C, and says where once it listens. Raises `VenueLogFault`
    for a record that cannot be gone on with, `OSError` when it cannot listen."""
    clock = WallClock()
    directory.mkdir(parents=True, exist_ok=True)
    listener, heard_at = _listener(address)
    try:
        server = VenueServer(definition, directory, listener, clock.now_ns(), faults, fault_seed)
    except BaseException:
        listener.close()
        _take_away(heard_at)
        raise
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: stopped.append(number))
    try:
        _say(server, heard_at, as_json=as_json)
        while not stopped:
            server.wait(clock.now_ns())
            server.turn(clock.now_ns())
    finally:
        server.close()
        _take_away(heard_at)
    return DONE


def _listener(address: str) -> tuple[socket.socket, str]:
    """The socket that is listened on, and its address, with the port that was found for port 0."""
    if address.startswith(UNIX):
        path = Path(address.removeprefix(UNIX))
        return unix_listener(path, CONNECTIONS_MAX), address
    host, _, port = address.rpartition(":")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, int(port)))
    except OSError as error:
        listener.close()
        raise OSError(error.errno or 0, error.strerror or str(error), address) from None
    listener.listen(CONNECTIONS_MAX)
    listener.setblocking(False)
    return listener, f"{host}:{listener.getsockname()[1]}"


def _take_away(address: str) -> None:
    if address.startswith(UNIX):
        Path(address.removeprefix(UNIX)).unlink(missing_ok=True)


def _say(server: VenueServer, address: str, *, as_json: bool) -> None:
    exchange = server.exchange
    orders = sum(client.new_orders for client in exchange.clients.values())
    executions = sum(client.executed for client in exchange.clients.values())
    if as_json:
        print_json(
            {
                "venue": exchange.name,
                "address": address,
                "record": str(server.path),
                "log": server.log.head["log"],
                "sessions": len(exchange.clients),
                "orders": orders,
                "executions": executions,
                "cut_bytes": server.log.cut_bytes,
            }
        )
        sys.stdout.flush()
        return
    text = f"Serving {exchange.name} on {address}; its record is {server.path}"
    if orders:
        text += f", with {orders:,} orders and {executions:,} executions"
    if server.log.cut_bytes:
        text += f"; cut {server.log.cut_bytes} bytes of a line that nobody was answered for"
    sys.stderr.write(f"{text}. Ctrl-C ends it.\n")
    sys.stderr.flush()
