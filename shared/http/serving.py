"""An api behind uvicorn, with the two things that answers without an end need: word before a stop, and a way to hang up.

uvicorn stops by waiting until every answer has ended, so whatever streams has to be told first. And it never gives up on
a reader that takes nothing: closing such a connection waits for what was written to it. What is known of uvicorn's own names
is here, and a test holds each.
"""

import gc
import resource
import socket
from asyncio import Transport
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_GRACE = 10
"""Seconds that requests under way are given to end."""
_EXTENSION = "baoxue.connection"
_FAILED = 3
"""The exit code of a process that could not listen, as uvicorn's own."""


class Connection:
    """What an answer goes out on."""

    def __init__(self, transport: Transport) -> None:
        """Know the transport."""
        self._transport = transport

    def abort(self) -> None:
        """Close at once, without waiting for what was written and never taken."""
        self._transport.abort()

    def limit_write_buffer(self, octets: int) -> None:
        """Let no more than about this much, twice, wait here and in the kernel for a reader that takes nothing."""
        self._transport.set_write_buffer_limits(high=octets)
        held: socket.socket | None = self._transport.get_extra_info("socket")
        if held is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, octets)


class Protocol(HttpToolsProtocol):
    """uvicorn's own, that tells each request the connection it came by."""

    def on_message_begin(self) -> None:
        """Add the connection to the request's scope, as an extension."""
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"connection": Connection(self.transport)}}


class Server(uvicorn.Server):
    """uvicorn's own, that says so before it waits for answers to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell whoever asked ``on_shutdown``, then stop."""
        app: Any = self.config.app
        for tell in _asked(app):
            tell()
        await super().shutdown(sockets)


def connection_of(request: Request) -> Connection | None:
    """Give the connection of a request, None under another server than this module's."""
    found: Connection | None = request.scope.get("extensions", {}).get(_EXTENSION, {}).get("connection")
    return found


def on_shutdown(app: FastAPI, tell: Callable[[], None]) -> None:
    """Ask that this be called when the server is about to wait for an app's answers to end."""
    app.state.on_shutdown = (*_asked(app), tell)


def server(app: FastAPI, *, host: str, port: int) -> Server:
    """Give a server of an app, to be run."""
    # On asyncio's own loop: to a client of Redis or Kafka that writes to a closed connection uvloop raises what neither of them expects.
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="asyncio",
        http=Protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return Server(config)


def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until told to stop."""
    raise_file_limit()
    serving = server(app, host=host, port=port)
    # What is there by now stays: looking through all of it again and again for garbage would hold up an answer now and then.
    gc.freeze()
    try:
        serving.run()
    except KeyboardInterrupt:
        return
    if not serving.started:
        raise SystemExit(_FAILED)


def raise_file_limit() -> None:
    """Let this process hold as many connections as the system allows it: the usual first limit is 1,024 files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _asked(app: FastAPI) -> tuple[Callable[[], None], ...]:
    return getattr(app.state, "on_shutdown", ())
