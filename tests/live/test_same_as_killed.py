"""Merges across partitions while the workers of enrolment, case and relief are killed again and again, and Redis once.

Each child is counted once, by the record and by the counts; no file and no unpaid grant is left at an id that was merged.

The reports go straight into the topic of submissions.
"""

import asyncio
import json
import time

from typer.testing import CliRunner

from deploy.local.processes import REDIS, ServiceProcess
from deploy.local.stack import LocalStack
from services.enrolment.domain.packed import unpack
from services.enrolment.domain.state import MergeStage
from services.reporting.cli import app as auditors
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.case_days import DayBegan
from shared.contracts.relief import Grant, GrantState
from shared.events.codec import read_event, read_fact
from shared.log import topics
from shared.log.kafka_log import KafkaLog
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment
from tests.live.at_rest import INPUTS, PATIENCE, publish, until_at_rest
from tests.support.stack import NewStack, by_operator, told_of
from tests.support.stack_tokens import as_auditor

ENROLMENT, CASE, RELIEF = workers = [ServiceProcess(service, "worker") for service in INPUTS]
REPORTING = (ServiceProcess("reporting", "worker"), ServiceProcess("reporting", "api"))
PAIRS = 60
IN_SCHOOL = {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}
KILLS = (
    (ENROLMENT.name, 0.05), (CASE.name, 0.1), (RELIEF.name, 0.1), (ENROLMENT.name, 0.4), (REDIS, 0.2), (RELIEF.name, 0.3), (CASE.name, 0.2),
    (ENROLMENT.name, 0.1),
)  # fmt: skip
"""What is killed, and how many seconds after all was at work again: moments in the midst of the steps, whatever those are."""


def reported() -> tuple[Enrolment, list[tuple[str, str]]]:
    """Return the reports of so many pairs of ids, as inputs of their partitions, and the pairs, the older first."""
    enrolment, pairs = Enrolment(), []
    for n in range(PAIRS):
        older, younger = f"{2 * n:032x}", f"{2 * n + 1:032x}"
        pairs.append((older, younger))
        enrolment.send(older, "enrolled", "2020-03-01T08:00:00+08:00", IN_SCHOOL, id_=f"a{n}")
        enrolment.send(younger, "enrolled", "2020-03-02T08:00:00+08:00", IN_SCHOOL, id_=f"b{n}")
        enrolment.send(younger, "dropped-out", "2020-03-03T08:00:00+08:00", {"reason": "work", "last_seen": "2020-03-01"}, id_=f"c{n}")
    return enrolment, pairs


def announced(enrolment: Enrolment, pairs: list[tuple[str, str]]) -> None:
    for n, pair in enumerate(pairs):
        one, other = pair if n % 2 else reversed(pair)
        enrolment.send(one, "same-as", "2020-03-10T08:00:00+08:00", {"student": other}, id_=f"d{n}")


async def read_back(log: KafkaLog, enrolment: Enrolment) -> list[list[bytes]]:
    """Give enrolment the facts that it has in the record; return the whole record, by partition."""
    ends = await log.end_offsets(topics.STUDENT_STATUS)
    whole = []
    for place, partition in enumerate(enrolment.partitions):
        whole.append([record.value or b"" async for piece in log.read(topics.STUDENT_STATUS, place, 0, ends[place]) for record in piece])
        partition.record = [value for value in whole[place] if read_event(value).source == "/enrolment"]
    return whole


def followed(record: list[list[bytes]]) -> tuple[dict[str, CaseStanding], dict[str, Grant]]:
    """Return how the record leaves the file and the term's grant of each id; what it repeats is passed over."""
    files: dict[str, CaseStanding] = {}
    grants: dict[str, Grant] = {}
    for partition in record:
        last: dict[str, str] = {}
        for value in partition:
            event, data = read_fact(value)
            if event.source == "/enrolment" or event.sequence <= last.get(event.source, ""):
                continue
            last[event.source] = event.sequence
            if isinstance(data, DayBegan):
                continue
            if isinstance(data, CaseFact):
                assert data.before == files.get(event.subject)
                files[event.subject] = data.after
            elif data.after is not None:
                assert data.before == grants.get(event.subject)
                grants[event.subject] = data.after
    return files, grants


def verified(stack: LocalStack, records: int) -> dict[str, object]:
    """Verify the counts until they show all of the record; on the way they are equal too."""
    end = time.monotonic() + PATIENCE
    arguments = ["verify", "--reporting", stack.config.api_url("reporting"), "--json"]
    while True:
        done = CliRunner(env=told_of(stack.config) | as_auditor(stack.config)).invoke(auditors, arguments)
        assert done.exit_code in (0, 1), done.output
        found: dict[str, object] = json.loads(done.stdout)
        assert found["equal"], done.output
        if found["records"] == records:
            return found
        assert time.monotonic() < end, f"the counts stopped at {found['as_of']}"


async def test_merges_are_exact_however_often_the_workers_are_killed_in_the_midst(new_stack: NewStack) -> None:
    stack = await asyncio.to_thread(new_stack, services=(*workers, *REPORTING), partitions=PARTITIONS)
    log = KafkaLog(by_operator(stack.config), client_id="test")
    enrolment, pairs = reported()
    try:
        await publish(log, enrolment)
        await until_at_rest(stack, log)
        announced(enrolment, pairs)
        publishing = asyncio.create_task(publish(log, enrolment))
        for victim, pause in KILLS:
            # No condition is waited for: any moment is as good as another, and that is the point.
            await asyncio.sleep(pause)
            pid = await asyncio.to_thread(stack.kill, victim)
            await asyncio.to_thread(stack.wait_alive, victim, other_than=pid)
            for worker in workers:
                await asyncio.to_thread(stack.wait_ready, worker.name, timeout=PATIENCE)
        await publishing
        await until_at_rest(stack, log)
        record = await read_back(log, enrolment)
        found = await asyncio.to_thread(verified, stack, sum(map(len, record)))
    finally:
        await log.stop()
    assert enrolment.counted() == {child: int(child == older) for older, younger in pairs for child in (older, younger)}
    now = enrolment.standings()
    for older, younger in pairs:
        left = now[older]
        assert left is not None
        assert (left.status, now[younger]) == ("dropped_out", None), "the newest of both"
        assert enrolment.steps(older).count("took-over") == 1
        assert enrolment.steps(younger).count("merged") == 1
    assert found["verdict"] == "equal"
    files, grants = followed(record)
    for older, younger in pairs:
        assert (files[older].state, files[younger].state) == (CaseState.OPEN, CaseState.CLOSED)
        assert (grants[older].state, grants[younger].state) == (GrantState.SUSPENDED, GrantState.ENDED)
    states = {key.decode(): state for place in range(PARTITIONS) for key, state in enrolment.rebuilt(place).items()}
    assert {stage_of(states[younger]) for _, younger in pairs} == {MergeStage.ACKNOWLEDGED}
    assert {stage_of(states[older]) for older, _ in pairs} == {None}


def stage_of(state: bytes) -> MergeStage | None:
    merge = unpack(state).merge
    return None if merge is None else merge.stage
