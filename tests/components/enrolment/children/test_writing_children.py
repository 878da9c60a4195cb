"""Children are taken into the directory: one, several, or a line each."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from services.enrolment.directory.key_files import add_student_key
from tests.components.enrolment.children.names_desk import AUDITOR, BUTUO, ELSEWHERE, OFFICER, SENDER, SUPERIOR, NamesDesk, Who, child
from tests.components.enrolment.directory.names import number_of
from tests.components.enrolment.lines import line


async def test_one_an_array_and_lines_are_written_alike(desk: NamesDesk) -> None:
    one = await desk.post("/v1/children", child(1), SENDER)
    several = await desk.post("/v1/children", [child(1), child(2)], SENDER)
    lines = await desk.write(child(1), child(2), child(3))
    ids = [desk.id_of(number_of(n)) for n in (1, 2, 3)]
    assert [each["student"] for each in one.json()["children"]] == ids[:1]
    assert [each["student"] for each in several.json()["children"]] == ids[:2]
    assert lines["children"] == [{"line": n, "student": id_, "also": []} for n, id_ in enumerate(ids, 1)]
    assert (lines["received"], lines["written"], lines["refused"], lines["lines"]) == (3, 3, 0, [])
    assert one.headers["cache-control"] == "no-store"


async def test_a_bad_line_holds_back_no_good_one_and_blank_lines_are_numbered(desk: NamesDesk) -> None:
    body = b"\n".join([json.dumps(child(1)).encode(), b"", b"{", json.dumps(child(2, county="999999")).encode()])
    answer = (await desk.post("/v1/children", body, SENDER, "application/x-ndjson")).json()
    assert (answer["received"], answer["written"], answer["refused"]) == (3, 1, 2)
    assert [(each["line"], each["code"], each["field"]) for each in answer["lines"]] == [(3, "malformed", None), (4, "unknown_county", "county")]


@pytest.mark.parametrize(
    ("known", "code", "field"),
    [
        ({"name": None}, "malformed", "name"),
        ({"name": " 吉克 "}, "malformed", "name"),
        ({"sex": "f"}, "malformed", "sex"),
        ({"birth_date": "2010-13-01", "identity_number": None, "registration_number": f"G{number_of(1)}"}, "malformed", "birth_date"),
        ({"birth_date": "2027-01-01", "identity_number": None, "registration_number": f"G{number_of(1)}"}, "malformed", "birth_date"),
        ({"identity_number": None}, "malformed", "identity_number"),
        ({"identity_number": number_of(1)[:17]}, "malformed", "identity_number"),
        ({"identity_number": number_of(1, "20100102")}, "malformed", "birth_date"),
        ({"identity_number": f"G{number_of(1)}"}, "malformed", "identity_number"),
        ({"registration_number": number_of(1)}, "malformed", "registration_number"),
        ({"former_numbers": ["L1"]}, "malformed", "former_numbers"),
        ({"guardians": [{"telephone": "13800138000"}]}, "malformed", "guardians"),
        ({"county": "000000"}, "unknown_county", "county"),
        ({"county": "130521"}, "county_not_valid_then", "county"),
        ({"county": "110101"}, "not_your_county", "county"),
        ({"nickname": "阿呷"}, "unknown_field", "nickname"),
    ],
)
async def test_a_child_that_breaks_a_rule_is_refused_by_field_and_no_value_is_repeated(
    desk: NamesDesk, known: dict[str, Any], code: str, field: str
) -> None:
    answer = await desk.post("/v1/children", child(**known), SENDER)
    assert answer.status_code == 422
    (refused,) = answer.json()["lines"]
    assert (refused["code"], refused["field"]) == (code, field)
    for value in ("吉克", "13800138000", number_of(1), number_of(1)[:17], number_of(1, "20100102"), "L1", "阿呷"):
        assert value not in answer.text


async def test_a_member_that_stands_twice_is_refused(desk: NamesDesk) -> None:
    body = json.dumps(child()).encode()[:-1] + b', "name": "x"}'
    (refused,) = (await desk.post("/v1/children", body, SENDER)).json()["lines"]
    assert (refused["code"], refused["field"]) == ("malformed", "name")


async def test_a_body_that_is_too_long_writes_nothing(desk: NamesDesk) -> None:
    answer = await desk.post("/v1/children", b"\n".join([json.dumps(child()).encode()] * 5_001), SENDER, "application/x-ndjson")
    assert (answer.status_code, answer.json()["setting"]) == (413, "ENROLMENT_CHILDREN_LINES")
    assert await desk.directory.get(desk.id_of(number_of(1))) is None


@pytest.mark.parametrize(
    ("body", "media_type", "status"), [(b"", "application/json", 400), (b"{}", "text/plain", 415), (b"[{},", "application/json", 400)]
)
async def test_a_body_that_cannot_be_read_is_a_problem(desk: NamesDesk, body: bytes, media_type: str, status: int) -> None:
    assert (await desk.post("/v1/children", body, SENDER, media_type)).status_code == status


async def test_a_child_keeps_the_id_of_its_first_number_when_it_gets_another(desk: NamesDesk) -> None:
    """A temporary L number in autumn, the formal G number in spring: one child, and its id stands."""
    temporary = f"L51343120100101123{4}"
    first = await desk.write(child(identity_number=None, registration_number=temporary))
    student = first["children"][0]["student"]
    assert student == desk.id_of(temporary)
    again = await desk.write(child(identity_number=None, registration_number=f"G{number_of(1)}", former_numbers=[temporary]))
    assert again["children"] == [{"line": 1, "student": student, "also": [desk.id_of(number_of(1))]}]
    assert (await desk.write(child()))["children"][0]["student"] == student


async def test_numbers_of_two_children_are_refused_until_they_are_reported_as_one(desk: NamesDesk) -> None:
    await desk.write(child(1), child(2))
    answer = await desk.write(child(1, former_numbers=[number_of(2)]))
    assert [(each["code"], each["field"]) for each in answer["lines"]] == [("two_children", "former_numbers")]


async def test_ids_are_made_with_the_key_in_force_and_the_old_ones_are_kept(desk: NamesDesk) -> None:
    old = await desk.student()
    add_student_key(desk.student_keys, date(2026, 3, 1))
    assert await desk.student() == old
    new = await desk.student(n=2)
    assert new != desk.id_of(number_of(2))


async def test_nobody_writes_over_a_child_of_somebody_else(desk: NamesDesk) -> None:
    student = await desk.student()
    answer = await desk.write(child(county=BUTUO), who=ELSEWHERE)
    assert [(each["code"], each["field"]) for each in answer["lines"]] == [("not_your_county", "county")]
    found = await desk.directory.get(student)
    assert found is not None
    assert found.county == "513431"


async def test_a_child_that_moved_is_written_by_the_county_in_which_it_counts(desk: NamesDesk) -> None:
    student = await desk.student()
    reports = [
        line("enrolled", subject=student, id="e"),
        line(
            "arrived",
            {"county": BUTUO, "school": "5134290001", "stage": "junior", "grade": 7},
            subject=student,
            id="a",
            source=f"/counties/{BUTUO}",
            time="2020-06-15T08:00:00+08:00",
        ),
    ]
    nation: Who = ("nation", "/nation", SENDER[2])
    answer = await desk.post("/v1/reports", b"\n".join(reports), nation, "application/x-ndjson")
    assert answer.json()["logged"] == 2, answer.text
    await desk.decide()
    assert (await desk.write(child(county=BUTUO), who=ELSEWHERE))["written"] == 1
    assert (await desk.get(f"/v1/children/{student}", OFFICER, purpose="verify")).status_code == 404
    assert (await desk.get(f"/v1/children/{student}", ELSEWHERE, purpose="verify")).status_code == 200


@pytest.mark.parametrize(("who", "status"), [(None, 401), (AUDITOR, 403), (SUPERIOR, 403), (SENDER, 200), (OFFICER, 200)])
async def test_only_who_has_the_right_writes(desk: NamesDesk, who: Who | None, status: int) -> None:
    assert (await desk.post("/v1/children", child(), who)).status_code == status
