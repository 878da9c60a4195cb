"""In which school children of a list were last: told to whoever may read files there, of the children of their area."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.components.enrolment.intake_desk import Desk
from tests.components.enrolment.lines import line
from tests.components.enrolment.test_transfers_api import County
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

HERE, ELSEWHERE, NEVER, UNKNOWN = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)
OFFICER = carrying("/counties/513431", "officer")


@pytest.fixture
async def desk(database: RedisDatabase) -> AsyncIterator[County]:
    desk = Desk(database)
    async with desk.app.router.lifespan_context(desk.app):
        county = County(desk)
        await filled(county)
        yield county


async def filled(county: County) -> None:
    school = {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 7, "poor": False}
    other = school | {"county": "513429", "school": "5134290001"}
    lines = [
        line("enrolled", school, subject=HERE, time="2020-03-01T09:00:00+08:00"),
        line("dropped-out", {"reason": "work", "last_seen": "2020-05-01"}, subject=HERE, time="2020-05-02T09:00:00+08:00"),
        line("enrolled", other, subject=ELSEWHERE, time="2020-03-01T09:00:00+08:00"),
        line("never-enrolled", {"county": "513431", "poor": False, "reason": "work"}, subject=NEVER, time="2020-03-01T09:00:00+08:00"),
    ]
    await county.tell(*lines)


async def ask(desk: County, students: list[str], who: dict[str, str] = OFFICER) -> object:
    answer = await desk.desk.client.post("/v1/children/schools", json={"students": students}, headers=who)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    return answer.json()["students"]


async def test_a_child_out_of_school_is_told_with_the_school_that_it_was_last_in(desk: County) -> None:
    assert await ask(desk, [UNKNOWN, NEVER, HERE, ELSEWHERE]) == [{"student": HERE, "school": "5134310001"}]
    assert await ask(desk, [ELSEWHERE, HERE], carrying("/prefectures/513400", "superior")) == [
        {"student": HERE, "school": "5134310001"},
        {"student": ELSEWHERE, "school": "5134290001"},
    ]


@pytest.mark.parametrize("students", [[], ["x"], ["1" * 32] * 501])
async def test_a_body_that_breaks_a_rule_is_named(desk: County, students: list[str]) -> None:
    answer = await desk.desk.client.post("/v1/children/schools", json={"students": students}, headers=OFFICER)
    assert (answer.status_code, answer.json()["field"].partition("[")[0]) == (422, "students")
