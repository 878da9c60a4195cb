"""What the workers count and log of their work: enrolment's with a log in memory and a real Redis, reporting's too."""

import json
import logging
from collections.abc import AsyncIterator, Mapping

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from services.reporting.board.board import Board
from services.reporting.worker import CountingFollower
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.state_store import StateStore
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.event_log import LogRecord
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from shared.worker.follower import RecordBatch
from shared.worker.meters import WorkerMeters
from tests.components.reporting.counted_facts import Laid
from tests.components.reporting.written_facts import event

CHILD, OTHER = "00112233445566778899aabbccddeeff", "f" * 32
HERE = {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}
LEFT = {"reason": "work", "last_seen": "2018-12-20"}


def report(n: int, type_: str, day: str, data: Mapping[str, object], child: str = CHILD) -> bytes:
    event = {
        "specversion": "1.0", "id": f"r{n}", "source": "/provinces/51", "type": f"cn.baoxue.reported.{type_}.v1", "subject": child,
        "time": f"{day}T08:00:00+08:00", "recordedtime": "2019-03-01T00:00:00Z", "partitionkey": child, "data": data,
    }  # fmt: skip
    return json.dumps(event).encode()


SENT = (
    (CHILD, report(0, "enrolled", "2019-01-01", HERE)),
    (CHILD, report(1, "dropped-out", "2019-02-01", LEFT)),
    (CHILD, report(2, "dropped-out", "2019-02-01", LEFT)),  # again
    (CHILD, report(3, "suspected", "2019-01-10", {"found_by": "visit"})),  # late
    (OTHER, report(4, "returned", "2019-02-01", {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"}, OTHER)),  # unknown
    (CHILD, report(5, "enrolled", "2019-03-01", HERE)),  # it is `returned` that closes a dropout
    (CHILD, b"{"),
)


class Worked:
    """Two workers over one log and one Redis, and what they count."""

    def __init__(self, url: str) -> None:
        self.log, self.registry = MemoryLog(partitions=1), CollectorRegistry()
        meters = WorkerMeters(self.registry)
        store = StateStore(connect(url), "enrolment", generation="1", buckets=8, format_version=FORMAT)
        self.enrolment = DecidingFollower(EnrolmentDecider(), store, self.log, meters)
        self.reporting = CountingFollower(Board(connect(url), generation="1"), self.log, meters)

    async def decide(self, *sent: tuple[str, bytes], first: int = 0) -> int:
        records = [Laid(first + n, value, child.encode(), 1_583_035_200_000) for n, (child, value) in enumerate(sent)]
        self.log.topics[topics.SUBMISSIONS] = [[LogRecord(n, b"", b"") for n in range(first + len(sent))]]
        return await self.enrolment.follow(RecordBatch(topics.SUBMISSIONS, 0, first, first + len(sent), records))

    async def count(self, first: int, next_: int) -> int:
        records = [Laid(r.offset, r.value, r.key, 1_583_035_200_000) for r in self.log.topics[topics.STUDENT_STATUS][0][first:next_]]
        return await self.reporting.follow(RecordBatch(topics.STUDENT_STATUS, 0, first, next_, records))

    def figures(self, *names: str) -> dict[str, float]:
        lines = [line for line in generate_latest(self.registry).decode().splitlines() if line.startswith(names)]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines) if float(value)}


@pytest.fixture
async def worked(fresh_redis: str) -> AsyncIterator[Worked]:
    worked = Worked(fresh_redis)
    yield worked
    await worked.enrolment.stop()
    await worked.reporting.stop()


async def test_every_record_is_counted_once_by_what_became_of_it(worked: Worked) -> None:
    await worked.decide(*SENT)
    topic = f'topic="{topics.SUBMISSIONS}"'
    assert worked.figures("baoxue_records_total", "baoxue_refused_total", "baoxue_batch_records_sum", "baoxue_batch_records_count") == {
        f'baoxue_records_total{{outcome="accepted",{topic}}}': 2,
        f'baoxue_records_total{{outcome="duplicate",{topic}}}': 1,
        f'baoxue_records_total{{outcome="late",{topic}}}': 1,
        f'baoxue_records_total{{outcome="refused",{topic}}}': 2,
        f'baoxue_records_total{{outcome="dead",{topic}}}': 1,
        f'baoxue_refused_total{{code="unknown_student",{topic}}}': 1,
        f'baoxue_refused_total{{code="impossible_order",{topic}}}': 1,
        f"baoxue_batch_records_sum{{{topic}}}": 7,
        f"baoxue_batch_records_count{{{topic}}}": 1,
    }
    assert {name.split('step="')[1].split('"')[0] for name in worked.figures("baoxue_step_seconds_count")} == {"read", "decide", "publish", "apply"}


async def test_a_batch_that_somebody_else_did_is_counted_as_fenced_and_its_records_nowhere(worked: Worked, caplog: pytest.LogCaptureFixture) -> None:
    await worked.decide(*SENT)
    before = worked.figures("baoxue_records_total")
    assert await worked.decide(*SENT[:2]) == len(SENT)
    assert worked.figures("baoxue_records_total") == before
    assert worked.figures("baoxue_fenced_total") == {f'baoxue_fenced_total{{topic="{topics.SUBMISSIONS}"}}': 1}
    assert [getattr(line, "at", None) for line in caplog.records if "another worker" in line.message] == [f"{topics.SUBMISSIONS}[0]@0"]


async def test_a_batch_that_is_overtaken_as_it_is_applied_is_fenced_too(worked: Worked, monkeypatch: pytest.MonkeyPatch) -> None:
    await worked.decide(SENT[0])
    publish = worked.enrolment._publish

    async def overtaken(partition: int, step: object) -> object:
        monkeypatch.setattr(worked.enrolment, "_publish", publish)
        await worked.decide(*SENT[1:], first=1)
        return await publish(partition, step)  # type: ignore[arg-type]  # a step of the worker's own

    monkeypatch.setattr(worked.enrolment, "_publish", overtaken)
    assert await worked.decide(SENT[1], first=1) == len(SENT)
    assert worked.figures("baoxue_fenced_total") == {f'baoxue_fenced_total{{topic="{topics.SUBMISSIONS}"}}': 1}
    assert sum(worked.figures("baoxue_records_total").values()) == len(SENT)


async def test_facts_are_counted_and_repeats_dead_letters_and_what_is_passed_over_apart(worked: Worked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await worked.decide(*SENT)
    facts = [(r.key or b"", r.value or b"") for r in worked.log.topics[topics.STUDENT_STATUS][0]]
    await worked.log.append(
        topics.STUDENT_STATUS,
        {0: [*facts[:2], (b"", b"?"), (CHILD.encode(), event("cn.baoxue.figure.released.v1", CHILD, 1, {}, source="/reporting"))]},
    )
    assert await worked.count(0, 7) == 7
    topic = f'topic="{topics.STUDENT_STATUS}"'
    assert {name: n for name, n in worked.figures("baoxue_records_total").items() if topic in name} == {
        f'baoxue_records_total{{outcome="counted",{topic}}}': 3,
        f'baoxue_records_total{{outcome="repeated",{topic}}}': 2,
        f'baoxue_records_total{{outcome="dead",{topic}}}': 1,
        f'baoxue_records_total{{outcome="passed_over",{topic}}}': 1,
    }
    assert worked.figures("baoxue_dead_letters_total") == {
        f'baoxue_dead_letters_total{{reason="unreadable",topic="{of}"}}': 1 for of in (topics.SUBMISSIONS, topics.STUDENT_STATUS)
    }
    ages = worked.figures("baoxue_watermark_age_seconds")
    assert set(ages) == {f'baoxue_watermark_age_seconds{{time="{time}",{topic}}}' for time in ("event", "recorded")}
    assert [getattr(line, "at", None) for line in caplog.records if "counted before" in line.message] == [f"{topics.STUDENT_STATUS}[0]@0"]


async def test_a_dead_letter_is_logged_by_its_position_and_its_letters_id(worked: Worked, caplog: pytest.LogCaptureFixture) -> None:
    await worked.decide(*SENT)
    (line,) = [line for line in caplog.records if "it is a dead letter" in line.message]
    assert (line.at, line.event) == (f"{topics.SUBMISSIONS}[0]@6", uuid5_of_position(topics.SUBMISSIONS, 0, 6, 0))  # type: ignore[attr-defined]  # extra
    (letter,) = worked.log.topics[topics.dead(topics.SUBMISSIONS)][0]
    assert json.loads(letter.value or b"")["id"] == line.event  # type: ignore[attr-defined]  # extra


async def test_a_flood_of_unreadable_records_is_not_a_flood_of_lines(worked: Worked, caplog: pytest.LogCaptureFixture) -> None:
    await worked.decide(*[(CHILD, b"{")] * 60)
    told = [line.message for line in caplog.records if "dead letter" in line.message]
    assert len(told) == 21
    assert told[-1] == "40 more dead letters in this batch"


async def test_partitions_that_redis_knows_nothing_of_are_counted(worked: Worked) -> None:
    await worked.decide(SENT[0])
    await worked.count(0, 1)
    assert worked.figures("baoxue_partitions_rebuilt_total") == {
        f'baoxue_partitions_rebuilt_total{{topic="{topic}"}}': 1 for topic in (topics.SUBMISSIONS, topics.STUDENT_STATUS)
    }
