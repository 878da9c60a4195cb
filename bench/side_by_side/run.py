"""One run of one contestant: a process of its own, from an empty Redis until all of the job is done, and what that costs.

Its CPU, that of Redis and that of the broker are read when the contestant begins its work, or is warm, and again when it has done the last input.
"""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
import psutil

from bench.processes import last_lines, started
from bench.side_by_side.catalogue import Contestant
from bench.side_by_side.job import Job
from bench.side_by_side.measured import NoNumber, Run
from bench.side_by_side.rounds import differences, judged
from deploy.local.config import ROOT
from deploy.local.private_files import write_private

LONGEST, SETTLES_WITHIN = 600.0, 15.0
"""Seconds after which a run has no number; and seconds from the last input until all of the result is right."""
_LOOK = 0.05


class Costs(NamedTuple):
    """Seconds of CPU so far, and of the clock."""

    process: float
    redis: float
    broker: float
    wall: float


class Failed(Exception):
    """A contestant did not come to the end. The message says how it ended."""


class Runner:
    """Runs the contestants of a job against the servers of one stack, whose process ids are given."""

    def __init__(self, job: Job, *, redis: int, broker: int, longest: float = LONGEST) -> None:
        """``longest``: seconds after which a run has no number."""
        self.job, self._longest = job, longest
        self._redis_server, self._broker = psutil.Process(redis), psutil.Process(broker)
        self._number = 0

    def run(self, contestant: Contestant, beside: Callable[[int], None] = lambda _: None) -> Run | NoNumber:
        """Run a contestant and compare its result. ``beside``: called with the id of its process once its costs count."""
        self.job.begin()
        self._number += 1
        with TemporaryDirectory(prefix="baoxue-bench-state-") as state:
            try:
                with self._process(contestant, Path(state)) as process:
                    run, found = self._measured(contestant, process, beside)
            except Failed as failed:
                return NoNumber(contestant.name, str(failed))
        return judged(run, found, self.job.expected)

    @contextmanager
    def _process(self, contestant: Contestant, state: Path) -> Iterator[subprocess.Popen[bytes]]:
        command, environment = self._command(contestant, state)
        log = state / "log"
        with started(command, environment, within=ROOT, log=log) as process:
            try:
                yield process
            except Failed as failed:
                raise Failed(f"{failed}\n{last_lines(log)}".rstrip()) from None

    def _command(self, contestant: Contestant, state: Path) -> tuple[Sequence[str | Path], dict[str, str]]:
        if contestant.command is None:
            program = self.job.worker.program(self.job.config)
            return program.command, dict(program.environment)
        own, task = state / "state", state / "task.json"
        own.mkdir()
        write_private(task, msgspec.json.encode(self.job.task(self._name(contestant), own)).decode())
        return (*contestant.command(), task), {"PYTHONPATH": str(ROOT)}

    def _name(self, contestant: Contestant) -> str:
        return f"{contestant.name}-{self._number}"

    def _measured(self, contestant: Contestant, process: subprocess.Popen[bytes], beside: Callable[[int], None]) -> tuple[Run, Counter[str]]:
        """Wait until all is done, and return the costs with the result.

        What still flows then has a little time to arrive, if the result is not right yet: the costs are those of the last look.
        """
        of, start, name, job = psutil.Process(process.pid), time.monotonic(), self._name(contestant), self.job
        begun, done_at, peak, inputs = None, None, 0, job.inputs
        wanted = job.wanted(contestant)
        while True:
            peak = max(peak, peak_of(process.pid))
            done = job.done(contestant, name)
            if begun is None and done is not None and done >= job.warm:
                begun = self._costs(of)
                inputs -= done if job.warm else 0
                if not inputs:
                    raise Failed(f"it was done with all {wanted} {job.unit} before a look found it warm: take a larger scale")
                beside(process.pid)
            elif begun is not None and (done or 0) >= wanted:
                ended = self._costs(of)
                found, done_at = job.found(contestant), done_at or ended.wall
                if not differences(found, job.expected) or ended.wall > done_at + SETTLES_WITHIN:
                    return self._run(contestant, inputs, begun, ended, ended.wall - start, max(peak, peak_of(process.pid))), found
            if process.poll() is not None:
                raise Failed(f"it ended with {process.returncode} after {done or 0} of {wanted} {job.unit}")
            if time.monotonic() > start + self._longest:
                raise Failed(f"after {self._longest:.0f} s it had done {done or 0} of {wanted} {job.unit}")
            time.sleep(_LOOK)

    def _run(self, contestant: Contestant, inputs: int, begun: Costs, done: Costs, wall: float, peak: int) -> Run:
        process, redis, broker = done.process - begun.process, done.redis - begun.redis, done.broker - begun.broker
        return Run(contestant.name, inputs, process, redis, broker, begun.process, wall, peak)

    def _costs(self, process: psutil.Process) -> Costs:
        return Costs(cpu_of(process), cpu_of(self._redis_server), cpu_of(self._broker), time.monotonic())


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
