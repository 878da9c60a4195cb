"""The routes of the places in schools: how many were stated, are held, were taken and are free. Parse, call, map."""

from typing import Annotated

from fastapi import Depends, FastAPI, Path, Response

from services.case import openapi
from services.case.place_documents import SchoolList, SchoolShown
from services.case.schools import Schools
from shared.commands.list_query import After, AreaCode, Limit, counties_of, cursor_of
from shared.http.api import json_response
from shared.http.callers import Having, counties_of_caller
from shared.identity.caller import Caller
from shared.identity.rights import Action

SchoolCode = Annotated[str, Path(pattern=r"^[0-9]{10}$", description="the school's 10-digit code")]
_Reader = Annotated[Caller, Depends(Having(Action.READ_PLACES))]


def install(app: FastAPI, schools: Schools) -> None:
    """Add the routes to case's api."""

    @app.get(
        "/v1/places",
        summary="The places of the schools of counties, by term: stated, held, taken and free",
        responses=openapi.responses(SchoolList, "A page of schools", 404, 422, 503),
    )
    async def read_places(caller: _Reader, county: AreaCode = None, after: After = None, limit: Limit = 50) -> Response:
        area = counties_of(county, counties_of_caller(caller, Action.READ_PLACES))
        return json_response(await schools.page(area, after=cursor_of(after), limit=limit))

    @app.get(
        "/v1/places/{school}",
        summary="The places of a school, by term",
        responses=openapi.responses(SchoolShown, "Its places", 404, 422, 503),
    )
    async def read_school(caller: _Reader, school: SchoolCode) -> Response:
        own = caller.office == f"/schools/{school}"
        return json_response(await schools.one(school, own=own, counties=counties_of_caller(caller, Action.READ_PLACES)))
