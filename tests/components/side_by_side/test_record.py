"""The record of a measurement: what the services would have made of the same reports, and the same bytes each time."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from bench.side_by_side.record import Log, RecordMaker, pieces
from deploy.demo.history.history import Portion
from services.reporting.audit.recount import Recount, open_database
from services.reporting.audit.sources.log import Bounds
from shared.log import topics
from shared.log.partitioner import partition_of
from tests.components.reporting.written_facts import Written

CHILD = "5f" * 16
LISTED = {"status": "dropped_out", "county": "513431", "stage": "junior", "poor": True, "reason": "work", "since": "2018-09-01"}
BACK = {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class", "evidence": "visit/2019/17"}


def report(n: int, kind: str, day: date, data: dict[str, Any]) -> bytes:
    event = {
        "specversion": "1.0",
        "id": f"51-{n}",
        "source": "/provinces/51",
        "type": f"cn.baoxue.reported.{kind}.v1",
        "subject": CHILD,
        "time": f"{day}T08:00:00+08:00",
        "data": data,
    }
    return json.dumps(event).encode()


def made() -> Log:
    """A child is listed as out of school, and is back on the next day; one line of the sender is none."""
    maker, first, second = RecordMaker(2), date(2019, 3, 1), date(2019, 3, 2)
    maker.add(Portion(first, {"/provinces/51": [report(1, "listed", first, LISTED), b"no report"]}))
    maker.add(Portion(second, {"/provinces/51": [report(2, "returned", second, BACK)]}))
    return maker.log


def types(log: Log, topic: str) -> list[str]:
    return [json.loads(value)["type"].removeprefix("cn.baoxue.") for pairs in log[topic] for _, value in pairs]


def test_policies_answer_what_enrolment_decided() -> None:
    log = made()
    assert types(log, topics.SUBMISSIONS) == ["reported.listed.v1", "reported.returned.v1"]
    facts = types(log, topics.STUDENT_STATUS)
    assert facts[0] == "student.listed.v1"
    assert [fact for fact in facts if fact.startswith("student.")] == ["student.listed.v1", "student.returned.v1"]
    assert [fact.partition(".v")[0] for fact in facts if fact.startswith("case.")] == ["case.opened", "case.put-under-observation"]
    assert any(fact.startswith("relief.") for fact in facts)


def test_what_is_refused_is_there_beside_the_record() -> None:
    maker, day = RecordMaker(2), date(2019, 3, 1)
    maker.add(Portion(day, {"/provinces/51": [report(1, "returned", day, BACK)]}))
    assert types(maker.log, topics.REFUSALS) == ["report.refused.v1"]
    assert types(maker.log, topics.STUDENT_STATUS) == []


def test_the_same_history_makes_the_same_bytes() -> None:
    assert made() == made()


def test_the_recount_finds_nothing_that_does_not_belong() -> None:
    log = made()
    ends = {source: {partition: len(pairs) for partition, pairs in enumerate(log[topic])} for source, topic in topics_by_source().items()}
    with open_database() as database:
        recount = Recount(database, bounds=Bounds(2, ends, ()))
        home = partition_of(CHILD.encode(), 2)
        recount.add([Written(home, offset, value) for offset, (_, value) in enumerate(log[topics.STUDENT_STATUS][home])])
        recount.finish()
        assert recount.findings() == []
        assert database.execute("SELECT n FROM recounted WHERE cell = 'status.returned'").fetchall() == [(1,)]


def topics_by_source() -> dict[str, str]:
    return {"/enrolment": topics.SUBMISSIONS, "/case": topics.CASE_COMMANDS, "/relief": topics.RELIEF_COMMANDS}


def test_pieces_lose_nothing() -> None:
    pairs = [(b"%d" % n, b"") for n in range(7)]
    assert list(pieces(pairs, 3)) == [pairs[:3], pairs[3:6], pairs[6:]]
    assert list(pieces(pairs[:6], 3)) == [pairs[:3], pairs[3:6]]
