"""Reporting's HTTP: parse, call, map (wire page, section 5). Every answer comes from memory and costs no call to Redis."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

import msgspec
from fastapi import FastAPI, Query, Response
from fastapi.responses import StreamingResponse
from prometheus_client import Gauge

from services.reporting import daily, headline, openapi, pages
from services.reporting.answers import View, counts_of
from services.reporting.atlas import Areas, Map, areas_of, map_of
from services.reporting.documents import AsOf, Counts, Flows, Headline, china_moment
from services.reporting.following import Following, NotBuilt
from services.reporting.memory import Memory
from shared import problems, telemetry, topics
from shared.divisions import NATION
from shared.log import EventLog, LogAway
from shared.problems import Problem
from shared.redis_edge import Redis

Area = Annotated[str, Query(max_length=32, description="100000 (the nation), a province, prefecture or county code, or the name of a list")]

_ANY_SCREEN = pages.Screen()
_encode = msgspec.json.Encoder().encode
_log = logging.getLogger(__name__)


class _Showing:
    """The view that answers are made from: rolled up once for every change of the memory, and only when asked for."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._view: View | None = None

    def view(self) -> View:
        memory = self._memory()
        if self._view is None or self._view.memory is not memory or self._view.version != memory.version:
            self._view = View(memory)
        return self._view

    def frozen(self) -> Memory:
        return self._memory().frozen()

    def as_of(self) -> AsOf:
        memory = self._memory()
        offsets = {str(partition): offset for partition, offset in sorted(memory.positions.items())}
        return AsOf(offsets, china_moment(memory.event_time), china_moment(memory.recorded_time), round(self._following.lag(), 3))

    def _memory(self) -> Memory:
        try:
            return self._following.memory
        except NotBuilt as error:
            raise Problem(503, "not-built", "There are no counts to show yet", f"{error}.", headers={"Retry-After": "1"}) from error


def create_app(
    *, following: Following, log: EventLog, redis: Redis, baseline: headline.Basis = "published", screen: pages.Screen = _ANY_SCREEN
) -> FastAPI:
    """Give the api over what it follows, with the log and the Redis of that, which it starts and closes with itself."""
    registry = telemetry.new_registry()
    showing = _Showing(following)
    lag = Gauge("reporting_lag_seconds", "Seconds since what is shown was known to be the whole record", registry=registry)
    lag.set_function(lambda: following.lag() if following.built else float("nan"))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await log.start()
        except LogAway as error:
            _log.warning("started without the log, which /readyz will tell: %s", error)
        async with following.running():
            yield
        await log.stop()
        await redis.aclose()

    async def redis_there() -> None:
        await redis.ping()

    async def counts_there() -> None:
        following.check()

    app = FastAPI(title="Baoxue reporting", summary="What the record adds up to, county by county, live.", lifespan=lifespan, redoc_url=None)
    problems.install(app)
    openapi.describe(app, Areas, Map, pages.Screen)
    pages.install(app, screen)
    app.include_router(
        telemetry.operations(registry, {"kafka": lambda: log.end_offsets(topics.STUDENT_STATUS), "redis": redis_there, "counts": counts_there})
    )

    @app.get("/v1/counts", summary="The counts of an area, and its next level down", responses=openapi.responses(Counts, "Its counts", 404, 422, 503))
    async def read_counts(area: Area = NATION) -> Response:
        return _json(counts_of(showing.view(), area, showing.as_of()))

    @app.get("/v1/headline", summary="The three figures, and their fall", responses=openapi.responses(Headline, "The three figures", 503))
    async def read_headline() -> Response:
        return _json(headline.headline(showing.view(), baseline, showing.as_of()))

    @app.get(
        "/v1/flows", summary="What moved the stock of an area, day by day", responses=openapi.responses(Flows, "Days with any flow", 404, 422, 503)
    )
    async def read_flows(
        area: Area = NATION,
        first: Annotated[date | None, Query(alias="from", description="the first day")] = None,
        last: Annotated[date | None, Query(alias="to", description="the last day, included")] = None,
    ) -> Response:
        if first and last and first > last:
            raise Problem(422, "invalid-parameters", "A parameter breaks a rule", "`from` is after `to`.")
        begin, end = first.isoformat() if first else None, last.isoformat() if last else None
        return _json(await asyncio.to_thread(daily.flows_of, showing.frozen(), area, begin, end, showing.as_of()))

    @app.get("/v1/areas", summary="All areas of the record's date, and the lists", responses=openapi.responses(Areas, "By code", 503))
    async def read_areas() -> Response:
        return _json(areas_of(showing.view()))

    @app.get("/v1/map", summary="The stock of every county at one instant", responses=openapi.responses(Map, "By county", 503))
    async def read_map() -> Response:
        return _json(map_of(showing.view(), showing.as_of()))

    @app.get("/v1/cells", summary="Every number at one instant, a county a line, for auditors", responses=openapi.refusals(503))
    async def read_cells() -> StreamingResponse:
        lines = daily.cells_of(showing.frozen(), showing.as_of())
        return StreamingResponse(lines, media_type="application/x-ndjson")

    return app


def _json(document: msgspec.Struct) -> Response:
    return Response(_encode(document), media_type="application/json")
