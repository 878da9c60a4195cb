"""What a report that two ids are one child would come to, asked before it is sent: nothing is logged, and nothing changes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.log import topics
from tests.components.enrolment.intake_desk import PARTITIONS, Desk
from tests.components.enrolment.lines import DONGCHENG, ZHAOJUE, line
from tests.components.enrolment.test_transfers_api import County
from tests.support.redis import RedisDatabase

OLDER, YOUNGER, NOBODY = "a" * 32, "b" * 32, "c" * 32
SCHOOL = {"school": "5134310001", "stage": "junior", "grade": 7}


@pytest.fixture
async def county(database: RedisDatabase) -> AsyncIterator[County]:
    """The api and its worker, with two ids: the younger dropped out, and the older's household was lifted out of poverty later."""
    desk = Desk(database)
    async with desk.app.router.lifespan_context(desk.app):
        county = County(desk)
        await county.tell(
            line("enrolled", {"county": ZHAOJUE, "poor": True, **SCHOOL}, subject=OLDER, id="1", time="2020-03-01T08:00:00+08:00"),
            line("enrolled", {"county": ZHAOJUE, "poor": True, **SCHOOL}, subject=YOUNGER, id="2", time="2020-03-02T08:00:00+08:00"),
            line("dropped-out", {"reason": "work", "last_seen": "2020-03-01"}, subject=YOUNGER, id="3", time="2020-03-03T08:00:00+08:00"),
            line("household-changed", {"poor": False}, subject=OLDER, id="4", time="2020-03-04T08:00:00+08:00"),
        )
        yield county


async def asked(county: County, body: Any = None, status: int = 200, **fields: Any) -> dict[str, Any]:
    answer = await county.desk.client.post("/v1/same-as/preview", json={"subject": YOUNGER, "student": OLDER, **fields} if body is None else body)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


def standing(status: str, *, poor: bool, reason: str | None = None) -> dict[str, Any]:
    return {"status": status, "county": ZHAOJUE, "stage": "junior", "poor": poor, "reason": reason}


@pytest.mark.parametrize("pair", [(OLDER, YOUNGER), (YOUNGER, OLDER)])
async def test_the_older_would_survive_with_the_newest_of_each_matter(county: County, pair: tuple[str, str]) -> None:
    found = await asked(county, subject=pair[0], student=pair[1])
    assert (found["would_merge"], found["obstacles"]) == (True, [])
    assert (found["survivor"], found["merged"]) == (OLDER, YOUNGER)
    assert [each["id"] for each in found["before"]] == list(pair)
    assert found["after"]["standing"] == standing("dropped_out", poor=False, reason="work")
    assert found["after"]["spells"] == 1
    assert {each["matter"]: each["id"] for each in found["matters"]} == {"schooling": YOUNGER, "residence": YOUNGER, "household": OLDER}


async def test_the_county_would_count_one_child_less_and_the_same_number_out_of_school(county: County) -> None:
    found = await asked(county)
    assert sorted((each["change"], each["standing"]["status"], each["standing"]["poor"]) for each in found["counts"]) == [
        (-1, "dropped_out", True), (-1, "enrolled", False), (1, "dropped_out", False),
    ]  # fmt: skip
    assert found["out_of_school"] == [{"county": ZHAOJUE, "out_of_school": 0, "poor": -1}]


async def test_a_merge_that_is_under_way_is_in_the_way(county: County) -> None:
    await county.tell(line("same-as", {"student": OLDER}, subject=YOUNGER, id="5"))
    found = await asked(county)
    assert [(each["code"], each["field"]) for each in found["obstacles"]] == [("impossible_order", "subject")]
    assert (found["would_merge"], found["survivor"]) == (False, OLDER)


async def test_asking_logs_nothing_and_changes_no_state(county: County) -> None:
    def logged() -> list[int]:
        return [len(each) for each in county.desk.log.topics[topics.SUBMISSIONS]]

    before = logged(), await county.desk.store.cursors(range(PARTITIONS))
    assert await asked(county) == await asked(county)
    assert (logged(), await county.desk.store.cursors(range(PARTITIONS))) == before


async def test_an_id_that_nobody_heard_of_is_in_the_way(county: County) -> None:
    found = await asked(county, student=NOBODY)
    assert (found["would_merge"], found["survivor"], found["after"], found["counts"]) == (False, None, None, [])
    assert [(each["code"], each["field"]) for each in found["obstacles"]] == [("unknown_student", "student")]
    found = await asked(county, subject=NOBODY)
    assert [(each["code"], each["field"]) for each in found["obstacles"]] == [("unknown_student", "subject")]
    assert [each["standing"] for each in found["before"]] == [None, standing("enrolled", poor=False)]


@pytest.mark.parametrize("source", ["/counties/513431", "/provinces/51", "/schools/5134310001"])
async def test_who_speaks_for_both_ids_may_report_it(county: County, source: str) -> None:
    assert (await asked(county, source=source))["obstacles"] == []


async def test_who_speaks_for_neither_is_told_of_both(county: County) -> None:
    found = await asked(county, source=f"/counties/{DONGCHENG}")
    assert [(each["code"], each["field"]) for each in found["obstacles"]] == [("not_your_county", "source"), ("not_your_county", "student")]
    assert found["survivor"] == OLDER, "what would be is shown all the same"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"subject": OLDER, "student": OLDER}, 422, "student"),
        ({"subject": OLDER}, 422, "student"),
        ({"subject": OLDER.upper(), "student": YOUNGER}, 422, "subject"),
        ({"subject": OLDER, "student": 7}, 422, "student"),
        ({"subject": OLDER, "student": YOUNGER, "source": "/nation"}, 422, "source"),
        ({"subject": OLDER, "student": YOUNGER, "id": "r"}, 422, "id"),
        ([OLDER, YOUNGER], 400, None),
    ],
)
async def test_a_body_that_breaks_a_rule_is_a_problem_that_names_the_field(county: County, body: Any, status: int, field: str | None) -> None:
    problem = await asked(county, body, status)
    assert problem.get("field") == field
    assert not any(text in str(problem) for text in (OLDER, OLDER.upper(), YOUNGER)), "nothing that was sent is repeated"


async def test_a_body_is_bounded_is_json_and_names_nothing_twice(county: County) -> None:
    async def status(content: bytes, media_type: str = "application/json") -> int:
        answer = await county.desk.client.post("/v1/same-as/preview", content=content, headers={"content-type": media_type})
        return answer.status_code

    good = f'{{"subject": "{OLDER}", "student": "{YOUNGER}"}}'.encode()
    assert await status(good) == 200
    assert await status(good, "text/plain") == 415
    assert await status(good.ljust(20_000)) == 413
    assert await status(good[:-1]) == 400
    assert await status(good[:-1] + f', "student": "{YOUNGER}"}}'.encode()) == 422


async def test_while_the_states_are_rebuilt_it_is_unavailable(county: County, database: RedisDatabase) -> None:
    database.lose()
    assert (await asked(county, status=503))["type"].endswith("#not-built")
