"""The notes and attachments of a file's child: enrolment keeps, judges and records them, and is asked in the person's name."""

from typing import Annotated

import msgspec
from fastapi import Depends, FastAPI, Path, Query, Request, Response

from services.case.desk.forms import FILES, NOTE
from services.case.desk.neighbours import File, Neighbour, Neighbours, passed_on
from services.case.desk.openapi import files_body, made
from services.case.desk.openapi import passed_on as passed_on_from
from services.case.parameters import Student
from shared.access.access_log import Why
from shared.commands.instructions import body_of, file_in
from shared.contracts.access import Purpose
from shared.http.callers import Having
from shared.identity.rights import Action

_READ, _WRITE = Depends(Having(Action.READ_NOTES)), Depends(Having(Action.WRITE_NOTES))
_Note = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="the id of the attachment")]
_Drawn = Annotated[str, Query(alias="note", pattern="^[0-9a-f]{32}$", description="32 hex digits, drawn by whoever writes")]
_Kind = Annotated[str, Query(pattern="^[a-z_]{1,16}$", description="what it shows, as enrolment names it")]
_BESIDE = (400, 404, 409, 410, 413, 415, 422, 503)


def install(app: FastAPI, neighbours: Neighbours) -> None:
    """Add the routes to case's api."""

    @app.get(
        "/v1/desk/files/{id}/notes",
        summary="The notes of a file's child, and which attachments it has, as enrolment tells them",
        dependencies=[_READ],
        responses=passed_on_from("The notes, as `GET /v1/children/{id}/notes` of enrolment returns them", 404, 422, 503),
    )
    async def read_notes(request: Request, student: Student, purpose: Why = Purpose.WORK) -> Response:
        return passed_on(await neighbours.ask(request, Neighbour.ENROLMENT, "GET", f"/v1/children/{student}/notes", purpose=purpose))

    @app.post(
        "/v1/desk/files/{id}/notes",
        summary="Write a note of a file's child",
        dependencies=[_WRITE],
        openapi_extra=NOTE.request_body(),
        responses=passed_on_from("It is written, as `POST /v1/children/{id}/notes` of enrolment says", *_BESIDE),
    )
    async def write_note(request: Request, student: Student) -> Response:
        asked = NOTE.read(await body_of(request))
        return passed_on(await neighbours.ask(request, Neighbour.ENROLMENT, "POST", f"/v1/children/{student}/notes", body=msgspec.to_builtins(asked)))

    @app.post(
        "/v1/desk/files/{id}/attachments",
        summary="Keep an attachment of a file's child",
        dependencies=[_WRITE],
        openapi_extra=files_body(FILES),
        responses=passed_on_from("It is kept, as `POST /v1/children/{id}/attachments` of enrolment says", *_BESIDE),
    )
    async def write_file(request: Request, student: Student, note: _Drawn, kind: _Kind) -> Response:
        media_type, content = await file_in(request, FILES)
        path = f"/v1/children/{student}/attachments"
        return passed_on(await neighbours.ask(request, Neighbour.ENROLMENT, "POST", path, file=File(content, media_type), note=note, kind=kind))

    @app.get(
        "/v1/desk/files/{id}/attachments/{note}",
        summary="An attachment of a file's child, as a download",
        dependencies=[_READ],
        response_class=Response,
        responses=made("The file", FILES, 404, 422, 503),
    )
    async def read_file(request: Request, student: Student, note: _Note, purpose: Why = Purpose.WORK) -> Response:
        path = f"/v1/children/{student}/attachments/{note}"
        return passed_on(await neighbours.ask(request, Neighbour.ENROLMENT, "GET", path, purpose=purpose))
