"""One run of one contestant: a process of its own, from an empty Redis until every fact is counted, and what that costs.

Its CPU, that of Redis and that of the broker are read when the contestant begins its work, and again when it has counted the last fact.
"""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import psutil

from bench.side_by_side import recount
from bench.side_by_side.catalogue import Contestant
from bench.side_by_side.measured import NoNumber, Run
from bench.side_by_side.rounds import differences, judged
from bench.side_by_side.task import FACTS, STARTED, Task
from deploy.local import kafka_access, redis_access
from deploy.local.config import ROOT, StackConfig
from deploy.local.private_files import write_private
from deploy.local.processes import PROCESSES
from services.reporting.board.keys import FIRST_GENERATION
from shared.contracts.services import REPORTING
from shared.log import topics
from shared.redis.keys import key_of

LONGEST, SETTLES_WITHIN = 600.0, 15.0
"""Seconds after which a run has no number; and seconds from the last fact until all counts are right."""
_ENDS_WITHIN = 15.0
_LOOK = 0.05
_LAST_LINES = 15
WORKER = next(each for each in PROCESSES if each.name == REPORTING.worker)


class Costs(NamedTuple):
    """Seconds of CPU so far, and of the clock."""

    process: float
    redis: float
    broker: float
    wall: float


class Failed(Exception):
    """A contestant did not count to the end. The message says how it ended."""


class Expected(NamedTuple):
    """What the record holds: its facts, those of them that touch a count, and the counts of the independent recount."""

    facts: int
    touching: int
    counts: Counter[str]


class Runner:
    """Runs contestants against the servers of one stack, whose process ids are given."""

    def __init__(self, config: StackConfig, expected: Expected, *, redis: int, broker: int, longest: float = LONGEST) -> None:
        """``longest``: seconds after which a run has no number."""
        self._config, self._expected, self._longest = config, expected, longest
        self._redis: Any = redis_access.client(config, redis_access.OPERATOR)
        self._redis_server, self._broker = psutil.Process(redis), psutil.Process(broker)
        self._number = 0

    def run(self, contestant: Contestant, beside: Callable[[int], None] = lambda _: None) -> Run | NoNumber:
        """Run a contestant and compare its counts. ``beside``: called with the id of its process once that has begun its work."""
        self._redis.flushall()
        self._number += 1
        with TemporaryDirectory(prefix="baoxue-bench-state-") as state:
            try:
                with self._process(contestant, Path(state)) as process:
                    run, found = self._measured(contestant, process, beside)
            except Failed as failed:
                return NoNumber(contestant.name, str(failed))
        return judged(run, found, self._expected.counts)

    @contextmanager
    def _process(self, contestant: Contestant, state: Path) -> Iterator[subprocess.Popen[bytes]]:
        command, environment = self._command(contestant, state)
        log = state / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=out, stderr=subprocess.STDOUT)
            try:
                yield process
            except Failed as failed:
                lines = log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
                raise Failed("\n".join((str(failed), *lines))) from None
            finally:
                process.terminate()
                try:
                    process.wait(_ENDS_WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _command(self, contestant: Contestant, state: Path) -> tuple[Sequence[str | Path], dict[str, str]]:
        config = self._config
        if contestant.command is None:
            program = WORKER.program(config)
            return program.command, dict(program.environment)
        kafka, task = kafka_access.brokers(config, kafka_access.OPERATOR), state / "task.json"
        user = redis_access.OPERATOR
        told = Task(
            f"{contestant.name}-{self._number}",
            kafka.bootstrap,
            str(kafka.user),
            str(kafka.password),
            topics.STUDENT_STATUS,
            config.partitions,
            config.redis_port,
            user,
            config.redis_password_file(user).read_text("ascii").strip(),
            str(state / "state"),
        )
        (state / "state").mkdir()
        write_private(task, msgspec.json.encode(told).decode())
        return (*contestant.command(), task), {"PYTHONPATH": str(ROOT)}

    def _measured(self, contestant: Contestant, process: subprocess.Popen[bytes], beside: Callable[[int], None]) -> tuple[Run, Counter[str]]:
        """Wait until all facts are counted, and return the costs with the counts.

        What still flows then has a little time to arrive, if its counts are not right yet: the costs are those of the last look.
        """
        of, start = psutil.Process(process.pid), time.monotonic()
        begun, counted_at, peak = None, None, 0
        wanted = self._expected.touching if contestant.command else self._expected.facts
        while True:
            peak = max(peak, peak_of(process.pid))
            if begun is None and self._has_started(contestant):
                begun = self._costs(of)
                beside(process.pid)
            counted = self._counted(contestant)
            if begun is not None and counted >= wanted:
                done, found = self._costs(of), self._found(contestant)
                counted_at = counted_at or done.wall
                if not differences(found, self._expected.counts) or done.wall > counted_at + SETTLES_WITHIN:
                    return self._run(contestant, begun, done, done.wall - start, max(peak, peak_of(process.pid))), found
            if process.poll() is not None:
                raise Failed(f"it ended with {process.returncode} after {counted} of {wanted} facts")
            if time.monotonic() > start + self._longest:
                raise Failed(f"after {self._longest:.0f} s it had counted {counted} of {wanted} facts")
            time.sleep(_LOOK)

    def _run(self, contestant: Contestant, begun: Costs, done: Costs, wall: float, peak: int) -> Run:
        process, redis, broker = done.process - begun.process, done.redis - begun.redis, done.broker - begun.broker
        return Run(contestant.name, process, redis, broker, begun.process, wall, peak)

    def _costs(self, process: psutil.Process) -> Costs:
        return Costs(cpu_of(process), cpu_of(self._redis_server), cpu_of(self._broker), time.monotonic())

    def _has_started(self, contestant: Contestant) -> bool:
        if contestant.command is None:
            return bool(self._redis.exists(key_of(REPORTING.name, FIRST_GENERATION, 0, "cursor")))
        return bool(self._redis.exists(STARTED))

    def _counted(self, contestant: Contestant) -> int:
        if contestant.command is None:
            cursors = (key_of(REPORTING.name, FIRST_GENERATION, partition, "cursor") for partition in range(self._config.partitions))
            return sum(int(self._redis.hget(key, "next") or 0) for key in cursors)
        return recount.total(self._redis.hgetall(FACTS))

    def _found(self, contestant: Contestant) -> Counter[str]:
        if contestant.command is None:
            return recount.counts_of_ours(self._redis, self._config.partitions)
        return recount.counts_of_contestant(self._redis)


def cpu_of(process: psutil.Process) -> float:
    """Return the seconds of CPU of a process and of those that it started; of one that has just ended, those so far as it was asked."""
    times = process.cpu_times()
    return float(times.user + times.system + sum(sum(child.cpu_times()[:2]) for child in process.children(recursive=True)))


def peak_of(pid: int) -> int:
    """Return the most memory that a process has had, in bytes; 0 where it has ended."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
