"""A stream ends with what proves whose it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request

from services.reporting.api import create_app
from services.reporting.view.board_reader import BoardReader
from shared.http.problems import Problem
from shared.http.unavailable import unavailable
from shared.identity.caller import Caller, Role
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.reporting.live.live_rig import memory_to_show
from tests.components.reporting.screen import NOWHERE
from tests.support.served import eventually, following, served

SUPERIOR = Caller("superior", "/prefectures/513400", frozenset({Role.SUPERIOR}))


class AsTold:
    """An identity that says what a test tells it, and counts how often it is asked."""

    def __init__(self, caller: Caller | None) -> None:
        self.caller: Caller | Problem | None = caller
        self.asked = 0

    async def caller_of(self, request: Request) -> Caller | None:
        self.asked += 1
        if isinstance(self.caller, Problem):
            raise self.caller
        return self.caller

    async def check(self) -> None:
        pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


def app_of(identity: AsTold) -> FastAPI:
    log, redis = MemoryLog(1), connect(NOWHERE)
    reader = BoardReader(redis, log, partitions=1)
    reader.show(memory_to_show())
    return create_app(reader=reader, log=log, redis=redis, identity=identity, watch_seconds=0.01)


@pytest.mark.parametrize(
    "then",
    [None, Problem(401, "invalid-token", "x", "x"), Caller("superior", "/prefectures/513300", SUPERIOR.roles)],
    ids=["signed out", "token over", "somebody else"],
)
async def test_once_its_caller_is_not_it_any_more_a_stream_ends(then: Caller | Problem | None) -> None:
    identity = AsTold(SUPERIOR)
    async with served(app_of(identity)) as server, following(server.url, "513431") as follower:
        snapshot = await follower.next("snapshot")
        assert not snapshot.data.get("suppressed"), "exact to the superior"
        identity.caller = then
        await follower.rest()


async def test_a_stream_goes_on_while_nobody_can_say_who_asks() -> None:
    identity = AsTold(SUPERIOR)
    async with served(app_of(identity)) as server, following(server.url, "513431") as follower:
        await follower.next("snapshot")
        identity.caller, seen = unavailable("redis"), identity.asked
        await eventually(lambda: asked_since(identity, seen), "the caller is looked at again")
        assert (await follower.next("heartbeat")).kind == "heartbeat"


async def test_a_stream_of_nobodys_is_looked_at_once() -> None:
    identity = AsTold(None)
    async with served(app_of(identity)) as server, following(server.url, "513431") as follower:
        assert (await follower.next("snapshot")).data["suppressed"]
        await follower.next("heartbeat")
        assert identity.asked == 1


async def asked_since(identity: AsTold, seen: int) -> bool:
    return identity.asked > seen + 2
