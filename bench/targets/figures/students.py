"""Many students: what a report costs enrolment and what Redis keeps of a student, few or many, and how soon a killed worker is back.

One stack and one worker of enrolment, as the supervisor keeps it. Reports are copies of those of a small history (``copies.py``). They have come
out right where enrolment recorded as many facts and refusals as the same reports come to in memory, and keeps as many states as there are students.
Beside it Kafka Streams decides the reports of the few with ``exactly_once_v2`` and is killed under the same load.
"""

import subprocess
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import psutil
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from msgspec.structs import replace

from bench.side_by_side.catalogue import DECIDING, STREAMS, Contestant
from bench.side_by_side.contestants.kafka_streams import NoJdk
from bench.side_by_side.decision_table import decision_table
from bench.side_by_side.job import task_on
from bench.side_by_side.run import cpu_of
from bench.side_by_side.stack import PARTITIONS
from bench.targets.copies import Outcomes, load, outcomes_of_reports, small_reports
from bench.targets.load import RATE, Ends, Load, end, until_nothing_waits
from bench.targets.measured import Found, NotRight, Value
from bench.targets.profiling import profiled
from bench.targets.system import check_same, redis_of, stands_at
from deploy.local import kafka_access
from deploy.local.config import ROOT, StackConfig
from deploy.local.private_files import write_private
from deploy.local.processes import PROCESSES, REDIS
from deploy.local.stack import LocalStack
from shared.contracts.services import ENROLMENT
from shared.log import topics

MANY, FEW = 2_000_000, 200_000
"""Students. Each has two reports, as in the history."""
COST_TARGET, KILLED_TARGET = 1.15, 10.0
"""Times the cost of a report where few students are; seconds."""
LONGEST = 600.0
_FACTS, _REFUSALS = "bench.facts", "bench.refusals"


class Deciding(NamedTuple):
    """Reports decided: how many, and seconds of CPU of the worker and of Redis."""

    reports: int
    worker: float
    redis: float

    @property
    def each(self) -> float:
        """Microseconds of both, a report."""
        return (self.worker + self.redis) / self.reports * 1e6


class Enrolment:
    """Enrolment's worker on a stack, and the copies of the reports that it was given."""

    def __init__(self, stack: LocalStack, ends: Ends) -> None:
        self.stack, self.ends, self.copies = stack, ends, 0
        self.redis: Any = redis_of(stack.config)
        self._empty = self._memory()

    def stands(self) -> list[int]:
        """Return how far the worker is, by partition."""
        return stands_at(self.redis, ENROLMENT.name, "cursor", PARTITIONS)

    def bytes_a_student(self) -> float:
        """Return what Redis holds for a student, with the outcomes of its reports."""
        return (self._memory() - self._empty) / (self.copies * small_reports().students)

    def decided(self, copies: int) -> Deciding:
        """Give it more copies of the reports, and return what deciding them costs."""
        worker, redis = psutil.Process(self.stack.pid(ENROLMENT.worker)), psutil.Process(self.stack.pid(REDIS))
        before = cpu_of(worker), cpu_of(redis)
        load(self.stack.config, small_reports(), range(self.copies, self.copies + copies))
        self.copies += copies
        self.await_all()
        check_same(worker.pid, self.stack.pid(ENROLMENT.worker))
        return Deciding(copies * len(small_reports().lines), cpu_of(worker) - before[0], cpu_of(redis) - before[1])

    def await_all(self) -> None:
        """Wait until it has decided all. Raises ``NotRight``."""
        ends, begun = self.ends(), time.monotonic()
        while self.stands() != ends:
            if time.monotonic() > begun + LONGEST:
                raise NotRight(f"after {LONGEST:.0f} s the worker stands at {self.stands()} of {ends}")
            time.sleep(0.05)

    def check(self) -> None:
        """Compare what it recorded and what it keeps with what so many copies come to. Raises ``NotRight``."""
        with closing(Ends(self.stack.config, topics.STUDENT_STATUS)) as facts, closing(Ends(self.stack.config, topics.REFUSALS)) as refusals:
            found = Outcomes(sum(facts()), sum(refusals()), self._states())
        check_outcomes(found, self.copies)

    def killed(self) -> float:
        """Kill the worker, and return the seconds until nothing waits for it. The supervisor starts it anew."""
        return until_nothing_waits(partial(end, self.stack.pid(ENROLMENT.worker)), self.ends, self.stands, within=LONGEST)

    def _states(self) -> int:
        with self.redis.pipeline(transaction=False) as asked:
            for key in self.redis.scan_iter(f"{{{ENROLMENT.name}:*:b:*", count=10_000):
                asked.hlen(key)
            return sum(asked.execute())

    def _memory(self) -> int:
        return int(self.redis.info("memory")["used_memory"])


def check_outcomes(found: Outcomes, copies: int) -> None:
    """Raise ``NotRight`` unless enrolment has what so many copies of the reports come to."""
    wanted = Outcomes(*(copies * n for n in outcomes_of_reports()))
    # guard: no equality, no number
    if found != wanted:
        raise NotRight(f"enrolment has {found}, and the same reports come to {wanted}")
    # guard end


def measure(factor: float, rounds: int) -> Found:
    """Measure with few students, then let them become many."""
    each = small_reports().students
    piece = max(1, round(FEW * factor / each / rounds))
    many = max(2 * piece * rounds, round(MANY * factor / each))
    worker = next(process for process in PROCESSES if process.name == ENROLMENT.worker)
    with (
        TemporaryDirectory(prefix="baoxue-bench-") as home,
        LocalStack(StackConfig.on_free_ports(Path(home), partitions=PARTITIONS), services=(worker,)) as stack,
        closing(Ends(stack.config, topics.SUBMISSIONS)) as ends,
    ):
        enrolment = Enrolment(stack, ends)
        few = [enrolment.decided(piece) for _ in range(rounds)]
        enrolment.check()
        theirs = _streams_killed(enrolment, Path(home) / "streams")
        with profiled(stack.pid(ENROLMENT.worker)) as profile:
            enrolment.decided(max(0, many - piece * rounds - enrolment.copies))
        more = [enrolment.decided(piece) for _ in range(rounds)]
        enrolment.check()
        kept, students = enrolment.bytes_a_student(), enrolment.copies * each
        flow = Load(stack.config, small_reports(), enrolment.copies)
        with flow.flowing():
            killed = [enrolment.killed() for _ in range(rounds)]
        enrolment.copies = flow.number
        enrolment.await_all()
        enrolment.check()
    size = (
        f"{students:,} students against {piece * rounds * each:,}, two reports each, decided in {rounds} rounds; killed under a load of {RATE:,} "
        "reports a second, Kafka Streams once"
    )
    return Found(size, _values(few, more, kept, killed, theirs), profile)


def _values(few: list[Deciding], more: list[Deciding], kept: float, killed: list[float], theirs: list[float]) -> list[Value]:
    return [
        Value("a report where many students are, the worker and Redis, against one where few are", "x", _against(more, few), at_most=COST_TARGET),
        Value("a report where many students are, the worker", "us", [each.worker / each.reports * 1e6 for each in more]),
        Value("a report where many students are, its share of Redis", "us", [each.redis / each.reports * 1e6 for each in more]),
        Value("a report where few students are, the worker", "us", [each.worker / each.reports * 1e6 for each in few]),
        Value("a report where few students are, its share of Redis", "us", [each.redis / each.reports * 1e6 for each in few]),
        Value("memory of Redis for a student, with the outcomes of its reports", "bytes", [kept]),
        Value("the worker killed where many students are, until its lag is 0, by the clock", "s", killed, at_most=KILLED_TARGET),
        *([Value("Kafka Streams killed where few students are, until its lag is 0, by the clock", "s", theirs)] if theirs else []),
    ]


def _against(more: list[Deciding], few: list[Deciding]) -> list[float]:
    return [of_many.each / of_few.each for of_many, of_few in zip(more, few, strict=True)]


class _Streams:
    """Kafka Streams with the same reports: its group, its folder of states, and its process."""

    def __init__(self, config: StackConfig, contestant: Contestant, home: Path) -> None:
        if contestant.command is None:
            raise NotRight(f"{contestant.name} has no command")
        home.mkdir()
        self._home, self._task = home, home / "task.json"
        table, state = home / "table.json", home / "state"
        state.mkdir()
        table.write_bytes(msgspec.json.encode(decision_table()))
        task = task_on(config, "streams-killed", topics.SUBMISSIONS, state)
        write_private(self._task, msgspec.json.encode(replace(task, facts=_FACTS, refusals=_REFUSALS, table=str(table))).decode())
        self._admin: Any = KafkaAdminClient(**kafka_access.brokers(config, kafka_access.OPERATOR).client())
        self._admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in (_FACTS, _REFUSALS)])
        self._command = (*contestant.command(), self._task)
        self._processes = list[subprocess.Popen[bytes]]()

    def start(self) -> None:
        """Start its process, with the folder of states that the one before it left."""
        log = (self._home / f"log-{len(self._processes)}").open("wb")
        self._processes.append(subprocess.Popen(self._command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT))

    def kill(self) -> None:
        """Kill its process, and start another."""
        self._processes[-1].kill()
        self._processes[-1].wait()
        self.start()

    def stands(self) -> list[int]:
        """Return the offsets that it has committed, by partition."""
        [committed] = self._admin.list_group_offsets({"streams-killed": None}).values()
        by_partition = {at.partition: found.offset for at, found in committed.items() if at.topic == topics.SUBMISSIONS}
        return [by_partition.get(partition, 0) for partition in range(PARTITIONS)]

    def close(self) -> None:
        """End it."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._admin.close()


def _streams_killed(enrolment: Enrolment, home: Path) -> list[float]:
    """Let Kafka Streams decide all reports, kill it once under the load, and return the seconds until nothing waits for it."""
    try:
        streams = _Streams(enrolment.stack.config, DECIDING[STREAMS], home)
    except NoJdk:
        return []
    with closing(streams):
        streams.start()
        begun, ends = time.monotonic(), enrolment.ends()
        while streams.stands() != ends:
            if time.monotonic() > begun + LONGEST:
                raise NotRight(f"after {LONGEST:.0f} s Kafka Streams stands at {streams.stands()} of {ends}")
            time.sleep(0.2)
        flow = Load(enrolment.stack.config, small_reports(), enrolment.copies)
        with flow.flowing():
            seconds = until_nothing_waits(streams.kill, enrolment.ends, streams.stands, within=LONGEST)
    enrolment.copies = flow.number
    enrolment.await_all()
    return [seconds]
