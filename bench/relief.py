"""The cost of 600,000 grants: ``python -m bench.relief [GRANTS]``. Limits: 20 us of the worker for a command, 50 ms (p99) for a list.

The log is in memory. Redis is a server of its own with the settings of the stack. Reading from Kafka and writing to it comes on top, about
5 us a command. As many poor children are in school in autumn; a tenth drop out, and half of those return. Then the spring term is begun for
all children in school. The api runs within this process, and lists the grants of one term and then those of two terms.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from time import perf_counter, process_time

import httpx

from bench.case import OPENED, PARTITIONS, Children, Record, children, timed, used
from bench.intake import Cpu
from bench.on_redis import measure_on_redis
from deploy.local.config import StackConfig
from deploy.local.redis_access import OPERATOR, address
from services.relief.api import create_app
from services.relief.decider import ReliefDecider
from services.relief.domain.packed import FORMAT
from services.relief.policies import ReliefPolicies
from services.relief.terms.term_start import Pace
from shared.clock import CHINA
from shared.commands.limits import CommandLimits
from shared.contracts.services import RELIEF
from shared.contracts.student import Standing, StudentDroppedOut, StudentEnrolled, StudentReturned
from shared.contracts.words import Placement, Reason, Stage, Status
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.policy_follower import PolicyFollower
from shared.deciding.states.state_store import StateStore
from shared.geography.divisions import divisions
from shared.log import topics
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect_to
from shared.worker.follower import RecordBatch
from tests.support.callers import carrying, identity

GRANTS, BATCH = 600_000, 8_000
BEGIN = (datetime(2019, 9, 1, tzinfo=CHINA) - OPENED).days + 1
TERMS = ("2019-autumn", "2020-spring")


def enrolled(county: str, n: int) -> StudentEnrolled:
    """Return the fact of a poor child in school."""
    after = Standing(Status.ENROLLED, county, (Stage.PRIMARY, Stage.JUNIOR)[n % 2], True, None)
    return StudentEnrolled(before=None, after=after, county=county, school=f"21{county}01", stage=after.stage, grade=8, poor=True)  # type: ignore[arg-type]


def dropped_out(county: str, n: int) -> StudentDroppedOut:
    """Return the fact of a poor child that dropped out."""
    before = Standing(Status.ENROLLED, county, (Stage.PRIMARY, Stage.JUNIOR)[n % 2], True, None)
    after = Standing(Status.DROPPED_OUT, county, before.stage, True, Reason.WORK)
    return StudentDroppedOut(before=before, after=after, reason=Reason.WORK, last_seen=OPENED.date(), spell=1)


def returned(county: str, n: int) -> StudentReturned:
    """Return the fact of a poor child that returned."""
    after = Standing(Status.RETURNED, county, (Stage.PRIMARY, Stage.JUNIOR)[n % 2], True, None)
    before = Standing(Status.DROPPED_OUT, county, after.stage, True, Reason.WORK)
    return StudentReturned(before=before, after=after, school=f"21{county}01", stage=after.stage, grade=8, placement=Placement.CLASS)  # type: ignore[arg-type]


def commands(log: MemoryLog, since: dict[int, int]) -> Iterator[RecordBatch]:
    """Return the commands that were published since."""
    for partition, records in enumerate(log.topics[topics.RELIEF_COMMANDS]):
        for at in range(since.get(partition, 0), len(records), BATCH):
            part = records[at : at + BATCH]
            since[partition] = at + len(part)
            yield RecordBatch(topics.RELIEF_COMMANDS, partition, at, at + len(part), part)


async def lists(what: str, ask: Callable[[int], Awaitable[httpx.Response]], redis_cpu: Cpu, times: int = 400) -> None:
    """Request lists one after the other; print the times of the answers, and the CPU of api, client and Redis, which a busy machine keeps."""
    taken, entries, cpu = [], 0, process_time() + redis_cpu.seconds()
    for n in range(times):
        begun = perf_counter()
        answer = await ask(n)
        taken.append(perf_counter() - begun)
        entries += len(answer.raise_for_status().json()["grants"])
    taken.sort()
    cpu = (process_time() + redis_cpu.seconds() - cpu) / times * 1e3
    p50, p99 = taken[len(taken) // 2] * 1e3, taken[len(taken) * 99 // 100] * 1e3
    print(f"{what:44}{entries / times:8.1f} entries{p50:8.1f} ms p50{p99:8.1f} ms p99{taken[-1] * 1e3:8.1f} ms at most{cpu:7.1f} ms of CPU")


async def all_lists(client: httpx.AsyncClient, told: Children, cpu: Cpu) -> None:
    """Request lists of every kind."""
    drawn, tree = random.Random(3), divisions().tree_on(OPENED.date())
    counties = [drawn.choice(told)[1] for _ in range(400)]
    prefectures = [tree[county].parent or county for county in counties]
    provinces = [divisions().counties[county].province for county in counties]
    after: dict[str, str] = {}

    async def ask(**query: str) -> httpx.Response:
        return await client.get("/v1/grants", params=query)

    async def on(**query: str) -> httpx.Response:
        answer = await ask(**query, **after)
        after.clear()
        if (cursor := answer.json()["next"]) is not None:
            after["after"] = cursor
        return answer

    await lists("a county", lambda n: ask(county=counties[n]), cpu)
    await lists("a county's due of autumn, 500 a page", lambda n: ask(county=counties[n], term=TERMS[0], state="due", limit="500"), cpu)
    await lists("a county's suspended", lambda n: ask(county=counties[n], state="suspended"), cpu)
    await lists("a prefecture's of spring", lambda n: ask(county=prefectures[n], term=TERMS[1]), cpu)
    await lists("a province's due", lambda n: ask(county=provinces[n], state="due"), cpu)
    await lists("the nation, page after page of 500", lambda _: on(limit="500"), cpu)
    await lists("the nation's suspended, page after page", lambda _: on(state="suspended"), cpu)
    await lists("the nation's paid, of which is none", lambda _: ask(state="paid"), cpu, 100)
    await lists("the nation's of a term with none", lambda _: ask(term="2018-autumn"), cpu, 100)


async def measure(number: int, config: StackConfig, redis_pid: int) -> None:
    """Measure everything in turn."""
    cpu = Cpu(redis_pid)
    told, record, log, since = children(number), Record(), MemoryLog(PARTITIONS), dict[int, int]()
    redis, buckets = connect_to(address(config, OPERATOR)), max(64, number // PARTITIONS // 64)
    policies = PolicyFollower(ReliefPolicies(), connect_to(address(config, OPERATOR)), log, generation="1", partitions=PARTITIONS)
    store = StateStore(connect_to(address(config, OPERATOR)), RELIEF.name, generation="1", buckets=buckets, format_version=FORMAT)
    deciding = DecidingFollower(ReliefDecider(), store, log)
    empty = await used(redis)
    await timed("facts of poor children, by the policies", policies, record.batches(_on(told, 0), enrolled, BEGIN), cpu)
    await timed("commands that grant", deciding, commands(log, since), cpu)
    once = await used(redis)
    print(f"memory: {(once - empty) / number:.1f} bytes a grant, with its lists and the child")

    async def now() -> datetime:
        return datetime(2020, 6, 14, 12, tzinfo=CHINA)

    pace = Pace(ahead=sys.maxsize)
    app = create_app(
        limits=CommandLimits(),
        log=log,
        redis=connect_to(address(config, OPERATOR)),
        store=store,
        now=now,
        partitions=PARTITIONS,
        identity=identity(),
        pace=pace,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://relief", headers=carrying()) as client:
        await all_lists(client, told, cpu)
        out = random.Random(2).sample(told, number // 10)
        await timed("facts that they dropped out, by the policies", policies, record.batches(_on(out, 40), dropped_out, BEGIN), cpu)
        await timed("commands that suspend", deciding, commands(log, since), cpu)
        await timed("facts that they are back, by the policies", policies, record.batches(_on(out[::2], 60), returned, BEGIN), cpu)
        await timed("commands that resume", deciding, commands(log, since), cpu)
        begun, theirs = process_time(), cpu.seconds()
        asked, before = number - len(out) + len(out[::2]), sum(since.values())
        (await client.post(f"/v1/terms/{TERMS[1]}", json={})).raise_for_status()
        while True:
            if sum(map(len, log.topics[topics.RELIEF_COMMANDS])) == before + asked:
                break
            await asyncio.sleep(0.05)
        ours = (process_time() - begun) / asked * 1e6
        theirs = (cpu.seconds() - theirs) / asked * 1e6
        print(f"{'children asked for, as the term begins':44}{asked:10,}{ours:8.1f} us of the api{theirs:11.1f} us of Redis")
        await timed("commands that begin the term", deciding, commands(log, since), cpu)
        print(f"memory: {(await used(redis) - once) / asked:.1f} bytes for the second grant of a child")
        await all_lists(client, told, cpu)
    for each in (policies, deciding):
        await each.stop()
    await redis.aclose()


def _on(told: Children, day: int) -> Children:
    """Return the same children with one day of the story for all."""
    return [(student, county, day) for student, county, _ in told]


if __name__ == "__main__":
    measure_on_redis("grants", GRANTS, measure)
