"""How our apis are served, and that uvicorn still calls what we put in."""

import asyncio
import resource
import signal
import sys
from contextlib import nullcontext
from types import ModuleType

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request

from shared.http.server import serving
from shared.settings import ServerLimits
from tests.support.served import PATIENCE, served


def test_an_api_runs_on_asyncios_own_loop_whatever_else_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", ModuleType("uvloop"))
    chosen: list[object] = []

    def run(server: uvicorn.Server, **_: object) -> None:
        server.started = True
        chosen.append(server.config.get_loop_factory())

    monkeypatch.setattr(uvicorn.Server, "run", run)
    serving.serve(FastAPI(), host="127.0.0.1", port=1, limits=ServerLimits())
    assert chosen == [asyncio.SelectorEventLoop]


def test_a_server_that_could_not_begin_ends_the_process_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    with pytest.raises(SystemExit, match="3"):
        serving.serve(FastAPI(), host="127.0.0.1", port=1, limits=ServerLimits())


def test_a_process_may_hold_as_many_connections_as_the_system_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, 20_000))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    serving.raise_file_limit()
    assert asked == [(20_000, 20_000)]


async def test_a_signal_to_stop_is_not_left_until_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_TICK", 3_600.0)
    server = serving.server(FastAPI(), host="127.0.0.1", port=0, lifespan=False)
    monkeypatch.setattr(server, "capture_signals", nullcontext)
    on_tick, looked = server.on_tick, asyncio.Event()

    async def looking(counter: int) -> bool:
        looked.set()
        return await on_tick(counter)

    monkeypatch.setattr(server, "on_tick", looking)
    serves = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE):
        await looked.wait()
        # From a thread: a signal, too, comes while the loop waits for its sockets.
        await asyncio.to_thread(server.handle_exit, signal.SIGTERM, None)
        await serves


async def test_a_request_can_hang_up_on_who_sent_it() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(request: Request) -> None:
        connection = serving.connection_of(request)
        assert connection is not None
        connection.abort()

    async with served(app) as server, httpx.AsyncClient(base_url=server.url) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/", timeout=PATIENCE)


async def test_under_another_server_there_is_no_connection_to_hang_up() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(request: Request) -> bool:
        return serving.connection_of(request) is None

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        assert (await client.get("/")).json() is True


async def test_whoever_asked_is_told_before_the_server_waits_for_its_answers() -> None:
    """An answer that only ends when it is told: a server that does not tell would never get beyond it."""
    app, begun, stopping = FastAPI(), asyncio.Event(), asyncio.Event()
    serving.on_shutdown(app, stopping.set)

    @app.get("/")
    async def read() -> str:
        begun.set()
        await stopping.wait()
        return "ended"

    async with served(app) as server, httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        answer = asyncio.create_task(client.get("/"))
        await begun.wait()
        await server.stop()
        assert (await answer).json() == "ended"
