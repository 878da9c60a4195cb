"""A list is taken away as it is seen, as a right of its own, and it is recorded of every child in it."""

from __future__ import annotations

import csv
import io
import json

import httpx
import openpyxl
import pytest

from services.case.desk import export
from services.case.desk.tables import as_csv, as_xlsx
from shared.contracts.case_codes import Role
from shared.log.topics import ACCESS
from tests.components.case.desk.desk_rig import OFFICER, SUPERIOR, DeskRig, child

HEADING = ["姓名", "县", "原因", "状态", "劝返次数", "失学天数", "到期", "计划走访", "编号"]


async def test_a_table_is_the_list_with_its_masked_names(desk: DeskRig) -> None:
    answer = await desk.client.get("/v1/desk/export", params={"queue": "overdue"}, headers=OFFICER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="overdue.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        HEADING,
        ["甲*", "昭觉县 513431", "外出打工", "待劝返", "0", "13", "2020-06-08", "", child(1)],
        ["甲*", "昭觉县 513431", "学习困难、厌学", "待劝返", "0", "9", "2020-06-12", "", child(2)],
    ]


async def test_a_workbook_has_the_same_in_the_language_of_the_page(desk: DeskRig) -> None:
    answer = await desk.client.get("/v1/desk/export", params={"queue": "overdue", "format": "xlsx", "lang": "en", "reason": "work"}, headers=OFFICER)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[1:] == [("甲*", "Zhaojue County 513431", "Work elsewhere", "waiting", "0", "13", "2020-06-08", "", child(1))]


@pytest.mark.parametrize("role", [Role.COUNTY_HEAD, Role.EDUCATION_HEAD, Role.PRINCIPAL])
async def test_a_table_is_narrowed_to_those_who_answer_as_the_list_is(desk: DeskRig, role: Role) -> None:
    narrowed = {"queue": "overdue", "answers": role}
    listed = (await desk.client.get("/v1/desk/files", params=narrowed, headers=OFFICER)).json()["files"]
    table = await desk.client.get("/v1/desk/export", params=narrowed, headers=OFFICER)
    assert table.status_code == 200
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))[1:]
    assert [row[-1] for row in rows] == [each["id"] for each in listed]


async def test_it_is_recorded_of_every_child_who_took_it_away(desk: DeskRig) -> None:
    await desk.client.get("/v1/desk/export", params={"queue": "overdue"}, headers=SUPERIOR)
    looks = [json.loads(each.value or b"") for partition in desk.log.topics[ACCESS] for each in partition]
    assert {look["subject"] for look in looks} == {child(n) for n in (1, 2, 8, 9)}
    assert {(look["data"]["did"], look["data"]["caller"]) for look in looks} == {("list-exported", "superior-1")}


async def test_nothing_is_taken_away_that_cannot_be_recorded(desk: DeskRig) -> None:
    desk.log.unavailable_topics = {ACCESS}
    answer = await desk.client.get("/v1/desk/export", params={"queue": "overdue"}, headers=OFFICER)
    assert (answer.status_code, child(1) in answer.text) == (503, False)


async def test_a_table_that_is_too_long_is_refused_and_says_how_to_make_it_shorter(desk: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST", 1)
    answer = await desk.client.get("/v1/desk/export", params={"queue": "overdue"}, headers=OFFICER)
    assert (answer.status_code, "choose a county" in answer.text) == (422, True)
    assert (await desk.client.get("/v1/desk/export", params={"queue": "today"}, headers=OFFICER)).status_code == 200


async def test_without_names_there_is_no_table_that_looks_whole(desk: DeskRig) -> None:
    desk.says["/v1/children/names"] = lambda _: httpx.Response(403)
    assert (await desk.client.get("/v1/desk/export", headers=OFFICER)).status_code == 503


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_ever_a_formula(cell: str) -> None:
    assert next(csv.reader(io.StringIO(as_csv([[cell]]).decode("utf-8-sig"), newline="")))[0] == f"'{cell}"
    assert openpyxl.load_workbook(io.BytesIO(as_xlsx([[cell]]))).active["A1"].data_type == "s"
