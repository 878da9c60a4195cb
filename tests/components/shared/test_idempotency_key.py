"""The header ``Idempotency-Key`` as a request carries it."""

import httpx
import pytest
from fastapi import FastAPI

from shared.http import problems
from shared.http.idempotency import IdempotencyKey

HEADER = b"idempotency-key"


async def key_in(*sent: bytes) -> tuple[int, str]:
    """The status of a request with these headers, and the key that its endpoint sees or the kind of the problem."""
    app = FastAPI()
    problems.install(app)

    @app.post("/")
    async def endpoint(key: IdempotencyKey) -> str:
        return str(key)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        answer = await client.post("/", headers=[(HEADER, each) for each in sent])
    return answer.status_code, answer.json() if answer.is_success else answer.json()["type"].rpartition("#")[2]


@pytest.mark.parametrize(("sent", "key"), [((), "None"), ((b"k-1",), "k-1"), ((b"k-1", b"k-1"), "k-1"), ((b"x" * 128,), "x" * 128)])
async def test_a_request_has_one_key_or_none(sent: tuple[bytes, ...], key: str) -> None:
    assert await key_in(*sent) == (200, key)


@pytest.mark.parametrize("sent", [(b"",), (b"a b",), (b"x" * 129,), (b"schl\xfcssel",), (b"a", b"b"), (b"a", b"")])
async def test_what_is_no_key_and_two_that_differ_are_problems(sent: tuple[bytes, ...]) -> None:
    assert await key_in(*sent) == (400, "invalid-idempotency-key")
