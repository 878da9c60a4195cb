"""Enrolment's HTTP: parse, call, map (wire page, section 5)."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi import Path as PathParameter
from starlette.requests import ClientDisconnect

from services.enrolment import openapi
from services.enrolment.children import note_routes
from services.enrolment.children.api import add_routes
from services.enrolment.children.names import join
from services.enrolment.decider import provinces_in
from services.enrolment.directory.directory import Directory
from services.enrolment.domain.merge_preview import MergePreview
from services.enrolment.domain.transfers import Side
from services.enrolment.intake import body
from services.enrolment.intake.line_checker import LineChecker
from services.enrolment.intake.receipts import MOST_PARTITIONS, Receipt, ReceiptStore
from services.enrolment.intake.report_intake import Acknowledgement, MediaType, ReportIntake
from services.enrolment.limits import Limits
from services.enrolment.meters import ApiMeters
from services.enrolment.same_as import FORM, MergePreviews
from services.enrolment.schools import FORM as SCHOOLS
from services.enrolment.schools import LastSchools, Schools
from services.enrolment.transfers import TransferList, Transfers
from shared import clock
from shared.commands.instructions import body_of
from shared.commands.list_query import After, AreaCode, Limit, counties_of, cursor_of
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.services import ENROLMENT
from shared.deciding.states.generation import Generation, followed
from shared.deciding.states.listing import Listing
from shared.deciding.states.outcomes import Outcome
from shared.deciding.states.state_store import StateStore
from shared.geography.divisions import Divisions
from shared.http import telemetry
from shared.http.api import create_api, json_response
from shared.http.callers import Having, Identity, counties_of_caller, offices_of_caller
from shared.http.chinese.answers import HAS_TEXTS
from shared.http.idempotency import IdempotencyKey, IdempotencyStore
from shared.http.problems import Problem
from shared.http.story_clock import StoryClock
from shared.identity.caller import Caller
from shared.identity.rights import Action
from shared.log import topics
from shared.log.event_log import EventLog
from shared.rebuilding.generations import FIRST_GENERATION
from shared.redis.edge import Redis

Sides = Annotated[list[Side] | None, Query(description="`lost`: transfers from these counties; `gained`: to them; both, if left out")]

Sender = Annotated[Caller, Depends(Having(Action.REPORT))]
Receiver = Annotated[Caller, Depends(Having(Action.READ_RECEIPTS))]
Reader = Annotated[Caller, Depends(Having(Action.READ_TRANSFERS))]
Previewer = Annotated[Caller, Depends(Having(Action.PREVIEW_MERGES))]
Schooled = Annotated[Caller, Depends(Having(Action.READ_SCHOOLS))]

_DAY = 86_400
_charset = re.compile(r"charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE).search


def create_app(
    *,
    limits: Limits,
    log: EventLog,
    redis: Redis,
    divisions: Divisions,
    store: StateStore,
    partitions: int,
    identity: Identity,
    generation: Generation = FIRST_GENERATION,
    now: Callable[[], datetime] = clock.now,
    story_key: str = "",
    directory: Directory | None = None,
    student_keys: Path | None = None,
) -> FastAPI:
    """Return the api over its log and Redis, which it starts and closes with itself.

    ``store``: the states of the worker; ``partitions``: of the submissions' topic; ``identity``: what tells who is asking;
    ``generation``: of the worker's states; ``story_key``: of the demo by whose story the time is told, "" where the calendar tells it
    (``shared.http.story_clock``); ``directory`` and ``student_keys``: the names of children, and the file of the key of their ids. Without them
    the api has no names.
    Raises ``ValueError`` for more partitions than receipts can tell apart.
    """
    if partitions > MOST_PARTITIONS:
        raise ValueError(f"receipts tell at most {MOST_PARTITIONS} partitions apart, not {partitions}")
    registry = telemetry.new_registry("enrolment", "api")
    story = StoryClock(story_key, redis, ENROLMENT.name, registry)
    receipts = ReceiptStore(redis, keep=limits.receipt_days * _DAY, page=limits.receipt_page)
    intake = ReportIntake(
        limits=limits,
        checker=LineChecker(divisions, longest=limits.line_bytes, deepest=limits.line_depth),
        log=log,
        receipts=receipts,
        idempotency=IdempotencyStore(redis, "enrolment", keep=limits.repeat_seconds, lease=limits.lease_seconds),
        meters=ApiMeters(registry),
        now=now,
        partitions=partitions,
    )

    gate = RebuildGate(store, log, topics.SUBMISSIONS)
    transfers = Transfers(store, Listing(redis, ENROLMENT.name, generation=generation, partitions=partitions), gate, partitions=partitions)
    schools = Schools(store, gate, partitions=partitions)
    previews = MergePreviews(store, gate, provinces_in(divisions), partitions=partitions)

    names = None
    if directory is not None and student_keys is not None:
        names = join(
            directory,
            student_keys=student_keys,
            store=store,
            gate=gate,
            log=log,
            divisions=divisions,
            limits=limits,
            partitions=partitions,
            now=now,
        )

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        async with followed(generation), nullcontext() if names is None else names.running():
            yield

    app = create_api(
        title="Baoxue enrolment",
        summary="Takes provinces' reports, and tells what became of them.",
        registry=registry,
        log=log,
        redis=redis,
        topic=topics.SUBMISSIONS,
        identity=identity,
        schemas=openapi.schemas,
        beside=beside,
        says=story.readiness,
    )
    if names is not None:
        add_routes(app, names, lambda request: _chunks(request, limits))
        note_routes.add_routes(app, names.notes)

    @app.post(
        "/v1/reports",
        summary="Report one event, an array, or a line each",
        openapi_extra=openapi.BODY,
        status_code=202,
        responses=openapi.responses(
            Acknowledgement, "Every accepted line is in the log", 400, 409, 413, 415, 422, 503, status=202, links=openapi.RECEIPT
        ),
    )
    async def take_reports(request: Request, caller: Sender, key: IdempotencyKey) -> Response:
        media_type = _media_type(request)
        try:
            answer = await intake.take(media_type, _chunks(request, limits), caller=caller, key=key, at=await story.of(request))
        except ClientDisconnect:
            raise Problem(400, "ended-early", "The body ended too early", "Nothing of it was logged.") from None
        return Response(answer.body, answer.status, {"Vary": HAS_TEXTS, **answer.headers}, answer.media_type)

    @app.get(
        "/v1/receipts/{batch}",
        summary="What became of a batch",
        responses=openapi.responses(Receipt, "Its counts, and a page of its lines", 404, 422, 503),
    )
    async def read_receipt(
        caller: Receiver,
        batch: Annotated[str, PathParameter(description="what the answer to the reports named")],
        after: Annotated[int, Query(ge=0, le=1 << 31, description="only lines after this one: `next` of the page before")] = 0,
        outcome: Annotated[Outcome | None, Query(description="only lines of this outcome, instead of all that were not simply accepted")] = None,
    ) -> Response:
        return json_response(await intake.receipt(batch, caller=caller, after=after, outcome=outcome), headers={"Vary": HAS_TEXTS})

    @app.get(
        "/v1/transfers",
        summary="Transfers of which only the county that the child came to has spoken",
        responses=openapi.responses(TransferList, "A page of transfers", 404, 422, 503),
    )
    async def read_transfers(caller: Reader, county: AreaCode = None, side: Sides = None, after: After = None, limit: Limit = 50) -> Response:
        counties = counties_of(county, counties_of_caller(caller, Action.READ_TRANSFERS))
        found = await transfers.page(counties, side or list(Side), after=cursor_of(after), limit=limit)
        return json_response(found, headers={"Cache-Control": "no-store"})

    @app.post(
        "/v1/same-as/preview",
        summary="What a report that two ids are one child would come to; nothing is changed",
        openapi_extra=FORM.request_body(),
        responses=openapi.responses(MergePreview, "Why it would be declined, and what would change", 400, 413, 415, 422, 503),
    )
    async def preview_same_as(request: Request, caller: Previewer) -> Response:
        offices, counties = offices_of_caller(caller), counties_of_caller(caller, Action.PREVIEW_MERGES)
        return json_response(await previews.of(await body_of(request), offices=offices, counties=counties), headers={"Cache-Control": "no-store"})

    @app.post(
        "/v1/children/schools",
        summary="In which school children of a list were last",
        openapi_extra=SCHOOLS.request_body(),
        responses=openapi.responses(LastSchools, "Those of the caller's area that were ever in one", 400, 413, 415, 422, 503),
    )
    async def read_schools(request: Request, caller: Schooled) -> Response:
        counties = counties_of_caller(caller, Action.READ_SCHOOLS)
        return json_response(await schools.of(await body_of(request, most_bytes=64 << 10), counties=counties), headers={"Cache-Control": "no-store"})

    return app


def _media_type(request: Request) -> MediaType:
    named, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = _charset(parameters)
    if charset is None or charset[1].lower() in ("utf-8", "utf8"):
        with suppress(ValueError):
            return MediaType(named.strip().lower())
    taken = ", ".join(MediaType)
    detail = f"Content-Type must be one of {taken}; in UTF-8."
    raise Problem(415, "media-type", "Not a media type that is taken", detail, headers={"Accept-Post": taken})


def _chunks(request: Request, limits: Limits) -> body.Chunks:
    chunks = body.bounded(request.stream(), limits)
    match request.headers.get("content-encoding", "identity").strip().lower():
        case "identity":
            return chunks
        case "gzip" | "x-gzip":
            return body.inflated(chunks, limits)
        case _:
            detail = "Content-Encoding must be gzip, or left out."
            raise Problem(415, "content-encoding", "Not an encoding that is taken", detail, headers={"Accept-Encoding": "gzip, identity"})
