"""The routes of the desk: parse, call, map. What is done to a file goes by ``POST /v1/cases/{id}``, and nothing here changes anything."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, FastAPI, Query, Request, Response

from services.case import openapi
from services.case.desk import note_routes, oversight_routes, paper_routes
from services.case.desk.documents import Desk, DeskFile, FoundFiles, OptionalStep, Place, WorkCounts, WorkList
from services.case.desk.export import Export
from services.case.desk.forms import ACT, NAMES, SEARCH
from services.case.desk.neighbours import Neighbour, Neighbours, passed_on
from services.case.desk.next_step import next_step
from services.case.desk.openapi import made
from services.case.desk.openapi import passed_on as passed_on_from
from services.case.desk.orders import Order
from services.case.desk.queues import Queue, escalated_to
from services.case.desk.schools import Schools
from services.case.desk.steps import steps_of
from services.case.desk.tables import Format
from services.case.desk.work_lists import Chosen, WorkLists, name_of, name_of_office, places_of_file
from services.case.domain.playbook import PLAYBOOKS
from services.case.domain.timeline import visit_planned
from services.case.files import Files
from services.case.papers.typesetter import Typesetter
from services.case.papers.words import Tongue
from services.case.parameters import Answering, Student
from services.case.plan_documents import Words
from services.case.sight import Sight
from services.case.versions import version_of
from shared.access.access_log import AccessLog, Why
from shared.commands.instructions import body_of
from shared.commands.list_query import After, AreaCode, Limit, counties_of, cursor_of
from shared.contracts.access import Looked, Purpose
from shared.contracts.words import Reason
from shared.http.api import json_response
from shared.http.callers import Having, counties_of_caller
from shared.identity.caller import Caller
from shared.identity.rights import Action, may
from shared.versions import in_force

Reasons = Annotated[list[Reason] | None, Query(description="one reason, or several; all of them, if left out")]
AsFormat = Annotated[Format, Query(alias="format", description="what the table is")]
InTongue = Annotated[Tongue, Query(description="the language of its words")]
InOrder = Annotated[Order, Query(description="by what the files are sorted")]
School = Annotated[str | None, Query(pattern="^[0-9]{10}$", description="only children last in this school, as enrolment knows it: ten digits")]
InQueue = Annotated[Queue, Query(description="what the files wait for")]

_Sitter = Annotated[Caller, Depends(Having(Action.READ_FILES, Action.RECORD_ATTEMPTS))]
_Reader = Annotated[Caller, Depends(Having(Action.READ_FILES, Action.READ_HANDED_ON))]
_Exporter = Annotated[Caller, Depends(Having(Action.EXPORT_FILES))]
_NAMES, _UNMASK = Depends(Having(Action.READ_NAMES)), Depends(Having(Action.UNMASK_NAMES))
_AID, _LOOKS = Depends(Having(Action.READ_GRANTS)), Depends(Having(Action.READ_ACCESS))
_AT_THE_DESK = (
    Action.READ_FILES, Action.RECORD_ATTEMPTS, Action.RECORD_STEPS, Action.CHANGE_PLANS, Action.TAKE_LAW_STEPS,
    Action.CORROBORATE_RETURNS, Action.CLOSE_FILES, Action.CONFIRM_CLOSINGS, Action.SETTLE_FLAGS, Action.RECHECK_FILES,
    Action.HOLD_PLACES, Action.READ_PLACES, Action.HAND_ON_FILES, Action.TAKE_OVER_FILES,
    Action.READ_NAMES, Action.UNMASK_NAMES, Action.READ_GRANTS, Action.READ_ACCESS,
    Action.EXPORT_FILES, Action.READ_HANDED_ON, Action.MAKE_PAPERS, Action.READ_NOTES, Action.WRITE_NOTES, Action.READ_OVERSIGHT,
)  # fmt: skip
_BESIDE = (400, 404, 410, 413, 415, 422, 503)


def install(app: FastAPI, *, files: Files, lists: WorkLists, access: AccessLog, neighbours: Neighbours) -> None:
    """Add the routes to case's api."""
    typesetter = Typesetter()
    export = Export(lists, access, neighbours, typesetter)
    note_routes.install(app, neighbours)
    oversight_routes.install(app, neighbours)
    paper_routes.install(app, files=files, access=access, neighbours=neighbours, typesetter=typesetter)

    @app.get("/v1/desk", summary="Who sits at the desk, and what they may do", responses=openapi.responses(Desk, "Who it is", 503))
    async def read_desk(caller: _Sitter) -> Response:
        counties = sorted(counties_of_caller(caller, Action.READ_FILES))
        rights = [action for action in _AT_THE_DESK if may(caller, action)]
        places, today = [Place(code, name_of(code)) for code in counties], await files.today()
        return json_response(
            Desk(
                caller.office,
                name_of_office(caller.office),
                sorted(caller.roles),
                rights,
                places,
                today,
                neighbours.has(Neighbour.ENROLMENT),
                _optional(today),
            )
        )

    @app.get("/v1/desk/files", summary="The files of a queue", responses=openapi.responses(WorkList, "A page of files", 404, 422, 503))
    async def read_queue(
        request: Request,
        caller: _Reader,
        queue: InQueue = Queue.OVERDUE,
        county: AreaCode = None,
        reason: Reasons = None,
        answers: Answering = None,
        school: School = None,
        order: InOrder = Order.DUE,
        after: After = None,
        limit: Limit = 50,
    ) -> Response:
        sight = Sight.of(caller)
        groups, cursor = sight.groups(county, None), cursor_of(after)
        chosen = Chosen(queue, reason or (), order, school, answers or (), escalated_to(caller.office))
        return json_response(await lists.page(groups, chosen, sight=sight, schools=Schools(neighbours, request), after=cursor, limit=limit))

    @app.get(
        "/v1/desk/export",
        summary="The files of a queue as a table",
        response_class=Response,
        responses=made("The table", [each.media_type for each in Format], 404, 422, 503),
    )
    async def read_table(
        request: Request,
        caller: _Exporter,
        queue: InQueue = Queue.OVERDUE,
        county: AreaCode = None,
        reason: Reasons = None,
        school: School = None,
        order: InOrder = Order.DUE,
        answers: Answering = None,
        format_: AsFormat = Format.CSV,
        lang: InTongue = Tongue.ZH,
    ) -> Response:
        counties = counties_of(county, counties_of_caller(caller, Action.EXPORT_FILES))
        chosen = Chosen(queue, reason or (), order, school, answers or (), escalated_to(caller.office))
        made = await export.table(request, caller, county, counties, chosen, format_, lang)
        headers = {"Content-Disposition": f'attachment; filename="{queue}.{format_}"', "Cache-Control": "no-store"}
        return Response(made, headers=headers, media_type=format_.media_type)

    @app.get("/v1/desk/counts", summary="How many files wait for what, by county", responses=openapi.responses(WorkCounts, "How many", 404, 422, 503))
    async def read_counts(caller: _Reader, county: AreaCode = None) -> Response:
        return json_response(await lists.counts(Sight.of(caller).groups(county, None), escalated_to(caller.office)))

    @app.get("/v1/desk/files/{id}", summary="A file, and what may be done to it", responses=openapi.responses(DeskFile, "The file", 404, 422, 503))
    async def read_file(caller: _Reader, student: Student, purpose: Why = Purpose.WORK) -> Response:
        async def found() -> DeskFile:
            state, case, file, today = await files.opened(student, Sight.of(caller))
            steps = steps_of(case, caller, today)
            next_, visit = next_step(file, steps, today, caller.office), visit_planned(case.history)
            return DeskFile(today, file, version_of(state), steps, next_, visit, file.county, name_of(file.county), places_of_file(file))

        return json_response(await access.shown(caller, Looked.FILE_READ, student, found(), purpose=purpose))

    @app.post(
        "/v1/desk/names",
        summary="The names of children in a list, masked, as enrolment tells them",
        dependencies=[_NAMES],
        openapi_extra=NAMES.request_body(),
        responses=passed_on_from("The children, as `POST /v1/children/names` of enrolment returns them", *_BESIDE),
    )
    async def read_names(request: Request) -> Response:
        asked = NAMES.read(await body_of(request))
        return passed_on(await neighbours.ask(request, Neighbour.ENROLMENT, "POST", "/v1/children/names", body=msgspec.to_builtins(asked)))

    @app.post(
        "/v1/desk/search",
        summary="Find files by the whole name and the day of birth of their children",
        dependencies=[_NAMES],
        openapi_extra=SEARCH.request_body(),
        responses=openapi.responses(FoundFiles, "Those of the caller's area", *_BESIDE),
    )
    async def search(request: Request, caller: _Reader) -> Response:
        asked = SEARCH.read(await body_of(request))
        answer = await neighbours.ask(request, Neighbour.ENROLMENT, "POST", "/v1/children/search", body=msgspec.to_builtins(asked))
        if not answer.is_success:
            return passed_on(answer)
        told = answer.json()
        students = [child["student"] for child in told["children"]]
        entries = await lists.entries(students, Sight.of(caller))
        return json_response(FoundFiles(msgspec.Raw(msgspec.json.encode(told["children"])), entries, told["more"]))

    @app.post(
        "/v1/desk/files/{id}/unmasking",
        summary="The child of a file in clear, as enrolment tells it",
        dependencies=[_UNMASK],
        openapi_extra=ACT.request_body(),
        responses=passed_on_from("The child, as `POST /v1/children/{id}/unmasking` of enrolment returns it", *_BESIDE),
    )
    async def unmask(request: Request, student: Student) -> Response:
        asked = ACT.read(await body_of(request))
        path = f"/v1/children/{student}/unmasking"
        return passed_on(await neighbours.ask(request, Neighbour.ENROLMENT, "POST", path, body=msgspec.to_builtins(asked)))

    @app.get(
        "/v1/desk/files/{id}/aid",
        summary="The aid of a file's child, as relief tells it",
        dependencies=[_AID],
        responses=passed_on_from("Its grants, as relief returns them; an empty list where there are none", 404, 422, 503),
    )
    async def read_aid(request: Request, student: Student) -> Response:
        answer = await neighbours.ask(request, Neighbour.RELIEF, "GET", f"/v1/students/{student}/grants")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return Response(msgspec.json.encode({"student": student, "grants": []}), media_type="application/json")
        return passed_on(answer)

    @app.get(
        "/v1/desk/files/{id}/looks",
        summary="Who looked at a file's child, as enrolment tells it",
        dependencies=[_LOOKS],
        responses=passed_on_from("The looks, as `GET /v1/access` of enrolment returns them", 404, 422, 503),
    )
    async def read_looks(request: Request, student: Student) -> Response:
        return passed_on(await neighbours.ask(request, Neighbour.ENROLMENT, "GET", "/v1/access", child=student, limit="20"))


def _optional(today: date) -> list[OptionalStep]:
    """Return the steps that the plans in force on a day can do without."""
    steps = [step for versions in PLAYBOOKS.values() for step in in_force(versions, today).steps if not step.required]
    return [OptionalStep(code, title) for code, title in {step.code: Words(step.zh, step.en) for step in steps}.items()]
