"""Who is asking, as every endpoint learns it: the caller of a request, and the rights that an endpoint needs.

A service declares what an endpoint needs, and is handed the caller:

    async def read_cases(caller: Annotated[Caller, Depends(having(Action.READ_FILES))]) -> Response: ...

An api whose endpoint declares neither a right nor that it is open (``OPEN``) refuses every request to it: what is forgotten stays closed.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from fastapi import Request

from shared import clock
from shared.clock import china_day
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.rights import Action, area_of, may

REALM = "baoxue"
OPEN: Mapping[str, Any] = {"security": [{}, {"bearer": []}]}
"""What an endpoint that anybody may ask says of itself, for ``openapi_extra``: a token is not needed, and one that is there is checked."""


class Identity(Protocol):
    """How an api learns who is asking."""

    async def caller_of(self, request: Request) -> Caller | None:
        """Return who sent a request, None where it says nothing of that. Raises ``Problem``: 401 for what proves nothing."""

    async def check(self) -> None:
        """Raise where nobody could be recognised now (``telemetry.Check``)."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run what is needed beside the api."""


def caller_of(request: Request) -> Caller | None:
    """Return the caller of a request that its api has let in; None for one without credentials, which only open endpoints are asked by."""
    caller: Caller | None = request.state.caller
    return caller


def having(action: Action) -> Callable[[Request], Awaitable[Caller]]:
    """Return the dependency of an endpoint that needs a right: it returns the caller. Raises ``Problem``: 401 for nobody, 403 without the right."""

    async def caller(request: Request) -> Caller:
        found = caller_of(request)
        if found is None:
            raise no_token()
        if not may(found, action):
            raise forbidden(f"Your roles have no right to this: {action}. docs/reference/rights.md says which have.")
        return found

    return caller


def counties_of_caller(caller: Caller, action: Action) -> frozenset[str]:
    """Return the codes of the counties in which a caller may do this today."""
    return area_of(caller, action, china_day(clock.now()))


def no_token() -> Problem:
    """Return the problem of a request that needs a token and has none."""
    detail = "Send an access token of the issuer: Authorization: Bearer <token>."
    return Problem(401, "no-token", "Nobody said who is asking", detail, headers={"WWW-Authenticate": f'Bearer realm="{REALM}"'})


def forbidden(detail: str) -> Problem:
    """Return the problem of a caller who has no right to what was asked for."""
    return Problem(403, "no-right", "No right to this", detail, headers={"WWW-Authenticate": f'Bearer realm="{REALM}", error="insufficient_scope"'})
