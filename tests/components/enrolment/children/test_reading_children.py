"""Who sees which child: masked, then in clear, by right and purpose, and never without a trace."""

from __future__ import annotations

import pytest

from tests.components.enrolment.children.names_desk import AUDITOR, ELSEWHERE, OFFICER, SENDER, SUPERIOR, NamesDesk, Who, child
from tests.components.enrolment.directory.names import number_of

NOBODY = "f" * 32


async def test_a_child_is_masked_until_a_second_act(desk: NamesDesk) -> None:
    student = await desk.student()
    masked = await desk.get(f"/v1/children/{student}", OFFICER, purpose="persuade")
    number = number_of(1)
    assert masked.json() == {
        "student": student,
        "county": "513431",
        "masked": True,
        "name": "吉*",
        "birth_date": "2010-**-**",
        "number": f"{number[:4]}…{number[-4:]}",
        "sex": "female",
        "guardians": [{"name": "吉*", "telephone": "138******00", "relation": "母亲"}],
        "address": "***",
        "school": "5134310001",
        "class_name": "七年级二班",
    }
    clear = (await desk.post(f"/v1/children/{student}/unmasking", {"purpose": "persuade"}, OFFICER)).json()
    assert clear == {
        **masked.json(),
        "masked": False,
        "name": "吉克阿呷",
        "birth_date": "2010-01-01",
        "number": number,
        "guardians": [{"name": "吉克拉则", "telephone": "13800138000", "relation": "母亲"}],
        "address": "四川省凉山州昭觉县某乡某村9组",
    }
    assert masked.headers["cache-control"] == "no-store"


async def test_every_look_is_recorded_with_who_and_why_and_never_with_what(desk: NamesDesk) -> None:
    student = await desk.student()
    await desk.get(f"/v1/children/{student}", OFFICER, purpose="persuade")
    await desk.post(f"/v1/children/{student}/unmasking", {"purpose": "aid"}, OFFICER)
    await desk.post("/v1/children/search", {"name": "吉克阿呷", "birth_date": "2010-01-01", "purpose": "verify"}, OFFICER)
    told = [(each["subject"], each["type"], each["data"]) for each in desk.access()]
    by = {"caller": OFFICER[0], "office": OFFICER[1], "roles": ["officer"], "shown": True, "county": "513431"}
    assert told == [
        (student, "cn.baoxue.access.looked.v1", {"did": did, "purpose": purpose, **by})
        for did, purpose in (("name-read", "persuade"), ("name-unmasked", "aid"), ("name-found", "verify"))
    ]


async def test_a_look_that_cannot_be_recorded_is_not_answered(desk: NamesDesk) -> None:
    student = await desk.student()
    desk.log.unavailable_topics = {"access"}
    for answer in (
        await desk.get(f"/v1/children/{student}", OFFICER, purpose="persuade"),
        await desk.post(f"/v1/children/{student}/unmasking", {"purpose": "persuade"}, OFFICER),
        await desk.post("/v1/children/search", {"name": "吉克阿呷", "birth_date": "2010-01-01", "purpose": "verify"}, OFFICER),
        await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, SUPERIOR),
        await desk.get(f"/v1/children/{NOBODY}", OFFICER, purpose="persuade"),
    ):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "吉" not in answer.text
    found = await desk.directory.get(student)
    assert found is not None
    assert found.child is not None


async def test_a_child_of_another_area_and_one_that_is_not_there_look_alike_and_are_recorded_alike(desk: NamesDesk) -> None:
    student = await desk.student()
    for method in ("masked", "clear", "erased"):
        answers = []
        for id_ in (student, NOBODY):
            if method == "masked":
                answers.append(await desk.get(f"/v1/children/{id_}", ELSEWHERE, purpose="verify"))
            elif method == "clear":
                answers.append(await desk.post(f"/v1/children/{id_}/unmasking", {"purpose": "verify"}, ELSEWHERE))
            else:
                far = ("superior-beijing", "/provinces/11", SUPERIOR[2])
                answers.append(await desk.post(f"/v1/children/{id_}/erasure", {"purpose": "request"}, far))
        one, other = answers
        assert one.status_code == other.status_code == 404
        assert one.content == other.content
        assert dict(one.headers) == dict(other.headers)
    assert [each["data"]["shown"] for each in desk.access()] == [False] * 6
    assert {each["subject"] for each in desk.access()} == {student, NOBODY}


async def test_what_is_no_id_is_no_child_and_leaves_no_trace_of_itself(desk: NamesDesk) -> None:
    for id_ in (number_of(1), "吉克阿呷", student_like := "A" * 32):
        answer = await desk.get(f"/v1/children/{id_}", OFFICER, purpose="verify")
        assert answer.status_code == 404
        assert id_ not in answer.text
    assert student_like
    assert desk.access() == []


async def test_a_purpose_must_be_told_and_be_one_of_the_list(desk: NamesDesk) -> None:
    student = await desk.student()
    assert (await desk.get(f"/v1/children/{student}", OFFICER)).status_code == 422
    assert (await desk.get(f"/v1/children/{student}", OFFICER, purpose="curiosity")).status_code == 422
    assert (await desk.post(f"/v1/children/{student}/unmasking", {}, OFFICER)).json()["field"] == "purpose"


async def test_a_search_finds_only_children_of_the_callers_area(desk: NamesDesk) -> None:
    here = await desk.student()
    there = await desk.student(n=2, county="513429")
    asked = {"name": " 吉克 阿呷".strip(), "birth_date": "2010-01-01", "purpose": "verify"}

    async def found_by(who: Who) -> list[str]:
        answer = await desk.post("/v1/children/search", asked, who)
        assert answer.status_code == 200, answer.text
        assert all(each["masked"] for each in answer.json()["children"])
        return [each["student"] for each in answer.json()["children"]]

    assert await found_by(OFFICER) == [here]
    assert await found_by(ELSEWHERE) == [there]
    assert await found_by(SUPERIOR) == sorted([here, there])
    assert await found_by(("far", "/provinces/11", OFFICER[2])) == []


async def test_an_erased_child_has_no_name_and_its_erasure_is_a_fact(desk: NamesDesk) -> None:
    student = await desk.student()
    answer = await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, SUPERIOR)
    assert answer.json() == {"student": student, "done": True}
    assert (await desk.get(f"/v1/children/{student}", OFFICER, purpose="verify")).status_code == 410
    assert (await desk.write(child()))["lines"][0]["code"] == "erased"
    assert [(each["type"], each["data"].get("did")) for each in desk.access()[:2]] == [
        ("cn.baoxue.access.looked.v1", "erasure"),
        ("cn.baoxue.access.erased.v1", None),
    ]


async def test_an_erasure_that_is_in_the_log_is_done_when_the_directory_is_there_again(desk: NamesDesk) -> None:
    student = await desk.student()
    erase, failing = desk.directory.erase, True

    async def away(student: str, at: object) -> None:
        if failing:
            raise TimeoutError
        await erase(student, at)  # type: ignore[arg-type]  # a moment

    desk.directory.erase = away  # type: ignore[method-assign]  # out of reach
    answer = await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, SUPERIOR)
    assert answer.json() == {"student": student, "done": False}
    failing = False
    assert (await desk.get("/v1/access", SUPERIOR, child=student)).status_code == 200
    found = await desk.directory.get(student)
    assert found is not None
    assert found.erased


RIGHTS: dict[str, tuple[Who, ...]] = {"read": (OFFICER, SUPERIOR), "unmask": (OFFICER, SUPERIOR), "erase": (SUPERIOR,), "access": (SUPERIOR, AUDITOR)}


@pytest.mark.parametrize("act", RIGHTS)
@pytest.mark.parametrize("who", [None, SENDER, OFFICER, SUPERIOR, AUDITOR])
async def test_only_who_has_the_right_is_answered(desk: NamesDesk, act: str, who: Who | None) -> None:
    student = await desk.student()
    match act:
        case "read":
            answer = await desk.get(f"/v1/children/{student}", who, purpose="verify")
        case "unmask":
            answer = await desk.post(f"/v1/children/{student}/unmasking", {"purpose": "verify"}, who)
        case "erase":
            answer = await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, who)
        case _:
            answer = await desk.get("/v1/access", who, child=student)
    assert answer.status_code == (200 if who in RIGHTS[act] else 401 if who is None else 403)


async def test_without_the_directory_names_are_away_and_reports_go_on(desk: NamesDesk) -> None:
    from tests.components.enrolment.lines import line

    desk.master.unlink()
    desk.student_keys.unlink()
    assert (await desk.post("/v1/children", child(), SENDER)).status_code == 503
    asked = {"name": "吉克阿呷", "birth_date": "2010-01-01", "purpose": "verify"}
    assert (await desk.post("/v1/children/search", asked, OFFICER)).status_code == 503
    nation = ("nation", "/nation", SENDER[2])
    assert (await desk.post("/v1/reports", line("enrolled"), nation, "application/x-ndjson")).json()["logged"] == 1
