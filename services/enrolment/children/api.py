"""The routes of children's names: parse, call, map."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request, Response
from starlette.requests import ClientDisconnect

from services.enrolment.children import openapi
from services.enrolment.children.child_intake import ChildrenWritten, MediaType
from services.enrolment.children.child_reader import ACT, NAMES, SEARCH, ErasedChild, FoundChildren, ListedChildren
from services.enrolment.children.names import Names
from services.enrolment.children.private_names import read_form
from services.enrolment.directory.child import ShownChild
from services.enrolment.looks.looks import Asked, LookPage
from shared.access.access_log import Why
from shared.commands.instructions import body_of
from shared.http.api import json_response
from shared.http.callers import Having, counties_of_caller
from shared.http.chinese.answers import HAS_TEXTS
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.offices import NATIONAL
from shared.identity.rights import Action

Chunks = Callable[[Request], AsyncIterator[bytes]]

_Writer = Annotated[Caller, Depends(Having(Action.WRITE_NAMES))]
_Reader = Annotated[Caller, Depends(Having(Action.READ_NAMES))]
_Unmasker = Annotated[Caller, Depends(Having(Action.UNMASK_NAMES))]
_Eraser = Annotated[Caller, Depends(Having(Action.ERASE_NAMES))]
_Overseer = Annotated[Caller, Depends(Having(Action.READ_ACCESS))]
_Id = Annotated[str, Path(description="the student id, 32 hex digits")]
_Child = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="the looks at this child")]
_Who = Annotated[str | None, Query(min_length=1, max_length=255, description="the looks of this caller, as the issuer names it")]
_Unusual = Annotated[bool, Query(description="only looks that stand out by a rule")]
_Day = Annotated[date | None, Query(description="a day in China, YYYY-MM-DD")]
_After = Annotated[str | None, Query(max_length=64, description="only looks after this one: `next` of the page before")]
_Limit = Annotated[int, Query(ge=1, le=200, description="most looks of a page")]

_PRIVATE = {"Cache-Control": "no-store"}


def add_routes(app: FastAPI, names: Names, chunks: Chunks) -> None:
    """Add the routes to the api. ``chunks``: how the body of a request is read, within the limits of bodies."""

    @app.post(
        "/v1/children",
        summary="Write children into the directory: one, an array, or a line each",
        openapi_extra=openapi.CHILDREN,
        responses=openapi.responses(ChildrenWritten, "Which were written, under which id, and which were refused", 400, 401, 403, 413, 415, 422, 503),
    )
    async def write_children(request: Request, caller: _Writer) -> Response:
        try:
            written = await names.intake.take(_media_type(request), chunks(request), caller)
        except ClientDisconnect:
            raise Problem(400, "ended-early", "The body ended too early", "Nothing of it was written.") from None
        return json_response(written, 200 if written.written or written.received > 1 else 422, {"Vary": HAS_TEXTS, **_PRIVATE})

    @app.post(
        "/v1/children/search",
        summary="Find children by their whole name and day of birth, masked",
        openapi_extra=SEARCH.request_body(),
        responses=openapi.responses(FoundChildren, "Those of the caller's area", 400, 401, 403, 413, 415, 422, 503),
    )
    async def search_children(request: Request, caller: _Reader) -> Response:
        return json_response(await names.reader.search(read_form(SEARCH, await body_of(request)), caller), headers=_PRIVATE)

    @app.post(
        "/v1/children/names",
        summary="The names of children in a list, masked",
        openapi_extra=NAMES.request_body(),
        responses=openapi.responses(ListedChildren, "Those of the caller's area that have a name", 400, 401, 403, 413, 415, 422, 503),
    )
    async def list_names(request: Request, caller: _Reader) -> Response:
        return json_response(await names.reader.listed(read_form(NAMES, await body_of(request)), caller), headers=_PRIVATE)

    @app.get(
        "/v1/children/{student}",
        summary="A child by its id, masked",
        responses=openapi.responses(ShownChild, "The child", 401, 403, 404, 410, 422, 503),
    )
    async def read_child(student: _Id, purpose: Why, caller: _Reader) -> Response:
        return json_response(await names.reader.read(student, caller, purpose), headers=_PRIVATE)

    @app.post(
        "/v1/children/{student}/unmasking",
        summary="A child by its id, in clear",
        openapi_extra=ACT.request_body(),
        responses=openapi.responses(ShownChild, "The child", 400, 401, 403, 404, 410, 413, 415, 422, 503),
    )
    async def unmask_child(student: _Id, request: Request, caller: _Unmasker) -> Response:
        asked = read_form(ACT, await body_of(request))
        return json_response(await names.reader.read(student, caller, asked.purpose, unmasked=True), headers=_PRIVATE)

    @app.post(
        "/v1/children/{student}/erasure",
        summary="Erase the name of a child for ever; figures and proofs stand",
        openapi_extra=ACT.request_body(),
        responses=openapi.responses(ErasedChild, "It is erased", 400, 401, 403, 404, 413, 415, 422, 503),
    )
    async def erase_child(student: _Id, request: Request, caller: _Eraser) -> Response:
        asked = read_form(ACT, await body_of(request))
        return json_response(await names.reader.erase(student, caller, asked.purpose), headers=_PRIVATE)

    @app.get(
        "/v1/access",
        summary="Who looked at which child, the newest first, with what is unusual in it",
        responses=openapi.responses(LookPage, "A page of looks at children of the caller's area", 401, 403, 422, 503),
    )
    async def read_access(
        overseer: _Overseer,
        child: _Child = None,
        caller: _Who = None,
        unusual: _Unusual = False,
        since: _Day = None,
        until: _Day = None,
        after: _After = None,
        limit: _Limit = 50,
    ) -> Response:
        counties = None if overseer.office == NATIONAL else counties_of_caller(overseer, Action.READ_ACCESS)
        asked = Asked(counties, child, caller, unusual, since, until)
        return json_response(await names.looks.page(asked, after=after, limit=limit), headers=_PRIVATE)


def _media_type(request: Request) -> MediaType:
    named = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if named not in list(MediaType):
        taken = ", ".join(MediaType)
        detail = f"Content-Type must be one of {taken}; in UTF-8."
        raise Problem(415, "media-type", "Not a media type that is taken", detail, headers={"Accept-Post": taken})
    return MediaType(named)
