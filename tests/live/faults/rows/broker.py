"""Rows 5 and 6: the broker is killed or stands still, of three one and two are lost; the network to it is cut, slow or one-way."""

import asyncio
import random
from functools import partial

from deploy.local.processes import KAFKA
from tests.live.faults.guards import FAILED_APPEND
from tests.live.faults.load import Load, until
from tests.live.faults.row import Row
from tests.live.faults.system import NeverFired, System, Wrong

BEYOND_PATIENCE = 13.0
"""Seconds after which whoever waits for an acknowledgement has given it up."""


async def broker_killed_and_stopped(system: System) -> None:
    drawn = random.Random(system.seed)
    async with system.under_load():
        for _ in range(4 if system.full else 1):
            await asyncio.sleep(drawn.uniform(1.0, 3.0))
            pid = await system.kill(KAFKA)
            await system.until_ready(KAFKA, other_than=pid)
            await system.until_ready("enrolment-api")
        for seconds in (BEYOND_PATIENCE, 30.0, 60.0) if system.full else (BEYOND_PATIENCE,):
            async with system.paused(KAFKA):
                await asyncio.sleep(seconds)
            await system.until_ready("enrolment-api")


async def brokers_lost(system: System) -> None:
    """Kill one broker of three, and then another; start both again, and touch nothing else."""
    cluster = system.cluster
    assert cluster
    async with system.under_load() as load:
        await asyncio.sleep(2.0)
        for n in (2, 3):
            await asyncio.to_thread(cluster.kill, n)
            system.injected += 1
            batches = len(load.history.batches)
            if n == 2:
                await until("one broker of three is missed by nobody", partial(_more_than, load, batches + 10), patience=60.0, wrong=Wrong)
        turned_away = load.history.turned_away[503]
        await until("nothing is acknowledged", lambda: load.history.turned_away[503] > turned_away, patience=60.0, wrong=Wrong)
        for n in (2, 3):
            await asyncio.to_thread(cluster.start, n)
        await system.until_ready()


def _more_than(load: Load, batches: int) -> bool:
    return len(load.history.batches) > batches


async def network_broken(system: System) -> None:
    proxy = system.network
    assert proxy
    drawn = random.Random(system.seed)
    async with system.under_load():
        for _ in range(3 if system.full else 1):
            proxy.lose_answers(4)
            await until("answers are lost behind the write", lambda: not proxy.left_to_lose, patience=60.0, wrong=NeverFired)
            with proxy.slow():
                await asyncio.sleep(drawn.uniform(2.0, 5.0))
            with proxy.one_way():
                await asyncio.sleep(BEYOND_PATIENCE)
            await asyncio.sleep(drawn.uniform(1.0, 2.0))
            with proxy.cut():
                await asyncio.sleep(drawn.uniform(1.0, 12.0) if system.full else 2.0)
            await system.until_ready()


ROWS = (
    Row(
        "5 the broker killed, standing still",
        "The broker is killed under load, and starts again; it is stopped for longer than anybody waits for an acknowledgement, and goes on.",
        "`503` with `Retry-After`, nothing is acknowledged; `lag_seconds` grows; `/readyz` names `kafka`. Nothing that was acknowledged is missing. "
        "What was sent meanwhile may be in the log all the same.",
        broker_killed_and_stopped,
        (FAILED_APPEND,),
        least=2,
    ),
    Row(
        "5 of three brokers, one and then two",
        "Of three brokers one is killed, then another; both start again.",
        "With one lost: nothing. With two lost: `503` with `Retry-After`, nothing is acknowledged; it goes on by itself when one is back.",
        brokers_lost,
        (FAILED_APPEND,),
        {"three_brokers": True},
        least=2,
    ),
    Row(
        "6 the network is broken",
        "Between all clients and the broker: answers are lost behind the write, everything is late, answers do not come for longer than anybody "
        "waits, nothing passes.",
        "As where the broker is killed. A step whose acknowledgement was lost is published again: facts stand twice, with one sequence.",
        network_broken,
        ("the check of the sequence",),
        {"network": True},
        least=10,
    ),
)
