"""Who is asking, as every endpoint learns it: the caller of a request, and the rights that an endpoint needs.

A service declares what an endpoint needs, and is handed the caller:

    async def read_cases(caller: Annotated[Caller, Depends(Having(Action.READ_FILES))]) -> Response: ...

An api whose endpoint declares neither a right nor that it is open (``OPEN``) refuses every request to it: what is forgotten stays closed.
"""

from collections.abc import Container
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute

from shared import clock
from shared.clock import china_day
from shared.contracts.refusal import RefusalCode
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.offices import offices_below
from shared.identity.rights import Action, area_of, may
from shared.settings import is_loopback

REALM = "baoxue"
_INSUFFICIENT = {"WWW-Authenticate": f'Bearer realm="{REALM}", error="insufficient_scope"'}
SCHEME = "bearer"
"""The name of the security scheme in an api's description of itself."""
OPEN: dict[str, Any] = {"security": [{}, {SCHEME: []}]}
"""What an endpoint that anybody may ask says of itself, for ``openapi_extra``: a token is not needed, and one that is there is checked."""
OPERATIONS = "operations"
"""The tag of the probes, the metrics and the pages of an api's own documents, which look at no token."""


class Identity(Protocol):
    """How an api learns who is asking."""

    async def caller_of(self, request: Request) -> Caller | None:
        """Return who sent a request, None where it says nothing of that. Raises ``Problem``: 401 for what proves nothing."""

    async def check(self) -> None:
        """Raise where nobody could be recognised now (``telemetry.Check``)."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run what is needed beside the api."""


def identify_by(app: FastAPI, identity: Identity) -> None:
    """Let an api learn by this who is asking."""
    app.state.identity = identity


async def authenticated(request: Request) -> None:
    """Find the caller of a request, the first dependency of every endpoint. Raises ``Problem``: 401 where a closed endpoint is asked by nobody."""
    route: APIRoute = request.scope["route"]
    request.state.caller = None
    if OPERATIONS in route.tags:
        return
    identity: Identity = request.app.state.identity
    request.state.caller = await identity.caller_of(request)
    if request.state.caller is None and not is_open(route):
        raise no_token()


def is_open(route: APIRoute) -> bool:
    """Return whether anybody may ask an endpoint."""
    return OPERATIONS in route.tags or (route.openapi_extra or {}).get("security") == OPEN["security"]


def caller_of(request: Request) -> Caller | None:
    """Return the caller of a request that its api has let in; None for one without credentials, which only open endpoints are asked by."""
    caller: Caller | None = request.state.caller
    return caller


class Having:
    """The dependency of an endpoint that needs a right, or one of several: it returns the caller. Raises ``Problem`` 403 without the right."""

    def __init__(self, *actions: Action) -> None:
        self.actions = actions

    async def __call__(self, request: Request) -> Caller:
        """Return the caller."""
        found = caller_of(request)
        if found is None:
            raise no_token()
        if not any(may(found, action) for action in self.actions):
            raise no_right(*self.actions)
        return found


async def reads_metrics(request: Request) -> None:
    """Let somebody on the api's own machine read its metrics, and of others those with the right. Raises ``Problem``: 401, 403."""
    if request.client is None or not is_loopback(request.client.host):
        identity: Identity = request.app.state.identity
        request.state.caller = await identity.caller_of(request)
        await Having(Action.READ_METRICS)(request)


def counties_of_caller(caller: Caller, action: Action) -> frozenset[str]:
    """Return the codes of the counties in which a caller may do this today."""
    return area_of(caller, action, china_day(clock.now()))


def offices_of_caller(caller: Caller) -> Container[str]:
    """Return the offices in whose name a caller may speak today: its own and all below."""
    return offices_below(caller.office, china_day(clock.now()))


def no_token() -> Problem:
    """Return the problem of a request that needs a token and has none."""
    detail = "Send an access token of the issuer: Authorization: Bearer <token>."
    return Problem(401, "no-token", "Nobody said who is asking", detail, headers={"WWW-Authenticate": f'Bearer realm="{REALM}"'})


def no_right(*actions: Action) -> Problem:
    """Return the problem of a caller whose roles have none of these rights."""
    return forbidden(f"Your roles have no right to this: {' or '.join(actions)}. docs/reference/rights.md says which have.")


def not_your_office(field: str) -> Problem:
    """Return the problem of a field that names an office which is neither the caller's nor below it: a body never decides who is speaking."""
    detail = f"{field} must be the office of the token, or lie below it"
    more = {"code": RefusalCode.NOT_YOUR_COUNTY, "field": field}
    return Problem(403, "refused", "It was refused", detail, headers=_INSUFFICIENT, more=more)


def forbidden(detail: str) -> Problem:
    """Return the problem of a caller who has no right to what was asked for."""
    return Problem(403, "no-right", "No right to this", detail, headers=_INSUFFICIENT)
