"""A large record: what a fact of it costs, how soon the board is right again where Redis is lost, and how soon a killed worker is back.

One stack, one record, one worker of reporting as the supervisor keeps it. The record is counted from its first fact each time, for Redis is
flushed under the worker; its counts have come out right where they are those of the independent recount. What one copy of the small record comes
to is recounted; a record of so many copies comes to so many times that (``copies.py``).
"""

import time
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psutil

from bench.side_by_side.catalogue import COUNTING, PLAIN
from bench.side_by_side.counting import Counting
from bench.side_by_side.measured import NoNumber, Run
from bench.side_by_side.recount import counts_of_ours, recounted
from bench.side_by_side.run import Runner, cpu_of, peak_of
from bench.side_by_side.stack import PARTITIONS
from bench.targets.copies import load, load_inputs, small_record
from bench.targets.load import RATE, Ends, Load, end, until_nothing_waits
from bench.targets.measured import Found, NotRight, Value
from bench.targets.profiling import profiled
from bench.targets.system import check_same, redis_of, stands_at
from deploy.local.config import StackConfig
from deploy.local.processes import KAFKA, PROCESSES, REDIS
from deploy.local.stack import LocalStack
from shared.contracts.services import REPORTING
from shared.log import topics

FACTS, FEW = 20_000_000, 1_000_000
COST_TARGET, LOST_TARGET, KILLED_TARGET = 1.15, 2.0, 10.0
"""Times the cost of a fact of the small record; times one read of the record by the plain loop; seconds."""
LONGEST = 900.0


class Recounting(NamedTuple):
    """The record counted from its first fact: seconds of CPU of the worker and of Redis, seconds of the clock, the worker's peak of memory."""

    worker: float
    redis: float
    wall: float
    peak: int


class Board:
    """Reporting's counts on a stack, with its worker."""

    def __init__(self, stack: LocalStack, ends: Ends) -> None:
        self.stack, self.ends = stack, ends
        self.redis: Any = redis_of(stack.config)
        self.base = Counter[str]()
        """The counts of one copy, by the independent recount."""

    def stands(self) -> list[int]:
        """Return how far the worker is, by partition."""
        return stands_at(self.redis, REPORTING.name, "cursor", PARTITIONS)

    def expected(self, copies: int) -> Counter[str]:
        """Return the counts of so many copies."""
        return Counter({cell: n * copies for cell, n in self.base.items()})

    def await_right(self, copies: int) -> None:
        """Wait until the worker has counted all, and compare the counts. Raises ``NotRight``."""
        ends, begun = self.ends(), time.monotonic()
        while self.stands() != ends:
            if time.monotonic() > begun + LONGEST:
                raise NotRight(f"after {LONGEST:.0f} s the worker stands at {self.stands()} of {ends}")
            time.sleep(0.05)
        check_counts(counts_of_ours(self.redis, PARTITIONS), self.expected(copies))

    def recounting(self, copies: int) -> Recounting:
        """Lose Redis, and return what it takes until the board is right."""
        worker, redis = psutil.Process(self.stack.pid(REPORTING.worker)), psutil.Process(self.stack.pid(REDIS))
        before, begun = (cpu_of(worker), cpu_of(redis)), time.monotonic()
        self.redis.flushall()
        self.await_right(copies)
        wall = time.monotonic() - begun
        check_same(worker.pid, self.stack.pid(REPORTING.worker))
        return Recounting(cpu_of(worker) - before[0], cpu_of(redis) - before[1], wall, peak_of(worker.pid))

    def killed(self) -> float:
        """Kill the worker, and return the seconds until nothing waits for it. The supervisor starts it anew."""
        return until_nothing_waits(partial(end, self.stack.pid(REPORTING.worker)), self.ends, self.stands, within=LONGEST)


def check_counts(found: Counter[str], expected: Counter[str]) -> None:
    """Raise ``NotRight`` unless the counts are those of the recount, all of them."""
    # guard: no equality, no number
    if wrong := [cell for cell in found.keys() | expected.keys() if found[cell] != expected[cell]]:
        raise NotRight(f"{len(wrong)} of {len(expected)} counts are wrong: {wrong[0]} is {found[wrong[0]]}, not {expected[wrong[0]]}")
    # guard end


def measure(factor: float, rounds: int) -> Found:
    """Measure a small record, then let it grow, and measure the large one once: it takes minutes."""
    each = len(small_record().lines)
    few, many = (max(1, round(number * factor / each)) for number in (FEW, FACTS))
    worker = next(process for process in PROCESSES if process.name == REPORTING.worker)
    with (
        TemporaryDirectory(prefix="baoxue-bench-") as home,
        LocalStack(StackConfig.on_free_ports(Path(home), partitions=PARTITIONS), services=(worker,)) as stack,
        closing(Ends(stack.config, topics.STUDENT_STATUS)) as ends,
    ):
        board = Board(stack, ends)
        load_inputs(stack.config, 2 * many * each)
        load(stack.config, small_record(), range(1))
        board.base = recounted(stack.config)
        load(stack.config, small_record(), range(1, few))
        board.await_right(few)
        small = [board.recounting(few) for _ in range(rounds)]
        load(stack.config, small_record(), range(few, many))
        board.await_right(many)
        before = _plain(stack, board, many * each, many)
        large = board.recounting(many)
        plain = [before, _plain(stack, board, many * each, many)]
        flow = Load(stack.config, small_record(), many)
        with flow.flowing():
            killed = [board.killed() for _ in range(rounds)]
        board.await_right(flow.number)
        with profiled(stack.pid(REPORTING.worker)) as profile:
            load(stack.config, small_record(), range(flow.number, flow.number + few))
            board.await_right(flow.number + few)
    size = (
        f"{many * each:,} facts of {many * small_record().students:,} students ({many * each / FACTS:.0%} of the {FACTS:,} that are wanted), and "
        f"{few * each:,} facts of {few * small_record().students:,}, of one mix; the large record is counted once, between two reads by "
        f"the plain loop, all else in {rounds} rounds; killed under a load of {RATE:,} facts a second"
    )
    return Found(size, _values(small, few * each, large, many * each, plain, killed), profile)


def _values(small: list[Recounting], few: int, large: Recounting, many: int, plain: list[Run], killed: list[float]) -> list[Value]:
    little, much = [(run.worker + run.redis) / few * 1e6 for run in small], (large.worker + large.redis) / many * 1e6
    return [
        Value("a fact of the large record, against one of the small", "x", [much / each for each in little], at_most=COST_TARGET),
        Value("a fact of the large record, the worker and Redis", "us", [much]),
        Value("a fact of the small record, the worker and Redis", "us", little),
        Value(
            "Redis lost, until the board is right, against one read by the plain loop",
            "x",
            [large.wall / read.wall for read in plain],
            at_most=LOST_TARGET,
        ),
        Value("the same by CPU, with Redis's share of both", "x", [(large.worker + large.redis) / (read.cpu + read.redis) for read in plain]),
        Value("Redis lost, until the board is right, by the clock", "s", [large.wall]),
        Value("one read by the plain loop, by the clock", "s", [read.wall for read in plain]),
        Value("the worker's peak of memory while it counts the large record", "MB", [large.peak / 1e6]),
        Value("the worker killed, until its lag is 0, by the clock", "s", killed, at_most=KILLED_TARGET),
    ]


class _Beside(Counting):
    """The plain loop beside our own counts: it finds none of its own, and leaves none."""

    def begin(self) -> None:
        if names := list(self._redis.scan_iter("bench:*")):
            self._redis.delete(*names)


def _plain(stack: LocalStack, board: Board, facts: int, copies: int) -> Run:
    """Have the plain loop read the record once, to the same counts."""
    job = _Beside(stack.config, facts=facts, touching=facts, expected=board.expected(copies))
    run = Runner(job, redis=stack.pid(REDIS), broker=stack.pid(KAFKA), longest=LONGEST).run(COUNTING[PLAIN])
    job.begin()
    if isinstance(run, NoNumber):
        raise NotRight(f"the plain loop: {run.why}")
    return run
