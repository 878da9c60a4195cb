"""The routes of what is kept of counties: their flags, and the samples that levels above drew of them. Parse, call, map."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Request, Response

from services.case import openapi
from services.case.county_files import CountyFiles, OversightOf
from services.case.flag_documents import CountyFlags, CountyFlagsList
from shared.commands.instructions import body_of
from shared.commands.list_query import After, AreaCode, Limit, counties_of, cursor_of
from shared.commands.openapi import TAKEN
from shared.commands.speaker import Speaker
from shared.commands.submit import CommandSubmitter
from shared.http.api import json_response
from shared.http.callers import Having, counties_of_caller
from shared.http.chinese.answers import HAS_TEXTS
from shared.http.idempotency import IdempotencyKey
from shared.http.problems import unknown_area
from shared.http.story_clock import StoryClock
from shared.identity.caller import Caller
from shared.identity.rights import Action

Code = Annotated[str, Path(pattern=r"^[0-9]{6}$", description="the county's code")]
_Reader = Annotated[Caller, Depends(Having(Action.READ_FILES))]
_Overseer = Annotated[Caller, Depends(Having(Action.RAISE_FLAGS, Action.SETTLE_FLAGS, Action.RECHECK_FILES))]


def install(app: FastAPI, counties: CountyFiles, submitter: CommandSubmitter, story: StoryClock, speaker_of: Callable[[Caller], Speaker]) -> None:
    """Add the routes to case's api. ``speaker_of``: in whose name a caller may ask."""

    @app.get(
        "/v1/county-flags",
        summary="The counties that have open flags",
        responses=openapi.responses(CountyFlagsList, "A page of counties", 404, 422, 503),
    )
    async def read_county_flags(caller: _Reader, county: AreaCode = None, after: After = None, limit: Limit = 50) -> Response:
        area = counties_of(county, counties_of_caller(caller, Action.READ_FILES))
        return json_response(await counties.page(area, after=cursor_of(after), limit=limit))

    @app.get(
        "/v1/county-flags/{code}",
        summary="The flags of a county, and the samples that were drawn of it",
        responses=openapi.responses(CountyFlags, "What is kept of the county", 404, 422, 503),
    )
    async def read_flags_of_county(caller: _Reader, code: Code) -> Response:
        one = _county_of(caller, code)
        return json_response(await counties.one(one))

    @app.post(
        "/v1/county-flags/{code}",
        summary="Raise, clear or confirm a flag of a county, or draw a sample of its files",
        openapi_extra=openapi.COUNTY_BODY,
        responses=openapi.responses(CountyFlags, "It is done; what is kept of the county then", 400, 404, 409, 413, 415, 422, 503) | TAKEN,
    )
    async def submit(request: Request, caller: _Overseer, code: Code, key: IdempotencyKey) -> Response:
        command, speaker = openapi.ASKED_OF_COUNTY.read(await body_of(request)), speaker_of(caller)
        one = _county_of(caller, code)
        at, target = await story.said(request), OversightOf(one, speaker.counties)
        answer = await submitter.take(command, target, office=command.office, speaker=speaker, key=key, at=at)
        return Response(answer.body, answer.status, {"Vary": HAS_TEXTS, **answer.headers}, answer.media_type)


def _county_of(caller: Caller, code: str) -> str:
    """Return a county of the caller's area. Raises ``Problem``: 403 beyond it, 404 for what is no county."""
    if counties_of(code, counties_of_caller(caller, Action.READ_FILES)) != [code]:
        raise unknown_area("the path must have the code of a county.")
    return code
