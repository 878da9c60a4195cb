"""One file over HTTP: what it shows, what an office may do to it, and what it is told where that is not allowed."""

import json
from datetime import datetime
from typing import Any

import pytest

from services.case.decider import CaseDecider
from shared.clock import CHINA
from shared.http.chinese.translation import chinese
from shared.log.topics import STUDENT_STATUS
from tests.components.case.case_desk import ATTEMPT, CLOSE, CONFIRM, CORROBORATE, DECLINE, CaseDesk
from tests.components.shared.office_desk import CHILD
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import BUTUO, OFFICE, PREFECTURE, back, corroborated, moved, opened, removed
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

FILE = f"/v1/cases/{CHILD}"


@pytest.fixture
def desk(database: RedisDatabase) -> CaseDesk:
    return CaseDesk(database)


async def test_a_file_shows_where_it_stands_and_what_happened_to_it(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-01", opened()), ("2020-06-03", moved(BUTUO)))
    shown = await desk.get(FILE)
    chain = shown.pop("chain")
    assert (chain["area"], chain["begins"], len(chain["links"])) == ("100000", "education_head", 7)
    assert [link["role"] for link in chain["links"] if link["answers"]] == ["education_head"]
    assert (shown.pop("plan")["playbook"], shown.pop("law")["ladder"], shown.pop("back"), shown) == ("work", 1, None, {
        "id": CHILD, "state": "open", "county": "513431", "reason": "work", "attempts": 0, "due": "2020-06-08", "overdue": True,
        "answers": {"role": "education_head", "office": OFFICE}, "unowned": None, "places": None,
        "hand_over": {
            "from_county": "513431", "to_county": BUTUO, "since": "2020-06-03", "days": 11, "due": "2020-06-17", "overdue": False, "turns": 1,
            "because": None,
        },
        "flags": [], "draws": [], "urgency": None,
        "history": [
            {"what": "opened", "day": "2020-06-01", "county": "513431", "reason": "work"},
            {"what": "sent", "day": "2020-06-03", "from_county": "513431", "to_county": BUTUO, "next": "2020-06-17"},
        ],
    })  # fmt: skip


@pytest.mark.parametrize(("opening", "overdue"), [("2020-06-06", True), ("2020-06-07", False)])
async def test_a_file_is_overdue_from_the_day_after_the_one_that_was_due(desk: CaseDesk, opening: str, overdue: bool) -> None:
    await desk.tell((opening, opened()))
    assert (await desk.get(FILE))["overdue"] is overdue


async def test_a_child_without_a_file_is_told_so(desk: CaseDesk) -> None:
    answer = await desk.client.get(FILE)
    assert (answer.status_code, problem_of(answer)) == (404, "no-such-case")
    asked = await desk.ask(**ATTEMPT)
    assert (asked.status_code, problem_of(asked), asked.json()["code"], asked.json()["field"]) == (404, "refused", "unknown_case", "id")
    assert len(desk.commands()) == 0


@pytest.mark.parametrize("id_", ["x", CHILD.upper(), CHILD + "0", CHILD + "%0A"])
async def test_what_is_no_student_id_is_named(desk: CaseDesk, id_: str) -> None:
    for answer in (await desk.client.get(f"/v1/cases/{id_}"), await desk.client.post(f"/v1/cases/{id_}", json=ATTEMPT)):
        assert (answer.status_code, problem_of(answer)) == (422, "invalid-parameters")
        assert "path.id" in answer.text


# --- what offices do


async def test_an_attempt_is_recorded_and_the_file_comes_back_as_it_stands_then(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-10", opened()))
    answer = await desk.ask(**ATTEMPT, next="2020-06-20")
    assert answer.status_code == 200, answer.text
    file = answer.json()
    assert (file["state"], file["attempts"], file["due"]) == ("persuading", 1, "2020-06-20")
    assert file["history"][-1] == {
        "what": "attempted", "day": "2020-06-14", "office": OFFICE, "number": 1, "role": "teacher", "method": "visit",
        "met": "guardian", "outcome": "promised", "happened": "2020-06-14", "next": "2020-06-20",
    }  # fmt: skip
    assert file == await desk.get(FILE)
    fact = desk.events(STUDENT_STATUS)[-1]
    assert (fact.type, fact.reportedby) == ("cn.baoxue.case.attempted.v2", OFFICE)


async def test_a_file_whose_child_stayed_in_school_is_closed_by_one_and_confirmed_by_a_second(desk: CaseDesk) -> None:
    await desk.tell(("2020-03-01", opened()), ("2020-03-10", back()))
    assert (await desk.get(FILE))["back"] == {"since": "2020-03-10", "claimant": "/provinces/51", "corroborated_by": None, "proposed_by": None}
    for body, state, due, what in (
        (CORROBORATE, "returned", "2020-06-08", "return-corroborated"),
        (CLOSE, "closing", "2020-06-29", "closing-proposed"),
        (DECLINE, "returned", "2020-06-21", "closing-declined"),
    ):
        answer = await desk.ask(**body)
        assert answer.status_code == 200, answer.text
        file = answer.json()
        assert (file["state"], file["due"], file["history"][-1]["what"]) == (state, due, what)
    desk.now = datetime(2020, 6, 21, 12, tzinfo=CHINA)
    for body in (CORROBORATE | {"happened": "2020-06-20"}, CLOSE):
        assert (await desk.ask(**body)).status_code == 200
    assert [each["id"] for each in (await desk.get("/v1/cases", state="closing"))["cases"]] == [CHILD]
    file = (await desk.ask(**CONFIRM)).json()
    assert (file["state"], file["due"], file["overdue"], file["back"]) == ("closed", None, False, None)
    assert file["history"][-1] == {"what": "closed-by-return", "day": "2020-06-21", "office": PREFECTURE, "role": "officer"}
    rebuilt: bytes | None = None
    for each in desk.events(STUDENT_STATUS):
        if each.source == "/case":
            rebuilt = CaseDecider().evolved(each, rebuilt)
    assert rebuilt == await desk.state()
    closing = json.loads(bytes(desk.events(STUDENT_STATUS)[-1].data))
    assert (closing["corroborated_by"], closing["proposed_by"], closing["office"]) == (OFFICE, OFFICE, PREFECTURE)


@pytest.mark.parametrize(
    ("before", "body", "code", "field"),
    [
        ([], CLOSE, "corroboration_missing", "do"),
        ([], CORROBORATE | {"office": "/provinces/51"}, "second_office_needed", "office"),
        ([], CONFIRM, "not_allowed_now", "do"),
        ([CORROBORATE, CLOSE], CONFIRM | {"office": OFFICE}, "second_office_needed", "office"),
        ([CORROBORATE, CLOSE], CONFIRM | {"office": "/prefectures/510100"}, "not_your_county", "office"),
        ([CORROBORATE, CLOSE], DECLINE | {"office": OFFICE}, "second_office_needed", "office"),
        ([], CORROBORATE | {"happened": "2020-03-09"}, "not_allowed_now", "happened"),
        ([CORROBORATE], {name: value for name, value in CLOSE.items() if name != "role"}, "malformed", "role"),
        ([CORROBORATE, CLOSE], {name: value for name, value in CONFIRM.items() if name != "evidence"}, "malformed", "evidence"),
        ([], {name: value for name, value in CORROBORATE.items() if name != "evidence"}, "malformed", "evidence"),
    ],
)
async def test_what_two_have_to_do_is_not_done_by_one(
    desk: CaseDesk, before: list[dict[str, str]], body: dict[str, str], code: str, field: str
) -> None:
    await desk.tell(("2020-03-01", opened()), ("2020-03-10", back()))
    for each in before:
        assert (await desk.ask(**each)).status_code == 200
    answer = await desk.ask(**body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422 if code == "malformed" else 409, code, field)
    assert chinese(answer.json()["detail"]) is not None


async def test_a_file_is_not_closed_before_the_child_stayed(desk: CaseDesk) -> None:
    await desk.tell(("2020-03-01", opened()), ("2020-03-20", back()), ("2020-03-21", corroborated()))
    answer = await desk.ask(**CLOSE)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "term_running", "do")
    assert chinese(answer.json()["detail"]) == "孩子的跟踪观察到 2020-06-18 为止"


async def test_the_second_office_is_a_superior_and_the_first_is_not(desk: CaseDesk) -> None:
    await desk.tell(("2020-03-01", opened()), ("2020-03-10", back()), ("2020-03-11", corroborated()))
    officer, superior = carrying("/counties/513431", "officer"), carrying("/prefectures/513400", "superior")
    for headers, body, status in (
        (superior, CLOSE, 403), (officer, CLOSE, 200), (officer, CONFIRM, 403), (officer, DECLINE, 403),
        (superior, CONFIRM | {"office": OFFICE}, 409), (superior, CONFIRM, 200),
    ):  # fmt: skip
        assert (await desk.client.post(FILE, json=body, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("story", "body", "status", "code", "field"),
    [
        ([opened()], CLOSE, 409, "not_allowed_now", "do"),
        ([opened(), back()], ATTEMPT, 409, "not_allowed_now", "do"),
        ([opened(), removed()], ATTEMPT, 409, "not_allowed_now", "do"),
        ([opened(), removed()], CLOSE, 409, "not_allowed_now", "do"),
        ([opened(BUTUO)], ATTEMPT, 409, "not_your_county", "office"),
        ([opened(), back()], CLOSE | {"office": "/schools/2151000001"}, 409, "not_your_county", "office"),
        ([opened()], ATTEMPT | {"next": "2020-06-13"}, 422, "malformed", "next"),
        ([opened()], ATTEMPT | {"next": "2021-06-14"}, 422, "future_dated", "next"),
        ([opened()], ATTEMPT | {"method": "magic"}, 422, "malformed", "method"),
        ([opened()], ATTEMPT | {"role": "parent"}, 422, "malformed", "role"),
        ([opened()], ATTEMPT | {"met": "nobody"}, 422, "malformed", "met"),
        ([opened()], {name: value for name, value in ATTEMPT.items() if name != "met"}, 422, "malformed", "met"),
        ([opened()], ATTEMPT | {"do": "open"}, 422, "malformed", "do"),
        ([opened()], ATTEMPT | {"why": "none"}, 422, "unknown_field", "why"),
    ],
)
async def test_what_cannot_be_done_is_told_with_its_code_and_field_and_is_never_logged(
    desk: CaseDesk, story: list[Any], body: dict[str, str], status: int, code: str, field: str
) -> None:
    await desk.tell(*(("2020-06-01", each) for each in story))
    answer = await desk.ask(**body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert problem_of(answer) == ("refused" if status == 409 or field in ("next", "role", "met") else "malformed")
    assert "magic" not in answer.text
    assert len(desk.commands()) == len(story)


async def test_an_office_answers_for_the_counties_that_became_part_of_its_own(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-01", opened("370634")))
    assert (await desk.ask(**ATTEMPT | {"office": "/counties/370614"})).status_code == 200
    assert (await desk.ask(**ATTEMPT | {"office": "/counties/370684"})).status_code == 409


async def test_the_same_key_and_body_get_the_same_answer_and_are_one_attempt(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-10", opened()))
    first = await desk.ask(key="k", **ATTEMPT)
    await desk.ask(**ATTEMPT)
    assert (await desk.ask(key="k", **ATTEMPT)).content == first.content
    other = await desk.ask(key="k", **ATTEMPT | {"method": "call"})
    assert (other.status_code, problem_of(other)) == (409, "other-body")
    assert (await desk.get(FILE))["attempts"] == 2


async def test_with_the_worker_stopped_it_is_told_where_to_look(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-10", opened()))
    desk.log.stopped = True
    answer = await desk.ask(key="k", **ATTEMPT)
    assert (answer.status_code, answer.headers["location"]) == (202, FILE)
    await desk.work()
    again = await desk.ask(key="k", **ATTEMPT)
    assert (again.status_code, again.json()["attempts"], len(desk.commands())) == (200, 1, 2)


async def test_what_was_asked_by_a_record_that_plays_is_of_the_records_day(desk: CaseDesk) -> None:
    await desk.tell(("2019-03-01", opened()))
    desk.now = desk.now.replace(year=2019, month=3, day=5)
    file = (await desk.ask(**ATTEMPT)).json()
    assert (file["history"][-1]["day"], file["due"]) == ("2019-03-05", "2019-03-12")


@pytest.mark.parametrize("away", ["log", "redis"])
async def test_while_something_is_unavailable_nothing_is_acknowledged(desk: CaseDesk, away: str) -> None:
    await desk.tell(("2020-06-10", opened()))
    (desk.log if away == "log" else desk.redis).unavailable = True
    answer = await desk.ask(**ATTEMPT)
    assert (answer.status_code, problem_of(answer)) == (503, f"{away}-away")
    assert int(answer.headers["retry-after"]) > 0
    ready = await desk.client.get("/readyz")
    assert ready.status_code == 503


async def test_while_redis_is_unavailable_nothing_is_shown(desk: CaseDesk) -> None:
    desk.redis.unavailable = True
    for path in ("/v1/cases", FILE):
        answer = await desk.client.get(path)
        assert (answer.status_code, problem_of(answer)) == (503, "redis-away")


async def test_nothing_half_built_is_shown(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-10", opened()))
    desk.redis.lose()
    for path in ("/v1/cases", FILE):
        answer = await desk.client.get(path)
        assert (answer.status_code, problem_of(answer)) == (503, "not-built")
    ready = await desk.client.get("/readyz")
    assert (ready.status_code, ready.json()["away"]) == (503, ["states"])


async def test_an_api_is_ready_before_anything_was_ever_asked(desk: CaseDesk) -> None:
    assert (await desk.client.get("/readyz")).status_code == 200


async def test_the_description_has_every_shape_that_is_taken_and_given(desk: CaseDesk) -> None:
    document = await desk.get("/openapi.json")
    assert {"CaseFile", "CaseList", "RecordAttempt", "CloseAfterReturn", "RecordStep", "ChangePlan", "PlansToRenew", "Problem"} <= document[
        "components"
    ]["schemas"].keys()
    post = document["paths"]["/v1/cases/{id}"]["post"]
    assert {"200", "202", "400", "404", "409", "413", "415", "422", "503"} <= post["responses"].keys()
    assert len(post["requestBody"]["content"]["application/json"]["schema"]["oneOf"]) == 21
