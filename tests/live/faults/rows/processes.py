"""Rows 1 to 4: processes are killed at every step and at random, stopped and overtaken, doubled, and moved about."""

import asyncio
import os
import random
import signal
from collections.abc import Sequence
from itertools import zip_longest

from deploy.local.processes import PROCESSES, REDIS
from tests.live.faults.changes import OWN_GROUP
from tests.live.faults.failpoints import API, ASSIGNED, COUNTER, DECIDER, POLICIES
from tests.live.faults.guards import ANSWERED_WHEN_LOGGED, CURSOR_WITH_COUNTS, SEEK
from tests.live.faults.row import COUNTED, WITH_POLICIES, Row
from tests.live.faults.system import System

ACKNOWLEDGED_FIRST = "the order acknowledged before applied"
COUNT = "the compare in reporting's apply"

WITHOUT_REFUSALS = tuple(point for point in DECIDER if point != "refusals acknowledged")
POINTS: dict[str, Sequence[str]] = {
    "enrolment-worker": (*ASSIGNED, *DECIDER),
    "reporting-worker": (*ASSIGNED, *COUNTER),
    "case-worker": (*POLICIES, *WITHOUT_REFUSALS),
}
"""Where each worker is killed in the whole matrix. The policies of case publish commands, which its worker then decides."""
BRIEFLY: dict[str, Sequence[str]] = {"enrolment-worker": ("applied", "facts acknowledged"), "reporting-worker": ("before count", "counted")}


async def killed_at_every_step(system: System) -> None:
    points = POINTS if system.full else BRIEFLY
    drawn = random.Random(system.seed)
    async with system.under_load():
        for round_ in zip_longest(*points.values()):
            armed = [(process, point) for process, point in zip(points, round_, strict=True) if point]
            killed = [system.kill_at(process, point, passes=drawn.randrange(3) if point not in ASSIGNED else 0) for process, point in armed]
            if any(point in ASSIGNED for _, point in armed):
                for process, point in armed:
                    if point in ASSIGNED:
                        await system.kill(process)  # it reads its cursors as it begins anew
            pids = await asyncio.gather(*killed)
            for (process, _), pid in zip(armed, pids, strict=True):
                await system.until_ready(process, other_than=pid)


VICTIMS = (*(service.name for service in PROCESSES), REDIS)
ROUNDS, BRIEF_ROUNDS = 6, 1
KILLED_AFTER, ROUND_AFTER = 0.7, 3.0
"""Most seconds before a process is killed, and before the next round. Any moment is as good as another: no condition is waited for."""


async def killed_at_random(system: System) -> None:
    """Kill, round by round, every process once, in drawn order, at drawn moments; each has to come back before the next goes."""
    drawn = random.Random(system.seed)
    async with system.under_load():
        for _ in range(ROUNDS if system.full else BRIEF_ROUNDS):
            for victim in drawn.sample(VICTIMS, len(VICTIMS)):
                await asyncio.sleep(drawn.uniform(0.0, KILLED_AFTER))
                pid = await system.kill(victim)
                await asyncio.to_thread(system.stack.wait_alive, victim, other_than=pid)
            # What is killed whenever it begins never works, and shows nothing.
            await system.until_ready(*VICTIMS)
            await asyncio.sleep(drawn.uniform(0.0, ROUND_AFTER))


async def overtaken(system: System, service: str, point: str, *, worker: str = "", woken: signal.Signals = signal.SIGCONT, passes: int = 1) -> None:
    """Stop a worker at a point until another worker has its partitions and has done all that there was then; then wake it, or kill it."""
    worker = worker or f"{service}-worker"
    pid = await system.kill_at(worker, point, how=signal.SIGSTOP, passes=passes)
    try:
        await system.until_done_so_far(f"{worker} is overtaken", services={service})
    finally:
        os.kill(pid, woken)


async def counter_overtaken(system: System) -> None:
    """Have the counter overtaken before it adds a batch."""
    async with system.under_load():
        for _ in range(3 if system.full else 1):
            await overtaken(system, "reporting", "before count")
            await system.until_ready("reporting-worker")


async def decider_overtaken(system: System) -> None:
    """Have enrolment's worker overtaken before it publishes what it decided, and before it applies what it published."""
    async with system.under_load():
        for _ in range(3 if system.full else 1):
            for point in ("before publish", "before apply"):
                await overtaken(system, "enrolment", point)
                await system.until_ready("enrolment-worker")


TOGETHER, BRIEFLY_TOGETHER = 20.0, 6.0
"""For how many seconds two workers own the same partitions."""


async def two_owners(system: System) -> None:
    """Have two workers own all partitions, each in a group of its own, and let both work."""
    async with system.under_load():
        system.injected += len(system.processes) - len(COUNTED)
        await asyncio.sleep(TOGETHER if system.full else BRIEFLY_TOGETHER)


LEFT_AFTER = (1.0, 5.0)
"""Between which numbers it is drawn after how many seconds workers leave again, whether the group has settled by then or not."""


async def storm_of_rebalances(system: System) -> None:
    """Have workers of one group leave, orderly or not, and come back, again and again: every time all partitions are assigned anew."""
    drawn = random.Random(system.seed)
    workers = [process.name for process in system.processes if process.service == "enrolment" and process.part == "worker"]
    async with system.under_load():
        for _ in range(8 if system.full else 2):
            for worker in drawn.sample(workers, drawn.randint(1, len(workers) - 1)):
                if pid := await asyncio.to_thread(system.stack.pid, worker):
                    os.kill(pid, drawn.choice((signal.SIGTERM, signal.SIGKILL)))
                    system.injected += 1
            await asyncio.sleep(drawn.uniform(*LEFT_AFTER))
        await system.until_ready(*workers)


async def api_killed_around_the_log(system: System) -> None:
    """Kill enrolment's api before it logs, between the acknowledgement of the broker and its answer, and behind the receipt."""
    drawn = random.Random(system.seed)
    async with system.under_load():
        for _ in range(5 if system.full else 1):
            for point in API:
                pid = await system.kill_at("enrolment-api", point, passes=drawn.randrange(2, 8))
                await system.until_ready("enrolment-api", other_than=pid)


TWINS = {"enrolment": 1, "reporting": 1}
ROWS = (
    Row(
        "1 killed at every step",
        "Each worker is killed (SIGKILL) at every step of a commit: as it has read its cursors and its states, before and after it publishes, "
        "before and after it applies; the policies, and the counter, likewise.",
        "Receipts stay `pending`, the number stands still; after the session of the group another worker goes on. Facts of a step that was not "
        "applied may stand twice in the record, with one sequence.",
        killed_at_every_step,
        (ACKNOWLEDGED_FIRST,),
        {"services": WITH_POLICIES[:-1]},
        brief=True,
        least=4,
    ),
    Row(
        "1 killed at random",
        "Every process, Redis too, is killed at drawn moments under load, each again once all are at work.",
        "Connections are lost, senders send again; nothing else.",
        killed_at_random,
        (CURSOR_WITH_COUNTS,),
        {"services": tuple((process.service, process.part) for process in PROCESSES)},
        brief=True,
        least=len(VICTIMS),
    ),
    Row(
        "2 a zombie counts",
        "Reporting's worker is stopped before it adds a batch; when another has its partitions, it wakes.",
        "A line in the log of the worker: it finds another cursor and adds nothing.",
        counter_overtaken,
        (COUNT,),
        {"twins": TWINS},
        brief=True,
        brief_without=True,
    ),
    Row(
        "2 a zombie decides",
        "Enrolment's worker is stopped before it publishes what it decided, and before it applies it; when another has its partitions and decided "
        "the same, it wakes.",
        "Facts stand twice in the record, with one sequence, the second time behind later ones: all pass over these. The worker finds another "
        "cursor and applies nothing.",
        decider_overtaken,
        ("the check of the sequence",),
        {"twins": TWINS},
        least=2,
    ),
    Row(
        "2 two full owners",
        "Two workers of enrolment and two of reporting own all partitions at once, each in a group of its own.",
        "Each step is done by one of the two; the other finds another cursor, and goes on from there.",
        two_owners,
        (COUNT,),
        {"twins": TWINS, "twins_changed": (OWN_GROUP,)},
        least=2,
    ),
    Row(
        "3 a storm of rebalances",
        "Of four workers of enrolment drawn ones leave, orderly or killed, and come back, again and again.",
        "Partitions stand still for a second at each change; every one goes on at the cursor that Redis has.",
        storm_of_rebalances,
        (SEEK,),
        {"twins": {"enrolment": 3}, "partitions": 4},
        least=4,
    ),
    Row(
        "4 an api killed",
        "Enrolment's api is killed before it logs, between the broker's acknowledgement and the answer, and behind the receipt.",
        "The connection is lost; the sender sends again with the same `Idempotency-Key`. Lines may stand in the log that nobody was told of: their "
        "repeats decide nothing.",
        api_killed_around_the_log,
        (ANSWERED_WHEN_LOGGED,),
        brief=True,
        brief_without=True,
        least=3,
    ),
)
