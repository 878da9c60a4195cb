"""What the one large button of a file offers: never what would be refused, and what is due first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.case_codes import LawStep, Role
from shared.contracts.words import Reason
from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, REPORTER, SUPERIOR, DeskRig, child
from tests.domain.case.case_story import BUTUO, attempt, law_step, moved, opened, step
from tests.domain.case.owner_story import handed_on
from tests.support.callers import carrying


async def button(desk: DeskRig, n: int, who: dict[str, str] = OFFICER) -> Any:
    answer = await desk.client.get(f"/v1/desk/files/{child(n)}", headers=who)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    offered = {each["do"] for each in told["steps"] if each["why"] is None}
    assert told["next"] is None or told["next"]["do"] in offered
    return told["next"]


def said(do: str, code: str | None = None) -> dict[str, str | None]:
    return {"do": do, "step": code}


async def test_of_a_child_that_nobody_went_to_it_is_the_attempt_though_the_plan_is_due(desk: DeskRig) -> None:
    assert await button(desk, 1) == said("record-attempt")
    assert await button(desk, 4) == said("record-attempt")


async def test_afterwards_it_is_what_is_due_first(desk: DeskRig) -> None:
    await desk.tell(("2020-06-13", attempt()), child=child(1))
    assert await button(desk, 1) == said("record-step", "visit-home"), "the plan's step is due on 8 June, the next attempt on 20 June"
    await desk.tell(("2020-06-13", step(happened=date(2020, 6, 12))), child=child(1))
    assert await button(desk, 1) == said("record-step", "find-employer")
    await desk.tell(("2020-06-13", attempt(next_=date(2020, 6, 13))), child=child(4))
    assert await button(desk, 4) == said("record-attempt"), "the attempt is due before the first step of the plan"


async def test_a_term_of_the_law_that_is_over_comes_first(desk: DeskRig) -> None:
    await desk.tell(("2020-06-02", attempt()), child=child(1))
    await desk.tell(("2020-06-03", law_step(role=Role.EDUCATION_HEAD, happened=date(2020, 6, 3))), child=child(1))
    assert await button(desk, 1) == said("take-law-step", "report")
    report = law_step(LawStep.REPORT, role=Role.EDUCATION_HEAD, happened=date(2020, 6, 12), term=date(2020, 6, 22))
    await desk.tell(("2020-06-12", report), child=child(1))
    file = (await desk.client.get(f"/v1/desk/files/{child(1)}", headers=OFFICER)).json()["file"]
    assert [each["step"] for each in file["law"]["steps"] if not each["taken"] and each["wants"] is None] == ["order"]
    assert await button(desk, 1) == said("record-step", "visit-home"), "the order may be taken, and the term of the report runs"
    await desk.tell(("2020-06-13", law_step(role=Role.EDUCATION_HEAD, happened=date(2020, 6, 13))), child=child(4))
    assert await button(desk, 4) == said("record-attempt"), "no step of the law without persuasion"


@pytest.mark.parametrize(("n", "who", "do"), [(5, OFFICER, "corroborate-return"), (5, SUPERIOR, "corroborate-return")])
async def test_of_a_child_that_is_back_it_is_the_next_step_of_closing(desk: DeskRig, n: int, who: dict[str, str], do: str) -> None:
    assert await button(desk, n, who) == said(do)


async def test_a_file_that_is_sent_to_a_county_is_taken_over_first(desk: DeskRig) -> None:
    there = carrying(f"/counties/{BUTUO}", "officer")
    await desk.tell(("2020-06-10", opened()), ("2020-06-11", attempt()), ("2020-06-13", moved()), child=child(31))
    assert await button(desk, 31, there) == said("take-over")
    assert await button(desk, 8, there) == said("record-attempt")


async def test_a_school_is_led_to_the_steps_that_its_own_people_may_take(desk: DeskRig) -> None:
    school = "/schools/5134310001"
    await desk.tell(("2020-06-02", attempt()), ("2020-06-03", handed_on(Role.PRINCIPAL, school)), child=child(1))
    assert await button(desk, 1, REPORTER) == said("record-step", "visit-home")
    await desk.tell(("2020-06-03", step(office=school, role=Role.TEACHER, happened=date(2020, 6, 3))), child=child(1))
    assert await button(desk, 1, OFFICER) == said("record-step", "find-employer")
    assert await button(desk, 1, REPORTER) == said("record-attempt"), "the next step of the plan is the labour office's"
    told = (await desk.client.get(f"/v1/desk/files/{child(1)}", headers=REPORTER)).json()
    assert {each["do"]: each["why"] for each in told["steps"]}["record-step"] == "all-done"
    assert told["today"] == "2020-06-14"


async def test_of_steps_that_are_due_a_school_is_led_past_those_of_others(desk: DeskRig) -> None:
    school = "/schools/5134310001"
    done = (step(role=Role.TEACHER, happened=date(2020, 6, 9)), step("refer-to-relief", role=Role.OFFICER, happened=date(2020, 6, 9)))
    told = (opened(reason=Reason.POVERTY), attempt(next_=date(2020, 7, 31)), *done, handed_on(Role.PRINCIPAL, school))
    await desk.tell(*(("2020-06-09", each) for each in told), child=child(32))
    assert await button(desk, 32, OFFICER) == said("record-step", "check-household")
    assert await button(desk, 32, REPORTER) == said("record-step", "offer-seat")


async def test_a_step_of_the_law_that_only_a_county_may_take_is_none_of_the_schools(desk: DeskRig) -> None:
    await desk.tell(("2020-06-01", attempt()), ("2020-06-01", handed_on(Role.PRINCIPAL, "/schools/5134310001")), child=child(1))
    await desk.tell(("2020-06-01", law_step(happened=date(2020, 6, 1))), child=child(1))
    report = law_step(LawStep.REPORT, happened=date(2020, 6, 9), term=date(2020, 6, 10))
    assert await button(desk, 1, REPORTER) == said("take-law-step", "report")
    await desk.tell(("2020-06-09", report), child=child(1))
    assert await button(desk, 1, OFFICER) == said("take-law-step", "order")
    assert (await button(desk, 1, REPORTER))["do"] != "take-law-step"


async def test_nothing_is_next_where_nothing_may_be_done(desk: DeskRig) -> None:
    assert await button(desk, 7) is None
    for n in (1, 5):
        assert await button(desk, n, AUDITOR) is None
