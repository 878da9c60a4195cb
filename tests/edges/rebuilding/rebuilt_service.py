"""Case's worker and a rebuild of its states beside it, on a real Redis and a log in memory of two partitions."""

from dataclasses import dataclass, field
from typing import Any

from services.case.decider import CaseDecider
from services.case.domain.packed import FORMAT
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_days import BeginDay
from shared.contracts.services import CASE
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.rebuilding.rebuild import StateRebuild
from shared.deciding.states.state_store import StateStore
from shared.log import topics
from shared.log.clock_keys import clock_key
from shared.log.memory_log import MemoryLog
from shared.log.partitioner import partition_of
from shared.rebuilding.rebuild import Difference
from shared.worker.follower import RecordBatch
from tests.components.case.case_desk import asked
from tests.components.shared.office_desk import at
from tests.domain.case.case_story import attempt, back, corroborated, day, moved, on_leave, opened
from tests.support.redis import RedisDatabase

PARTITIONS, BUCKETS = 2, 4
P = 0
STORIES: list[list[CaseCommand]] = [
    [opened(), attempt(), attempt()],
    [opened(), back(), corroborated()],
    [opened(), moved(), back()],
    [opened(), on_leave()],
    [back(), opened(), back()],
]


def children(of: int, many: int) -> list[str]:
    """Return ids of children whose files are in a partition."""
    found = [f"{n * 2654435761:032x}" for n in range(1, 20 * many)]
    return [child for child in found if partition_of(child.encode(), PARTITIONS) == of][:many]


@dataclass
class Rebuilt:
    database: RedisDatabase
    log: MemoryLog = field(default_factory=lambda: MemoryLog(PARTITIONS))

    @property
    def redis(self) -> Any:
        return self.database.operator

    def store(self, generation: str = "1", *, only_while_live: bool = True, buckets: int = BUCKETS, format_version: int = FORMAT) -> StateStore:
        return StateStore(
            self.database.client,
            CASE.name,
            generation=generation,
            buckets=buckets,
            format_version=format_version,
            only_while_live=only_while_live,
        )

    def worker(self, generation: str = "1", decider: CaseDecider | None = None, **options: Any) -> DecidingFollower:
        return DecidingFollower(decider or CaseDecider(), self.store(generation, **options), self.log)

    def beside(self, generation: str = "2", *, live: str = "1", buckets: int = BUCKETS, format_version: int = FORMAT) -> StateRebuild:
        """A rebuild, as the operator does it."""
        return StateRebuild(
            CaseDecider(),
            self.redis,
            self.log,
            live=live,
            generation=generation,
            partitions=PARTITIONS,
            buckets=buckets,
            format_version=format_version,
        )

    async def ask(self, turn: int) -> None:
        """Ask for a command of each story, of each partition."""
        for partition in range(PARTITIONS):
            commands = [
                (child.encode(), asked(story[turn], child=child, time=at(str(day(turn + 1))), id_=f"{child}-{turn}"))
                for child, story in zip(children(partition, 3 * len(STORIES)), 3 * STORIES, strict=True)
                if turn < len(story)
            ]
            await self.log.append(topics.CASE_COMMANDS, {partition: commands})

    async def begin_day(self, n: int = 2) -> None:
        """Ask for a day to begin in each partition."""
        for partition in range(PARTITIONS):
            key = clock_key(partition, PARTITIONS)
            value = asked(BeginDay(day=day(n)), child=key, time=at(str(day(n))), id_=f"day-{n}-{partition}")
            await self.log.append(topics.CASE_COMMANDS, {partition: [(key.encode(), value)]})

    async def work(self, worker: DecidingFollower, *, until: int | None = None, size: int = 4) -> None:
        """Have a worker follow all that there is, or up to an offset, in batches of a size."""
        for partition in range(PARTITIONS):
            while (begin := (await worker.cursors(frozenset({partition})))[partition] or 0) < (end := until or self.end(partition)):
                next_ = min(begin + size, end)
                records = self.log.topics[topics.CASE_COMMANDS][partition][begin:next_]
                await worker.follow(RecordBatch(topics.CASE_COMMANDS, partition, begin, next_, records))

    def batch(self, partition: int, first: int = 0) -> RecordBatch:
        """Return all that there is of a partition from an offset on."""
        records = self.log.topics[topics.CASE_COMMANDS][partition]
        return RecordBatch(topics.CASE_COMMANDS, partition, first, len(records), records[first:])

    def end(self, partition: int = P) -> int:
        return len(self.log.topics[topics.CASE_COMMANDS][partition])

    def facts(self) -> list[list[bytes | None]]:
        return [[record.value for record in records] for records in self.log.topics.get(topics.STUDENT_STATUS, [])]

    async def kept(self, generation: str) -> dict[str, object]:
        """Return all that a generation holds of states, lists and counts, by the rest of each key's name."""
        redis, found = self.redis, dict[str, object]()
        async for key in redis.scan_iter(match=f"{{{CASE.name}:{generation}:p*"):
            name = key.decode().partition(f"{{{CASE.name}:{generation}:")[2]
            what = name.partition(":")[2].partition(":")[0]
            if what == "b":
                found[name] = await redis.hgetall(key)
            elif what == "l":
                found[name] = await redis.zrange(key, 0, -1)
            elif what == "groups":
                found[name] = await redis.smembers(key)
            elif what == "n":
                found[name] = (await redis.get(key)).rstrip(b"\0")
        return found


async def found(work: StateRebuild) -> list[Difference]:
    return [each async for each in work.differences()]
