"""A county pays its roll: many grants at once, a line each; and in a demo's story all of it is recorded at the time of the story."""

import json
from typing import Any

import pytest

from services.relief.api import create_app
from tests.components.relief.relief_desk import QUICK, ReliefDesk
from tests.components.relief.test_relief_terms import begin, ended, running
from tests.components.shared.problems import problem_of
from tests.domain.relief.grants import AUTUMN, OFFICE, SPRING, changed, in_school
from tests.support.redis import RedisDatabase

CHILDREN = [f"{n:032x}" for n in range(1, 6)]
HEADERS = {"content-type": "application/x-ndjson", "Idempotency-Key": "roll-1"}
MOMENT = "2020-03-14T21:00:00+08:00"
STORY = {"Baoxue-Story-Key": "key", "Baoxue-Story-Time": MOMENT}


@pytest.fixture
async def desk(database: RedisDatabase) -> ReliefDesk:
    """Five children that are due the aid of autumn."""
    desk = ReliefDesk(database, lines_seconds=0.05)
    for child in CHILDREN:
        await desk.tell(("2019-09-02", in_school), child=child)
    return desk


def line(id_: str, **other: Any) -> bytes:
    paying = {"do": "pay", "office": OFFICE, "reference": "ZF/2019-0001", "day": "2019-11-14", "fen": 31_250}
    return json.dumps({"id": id_, **paying, **other}).encode()


async def test_a_roll_is_paid_and_paying_it_again_pays_nothing(desk: ReliefDesk) -> None:
    roll = b"\n".join(line(f"{child}-{AUTUMN}") for child in CHILDREN)
    first = await desk.client.post("/v1/grants", content=roll, headers=HEADERS)
    again = await desk.client.post("/v1/grants", content=roll, headers=HEADERS)
    assert (first.status_code, first.json()["accepted"], first.json()["refused"]) == (200, 5, 0)
    assert (again.status_code, again.json()["accepted"], again.json()["duplicate"]) == (200, 0, 5)
    assert desk.facts()["paid"] == 5
    assert (await desk.get(f"/v1/grants/{CHILDREN[0]}-{AUTUMN}"))["paid"] == {"reference": "ZF/2019-0001", "day": "2019-11-14"}


async def test_a_line_that_is_not_as_due_is_told_of(desk: ReliefDesk) -> None:
    roll = b"\n".join(
        [
            line(f"{CHILDREN[0]}-{AUTUMN}", fen=1),
            line(f"{CHILDREN[1]}-{SPRING}"),
            line(CHILDREN[2]),
            line(f"{CHILDREN[3]}-{AUTUMN}", reference="no reference"),
            line(f"{CHILDREN[4]}-{AUTUMN}"),
        ]
    )
    told = (await desk.client.post("/v1/grants", content=roll, headers=HEADERS)).json()
    assert (told["received"], told["accepted"], told["refused"]) == (5, 1, 4)
    assert [(each["line"], each["code"], each["field"]) for each in told["lines"]] == [
        (1, "other_amount", "fen"),
        (2, "unknown_grant", "term"),
        (3, "malformed", "id"),
        (4, "malformed", "reference"),
    ]


async def test_in_a_story_a_term_begins_at_the_moment_of_the_story(desk: ReliefDesk) -> None:
    await desk.client.aclose()
    desk.open(lambda **parts: create_app(**parts, pace=QUICK, story_key="key"))
    await desk.tell(("2019-09-02", changed(in_school)), child=f"{9:032x}")
    async with running(desk):
        assert problem_of(await desk.client.post(f"/v1/terms/{SPRING}", json={}, headers={**STORY, "Baoxue-Story-Key": ""})) == "not-the-story"
        assert (await desk.client.post(f"/v1/terms/{SPRING}", json={}, headers=STORY)).status_code == 202
        progress = await ended(desk)
    walked = [command for command in desk.commands() if command.source == "/relief/operator"]
    assert {moment.isoformat() for command in walked for moment in (command.time, command.recordedtime)} == {MOMENT}
    assert (len(walked), progress["ended"]) == (6, MOMENT)


async def test_without_a_story_a_term_is_recorded_by_the_calendar(desk: ReliefDesk) -> None:
    async with running(desk):
        await begin(desk)
        await ended(desk)
    walked = [command for command in desk.commands() if command.source == "/relief/operator"]
    assert all(command.recordedtime > command.time == desk.now for command in walked)
