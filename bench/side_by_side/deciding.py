"""The job of deciding submissions, as enrolment's worker does it: a state by student, a decision, a fact or a refusal out."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaAdminClient
from msgspec.structs import replace

from bench.side_by_side.catalogue import DECIDING, Contestant
from bench.side_by_side.counting import cursors
from bench.side_by_side.decision_table import decision_table
from bench.side_by_side.job import task_on, worker_of
from bench.side_by_side.outcomes import outcomes
from bench.side_by_side.record import Log
from bench.side_by_side.stack import remove_topics_of_contestants, renew_topics
from bench.side_by_side.task import Task
from deploy.local import kafka_access, redis_access
from deploy.local.config import StackConfig
from shared.contracts.services import ENROLMENT
from shared.log import topics
from shared.log.kafka_log import KafkaLog

WARM = 0.5
"""Of the submissions, what is decided before costs count: by then a JVM has compiled what it compiles, and all have their partitions."""
_WRITTEN = (topics.STUDENT_STATUS, topics.REFUSALS)


class Deciding:
    """A ``Job``: every submission comes to the facts and refusals that the record has of it, for each student in their order."""

    contestants = DECIDING
    worker = worker_of(ENROLMENT)
    unit = "submissions"

    def __init__(self, config: StackConfig, log: Log) -> None:
        """``log``: the topics of the history, of which the stack has the submissions."""
        self.config, self.inputs = config, sum(map(len, log[topics.SUBMISSIONS]))
        self.warm = int(WARM * self.inputs)
        self.expected = outcomes(value for topic in _WRITTEN for pairs in log[topic] for _, value in pairs)
        self._table = msgspec.json.encode(decision_table())
        self._redis: Any = redis_access.client(config, redis_access.OPERATOR)
        self._admin: Any = KafkaAdminClient(**kafka_access.brokers(config, kafka_access.OPERATOR).client())

    def begin(self) -> None:
        self._redis.flushall()
        remove_topics_of_contestants(self.config)
        renew_topics(self.config, _WRITTEN)

    def task(self, name: str, state: Path) -> Task:
        table = state.with_name("table.json")
        table.write_bytes(self._table)
        task = task_on(self.config, name, topics.SUBMISSIONS, state)
        return replace(task, facts=topics.STUDENT_STATUS, refusals=topics.REFUSALS, table=str(table))

    def wanted(self, contestant: Contestant) -> int:
        return self.inputs

    def done(self, contestant: Contestant, name: str) -> int | None:
        """Return the submissions below the offsets that the contestant has committed, or below the cursors of our worker."""
        if contestant.command is None:
            return cursors(self._redis, ENROLMENT.name, self.config.partitions)
        [committed] = self._admin.list_group_offsets({name: None}).values()
        return sum(each.offset for each in committed.values()) if committed else None

    def found(self, contestant: Contestant) -> Counter[str]:
        """Return what was published, as a reader finds it that sees committed transactions alone."""
        return asyncio.run(_published(self.config))


async def _published(config: StackConfig) -> Counter[str]:
    log = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench")
    try:
        values = []
        for topic in _WRITTEN:
            for partition, end in (await log.end_offsets(topic)).items():
                async for piece in log.read(topic, partition, 0, end):
                    values += [record.value for record in piece]
        return outcomes(values)
    finally:
        await log.stop()
