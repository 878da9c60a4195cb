"""The size of case: ``python -m bench.case_days [FILES]``. 600,000 files are opened, told of by days that begin, and listed meanwhile.

Limits: 5,000 files opened a second, lists within 150 ms (p99) while a day begins, a day for all files within 60 s. The log is in memory, Redis is a
server of its own with the settings of the stack. The worker that lets days pass is a process of its own, beside the one that answers.
"""

import asyncio
import gc
import multiprocessing
import os
import random
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from time import perf_counter, process_time, sleep
from typing import Any

import httpx

from bench.case import BATCH, BUCKETS, FILES, PARTITIONS, Record, children, commands, listed, used
from bench.on_redis import measure_on_redis
from deploy.local.config import StackConfig
from deploy.local.redis_access import OPERATOR, address
from services.case.api import create_app
from services.case.days import DAYS
from services.case.decider import CaseDecider
from services.case.domain.packed import FORMAT
from services.case.policies import CasePolicies
from shared.clock import CHINA
from shared.commands.limits import CommandLimits
from shared.contracts.services import CASE
from shared.deciding.day_clock import DayClock
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.policy_follower import PolicyFollower
from shared.deciding.states.listing import Listing
from shared.deciding.states.state_store import StateStore
from shared.log import topics
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect_to
from shared.worker.follower import RecordBatch
from tests.support.callers import carrying, identity

ASKED = 400
ALL = frozenset(range(PARTITIONS))


class Days:
    """The worker of case over a log in memory: it lets days pass, and decides what they ask for."""

    def __init__(self, config: StackConfig, log: MemoryLog) -> None:
        self._log, self._now = log, datetime(2019, 1, 1, tzinfo=CHINA)
        store = StateStore(connect_to(address(config, OPERATOR)), CASE.name, generation="1", buckets=BUCKETS, format_version=FORMAT)
        self._deciding = DecidingFollower(CaseDecider(), store, log)
        redis = connect_to(address(config, OPERATOR))
        walked = StateStore(redis, CASE.name, generation="1", buckets=BUCKETS, format_version=FORMAT)
        listing = Listing(redis, CASE.name, generation="1", partitions=PARTITIONS)
        self._clock = DayClock(DAYS, walked, listing, log, self._moment, by_calendar=False, partitions=PARTITIONS)

    async def _moment(self) -> datetime | None:
        return self._now

    async def begin(self, day: date) -> int:
        """Let days pass up to this one. Return how many commands that took."""
        self._now = datetime.combine(day, time(1), CHINA)
        before = sum(map(len, self._log.topics[topics.CASE_COMMANDS]))
        at = {partition: stands or 0 for partition, stands in (await self._deciding.cursors(ALL)).items()}
        # As in the worker, partitions wait for Redis beside one another.
        working = [asyncio.create_task(self._work(partition, stands)) for partition, stands in at.items()]
        await self._clock.pass_days(lambda: ALL)
        for each in working:
            each.cancel()
        return sum(map(len, self._log.topics[topics.CASE_COMMANDS])) - before

    async def _work(self, partition: int, at: int) -> None:
        records = self._log.topics[topics.CASE_COMMANDS][partition]
        while True:
            while at < len(records):
                end = min(at + BATCH, len(records))
                at = await self._deciding.follow(RecordBatch(topics.CASE_COMMANDS, partition, at, end, records[at:end]))
            await asyncio.sleep(0.01)


def passing(config: StackConfig, log: MemoryLog, first: date, number: int, today: Any) -> None:
    """Let days pass as a process of its own, and print what each took. Most files fall due by the second of them. ``today``: the day that passes."""

    async def run() -> None:
        days = Days(config, log)
        for n in range(number):
            today.value = first.toordinal() + n
            began, cpu = perf_counter(), process_time()
            told = await days.begin(first + timedelta(n))
            taken, ours = perf_counter() - began, process_time() - cpu
            print(f"day {first + timedelta(n)}: {told:,} commands in {taken:.1f} s, {ours:.1f} s of CPU", flush=True)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asyncio.run(run())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"the process that let them pass grew by {grown:.0f} MB, the log in its memory included", flush=True)


async def opened(number: int, config: StackConfig, log: MemoryLog) -> None:
    """Open the files of a national ledger, and print how fast."""
    told, record, since = [(child, county, 0) for child, county, _ in children(number)], Record(), dict[int, int]()
    policies = PolicyFollower(CasePolicies(), connect_to(address(config, OPERATOR)), log, generation="1", partitions=PARTITIONS)
    store = StateStore(connect_to(address(config, OPERATOR)), CASE.name, generation="1", buckets=BUCKETS, format_version=FORMAT)
    deciding = DecidingFollower(CaseDecider(), store, log)
    await log.append(topics.SUBMISSIONS, dict.fromkeys(range(PARTITIONS), [(b"", b"")] * (2 * number // PARTITIONS + BATCH)))
    batches = list(record.batches(told, listed, 0))
    began, cpu = perf_counter(), process_time()
    for followed, follower in ((batches, policies), (commands(log, since), deciding)):
        for batch in followed:
            if await follower.follow(batch) != batch.next:
                raise RuntimeError(f"{batch.topic}[{batch.partition}] stands elsewhere")
    taken, ours = perf_counter() - began, process_time() - cpu
    print(f"opened {number:,} files in {taken:.1f} s, {number / taken:,.0f} a second, with {ours:.1f} s of CPU: policies, then decisions")


async def lists(config: StackConfig, today: Any, busy: Any) -> None:
    """Ask for lists on the day that passes while the worker is busy, and print how long the answers took."""

    async def now() -> datetime:
        return datetime.combine(date.fromordinal(today.value), time(12), CHINA)

    redis = connect_to(address(config, OPERATOR))
    store = StateStore(redis, CASE.name, generation="1", buckets=BUCKETS, format_version=FORMAT)
    app = create_app(limits=CommandLimits(), log=MemoryLog(PARTITIONS), redis=redis, store=store, now=now, partitions=PARTITIONS, identity=identity())
    drawn = random.Random(3)
    places = [drawn.choice(["513431", "513400", "510000", "100000", "520000", "410000"]) for _ in range(ASKED)]
    asked: dict[str, Callable[[int], tuple[str, dict[str, str]]]] = {
        "files of an area": lambda n: ("/v1/cases", {"county": places[n]}),
        "open files due by today": lambda n: ("/v1/cases", {"county": places[n], "state": "open", "due": "today"}),
        "files that became overdue": lambda n: ("/v1/cases", {"county": places[n], "urgency": "overdue"}),
        "a queue of the desk by reason": lambda n: ("/v1/desk/files", {"county": places[n], "queue": "overdue", "reason": "work"}),
        "how many wait in each queue": lambda n: ("/v1/desk/counts", {"county": places[n]}),
    }
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://case", headers=carrying()) as client:
        for what, of in asked.items():
            taken, still = [], 0
            for n in range(ASKED):
                path, query = of(n)
                began = perf_counter()
                (await client.get(path, params=query)).raise_for_status()
                taken.append(perf_counter() - began)
                still += busy.is_alive()
            taken.sort()
            print(f"{what:34}{taken[ASKED // 2] * 1e3:7.1f} ms p50{taken[ASKED * 99 // 100] * 1e3:8.1f} ms p99; {still} of {ASKED} while days passed")


def wait_until_open(port: int) -> None:
    """Wait until something listens on a port of this machine."""
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return
        sleep(0.05)


async def measure(number: int, config: StackConfig, _: int) -> None:
    """Measure everything in turn."""
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    redis, log = connect_to(address(config, OPERATOR)), MemoryLog(PARTITIONS)
    await asyncio.to_thread(wait_until_open, config.redis_port)
    empty = await used(redis)
    await opened(number, config, log)
    print(f"memory of Redis: {(await used(redis) - empty) / number:.1f} bytes a file with its lists")
    # Opened on 5 January 2019, a Saturday: due on the 12th, due soon from the 10th, overdue from the 13th.
    forked, first = multiprocessing.get_context("fork"), date(2019, 1, 9)
    today = forked.Value("i", first.toordinal())
    busy = forked.Process(target=passing, args=(config, log, first, 5, today))
    busy.start()
    gc.freeze()  # no api keeps the log in memory, as this bench does
    await lists(config, today, busy)
    await asyncio.to_thread(busy.join)
    print(f"memory of Redis once all are overdue: {(await used(redis) - empty) / number:.1f} bytes a file")
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    await redis.aclose()


if __name__ == "__main__":
    measure_on_redis("files", FILES, measure)
