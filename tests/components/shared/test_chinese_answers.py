"""Answers in Chinese for whoever asks for them: problems of any kind, and the lines of receipts."""

import httpx
import pytest
from fastapi import FastAPI

from shared.contracts.refusal import RefusalCode
from shared.http import telemetry
from shared.http.api import create_api
from shared.http.chinese.preference import wants_chinese
from shared.http.chinese.translation import chinese, in_chinese
from shared.http.problems import Problem
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.enrolment.intake_desk import NDJSON, ONE, Desk
from tests.components.enrolment.lines import line
from tests.support.callers import carrying, identity
from tests.support.redis import RedisDatabase
from tests.support.served import served

CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}


@pytest.mark.parametrize(
    "header", ["zh", "zh-CN", "ZH-hans-cn", "zh-CN,zh;q=0.9,en;q=0.8", "fr, zh;q=0.2", "en;q=0.5, zh;q=0.6", "en;q=x, zh", "zh;level=1"]
)
def test_chinese_is_wanted(header: str) -> None:
    assert wants_chinese(header)


@pytest.mark.parametrize("header", ["", "*", "en", "en-GB,en;q=0.9,zh;q=0.8", "zh;q=0", "fr", "zhx", "zh;q=x", "zh;q=0.5, en;q=0.5", ",;,"])
def test_chinese_is_not_wanted(header: str) -> None:
    assert not wants_chinese(header)


@pytest.mark.parametrize(
    ("english", "translated"),
    [
        ("No such area", "没有这个地区"),
        ("A body must not be longer than 16384 bytes.", "正文不得超过 16384 字节。"),
        ("data.county is missing; it must be six digits of GB/T 2260", "缺少 data.county；必须是GB/T 2260 的六位数字"),
        ("query.limit: Input should be less than or equal to 500", "query.limit：不得大于 500"),
        ("query.a: must be given once; query.from: must be a day, YYYY-MM-DD", "query.a：只能给一次；query.from：必须是日期，写作 YYYY-MM-DD"),
        ("the file is closed: the term has not begun", "档案状态为 closed：该学期尚未开始"),
    ],
)
def test_a_sentence_is_translated_with_what_it_holds(english: str, translated: str) -> None:
    assert chinese(english) == translated


def test_a_detail_without_a_sentence_of_its_own_stands_behind_the_meaning_of_its_code() -> None:
    told = in_chinese({"code": RefusalCode.UNKNOWN_COUNTY, "field": "data.county", "detail": "something new"})
    assert told == {"code": "unknown_county", "field": "data.county", "detail": "区划表中没有这个县（something new）"}
    assert in_chinese({"detail": "something new", "n": 1}) == {"detail": "something new", "n": 1}


def an_api() -> FastAPI:
    registry = telemetry.new_registry("test", "api")
    app = create_api(
        title="A test",
        summary="",
        registry=registry,
        log=MemoryLog(1),
        redis=connect("redis://127.0.0.1:1/0"),
        topic="t",
        identity=identity(),
        schemas=dict,
    )

    @app.get("/v1/area")
    async def area(limit: int = 5) -> None:
        raise Problem(404, "unknown-area", "No such area", "There is no report in it.", more={"limit": limit})

    return app


async def test_a_problem_is_told_in_the_language_that_is_asked_for() -> None:
    async with served(an_api()) as server, httpx.AsyncClient(base_url=server.url, headers=carrying()) as client:
        for headers, title, language in ((CHINESE, "没有这个地区", "zh"), ({}, "No such area", "en")):
            answer = await client.get("/v1/area", headers=headers)
            assert (answer.status_code, answer.json()["title"], answer.headers["content-language"]) == (404, title, language)
            assert answer.headers["vary"] == "Accept-Language"
            assert answer.json()["type"] == "/docs/problems#unknown-area"
            assert answer.json()["limit"] == 5


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "title"),
    [
        ("GET", "/nowhere", {}, 404, "没有找到"),
        ("DELETE", "/v1/area", {}, 405, "不允许这种方法"),
        ("GET", "/v1/area?x=1", {}, 422, "参数不合规定"),
        ("GET", "/v1/area", {"host": "evil.example"}, 421, "不是本服务器的名称"),
        ("POST", "/v1/area", {"origin": "https://evil.example"}, 403, "来自其他网站的页面"),
    ],
)
async def test_whoever_answers_it_is_in_chinese(method: str, path: str, headers: dict[str, str], status: int, title: str) -> None:
    async with served(an_api()) as server, httpx.AsyncClient(base_url=server.url, headers=carrying()) as client:
        answer = await client.request(method, path, headers=CHINESE | headers)
        assert (answer.status_code, answer.json()["title"]) == (status, title)
        for error in answer.json().get("errors", ()):
            assert error["rule"].startswith("没有这个参数；可用的参数有 limit")


async def test_what_has_no_texts_is_left_as_it_is() -> None:
    async with served(an_api()) as server, httpx.AsyncClient(base_url=server.url, headers=carrying()) as client:
        answer = await client.get("/livez", headers=CHINESE)
        assert (answer.json(), "content-language" in answer.headers, "vary" in answer.headers) == ({"status": "alive"}, False, False)
        head = await client.head("/v1/area", headers=CHINESE)
        assert (head.status_code, head.content) == (404, b"")
        assert (await client.get("/livez")).status_code == 200, "the connection goes on"


async def test_the_lines_of_an_acknowledgement_and_of_a_receipt_are_in_chinese(database: RedisDatabase) -> None:
    desk = Desk(database)
    async with served(desk.app) as server, httpx.AsyncClient(base_url=server.url, headers=CHINESE | carrying()) as client:
        body = line("dropped-out", data={"reason": "no"}) + b"\n" + line("dropped-out", id="other")
        told = await client.post("/v1/reports", content=body, headers={"content-type": NDJSON, "idempotency-key": "k"})
        assert told.status_code == 202
        (refused,) = told.json()["lines"]
        assert refused["code"] == "malformed"
        assert refused["detail"].startswith("data.reason 必须是下列之一：learning")
        again = await client.post("/v1/reports", content=body, headers={"content-type": NDJSON, "idempotency-key": "k", "accept-language": "en"})
        assert again.json()["lines"][0]["detail"].startswith("data.reason must be one of learning")
        receipt = await client.get(f"/v1/receipts/{told.json()['batch']}")
        assert receipt.json()["lines"][0]["detail"] == refused["detail"]
        one = await client.post("/v1/reports", content=line("dropped-out", type="x"), headers={"content-type": ONE})
        assert (one.status_code, one.json()["title"], one.json()["code"]) == (422, "报告未予受理", "unknown_type")
