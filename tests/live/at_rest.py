"""Inputs of deciding services on a real stack: appended a few at a time, and waited for until workers and policies have nothing left to do."""

import asyncio
import time
from collections.abc import Collection

import redis

from deploy.local import redis_access
from deploy.local.stack import LocalStack
from shared.log import topics
from shared.log.kafka_log import KafkaLog
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment

INPUTS = {"enrolment": topics.SUBMISSIONS, "case": topics.CASE_COMMANDS, "relief": topics.RELIEF_COMMANDS}
PATIENCE = 120.0


async def publish(log: KafkaLog, enrolment: Enrolment) -> None:
    """Append the inputs of enrolment that were not appended yet."""
    for place, partition in enumerate(enrolment.partitions):
        # A few at a time, so that steps of many merges lie side by side when the worker is killed.
        for first in range(0, len(partition.inputs), 5):
            await log.append(topics.SUBMISSIONS, {place: partition.inputs[first : first + 5]})
        partition.inputs.clear()


async def ends(log: KafkaLog, services: Collection[str]) -> dict[tuple[str, str], dict[int, int]]:
    """Return the ends of all that workers and policies read."""
    record = dict(await log.end_offsets(topics.STUDENT_STATUS))
    cursors = {(service, "cursor"): dict(await log.end_offsets(INPUTS[service])) for service in services}
    return cursors | {(service, "policies"): record for service in services}


async def until_at_rest(stack: LocalStack, log: KafkaLog, services: Collection[str] = INPUTS, *, generation: str = "1") -> None:
    """Wait until workers and policies stand at the end of what they read, and nothing more came while that was looked at."""
    end = time.monotonic() + PATIENCE
    with redis_access.client(stack.config, redis_access.OPERATOR) as client:
        while True:
            before = await ends(log, services)
            try:
                reached = {
                    (service, what): {p: int(client.hget(f"{{{service}:{generation}:p{p}}}:{what}", "next") or 0) for p in range(PARTITIONS)}
                    for service in services
                    for what in ("cursor", "policies")
                }
            except redis.RedisError:
                reached = {}
            if reached == before == await ends(log, services):
                return
            assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: stands at {reached} of {before}"
            await asyncio.sleep(0.1)
