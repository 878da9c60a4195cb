"""Rows 9 to 12: reports come often and in any order, poison stands in the topics, versions meet, a cursor fits no log."""

import asyncio
import json
import math
import os
import random
import signal
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer

from services.enrolment.decider import EnrolmentDecider
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.event_log import LogRecord
from tests.live.faults.changes import DECIDES_OTHERWISE
from tests.live.faults.checks import cells_of, check, decided, must, shown_cells
from tests.live.faults.guards import BELONGING, PUBLISHED, REPEATS, WITHIN_LOG
from tests.live.faults.load import History, life, until
from tests.live.faults.row import WITH_POLICIES, Row
from tests.live.faults.rows.processes import overtaken
from tests.live.faults.system import System, Wrong
from tests.support.stack import by_operator

MOST_REPEATS, BRIEF_REPEATS = 1_000, 30


def _lives(system: System) -> list[list[dict[str, Any]]]:
    drawn = random.Random(system.seed)
    return [life(n, drawn) for n in range(1, 25 if system.full else 9)]


async def reported_often(system: System) -> None:
    """Report each of some lives 1 to 1,000 times, under its own id and others, shuffled; and days later once more, in order."""
    drawn, lives = random.Random(system.seed), _lives(system)
    most = MOST_REPEATS if system.full else BRIEF_REPEATS
    often = [
        report if n % 2 == 0 else {**report, "id": f"{report['id']}-again-{n}"}
        for told in lives
        for report in told
        for n in range(round(math.exp(drawn.uniform(0.0, math.log(most)))))
    ]
    drawn.shuffle(often)
    system.injected += len(often)
    load = system.load(children=0)
    await load.report_all([often[first : first + 200] for first in range(0, len(often), 200)])
    await load.report_all([[report] for told in lives for report in told])


def _as_logged(report: Mapping[str, Any]) -> bytes:
    return json.dumps({**report, "recordedtime": "2021-01-01T00:00:00Z", "partitionkey": report["subject"]}).encode()


async def check_as_if_once(system: System) -> History:
    """Check that the counts are those of a system to which every report came once, in order."""
    told = [report for told in _lives(system) for report in told if report["type"] != "cn.baoxue.reported.moved.v1"]
    lines = [LogRecord(n, report["subject"].encode(), _as_logged(report)) for n, report in enumerate(told)]
    once = {cell: n for cell, n in cells_of(decided(0, lines, EnrolmentDecider()).facts.values()).items() if n}
    shown = {cell: n for cell, n in (await asyncio.to_thread(shown_cells, system)).items() if n and ":status." in cell}
    must(shown == once, f"counted {shown}, and told once it would be {once}")
    return await check(system)


DEEP = 100_000


def poison(partition: int, end: int) -> list[tuple[bytes | None, bytes | None]]:
    """Return keys and values that belong in no topic. ``end``: of the inputs of enrolment in that partition."""
    child = f"{10**9:032x}"
    standing = {"status": "dropped_out", "county": "513431", "stage": None, "poor": True, "reason": "work"}
    data = {"reason": "work", "last_seen": "2018-01-01", "before": None, "after": standing}
    fact = {
        "specversion": "1.0", "id": "0", "source": "/enrolment", "type": "cn.baoxue.student.dropped-out.v1", "subject": child, "partitionkey": child,
        "time": "2019-01-01T08:00:00+08:00", "recordedtime": "2019-01-01T08:00:00+08:00", "causationid": "0", "reportedby": "/provinces/51",
        "sequence": f"{0:016d}-0000", "data": data,
    }  # fmt: skip
    key = child.encode()

    def like(**changed: object) -> bytes:
        return json.dumps({**fact, **changed}).encode()

    beyond = (9_999_999_999, end + 1_000_000)
    forged = [like(sequence=f"{offset:016d}-0000", id=uuid5_of_position(topics.SUBMISSIONS, partition, offset, 0)) for offset in beyond]
    return [
        (key, b"\xff\x00\xfe"),
        (key, b"{"),
        (key, b"[" * DEEP),
        (key, b'{"a":' * DEEP),
        (key, like(data={**data, "after": {**standing, "poor": 10**400}})),
        (key, b'{"specversion":"1.0","id":' + b"9" * 5_000 + b"}"),
        (None, like()),
        (key, None),
        (None, b""),
        (key, like(type="cn.baoxue.student.beamed-up.v1")),
        (f"{10**9 + 1:032x}".encode(), like()),
        *((key, each) for each in forged),
    ]


POISONED = (topics.STUDENT_STATUS, topics.SUBMISSIONS, topics.CASE_COMMANDS, topics.RELIEF_COMMANDS)


async def poisoned(system: System) -> None:
    """Write poison between honest records, into every topic that a worker reads."""
    producer = AIOKafkaProducer(**by_operator(system.config).client(), max_request_size=4 << 20)
    await producer.start()
    try:
        async with system.under_load() as load:
            await system.until_acknowledged(load)
            for _ in range(3 if system.full else 1):
                ends = await system.log.end_offsets(topics.SUBMISSIONS)
                for topic in POISONED:
                    for partition, end in ends.items():
                        for key, value in poison(partition, end):
                            await producer.send_and_wait(topic, value, key=key, partition=partition)
                            system.injected += 1
                await system.until_acknowledged(load)
    finally:
        await producer.stop()


async def check_poisoned(system: System) -> History:
    """Check all that is checked anyway, and that the record has as many findings as there is poison in it."""
    return await check(system, foreign=system.injected // len(POISONED))


async def versions_mixed(system: System) -> None:
    """Stop a worker of one version between publish and apply, and have one of another version take up its step; and the other way round."""
    async with system.under_load():
        for _ in range(2 if system.full else 1):
            for worker in ("enrolment-worker", "enrolment-worker-2"):
                await overtaken(system, "enrolment", "facts acknowledged", worker=worker, woken=signal.SIGKILL, passes=12)
                await system.until_ready(worker)


CURSOR = "{reporting:1:p0}:cursor"


async def cursor_outside(system: System) -> None:
    """Have the counter begin anew with a cursor that the log does not have: as with a topic that was made again, or an older log."""
    said = system.config.logs / "reporting-worker.log"
    async with system.under_load():
        for offset in (10**9, -1) if system.full else (10**9,):
            told = said.read_text("utf-8", "replace").count("is outside the log")
            with system.operator() as client:
                pid = await asyncio.to_thread(system.stack.pid, "reporting-worker")
                os.kill(pid, signal.SIGSTOP)
                client.hset(CURSOR, "next", offset)
                os.kill(pid, signal.SIGKILL)
                system.injected += 1

                def stopped(told: int = told) -> bool:
                    return said.read_text("utf-8", "replace").count("is outside the log") > told

                await until("the worker says that its cursor is outside the log", stopped, patience=system.patience, wrong=Wrong)
                must(client.hget(CURSOR, "next") == str(offset), "the cursor was moved")
                for key in client.scan_iter("{reporting:*"):
                    client.delete(key)
            await system.until_ready("reporting-worker")


ROWS = (
    Row(
        "9 reported often, shuffled, late",
        "Each report comes 1 to 1,000 times, under its own id and others, shuffled, and once more days later in order.",
        "`202` each time; a repeat is a `duplicate` in its receipt, older news is `late`. The counts are those of one report each.",
        reported_often,
        (REPEATS,),
        least=50,
        at_rest=check_as_if_once,
    ),
    Row(
        "10 poison",
        "In every topic that a worker reads, between honest records: bytes that are no JSON, JSON 100,000 deep, huge numbers, no key, no value, "
        "unknown types, a key of another partition, sequences beyond all inputs.",
        "A line in the log without the data, `baoxue_dead_letters_total` by reason, a dead letter in `<topic>.dead`; `baoxue verify` names the "
        "places of those in the record. The partition goes on, and no honest fact is lost.",
        poisoned,
        (BELONGING,),
        {"services": WITH_POLICIES},
        least=50,
        at_rest=check_poisoned,
    ),
    Row(
        "11 versions mixed",
        "Two versions of enrolment's worker, which decide otherwise, work side by side; one takes up what the other published and did not apply.",
        "A line in the log: what was published is taken as it is. Only what follows is decided by the other version.",
        versions_mixed,
        (PUBLISHED,),
        {"twins": {"enrolment": 1}, "twins_changed": (DECIDES_OTHERWISE,)},
        least=2,
        at_rest=partial(check, versions=True),
    ),
    Row(
        "12 a cursor outside the log",
        "The counter begins with a cursor that the log does not have: records were deleted, or it is another log.",
        "The worker stops with exit code 70 and a sentence that says so, and moves nothing; nothing is skipped. Without its keys in Redis "
        "it counts the record anew.",
        cursor_outside,
        (WITHIN_LOG,),
    ),
)
