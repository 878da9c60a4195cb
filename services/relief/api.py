"""Relief's HTTP: parse, call, map (wire page, section 5)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request, Response

from services.relief import openapi, requests
from services.relief.decider import ReliefDecider
from services.relief.documents import GrantFile, GrantList, StudentGrants
from services.relief.domain.rates import has_rate
from services.relief.grants import GRANT, TERM, GrantOf, Grants, is_within
from services.relief.terms.term_start import Beginnings, Pace
from services.relief.terms.walk import Progress
from shared import clock
from shared.access.access_log import AccessLog, Why
from shared.calendar.terms import first_day, number_of
from shared.clock import china_day
from shared.commands.command_lines import MEDIA_TYPE as LINES
from shared.commands.command_lines import MOST_BYTES, LinesDone
from shared.commands.instructions import NO_FIELDS, body_of, read_nothing
from shared.commands.limits import CommandLimits
from shared.commands.list_query import After, AreaCode, Limit, counties_of, cursor_of
from shared.commands.office_api import OfficeApi
from shared.commands.openapi import LINES_TAKEN, TAKEN, lines_body
from shared.commands.record_clock import Now
from shared.commands.speaker import Speaker
from shared.contracts.access import Looked, Purpose
from shared.contracts.refusal import RefusalCode
from shared.contracts.relief import BeginTerm, GrantState, PayGrant, SetBoarding
from shared.contracts.services import RELIEF
from shared.deciding.states.generation import Generation, followed
from shared.deciding.states.state_store import StateStore
from shared.http import telemetry
from shared.http.api import create_api, json_response
from shared.http.callers import Having, Identity, counties_of_caller
from shared.http.chinese.answers import HAS_TEXTS
from shared.http.idempotency import IdempotencyKey
from shared.http.problems import Problem, invalid_parameter
from shared.http.story_clock import StoryClock
from shared.http.unavailable import redis_needed
from shared.identity.caller import Caller
from shared.identity.rights import Action
from shared.log import topics
from shared.log.event_log import EventLog
from shared.rebuilding.generations import FIRST_GENERATION
from shared.redis.edge import Redis

GrantId = Annotated[str, Path(alias="id", pattern=rf"^{GRANT}$", description="the student's id and the term: <32 hex>-2019-autumn")]
Student = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{32}$", description="the student's id")]
TermName = Annotated[str, Path(alias="term", pattern=rf"^{TERM}$", description="a school term: 2019-autumn, 2020-spring")]
Term = Annotated[str | None, Query(pattern=rf"^{TERM}$", description="a school term: 2019-autumn, 2020-spring; all of them, if left out")]
States = Annotated[list[GrantState] | None, Query(description="one state, or several; all of them, if left out")]

Reader = Annotated[Caller, Depends(Having(Action.READ_GRANTS))]
Officer = Annotated[Caller, Depends(Having(Action.GIVE_AID))]
BEGINS_TERMS = Depends(Having(Action.BEGIN_TERMS))

_RIGHTS: Mapping[str, Action] = dict.fromkeys((PayGrant.TYPE, SetBoarding.TYPE, BeginTerm.TYPE), Action.GIVE_AID)
_STATUSES: Mapping[str, int] = {RefusalCode.UNKNOWN_GRANT: 404, RefusalCode.FUTURE_DATED: 422}


def create_app(
    *,
    limits: CommandLimits,
    log: EventLog,
    redis: Redis,
    store: StateStore,
    now: Now,
    partitions: int,
    identity: Identity,
    generation: Generation = FIRST_GENERATION,
    pace: Pace | None = None,
    story_key: str = "",
) -> FastAPI:
    """Return the api over its log and Redis, which it starts and closes with itself.

    ``store``: the states of the worker; ``now``: the clock of the api; ``partitions``: of the input topic; ``identity``: what tells who is
    asking; ``generation``: of the states; ``pace``: at which terms are begun; ``story_key``: of the demo by whose story the time is told
    (``shared.http.story_clock``).
    """
    registry = telemetry.new_registry(RELIEF.name, "api")
    office = OfficeApi.over(
        ReliefDecider(),
        limits=limits,
        log=log,
        redis=redis,
        store=store,
        now=now,
        partitions=partitions,
        generation=generation,
        statuses=_STATUSES,
        is_within=is_within,
    )
    story = StoryClock(story_key, redis, RELIEF.name, registry)
    access = AccessLog(log, RELIEF, partitions=partitions)
    grants = Grants(store, office.listing, office.gate, now, partitions=partitions)
    beginnings = Beginnings(redis, office.listing, store, office.gate, log, partitions=partitions, pace=pace, in_story=story.tells)

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        async with followed(generation), beginnings.running():
            yield

    app = create_api(
        title="Baoxue relief",
        summary="What aid is due to which child, and whether it was paid.",
        registry=registry,
        log=log,
        redis=redis,
        topic=topics.RELIEF_COMMANDS,
        identity=identity,
        schemas=openapi.schemas,
        needs=office.needs,
        says=story.readiness,
        beside=beside,
    )

    @app.get(
        "/v1/grants",
        summary="Grants by county, term and state",
        responses=openapi.responses(GrantList, "A page of grants", 404, 422, 503, links=openapi.OF_A_GRANT),
    )
    async def read_grants(
        caller: Reader, county: AreaCode = None, term: Term = None, state: States = None, after: After = None, limit: Limit = 50
    ) -> Response:
        counties = counties_of(county, counties_of_caller(caller, Action.READ_GRANTS))
        return json_response(await grants.page(counties, state or list(GrantState), term=term, after=cursor_of(after), limit=limit))

    @app.post(
        "/v1/grants",
        summary="Pay many grants, or recognise or grant for many children: a line each",
        openapi_extra=lines_body(requests.INSTRUCTIONS),
        responses=openapi.responses(LinesDone, "What became of each line", 400, 413, 415, 422, 503) | LINES_TAKEN,
    )
    async def submit_lines(request: Request, caller: Officer, key: IdempotencyKey) -> Response:
        body, at = await body_of(request, LINES, MOST_BYTES), await story.said(request)
        with redis_needed():
            moment = at or await now()
        done = await office.lines.take(body, requests.read_line, speaker=_speaker(caller), key=key, at=moment, recorded=at or clock.now())
        return json_response(done, 202 if done.pending else 200)

    @app.get("/v1/grants/{id}", summary="A grant and its history", responses=openapi.responses(GrantFile, "The grant", 404, 422, 503))
    async def read_grant(caller: Reader, grant: GrantId, purpose: Why = Purpose.WORK) -> Response:
        target = GrantOf(grant, counties_of_caller(caller, Action.READ_GRANTS))
        return json_response(await access.shown(caller, Looked.GRANT_READ, target.student, grants.one(target), purpose=purpose))

    @app.get("/v1/students/{id}/grants", summary="The grants of a child", responses=openapi.responses(StudentGrants, "Its grants", 404, 422, 503))
    async def read_grants_of(caller: Reader, student: Student, purpose: Why = Purpose.WORK) -> Response:
        found = grants.of_student(student, counties_of_caller(caller, Action.READ_GRANTS))
        return json_response(await access.shown(caller, Looked.GRANT_READ, student, found, purpose=purpose))

    @app.post(
        "/v1/grants/{id}",
        summary="Pay a grant, recognise that its child boards, or grant a child the aid of a term",
        openapi_extra=openapi.BODY,
        responses=openapi.responses(GrantFile, "It is done; the grant as it stands then", 400, 404, 409, 413, 415, 422, 503) | TAKEN,
    )
    async def submit(request: Request, caller: Officer, grant: GrantId, key: IdempotencyKey) -> Response:
        wanted, speaker = requests.read(await body_of(request)), _speaker(caller)
        target = GrantOf(grant, speaker.counties)
        command, at = wanted.in_term(target.term), await story.said(request)
        answer = await office.submitter.take(command, target, office=wanted.office, speaker=speaker, key=key, at=at)
        await access.answered(caller, Looked.GRANT_READ, target.student, answer)
        return Response(answer.body, answer.status, {"Vary": HAS_TEXTS, **answer.headers}, answer.media_type)

    @app.post(
        "/v1/terms/{term}",
        summary="Begin a term: grant its aid to every child that went on being eligible",
        status_code=202,
        dependencies=[BEGINS_TERMS],
        openapi_extra=NO_FIELDS,
        responses=openapi.responses(
            Progress, "It is under way; an interrupted walk goes on, one that has ended is done again", 400, 409, 413, 415, 422, 503, status=202
        ),
    )
    async def begin(request: Request, term: TermName) -> Response:
        await read_nothing(request)
        if not has_rate(number_of(term)):
            raise invalid_parameter("path.term", "must be a term of which there is a rate of aid")
        with redis_needed():
            moment = await story.said(request) or await now()
            if first_day(number_of(term)) > china_day(moment):
                more = {"code": RefusalCode.NOT_ALLOWED_NOW, "field": "path.term"}
                raise Problem(409, "refused", "It was refused", "the term has not begun", more=more)
            progress = await beginnings.begin(term, at=moment)
        return json_response(progress, 202, {"Location": f"/v1/terms/{term}"})

    @app.get(
        "/v1/terms/{term}",
        summary="How far a term's beginning is",
        dependencies=[BEGINS_TERMS],
        responses=openapi.responses(Progress, "How far it is", 404, 422, 503),
    )
    async def read_term(term: TermName) -> Response:
        with redis_needed():
            progress = await beginnings.progress(term)
        if progress is None:
            raise Problem(404, "never-begun", "Never begun", "Nobody has begun this term yet; POST begins it.")
        return json_response(progress)

    return app


def _speaker(caller: Caller) -> Speaker:
    return Speaker.of(caller, reads=Action.READ_GRANTS, actions=_RIGHTS)
