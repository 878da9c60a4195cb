"""Case's HTTP: parse, call, map (wire page, section 5)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query, Request, Response

from services.case import county_flags, openapi, pages, place_routes
from services.case.clocks import Clocks, DaysShown
from services.case.county_files import CountyFiles
from services.case.decider import CaseDecider
from services.case.desk import routes as desk
from services.case.desk.neighbours import Neighbours
from services.case.desk.openapi import SHAPES as DESK_SHAPES
from services.case.desk.work_lists import WorkLists
from services.case.documents import CaseFile, CaseList
from services.case.domain.owner_lists import Kind
from services.case.files import FileOf, Files
from services.case.lines import read_line
from services.case.parameters import Answering, Student
from services.case.plan_documents import PlansToRenew
from services.case.schools import Schools
from services.case.sight import Sight, is_within
from services.case.tallied import TALLIED
from services.case.versions import IfMatch, expecting
from shared import clock
from shared.access.access_log import AccessLog, Why
from shared.commands.command_lines import MEDIA_TYPE as LINES
from shared.commands.command_lines import MOST_BYTES, LinesDone
from shared.commands.instructions import body_of
from shared.commands.limits import CommandLimits
from shared.commands.list_query import After, AreaCode, Due, Limit, counties_of, cursor_of, due_day
from shared.commands.office_api import OfficeApi
from shared.commands.openapi import LINES_TAKEN, TAKEN, lines_body, or_out_of_sight
from shared.commands.record_clock import Now
from shared.commands.speaker import Speaker
from shared.contracts.access import Looked, Purpose
from shared.contracts.case_codes import CaseState, Urgency
from shared.contracts.case_commands import (
    ChangePlan,
    CloseAfterReturn,
    ConfirmClosing,
    CorroborateReturn,
    DeclineClosing,
    PlanVisit,
    RecordAttempt,
    RecordStep,
    TakeLawStep,
)
from shared.contracts.case_owner_commands import Disown, GiveCase, HandOn, SendBack, TakeOverCase
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawFile, DrawSample, RaiseFlag, RecordRecheck
from shared.contracts.place_commands import FreePlace, HoldPlace
from shared.contracts.refusal import RefusalCode
from shared.contracts.services import CASE
from shared.deciding.states.generation import Generation, followed
from shared.deciding.states.state_store import StateStore
from shared.deciding.states.tallies import Tallies
from shared.http import telemetry
from shared.http.api import create_api, json_response
from shared.http.callers import Having, Identity, counties_of_caller
from shared.http.chinese.answers import HAS_TEXTS
from shared.http.idempotency import IdempotencyKey
from shared.http.sessions import routes as sign_in
from shared.http.sessions.persons_tokens import SentToken
from shared.http.sessions.routes import SigningIn
from shared.http.story_clock import StoryClock
from shared.http.unavailable import redis_needed
from shared.identity.caller import Caller
from shared.identity.rights import Action
from shared.log import topics
from shared.log.event_log import EventLog
from shared.rebuilding.generations import FIRST_GENERATION
from shared.redis.edge import Redis

States = Annotated[list[CaseState] | None, Query(description="one state, or several; all of them, if left out")]
Urgencies = Annotated[list[Urgency] | None, Query(description="one thing that was told of the due day, or several; any or none, if left out")]
OfSchool = Annotated[
    str | None,
    Query(
        alias="office",
        pattern=r"^/schools/[0-9]{10}$",
        description="only files that were handed on to this school; the caller's own, for whom lists no others",
    ),
]
Side = Annotated[Literal["incoming", "sent"], Query(description="what was sent to the counties, or what they sent")]

Reader = Annotated[Caller, Depends(Having(Action.READ_FILES))]
SomeReader = Annotated[Caller, Depends(Having(Action.READ_FILES, Action.READ_HANDED_ON))]

_RIGHTS: Mapping[str, Action] = {
    RecordAttempt.TYPE: Action.RECORD_ATTEMPTS,
    PlanVisit.TYPE: Action.RECORD_ATTEMPTS,
    RecordStep.TYPE: Action.RECORD_STEPS,
    ChangePlan.TYPE: Action.CHANGE_PLANS,
    TakeLawStep.TYPE: Action.TAKE_LAW_STEPS,
    CorroborateReturn.TYPE: Action.CORROBORATE_RETURNS,
    CloseAfterReturn.TYPE: Action.CLOSE_FILES,
    ConfirmClosing.TYPE: Action.CONFIRM_CLOSINGS,
    DeclineClosing.TYPE: Action.CONFIRM_CLOSINGS,
    TakeOverCase.TYPE: Action.TAKE_OVER_FILES,
    SendBack.TYPE: Action.TAKE_OVER_FILES,
    HandOn.TYPE: Action.HAND_ON_FILES,
    Disown.TYPE: Action.DISOWN_FILES,
    GiveCase.TYPE: Action.GIVE_FILES,
    RaiseFlag.TYPE: Action.RAISE_FLAGS,
    ClearFlag.TYPE: Action.SETTLE_FLAGS,
    ConfirmFlag.TYPE: Action.SETTLE_FLAGS,
    DrawSample.TYPE: Action.RECHECK_FILES,
    DrawFile.TYPE: Action.RECHECK_FILES,
    RecordRecheck.TYPE: Action.RECHECK_FILES,
    HoldPlace.TYPE: Action.HOLD_PLACES,
    FreePlace.TYPE: Action.HOLD_PLACES,
}
Officer = Annotated[Caller, Depends(Having(*_RIGHTS.values()))]
_STATUSES: Mapping[str, int] = {
    RefusalCode.UNKNOWN_CASE: 404,
    RefusalCode.UNKNOWN_FLAG: 404,
    RefusalCode.MALFORMED: 422,
    RefusalCode.FUTURE_DATED: 422,
}


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
    story_key: str = "",
    signing_in: SigningIn | None = None,
    neighbours: Neighbours | None = None,
) -> FastAPI:
    """Return the api over its log and Redis, which it starts and closes with itself.

    ``store``: the states of the worker; ``now``: the clock of the api; ``partitions``: of the input topic; ``identity``: what tells who is
    asking; ``generation``: of the states; ``story_key``: of the demo by whose story the time is told (``shared.http.story_clock``);
    ``signing_in``: how people sign in to the desk; ``neighbours``: whom the desk asks for names and aid.
    """
    registry = telemetry.new_registry(CASE.name, "api")
    office = OfficeApi.over(
        CaseDecider(),
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
    story = StoryClock(story_key, redis, CASE.name, registry)
    access = AccessLog(log, CASE, partitions=partitions)
    beside = neighbours or Neighbours(SentToken(), {})
    tallies = Tallies(redis, CASE.name, generation=generation, partitions=partitions, tallied=TALLIED)
    files = Files(store, office.listing, tallies, office.gate, now, partitions=partitions)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with followed(generation), beside.running():
            yield

    app = create_api(
        title="Baoxue case",
        summary="One file for each child out of school, until it is back and stays.",
        registry=registry,
        log=log,
        redis=redis,
        topic=topics.CASE_COMMANDS,
        identity=identity,
        schemas=partial(openapi.schemas, sign_in.SignedIn, DaysShown, *DESK_SHAPES),
        needs=office.needs,
        says=story.readiness,
        beside=running,
    )
    pages.install(app)
    sign_in.install(app, signing_in)
    clocks = Clocks(store, files.today, partitions=partitions)
    lists = WorkLists(store, office.listing, tallies, office.gate, files, clocks, partitions=partitions)
    desk.install(app, files=files, lists=lists, access=access, neighbours=beside)
    counties = CountyFiles(store, office.listing, office.gate, files, partitions=partitions)
    county_flags.install(app, counties, office.submitter, story, _speaker)
    place_routes.install(app, Schools(store, office.listing, office.gate, files, partitions=partitions))

    @app.get(
        "/v1/cases",
        summary="Files by county, state and day",
        responses=openapi.responses(CaseList, "A page of files", 404, 422, 503, links=openapi.OF_A_FILE),
    )
    async def read_cases(
        caller: SomeReader,
        county: AreaCode = None,
        state: States = None,
        due: Due = None,
        urgency: Urgencies = None,
        answers: Answering = None,
        office: OfSchool = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Response:
        sight, cursor = Sight.of(caller), cursor_of(after)
        states, today = [each for each in CaseState if not state or each in state], await files.today()
        told = [each for each in Urgency if each in (urgency or ())]
        groups = sight.groups(county, office)
        page = await files.page(
            groups, states, sight=sight, answers=answers or (), told=told, today=today, due=due_day(due, today), after=cursor, limit=limit
        )
        return json_response(page)

    @app.get(
        "/v1/hand-overs",
        summary="Files on their way from one county to another, by the day on which they are to be taken over",
        responses=openapi.responses(CaseList, "A page of files", 404, 422, 503, links=openapi.OF_A_FILE),
    )
    async def read_hand_overs(
        caller: Reader, county: AreaCode = None, side: Side = "incoming", due: Due = None, after: After = None, limit: Limit = 50
    ) -> Response:
        counties, cursor, today = counties_of(county, counties_of_caller(caller, Action.READ_FILES)), cursor_of(after), await files.today()
        return json_response(await files.on_their_way(counties, Kind(side), today=today, due=due_day(due, today), after=cursor, limit=limit))

    @app.get(
        "/v1/unowned-cases",
        summary="Files that are nobody's, the oldest first",
        responses=openapi.responses(CaseList, "A page of files", 404, 422, 503, links=openapi.OF_A_FILE),
    )
    async def read_unowned(caller: Reader, county: AreaCode = None, after: After = None, limit: Limit = 50) -> Response:
        counties, cursor, today = counties_of(county, counties_of_caller(caller, Action.READ_FILES)), cursor_of(after), await files.today()
        return json_response(await files.on_their_way(counties, Kind.UNOWNED, today=today, due=None, after=cursor, limit=limit))

    @app.post(
        "/v1/cases",
        summary="Do many things to files, or to the flags of counties: a line each",
        openapi_extra=lines_body(openapi.ASKED),
        responses=openapi.responses(LinesDone, "What became of each line", 400, 413, 415, 422, 503) | LINES_TAKEN,
    )
    async def submit_lines(request: Request, caller: Officer, key: IdempotencyKey) -> Response:
        body, at = await body_of(request, LINES, MOST_BYTES), await story.said(request)
        with redis_needed():
            moment = at or await now()
        done = await office.lines.take(body, read_line, speaker=_speaker(caller), key=key, at=moment, recorded=at or clock.now())
        return json_response(done, 202 if done.pending else 200, {"Vary": HAS_TEXTS})

    @app.get(
        "/v1/plan-changes",
        summary="Which files have a plan of an older version of its playbook, and what the version in force would change",
        responses=openapi.responses(PlansToRenew, "Of the next files that are not closed, those with such a plan", 404, 422, 503),
    )
    async def read_plan_changes(caller: Reader, county: AreaCode = None, after: After = None, limit: Limit = 50) -> Response:
        counties, today = counties_of(county, counties_of_caller(caller, Action.READ_FILES)), await files.today()
        return json_response(await files.plans_to_renew(counties, today=today, after=cursor_of(after), limit=limit))

    @app.get(
        "/v1/days",
        summary="How far days have passed: what falls due is told when one begins",
        responses=openapi.responses(DaysShown, "By partition", 503),
    )
    async def read_days(_: Reader) -> Response:
        return json_response(await clocks.look())

    @app.get("/v1/cases/{id}", summary="A file and its history", responses=openapi.responses(CaseFile, "The file", 404, 422, 503))
    async def read_case(caller: SomeReader, student: Student, purpose: Why = Purpose.WORK) -> Response:
        file = files.one(student, Sight.of(caller))
        return json_response(await access.shown(caller, Looked.FILE_READ, student, file, purpose=purpose))

    @app.post(
        "/v1/cases/{id}",
        summary="Record an attempt, a step or a re-check, change the plan, hold a place, take a step of the law, hand over, close, settle a flag",
        openapi_extra=openapi.BODY,
        responses=or_out_of_sight(openapi.responses(CaseFile, "It is done; the file as it stands then", 400, 404, 409, 412, 413, 415, 422, 503))
        | TAKEN,
    )
    async def submit(request: Request, caller: Officer, student: Student, key: IdempotencyKey, if_match: IfMatch = None) -> Response:
        command, speaker = openapi.ASKED.read(await body_of(request)), _speaker(caller)
        target = FileOf(files, student, Sight.of(caller))
        at, seen = await story.said(request), expecting(if_match)
        answer = await office.submitter.take(command, target, office=command.office, speaker=speaker, key=key, at=at, expects=seen)
        await access.answered(caller, Looked.FILE_READ, student, answer)
        return Response(answer.body, answer.status, {"Vary": HAS_TEXTS, **answer.headers}, answer.media_type)

    return app


def _speaker(caller: Caller) -> Speaker:
    return Speaker.of(caller, reads=Action.READ_FILES, actions=_RIGHTS)
