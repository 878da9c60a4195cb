"""Other writers in our topics, with transactions: what they commit is read, what they abort is not, and nobody waits for what is no record."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner

from deploy.health import Health, health_of
from deploy.local import redis_access
from deploy.local.config import StackConfig
from deploy.local.doctor import examine
from deploy.local.processes import PROCESSES, ServiceProcess
from deploy.local.redis_access import OPERATOR
from deploy.local.stack import LocalStack
from services.reporting import cli
from shared.contracts.case_days import DayBegan
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.kafka_log import KafkaLog
from tests.components.enrolment.lines import event
from tests.support.stack import by_operator, told_of
from tests.support.stack_tokens import as_auditor, bearer

pytestmark = pytest.mark.live

ENROLMENT, REPORTING, CASE = (ServiceProcess(service, "worker") for service in ("enrolment", "reporting", "case"))
CHILD, OTHER, THIRD = f"{1:032x}", f"{2:032x}", f"{3:032x}"
PATIENCE = 60.0


class System:
    """A system of one partition, and another writer beside it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.log = KafkaLog(by_operator(stack.config), client_id="test")

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not await asyncio.to_thread(holds):
            assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}; {self.health()}"
            await asyncio.sleep(0.05)

    def health(self) -> dict[str, Health]:
        return {service.name: health_of(service.url(self.stack.config)) for service in PROCESSES}

    async def until_well(self) -> None:
        await self.until("all are ready", lambda: all(health == Health(alive=True) for health in self.health().values()))

    async def until_at_end(self) -> None:
        """Wait until every worker stands at the end of its topic: behind the last marker, not before it."""
        cursors = {
            "{enrolment:1:p0}:cursor": topics.SUBMISSIONS,
            "{case:1:p0}:cursor": topics.CASE_COMMANDS,
            "{case:1:p0}:policies": topics.STUDENT_STATUS,
            "{reporting:1:p0}:cursor": topics.STUDENT_STATUS,
        }
        with redis_access.client(self.stack.config, OPERATOR) as client:
            for cursor, topic in cursors.items():

                async def end(topic: str = topic) -> int:
                    return (await self.log.bounds(topic))[0][1]

                stop = time.monotonic() + PATIENCE
                while (stands := client.hget(cursor, "next")) != (wanted := str(await end())):
                    assert time.monotonic() < stop, f"{cursor} stands at {stands}, {topic} ends at {wanted}; {self.health()}"
                    await asyncio.sleep(0.05)

    async def report(self, *events: Mapping[str, Any]) -> str:
        body = b"\n".join(json.dumps(each).encode() for each in events)
        url = f"{self.stack.config.api_url('enrolment')}/v1/reports"
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(url, content=body, headers={"content-type": "application/x-ndjson", **bearer(self.stack.config)})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["batch"])

    async def receipt(self, batch: str) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=30) as client:
            found: dict[str, Any] = (
                await client.get(f"{self.stack.config.api_url('enrolment')}/v1/receipts/{batch}", headers=bearer(self.stack.config))
            ).json()
        return found

    @asynccontextmanager
    async def other(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = AIOKafkaProducer(**by_operator(self.stack.config).client(), transactional_id="other", transaction_timeout_ms=30_000)
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    async def facts(self) -> list[bytes]:
        end = (await self.log.end_offsets(topics.STUDENT_STATUS))[0]
        whole = [r.value or b"" async for piece in self.log.read(topics.STUDENT_STATUS, 0, 0, end) for r in piece]
        return [value for value in whole if DayBegan.TYPE.encode() not in value]  # days begin when they begin

    def verify(self) -> dict[str, Any]:
        config = self.stack.config
        options = ["--reporting", config.api_url("reporting"), "--json"]
        run = CliRunner(env=told_of(config) | as_auditor(config))
        found: dict[str, Any] = json.loads(run.invoke(cli.app, ["verify", *options]).stdout)
        return found

    def doctor(self) -> Mapping[str, str]:
        return {check.about: check.seen for check in examine(self.stack.config)}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with LocalStack(StackConfig.on_free_ports(tmp_path_factory.mktemp("others"), partitions=1), services=PROCESSES) as running:
        yield running


@pytest.fixture
async def system(stack: LocalStack) -> AsyncIterator[System]:
    system = System(stack)
    yield system
    await system.log.stop()


def dropped_out(child: str, n: int) -> tuple[dict[str, Any], dict[str, Any]]:
    year = 2010 + n
    enrolled = event("enrolled", id=f"{child}-{n}", subject=child, time=f"{year}-03-01T08:00:00+08:00")
    out = event("dropped-out", id=f"{child}-{n}-out", subject=child, time=f"{year}-05-01T08:00:00+08:00", change={"last_seen": f"{year}-04-01"})
    return enrolled, out


async def test_markers_of_transactions_keep_nobody_waiting(system: System) -> None:
    await system.until_well()
    await system.report(*dropped_out(CHILD, 1))
    await system.until_at_end()
    known = await system.facts()
    submission = json.dumps({**dropped_out(OTHER, 1)[0], "recordedtime": "2020-01-01T00:00:00Z", "partitionkey": OTHER}).encode()
    async with system.other() as other:
        # A repeat of a fact, and a report: both committed, each with a marker behind it.
        async with other.transaction():
            await other.send(topics.STUDENT_STATUS, known[0], key=CHILD.encode(), partition=0)
            await other.send(topics.SUBMISSIONS, submission, key=OTHER.encode(), partition=0)
        await other.begin_transaction()
        for topic in (topics.SUBMISSIONS, topics.CASE_COMMANDS, topics.STUDENT_STATUS):
            await other.send_and_wait(topic, b"never to be read", key=OTHER.encode(), partition=0)
        await other.abort_transaction()
    await system.until_at_end()
    await system.until_well()
    facts = await system.facts()
    assert [json.loads(fact)["subject"] for fact in facts].count(OTHER) == 1, "what was committed is decided on"
    found = await asyncio.to_thread(system.verify)
    assert (found["verdict"], found["findings"], found["further"], found["repeats"]) == ("equal", [], 0, 1)
    assert found["without_record"] >= 3
    assert "the record is counted to its end" in (await asyncio.to_thread(system.doctor))["counts"]


async def test_receipts_are_right_behind_offsets_without_a_record(system: System) -> None:
    batch = await system.report(*dropped_out(THIRD, 2), *dropped_out(THIRD, 2))
    await system.until_at_end()
    found = await system.receipt(batch)
    assert (found["accepted"], found["duplicate"], found["pending"]) == (2, 2, 0)


async def test_a_redis_that_was_lost_is_filled_again_up_to_the_last_marker(system: System) -> None:
    with redis_access.client(system.stack.config, OPERATOR) as client:
        client.flushall()
    await system.until_at_end()
    await system.until_well()
    assert (await asyncio.to_thread(system.verify))["verdict"] == "equal"


async def test_an_open_transaction_holds_back_and_is_said_and_makes_nobody_unready(system: System) -> None:
    async with system.other() as other:
        await other.begin_transaction()
        await other.send_and_wait(topics.STUDENT_STATUS, b"never to be read", key=OTHER.encode(), partition=0)
        await system.until_well()
        found = await asyncio.to_thread(system.verify)
        assert (found["verdict"], found["equal"], found["further"]) == ("behind", False, 1)
        said = (await asyncio.to_thread(system.doctor))["counts"]
        assert "goes 1 offsets further than what is counted" in said
        assert "transaction is open since student-status[0]@" in said
        await other.abort_transaction()
    await system.until_at_end()
    assert (await asyncio.to_thread(system.verify))["verdict"] == "equal"


HONEST = tuple(f"{n:032x}" for n in range(100, 107))
"""Children of whom honest reports come, one behind each forged fact."""


def forged(fact: bytes, offset: int, *, of_position: bool = True, n: int = 0, **more: object) -> bytes:
    """Return a copy of a fact as a hostile neighbour would write it, for the input at an offset."""
    sequence = f"{offset:016d}-{n:04d}"
    id_ = uuid5_of_position(topics.SUBMISSIONS, 0, offset, n) if of_position else "0e0f3b0a-1111-5111-8111-0123456789ab"
    return json.dumps({**json.loads(fact), "sequence": sequence, "id": id_, **more}).encode()


async def test_facts_that_a_hostile_neighbour_writes_blind_nobody_and_are_named(system: System) -> None:
    """The last test: what was put aside stays a finding of verify and of the doctor."""
    await system.until_at_end()
    known = next(fact for fact in await system.facts() if json.loads(fact)["source"] == "/enrolment")
    child = json.loads(known)["subject"].encode()
    end = (await system.log.end_offsets(topics.SUBMISSIONS))[0]
    before = await asyncio.to_thread(system.verify)
    assert before["verdict"] == "equal"
    hostile = [
        (forged(known, 9_999_999_999), child),
        (forged(known, end + 9), child),
        (forged(known, 922_337_203_685_477, n=5807), child),
        (forged(known, 9_999_999_999, of_position=False), child),
        (forged(known, 9_999_999_999, source="/case"), child),
        (forged(known, 9_999_999_999), HONEST[0].encode()),
        (forged(known, 9_999_999_999_999_999), child),
    ]
    producer = AIOKafkaProducer(**by_operator(system.stack.config).client())
    await producer.start()
    for (value, key), honest in zip(hostile, HONEST, strict=True):
        await producer.send_and_wait(topics.STUDENT_STATUS, value, key=key, partition=0)
        await system.report(*dropped_out(honest, 3))
    await producer.stop()
    named = {
        "beyond the end of its input topic": 4,
        "of a type that its source does not write": 1,
        "key and subject differ": 1,
        "malformed sequence": 1,
    }
    await system.until_at_end()
    said = (await asyncio.to_thread(system.doctor))[topics.dead(topics.STUDENT_STATUS)]
    assert "7 records do not count: beyond the end of its input topic (4)" in said
    for rebuilt in (False, True):
        if rebuilt:
            # By now the input topic goes further than one of the forged facts said.
            with redis_access.client(system.stack.config, OPERATOR) as client:
                client.flushall()
            await system.until_at_end()
            await system.until_well()

        def files_follow() -> bool:
            return bool((told := system.verify())["altogether"]["files_open"] == told["altogether"]["out_of_school"])

        await system.until("the policies have answered every honest fact", files_follow)
        told = await asyncio.to_thread(system.verify)
        assert (told["verdict"], told["differing"], told["further"]) == ("not sound", 0, 0)
        assert told["altogether"]["out_of_school"] == before["altogether"]["out_of_school"] + len(HONEST)
        assert {finding["problem"]: finding["records"] for finding in told["findings"]} == named
    async with httpx.AsyncClient() as client:
        metrics = (await client.get(f"{REPORTING.url(system.stack.config)}/metrics")).text
    assert f'baoxue_dead_letters_total{{reason="key and subject differ",topic="{topics.STUDENT_STATUS}"}}' in metrics
