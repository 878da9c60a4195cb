"""Asks enrolment, relief and reporting what the desk shows beside files. Always in the name of whoever sits at the desk.

The request carries the person's own token. So the other api judges by its own rules what the person may see, and records that it was this person
who looked; case itself has no right to any name. Where a neighbour is away the desk does without: nothing of a file depends on it.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any, NamedTuple

import httpx
from fastapi import Request, Response

from shared.http.problems import Problem
from shared.http.sessions.persons_tokens import SentToken
from shared.settings import is_on_this_machine

_PATIENCE = 8.0
_PASSED_ON = ("content-disposition", "x-content-type-options", "content-security-policy")
"""What makes a file a download that nothing runs."""
_AWAY = httpx.codes.INTERNAL_SERVER_ERROR


class Neighbour(StrEnum):
    """Who is asked."""

    ENROLMENT = "enrolment"
    RELIEF = "relief"
    REPORTING = "reporting"


class File(NamedTuple):
    """A file that goes to a neighbour as it came."""

    content: bytes
    media_type: str


class Neighbours:
    """The other apis. ``urls``: where they are; one that is "" is not asked."""

    def __init__(self, tokens: SentToken, urls: Mapping[Neighbour, str], transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._tokens, self._transport = tokens, transport
        self._urls = {neighbour: url.rstrip("/") for neighbour, url in urls.items() if url}
        self._client: httpx.AsyncClient | None = None

    def has(self, neighbour: Neighbour) -> bool:
        """Return whether there is such a neighbour."""
        return neighbour in self._urls

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep connections open until the block ends."""
        here = all(map(is_on_this_machine, self._urls.values()))
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=not here, transport=self._transport) as self._client:
            yield

    async def ask(
        self, request: Request, neighbour: Neighbour, method: str, path: str, *, body: Any = None, file: File | None = None, **query: str
    ) -> httpx.Response:
        """Ask in the name of whoever sent a request. Returns the answer, a refusal too. Raises ``Problem``: 401, 404 and 503.

        ``body``: what is sent as JSON; ``file``: what is sent as it is.
        """
        if not self.has(neighbour):
            detail = "This desk is set to ask no such service. CASE_ENROLMENT_URL, CASE_RELIEF_URL and CASE_REPORTING_URL say where they are."
            raise Problem(404, "no-neighbour", "Nobody to ask", detail)
        if self._client is None:
            raise _away(neighbour)
        token = await self._tokens.of(request)
        if token is None:
            detail = "The issuer renews the token of this session no more. Sign in again."
            raise Problem(401, "signed-out", "Nobody is signed in any more", detail, headers={"WWW-Authenticate": "Bearer"})
        try:
            headers = {"Authorization": f"Bearer {token}"} | ({} if file is None else {"Content-Type": file.media_type})
            content = None if file is None else file.content
            url = f"{self._urls[neighbour]}{path}"
            answer = await self._client.request(method, url, json=body, content=content, params=query, headers=headers)
        except httpx.HTTPError as error:
            raise _away(neighbour) from error
        if answer.status_code >= _AWAY:
            raise _away(neighbour)
        return answer


def passed_on(answer: httpx.Response) -> Response:
    """Return what a neighbour answered, as it is."""
    headers = {"Cache-Control": "no-store"} | {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    return Response(answer.content, answer.status_code, headers, answer.headers.get("content-type", "application/json"))


def _away(neighbour: Neighbour) -> Problem:
    detail = f"The service {neighbour} does not answer. Files can be worked on without it; try again later."
    return Problem(503, "neighbour-away", "Another service is away", detail, headers={"Retry-After": "5"})
