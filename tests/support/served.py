"""An app behind a real server on a free port, and somebody who follows a stream of events from it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from shared import clock
from shared.http.server import serving
from shared.settings import ServerLimits

PATIENCE = 20.0


@dataclass(frozen=True)
class Event:
    """An event as a browser's EventSource gives it; `id` is None where the event brought none."""

    kind: str
    id: str | None
    data: Any


class Served:
    """A server that runs, and its address."""

    def __init__(self, server: serving.Server, listening: socket.socket) -> None:
        self._server, self.port = server, listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.ended = asyncio.create_task(server.serve([listening]))

    async def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self._server.should_exit = True
        async with asyncio.timeout(PATIENCE):
            await self.ended


class Follower:
    """One who follows a stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._events = self._read()

    async def next(self, *kinds: str) -> Event:
        """The next event, of these kinds if some are named; within a time that is long enough for anything."""
        async with asyncio.timeout(PATIENCE):
            async for event in self._events:
                if not kinds or event.kind in kinds:
                    return event
        raise AssertionError(f"the stream ended before any of {kinds or 'all kinds'}")

    async def rest(self) -> list[Event]:
        """What comes until the stream ends."""
        async with asyncio.timeout(PATIENCE):
            return [event async for event in self._events]

    async def _read(self) -> AsyncIterator[Event]:
        kind, id_, data = "message", None, list[str]()
        async for line in self.response.aiter_lines():
            name, _, value = line.partition(": ")
            match name:
                case "event":
                    kind = value
                case "id":
                    id_ = value
                case "data":
                    data.append(value)
                case "":
                    yield Event(kind, id_, json.loads("\n".join(data)))
                    kind, id_, data = "message", None, []
                case _:  # `retry`, which only a browser heeds
                    pass


@asynccontextmanager
async def served(app: FastAPI, *, port: int = 0, **limits: float) -> AsyncIterator[Served]:
    """Serve an app as its process does, until the block ends; ``limits`` are those of `ServerLimits`."""
    listening = socket.create_server(("127.0.0.1", port), backlog=2_048)
    running = Served(serving.server(app, host="127.0.0.1", port=0, limits=ServerLimits.model_validate(limits)), listening)
    try:
        yield running
    finally:
        await running.stop()


async def eventually(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until something is so; whatever it is, it can only be asked for."""
    end = clock.seconds() + PATIENCE
    while not await holds():
        assert clock.seconds() < end, f"{what}: not within {PATIENCE:g} s"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def following(url: str, area: str, last: str | None = None) -> AsyncIterator[Follower]:
    """Follow an area, from an event on if one is named."""
    headers = {} if last is None else {b"Last-Event-ID": last.encode("latin-1")}
    async with (
        httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client,
        client.stream("GET", "/v1/stream", params={"area": area}, headers=headers) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield Follower(response)


@asynccontextmanager
async def taking_nothing(url: str, area: str) -> AsyncIterator[socket.socket]:
    """Ask for an area's stream over a connection that holds little, and read none of it."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", httpx.URL(url).port))
        await loop.sock_sendall(connection, f"GET /v1/stream?area={area} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield connection


async def until_it_ends(connection: socket.socket) -> bytes:
    """Read on until there is no more, however it ends; gives the last of it."""
    last = b""
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionResetError):
            while piece := await asyncio.get_running_loop().sock_recv(connection, 65_536):
                last = (last + piece)[-64:]
    return last
