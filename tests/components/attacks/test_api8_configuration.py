"""API8:2023, security misconfiguration: headers, other origins, methods, errors that tell too much, what was left switched on."""

from __future__ import annotations

import httpx
import pytest

from tests.components.attacks.targets import Target, Targets
from tests.components.shared.problems import problem_of
from tests.support.callers import carrying
from tests.support.served import served

SECRET = "hunter2-of-the-database"
EVIL = "https://evil.test"


def without_streams(target: Target) -> list[str]:
    return [each.path for each in target.endpoints() if each.method == "GET" and each.path != "/v1/stream"] + [
        "/openapi.json",
        "/nowhere",
        "/v1/cases?x=1",
    ]


async def test_every_answer_forbids_guessing_at_its_type_and_json_is_not_stored(targets: Targets) -> None:
    for target in targets.all():
        for headers in ({}, carrying()):
            async with target.client(headers) as client:
                for path in without_streams(target):
                    answer = await client.get(path)
                    assert answer.headers["x-content-type-options"] == "nosniff", path
                    assert answer.headers["referrer-policy"] == "no-referrer", path
                    policy = answer.headers["content-security-policy"]
                    assert "frame-ancestors" in policy, path
                    assert "unsafe-eval" not in policy, path
                    if "json" in answer.headers.get("content-type", ""):
                        assert "no-store" in answer.headers["cache-control"] or (path.startswith("/v1/") and not path.startswith(PERSONAL)), path
                    assert {"server", "x-powered-by", "x-aspnet-version", "x-debug"} & answer.headers.keys() == set(), path


PERSONAL = ("/v1/cases", "/v1/grants", "/v1/transfers", "/v1/receipts")


async def test_no_page_of_another_origin_reads_an_answer(targets: Targets) -> None:
    for target in targets.all():
        async with target.client(carrying() | {"origin": EVIL}) as client:
            for path in without_streams(target):
                asked = await client.get(path)
                before = await client.options(
                    path, headers={"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
                )
                for answer in (asked, before):
                    assert not [name for name in answer.headers if name.startswith("access-control-")], path


@pytest.mark.parametrize("name", ["enrolment", "case", "relief", "reporting"])
async def test_the_server_in_front_of_an_api_refuses_what_its_pages_do_not_send(targets: Targets, name: str) -> None:
    target = next(each for each in targets.all() if each.service == name)
    async with served(target.app) as server, httpx.AsyncClient(base_url=server.url, headers=carrying()) as client:
        before = target.written()
        posts = [each for each in target.business() if each.method == "POST"]
        for each in posts:
            for headers in ({"origin": EVIL}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
                answer = await client.post(each.path, headers=each.headers | headers, content=b"{}")
                assert (answer.status_code, problem_of(answer)) == (403, "cross-site"), (each.name, headers)
        rebound = await client.get("/livez", headers={"host": "evil.test"})
        assert (rebound.status_code, "server" in rebound.headers) == (421, False)
        assert "frame-ancestors 'none'" in rebound.headers["content-security-policy"]
        assert target.written() == before
        for method, status in (("TRACE", 405), ("PROPFIND", 405), ("TRACK", 400), ("DEBUG", 400)):
            assert (await client.request(method, "/livez")).status_code == status, method


async def test_an_error_that_nobody_expected_tells_nothing(targets: Targets, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    for target in targets.all():
        target.app.state.identity.caller_of = broken
        async with target.client(carrying()) as client:
            for each in target.business():
                answer = await client.request(each.method, each.path, headers=each.headers)
                assert (answer.status_code, problem_of(answer)) == (500, "unexpected"), each.name
                for told in (SECRET, "Traceback", "RuntimeError", ".py", "site-packages"):
                    assert told not in answer.text, each.name


async def test_nothing_of_development_is_switched_on(targets: Targets) -> None:
    for target in targets.all():
        assert target.app.debug is False
        async with target.client(carrying()) as client:
            for path in (
                "/debug",
                "/console",
                "/redoc",
                "/docs/oauth2-redirect",
                "/__debug__",
                "/_profiler",
                "/graphql",
                "/server-status",
                "/actuator/env",
            ):
                assert (await client.get(path)).status_code == 404, path


@pytest.mark.parametrize(
    "path",
    ["/web/../../settings.py", "/web/%2e%2e/api.py", "/web/..%2fapi.py", "/web//etc/passwd", "/web/", "/web/js/", "/web/.git/config", "/web/%00"],
)
async def test_no_path_of_the_pages_files_leads_out_of_them_or_lists_them(targets: Targets, path: str) -> None:
    reporting = next(target for target in targets.all() if target.service == "reporting")
    async with reporting.client() as client:
        answer = await client.get(httpx.URL(f"http://localhost{path}"))
    assert answer.status_code == 404
    assert "import" not in answer.text
