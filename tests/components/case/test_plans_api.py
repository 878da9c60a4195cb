"""The plan of a child over HTTP: the checklist, the steps that are done, and what a new version of a playbook would change."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.case.decider import CaseDecider
from services.case.domain.playbook import PLAYBOOKS
from shared.contracts.words import Reason
from shared.http.chinese.translation import chinese
from shared.log.topics import STUDENT_STATUS
from tests.components.case.case_desk import CHANGE, CLOSE, CONFIRM, CORROBORATE, STEP, CaseDesk
from tests.components.shared.office_desk import CHILD
from tests.domain.case.case_story import BUTUO, OFFICE, back, opened, removed
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

FILE, CHANGES = f"/v1/cases/{CHILD}", "/v1/plan-changes"


@pytest.fixture
def desk(database: RedisDatabase) -> CaseDesk:
    return CaseDesk(database)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second version of the playbook for work be in force since 10 June 2020: tutoring is gone."""
    (first,) = PLAYBOOKS[Reason.WORK]
    steps = tuple(each for each in first.steps if each.code != "tutor")
    second = replace(first, version=2, since=date(2020, 6, 10), steps=steps)
    monkeypatch.setitem(PLAYBOOKS, Reason.WORK, [first, second])


def states(file: dict[str, Any]) -> dict[str, str]:
    return {each["step"]: each["state"] for each in file["plan"]["steps"]}


async def test_a_file_shows_its_plan_as_a_checklist(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    plan = (await desk.get(FILE))["plan"]
    assert (plan["playbook"], plan["version"], plan["since"], plan["newer"]) == ("work", 1, "2020-06-05", None)
    assert plan["title"] == {"zh": "外出务工", "en": "At work"}
    visit, *_, seen = plan["steps"]
    assert visit == {
        "step": "visit-home", "title": {"zh": "上门核实孩子的去向、原因和意愿", "en": "Visit the home: where the child is, why, and what it wants"},
        "office": "township", "roles": ["township_head", "village_head", "teacher", "principal"],
        "show": {"zh": "家访记录", "en": "the record of the visit"}, "after": [], "required": True,
        "due": "2020-06-12", "state": "to_do", "overdue": True, "referral": None,
    }  # fmt: skip
    assert (seen["step"], seen["state"], seen["due"], seen["overdue"]) == ("see-in-class", "waiting", "2020-07-06", False)


async def test_a_step_that_was_done_is_a_fact_and_opens_what_comes_after_it(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    answer = await desk.ask(**STEP)
    assert answer.status_code == 200, answer.text
    assert (states(answer.json())["visit-home"], states(answer.json())["find-employer"]) == ("done", "to_do")
    assert not answer.json()["plan"]["steps"][0]["overdue"]
    assert answer.json()["history"][-1] == {
        "what": "step-done", "day": "2020-06-14", "office": OFFICE, "role": "teacher", "playbook": 1, "step": "visit-home", "happened": "2020-06-12",
    }  # fmt: skip
    fact = desk.events(STUDENT_STATUS)[-1]
    assert (fact.type, fact.reportedby) == ("cn.baoxue.case.step-done.v1", OFFICE)


async def test_a_plan_is_changed(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    assert states((await desk.ask(**CHANGE)).json())["tutor"] == "left_out"
    assert states((await desk.ask(**CHANGE | {"change": "take_in"})).json())["tutor"] == "waiting"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (STEP | {"step": "find-employer", "role": "officer"}, 409, "not_allowed_now", "step"),
        (STEP | {"step": "dance"}, 422, "malformed", "step"),
        (STEP | {"step": "Dance!"}, 422, "malformed", "step"),
        (STEP | {"role": "parent"}, 422, "malformed", "role"),
        (STEP | {"role": "king"}, 422, "malformed", "role"),
        (STEP | {"happened": "2020-06-15"}, 422, "future_dated", "happened"),
        (STEP | {"office": f"/counties/{BUTUO}"}, 409, "not_your_county", "office"),
        ({name: value for name, value in STEP.items() if name != "evidence"}, 422, "malformed", "evidence"),
        (CHANGE | {"step": "visit-home"}, 409, "not_allowed_now", "step"),
        (CHANGE | {"because": "bored"}, 422, "malformed", "because"),
    ],
)
async def test_what_a_plan_does_not_allow_is_told_with_its_code_and_field_in_both_languages(
    desk: CaseDesk, body: dict[str, str], status: int, code: str, field: str
) -> None:
    await desk.tell(("2020-06-05", opened()))
    answer = await desk.ask(**body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert chinese(answer.json()["detail"]) is not None
    assert len(desk.commands()) == 1


async def test_many_steps_are_recorded_at_once(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    line = {"id": CHILD, **STEP}
    body = "\n".join(str(each).replace("'", '"') for each in (line, line | {"step": "find-employer", "role": "officer"}))
    answer = await desk.client.post("/v1/cases", content=body, headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": "k"})
    assert answer.status_code == 200, answer.text
    assert list(states(await desk.get(FILE)).values())[:2] == ["done", "done"]


# --- a new version


@pytest.mark.usefixtures("newer")
async def test_a_new_version_asks_of_each_open_file_whether_it_changes_and_says_what_would(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    changes = {"version": 2, "added": [], "dropped": ["tutor"], "changed": []}
    assert (await desk.get(FILE))["plan"]["newer"] == changes
    listed = {"today": "2020-06-14", "plans": [{"id": CHILD, "county": "513431", "playbook": "work", "version": 1, "newer": changes}], "next": None}
    assert await desk.get(CHANGES) == listed == await desk.get(CHANGES, county="513431")
    assert (await desk.get(CHANGES, county=BUTUO))["plans"] == []
    renewed = (await desk.ask(**{name: CHANGE[name] for name in ("do", "office", "role")}, change="renew", because="new_version")).json()
    assert (renewed["plan"]["version"], renewed["plan"]["newer"], "tutor" in states(renewed)) == (2, None, False)
    assert (await desk.get(CHANGES))["plans"] == []


@pytest.mark.usefixtures("newer")
async def test_plans_of_another_area_are_not_listed(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    here, elsewhere = carrying("/counties/513431", "officer"), carrying(f"/counties/{BUTUO}", "officer")
    assert len((await desk.client.get(CHANGES, headers=here)).json()["plans"]) == 1
    assert (await desk.client.get(CHANGES, headers=elsewhere)).json()["plans"] == []
    assert (await desk.client.get(CHANGES, params={"county": "513431"}, headers=elsewhere)).status_code == 403


@pytest.mark.usefixtures("newer")
@pytest.mark.parametrize("end", [[removed()], [back(), None]])
async def test_a_closed_file_is_asked_nothing(desk: CaseDesk, end: list[Any]) -> None:
    await desk.tell(("2020-06-05", opened()), *(("2020-06-06", each) for each in end if each))
    if None in end:
        desk.now += timedelta(90)
        for body in (CORROBORATE, CLOSE, CONFIRM):
            assert (await desk.ask(**body)).status_code == 200
    assert (await desk.get(CHANGES))["plans"] == []
    assert (await desk.get(FILE))["plan"]["newer"] is None


async def test_files_of_the_version_in_force_are_asked_nothing(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    assert (await desk.get(CHANGES))["plans"] == []


async def test_states_with_plans_are_rebuilt_from_the_record_byte_for_byte(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-05", opened()))
    for body in (STEP, CHANGE):
        assert (await desk.ask(**body)).status_code == 200
    rebuilt: bytes | None = None
    for fact in desk.events(STUDENT_STATUS):
        if fact.source == "/case":
            rebuilt = CaseDecider().evolved(fact, rebuilt)
    assert rebuilt == await desk.state()
