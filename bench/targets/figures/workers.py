"""What a deciding worker pays for a command that it decides, and for a fact that its policies pass over: CPU, from real Kafka to real Redis.

Each of the two followers of a worker runs alone, as ``one_follower``, with a broker and a Redis of its own. Deciding has come out right where the
record then holds, byte for byte, the facts that the decider made of the same commands in memory; passing over, where no command was published.
"""

import asyncio
from collections.abc import Callable
from itertools import cycle, islice
from typing import NamedTuple

from bench.side_by_side.record import Log, Pairs, make_record
from bench.side_by_side.stack import PARTITIONS, stack_with
from bench.targets.measured import Found, Line, NotRight, Value
from bench.targets.profiling import profiled
from bench.targets.system import Costs, begun_all, follower, redis_of, stands_at
from deploy.local import kafka_access
from deploy.local.config import StackConfig
from deploy.local.stack import LocalStack
from services.case.policies import CasePolicies
from services.relief.policies import ReliefPolicies
from shared.deciding.policy_follower import Policies
from shared.log import topics
from shared.log.kafka_log import KafkaLog

SCALE, PASSED, WITHIN, TOLD = 0.1, 1_000_000, 240.0, 6
"""Of the demo's history, whose commands are decided; facts that are passed over; seconds for a round; lines of a profile."""
DECIDED_TARGET, PASSED_TARGET = 10.0, 1.0
"""Microseconds of the worker's CPU."""
POLICIES: tuple[Policies, ...] = (CasePolicies(), ReliefPolicies())


class _Run(NamedTuple):
    records: int
    costs: Costs
    profile: list[Line]


def measure(factor: float, rounds: int) -> Found:
    """Measure case's and relief's worker."""
    record = make_record(scale=SCALE * factor, seed=1, partitions=PARTITIONS)
    values: list[Value] = []
    profile: list[Line] = []
    for policies in POLICIES:
        runs = [_decided(record, policies, look=n == rounds) for n in range(rounds + 1)]
        values += _values(f"{policies.service}: a command decided", runs[:rounds], DECIDED_TARGET)
        profile += [Line(f"{policies.service} decides: {line.where}", line.share) for line in runs[rounds].profile[:TOLD]]
        runs = _passed_over(record, policies, int(PASSED * factor), rounds)
        values += _values(f"{policies.service}: a fact passed over", runs[:rounds], PASSED_TARGET)
        profile += [Line(f"{policies.service} passes over: {line.where}", line.share) for line in runs[rounds].profile[:TOLD]]
    commands = {policies.service: sum(map(len, record[policies.commands_topic])) for policies in POLICIES}
    told = " and ".join(f"{n:,} commands of {service}" for service, n in commands.items())
    return Found(f"{told}, {int(PASSED * factor):,} facts that nobody hears; {rounds} rounds", values, profile)


def _values(what: str, runs: list[_Run], target: float) -> list[Value]:
    def us(of: Callable[[Costs], float]) -> list[float]:
        return [of(run.costs) / run.records * 1e6 for run in runs]

    return [
        Value(f"{what}, the worker", "us", us(lambda costs: costs.process), at_most=target),
        Value(f"{what}, its share of Redis", "us", us(lambda costs: costs.redis)),
        Value(f"{what}, its share of the broker", "us", us(lambda costs: costs.broker)),
    ]


def _decided(record: Log, policies: Policies, *, look: bool) -> _Run:
    commands = record[policies.commands_topic]
    with stack_with({policies.commands_topic: commands}) as stack:
        run = _run(stack, policies, "decides", "cursor", [len(partition) for partition in commands], look=look)
        wanted = [[pair for pair in partition if _is_of(policies.service, pair)] for partition in record[topics.STUDENT_STATUS]]
        found = asyncio.run(_read(stack.config, topics.STUDENT_STATUS))
    # guard: no equality, no number
    if found != wanted:
        raise NotRight(
            f"{policies.service} recorded {sum(map(len, found))} facts, and the same commands come to {sum(map(len, wanted))}, or to others"
        )
    # guard end
    return run


def _passed_over(record: Log, policies: Policies, number: int, rounds: int) -> list[_Run]:
    """Return the rounds, each from an empty Redis, and one more under the profiler."""
    facts = unheard(policies, record, number)
    runs: list[_Run] = []
    with stack_with({topics.STUDENT_STATUS: facts}) as stack:
        for n in range(rounds + 1):
            redis_of(stack.config).flushall()
            runs.append(_run(stack, policies, "hears", "policies", [len(partition) for partition in facts], look=n == rounds))
        if published := sum(map(len, asyncio.run(_read(stack.config, policies.commands_topic)))):
            raise NotRight(f"{policies.service} published {published} commands for facts that it does not hear")
    return runs


def _run(stack: LocalStack, policies: Policies, which: str, cursor: str, ends: list[int], *, look: bool) -> _Run:
    redis, service = redis_of(stack.config), policies.service

    def stands() -> list[int]:
        return stands_at(redis, service, cursor, PARTITIONS)

    with follower(stack, service, which) as process:
        process.wait(lambda: begun_all(redis, service, cursor, PARTITIONS), what=f"{service} begins", within=WITHIN, look=0.02)
        begun, behind = process.costs(), sum(ends) - sum(stands())
        if look:
            with profiled(process.pid) as profile:
                process.wait(lambda: stands() == ends, what=f"{service} {which}", within=WITHIN)
        else:
            profile = []
            process.wait(lambda: stands() == ends, what=f"{service} {which}", within=WITHIN)
        return _Run(behind, process.costs().since(begun), profile)


def unheard(policies: Policies, record: Log, number: int) -> list[Pairs]:
    """Return so many facts that policies do not hear, in the partitions that they are of: those of the record, over and over again."""
    heard = [(f'{source}"'.encode(), policies.marks.get(source, (b"",))) for source in policies.hears]
    each = number // PARTITIONS

    def is_heard(value: bytes) -> bool:
        return any(name in value and any(mark in value for mark in marks) for name, marks in heard)

    of = [[pair for pair in partition if not is_heard(pair[1])] for partition in record[topics.STUDENT_STATUS]]
    return [list(islice(cycle(partition), each)) for partition in of]


def _is_of(service: str, pair: tuple[bytes, bytes]) -> bool:
    return f'"source":"/{service}"'.encode() in pair[1]


async def _read(config: StackConfig, topic: str) -> list[Pairs]:
    log = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench")
    try:
        ends = await log.end_offsets(topic)
        read = [[r async for piece in log.read(topic, partition, 0, ends[partition]) for r in piece] for partition in sorted(ends)]
    finally:
        await log.stop()
    return [[(r.key or b"", r.value or b"") for r in partition] for partition in read]
