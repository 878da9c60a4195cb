"""How an api is served: by uvicorn, whose answers without an end are told before the server stops.

uvicorn stops by waiting until every answer has ended, so whatever streams has to be told first. It looks ten times a second whether it is to stop;
here a signal wakes it.
"""

import asyncio
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from types import FrameType

import uvicorn
from fastapi import FastAPI, Request

from shared.garbage import look_seldom
from shared.http.chinese.answers import InChinese
from shared.http.server.connection import EXTENSION, BoundedConfig, Connection
from shared.http.server.trust import TrustedRequests
from shared.settings import LOOPBACK_NAMES, ServerLimits

_GRACE = 10
"""Seconds that requests under way are given to end."""
_TICK = 1.0
"""Seconds from one ``Date`` of the headers to the next."""
_FAILED = 3
"""The exit code of a process that could not listen, as uvicorn's own."""


class Server(uvicorn.Server):
    """uvicorn's own, that calls back before it waits for answers to end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    await self._woken.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal to stop, and wake the loop, which a signal alone does not."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Call what was given to ``on_shutdown``, then stop."""
        for tell in _callbacks(self._app):
            tell()
        await super().shutdown(sockets)


def connection_of(request: Request) -> Connection | None:
    """Return the connection of a request, None under another server than this module's."""
    found: Connection | None = request.scope.get("extensions", {}).get(EXTENSION, {}).get("connection")
    return found


def on_shutdown(app: FastAPI, tell: Callable[[], None]) -> None:
    """Call this when the server is about to wait for an app's answers to end."""
    app.state.on_shutdown = (*_callbacks(app), tell)


def server(app: FastAPI, *, host: str, port: int, hosts: str = LOOPBACK_NAMES, limits: ServerLimits | None = None, lifespan: bool = True) -> Server:
    """Return a server of an app, to be run.

    ``hosts``: the names by which it is reached beside ``host``, comma between; ``lifespan``: that the app starts and closes what it needs with
    the server.
    """
    # On asyncio's own loop: where a client of Redis or Kafka writes to a closed connection, uvloop raises what neither of them expects.
    config = BoundedConfig(
        InChinese(TrustedRequests(app, [*hosts.split(","), *_names_of(host)])),
        limits=limits or ServerLimits(),
        host=host,
        port=port,
        loop="asyncio",
        lifespan="on" if lifespan else "off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return Server(config, app)


def serve(app: FastAPI, *, host: str, port: int, hosts: str = LOOPBACK_NAMES, limits: ServerLimits) -> None:
    """Serve until told to stop."""
    raise_file_limit()
    serving = server(app, host=host, port=port, hosts=hosts, limits=limits)
    look_seldom()
    try:
        serving.run()
    except KeyboardInterrupt:
        return
    if not serving.started:
        raise SystemExit(_FAILED)


def raise_file_limit() -> None:
    """Let this process hold as many connections as the system allows; the usual soft limit is 1,024 files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _names_of(host: str) -> tuple[str, ...]:
    """Return the name that an address is reached by; a wildcard is no name."""
    try:
        address = ip_address(host)
    except ValueError:
        return (host,)
    return () if address.is_unspecified else (f"[{host}]" if address.version == 6 else host,)


def _callbacks(app: FastAPI) -> tuple[Callable[[], None], ...]:
    return getattr(app.state, "on_shutdown", ())
