"""What taking reports in costs the enrolment api: bodies of 100 lines as NDJSON, acknowledged, from real HTTP into a real broker.

It is held against the same lines decoded and produced without HTTP (``plain_intake``). Both have come out right where each partition of the two
topics holds as many lines. In between stands what the api does without HTTP: its own check and its own log, without receipts.
"""

import asyncio
import json
import subprocess
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import msgspec
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from bench.intake import NDJSON, reports
from bench.side_by_side.catalogue import PYTHON
from bench.side_by_side.stack import PARTITIONS
from bench.side_by_side.task import Task
from bench.targets.measured import Found, NotRight, Value
from bench.targets.profiling import profiled
from deploy.local import kafka_access
from deploy.local.config import ROOT, StackConfig
from deploy.local.private_files import write_private
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack
from services.enrolment.intake.batch import Batch
from services.enrolment.intake.line_checker import LineChecker
from services.enrolment.limits import Limits
from shared import clock
from shared.contracts.services import ENROLMENT
from shared.geography.divisions import divisions
from shared.identity.caller import Role
from shared.identity.offices import offices_below
from shared.log import topics
from shared.log.kafka_log import KafkaLog
from tests.support.stack_tokens import bearer

LINES, AT_ONCE, AT_A_TIME, TARGET = 100_000, 100, 8, 0.6
"""Lines of a round, and of a request; requests under way at once; as many lines per CPU second as the plain way, times this."""
_PLAIN, _WITHOUT_HTTP = "bench.plain", "bench.without-http"


def measure(factor: float, rounds: int) -> Found:
    """Measure the api and the plain way in turn, there and back."""
    lines = reports(int(LINES * factor) // AT_ONCE * AT_ONCE)
    bodies = [b"\n".join(lines[at : at + AT_ONCE]) for at in range(0, len(lines), AT_ONCE)]
    api = next(each for each in PROCESSES if each.name == ENROLMENT.api)
    with (
        TemporaryDirectory(prefix="baoxue-bench-") as home,
        LocalStack(StackConfig.on_free_ports(Path(home) / "stack", partitions=PARTITIONS), services=(api,)) as stack,
    ):
        _make_topics(stack.config)
        file = Path(home) / "lines"
        file.write_bytes(b"\n\n".join(bodies))
        taken, plain, bare = list[float](), list[float](), list[float]()
        _posted(stack, bodies[:100])
        for n in range(rounds):
            for way in "abc" if n % 2 == 0 else "cba":
                if way == "a":
                    taken.append(_posted(stack, bodies))
                elif way == "b":
                    bare.append(asyncio.run(_without_http(stack.config, bodies)))
                else:
                    plain.append(_plainly(stack.config, file, home))
        with profiled(stack.pid(ENROLMENT.api)) as profile:
            _posted(stack, bodies)
        _check(stack.config, rounds)
    each = len(lines) / 1e6
    values = [
        Value("the api, per CPU second, against decode and produce", "x", [b / a for a, b in zip(taken, plain, strict=True)], at_least=TARGET),
        Value("the api, a line", "us", [spent / each for spent in taken]),
        Value("its check and its log without HTTP and receipts, a line", "us", [spent / each for spent in bare]),
        Value("decode and produce, a line", "us", [spent / each for spent in plain]),
    ]
    return Found(f"{len(lines):,} lines in bodies of {AT_ONCE}, {AT_A_TIME} requests at a time; {rounds} rounds", values, profile)


def _posted(stack: LocalStack, bodies: list[bytes]) -> float:
    """Post all bodies, and return the CPU seconds of the api."""
    before = stack.costs()[ENROLMENT.api].cpu_seconds
    asyncio.run(_post(stack.config, bodies))
    return stack.costs()[ENROLMENT.api].cpu_seconds - before


async def _post(config: StackConfig, bodies: list[bytes]) -> None:
    waiting = iter(bodies)
    headers = {"content-type": NDJSON, **bearer(config, Role.SENDER, office="/provinces/51")}
    async with aiohttp.ClientSession(config.api_url(ENROLMENT.name), headers=headers) as client:

        async def send() -> None:
            for body in waiting:
                async with client.post("/v1/reports", data=body) as answer:
                    told = await answer.read()
                    if answer.status != 202 or json.loads(told)["logged"] != AT_ONCE:
                        raise NotRight(f"the api answered {answer.status}: {told[:300]!r}")

        await asyncio.gather(*(send() for _ in range(AT_A_TIME)))


async def _without_http(config: StackConfig, bodies: list[bytes]) -> float:
    limits, waiting = Limits(), iter(bodies)
    checker = LineChecker(divisions(), longest=limits.line_bytes, deepest=limits.line_depth)
    now: datetime = clock.now()
    sources = offices_below("/provinces/51", now.date())
    log = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench")
    await log.start()
    begun = time.process_time()

    async def take() -> None:
        for body in waiting:
            batch = Batch("bench", received_at=now, sources=sources, partitions=PARTITIONS)
            batch.add(body.split(b"\n"), checker)
            await log.append(_WITHOUT_HTTP, batch.records)

    await asyncio.gather(*(take() for _ in range(AT_A_TIME)))
    spent = time.process_time() - begun
    await log.stop()
    return spent


def _plainly(config: StackConfig, file: Path, home: str) -> float:
    kafka, told = kafka_access.brokers(config, kafka_access.OPERATOR), Path(home) / "task.json"
    task = Task("plain-intake", kafka.bootstrap, str(kafka.user), str(kafka.password), _PLAIN, PARTITIONS, 0, "", "", str(file))
    told.unlink(missing_ok=True)
    write_private(told, msgspec.json.encode(task).decode())
    command = (PYTHON, "-m", "bench.targets.processes.plain_intake", told)
    run = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    if run.returncode:
        raise NotRight(f"decode and produce ended with {run.returncode}: {run.stderr[-500:]}")
    return float(run.stdout)


def _make_topics(config: StackConfig) -> None:
    admin = KafkaAdminClient(**kafka_access.brokers(config, kafka_access.OPERATOR).client())
    try:
        admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in (_PLAIN, _WITHOUT_HTTP)])
    finally:
        admin.close()


def _check(config: StackConfig, rounds: int) -> None:
    """Raise ``NotRight`` unless the topics hold as many lines: the api's has those of one round and of 100 bodies more."""

    async def ends() -> list[list[int]]:
        log = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench")
        try:
            found = [await log.end_offsets(name) for name in (topics.SUBMISSIONS, _PLAIN, _WITHOUT_HTTP)]
        finally:
            await log.stop()
        return [[of[partition] for partition in sorted(of)] for of in found]

    api, plain, bare = asyncio.run(ends())
    once = [n // rounds for n in plain]
    warm = [taken - n * (rounds + 1) for taken, n in zip(api, once, strict=True)]
    # guard: no equality, no number
    if plain != bare or sum(warm) != 100 * AT_ONCE or min(warm) < 0:
        raise NotRight(f"the api logged {api} lines, decode and produce {plain}, the check alone {bare}, by partition")
    # guard end
