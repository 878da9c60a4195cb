"""Merges across partitions while enrolment's worker is killed again and again, and Redis once: each child is counted once, by the record.

The reports go straight into the topic of submissions.
"""

import asyncio
import time

import redis

from deploy.local import redis_access
from deploy.local.processes import REDIS, ServiceProcess
from deploy.local.stack import LocalStack
from services.enrolment.domain.packed import unpack
from services.enrolment.domain.state import MergeStage
from shared.log import topics
from shared.log.kafka_log import KafkaLog
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment
from tests.support.stack import NewStack

WORKER = ServiceProcess("enrolment", "worker")
PAIRS = 60
IN_SCHOOL = {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}
PATIENCE = 120.0
KILLS = ((WORKER.name, 0.05), (WORKER.name, 0.4), (REDIS, 0.2), (WORKER.name, 0.1))
"""What is killed, and how many seconds after all was at work again: moments in the midst of the steps, whatever those are."""


def reported() -> tuple[Enrolment, list[tuple[str, str]]]:
    """Return the reports of so many pairs of ids, as inputs of their partitions, and the pairs, the older first."""
    enrolment, pairs = Enrolment(), []
    for n in range(PAIRS):
        older, younger = f"{2 * n:032x}", f"{2 * n + 1:032x}"
        pairs.append((older, younger))
        enrolment.send(older, "enrolled", "2020-03-01T08:00:00+08:00", IN_SCHOOL, id_=f"a{n}")
        enrolment.send(younger, "enrolled", "2020-03-02T08:00:00+08:00", {**IN_SCHOOL, "poor": False}, id_=f"b{n}")
        enrolment.send(younger, "dropped-out", "2020-03-03T08:00:00+08:00", {"reason": "work", "last_seen": "2020-03-01"}, id_=f"c{n}")
    return enrolment, pairs


def announced(enrolment: Enrolment, pairs: list[tuple[str, str]]) -> None:
    for n, pair in enumerate(pairs):
        one, other = pair if n % 2 else reversed(pair)
        enrolment.send(one, "same-as", "2020-03-10T08:00:00+08:00", {"student": other}, id_=f"d{n}")


async def publish(log: KafkaLog, enrolment: Enrolment) -> None:
    """Append the inputs that were not appended yet."""
    for place, partition in enumerate(enrolment.partitions):
        # A few at a time, so that steps of many merges lie side by side when the worker is killed.
        for first in range(0, len(partition.inputs), 5):
            await log.append(topics.SUBMISSIONS, {place: partition.inputs[first : first + 5]})
        partition.inputs.clear()


async def until_at_rest(stack: LocalStack, log: KafkaLog) -> None:
    """Wait until worker and policies stand at the end of what they read, and nothing more came while that was looked at."""
    end = time.monotonic() + PATIENCE
    with redis_access.client(stack.config, redis_access.SERVICES) as client:
        while True:
            inputs, record = await log.end_offsets(topics.SUBMISSIONS), await log.end_offsets(topics.STUDENT_STATUS)
            try:
                decided = {p: int(client.hget(f"{{enrolment:1:p{p}}}:cursor", "next") or -1) for p in inputs}
                heard = {p: int(client.hget(f"{{enrolment:1:p{p}}}:policies", "next") or -1) for p in record}
            except redis.RedisError:
                decided = heard = {}
            if decided == inputs == await log.end_offsets(topics.SUBMISSIONS) and heard == record == await log.end_offsets(topics.STUDENT_STATUS):
                return
            assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: decided {decided} of {inputs}, heard {heard} of {record}"
            await asyncio.sleep(0.1)


async def read_back(log: KafkaLog, enrolment: Enrolment) -> None:
    ends = await log.end_offsets(topics.STUDENT_STATUS)
    for place, partition in enumerate(enrolment.partitions):
        partition.record = [record.value or b"" async for piece in log.read(topics.STUDENT_STATUS, place, 0, ends[place]) for record in piece]


async def test_merges_are_exact_however_often_the_worker_is_killed_in_the_midst(new_stack: NewStack) -> None:
    stack = await asyncio.to_thread(new_stack, services=(WORKER,), partitions=PARTITIONS)
    log = KafkaLog(stack.config.kafka_bootstrap, client_id="test")
    enrolment, pairs = reported()
    try:
        await publish(log, enrolment)
        await until_at_rest(stack, log)
        announced(enrolment, pairs)
        publishing = asyncio.create_task(publish(log, enrolment))
        for victim, pause in KILLS:
            # No condition is waited for: any moment is as good as another, and that is the point.
            await asyncio.sleep(pause)
            pid = await asyncio.to_thread(stack.kill, victim)
            await asyncio.to_thread(stack.wait_alive, victim, other_than=pid)
            await asyncio.to_thread(stack.wait_ready, WORKER.name, timeout=PATIENCE)
        await publishing
        await until_at_rest(stack, log)
        await read_back(log, enrolment)
    finally:
        await log.stop()
    assert enrolment.counted() == {child: int(child == older) for older, younger in pairs for child in (older, younger)}
    now = enrolment.standings()
    for older, younger in pairs:
        left = now[older]
        assert left is not None
        assert (left.status, left.poor, now[younger]) == ("dropped_out", False, None), "the newest of both"
        assert enrolment.steps(older).count("took-over") == 1
        assert enrolment.steps(younger).count("merged") == 1
    states = {key.decode(): state for place in range(PARTITIONS) for key, state in enrolment.rebuilt(place).items()}
    assert {stage_of(states[younger]) for _, younger in pairs} == {MergeStage.ACKNOWLEDGED}
    assert {stage_of(states[older]) for older, _ in pairs} == {None}


def stage_of(state: bytes) -> MergeStage | None:
    merge = unpack(state).merge
    return None if merge is None else merge.stage
