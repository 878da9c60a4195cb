"""The four apis behind real servers, each with something in it, for requests that a program makes up from their descriptions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

from fastapi import FastAPI

from tests.components.case.case_desk import CaseDesk
from tests.components.enrolment.intake_desk import Desk
from tests.components.relief.relief_desk import ReliefDesk
from tests.components.reporting.live.live_rig import Rig, memory_to_show
from tests.domain.case.case_story import opened
from tests.domain.relief.grants import in_school
from tests.support.redis import RedisServer
from tests.support.served import PATIENCE, served

Api = Callable[[RedisServer], AbstractAsyncContextManager[FastAPI]]


@asynccontextmanager
async def enrolment(redis: RedisServer) -> AsyncIterator[FastAPI]:
    yield Desk(redis.database()).app


@asynccontextmanager
async def case(redis: RedisServer) -> AsyncIterator[FastAPI]:
    desk = CaseDesk(redis.database())
    await desk.tell(("2020-06-01", opened()))
    yield desk.app


@asynccontextmanager
async def relief(redis: RedisServer) -> AsyncIterator[FastAPI]:
    desk = ReliefDesk(redis.database())
    await desk.tell(("2019-09-02", in_school))
    yield desk.app


@asynccontextmanager
async def reporting(_: RedisServer) -> AsyncIterator[FastAPI]:
    yield Rig(memory_to_show()).app


APIS: dict[str, Api] = {api.__name__: api for api in (enrolment, case, relief, reporting)}


@contextmanager
def running(api: Api, redis: RedisServer) -> Iterator[str]:
    """Serve an api in a thread with an event loop of its own, until the block ends; yields its address."""
    begun, url = threading.Event(), list[str]()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with api(redis) as app, served(app) as server:
            url.append(server.url)
            begun.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert begun.wait(PATIENCE), "the api did not start"
    try:
        yield url[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()
