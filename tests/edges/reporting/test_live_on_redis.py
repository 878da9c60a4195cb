"""The stream of a real api process, over a real Redis that a worker counts into."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from deploy.local.config import free_ports
from deploy.local.stack import LocalStack
from services.reporting.view import board_reader
from services.reporting.view.board_reader import BoardReader
from shared.geography.divisions import NATION
from tests.edges.reporting.test_board_reader import PARTITIONS, Rig
from tests.support.redis import RedisDatabase
from tests.support.served import PATIENCE, eventually, following
from tests.support.stack import told_of


@asynccontextmanager
async def api_process(stack: LocalStack, redis_url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Yield the process of an api and its address. A process that still runs at the end is killed."""
    [port] = free_ports(1)
    settings = {
        **told_of(stack.config, "reporting-api"),
        "REPORTING_REDIS_URL": redis_url,
        "REPORTING_PARTITIONS": str(PARTITIONS),
        "REPORTING_PORT": str(port),
        "REPORTING_ISSUER": stack.config.issuer_url,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.reporting", "api", env=settings, stderr=asyncio.subprocess.PIPE)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def shows_counts(url: str) -> bool:
    async with httpx.AsyncClient(base_url=url) as client:
        try:
            return (await client.get("/v1/counts")).status_code == 200
        except httpx.TransportError:
            return False


async def test_what_a_worker_counts_is_told_and_a_stop_ends_the_streams(stack: LocalStack, database: RedisDatabase) -> None:
    async with api_process(stack, database.url) as (process, url):
        rig = Rig(database.client, database.operator)
        await rig.begin()
        await rig.apply(0)
        await eventually(lambda: shows_counts(url), "the api shows the counts")
        async with following(url, NATION) as follower:
            snapshot = await follower.next("snapshot")
            await rig.apply(1)
            delta = await follower.next("delta")
            assert [event.data["as_of"]["offsets"] for event in (snapshot, delta)] == [{"0": 6, "1": 0}, {"0": 6, "1": 6}]
            assert delta.data["newest"]
            process.send_signal(signal.SIGTERM)
            await follower.rest()
        async with asyncio.timeout(PATIENCE):
            _, logged = await process.communicate()
        assert b"graceful shutdown exceeded" not in logged
        assert process.returncode == -signal.SIGTERM


async def test_after_a_restart_whoever_comes_back_gets_the_whole(stack: LocalStack, database: RedisDatabase) -> None:
    rig = Rig(database.client, database.operator)
    await rig.begin()
    await rig.apply(0)
    async with api_process(stack, database.url) as (process, url):
        await eventually(lambda: shows_counts(url), "the api shows the counts")
        async with following(url, NATION) as follower:
            last = (await follower.next("snapshot")).id
        process.kill()
    async with api_process(stack, database.url) as (_, url):
        await eventually(lambda: shows_counts(url), "the api shows the counts again")
        async with following(url, NATION, last) as follower:
            first = await follower.next()
            assert (first.kind, first.data["as_of"]["offsets"]) == ("snapshot", {"0": 6, "1": 0})
            assert first.id != last
            assert first.data["newest"]


async def test_what_is_followed_is_the_newest_and_says_that_it_moved(database: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_reader, "_WAIT_MS", 20)
    rig = Rig(database.client, database.operator)
    await rig.begin()
    await rig.apply(0)
    await rig.caught_up()
    followed: BoardReader = rig.reader
    assert followed.changed.is_set()  # counts are shown that were not
    followed.changed.clear()
    assert followed.newest._by_county == {}
    await rig.apply(1, facts=20)
    await rig.caught_up()
    assert followed.changed.is_set()
    noted = {f"{county}:{what}" for county, changed in followed.newest._by_county.items() for what in changed}
    assert noted == set(rig.applied[1][0].flows)
