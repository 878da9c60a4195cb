"""The cost of 600,000 files: ``python -m bench.case [FILES]``. Limits: 15 us of the worker for a command, 50 ms (p99) for a list.

The log is in memory. Redis is a server of its own with the settings of the stack. Reading from Kafka and writing to it comes on top, about
5 us a command. The policies open the files, in each county as many as in the ledger of early 2019. Then all but 6,781 are put under
observation. The api runs within this process.
"""

import gc
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from time import perf_counter, process_time
from typing import Any

import httpx

from bench.intake import Cpu
from bench.on_redis import measure_on_redis
from deploy.local.config import StackConfig
from deploy.local.redis_access import OPERATOR, address
from services.case.api import create_app
from services.case.decider import CaseDecider
from services.case.domain.packed import FORMAT
from services.case.policies import CasePolicies
from shared.clock import CHINA
from shared.commands.limits import CommandLimits
from shared.contracts.sequence import sequence_of
from shared.contracts.services import CASE
from shared.contracts.student import Standing, StudentFact, StudentListed, StudentReturned
from shared.contracts.words import ListedStatus, Placement, Reason, Stage, Status
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.policy_follower import PolicyFollower
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode
from shared.events.envelope import Event
from shared.geography.divisions import divisions
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.event_log import LogRecord
from shared.log.memory_log import MemoryLog
from shared.log.partitioner import partitions_of
from shared.redis.edge import Redis, connect_to
from shared.worker.follower import Follower, RecordBatch
from tests.support.callers import carrying, identity

FILES, LEFT = 600_000, 6_781
PARTITIONS, BATCH, BUCKETS = 12, 4_000, 1_024
OPENED = datetime(2019, 1, 5, 8, tzinfo=CHINA)
REASONS = [Reason.WORK, Reason.LEARNING, Reason.POVERTY, Reason.MARRIAGE]

Children = list[tuple[str, str, int]]
"""Student id, county and day of each."""


def children(number: int) -> Children:
    """Return children of counties of very different sizes; the 52 counties have 14 in a hundred."""
    drawn, known = random.Random(1), divisions()
    counties = known.counties_on(OPENED.date())
    weights = [drawn.lognormvariate(0, 1) * (8 if code in known.lists["watch52"] else 1) for code in counties]
    where = drawn.choices(counties, weights, k=number)
    return [(f"{drawn.getrandbits(128):032x}", county, n * 500 // number) for n, county in enumerate(where)]


class Record:
    """The facts of students in batches by partition, as the policies receive them."""

    def __init__(self) -> None:
        self._next = [0] * PARTITIONS

    def batches(self, told: Children, fact: Callable[[str, int], StudentFact], later: int) -> Iterator[RecordBatch]:
        """Return batches of one fact on each of these children."""
        homes: defaultdict[int, Children] = defaultdict(list)
        for child, partition in zip(told, partitions_of([child[0].encode() for child in told], PARTITIONS), strict=True):
            homes[partition].append(child)
        for partition, home in homes.items():
            for at in range(0, len(home), BATCH):
                first = self._next[partition]
                records = [
                    LogRecord(first + n, student.encode(), _written(partition, first + n, student, OPENED + timedelta(day + later), fact(county, n)))
                    for n, (student, county, day) in enumerate(home[at : at + BATCH])
                ]
                self._next[partition] += len(records)
                yield RecordBatch(topics.STUDENT_STATUS, partition, first, first + len(records), records)


def _written(partition: int, offset: int, student: str, time: datetime, data: Any) -> bytes:
    id_ = uuid5_of_position(topics.SUBMISSIONS, partition, offset, 0)
    return encode(
        Event[Any](
            specversion="1.0",
            id=id_,
            source="/enrolment",
            type=data.TYPE,
            subject=student,
            time=time,
            recordedtime=time,
            partitionkey=student,
            sequence=sequence_of(offset, 0),
            causationid=id_,
            correlationid=id_,
            reportedby="/provinces/51",
            data=data,
        )
    )


def listed(county: str, n: int) -> StudentListed:
    """Return the fact of a child that was listed as out of school."""
    after = Standing(Status.DROPPED_OUT, county, Stage.JUNIOR, n % 3 == 0, REASONS[n % 4])
    return StudentListed(
        before=None,
        after=after,
        status=ListedStatus.DROPPED_OUT,
        county=county,
        poor=after.poor,
        since=OPENED.date(),
        stage=Stage.JUNIOR,
        reason=after.reason,
        spell=1,
    )


def returned(county: str, n: int) -> StudentReturned:
    """Return the fact of a child that returned."""
    before = Standing(Status.DROPPED_OUT, county, Stage.JUNIOR, n % 3 == 0, REASONS[n % 4])
    after = Standing(Status.RETURNED, county, Stage.JUNIOR, before.poor, None)
    return StudentReturned(before=before, after=after, school=f"21{county}01", stage=Stage.JUNIOR, grade=8, placement=Placement.CLASS)


async def timed(what: str, follower: Follower, batches: Iterator[RecordBatch] | list[RecordBatch], redis_cpu: Cpu) -> None:
    """Follow batches, and print the cost of a record for the worker and for Redis."""
    number, ours, theirs = 0, 0.0, redis_cpu.seconds()
    for batch in batches:
        gc.freeze()  # no worker keeps the log in memory, as this bench does
        begun = process_time()
        while (stands := await follower.follow(batch)) != batch.next:
            if stands != batch.first:
                raise RuntimeError(f"{batch.topic}[{batch.partition}]: stands at {stands}, not at {batch.next}")
        ours += process_time() - begun
        number += len(batch.records)
    theirs = redis_cpu.seconds() - theirs
    print(f"{what:44}{number:10,}{ours / number * 1e6:8.1f} us of the worker{theirs / number * 1e6:8.1f} us of Redis")


def commands(log: MemoryLog, since: dict[int, int]) -> Iterator[RecordBatch]:
    """Return the commands that were published since."""
    for partition, records in enumerate(log.topics[topics.CASE_COMMANDS]):
        for at in range(since.get(partition, 0), len(records), BATCH):
            part = records[at : at + BATCH]
            since[partition] = at + len(part)
            yield RecordBatch(topics.CASE_COMMANDS, partition, at, at + len(part), part)


async def used(redis: Redis) -> int:
    """Return the bytes that Redis uses."""
    return int((await redis.info("memory"))["used_memory"])


class Lists:
    """Requests lists one after the other, and prints the times and the costs of the answers."""

    def __init__(self, redis_cpu: Cpu) -> None:
        self._redis = redis_cpu

    async def timed(self, what: str, ask: Callable[[int], Awaitable[httpx.Response]], times: int = 400) -> None:
        """Send a request so many times."""
        taken, entries, ours, theirs = [], 0, process_time(), self._redis.seconds()
        for n in range(times):
            begun = perf_counter()
            answer = await ask(n)
            taken.append(perf_counter() - begun)
            entries += len(answer.raise_for_status().json()["cases"])
        ours, theirs = ((end - begun) / times * 1e3 for end, begun in ((process_time(), ours), (self._redis.seconds(), theirs)))
        taken.sort()
        p50, p99 = taken[len(taken) // 2] * 1e3, taken[len(taken) * 99 // 100] * 1e3
        print(f"{what:44}{entries / times:6.1f} entries{p50:7.1f} ms p50{p99:7.1f} ms p99; CPU {ours:5.1f} ms of the api,{theirs:5.1f} of Redis")


async def measure(number: int, config: StackConfig, redis_pid: int) -> None:
    """Measure everything in turn."""
    cpu = Cpu(redis_pid)
    told, record, log, since = children(number), Record(), MemoryLog(PARTITIONS), dict[int, int]()
    redis = connect_to(address(config, OPERATOR))
    policies = PolicyFollower(CasePolicies(), connect_to(address(config, OPERATOR)), log, generation="1", partitions=PARTITIONS)
    store = StateStore(connect_to(address(config, OPERATOR)), CASE.name, generation="1", buckets=BUCKETS, format_version=FORMAT)
    deciding = DecidingFollower(CaseDecider(), store, log)
    # A fact whose sequence lies beyond the end of enrolment's input topic is a dead letter: the topic is that long.
    reports = [(b"", b"")] * (4 * number // PARTITIONS + BATCH)
    await log.append(topics.SUBMISSIONS, dict.fromkeys(range(PARTITIONS), reports))
    empty = await used(redis)
    await timed("facts that open files, by the policies", policies, record.batches(told, listed, 0), cpu)
    await timed("commands that open files", deciding, commands(log, since), cpu)
    opened = await used(redis)
    await timed("the worker's own facts, by the policies", policies, own_facts(log, record), cpu)
    back = random.Random(2).sample(told, max(0, len(told) - LEFT))
    await timed("facts that children are back, by the policies", policies, record.batches(back, returned, 30), cpu)
    await timed("commands to observe them", deciding, commands(log, since), cpu)
    print(
        f"memory: {(opened - empty) / number:.1f} bytes a file once it is open, {(await used(redis) - empty) / number:.1f} at the end, with its lists"
    )

    async def now() -> datetime:
        return datetime(2020, 6, 14, 12, tzinfo=CHINA)

    operator = connect_to(address(config, OPERATOR))
    app = create_app(limits=CommandLimits(), log=log, redis=operator, store=store, now=now, partitions=PARTITIONS, identity=identity())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://case", headers=carrying()) as client:
        drawn, lists = random.Random(3), Lists(cpu)
        counties = [drawn.choice(told)[1] for _ in range(400)]
        after: dict[str, str] = {}

        async def ask(**query: str) -> httpx.Response:
            return await client.get("/v1/cases", params=query)

        async def on(**query: str) -> httpx.Response:
            answer = await ask(**query, **after)
            after.clear()
            if (cursor := answer.json()["next"]) is not None:
                after["after"] = cursor
            return answer

        await lists.timed("a county", lambda n: ask(county=counties[n]))
        await lists.timed("a county's open files that are due", lambda n: ask(county=counties[n], state="open", due="today"))
        tree = divisions().tree_on(OPENED.date())
        prefectures = [tree[county].parent or county for county in counties]
        provinces = [divisions().counties[county].province for county in counties]
        await lists.timed("a prefecture", lambda n: ask(county=prefectures[n]))
        await lists.timed("a province's files under observation", lambda n: ask(county=provinces[n], state="returned"))
        await lists.timed("the nation", lambda _: ask())
        await lists.timed("the nation, page after page of 500", lambda _: on(limit="500"))
        await lists.timed("the nation's open files, page after page", lambda _: on(state="open"))
        await lists.timed("the nation's open files, 500 a page", lambda _: on(state="open", limit="500"))
        await lists.timed("the nation's persuading, of which is none", lambda _: ask(state="persuading"), 100)
        await lists.timed("the nation's that are due, page after page", lambda _: on(due="2019-09-01"))
        await lists.timed("the nation's due long ago, which is none", lambda _: on(due="2018-12-31"))
    for each in (policies, deciding):
        await each.stop()
    await redis.aclose()


def own_facts(log: MemoryLog, record: Record) -> Iterator[RecordBatch]:
    """Return the facts of the worker as they stand in the record behind those of enrolment."""
    for partition, records in enumerate(log.topics[topics.STUDENT_STATUS]):
        for at in range(0, len(records), BATCH):
            part = [each._replace(offset=record._next[partition] + n) for n, each in enumerate(records[at : at + BATCH])]  # noqa: SLF001
            first, record._next[partition] = record._next[partition], record._next[partition] + len(part)  # noqa: SLF001
            yield RecordBatch(topics.STUDENT_STATUS, partition, first, first + len(part), part)


if __name__ == "__main__":
    measure_on_redis("files", FILES, measure)
