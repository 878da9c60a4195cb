"""An api with an endpoint of each kind: closed, open, with a right, and one that says nothing of who may ask it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from shared.http import telemetry
from shared.http.api import create_api
from shared.http.callers import OPEN, Having, Identity, caller_of
from shared.identity.caller import Caller
from shared.identity.rights import Action
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect

Officer = Annotated[Caller, Depends(Having(Action.READ_FILES))]


def small_api(identity: Identity) -> FastAPI:
    """Return the api."""
    app = create_api(
        title="A test",
        summary="",
        registry=telemetry.new_registry("test", "api"),
        log=MemoryLog(1),
        redis=connect("redis://127.0.0.1:1/0"),
        topic="t",
        identity=identity,
        schemas=dict,
    )

    @app.get("/v1/closed")
    async def forgotten(request: Request) -> dict[str, object]:
        return _who(caller_of(request))

    @app.get("/v1/open", openapi_extra=OPEN)
    async def open_to_all(request: Request) -> dict[str, object]:
        return _who(caller_of(request))

    @app.get("/v1/files")
    async def files(caller: Officer) -> dict[str, object]:
        return _who(caller)

    return app


def _who(caller: Caller | None) -> dict[str, object]:
    return {} if caller is None else {"sub": caller.sub, "office": caller.office, "roles": sorted(caller.roles)}
