"""What an officer's POST says is read whole or named as wrong, field by field, without repeating what was sent."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from services.relief.requests import PayRequest
from shared.commands import instructions
from shared.commands.instructions import MOST_BYTES, Instructions
from shared.contracts.case_commands import CloseAfterReturn, RecordAttempt
from shared.http import problems
from shared.http.problems import Problem
from tests.components.shared.problems import problem_of

OFFICE = "/counties/513431"
ATTEMPT = {"do": "record-attempt", "office": OFFICE, "method": "visit", "outcome": "promised", "next": "2020-06-20"}
OF_CASES = Instructions((RecordAttempt, CloseAfterReturn))


def read(**body: Any) -> Any:
    return OF_CASES.read(json.dumps(body).encode())


def wrong(body: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        OF_CASES.read(body)
    return caught.value


def test_do_says_what_and_the_rest_are_its_fields() -> None:
    asked = read(**ATTEMPT)
    assert isinstance(asked, RecordAttempt)
    assert (asked.office, asked.method, asked.outcome, str(asked.next)) == (OFFICE, "visit", "promised", "2020-06-20")
    assert isinstance(read(do="close-after-return", office=OFFICE, outcome="sustained"), CloseAfterReturn)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"do"', b"\xff{}"])
def test_what_is_no_json_object_cannot_be_read(body: bytes) -> None:
    assert (wrong(body).status, wrong(body).kind) == (400, "unreadable-body")


@pytest.mark.parametrize(
    ("change", "code", "field", "saying"),
    [
        ({"do": "open"}, "malformed", "do", "record-attempt, close-after-return"),
        ({"do": 1}, "malformed", "do", "one of"),
        ({"do": None}, "malformed", "do", "one of"),
        ({"office": "/provinces/51"}, "malformed", "office", "/counties/NNNNNN or /schools/NNNNNNNNNN"),
        ({"method": "magic"}, "malformed", "method", "visit, call"),
        ({"next": "tomorrow"}, "malformed", "next", "YYYY-MM-DD"),
        ({"name": "somebody"}, "unknown_field", "name", "leave it out"),
        ({"office": [[[[1]]]]}, "malformed", "office", "nested"),
    ],
)
def test_a_field_that_breaks_a_rule_is_named_with_the_rule(change: dict[str, Any], code: str, field: str, saying: str) -> None:
    problem = wrong(json.dumps(ATTEMPT | change).encode())
    assert (problem.status, problem.more) == (422, {"code": code, "field": field})
    assert saying in problem.detail
    assert "somebody" not in problem.detail


def test_everything_that_is_wrong_is_told_at_once() -> None:
    problem = wrong(json.dumps(ATTEMPT | {"office": "x", "method": "magic", "name": 1}).encode())
    assert [each["field"] for each in problem.more["errors"]] == ["name", "office", "method"]
    assert (problem.more["code"], problem.more["field"]) == ("unknown_field", "name")


@pytest.mark.parametrize(
    "body",
    [
        b'{"do": "\xff"}',
        b'{"do": "\\ud800"}',
        b'{"do": "record-attempt", "office": "\xff"}',
        b'{"\xff": 1}',
        b'{"do": "record-attempt", "x": "\xff"}',
    ],
)
def test_what_is_no_utf_8_is_a_problem_of_the_sender(body: bytes) -> None:
    assert wrong(body).status in (400, 422)


def test_a_member_that_stands_there_twice_is_malformed_and_named() -> None:
    for twice in (b'{"do": "record-attempt", "do": "close-after-return"}', b'{"office": {"a": 1, "a": 1}}'):
        assert wrong(twice).more["code"] == "malformed"
    assert wrong(b'{"do": "record-attempt", "office": "/counties/513431", "office": "/counties/513431"}').more["field"] == "office"


@pytest.mark.parametrize("secret", ["G510104199003078519", "A/510104199003078519", "13800138000", "510104900307851"])
def test_no_reference_may_be_the_number_of_a_person_or_of_a_telephone(secret: str) -> None:
    payment = {"do": "pay", "office": OFFICE, "reference": secret, "day": "2019-10-08", "fen": 1}
    with pytest.raises(Problem) as caught:
        Instructions((PayRequest,)).read(json.dumps(payment).encode())
    assert (caught.value.more["code"], caught.value.more["field"]) == ("malformed", "reference")
    assert secret not in caught.value.detail


@pytest.mark.parametrize("missing", ["do", "office", "method", "outcome"])
def test_a_field_that_is_missing_is_named(missing: str) -> None:
    problem = wrong(json.dumps({name: value for name, value in ATTEMPT.items() if name != missing}).encode())
    assert (problem.status, problem.more["field"]) == (422, missing)


def client(module: Any = instructions) -> httpx.AsyncClient:
    app = FastAPI()
    problems.install(app)

    @app.post("/")
    async def take(request: Request) -> Response:
        return Response(str(len(await module.body_of(request))))

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


JSON = {"content-type": "application/json; charset=utf-8"}


async def test_a_body_up_to_the_limit_is_read_and_a_longer_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await client().post("/", content=b"x" * MOST_BYTES, headers=JSON)).text == str(MOST_BYTES)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * (MOST_BYTES // 2)

    answer = await client().post("/", content=chunks(), headers=JSON)
    assert (answer.status_code, problem_of(answer)) == (413, "too-large")
    monkeypatch.setattr(instructions, "MOST_BYTES", 2 * MOST_BYTES)
    assert (await client().post("/", content=chunks(), headers=JSON)).status_code == 200


async def test_another_media_type_is_told_which_is_taken() -> None:
    answer = await client().post("/", content=b"{}", headers={"content-type": "text/plain"})
    assert (answer.status_code, problem_of(answer), answer.headers["accept-post"]) == (415, "media-type", "application/json")


def test_the_description_names_each_do_with_its_shape() -> None:
    schema = OF_CASES.request_body()["requestBody"]["content"]["application/json"]["schema"]
    leading = {"record-attempt": "#/components/schemas/RecordAttempt", "close-after-return": "#/components/schemas/CloseAfterReturn"}
    assert (schema["discriminator"]["mapping"], [each["$ref"] for each in schema["oneOf"]]) == (leading, list(leading.values()))
    attempt = OF_CASES.schemas()["RecordAttempt"]
    assert (attempt["properties"]["do"], attempt["required"][0]) == ({"const": "record-attempt"}, "do")
