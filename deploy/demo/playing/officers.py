"""The work of officers of the 52 counties after the history, through the apis of case and relief.

Officers begin the term of the record's day, visit each child that is still out of school once, and pay some of the aid that is due. All of
it is invented, and the same every time: the id of a child decides the outcome of its visit.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from msgspec import Struct, json

from deploy.demo.playing.retrying import Answer, RetryingClient

_WHERE = "watch52"
_OUTCOMES = ("promised", "willing", "refused_by_family", "not_found", "working_elsewhere")
_PAGE, _SIDE_BY_SIDE = 500, 16
_MOST_PAID = 500
"""The most grants that are paid: a demo has no time for more."""
_NEXT_VISIT = timedelta(days=14)
_JSON = {"content-type": "application/json"}
_LOOK = 0.2


class Refused(Exception):
    """An api refused what officers may do. The message says what and why."""


class Done(NamedTuple):
    """The number of children that were granted the aid of the term, visited, and paid."""

    term: str
    asked: int
    visited: int
    paid: int


class _Case(Struct):
    id: str
    county: str


class _Grant(Struct):
    id: str
    county: str
    fen: int


class _Cases(Struct):
    cases: list[_Case]
    next: str | None


class _Grants(Struct):
    today: date
    grants: list[_Grant]
    next: str | None


class _Progress(Struct):
    ended: str | None
    children: int


class Officers:
    """Officers at work on the day that relief tells, which is that of the record."""

    def __init__(self, client: RetryingClient, *, case_url: str, relief_url: str) -> None:
        self._client, self._case, self._relief = client, case_url, relief_url
        self._today = date.min
        self._places = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def work(self) -> Done:
        """Do the work, and return how much it was. Raises ``Refused`` and ``RetriesExhausted``."""
        self._today = json.decode(await self._page(f"{self._relief}/v1/grants"), type=_Grants).today
        # Spring begins in February and autumn in August; January is still the autumn of the year before.
        year, month = self._today.year, self._today.month
        term = f"{year}-autumn" if month >= 8 else f"{year}-spring" if month >= 2 else f"{year - 1}-autumn"
        asked = await self._begin(term)
        return Done(term, asked, await self._each(self._open_files(), self._visit), await self._each(self._due_grants(term), self._pay))

    async def _begin(self, term: str) -> int:
        url = f"{self._relief}/v1/terms/{term}"
        _expect(202, await self._client.ask("POST", url, body=b"{}", headers=_JSON))
        while True:
            progress = json.decode(_expect(200, await self._client.ask("GET", url)), type=_Progress)
            if progress.ended is not None:
                return progress.children
            await asyncio.sleep(_LOOK)

    async def _open_files(self) -> AsyncIterator[_Case]:
        # A visit takes a file from this list, which is read from its beginning until nothing is left.
        after: dict[str, str] = {}
        while True:
            page = json.decode(await self._page(f"{self._case}/v1/cases", state="open", **after), type=_Cases)
            for case in page.cases:
                yield case
            if page.next is None:
                return
            after = {"after": page.next}

    async def _due_grants(self, term: str) -> AsyncIterator[_Grant]:
        after: dict[str, str] = {}
        found = 0
        while found < _MOST_PAID:
            page = json.decode(await self._page(f"{self._relief}/v1/grants", state="due", term=term, **after), type=_Grants)
            for grant in page.grants[: _MOST_PAID - found]:
                found += 1
                yield grant
            if page.next is None:
                return
            after = {"after": page.next}

    async def _page(self, url: str, **query: str) -> bytes:
        return _expect(200, await self._client.ask("GET", url, query={"county": _WHERE, "limit": str(_PAGE), **query}))

    async def _visit(self, case: _Case) -> None:
        outcome = _OUTCOMES[int(case.id[:4], 16) % len(_OUTCOMES)]
        asked = {"do": "record-attempt", "office": f"/counties/{case.county}", "method": "visit", "outcome": outcome}
        await self._post(f"{self._case}/v1/cases/{case.id}", {**asked, "next": str(self._today + _NEXT_VISIT)})

    async def _pay(self, grant: _Grant) -> None:
        asked = {"do": "pay", "office": f"/counties/{grant.county}", "reference": f"demo/{grant.id[:12]}", "day": str(self._today), "fen": grant.fen}
        await self._post(f"{self._relief}/v1/grants/{grant.id}", asked)

    async def _post(self, url: str, asked: Mapping[str, Any]) -> None:
        headers = {**_JSON, "idempotency-key": f"{asked['do']}-{url.rpartition('/')[2]}-{self._today}"}
        _expect((200, 202), await self._client.ask("POST", url, body=json.encode(asked), headers=headers))

    async def _each(self, found: AsyncIterator[Any], do: Callable[[Any], Awaitable[None]]) -> int:
        """Do something with each item, some side by side, and return the number of items."""

        async def in_turn(one: Any) -> None:
            try:
                await do(one)
            finally:
                self._places.release()

        n = 0
        async with asyncio.TaskGroup() as tasks:
            async for one in found:
                await self._places.acquire()
                tasks.create_task(in_turn(one))
                n += 1
        return n


def _expect(status: int | tuple[int, ...], answer: Answer) -> bytes:
    if answer.status not in (status if isinstance(status, tuple) else (status,)):
        raise Refused(f"an officer is told: {answer.said}")
    return answer.body
