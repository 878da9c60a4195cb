"""The papers of a file, as PDF: parse, call, map. A name stands in one only where the person may unmask it; that is recorded like any such look."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import Depends, FastAPI, Path, Request, Response
from msgspec import Struct

from services.case.desk.forms import PAPER
from services.case.desk.neighbours import Neighbour, Neighbours, passed_on
from services.case.desk.openapi import made
from services.case.desk.orders import since_of
from services.case.documents import CaseFile
from services.case.files import Files
from services.case.papers.papers import Forgotten, NotYet, Paper, SeenChild, content_of
from services.case.papers.typesetter import Typesetter
from services.case.parameters import Student
from services.case.sight import Sight
from shared.access.access_log import AccessLog
from shared.commands.instructions import body_of
from shared.contracts.access import Looked
from shared.http.callers import Having, counties_of_caller
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.rights import Action

PDF = "application/pdf"
_Reader = Annotated[Caller, Depends(Having(Action.MAKE_PAPERS))]
_Which = Annotated[Paper, Path(description="which paper")]
_decode_child = msgspec.json.Decoder(SeenChild).decode


class _Made(Struct, frozen=True):
    county: str
    content: dict[str, Any]


def install(app: FastAPI, *, files: Files, access: AccessLog, neighbours: Neighbours, typesetter: Typesetter) -> None:
    """Add the route to case's api."""

    @app.post(
        "/v1/desk/files/{id}/papers/{paper}",
        summary="A paper of a file's child as PDF: of a step of the law that was taken or may be taken today, or the form of a visit",
        response_class=Response,
        openapi_extra=PAPER.request_body(),
        responses=made("The paper", [PDF], 400, 404, 409, 410, 413, 415, 422, 503),
    )
    async def make_paper(request: Request, caller: _Reader, student: Student, paper: _Which) -> Response:
        asked = PAPER.read(await body_of(request))

        async def found(child: SeenChild | None) -> _Made:
            _, case, file, today = await files.opened(student, Sight(counties_of_caller(caller, Action.MAKE_PAPERS)))
            return _Made(file.county, _content(paper, file, child, out=since_of(case), today=today))

        # First without the name: nobody is unmasked for a paper that is not made.
        made_ = await access.shown(caller, Looked.PAPER_MADE, student, found(None), purpose=asked.purpose)
        if asked.named:
            # Enrolment judges whether the person may unmask, and records it.
            body = {"purpose": asked.purpose.value}
            answer = await neighbours.ask(request, Neighbour.ENROLMENT, "POST", f"/v1/children/{student}/unmasking", body=body)
            if answer.status_code != HTTPStatus.OK:
                return passed_on(answer)
            made_ = await found(_decode_child(answer.content))
        pdf = await typesetter.set(paper, made_.content)
        headers = {"Content-Disposition": f'attachment; filename="{paper}.pdf"', "Cache-Control": "no-store"}
        return Response(pdf, headers=headers, media_type=PDF)


def _content(paper: Paper, file: CaseFile, child: SeenChild | None, *, out: date | None, today: date) -> dict[str, Any]:
    try:
        return content_of(paper, file, child, out=out, today=today)
    except NotYet as error:
        more = {"code": error.want.code, "field": "paper"}
        raise Problem(409, "refused", "It was refused", error.want.detail, more=more) from None
    except Forgotten:
        detail = "The history of this file does not reach back to the step any more; the record has it: baoxue replay."
        raise Problem(409, "paper-forgotten", "The step is too long ago", detail) from None
