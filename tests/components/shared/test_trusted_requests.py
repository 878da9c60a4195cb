"""Which requests a server answers at all."""

from collections.abc import Sequence

import httpx
import pytest
from fastapi import FastAPI

from shared.http import problems
from shared.http.server.trust import TrustedRequests
from tests.support.served import served


async def status(method: str, *headers: tuple[str, str], hosts: Sequence[str] = ("localhost", "127.0.0.1", "[::1]")) -> int:
    """The status of a request with these headers, of a server that is reached by these names."""
    app = FastAPI()
    app.add_api_route("/", lambda: "answered", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    transport = httpx.ASGITransport(TrustedRequests(app, hosts))
    async with httpx.AsyncClient(transport=transport) as client:
        request = client.build_request(method, "http://localhost/")
        request.headers = httpx.Headers(headers)
        return (await client.send(request)).status_code


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
async def test_loopback_names_are_its_own(host: str) -> None:
    assert await status("GET", ("host", host)) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "[::2]", "::1", "", "localhost:x", "10.0.0.1"]
)
async def test_any_other_name_is_not(host: str) -> None:
    assert await status("GET", ("host", host)) == 421


async def test_what_is_turned_away_is_logged_without_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    await status("GET", ("host", "evil.example"))
    await status("POST", ("host", "localhost"), ("origin", "http://evil.example"))
    assert [record.getMessage() for record in caplog.records if record.name == problems.__name__] == [
        "421 unknown-host: GET no route, asked by nobody who is known",
        "403 cross-site: POST no route, asked by nobody who is known",
    ]


async def test_a_request_names_one_host() -> None:
    assert await status("GET") == 400
    assert await status("GET", ("host", "localhost"), ("host", "evil.example")) == 400


@pytest.mark.parametrize(
    ("hosts", "host", "expected"),
    [
        (["api.example"], "api.example", 200),
        (["api.example"], "localhost", 421),
        (["*.example"], "a.b.example", 200),
        (["*.example"], "example", 421),
        (["*.example"], "anexample", 421),
        (["*"], "anything", 200),
        ([" localhost ", ""], "localhost", 200),
    ],
)
async def test_names_can_be_set(hosts: Sequence[str], host: str, expected: int) -> None:
    assert await status("GET", ("host", host), hosts=hosts) == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], 200),
        ([("sec-fetch-site", "same-origin")], 200),
        ([("sec-fetch-site", "none")], 200),
        ([("sec-fetch-site", "same-site")], 403),
        ([("sec-fetch-site", "cross-site")], 403),
        ([("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8000")], 403),
        ([("origin", "http://localhost:8000")], 200),
        ([("origin", "http://localhost:3000")], 403),
        ([("origin", "http://localhost")], 403),
        ([("origin", "https://evil.example")], 403),
        ([("origin", "null")], 403),
        ([("origin", "")], 403),
    ],
)
async def test_what_changes_anything_comes_from_its_own_pages_or_from_programs(method: str, more: Sequence[tuple[str, str]], expected: int) -> None:
    assert await status(method, ("host", "localhost:8000"), *more) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_what_changes_nothing_may_come_from_anywhere(method: str) -> None:
    found = await status(method, ("host", "localhost"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"))
    assert found != 403


async def test_our_servers_keep_to_it() -> None:
    async with served(FastAPI()) as server, httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/", headers={"host": "evil.example"})
        assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")
        assert (await client.get("/")).status_code == 404
        assert (await client.post("/", headers={"origin": "https://evil.example"})).status_code == 403
