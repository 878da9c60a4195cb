"""What the figures stand on: a stack with topics in it, processes of ours beside it, and what those cost."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psutil

from bench.processes import last_lines, started
from bench.side_by_side.run import cpu_of
from bench.targets.measured import NotRight
from deploy.local import redis_access
from deploy.local.config import ROOT, StackConfig
from deploy.local.processes import KAFKA, PROCESSES, REDIS
from deploy.local.stack import LocalStack
from shared.redis.keys import key_of

GENERATION = "1"
MB = 1_000_000


class Costs(NamedTuple):
    """Seconds of CPU of a process, of Redis and of the broker, and of the clock."""

    process: float
    redis: float
    broker: float
    wall: float

    def since(self, before: "Costs") -> "Costs":
        """Return what came on top."""
        return Costs(*(now - then for now, then in zip(self, before, strict=True)))


class Running:
    """A process beside a stack."""

    def __init__(self, stack: LocalStack, process: subprocess.Popen[bytes], log: Path) -> None:
        self.pid, self._process, self._log = process.pid, process, log
        self._itself = psutil.Process(process.pid)
        self._redis, self._broker = psutil.Process(stack.pid(REDIS)), psutil.Process(stack.pid(KAFKA))

    def costs(self) -> Costs:
        """Return what it, Redis and the broker have cost so far."""
        return Costs(cpu_of(self._itself), cpu_of(self._redis), cpu_of(self._broker), time.monotonic())

    def wait(self, done: Callable[[], bool], *, what: str, within: float, look: float = 0.05) -> None:
        """Wait until something is so. Raises ``NotRight`` where the process ends before that, or time is over."""
        deadline = time.monotonic() + within
        while not done():
            if self._process.poll() is not None:
                raise NotRight(f"{what}: the process ended with {self._process.returncode}\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise NotRight(f"{what}: not within {within:.0f} s\n{self.last_lines()}")
            time.sleep(look)

    def last_lines(self) -> str:
        """Return the end of what it wrote."""
        return last_lines(self._log)


@contextmanager
def running(stack: LocalStack, command: Sequence[str | Path], environment: Mapping[str, str]) -> Iterator[Running]:
    """Run a process beside a stack during the block."""
    with TemporaryDirectory(prefix="baoxue-bench-log-") as folder:
        log = Path(folder) / "log"
        with started(command, environment, within=ROOT, log=log) as process:
            yield Running(stack, process, log)


@contextmanager
def told(environment: Mapping[str, str]) -> Iterator[None]:
    """Give what is started during the block these variables."""
    before = dict(os.environ)
    os.environ |= environment
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


@contextmanager
def follower(stack: LocalStack, service: str, which: str) -> Iterator[Running]:
    """Run one of the two followers of a deciding worker, by ``one_follower``, in a worker of its own."""
    program = next(each for each in PROCESSES if each.name == f"{service}-worker").program(stack.config)
    with running(stack, (sys.executable, "-m", "bench.targets.processes.one_follower", service, which), program.environment) as process:
        yield process


def check_same(before: int, after: int) -> None:
    """Raise ``NotRight`` where a process has another id than before: what it cost until it ended is in no number."""
    # guard: one process did all
    if before != after:
        raise NotRight("the worker was started anew while it was measured")
    # guard end


def redis_of(config: StackConfig) -> Any:
    """Return a client of the stack's Redis, as its operator."""
    return redis_access.client(config, redis_access.OPERATOR)


def stands_at(redis: Any, service: str, what: str, partitions: int) -> list[int]:
    """Return the next offset that a cursor of a service wants, by partition; 0 where there is none yet."""
    return [int(redis.hget(key_of(service, GENERATION, partition, what), "next") or 0) for partition in range(partitions)]


def begun_all(redis: Any, service: str, what: str, partitions: int) -> bool:
    """Return whether a service has a cursor in every partition: from then on its worker works."""
    return all(redis.exists(key_of(service, GENERATION, partition, what)) for partition in range(partitions))
