"""The counts of flags, samples and re-checks beside the queues, which reporting makes of the record: parse, call, map."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from services.case.desk.neighbours import Neighbour, Neighbours, passed_on
from services.case.desk.openapi import passed_on as passed_on_from
from services.case.desk.work_lists import code_of_office
from shared.http.callers import Having
from shared.identity.caller import Caller
from shared.identity.rights import Action

_Overseer = Annotated[Caller, Depends(Having(Action.READ_OVERSIGHT))]


def install(app: FastAPI, neighbours: Neighbours) -> None:
    """Add the route to case's api."""

    @app.get(
        "/v1/desk/oversight",
        summary="The flags, samples and re-checks of the caller's area, county by county, as reporting counts them",
        responses=passed_on_from("The counts, as `GET /v1/oversight` of reporting returns them", 404, 422, 503),
    )
    async def read_oversight(request: Request, caller: _Overseer) -> Response:
        return passed_on(await neighbours.ask(request, Neighbour.REPORTING, "GET", "/v1/oversight", area=code_of_office(caller.office)))
