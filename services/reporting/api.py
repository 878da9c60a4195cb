"""Reporting's HTTP: parse, call, map (wire page, section 5). Every answer comes from memory, without a call to Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from math import inf
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse

from services.reporting import openapi, pages
from services.reporting.answers import headline
from services.reporting.answers.atlas import Areas, Map, areas_of, map_of
from services.reporting.answers.cells_cache import CellsCache
from services.reporting.answers.current_view import CurrentView
from services.reporting.answers.documents import Counts, Flows, Headline
from services.reporting.answers.exactness import Exactness
from services.reporting.answers.flow_cache import FlowCache
from services.reporting.answers.oversight import Oversight, oversight_of
from services.reporting.live.caller_watch import EVERY, ending_with_its_caller
from services.reporting.live.document import LiveCounts
from services.reporting.live.hub import PACE, Hub, Pace
from services.reporting.live.meters import ApiMeters
from services.reporting.live.subscriber import Subscriber
from services.reporting.view.board_reader import BoardReader, NotBuilt
from shared.geography.divisions import NATION
from shared.http import telemetry
from shared.http.api import create_api, json_response
from shared.http.callers import OPEN, Having, Identity, caller_of, counties_of_caller, forbidden
from shared.http.parameters import Day
from shared.http.problems import invalid_parameter
from shared.http.server import serving
from shared.http.sessions import routes as sign_in
from shared.http.sessions.routes import SigningIn
from shared.http.telemetry import NotReady
from shared.identity.caller import Caller
from shared.identity.rights import Action
from shared.log import topics
from shared.log.event_log import EventLog
from shared.redis.edge import Redis
from shared.worker.freshness import LAG

_AN_AREA = "100000 (the nation), a province, prefecture or county code, or the name of a list"
_MOST_AREAS = 16
"""Areas of one stream."""
Area = Annotated[str, Query(description=_AN_AREA)]
AreasOfStream = Annotated[str, Query(description=f"{_AN_AREA}; {_MOST_AREAS} of them at most, with commas between")]

LastEventId = Annotated[str | None, Header(description="the id of the last event that the client received, to go on from there")]

_VARIES = {"Vary": "Accept-Encoding"}
_BY_CALLER = {"Vary": "Authorization, Cookie", "Cache-Control": "no-store"}
"""Headers of an answer that is exact to some and not to others."""
_STREAM_HEADERS = {"Vary": "Authorization, Cookie", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Headers that keep a proxy from storing a stream, or holding it back."""
_ANY_SCREEN = pages.Screen()


def create_app(
    *,
    reader: BoardReader,
    log: EventLog,
    redis: Redis,
    identity: Identity,
    signing_in: SigningIn | None = None,
    baseline: headline.Basis = "published",
    screen: pages.Screen = _ANY_SCREEN,
    most_streams: int = 2_000,
    most_streams_per_address: int = 1_024,
    pace: Pace = PACE,
    watch_seconds: float = EVERY,
    ready_lag_seconds: float = inf,
) -> FastAPI:
    """Return the api over the counts of ``reader``. It starts and closes the reader's log and Redis with itself."""
    registry = telemetry.new_registry("reporting", "api")
    meters = ApiMeters(registry)
    meters.watch(reader)
    current = CurrentView(reader)
    flows, cells = FlowCache(current), CellsCache(current)
    hub = Hub(reader, current, baseline=baseline, most=most_streams, most_per_address=most_streams_per_address, meters=meters, pace=pace)

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        async with reader.running(), hub.running():
            yield

    async def counts_there() -> None:
        try:
            reader.check()
        except NotBuilt as error:
            raise NotReady(str(error)) from error

    async def young_enough() -> None:
        if reader.built and (age := reader.lag()) > ready_lag_seconds:
            raise NotReady(f"the counts are {age:.0f} s old, and {ready_lag_seconds:g} s are allowed")

    app = create_api(
        title="Baoxue reporting",
        summary="The counts of the record, county by county, live.",
        registry=registry,
        log=log,
        redis=redis,
        topic=topics.STUDENT_STATUS,
        identity=identity,
        schemas=partial(openapi.schemas, Areas, Map, Oversight, pages.Screen, LiveCounts, sign_in.SignedIn),
        needs={"counts": counts_there, LAG: young_enough},
        beside=beside,
    )
    serving.on_shutdown(app, hub.close)
    pages.install(app, screen)
    sign_in.install(app, signing_in)

    @app.get(
        "/v1/counts",
        summary="The counts of an area, and its next level down",
        openapi_extra=OPEN,
        responses=openapi.responses(Counts, "Its counts", 404, 422, 503),
    )
    async def read_counts(request: Request, area: Area = NATION) -> Response:
        return json_response(current.counts(area, current.as_of(), exact=_exactness(request).of(area)), headers=_BY_CALLER)

    @app.get(
        "/v1/headline",
        summary="The three figures, and their fall",
        openapi_extra=OPEN,
        responses=openapi.responses(Headline, "The three figures", 503),
    )
    async def read_headline(request: Request) -> Response:
        return json_response(current.headline(baseline, current.as_of(), exact=_exactness(request).of(NATION)), headers=_BY_CALLER)

    async def subscribed(request: Request, area: AreasOfStream = NATION, last_event_id: LastEventId = None) -> AsyncIterator[Subscriber]:
        areas = list(dict.fromkeys(area.split(",")))
        if len(areas) > _MOST_AREAS:
            raise invalid_parameter("query.area", f"{_MOST_AREAS} areas at most, with commas between")
        subscriber = hub.subscribe(areas, last_event_id, serving.connection_of(request), exactness=_exactness(request))
        try:
            async with ending_with_its_caller(request, identity, partial(hub.let_go, subscriber), every=watch_seconds):
                yield subscriber
        finally:
            hub.unsubscribe(subscriber)

    @app.get(
        "/v1/stream",
        summary="The counts of an area as they change",
        description=openapi.STREAM,
        openapi_extra=OPEN,
        response_class=StreamingResponse,
        responses=openapi.stream(404, 422, 503),
    )
    async def stream(subscriber: Annotated[Subscriber, Depends(subscribed)]) -> EventSourceResponse:
        return EventSourceResponse(subscriber.events(), headers=_STREAM_HEADERS)

    @app.get(
        "/v1/flows",
        summary="The flows of an area, day by day",
        openapi_extra=OPEN,
        responses=openapi.responses(Flows, "Days with any flow", 404, 422, 503),
    )
    async def read_flows(
        area: Area = NATION,
        first: Annotated[Day | None, Query(alias="from", description="the first day")] = None,
        last: Annotated[Day | None, Query(alias="to", description="the last day, included")] = None,
    ) -> Response:
        if first and last and first > last:
            raise invalid_parameter("query.from", "must not be after `to`")
        begin, end = first.isoformat() if first else None, last.isoformat() if last else None
        return json_response(await flows.get(area, begin, end))

    @app.get(
        "/v1/areas",
        summary="All areas of the record's date, and the lists",
        openapi_extra=OPEN,
        responses=openapi.responses(Areas, "By code", 503, links=openapi.OF_AN_AREA),
    )
    async def read_areas() -> Response:
        return json_response(areas_of(current.view()))

    @app.get("/v1/map", summary="The stock of every county at one instant", openapi_extra=OPEN, responses=openapi.responses(Map, "By county", 503))
    async def read_map() -> Response:
        return json_response(map_of(current.view(), current.as_of()))

    @app.get(
        "/v1/oversight",
        summary="The flags, samples and re-checks of an area, county by county",
        responses=openapi.responses(Oversight, "Those of the area", 404, 422, 503),
    )
    async def read_oversight(caller: Annotated[Caller, Depends(Having(Action.READ_OVERSIGHT))], area: Area = NATION) -> Response:
        told = oversight_of(current.view(), area, current.as_of())
        if not Exactness(counties_of_caller(caller, Action.READ_OVERSIGHT)).of(area):
            raise forbidden("area must lie in the area of your office.")
        return json_response(told, headers=_BY_CALLER)

    @app.get(
        "/v1/cells",
        summary="Every number at one instant, one line for each county, for auditors",
        dependencies=[Depends(Having(Action.READ_ALL_CELLS))],
        response_class=StreamingResponse,
        responses=openapi.lines("First its `as_of`, then a line of JSON for each county", 503),
    )
    async def read_cells(request: Request) -> StreamingResponse:
        pieces = await cells.get()
        if not _takes_gzip(request):
            return StreamingResponse(pieces.inflated(), headers=_VARIES, media_type=openapi.LINES)
        headers = {**_VARIES, "Content-Encoding": "gzip", "Content-Length": str(pieces.length)}
        return StreamingResponse(iter(pieces.compressed), headers=headers, media_type=openapi.LINES)

    return app


def _takes_gzip(request: Request) -> bool:
    named = (part.partition(";") for part in request.headers.get("accept-encoding", "").lower().split(","))
    return any(name.strip() == "gzip" and parameters.replace(" ", "") not in ("q=0", "q=0.0") for name, _, parameters in named)


def _exactness(request: Request) -> Exactness:
    """Return which areas' small cells the caller of a request may see."""
    caller = caller_of(request)
    return Exactness(frozenset() if caller is None else counties_of_caller(caller, Action.READ_EXACT_COUNTS))
