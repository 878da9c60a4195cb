"""Flags and samples by HTTP: who may raise, settle, draw and re-check, of files and of counties, one by one and by the line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from shared.contracts.case_commands import CaseCommand
from shared.http.chinese.translation import chinese
from tests.components.case.case_desk import CaseDesk
from tests.components.shared.office_desk import CHILD
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import BUTUO, OFFICE, PREFECTURE, PROVINCE, ZHAOJUE, back, closed, opened
from tests.domain.case.flag_story import cleared, drawn, flag_confirmed, flag_of, raised, rechecked, sampled
from tests.domain.case.test_oversight import BURST, THIS
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

AUDITOR = carrying("/nation", "auditor", sub="auditor")
OF_PREFECTURE = carrying(PREFECTURE, "superior", sub="superior-of-liangshan")
OF_PROVINCE = carrying(PROVINCE, "superior", sub="superior-of-sichuan")
OFFICER = carrying(OFFICE, "officer", sub="officer")
NDJSON = {"content-type": "application/x-ndjson"}


def body(command: CaseCommand, **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = msgspec.to_builtins(command)
    return {"do": command.TYPE.split(".")[-2], **asked, **more}


@pytest_asyncio.fixture
async def desk(database: RedisDatabase) -> AsyncIterator[CaseDesk]:
    each = CaseDesk(database, lines_seconds=0.05)
    await each.tell(("2020-03-01", opened()), ("2020-03-02", back()))
    yield each
    await each.client.aclose()


async def to_file(desk: CaseDesk, command: CaseCommand, headers: dict[str, str], child: str = CHILD) -> httpx.Response:
    return await desk.client.post(f"/v1/cases/{child}", json=body(command), headers=headers)


async def to_county(desk: CaseDesk, command: CaseCommand, headers: dict[str, str], code: str = ZHAOJUE) -> httpx.Response:
    return await desk.client.post(f"/v1/county-flags/{code}", json=body(command), headers=headers)


async def test_a_flag_is_raised_shown_with_its_words_and_settled(desk: CaseDesk) -> None:
    (flag,) = (await to_file(desk, raised(1, 2), AUDITOR)).json()["flags"]
    assert (flag["id"], flag["rule"], flag["state"], flag["county"], flag["flagged"]) == (flag_of(1, 2), "no_seat", "open", ZHAOJUE, PROVINCE)
    assert (flag["pieces"], len(flag["evidence"]), flag["grounds"], flag["settled"]) == (2, 2, ["seen_in_school", "report_withdrawn"], None)
    assert flag["hint"]["zh"].startswith("报告复学后")
    assert flag["clears"]["en"].startswith("A corroboration by another office")
    (flag,) = (await to_file(desk, cleared(flag_of(1, 2)), OF_PREFECTURE)).json()["flags"]
    assert (flag["state"], flag["settled"]) == ("cleared", {"on": "2020-06-14", "office": PREFECTURE, "because": "seen_in_school"})
    history = (await desk.client.get(f"/v1/cases/{CHILD}", headers=OFFICER)).json()["history"]
    assert [each["what"] for each in history] == ["opened", "put-under-observation", "flagged", "flag-cleared"]


async def test_the_same_flag_again_is_answered_and_says_nothing_more(desk: CaseDesk) -> None:
    await to_file(desk, raised(), AUDITOR)
    commands = len(desk.commands())
    assert len((await to_file(desk, raised(), AUDITOR)).json()["flags"]) == 1
    assert len(desk.commands()) == commands


@pytest.mark.parametrize(
    ("command", "headers"),
    [
        (raised(office=OFFICE), OFFICER),
        (raised(office=PREFECTURE), OF_PREFECTURE),
        (cleared(office=OFFICE), OFFICER),
        (flag_confirmed(office="/nation"), AUDITOR),
        (drawn(office="/nation"), AUDITOR),
        (rechecked(office=OFFICE), OFFICER),
    ],
)
async def test_whoever_has_no_right_is_told_so(desk: CaseDesk, command: CaseCommand, headers: dict[str, str]) -> None:
    answer = await to_file(desk, command, headers)
    assert (answer.status_code, problem_of(answer), answer.json()["field"]) == (403, "no-right", "do")


async def test_nobody_speaks_for_another_office(desk: CaseDesk) -> None:
    await to_file(desk, raised(), AUDITOR)
    assert (await to_file(desk, cleared(office=PROVINCE), OF_PREFECTURE)).status_code == 403


async def test_a_refusal_names_the_field_in_either_tongue(desk: CaseDesk) -> None:
    await to_file(desk, raised(), AUDITOR)
    answer = await to_file(desk, flag_confirmed(office=PROVINCE), OF_PROVINCE)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "second_office_needed", "office")
    answer = await to_file(desk, cleared("0" * 16), OF_PREFECTURE)
    assert (answer.status_code, answer.json()["code"], chinese(answer.json()["detail"])) == (404, "unknown_flag", "这里没有这条线索")


async def test_a_drawn_file_is_rechecked_by_the_office_that_drew(desk: CaseDesk) -> None:
    await desk.tell(*(("2020-06-10", each) for each in closed()))
    (draw,) = (await to_file(desk, drawn(), OF_PROVINCE)).json()["draws"]
    assert draw == {"office": PROVINCE, "on": "2020-06-14", "since": "2020-01-01", "until": "2020-02-01", "finding": None}
    answer = (await desk.client.post(f"/v1/cases/{CHILD}", json=body(rechecked(), happened="2020-06-14"), headers=OF_PROVINCE)).json()
    assert (answer["state"], answer["due"], answer["draws"][0]["finding"]) == ("returned", "2020-06-21", "not_in_school")
    assert answer["back"] == {"since": "2020-06-14", "claimant": OFFICE, "corroborated_by": None, "proposed_by": None}


async def test_a_county_is_flagged_listed_and_settled(desk: CaseDesk) -> None:
    answer = (await to_county(desk, BURST, AUDITOR)).json()
    assert (answer["county"], answer["name"], answer["flags"][0]["act"], answer["flags"][0]["role"]) == (ZHAOJUE, "昭觉县", "proposed", "officer")
    listed = (await desk.client.get("/v1/county-flags", headers=OFFICER)).json()
    assert ([each["county"] for each in listed["counties"]], listed["next"], listed["today"]) == ([ZHAOJUE], None, "2020-06-14")
    (flag,) = (await to_county(desk, flag_confirmed(THIS), OF_PREFECTURE)).json()["flags"]
    assert (flag["state"], flag["settled"]["because"]) == ("confirmed", None)
    assert (await desk.client.get("/v1/county-flags", headers=OFFICER)).json()["counties"] == []
    assert len((await desk.client.get(f"/v1/county-flags/{ZHAOJUE}", headers=OFFICER)).json()["flags"]) == 1


async def test_a_sample_of_a_county_is_drawn_once_and_shown(desk: CaseDesk) -> None:
    (sample,) = (await to_county(desk, sampled(), OF_PROVINCE)).json()["samples"]
    assert sample == {"office": PROVINCE, "since": "2020-01-01", "until": "2020-02-01", "population": 40, "size": 4}
    answer = await to_county(desk, sampled(seed="seed-another", digest="cd" * 32), OF_PROVINCE)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_now")


async def test_a_county_beyond_the_area_is_forbidden_and_what_is_no_county_unknown(desk: CaseDesk) -> None:
    assert (await to_county(desk, sampled("/prefectures/513400"), OF_PREFECTURE, "110101")).status_code == 403
    for path in ("110101", "513400", "999999"):
        answer = await desk.client.get(f"/v1/county-flags/{path}", headers=OF_PREFECTURE)
        assert answer.status_code == (403 if path == "110101" else 404), path
    assert (await desk.client.get(f"/v1/county-flags/{BUTUO}", headers=OFFICER)).status_code == 403
    assert (await desk.client.get(f"/v1/county-flags/{ZHAOJUE}", headers=carrying("/schools/5134310001", "reporter"))).status_code == 403


async def test_lines_flag_files_and_counties_and_a_repeated_body_does_no_harm(desk: CaseDesk) -> None:
    said = [{"id": CHILD, **body(raised(1))}, {"id": ZHAOJUE, **body(BURST)}, {"id": "f" * 32, **body(raised(3))}, {"id": "51", **body(BURST)}]
    text = b"\n".join(json.dumps(each).encode() for each in said)

    async def posted(key: str) -> dict[str, Any]:
        return dict((await desk.client.post("/v1/cases", content=text, headers={**NDJSON, **AUDITOR, "Idempotency-Key": key})).json())

    answers = [await posted(key) for key in ("flags", "flags", "another")]
    assert [(each["accepted"], each["duplicate"], each["refused"]) for each in answers] == [(2, 0, 2), (0, 2, 2), (0, 2, 2)]
    assert [(each["line"], each["code"]) for each in answers[0]["lines"]] == [(3, "unknown_case"), (4, "malformed")]


async def test_what_is_of_a_county_is_not_asked_of_a_file_nor_the_other_way_round(desk: CaseDesk) -> None:
    assert problem_of(await to_file(desk, sampled(), OF_PROVINCE)) == "malformed"
    assert problem_of(await to_county(desk, drawn(), OF_PROVINCE)) == "malformed"
