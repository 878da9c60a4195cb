"""A stream ends with what proves whose it is: a session that was signed out of, or a token that is over, shows nothing exact any more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import Request

from shared.http.callers import Identity, caller_of
from shared.http.problems import Problem

EVERY = 15.0
"""Seconds between two looks. A page that is shown uses its session: a look begins the idle time anew."""


@asynccontextmanager
async def ending_with_its_caller(request: Request, identity: Identity, end: Callable[[], None], *, every: float = EVERY) -> AsyncIterator[None]:
    """Call ``end`` once the caller of a request is not its caller any more, until the block ends. A request of nobody's is not watched."""
    if caller_of(request) is None:
        yield
        return
    watching = asyncio.create_task(_watch(request, identity, end, every))
    try:
        yield
    finally:
        watching.cancel()


async def _watch(request: Request, identity: Identity, end: Callable[[], None], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        if not await _is_still_the_caller(request, identity):
            end()
            return


async def _is_still_the_caller(request: Request, identity: Identity) -> bool:
    try:
        return await identity.caller_of(request) == caller_of(request)
    except Problem as problem:
        # Redis or the issuer is away: nothing says that the caller is another.
        return problem.status == HTTPStatus.SERVICE_UNAVAILABLE
