"""Case's HTTP: parse, call, map (wire page, section 5)."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

import msgspec
from fastapi import FastAPI, Path, Query, Request, Response

from services.case import openapi
from services.case.decider import SERVICE, CaseDecider
from services.case.documents import CaseFile, CaseList
from services.case.files import FileOf, Files
from services.case.limits import Limits
from shared.commands.instructions import body_of
from shared.commands.list_query import After, AreaCode, Due, Limit, counties_of, cursor_of, due_day
from shared.commands.rebuild_gate import Built
from shared.commands.record_clock import Now
from shared.commands.submit import Asking
from shared.contracts.case import CaseState
from shared.contracts.refusal import RefusalCode
from shared.deciding.listing import Listing
from shared.deciding.outcomes import Outcomes
from shared.deciding.state_store import StateStore
from shared.geography.divisions import NATION
from shared.http import problems, telemetry
from shared.http.idempotency import IdempotencyKey, Repeats
from shared.log import topics
from shared.log.event_log import EventLog, LogUnavailable
from shared.redis.edge import Redis

Student = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{32}$", description="the student's id, which is the file's")]
States = Annotated[list[CaseState] | None, Query(description="one state, or several; all of them, if left out")]

_STATUSES: Mapping[str, int] = {RefusalCode.UNKNOWN_CASE: 404, RefusalCode.MALFORMED: 422, RefusalCode.FUTURE_DATED: 422}

_encode = msgspec.json.Encoder().encode
_log = logging.getLogger(__name__)


def create_app(*, limits: Limits, log: EventLog, redis: Redis, store: StateStore, now: Now, partitions: int, generation: str = "1") -> FastAPI:
    """Give the api over its log and Redis, which it starts and closes with itself.

    ``store``: of the worker's states; ``now``: what moment it is for those who look and ask; ``partitions``: of the commands'
    topic; ``generation``: of the worker's states.
    """
    registry = telemetry.new_registry(SERVICE, "api")
    built = Built(store, log, topics.CASE_COMMANDS)
    files = Files(store, Listing(redis, SERVICE, generation=generation, partitions=partitions), built, now, partitions=partitions)
    asking = Asking(
        CaseDecider(),
        store=store,
        built=built,
        log=log,
        outcomes=Outcomes(redis, SERVICE, generation=generation),
        repeats=Repeats(redis, SERVICE, keep=limits.repeat_seconds, lease=limits.lease_seconds),
        now=now,
        partitions=partitions,
        patience=limits.word_seconds,
        statuses=_STATUSES,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await log.start()
        except LogUnavailable as error:
            _log.warning("started without the log, which /readyz will tell: %s", error)
        yield
        await log.stop()
        await redis.aclose()

    async def redis_there() -> None:
        await redis.ping()

    app = FastAPI(
        title="Baoxue case", summary="One file for each child out of school, until it is back and stays.", lifespan=lifespan, redoc_url=None
    )
    problems.install(app)
    openapi.describe(app)
    needs = {"kafka": lambda: log.end_offsets(topics.CASE_COMMANDS), "redis": redis_there, "files": lambda: built.ready(range(partitions))}
    telemetry.operate(app, registry, needs)

    @app.get("/v1/cases", summary="Files by county, state and day", responses=openapi.responses(CaseList, "A page of files", 422, 503))
    async def read_cases(county: AreaCode = NATION, state: States = None, due: Due = None, after: After = None, limit: Limit = 50) -> Response:
        counties, cursor = counties_of(county), cursor_of(after)
        today = await files.today()
        page = await files.page(
            counties, [each for each in CaseState if not state or each in state], today=today, due=due_day(due, today), after=cursor, limit=limit
        )
        return _json(page)

    @app.get("/v1/cases/{id}", summary="A file and its history", responses=openapi.responses(CaseFile, "The file", 404, 422, 503))
    async def read_case(student: Student) -> Response:
        return _json(await files.one(student))

    @app.post(
        "/v1/cases/{id}",
        summary="Record an attempt, or close a file after a return",
        openapi_extra=openapi.BODY,
        responses=openapi.responses(CaseFile, "It is done; the file as it stands then", 400, 404, 409, 413, 415, 422, 503) | openapi.TAKEN,
    )
    async def ask(request: Request, student: Student, idempotency_key: IdempotencyKey = None) -> Response:
        asked = openapi.ASKED.read(await body_of(request))
        answer = await asking.take(asked, FileOf(files, student), office=asked.office, key=idempotency_key)
        return Response(answer.body, answer.status, answer.headers, answer.media_type)

    return app


def _json(document: msgspec.Struct) -> Response:
    return Response(_encode(document), media_type="application/json")
