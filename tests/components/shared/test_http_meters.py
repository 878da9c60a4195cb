"""What is counted of an api's requests."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry, generate_latest

from shared.http import problems, telemetry
from shared.http.problems import Problem


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def client(registry: CollectorRegistry) -> httpx.AsyncClient:
    app = FastAPI()
    problems.install(app)
    telemetry.add_probes(app, registry, {})

    @app.get("/v1/cases/{student}")
    async def one(student: str) -> str:
        if student == "broken":
            raise KeyError(student)
        if student == "unknown":
            raise Problem(404, "no-such-case", "No such case", "There is none.")
        return student

    @app.get("/v1/stream")
    async def stream() -> StreamingResponse:
        async def breaking() -> AsyncIterator[bytes]:
            yield b"some"
            raise RuntimeError("and no more")

        return StreamingResponse(breaking())

    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://api")


def counted(registry: CollectorRegistry) -> dict[str, float]:
    lines = generate_latest(registry).decode().splitlines()
    figures = {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}
    return {name: n for name, n in figures.items() if name.startswith(("baoxue_http_requests_total", "baoxue_http_seconds_count"))}


async def test_requests_are_counted_by_route_and_never_by_what_they_ask_for(client: httpx.AsyncClient, registry: CollectorRegistry) -> None:
    for student in ("513431", "650102", "unknown", "broken"):
        await client.get(f"/v1/cases/{student}")
    await client.get("/secret/path")
    await client.request("SECRET", "/v1/cases/513431")
    route = "/v1/cases/{student}"
    assert counted(registry) == {
        f'baoxue_http_requests_total{{method="GET",route="{route}",status="200"}}': 2,
        f'baoxue_http_requests_total{{method="GET",route="{route}",status="404"}}': 1,
        f'baoxue_http_requests_total{{method="GET",route="{route}",status="500"}}': 1,
        'baoxue_http_requests_total{method="GET",route="none",status="404"}': 1,
        f'baoxue_http_requests_total{{method="other",route="{route}",status="405"}}': 1,
        f'baoxue_http_seconds_count{{method="GET",route="{route}"}}': 4,
        'baoxue_http_seconds_count{method="GET",route="none"}': 1,
        f'baoxue_http_seconds_count{{method="other",route="{route}"}}': 1,
    }


async def test_an_answer_that_breaks_off_is_counted_once(client: httpx.AsyncClient, registry: CollectorRegistry) -> None:
    await client.get("/v1/stream")
    assert {name: n for name, n in counted(registry).items() if "_total" in name} == {
        'baoxue_http_requests_total{method="GET",route="/v1/stream",status="200"}': 1
    }
