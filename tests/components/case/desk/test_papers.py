"""Papers as PDF: what stands in them, that they are the same bytes from the record, and whose name stands in one."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from services.case.domain.ladder import ladder_on
from services.case.papers.papers import Paper
from services.case.papers.typesetter import _type, set_now
from shared.contracts.case_codes import LawStep, Role
from shared.log.topics import ACCESS
from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, SUPERIOR, DeskRig, child
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import SCHOOL, attempt, corrected, law_step, moved, opened

FONTS = Path(str(files("services.case"))) / "papers" / "fonts" / "noto-serif-sc-2.003"
SEEN = {
    "student": child(1), "county": "513431", "masked": False, "name": "甲子#[*龘*]", "birth_date": "2010-03-05", "number": "510000201003050000",
    "sex": "female", "guardians": [{"name": "甲某", "telephone": "13800000000", "relation": "母亲"}], "address": "某乡某村 #import \"x\"",
    "school": "5134310001", "class_name": "七年级一班",
}  # fmt: skip
BLANK = dict.fromkeys(("name", "sex", "birth_date", "number", "guardian", "telephone", "address", "school"))
CONTENT: dict[str, Any] = {
    "number": "n", "child": BLANK, "reason": None, "out": None, "term": "2020-06-20", "happened": "2020-06-14", "article": None, "county": "昭觉县",
    "office": None, "attempted": 0, "attempts": [], "steps": [], "area": "昭觉县", "what": "已逾期", "today": "2020-06-14", "rows": [],
}  # fmt: skip


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).translate(dict.fromkeys(map(ord, "\n \u3000")))


async def paper(desk: DeskRig, which: str, *, named: bool = False, who: dict[str, str] = OFFICER, n: int = 1) -> httpx.Response:
    desk.says[f"/v1/children/{child(n)}/unmasking"] = lambda _: httpx.Response(200, json=SEEN)
    body = {"purpose": "legal", "named": named}
    return await desk.client.post(f"/v1/desk/files/{child(n)}/papers/{which}", json=body, headers=who)


async def made(desk: DeskRig, which: str, *, named: bool = False, n: int = 1) -> bytes:
    answer = await paper(desk, which, named=named, n=n)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    assert (answer.headers["content-disposition"], answer.headers["cache-control"]) == (f'attachment; filename="{which}.pdf"', "no-store")
    return answer.content


DAYS = dict(zip(LawStep, ("2020-01-06", "2020-01-20", "2020-01-21", "2020-02-20", "2020-03-20", "2020-04-20"), strict=True))


async def climb(desk: DeskRig, to: str) -> None:
    """Let every step of the law be taken up to one, each as early as it may be; the newest ones reach beyond today."""
    await desk.tell(("2020-01-02", opened()), ("2020-01-03", attempt()), child=child(30))
    for step, day in DAYS.items():
        await desk.tell((day, law_step(step, role=Role.EDUCATION_HEAD, happened=date.fromisoformat(day))), child=child(30))
        if step.value == to:
            return


TITLES = {
    "notice": "限期复学通知书", "report": "劝返无效情况书面报告", "order": "责令送适龄儿童少年入学决定书", "admonition": "训诫书",
    "penalty": "行政处罚决定书", "suit": "民事起诉状（强制执行申请书）", "visit-form": "家访（劝返）登记表",
}  # fmt: skip


@pytest.mark.parametrize("step", LawStep)
async def test_each_step_of_the_law_that_was_taken_has_its_paper_with_the_child_in_it(desk: DeskRig, step: LawStep) -> None:
    await climb(desk, step.value)
    text = text_of(await made(desk, step.value, named=True, n=30))
    assert text.startswith(TITLES[step.value])
    assert f"513431/2020{DAYS[step][5:].replace('-', '')}/{child(30)[:8]}/{step}" in text
    for said in (
        "甲子#[*龘*]",
        "女",
        "2010-03-05",
        "510000201003050000",
        "甲某",
        '某乡某村#import"x"',
        "5134310001七年级一班",
        "外出打工",
        "2020年1月2日",
    ):
        assert said in text, said
    national = ladder_on(date.fromisoformat(DAYS[step])).rung(step).certainty.startswith("[C]") and step not in (LawStep.PENALTY, LawStep.SUIT)
    assert ("《" in text) is national, "only an article of the nation's law stands on a paper"
    assert ("家访监护人答应返校" in text) is (step in (LawStep.REPORT, LawStep.SUIT))


async def test_a_paper_that_was_served_is_the_paper_that_the_record_makes(desk: DeskRig) -> None:
    await desk.tell(("2020-06-02", attempt()), child=child(1))
    served = await made(desk, "notice", named=True)
    assert "2020年6月14日" in text_of(served), "it is made to be served today"
    await desk.tell(("2020-06-14", law_step(role=Role.EDUCATION_HEAD, happened=date(2020, 6, 14))), child=child(1))
    await desk.tell(("2020-06-14", attempt()), ("2020-06-14", corrected()), child=child(1))
    assert await made(desk, "notice", named=True) == served, "what happened later does not change it"
    before = (await paper(desk, "notice", who=SUPERIOR)).content
    await desk.tell(("2020-06-14", moved()), child=child(1))
    assert (await paper(desk, "notice", who=SUPERIOR)).content == before, "a move of the child neither"


async def test_a_paper_of_a_school_leaves_the_place_of_its_office_blank(desk: DeskRig) -> None:
    await desk.tell(
        ("2020-06-02", attempt()), ("2020-06-03", law_step(office=SCHOOL, role=Role.PRINCIPAL, happened=date(2020, 6, 3))), child=child(1)
    )
    text = text_of(await made(desk, "notice"))
    assert ("教育行政部门（盖章）" in text, "（盖章）" in text) == (False, True)


async def test_without_a_name_there_are_blanks_and_nobody_is_unmasked(desk: DeskRig) -> None:
    text = text_of(await made(desk, "visit-form"))
    assert ("甲" in text, "家访（劝返）登记表" in text, "上门核实孩子的去向" in text) == (False, True, True)
    assert desk.asked == []


async def test_a_name_stands_in_a_paper_by_the_right_to_unmask_and_each_look_is_recorded(desk: DeskRig) -> None:
    await made(desk, "visit-form", named=True)
    assert [(method, path) for method, path, _ in desk.asked] == [("POST", f"/v1/children/{child(1)}/unmasking")]
    assert desk.bodies == [{"purpose": "legal"}]
    looks = [json.loads(each.value or b"")["data"] for partition in desk.log.topics[ACCESS] for each in partition]
    assert [(look["did"], look["purpose"], look["shown"]) for look in looks] == [("paper-made", "legal", True)]
    assert (await paper(desk, "visit-form", who=AUDITOR)).status_code == 403
    assert (await paper(desk, "visit-form", n=8)).status_code == 404
    assert (await paper(desk, "diploma")).status_code == 422


async def test_what_enrolment_refuses_makes_no_paper(desk: DeskRig) -> None:
    body = {"purpose": "legal", "named": True}
    desk.says[f"/v1/children/{child(1)}/unmasking"] = lambda _: httpx.Response(410, json={"title": "No name any more"})
    answer = await desk.client.post(f"/v1/desk/files/{child(1)}/papers/visit-form", json=body, headers=OFFICER)
    assert (answer.status_code, answer.json()) == (410, {"title": "No name any more"})


async def test_a_step_that_the_law_does_not_allow_yet_has_no_paper_and_nobody_is_unmasked_for_it(desk: DeskRig) -> None:
    first = await paper(desk, "notice", named=True)
    assert (first.status_code, problem_of(first), first.json()["code"]) == (409, "refused", "attempts_missing")
    await desk.tell(("2020-06-02", attempt()), child=child(1))
    second = await paper(desk, "order", named=True)
    assert (second.status_code, second.json()["code"]) == (409, "earlier_step_missing")
    assert desk.asked == []


async def test_a_step_of_which_the_history_tells_no_more_says_where_it_is(desk: DeskRig) -> None:
    await climb(desk, "notice")
    for n in range(30):
        await desk.tell((f"2020-03-{n % 28 + 1:02}", attempt()), child=child(30))
    answer = await paper(desk, "notice", n=30)
    assert (answer.status_code, problem_of(answer), "baoxue replay" in answer.text) == (409, "paper-forgotten", True)


@pytest.mark.parametrize("template", [*Paper, "ledger"])
def test_the_same_content_makes_the_same_bytes_in_another_process_and_no_date_of_making(template: str) -> None:
    here = set_now(template, CONTENT)
    code = "import json,sys;from services.case.papers.typesetter import set_now;sys.stdout.buffer.write(set_now(sys.argv[1],json.loads(sys.argv[2])))"
    run = subprocess.run([sys.executable, "-c", code, template, json.dumps(CONTENT)], capture_output=True, check=True)
    assert run.stdout == here
    reader = PdfReader(io.BytesIO(here))
    assert set(reader.metadata or {}) == {"/Title", "/Creator"}
    assert reader.xmp_metadata is None or reader.xmp_metadata.xmp_create_date is None
    fonts = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in reader.pages[0]["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert all(name.startswith("NotoSerifSC") for name in fonts), fonts


def test_the_type_is_the_file_that_was_chosen() -> None:
    assert _type(FONTS.parents[1]).families() == ["Noto Serif SC"], "no font of the machine or of Typst itself"
    for line in (FONTS / "SHA256SUMS").read_text("utf-8").splitlines():
        known, name = line.split()
        assert sha256((FONTS / name).read_bytes()).hexdigest() == known


async def test_the_ledger_is_the_list_for_print(desk: DeskRig) -> None:
    query = {"queue": "all", "format": "pdf", "lang": "en"}
    answer = await desk.client.get("/v1/desk/export", params=query, headers=OFFICER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = text_of(answer.content)
    assert "控辍保学工作台账昭觉县全部失学截至2020年6月14日共4人" in text
    assert f"1甲*昭觉县513431外出打工待劝返0132020-06-08{child(1)}" in text
    assert "513431/20200614/all" in text
    assert (await desk.client.get("/v1/desk/export", params=query, headers=OFFICER)).content == answer.content
    looks = [json.loads(each.value or b"")["data"]["did"] for partition in desk.log.topics[ACCESS] for each in partition]
    assert looks == ["list-exported"] * 8
