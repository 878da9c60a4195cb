"""Rows 5 and 6: the broker is killed, stands still, has no disk left, of three one and two are lost; the network is cut, slow or one-way."""

import asyncio
import random
import resource
from contextlib import suppress

from deploy.local.processes import KAFKA
from tests.live.faults.guards import FAILED_APPEND
from tests.live.faults.load import until
from tests.live.faults.row import Row
from tests.live.faults.system import NeverFired, System, Wrong

BEYOND_PATIENCE = 13.0
"""Seconds after which whoever waits for an acknowledgement has given it up."""
STANDING_STILL, BRIEFLY_STILL = (BEYOND_PATIENCE, 30.0, 60.0), (BEYOND_PATIENCE,)
"""For how many seconds the broker is stopped, one time after the other."""
SLOW, CUT, BRIEFLY_CUT = (2.0, 5.0), (1.0, 12.0), (2.0, 2.0)
"""Between which numbers it is drawn for how many seconds the network is slow, or lets nothing pass."""
KILLED_AFTER, CUT_AFTER = (1.0, 3.0), (1.0, 2.0)
"""The same, before the broker is killed, and before the network is cut. Any moment is as good as another: no condition is waited for."""


async def broker_killed_and_stopped(system: System) -> None:
    drawn = random.Random(system.seed)
    async with system.under_load():
        for _ in range(4 if system.full else 1):
            await asyncio.sleep(drawn.uniform(*KILLED_AFTER))
            pid = await system.kill(KAFKA)
            await system.until_ready(KAFKA, other_than=pid)
            await system.until_ready("enrolment-api")
        for seconds in STANDING_STILL if system.full else BRIEFLY_STILL:
            async with system.paused(KAFKA):
                await asyncio.sleep(seconds)
            await system.until_ready("enrolment-api")


WITHOUT_DISK, BRIEFLY_WITHOUT_DISK = 40.0, 20.0
"""For how many seconds the disk of the broker is full: longer than anybody waits for an acknowledgement."""


async def broker_disk_full(system: System) -> None:
    """Let no file of the broker grow, as on a full disk: the broker ends, begins and ends again, until there is room."""
    async with system.under_load() as load:
        await system.until_acknowledged(load)
        begun = first = system.stack.pid(KAFKA)
        _let_files_grow(begun, 1)
        await until("the broker ends", lambda: system.stack.pid(KAFKA) != first, patience=60.0, wrong=NeverFired)
        system.injected += 1
        full_until = asyncio.get_running_loop().time() + (WITHOUT_DISK if system.full else BRIEFLY_WITHOUT_DISK)
        while asyncio.get_running_loop().time() < full_until:
            if (pid := await asyncio.to_thread(system.stack.pid, KAFKA)) not in (0, begun):
                begun = pid
                _let_files_grow(begun, 1)
                system.injected += 1
            await asyncio.sleep(0.05)
        _let_files_grow(begun, resource.RLIM_INFINITY)
        await system.until_ready(KAFKA, other_than=first)
        await system.until_ready("enrolment-api")


def _let_files_grow(pid: int, octets: int) -> None:
    """Set how long a file that a process writes may become. A process that has ended has no files."""
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))


async def brokers_lost(system: System) -> None:
    """Kill one broker of three, and then another; start both again, and touch nothing else."""
    cluster = system.cluster
    assert cluster
    async with system.under_load() as load:
        await system.until_acknowledged(load)
        for n in (2, 3):
            await asyncio.to_thread(cluster.kill, n)
            system.injected += 1
            if n == 2:
                await system.until_acknowledged(load, 11, what="one broker of three is missed by nobody")
        turned_away = load.history.turned_away[503]
        await until("nothing is acknowledged", lambda: load.history.turned_away[503] > turned_away, patience=60.0, wrong=Wrong)
        for n in (2, 3):
            await asyncio.to_thread(cluster.start, n)
        await system.until_ready()


async def network_broken(system: System) -> None:
    proxy = system.network
    assert proxy
    drawn = random.Random(system.seed)
    async with system.under_load():
        for _ in range(3 if system.full else 1):
            proxy.lose_answers(4)
            await until("answers are lost behind the write", lambda: not proxy.left_to_lose, patience=60.0, wrong=NeverFired)
            with proxy.slow():
                await asyncio.sleep(drawn.uniform(*SLOW))
            with proxy.one_way():
                await asyncio.sleep(BEYOND_PATIENCE)
            await asyncio.sleep(drawn.uniform(*CUT_AFTER))
            with proxy.cut():
                await asyncio.sleep(drawn.uniform(*(CUT if system.full else BRIEFLY_CUT)))
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
        "5 the broker's disk is full",
        "No file of the broker can grow, for longer than anybody waits for an acknowledgement; then there is room again.",
        "The broker ends, and ends again each time it begins. As where it is killed: `503` with `Retry-After`, nothing is acknowledged, and nothing "
        "that was acknowledged is missing. With room it begins by itself.",
        broker_disk_full,
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
