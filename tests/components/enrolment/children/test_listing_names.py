"""Masked names beside a list: those of the caller's area, each recorded, and no list of work counts as looking at many children."""

from __future__ import annotations

import pytest

from shared.access.access_log import AccessLog, Look
from shared.contracts.access import Looked, Purpose
from shared.contracts.services import ENROLMENT
from shared.identity.caller import Caller
from tests.components.enrolment.children.names_desk import AUDITOR, BUTUO, NOW, OFFICER, SENDER, SUPERIOR, NamesDesk
from tests.components.enrolment.directory.names import number_of
from tests.components.enrolment.intake_desk import PARTITIONS

NOBODY = "f" * 32
PATH = "/v1/children/names"


async def three(desk: NamesDesk) -> list[str]:
    """Two children of 昭觉 and one of 布拖."""
    one, two = await desk.student(), await desk.student(identity_number=number_of(2), name="甲子")
    return [one, two, await desk.student(identity_number=number_of(3), name="乙丑", county=BUTUO)]


async def test_the_names_of_ones_own_area_are_told_masked(desk: NamesDesk) -> None:
    students = await three(desk)
    answer = await desk.post(PATH, {"students": [*students, NOBODY], "purpose": "work"}, OFFICER)
    assert answer.status_code == 200, answer.text
    told = {each["student"]: (each["name"], each["masked"]) for each in answer.json()["children"]}
    assert told == {students[0]: ("吉*", True), students[1]: ("甲*", True)}
    assert len((await desk.post(PATH, {"students": students, "purpose": "work"}, SUPERIOR)).json()["children"]) == 3


async def test_each_of_them_is_recorded_and_so_is_who_asked_for_somebody_elses(desk: NamesDesk) -> None:
    students = await three(desk)
    await desk.post(PATH, {"students": [*students, students[0]], "purpose": "work"}, OFFICER)
    told = {each["subject"]: (each["data"]["did"], each["data"]["shown"]) for each in desk.access()}
    assert told == {students[0]: ("name-listed", True), students[1]: ("name-listed", True), students[2]: ("name-listed", False)}
    assert len(desk.access()) == 3


async def test_nothing_is_told_that_cannot_be_recorded(desk: NamesDesk) -> None:
    student = await desk.student()
    desk.log.unavailable_topics = {"access"}
    answer = await desk.post(PATH, {"students": [student], "purpose": "work"}, OFFICER)
    assert (answer.status_code, "吉" in answer.text) == (503, False)


@pytest.mark.parametrize("who", [AUDITOR, SENDER])
async def test_whoever_may_not_see_names_is_refused(desk: NamesDesk, who: tuple[str, str, object]) -> None:
    assert (await desk.post(PATH, {"students": [NOBODY], "purpose": "work"}, who)).status_code == 403  # type: ignore[arg-type]  # a caller


@pytest.mark.parametrize("students", [[], ["x"], [NOBODY] * 101, None])
async def test_a_list_of_nobody_of_too_many_or_of_no_ids_is_refused(desk: NamesDesk, students: object) -> None:
    answer = await desk.post(PATH, {"students": students, "purpose": "work"}, OFFICER)
    assert (answer.status_code, "students" in answer.text) == (422, True)


async def test_an_erased_name_is_not_there(desk: NamesDesk) -> None:
    student = await desk.student()
    await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, SUPERIOR)
    assert (await desk.post(PATH, {"students": [student], "purpose": "work"}, OFFICER)).json() == {"children": []}


async def test_a_list_of_work_is_no_looking_at_many_children(desk: NamesDesk) -> None:
    log = AccessLog(desk.log, ENROLMENT, partitions=PARTITIONS, now=lambda: NOW)
    caller = Caller(OFFICER[0], OFFICER[1], frozenset({OFFICER[2]}))
    await log.looked(caller, Looked.NAME_LISTED, [Look(f"{n:032x}", "513431", shown=True) for n in range(200)], purpose=Purpose.WORK)
    await log.looked(caller, Looked.FILE_READ, [Look("e" * 32, "513431", shown=True)], purpose=Purpose.WORK)
    assert (await desk.get("/v1/access", SUPERIOR, caller=OFFICER[0], unusual="true")).json()["looks"] == []
