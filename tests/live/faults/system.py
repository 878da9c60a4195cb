"""The real system that a row of the matrix makes fail: its processes, what they stand on, and how far they have come."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import redis

from deploy.local import kafka, redis_access, redis_server
from deploy.local.config import LOOPBACK, StackConfig, free_ports
from deploy.local.stack import LocalStack, StartFailed
from shared.log import topics
from shared.log.event_log import LogRecord, LogUnavailable
from shared.log.kafka_log import KafkaLog
from tests.live.faults.cluster import Cluster
from tests.live.faults.failpoints import Failpoints
from tests.live.faults.load import Load, until
from tests.live.faults.process import FaultyProcess
from tests.live.faults.proxy import Proxy
from tests.support.stack import by_operator
from tests.support.stack_tokens import bearer

INPUTS = {"enrolment": topics.SUBMISSIONS, "case": topics.CASE_COMMANDS, "relief": topics.RELIEF_COMMANDS}
WORK = 90.0
"""Seconds within which a system that was made whole must have done all its work."""
AT_WORK = 60
"""Bodies that are acknowledged before something is broken, so that steps are under way and there is something to lose: two seconds of the load."""
ACKNOWLEDGED = 60.0
"""Seconds within which so many bodies must be acknowledged."""


class Wrong(AssertionError):
    """The system did not do what it promises. A row of which a guard was taken out must end so, and in no other way."""


class NeverFired(Exception):
    """A row did not inject what it says."""


@dataclass
class System:
    """A running system of a row, its load, and the count of what was injected."""

    stack: LocalStack
    processes: Sequence[FaultyProcess]
    points: Failpoints
    seed: int
    full: bool
    """Whether the whole matrix is run, and not the small part that every run of the tests has."""
    network: Proxy | None = None
    cluster: Cluster | None = None
    log: KafkaLog = field(init=False)
    injected: int = 0
    loads: list[Load] = field(default_factory=list)
    patience: float = WORK
    measured: str = ""
    """What a row measured, in words."""

    def __post_init__(self) -> None:
        self.log = KafkaLog(by_operator(self.stack.config), client_id="faults")
        self._children = itertools.count(1, 100_000)

    @property
    def config(self) -> StackConfig:
        return self.stack.config

    def load(self, *, children: int, **options: Any) -> Load:
        """Return a load about children whom no other load reports."""
        url = self.config.api_url("enrolment")
        made = Load(url, bearer(self.config), seed=self.seed, children=children, first=next(self._children), **options)
        self.loads.append(made)
        return made

    @asynccontextmanager
    async def under_load(self, *, children: int = 4_000, **options: Any) -> AsyncIterator[Load]:
        """Have senders report while the block runs; afterwards each ends what it began."""
        load = self.load(children=children, **options)
        running = asyncio.create_task(load.run())
        try:
            yield load
        finally:
            load.enough.set()
            await running

    async def until_acknowledged(self, load: Load, more: int = AT_WORK, *, what: str = "the system is at work") -> None:
        """Wait until so many more bodies of a load are acknowledged. Raises ``Wrong``."""
        enough = len(load.history.batches) + more
        await until(what, lambda: len(load.history.batches) >= enough, patience=ACKNOWLEDGED, wrong=Wrong)

    def fired(self) -> int:
        """Return how many faults were injected: points that fired, and what the row did itself."""
        return self.injected + len(self.points.fired()) + (self.network.injected if self.network else 0)

    async def kill_at(self, process: str, point: str, *, how: signal.Signals = signal.SIGKILL, passes: int = 0, patience: float = 60.0) -> int:
        """Have a process send itself a signal at a point; return its id once it has. The load must reach the point. Raises ``NeverFired``."""
        what = f"{process}.{point}"

        def pids() -> list[int]:
            return [pid for fired, pid in self.points.fired() if fired == what]

        before = len(pids())
        self.points.arm(process, point, how=how, passes=passes)
        await until(f"{what} fires", lambda: len(pids()) > before, patience=patience, wrong=NeverFired)
        return pids()[-1]

    async def kill(self, process: str) -> int:
        """Kill a process of the stack now; its supervisor starts it again. Return the id that it had."""
        pid = await asyncio.to_thread(self.stack.kill, process)
        self.injected += 1
        return pid

    async def until_ready(self, *processes: str, other_than: int = 0) -> None:
        """Wait until processes, all unless some are named, do their work again. Raises ``Wrong``."""
        for process in processes or [each.name for each in self.processes]:
            try:
                await asyncio.to_thread(self.stack.wait_ready, process, other_than=other_than, timeout=WORK)
            except StartFailed as error:
                raise Wrong(str(error)) from error

    @asynccontextmanager
    async def paused(self, process: str) -> AsyncIterator[None]:
        """Have a process stand still while the block runs."""
        pid = self.stack.pid(process)
        os.kill(pid, signal.SIGSTOP)
        self.injected += 1
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def operator(self) -> Iterator[redis.Redis]:
        """Return a client of Redis that may do everything."""
        with redis_access.client(self.config, redis_access.OPERATOR) as client:
            yield client

    @property
    def services(self) -> Collection[str]:
        """The services that have a worker."""
        return {process.service for process in self.processes if process.part == "worker"}

    def cursors(self) -> Mapping[str, str]:
        """Return the topic that each cursor stands in, by the cursor's key without the partition."""
        deciding = {f"{service}:cursor": topic for service, topic in INPUTS.items() if service in self.services}
        policies = {f"{service}:policies": topics.STUDENT_STATUS for service in INPUTS if service in self.services}
        counting = {"reporting:cursor": topics.STUDENT_STATUS} if "reporting" in self.services else {}
        return deciding | policies | counting

    async def until_at_rest(self) -> None:
        """Wait until every worker stands at the end of what it reads, and nothing more comes. Raises ``Wrong``."""
        end = asyncio.get_running_loop().time() + self.patience
        stands: dict[tuple[str, int], int] = {}
        wanted: dict[tuple[str, int], int] = {}
        while True:
            with suppress(redis.RedisError, LogUnavailable, OSError):
                wanted = await self._ends()
                stands = await asyncio.to_thread(self._stands)
                if stands == wanted == await self._ends():
                    return
            if asyncio.get_running_loop().time() > end:
                behind = {key: (stands.get(key), of) for key, of in wanted.items() if stands.get(key) != of}
                raise Wrong(f"not at rest within {self.patience:.0f} s; stands, of: {behind}")
            await asyncio.sleep(0.1)

    async def until_done_so_far(self, what: str, *, services: Collection[str] = ()) -> None:
        """Wait until the workers, of these services unless of all, have done all that there is now, under whatever load. Raises ``Wrong``."""
        behind = {key: end for key, end in (await self._ends()).items() if not services or key[0].split(":")[0] in services}

        def done() -> bool:
            stands = self._stands()
            return all(stands[key] >= end for key, end in behind.items())

        await until(what, done, patience=self.patience, wrong=Wrong)

    async def _ends(self) -> dict[tuple[str, int], int]:
        ends = {topic: await self.log.bounds(topic) for topic in set(self.cursors().values())}
        return {(cursor, partition): end for cursor, topic in self.cursors().items() for partition, (_, end) in ends[topic].items()}

    def _stands(self) -> dict[tuple[str, int], int]:
        with self.operator() as client:
            return {
                (cursor, partition): int(client.hget(f"{{{service}:1:p{partition}}}:{what}", "next") or 0)
                for cursor in self.cursors()
                for service, what in [cursor.split(":")]
                for partition in range(self.config.partitions)
            }

    async def records(self, topic: str, partition: int) -> list[LogRecord]:
        """Return all records of a partition."""
        end = (await self.log.end_offsets(topic))[partition]
        return [record async for piece in self.log.read(topic, partition, 0, end) for record in piece]


def told_when_full(server: redis_server.RedisServer) -> list[str]:
    """Return the command of a Redis that is told of a limit to its files by a failed write, as of a full disk, and not by a signal."""
    return ["sh", "-c", 'trap "" XFSZ; exec "$0" redis.conf', str(server.path)]


@contextmanager
def running(
    home: Path,
    *,
    seed: int,
    full: bool,
    services: Sequence[tuple[str, str]],
    partitions: int = 2,
    without: Sequence[str] = (),
    twins: Mapping[str, int] = MappingProxyType({}),
    twins_changed: tuple[str, ...] = (),
    changed: tuple[str, ...] = (),
    told: tuple[tuple[str, str], ...] = (),
    network: bool = False,
    redis_disk: bool = False,
    three_brokers: bool = False,
) -> Iterator[System]:
    """Run a system of these processes. ``without``: the guards that all of them lack; ``twins``: by service, how many more workers there are;
    ``twins_changed``: in what they differ; ``changed``: in what all processes differ; ``told``: variables that all of them have.

    ``network``: whether there is a network between the broker and its clients that can be broken; ``redis_disk``: whether
    Redis may find its disk full; ``three_brokers``: whether the broker is one of three.
    """
    config = StackConfig.on_free_ports(home / "stack", partitions=partitions)
    points = Failpoints(home / "points")
    of_the_broker, proxy = kafka.server_properties, Proxy(config.kafka_port, seed=seed) if network else None

    def server_properties(config: StackConfig, passwords: Mapping[str, str]) -> str:
        text = of_the_broker(config, passwords) + "group.min.session.timeout.ms=1000\n"
        return text + (f"advertised.listeners=CLIENTS://{LOOPBACK}:{proxy.port}\n" if proxy else "")  # the last line of a name holds

    kinds = [FaultyProcess(service, part, faults=points.folder, without=tuple(without), changed=changed, told=told) for service, part in services]
    ports = iter(free_ports(sum(twins.values()) or 1))
    more = [
        replace(kind, twin=(n, next(ports)), changed=twins_changed)
        for kind in kinds
        if kind.part == "worker"
        for n in range(2, 2 + twins.get(kind.service, 0))
    ]
    with ExitStack() as running_too:
        if proxy:
            running_too.enter_context(proxy.running())
        running_too.enter_context(patch.object(kafka, "server_properties", server_properties))
        if redis_disk:
            running_too.enter_context(patch.object(redis_server, "command", told_when_full))
        cluster = running_too.enter_context(Cluster(config, home / "brokers").running()) if three_brokers else None
        stack = running_too.enter_context(LocalStack(config, services=(*kinds, *more)))
        yield System(stack, (*kinds, *more), points, seed, full, proxy, cluster)
