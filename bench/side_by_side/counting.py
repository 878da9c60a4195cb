"""The job of counting the record into Redis, as reporting's worker does it."""

from collections import Counter
from pathlib import Path
from typing import Any

from bench.side_by_side import recount
from bench.side_by_side.catalogue import COUNTING, Contestant
from bench.side_by_side.job import task_on, worker_of
from bench.side_by_side.stack import remove_topics_of_contestants
from bench.side_by_side.task import FACTS, STARTED, Task
from deploy.local import redis_access
from deploy.local.config import StackConfig
from shared.contracts.services import REPORTING
from shared.log import topics
from shared.rebuilding.generations import FIRST_GENERATION
from shared.redis.keys import key_of


class Counting:
    """A ``Job``: every fact of the record comes to the counts of the independent recount."""

    contestants = COUNTING
    worker = worker_of(REPORTING)
    unit = "facts"
    warm = 0

    def __init__(self, config: StackConfig, *, facts: int, touching: int, expected: Counter[str]) -> None:
        """``facts``: of the record, of which ``touching`` touch a count."""
        self.config, self.inputs, self.expected, self._touching = config, facts, expected, touching
        self._redis: Any = redis_access.client(config, redis_access.OPERATOR)

    def begin(self) -> None:
        self._redis.flushall()
        remove_topics_of_contestants(self.config)

    def task(self, name: str, state: Path) -> Task:
        return task_on(self.config, name, topics.STUDENT_STATUS, state)

    def wanted(self, contestant: Contestant) -> int:
        return self._touching if contestant.command else self.inputs

    def done(self, contestant: Contestant, name: str) -> int | None:
        """Return the facts that a contestant says it has counted, or those below the cursors of our worker."""
        if contestant.command is not None:
            return recount.total(self._redis.hgetall(FACTS)) if self._redis.exists(STARTED) else None
        return cursors(self._redis, REPORTING.name, self.config.partitions)

    def found(self, contestant: Contestant) -> Counter[str]:
        if contestant.command is None:
            return recount.counts_of_ours(self._redis, self.config.partitions)
        return recount.counts_of_contestant(self._redis)


def cursors(redis: Any, service: str, partitions: int) -> int | None:
    """Return the inputs below the cursors of a worker of ours; None before it has any."""
    found = [redis.hget(key_of(service, FIRST_GENERATION, partition, "cursor"), "next") for partition in range(partitions)]
    return None if found[0] is None else sum(int(each or 0) for each in found)
