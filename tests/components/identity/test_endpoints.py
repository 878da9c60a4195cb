"""Who may ask an endpoint: nobody whom no token names, nobody without the right, and what is open anybody; in all apis alike."""

from __future__ import annotations

from importlib import import_module

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from docs.generate.reference.http import openapi
from docs.generate.reference.settings import settings_of
from shared.contracts.services import SERVICES
from shared.http import problems
from shared.http.callers import OPERATIONS, Having, is_open
from shared.identity.rights import TABLE
from tests.components.shared.problems import problem_of
from tests.support.callers import KEY, KeysAtHand, carrying, identity
from tests.support.small_api import small_api

OPEN_OF_REPORTING = {"/", "/v1/headline", "/v1/counts", "/v1/stream", "/v1/areas", "/v1/map", "/v1/screen", "/v1/flows"}
PROBES = {"/livez", "/readyz", "/metrics", "/docs", "/docs/problems"}
SIGNING_IN = {"/sign-in", "/signed-in", "/sign-out", "/v1/session"}
"""Where a page's people come to prove who they are."""


def client(address: str = "127.0.0.1") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(small_api(identity()), client=(address, 40_000)), base_url="http://localhost")


def routes(service: str) -> list[APIRoute]:
    app: FastAPI = import_module(f"services.{service}.wiring").api(settings_of(service).model_construct())
    found = [each for route in app.routes for each in getattr(getattr(route, "original_router", None), "routes", [route])]
    return [route for route in found if isinstance(route, APIRoute)]


def rights_of(route: APIRoute) -> list[Having]:
    return [needed.call for needed in route.dependant.dependencies if isinstance(needed.call, Having)]


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES])
def test_every_endpoint_needs_a_right_or_is_one_that_the_wire_page_opens(service: str) -> None:
    opened = {route.path for route in routes(service) if is_open(route)}
    assert opened - SIGNING_IN == PROBES | {"reporting": OPEN_OF_REPORTING, "case": {"/"}}.get(service, set())
    for route in routes(service):
        assert is_open(route) != bool(rights_of(route)), f"{route.methods} {route.path}"


def test_every_right_of_these_apis_is_needed_somewhere() -> None:
    needed = {action for spec in SERVICES for route in routes(spec.name) for right in rights_of(route) for action in right.actions}
    elsewhere = {"read-exact-counts", "read-metrics"}
    assert needed | elsewhere <= set(TABLE)
    assert {action for action in TABLE if action not in needed} <= elsewhere, "a right that no endpoint asks for says nothing"


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES])
def test_the_description_of_an_api_says_what_needs_a_token(service: str) -> None:
    document = openapi(service)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    described = {route.path_format: route for route in routes(service) if route.include_in_schema}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            route = described[path]
            if OPERATIONS in route.tags:
                assert "security" not in operation
                continue
            assert operation["security"] == ([{}, {"bearer": []}] if is_open(route) else [{"bearer": []}])
            assert set(operation["responses"]) >= ({"401"} if is_open(route) else {"401", "403"})


async def test_an_endpoint_that_says_nothing_of_who_may_ask_it_is_closed() -> None:
    async with client() as asking:
        nobody, somebody = await asking.get("/v1/closed"), await asking.get("/v1/closed", headers=carrying("/counties/513431", "officer", sub="li"))
    assert (nobody.status_code, problem_of(nobody), nobody.headers["www-authenticate"]) == (401, "no-token", 'Bearer realm="baoxue"')
    assert somebody.json() == {"sub": "li", "office": "/counties/513431", "roles": ["officer"]}


async def test_nobody_is_told_what_is_wrong_with_their_question_before_who_they_are() -> None:
    async with client() as asking:
        assert (await asking.get("/v1/closed?x=1")).status_code == 401
        assert (await asking.get("/v1/files?x=1", headers=carrying("/nation", "operator"))).status_code == 422


async def test_whoever_lacks_the_right_is_told_which() -> None:
    async with client() as asking:
        answer = await asking.get("/v1/files", headers=carrying("/nation", "operator", "sender"))
        chinese = await asking.get("/v1/files", headers=carrying("/nation", "operator"))
    assert (answer.status_code, problem_of(answer)) == (403, "no-right")
    assert "read-files" in answer.json()["detail"]
    assert answer.headers["www-authenticate"] == 'Bearer realm="baoxue", error="insufficient_scope"'
    assert chinese.status_code == 403


async def test_who_was_not_let_in_is_logged_by_name_and_what_for_by_its_route(caplog: pytest.LogCaptureFixture) -> None:
    async with client() as asking:
        await asking.get("/v1/closed?child=f00d")
        await asking.get("/v1/closed", headers={"authorization": "Bearer secret.secret.secret"})
        await asking.get("/v1/files", headers=carrying("/nation", "operator", sub="wang"))
        await asking.get("/v1/open", headers=carrying("/nation", "auditor"))
    said = [record.getMessage() for record in caplog.records if record.name == problems.__name__]
    assert said == [
        "401 no-token: GET /v1/closed, asked by nobody who is known",
        "401 invalid-token: GET /v1/closed, asked by nobody who is known",
        "403 no-right: GET /v1/files, asked by wang of /nation",
    ]


async def test_an_open_endpoint_is_answered_to_anybody_and_knows_who_says_who_they_are() -> None:
    async with client() as asking:
        assert (await asking.get("/v1/open")).json() == {}
        assert (await asking.get("/v1/open", headers=carrying("/nation", "auditor"))).json()["office"] == "/nation"
        assert (await asking.get("/v1/open", headers={"authorization": "Bearer a.b.c"})).status_code == 401


@pytest.mark.parametrize("path", ["/livez", "/openapi.json", "/docs", "/metrics"])
async def test_probes_and_documents_look_at_no_token(path: str) -> None:
    async with client() as asking:
        assert (await asking.get(path)).status_code == 200
        assert (await asking.get(path, headers={"authorization": "Bearer a.b.c"})).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("127.8.9.10", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("10.0.0.7", 401), ("::ffff:10.0.0.7", 401), ("", 401)],
)
async def test_metrics_are_open_on_this_machine_alone(address: str, status: int) -> None:
    async with client(address) as asking:
        assert (await asking.get("/metrics")).status_code == status
        assert (await asking.get("/livez")).status_code == 200


async def test_metrics_are_for_an_operator_elsewhere() -> None:
    async with client("10.0.0.7") as asking:
        assert (await asking.get("/metrics", headers=carrying("/nation", "operator"))).status_code == 200
        assert (await asking.get("/metrics", headers=carrying("/nation", "auditor", "officer"))).status_code == 403


async def test_as_long_as_nobody_can_be_recognised_an_api_says_so_and_is_not_ready() -> None:
    from shared.http.bearer import BearerTokens
    from shared.identity.keys import IssuerKeys
    from shared.identity.tokens import TokenVerifier

    keys = IssuerKeys("http://127.0.0.1:1")
    app = small_api(BearerTokens(keys, TokenVerifier(keys, issuer="http://127.0.0.1:1", audience="baoxue", algorithms=["EdDSA"])))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as asking:
        answer = await asking.get("/v1/closed", headers=carrying())
        assert (answer.status_code, problem_of(answer), answer.headers["retry-after"]) == (503, "issuer-away", "5")
        assert "issuer" in (await asking.get("/readyz")).json()["missing"]
        assert (await asking.get("/v1/open")).status_code == 200, "what is open needs no issuer"
    assert KeysAtHand(KEY).version == 0
