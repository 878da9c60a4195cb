"""How every api is made: what it starts and closes with itself, its problems, its description, its probes and metrics.

A service adds its routes to what ``create_api`` returns. The order in which an api starts: the log, what tells who is asking,
then what the service runs beside its routes; the order in which it stops is the reverse, and the log and Redis close last.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import msgspec
from fastapi import Depends, FastAPI, Response
from fastapi.params import Depends as Dependency
from prometheus_client import CollectorRegistry
from starlette.types import Lifespan

from shared.http import openapi, problems, telemetry
from shared.http.callers import Identity, authenticated, identify_by
from shared.http.pages import docs
from shared.http.parameters import check_query
from shared.http.response_rules import ResponseRules
from shared.http.telemetry import Check
from shared.log.event_log import EventLog, LogUnavailable
from shared.redis.edge import Redis

_encode = msgspec.json.Encoder().encode
_log = logging.getLogger(__name__)


def create_api(
    *,
    title: str,
    summary: str,
    registry: CollectorRegistry,
    log: EventLog,
    redis: Redis,
    topic: str,
    identity: Identity,
    schemas: Callable[[], Mapping[str, Any]],
    needs: Mapping[str, Check] | None = None,
    beside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    says: Mapping[str, str] = telemetry.NOTHING,
) -> FastAPI:
    """Return an api without routes of its own over a log and a Redis, which it starts and closes with itself.

    ``topic``: whose offsets tell that the log is there; ``identity``: what tells who is asking; ``schemas``: of the documents that the routes
    take and return, by name;
    ``needs``: what must be there beside the log and Redis for the api to be ready; ``beside``: what runs while the api does; ``says``: what
    ``/readyz`` says beside "ready".
    The api starts without the log too, and ``/readyz`` then tells so.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await log.start()
        except LogUnavailable as error:
            _log.warning("started without the log, which /readyz will tell: %s", error)
        try:
            async with identity.running(), beside():
                yield
        finally:
            await log.stop()
            await redis.aclose()

    app = bare_api(title=title, summary=summary, lifespan=lifespan, before=[Depends(authenticated)])
    identify_by(app, identity)
    openapi.describe(app, schemas)
    checks: dict[str, Check] = {"kafka": lambda: log.end_offsets(topic), "redis": redis.ping, "issuer": identity.check, **(needs or {})}
    telemetry.add_probes(app, registry, checks, says=says)
    return app


def bare_api(*, title: str, summary: str | None = None, lifespan: Lifespan[FastAPI] | None = None, before: Sequence[Dependency] = ()) -> FastAPI:
    """Return an app that keeps what all of ours keep, and that needs nothing: its problems, its description, the rules of queries and responses.

    ``before``: what every endpoint depends on before its query is looked at.
    """
    dependencies = [*before, Depends(check_query)]
    app = FastAPI(title=title, summary=summary, lifespan=lifespan, docs_url=None, redoc_url=None, dependencies=dependencies, redirect_slashes=False)
    app.add_middleware(ResponseRules)
    problems.install(app)
    docs.install(app)
    return app


def json_response(document: msgspec.Struct, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response that carries a document."""
    return Response(_encode(document), status, headers, "application/json")
