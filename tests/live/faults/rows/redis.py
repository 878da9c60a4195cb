"""Row 7: Redis takes no writes, and loses what it had or brings back what it had before. That it is killed is in row 1."""

import asyncio
import resource
import shutil
from collections.abc import Callable
from functools import partial

import redis

from deploy.local.processes import REDIS
from tests.live.faults.checks import check
from tests.live.faults.guards import REBUILD, REFUSED_WRITES
from tests.live.faults.load import until
from tests.live.faults.row import Row
from tests.live.faults.system import NeverFired, System

FILES = "appendonlydir"
WITHOUT_MEMORY, BRIEFLY_WITHOUT_MEMORY, WITHOUT_DISK = 5.0, 2.0, 3.0
"""For how many seconds Redis goes on refusing writes after the first."""


async def no_memory(system: System) -> None:
    """Leave Redis no memory for another write while steps are under way, and give it some later."""
    async with system.under_load() as load:
        for _ in range(3 if system.full else 1):
            await system.until_acknowledged(load)
            with system.operator() as client:
                before = _refusals(client, "OOM")
                client.config_set("maxmemory", int(client.info("memory")["used_memory"]))
                await until("a write is refused", partial(_refused, client, "OOM", before), patience=60.0, wrong=NeverFired)
                system.injected += 1
                await asyncio.sleep(WITHOUT_MEMORY if system.full else BRIEFLY_WITHOUT_MEMORY)
                client.config_set("maxmemory", 0)
            await system.until_ready()


async def disk_full(system: System) -> None:
    """Let the append-only file grow no more, as on a full disk: Redis then refuses writes, until there is room."""
    pid = system.stack.pid(REDIS)
    async with system.under_load() as load:
        await system.until_acknowledged(load)
        with system.operator() as client:
            before = _refusals(client, "MISCONF")
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            await until("a write is refused", partial(_refused, client, "MISCONF", before), patience=60.0, wrong=NeverFired)
            system.injected += 1
            await asyncio.sleep(WITHOUT_DISK)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await system.until_ready()


def _refused(client: redis.Redis, code: str, before: int) -> bool:
    return _refusals(client, code) > before


def _refusals(client: redis.Redis, code: str) -> int:
    """Return how many commands Redis has refused for this since it was started."""
    told: dict[str, dict[str, int]] = client.info("errorstats")
    return told.get(f"errorstat_{code}", {"count": 0})["count"]


async def flushed(system: System) -> None:
    with system.operator() as client:
        client.flushall()


async def emptied(system: System) -> None:
    """Have a Redis with nothing in it take the place of the one that was there."""
    await _between_lives(system, lambda: shutil.rmtree(system.config.redis_folder / FILES))


async def copied(system: System) -> None:
    """Keep a copy of what Redis has now."""
    shutil.copytree(system.config.redis_folder / FILES, system.config.home / "older")


async def rolled_back(system: System) -> None:
    """Have a Redis with what there was when the copy was made take the place of the one that is there."""

    def back() -> None:
        shutil.rmtree(system.config.redis_folder / FILES)
        shutil.copytree(system.config.home / "older", system.config.redis_folder / FILES)

    await _between_lives(system, back)


async def _between_lives(system: System, change: Callable[[], None]) -> None:
    supervisor = system.stack._supervisor
    with supervisor._proxy() as proxy:
        await asyncio.to_thread(proxy.supervisor.stopProcess, REDIS)
    change()
    await asyncio.to_thread(supervisor.start, REDIS)
    await system.until_ready(REDIS)


async def lost_and_rolled_back(system: System) -> None:
    async with system.under_load() as load:
        await system.until_acknowledged(load)
        await copied(system)
        for lose in (flushed, rolled_back, emptied) if system.full else (flushed, rolled_back):
            await system.until_acknowledged(load)
            await lose(system)
            system.injected += 1
            await system.until_ready()


WITHOUT_RECEIPTS = partial(check, receipts=False)
ROWS = (
    Row(
        "7 Redis out of memory",
        "Redis has no memory left as scripts want to write, and gets some later.",
        "A script that is refused has changed nothing. As where Redis is killed: nothing is logged that could not be receipted, and no worker ends.",
        no_memory,
        (REFUSED_WRITES,),
        brief=True,
    ),
    Row(
        "7 Redis's disk is full",
        "The append-only file of Redis cannot grow any more, and can later.",
        "As where it has no memory.",
        disk_full,
        (REFUSED_WRITES,),
        {"redis_disk": True},
        at_rest=WITHOUT_RECEIPTS,
    ),
    Row(
        "7 Redis lost, rolled back",
        "Everything in Redis is deleted; an older copy takes its place; an empty one takes its place.",
        "The last numbers, growing older; lists of cases and grants answer `503`; receipts of before are `404`. States and counts are rebuilt from "
        "the record, even when no record arrives.",
        lost_and_rolled_back,
        (REBUILD,),
        least=2,
        at_rest=WITHOUT_RECEIPTS,
    ),
)
