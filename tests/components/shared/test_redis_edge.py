"""The connection to Redis as services use it."""

import asyncio
from contextlib import suppress

import pytest
from redis.exceptions import ResponseError

from shared.redis.edge import REDIS_UNAVAILABLE, Redis, connect
from tests.support.redis import RedisDatabase, RedisServer
from tests.support.served import eventually

MOMENTS = 40  # more turns of the loop than a command takes


async def still_runs(client: Redis, turns: int) -> bool:
    """Cancel a loop of commands after so many turns of the event loop; whether it goes on all the same."""

    async def asks_for_ever() -> None:
        while True:
            await client.ping()

    task = asyncio.create_task(asks_for_ever())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=0.5)
    lost = not task.done()
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.1)
    return lost


async def test_whenever_a_loop_of_commands_is_cancelled_it_ends(redis: Redis) -> None:
    await redis.ping()
    assert [turns for turns in range(MOMENTS) if await still_runs(redis, turns)] == []


async def test_a_command_that_is_cancelled_leaves_no_answer_for_the_next(redis: Redis) -> None:
    await redis.set("other", b"another's")
    for turns in range(MOMENTS):
        asked = asyncio.ensure_future(redis.get("other"))
        for _ in range(turns):
            await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        await redis.set("own", turns)
        assert await redis.get("own") == b"%d" % turns


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["what is answered", "what is sent"])
async def test_a_server_that_stands_still_is_unavailable_once_patience_ends(redis_server: RedisServer, database: RedisDatabase, size: int) -> None:
    others = frozenset(database.connections())
    async with connect(database.url, patience=1.0) as client:
        await client.ping()
        with redis_server.stopped(), pytest.raises(REDIS_UNAVAILABLE):
            await client.set("large", b"x" * size)
        await eventually(lambda: _answers(client), "the server answers again")
        await eventually(lambda: _one_connection(database, others), "what was still to be sent has gone out, and that connection is closed")


async def _answers(client: Redis) -> bool:
    with suppress(*REDIS_UNAVAILABLE):
        return bool(await client.ping())
    return False


async def _one_connection(database: RedisDatabase, others: frozenset[str]) -> bool:
    return len(frozenset(database.connections()) - others) == 1


async def test_a_server_that_cannot_be_reached_is_unavailable_and_is_used_again_when_it_can(database: RedisDatabase) -> None:
    client = database.client
    await client.ping()
    database.unavailable = True
    with pytest.raises(REDIS_UNAVAILABLE):
        await client.ping()
    database.unavailable = False
    assert await client.ping()


async def test_a_command_is_not_repeated_by_the_client(redis_server: RedisServer, database: RedisDatabase) -> None:
    async with connect(database.url, patience=0.1) as client:
        await client.ping()
        with redis_server.stopped(), pytest.raises(REDIS_UNAVAILABLE):
            await client.xadd("counted", {"n": 1})
        assert await database.operator.xlen("counted") == 1, "sent once, and done when the server went on"


@pytest.mark.parametrize(("setting", "said"), [("maxmemory", "maxmemory"), ("min-replicas-to-write", "NOREPLICAS")])
async def test_a_server_that_takes_no_writes_is_unavailable_and_changes_nothing(database: RedisDatabase, setting: str, said: str) -> None:
    with database.without_writes(setting), pytest.raises(REDIS_UNAVAILABLE, match=said):
        await database.client.set("it", b"new")
    assert await database.client.get("it") is None
    async with database.client.pipeline(transaction=True) as commands:
        commands.hset("many", "a", "1")
        commands.expire("many", 10)
        with database.without_writes(setting), pytest.raises(REDIS_UNAVAILABLE, match=said):
            await commands.execute()
    assert await database.client.set("it", b"new")


async def test_what_is_wrong_with_a_command_is_not_taken_for_a_server_that_is_away(redis: Redis) -> None:
    await redis.set("it", b"text")
    with pytest.raises(ResponseError) as wrong:
        await redis.hget("it", "field")
    assert not isinstance(wrong.value, REDIS_UNAVAILABLE)
