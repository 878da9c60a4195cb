"""How much memory a worker takes that begins an hour behind: the most that its process ever had, until nobody has anything left to do.

An hour are as many facts as a nation records in a mean one: three thousand million in a year (design, section 10). One worker is off while the
others take the reports of that hour; then it begins. It came out right where the record then holds as many facts of each kind about each child as
the deciders and policies come to in memory. Those of the days that pass are left out: how many there are depends on when case's worker looks.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import NamedTuple

import msgspec

from bench.side_by_side.record import Log, make_record
from bench.side_by_side.run import peak_of
from bench.side_by_side.stack import PARTITIONS, stack_with
from bench.targets.measured import Found, NotRight, Value
from bench.targets.system import MB, Running, redis_of, running, stands_at
from deploy.local import kafka_access
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack
from shared.contracts.case_days import URGENCY_FACTS, DayBegan
from shared.contracts.services import SERVICES, ServiceSpec
from shared.log import topics
from shared.log.kafka_log import KafkaLog

HOUR, TARGET, WITHIN = 342_000, 250.0, 480.0
"""Facts; MB; seconds until nobody has anything left to do."""
SCALE = 0.067
"""Of the demo's history, whose facts are an hour's."""
OF_DAYS = frozenset((DayBegan.TYPE, *(each.TYPE for each in URGENCY_FACTS)))


class _Fact(msgspec.Struct):
    subject: str
    type: str


class Behind(NamedTuple):
    """What a worker had before it when it began, and at the end: records of its topics; the peak of its memory in bytes; and what was recorded."""

    records: int
    peak: int
    facts: Counter[tuple[str, str]]


def measure(factor: float, rounds: int) -> Found:
    """Measure each of the four workers."""
    record = make_record(scale=SCALE * factor, seed=1, partitions=PARTITIONS)
    wanted = facts_in(value for partition in record[topics.STUDENT_STATUS] for _, value in partition)
    values: list[Value] = []
    for spec in SERVICES:
        runs = [right(spec.worker, _behind(record, spec), wanted) for _ in range(rounds)]
        values.append(Value(f"{spec.worker}, {runs[0].records:,} records behind", "MB", [run.peak / MB for run in runs], at_most=TARGET))
    return Found(f"{wanted.total():,} facts in an hour of {HOUR * factor:,.0f}; {rounds} rounds", values)


def facts_in(values: Iterable[bytes]) -> Counter[tuple[str, str]]:
    """Return how many facts of each kind there are about each child."""
    decode = msgspec.json.Decoder(_Fact).decode
    return Counter((fact.subject, fact.type) for fact in map(decode, values) if fact.type not in OF_DAYS)


def right(worker: str, run: Behind, wanted: Counter[tuple[str, str]]) -> Behind:
    """Raise ``NotRight`` unless a worker was behind, and recorded what it must."""
    # guard: no equality, no number
    if not run.records:
        raise NotRight(f"{worker} had nothing before it")
    if run.facts != wanted:
        more, less = (run.facts - wanted).total(), (wanted - run.facts).total()
        raise NotRight(f"with {worker} off for an hour, {more} facts were recorded that must not be, and {less} were not that must be")
    # guard end
    return run


def _behind(record: Log, spec: ServiceSpec) -> Behind:
    """Take the reports of an hour without one worker, and then let it begin."""
    with stack_with({topics.SUBMISSIONS: record[topics.SUBMISSIONS]}) as stack, ExitStack() as workers, asyncio.Runner() as runner:
        log = KafkaLog(kafka_access.brokers(stack.config, kafka_access.OPERATOR), client_id="bench")
        try:
            others = [each for each in SERVICES if each is not spec]
            at_work = [_begun(workers, stack, each) for each in others]
            _wait(runner, log, stack, at_work, others)
            before = runner.run(_ends(log, [spec]))
            last = _begun(workers, stack, spec)
            _wait(runner, log, stack, [last, *at_work], SERVICES)
            return Behind(sum(map(sum, before.values())), peak_of(last.pid), runner.run(_recorded(log)))
        finally:
            runner.run(log.stop())


def _begun(workers: ExitStack, stack: LocalStack, spec: ServiceSpec) -> Running:
    config = stack.config.model_copy(update={"today": "record"})
    program = next(each for each in PROCESSES if each.name == spec.worker).program(config)
    return workers.enter_context(running(stack, program.command, program.environment))


def _wait(runner: asyncio.Runner, log: KafkaLog, stack: LocalStack, at_work: Sequence[Running], specs: Sequence[ServiceSpec]) -> None:
    """Wait until workers stand at the end of what they read, and nothing more came while that was looked at."""
    redis = redis_of(stack.config)

    def at_rest() -> bool:
        ends = runner.run(_ends(log, specs))
        stands = {(service, what): stands_at(redis, service, what, PARTITIONS) for service, what in ends}
        return stands == ends == runner.run(_ends(log, specs))

    at_work[0].wait(at_rest, what=f"{', '.join(spec.worker for spec in specs)} at rest", within=WITHIN, look=0.25)


async def _ends(log: KafkaLog, specs: Sequence[ServiceSpec]) -> dict[tuple[str, str], list[int]]:
    """Return the ends of what workers read, by service and cursor."""
    reads: dict[tuple[str, str], str] = {}
    for spec in specs:
        reads |= {(spec.name, "cursor"): topics.STUDENT_STATUS if spec.input is None else spec.input.name}
        reads |= {(spec.name, "policies"): topics.STUDENT_STATUS} if spec.hears else {}
    ends = {topic: await log.end_offsets(topic) for topic in set(reads.values())}
    return {name: [ends[topic][partition] for partition in range(PARTITIONS)] for name, topic in reads.items()}


async def _recorded(log: KafkaLog) -> Counter[tuple[str, str]]:
    found = Counter[tuple[str, str]]()
    for partition, end in (await log.end_offsets(topics.STUDENT_STATUS)).items():
        async for piece in log.read(topics.STUDENT_STATUS, partition, 0, end):
            found.update(facts_in(record.value or b"" for record in piece))
    return found
