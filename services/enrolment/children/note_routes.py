"""The routes of notes and attachments: parse, call, map. A file goes out as a download that no browser runs or shows inline."""

from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request, Response

from services.enrolment.children import openapi
from services.enrolment.children.note_forms import MOST_TEXT, NOTE, FileKind, FileType, check_file, check_text
from services.enrolment.children.notes import ChildNotes, NoteReader, WrittenNote
from services.enrolment.children.private_names import read_form
from services.enrolment.directory.notes import Kind, Note
from shared.access.access_log import Why
from shared.commands.instructions import body_of, file_in
from shared.http.api import json_response
from shared.http.callers import Having
from shared.identity.caller import Caller
from shared.identity.rights import Action

_Reader = Annotated[Caller, Depends(Having(Action.READ_NOTES))]
_Writer = Annotated[Caller, Depends(Having(Action.WRITE_NOTES))]
_Student = Annotated[str, Path(description="the student id, 32 hex digits")]
_Note = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="the id of the attachment")]
_Drawn = Annotated[
    str, Query(alias="note", pattern="^[0-9a-f]{32}$", description="32 hex digits, drawn by whoever writes: the same file sent again is kept once")
]
_Shows = Annotated[FileKind, Query(description="what it shows")]

_PRIVATE = {"Cache-Control": "no-store"}
_DOWNLOAD = {**_PRIVATE, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
_ENDINGS = {FileType.JPEG: "jpg", FileType.PNG: "png", FileType.PDF: "pdf"}


def add_routes(app: FastAPI, notes: NoteReader) -> None:
    """Add the routes to the api."""

    @app.get(
        "/v1/children/{student}/notes",
        summary="The notes of a child, and which attachments it has",
        responses=openapi.responses(ChildNotes, "The newest first", 401, 403, 404, 422, 503),
    )
    async def read_notes(student: _Student, purpose: Why, caller: _Reader) -> Response:
        return json_response(await notes.all(student, caller, purpose), headers=_PRIVATE)

    @app.post(
        "/v1/children/{student}/notes",
        summary="Write a note of a child, sealed with its key",
        openapi_extra=NOTE.request_body(),
        responses=openapi.responses(WrittenNote, "It is written", 400, 401, 403, 404, 409, 410, 413, 415, 422, 503),
    )
    async def write_note(student: _Student, request: Request, caller: _Writer) -> Response:
        asked = read_form(NOTE, await body_of(request, most_bytes=MOST_TEXT))
        check_text(asked.text)
        return json_response(await notes.write(student, Note(asked.id, Kind.NOTE, "text/plain", asked.text.encode()), caller), headers=_PRIVATE)

    @app.post(
        "/v1/children/{student}/attachments",
        summary="Keep an attachment of a child, sealed with its key",
        openapi_extra=openapi.FILE,
        responses=openapi.responses(WrittenNote, "It is kept", 400, 401, 403, 404, 409, 410, 413, 415, 422, 503),
    )
    async def write_file(student: _Student, id_: _Drawn, kind: _Shows, request: Request, caller: _Writer) -> Response:
        said, content = await file_in(request, list(FileType))
        check_file(content, FileType(said))
        return json_response(await notes.write(student, Note(id_, Kind(kind.value), said, content), caller), headers=_PRIVATE)

    @app.get(
        "/v1/children/{student}/attachments/{note}",
        summary="An attachment of a child, as a download",
        response_class=Response,
        responses=openapi.files("The file", 401, 403, 404, 422, 503),
    )
    async def read_file(student: _Student, note: _Note, purpose: Why, caller: _Reader) -> Response:
        found = await notes.file(student, note, caller, purpose)
        named = {"Content-Disposition": f'attachment; filename="{found.id[:8]}.{_ENDINGS[FileType(found.media_type)]}"'}
        return Response(found.content, headers={**_DOWNLOAD, **named}, media_type=found.media_type)
