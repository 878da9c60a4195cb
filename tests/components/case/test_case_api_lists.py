"""Lists of files over HTTP: by area, state and day, page by page, in the order in which an office works through them."""

from datetime import date
from typing import Any

import pytest

from shared.contracts.case_days import TellUrgency
from shared.deciding.states.listing import Listing, Page
from tests.components.case.case_desk import CaseDesk
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import BUTUO, CHONGMING, ZHAOJUE, back, moved, opened, removed
from tests.domain.case.owner_story import taken_over
from tests.support.redis import RedisDatabase


def child(n: int) -> str:
    return f"{n * 2654435761:032x}"


@pytest.fixture
async def desk(database: RedisDatabase) -> CaseDesk:
    """Six files: three of Zhaojue on different days and in different states, one each of two other counties, and one that is closed."""
    desk = CaseDesk(database)
    await desk.tell(("2020-06-05", opened(ZHAOJUE)), child=child(1))
    await desk.tell(("2020-06-02", opened(ZHAOJUE)), child=child(2))
    await desk.tell(("2020-03-01", opened(ZHAOJUE)), ("2020-04-01", back()), child=child(3))
    await desk.tell(("2020-06-07", opened(BUTUO)), child=child(4))
    await desk.tell(("2020-06-07", opened(CHONGMING)), child=child(5))
    await desk.tell(("2020-06-01", opened(ZHAOJUE)), ("2020-06-02", removed()), child=child(6))
    return desk


async def listed(desk: CaseDesk, **query: Any) -> list[int]:
    page = await desk.get("/v1/cases", **query)
    numbers = {child(n): n for n in range(1, 40)}
    return [numbers[case["id"]] for case in page["cases"]]


async def test_a_list_goes_by_county_and_then_by_the_day_that_is_due_with_the_closed_last(desk: CaseDesk) -> None:
    assert await listed(desk) == [5, 4, 2, 1, 3, 6]
    assert await listed(desk, county=ZHAOJUE) == [2, 1, 3, 6]


async def test_an_entry_says_what_an_office_needs(desk: CaseDesk) -> None:
    page = await desk.get("/v1/cases", county=BUTUO)
    assert page == {
        "today": "2020-06-14",
        "cases": [
            {"id": child(4), "state": "open", "county": BUTUO, "reason": "work", "attempts": 0, "due": "2020-06-14", "overdue": False,
             "urgency": None, "answers": {"role": "education_head", "office": f"/counties/{BUTUO}"}, "hand_over": None, "unowned": None},
        ],
        "next": None,
    }  # fmt: skip


async def test_areas_above_a_county_are_their_counties(desk: CaseDesk) -> None:
    assert await listed(desk, county="513400") == [4, 2, 1, 3, 6]
    assert await listed(desk, county="510000") == [4, 2, 1, 3, 6]
    assert await listed(desk, county="watch52") == [4, 2, 1, 3, 6]
    assert await listed(desk, county="310000") == [5]
    assert await listed(desk, county="100000") == await listed(desk)


async def test_a_list_is_of_one_state_or_of_several(desk: CaseDesk) -> None:
    assert await listed(desk, state="open") == [5, 4, 2, 1]
    assert await listed(desk, state=["returned", "closed", "returned"]) == [3, 6]
    assert await listed(desk, state="persuading") == []


async def test_due_is_what_is_due_on_that_day_or_before(desk: CaseDesk) -> None:
    assert await listed(desk, due="2020-06-12") == [5, 2, 1]
    assert await listed(desk, due="2020-06-11") == [5, 2]
    assert await listed(desk, due="today") == [5, 4, 2, 1]
    assert await listed(desk, due="9999-12-31") == [5, 4, 2, 1, 3], "what is closed is never due"
    assert await listed(desk, county=ZHAOJUE, state="open", due="2020-06-09") == [2]


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
async def test_pages_follow_one_another_without_gap_or_repeat(desk: CaseDesk, limit: int) -> None:
    seen: list[int] = []
    query: dict[str, Any] = {"limit": limit}
    for _ in range(20):
        page = await desk.get("/v1/cases", **query)
        assert len(page["cases"]) <= limit
        seen += await listed(desk, **query)
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == [5, 4, 2, 1, 3, 6]


async def test_a_file_that_moved_or_went_on_stands_where_it_is_now_and_nowhere_else(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-08", moved(BUTUO)), ("2020-06-08", taken_over()), child=child(1))
    await desk.tell(("2020-06-09", back()), child=child(2))
    assert await listed(desk, county=ZHAOJUE, state="open") == []
    assert await listed(desk, county=BUTUO) == [1, 4]
    assert await listed(desk, state="returned") == [3, 2]


async def test_a_nation_with_few_files_is_looked_through_to_its_end(database: RedisDatabase) -> None:
    empty = CaseDesk(database)
    assert await empty.get("/v1/cases") == {"today": "2020-06-14", "cases": [], "next": None}
    await empty.tell(("2020-06-01", opened("659004")), child=child(7))
    assert await listed(empty) == [7]


@pytest.mark.parametrize("area", ["999999", "Liangshan prefecture", ""])
async def test_an_area_that_does_not_exist_is_not_found(desk: CaseDesk, area: str) -> None:
    answer = await desk.client.get("/v1/cases", params={"county": area})
    assert (answer.status_code, problem_of(answer)) == (404, "unknown-area")
    assert "county" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"county": ["513431", "513430"]}, "query.county"),
        ({"conty": "513431"}, "query.conty"),
        ({"due": "20200601"}, "query.due"),
        ({"due": "2020-W23-1"}, "query.due"),
        ({"state": "lost"}, "query.state"),
        ({"due": "soon"}, "query.due"),
        ({"after": "x"}, "query.after"),
        ({"limit": 0}, "query.limit"),
        ({"limit": 501}, "query.limit"),
    ],
)
async def test_a_parameter_that_breaks_a_rule_is_named(desk: CaseDesk, query: dict[str, Any], field: str) -> None:
    answer = await desk.client.get("/v1/cases", params=query)
    assert (answer.status_code, problem_of(answer)) == (422, "invalid-parameters")
    assert field in answer.json()["errors"][0]["field"]
    assert "Liangshan" not in answer.text


async def test_a_list_read_while_a_file_goes_on_shows_no_file_in_a_state_that_was_not_asked_for(
    desk: CaseDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the walk and the states that it found, the worker closes one of them."""
    walk = Listing.page

    async def page(*args: Any, **kwargs: Any) -> Page:
        found = await walk(*args, **kwargs)
        if found.entries:
            await desk.tell(("2020-06-10", removed()), child=child(4))
        return found

    monkeypatch.setattr(Listing, "page", page)
    assert await listed(desk, county=BUTUO, state="open") == []


async def test_files_are_listed_by_what_was_told_of_them(desk: CaseDesk) -> None:
    for n, day in ((1, "2020-06-11"), (2, "2020-06-10"), (4, "2020-06-12"), (3, "2020-09-30")):
        await desk.tell((day, TellUrgency(day=date.fromisoformat(day))), child=child(n))
    assert await listed(desk, urgency="due_soon") == [4, 1]
    assert await listed(desk, urgency=["overdue", "due_soon"]) == [4, 2, 1]
    assert await listed(desk, urgency=["escalated_prefecture", "escalated_province"]) == [3]
    assert await listed(desk, urgency="escalated_province", state="open") == []
    assert await listed(desk, urgency="due_soon", due="2020-06-13") == [1]
    [entry] = (await desk.get("/v1/cases", urgency="overdue"))["cases"]
    assert (entry["id"], entry["urgency"], entry["overdue"]) == (child(2), "overdue", True)
    answer = await desk.client.get("/v1/cases", params={"urgency": "late"})
    assert (answer.status_code, "urgency" in answer.text) == (422, True)
