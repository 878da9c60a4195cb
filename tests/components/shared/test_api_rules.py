"""What every api keeps, whatever its endpoints: ``HEAD``, ``Allow``, headers of JSON, and queries that say what they mean."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Query
from fastapi.dependencies.models import Dependant
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from docs.generate.reference.settings import settings_of
from shared.contracts.services import SERVICES
from shared.http import telemetry
from shared.http.api import create_api
from shared.http.parameters import Day
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.support.callers import carrying, identity
from tests.support.served import PATIENCE, served

IN_THE_LOOP = (iscoroutinefunction, isasyncgenfunction)
NOWHERE = "redis://127.0.0.1:1/0"


class Api:
    """An api with a few routes, and a client of it."""

    def __init__(self) -> None:
        self.registry = telemetry.new_registry("test", "api")
        self.app = self._app()
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://localhost", headers=carrying())

    def _app(self) -> FastAPI:
        app = create_api(
            title="A test", summary="", registry=self.registry, log=MemoryLog(1), redis=connect(NOWHERE), topic="t", identity=identity(), schemas=dict
        )

        @app.get("/v1/things")
        async def things(
            kind: str = "any",
            state: Annotated[list[str] | None, Query()] = None,
            first: Annotated[Day | None, Query(alias="from")] = None,
            limit: int = 5,
        ) -> dict[str, str]:
            return {"kind": kind, "state": str(state), "from": str(first), "limit": str(limit)}

        @app.post("/v1/things")
        async def change() -> None: ...

        @app.post("/v1/only-changed")
        async def only_changed() -> None: ...

        @app.get("/v1/stream")
        async def stream() -> StreamingResponse:
            return StreamingResponse(self._ticks(), media_type="text/event-stream")

        @app.get("/page", include_in_schema=False)
        async def page() -> StreamingResponse:
            return StreamingResponse(iter(["page"]), media_type="text/html")

        return app

    async def _ticks(self) -> AsyncIterator[bytes]:
        while True:
            yield b"tick"
            await asyncio.sleep(0.001)


@pytest.fixture
def api() -> Api:
    return Api()


# --- HEAD


@pytest.mark.parametrize(
    "path", ["/v1/things", "/v1/things?kind=x", "/livez", "/metrics", "/openapi.json", "/docs", "/page", "/nowhere", "/v1/things?x=1"]
)
async def test_head_answers_as_get_does_without_a_body(api: Api, path: str) -> None:
    async with served(api.app) as server, httpx.AsyncClient(base_url=server.url, headers=carrying()) as client:
        whole, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert path == "/metrics" or head.headers.get("content-length") == whole.headers.get("content-length")
        assert (await client.get("/livez")).status_code == 200, "the connection goes on"


async def test_head_of_a_stream_begins_none(api: Api) -> None:
    async with served(api.app) as server, httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, headers=carrying()) as client:
        head = await client.head("/v1/stream")
        assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_head_is_counted_as_what_it_is(api: Api) -> None:
    await api.client.head("/v1/things")
    assert 'baoxue_http_requests_total{method="HEAD",route="/v1/things",status="200"} 1.0' in (await api.client.get("/metrics")).text


# --- Allow


@pytest.mark.parametrize(("path", "allowed"), [("/v1/things", "GET, HEAD, POST"), ("/v1/only-changed", "POST"), ("/livez", "GET, HEAD")])
async def test_a_method_that_is_not_allowed_is_told_all_that_are(api: Api, path: str, allowed: str) -> None:
    for method in ("DELETE", "OPTIONS"):
        answer = await api.client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    if "GET" not in allowed:
        assert (await api.client.head(path)).status_code == 405


# --- headers


@pytest.mark.parametrize("path", ["/v1/things", "/livez", "/readyz", "/openapi.json", "/nowhere", "/v1/things?x=1"])
async def test_json_is_neither_stored_nor_guessed_at(api: Api, path: str) -> None:
    headers = (await api.client.get(path)).headers
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


# --- queries


async def test_a_query_may_name_what_is_declared_and_a_list_several_times(api: Api) -> None:
    answer = await api.client.get("/v1/things?kind=a&state=b&state=c&from=2020-06-01")
    assert answer.json() == {"kind": "a", "state": "['b', 'c']", "from": "2020-06-01", "limit": "5"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("knid=a", "knid"),
        ("Kind=a", "Kind"),
        ("kind=a&kind=b", "kind"),
        ("kind=a&kind=a", "kind"),
        ("limit=x", "limit"),
        ("first=2020-06-01", "first"),
    ],
)
async def test_what_a_query_must_not_say_is_named_beside_what_it_may(api: Api, query: str, field: str) -> None:
    answer = await api.client.get(f"/v1/things?{query}")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == f"query.{field}"
    if field not in ("kind", "limit"):
        assert "kind, state, from, limit" in error["rule"]


@pytest.mark.parametrize("day", ["86400", "20200601", "2020-6-1", "2020-06-01T00:00:00", "2020-W23-1", "2020-02-30", ""])
async def test_a_day_in_a_query_is_written_in_one_way(api: Api, day: str) -> None:
    answer = await api.client.get("/v1/things", params={"from": day})
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, ["query.from"])
    assert not day or day not in answer.text


async def test_a_page_may_keep_whatever_it_likes_in_its_query(api: Api) -> None:
    assert (await api.client.get("/page?area=513431&x=1")).status_code == 200


async def test_a_name_in_a_query_that_is_an_identity_number_is_not_repeated(api: Api) -> None:
    assert "11010519491231002" not in (await api.client.get("/v1/things?11010519491231002X=1")).text


# --- threads


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES])
def test_no_request_goes_through_a_thread(service: str) -> None:
    """The framework runs what is no coroutine in a thread of its own, which costs as much as the check of ten reports."""
    app = import_module(f"services.{service}.wiring").api(settings_of(service).model_construct())
    routes = [route for each in app.routes for route in getattr(getattr(each, "original_router", None), "routes", [each])]
    found = [call for route in routes if isinstance(route, APIRoute) for call in _calls(route.dependant)]
    assert found
    assert [call for call in found if not any(kind(each) for kind in IN_THE_LOOP for each in (call, type(call).__call__))] == []


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    if dependant.call is not None:
        yield dependant.call
    for needed in dependant.dependencies:
        yield from _calls(needed)
