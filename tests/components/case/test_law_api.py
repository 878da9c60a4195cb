"""The law's ladder over HTTP: what may be taken today, what the others want for, and what is refused with which code."""

from typing import Any

import pytest

from services.case.decider import CaseDecider
from shared.http.chinese.translation import chinese
from shared.log.topics import STUDENT_STATUS
from tests.components.case.case_desk import ATTEMPT, LAW_STEP, CaseDesk
from tests.components.shared.office_desk import CHILD
from tests.domain.case.case_story import OFFICE, back, opened
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

FILE = f"/v1/cases/{CHILD}"


@pytest.fixture
async def desk(database: RedisDatabase) -> CaseDesk:
    desk = CaseDesk(database)
    await desk.tell(("2020-06-05", opened()))
    return desk


def wants(file: dict[str, Any]) -> dict[str, str | None]:
    return {each["step"]: each["wants"] and each["wants"]["code"] for each in file["law"]["steps"]}


async def test_a_file_shows_the_ladder_and_what_each_step_wants_for(desk: CaseDesk) -> None:
    before = await desk.get(FILE)
    assert wants(before)["notice"] == "attempts_missing"
    after = (await desk.ask(**ATTEMPT)).json()
    assert wants(after) == {"notice": None} | dict.fromkeys(["report", "order", "admonition", "penalty", "suit"], "earlier_step_missing")
    notice = after["law"]["steps"][0]
    assert (after["law"]["ladder"], after["law"]["term"]) == (1, None)
    assert notice == {
        "step": "notice", "title": {"zh": "送达限期复学通知书", "en": "Serve the notice to return by a date"},
        "article": {
            "zh": "《义务教育法》第五十八条：责令限期改正。先劝返，劝返无效再送达",
            "en": "Compulsory Education Act, article 58: an order to correct by a date. Persuasion comes first",
        },
        "certainty": "[C]；七日期限 [L E7]，折为五个工作日", "offices": ["school", "county"], "after": [], "shortest": 5, "longest": 15,
        "roles": ["principal", "township_head", "education_head", "officer"], "taken": False, "wants": None,
    }  # fmt: skip


async def test_a_step_that_was_taken_is_a_fact_and_the_next_waits_for_its_term(desk: CaseDesk) -> None:
    await desk.ask(**ATTEMPT)
    answer = await desk.ask(**LAW_STEP)
    assert answer.status_code == 200, answer.text
    file = answer.json()
    assert (file["law"]["term"], file["due"], file["law"]["steps"][0]["taken"]) == ("2020-06-19", "2020-06-19", True)
    assert (wants(file)["notice"], wants(file)["report"]) == (None, "term_running")
    assert file["history"][-1] == {
        "what": "law-step-taken", "day": "2020-06-14", "office": OFFICE, "role": "officer", "law": "notice", "ladder": 1, "happened": "2020-06-12",
        "term": "2020-06-19",
    }  # fmt: skip
    fact = desk.events(STUDENT_STATUS)[-1]
    assert (fact.type, fact.reportedby) == ("cn.baoxue.case.law-step-taken.v1", OFFICE)
    rebuilt: bytes | None = None
    for each in desk.events(STUDENT_STATUS):
        if each.source == "/case":
            rebuilt = CaseDecider().evolved(each, rebuilt)
    assert rebuilt == await desk.state()


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"step": "order"}, 409, "earlier_step_missing", "step"),
        ({"step": "report", "happened": "2020-06-13"}, 409, "term_running", "happened"),
        ({}, 409, "not_allowed_now", "step"),
        ({"step": "report", "happened": "2020-06-15"}, 422, "future_dated", "happened"),
        ({"step": "prison"}, 422, "malformed", "step"),
        ({"step": "order", "office": "/schools/2151000001"}, 422, "malformed", "office"),
    ],
)
async def test_what_the_law_does_not_allow_is_told_with_its_code_and_field_in_both_languages(
    desk: CaseDesk, change: dict[str, str], status: int, code: str, field: str
) -> None:
    for before in (ATTEMPT, LAW_STEP):
        await desk.ask(**before)
    answer = await desk.ask(**LAW_STEP | {"document": "FX/2020-02"} | change)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert chinese(answer.json()["detail"]) is not None


async def test_the_first_step_wants_an_attempt(desk: CaseDesk) -> None:
    answer = await desk.ask(**LAW_STEP)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "attempts_missing", "step")
    assert chinese(answer.json()["detail"]) == "须先劝返的次数：1"


@pytest.mark.parametrize(
    "change", [{"document": None}, {"term": "2020-06-18"}, {"term": "2020-07-09"}, {"role": "parent"}], ids=["document", "early", "late", "role"]
)
async def test_what_a_step_must_say(desk: CaseDesk, change: dict[str, str | None]) -> None:
    await desk.ask(**ATTEMPT)
    body = {name: value for name, value in (LAW_STEP | change).items() if value is not None}
    answer = await desk.ask(**body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "malformed", next(iter(change)))
    assert chinese(answer.json()["detail"]) is not None


async def test_of_a_child_that_is_back_no_step_may_be_taken(desk: CaseDesk) -> None:
    await desk.ask(**ATTEMPT)
    await desk.tell(("2020-06-12", back()))
    assert set(wants(await desk.get(FILE)).values()) == {"not_allowed_now"}


async def test_a_school_may_take_a_step_and_hears_nothing_of_the_child(desk: CaseDesk) -> None:
    await desk.ask(**ATTEMPT)
    school = carrying("/schools/2151000001", "reporter")
    body = LAW_STEP | {"office": "/schools/2151000001", "role": "principal"}
    answer = await desk.client.post(FILE, json=body, headers=school)
    assert answer.status_code == 202
    assert (await desk.get(FILE))["law"]["steps"][0]["taken"]


async def test_superiors_take_no_steps(desk: CaseDesk) -> None:
    answer = await desk.client.post(FILE, json=LAW_STEP, headers=carrying("/counties/513431", "superior"))
    assert answer.status_code == 403
