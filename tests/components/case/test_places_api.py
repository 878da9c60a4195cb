"""Places by HTTP: what a file asks for and gives up, what it shows, and what the schools of counties have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.words import Reason
from shared.http.chinese.translation import chinese
from tests.components.case.case_desk import HOLD, CaseDesk
from tests.components.shared.office_desk import CHILD
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import BUTUO, OFFICE, ZHAOJUE, opened
from tests.domain.case.place_story import AUTUMN, HERE, SPRING, THERE, answered, assigned, counted, hold, occupied
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

OFFICER = carrying(OFFICE, "officer", sub="officer")
FREE = {"do": "free-place", "office": OFFICE, "role": "officer", "place": "seat", "because": "not_needed"}


@pytest_asyncio.fixture
async def desk(database: RedisDatabase) -> AsyncIterator[CaseDesk]:
    each = CaseDesk(database, lines_seconds=0.05)
    await each.tell(("2020-03-01", opened(reason=Reason.DISTANCE)))
    yield each
    await each.client.aclose()


async def do(desk: CaseDesk, body: dict[str, Any], headers: dict[str, str] = OFFICER) -> Any:
    return await desk.client.post(f"/v1/cases/{CHILD}", json=body, headers=headers)


async def test_a_file_asks_for_a_place_shows_where_it_stands_and_gives_it_up(desk: CaseDesk) -> None:
    assert (await desk.get(f"/v1/cases/{CHILD}"))["places"] is None
    answer = await do(desk, HOLD)
    assert answer.status_code == 200
    asked = {"school": HERE, "term": SPRING, "seat": "asked", "bed": None, "missing": ["seat", "bed"]}
    assert answer.json()["places"] == asked, "it is to board: the distance is the reason"
    (command,) = [each.id for each in desk.commands() if each.type.endswith("hold-place.v1")]
    await desk.tell(("2020-06-14", answered(command)))
    shown = await desk.get(f"/v1/cases/{CHILD}")
    assert shown["places"] == asked | {"seat": "held", "missing": ["bed"]}
    assert [each["what"] for each in shown["history"]] == ["opened", "place-asked", "place-held"]
    assert shown["history"][1] == {
        "what": "place-asked", "day": "2020-06-14", "office": OFFICE, "role": "officer", "place": "seat", "school": HERE, "school_term": SPRING,
    }  # fmt: skip
    assert (await do(desk, FREE)).json()["places"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"place": "chair"}, "place"), ({"school": "215100000"}, "school"), ({"school": 2151000001}, "school"), ({"term": "2020-summer"}, "term"),
        ({"role": "head"}, "role"), ({"seat": 1}, "seat"), ({"term": "2019-spring"}, "term"), ({"term": "2022-spring"}, "term"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_for_is_refused_by_field(desk: CaseDesk, wrong: dict[str, Any], field: str) -> None:
    answer = await do(desk, HOLD | wrong)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_refusal_is_told_in_either_tongue(desk: CaseDesk) -> None:
    answer = await do(desk, FREE)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "not_allowed_now", "place")
    assert chinese(answer.json()["detail"]) == "没有为这个孩子预留或申请这样的学位或床位"
    answer = await do(desk, HOLD | {"term": "2019-spring"})
    assert chinese(answer.json()["detail"]) == "该学期已结束：学位和床位只能为 2020-spring 或以后的学期预留"


@pytest.mark.parametrize(
    "headers", [carrying(OFFICE, "auditor"), carrying("/prefectures/513400", "superior"), carrying(f"/schools/{HERE}", "reporter")]
)
async def test_only_officers_ask_for_places_and_give_them_up(desk: CaseDesk, headers: dict[str, str]) -> None:
    for body in (HOLD, FREE):
        answer = await do(desk, body, headers)
        assert (answer.status_code, problem_of(answer)) in ((403, "no-right"), (403, "forbidden"))


async def test_the_same_question_again_is_answered_and_says_nothing_more(desk: CaseDesk) -> None:
    await do(desk, HOLD)
    commands = len(desk.commands())
    assert (await do(desk, HOLD)).json()["places"]["seat"] == "asked"
    assert len(desk.commands()) == commands


async def stated(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-01", counted(1, 2, 1)), ("2020-06-01", counted(2, 9, 0, term=AUTUMN)), child=HERE)
    await desk.tell(("2020-06-01", counted(1, 4, 4, county=BUTUO)), child=THERE)
    await desk.tell(("2020-06-02", assigned(1, 3)), ("2020-06-02", assigned(2, 4)), ("2020-06-03", occupied(1, 5)), child=HERE)


async def test_the_places_of_a_countys_schools_are_shown_by_term(desk: CaseDesk) -> None:
    await stated(desk)
    page = (await desk.client.get("/v1/places", headers=OFFICER)).json()
    none = {"held": 0, "taken": 0}
    assert page["schools"] == [
        {
            "school": HERE, "county": ZHAOJUE, "name": "昭觉县",
            "terms": [
                {
                    "term": SPRING, "at": "2020-06-01T00:00:00Z",
                    "seat": {"stated": 2, "held": 1, "taken": 1, "free": 0}, "bed": {"stated": 1, "free": 1, **none},
                },
                {"term": AUTUMN, "at": "2020-06-01T00:00:00Z", "seat": {"stated": 9, "free": 9, **none}, "bed": {"stated": 0, "free": 0, **none}},
            ],
        }
    ]  # fmt: skip
    assert (page["today"], page["next"]) == ("2020-06-14", None)


async def test_fewer_than_are_held_are_shown_below_nought(desk: CaseDesk) -> None:
    await stated(desk)
    await desk.tell(("2020-06-10", counted(6, 0, 1)), child=HERE)
    school = (await desk.client.get(f"/v1/places/{HERE}", headers=OFFICER)).json()
    assert school["terms"][0]["seat"] == {"stated": 0, "held": 1, "taken": 0, "free": -1}


async def test_schools_are_read_page_by_page_over_an_area(desk: CaseDesk) -> None:
    await stated(desk)
    superior = carrying("/prefectures/513400", "superior")
    first = (await desk.client.get("/v1/places?limit=1", headers=superior)).json()
    rest = (await desk.client.get(f"/v1/places?limit=1&after={first['next']}", headers=superior)).json()
    assert [each["school"] for each in (*first["schools"], *rest["schools"])] == [THERE, HERE]
    only = (await desk.client.get(f"/v1/places?county={BUTUO}", headers=superior)).json()
    assert [each["school"] for each in only["schools"]] == [THERE]


async def test_a_school_beyond_the_area_does_not_exist_and_a_school_sees_its_own(desk: CaseDesk) -> None:
    await stated(desk)
    for school in (THERE, "2151000009"):
        answer = await desk.client.get(f"/v1/places/{school}", headers=OFFICER)
        assert (answer.status_code, problem_of(answer)) == (404, "no-such-school")
    own = carrying(f"/schools/{THERE}", "reporter")
    assert (await desk.client.get(f"/v1/places/{THERE}", headers=own)).json()["name"] == "布拖县"
    assert (await desk.client.get(f"/v1/places/{HERE}", headers=own)).status_code == 404
    assert (await desk.client.get("/v1/places", headers=own)).status_code == 403
    assert (await desk.client.get(f"/v1/places?county={BUTUO}", headers=OFFICER)).status_code == 403
    assert (await desk.client.get("/v1/places/215100000", headers=OFFICER)).status_code == 422
    assert (await desk.client.get("/v1/places", headers=carrying(OFFICE, "statistician"))).status_code == 403


async def test_a_term_that_is_over_is_shown_no_more(desk: CaseDesk) -> None:
    await stated(desk)
    desk.now = desk.now.replace(month=9)
    school = (await desk.client.get(f"/v1/places/{HERE}", headers=OFFICER)).json()
    assert [each["term"] for each in school["terms"]] == [AUTUMN]


async def test_places_are_asked_for_a_line_each(desk: CaseDesk) -> None:
    line = b'{"id": "%b", "do": "hold-place", "office": "%b", "role": "officer", "place": "bed", "school": "%b", "term": "%b"}'
    body = line % (CHILD.encode(), OFFICE.encode(), HERE.encode(), SPRING.encode())
    headers = {**OFFICER, "content-type": "application/x-ndjson", "Idempotency-Key": "k"}
    answer = (await desk.client.post("/v1/cases", content=body, headers=headers)).json()
    assert (answer["accepted"], answer["refused"]) == (1, 0)
    assert hold().TYPE in {each.type for each in desk.commands()}
