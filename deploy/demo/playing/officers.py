"""The work of officers through the apis of case and relief, as the story goes on: each round works off what is due by its day.

Officers take over the files that other counties sent them, corroborate returns, close the files of the children that stayed in school, visit the
children that are out, begin terms, and pay by roll; the province of each county confirms what was closed. The id of a child decides what is missed
(``rounds.py``), so that the same history leaves the same behind.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from msgspec import Struct, json

from deploy.demo.playing.retrying import Answer, RetryingClient
from deploy.demo.playing.rounds import FIRST_VISITS, TERMS, Term, is_closed, is_paid, is_visited, next_step
from deploy.demo.playing.story import Story

NATION = "100000"
_OUTCOMES = ("promised", "willing", "refused_by_family", "not_found", "working_elsewhere")
_PAGE, _SIDE_BY_SIDE = 500, 16
"""Lines of a page, and pages that are worked off at once: a worker takes many at once for little more than it takes a few for."""
_LOOK = 0.2
_OVERTAKEN = frozenset({"not_allowed_now", "not_your_county", "other_amount", "term_running", "corroboration_missing"})
"""What the worker may say of a line because a report came in between the reading of a list and the command: the child is out again, or back
again, or moved."""


class Refused(Exception):
    """An api refused what officers may do. The message says what and why."""


@dataclass
class Done:
    """How much officers did so far: files closed, visits, children asked for by the beginnings of terms, grants paid, lines overtaken by reports."""

    closed: int = 0
    visited: int = 0
    granted: int = 0
    paid: int = 0
    overtaken: int = 0


class _Case(Struct):
    id: str
    county: str
    due: date | None


class _Grant(Struct):
    id: str
    county: str
    fen: int


class _HandOver(Struct):
    to_county: str


class _OnItsWay(Struct):
    id: str
    hand_over: _HandOver


class _OnTheirWay(Struct):
    cases: list[_OnItsWay]
    next: str | None


class _Cases(Struct):
    cases: list[_Case]
    next: str | None


class _Grants(Struct):
    grants: list[_Grant]
    next: str | None


class _Progress(Struct):
    ended: str | None
    children: int


class _Line(Struct):
    code: str
    field: str | None
    detail: str


class _Lines(Struct):
    accepted: int
    lines: list[_Line]


class Officers:
    """The officers of all counties. ``done``: how much they did so far."""

    def __init__(self, client: RetryingClient, *, case_url: str, relief_url: str, story: Story) -> None:
        self._client, self._cases, self._relief, self._story = client, f"{case_url}/v1/cases", relief_url, story
        self._grants, self._hand_overs = f"{relief_url}/v1/grants", f"{case_url}/v1/hand-overs"
        self._begun: set[str] = set()
        self._places = asyncio.Semaphore(_SIDE_BY_SIDE)
        self.done = Done()

    async def round(self, day: date) -> None:
        """Work off what is due by a day. Raises ``Refused`` and ``RetriesExhausted``, in an ``ExceptionGroup`` or by themselves."""
        for term in TERMS:
            if term.granted <= day and term.name not in self._begun:
                self._begun.add(term.name)
                await self._begin(term, day)
        await self._each(self._to_take_over(), self._cases, day)
        await self._each(self._observed(day), self._cases, day)
        self.done.closed += await self._each(self._to_confirm(), self._cases, day)
        if day >= FIRST_VISITS:  # before, the lists are long, and nothing of them is worked off
            self.done.visited += await self._each(self._to_visit(day), self._cases, day)
        for term in TERMS:
            if term.paid <= day:
                self.done.paid += await self._each(self._due(term, day), self._grants, day)

    async def _begin(self, term: Term, day: date) -> None:
        url = f"{self._relief}/v1/terms/{term.name}"
        headers = {"content-type": "application/json", **self._story.of_officers(day)}
        _expect((202,), await self._client.ask("POST", url, body=b"{}", headers=headers))
        while True:
            progress = json.decode(_expect((200,), await self._client.ask("GET", url)), type=_Progress)
            if progress.ended is not None:
                self.done.granted += progress.children
                return
            await asyncio.sleep(_LOOK)

    async def _to_take_over(self) -> AsyncIterator[list[Mapping[str, Any]]]:
        async for page in self._pages(self._hand_overs, _OnTheirWay):
            yield [{"id": case.id, "do": "take-over", "office": f"/counties/{case.hand_over.to_county}", "role": "officer"} for case in page.cases]

    async def _observed(self, day: date) -> AsyncIterator[list[Mapping[str, Any]]]:
        async for page in self._pages(self._cases, _Cases, state=["returned"], due=str(day)):
            yield [
                {"id": case.id, "office": f"/counties/{case.county}", "role": "officer", "evidence": f"KQ/{case.county}/{day}", **what}
                for case in page.cases
                if case.due is not None and is_closed(case.id, case.due, day)
                for what in (
                    {"do": "corroborate-return", "by": "attendance", "happened": str(day)},
                    {"do": "close-after-return", "outcome": "sustained"},
                )
            ]

    async def _to_confirm(self) -> AsyncIterator[list[Mapping[str, Any]]]:
        async for page in self._pages(self._cases, _Cases, state=["closing"]):
            yield [
                {
                    "id": case.id,
                    "do": "confirm-closing",
                    "office": f"/provinces/{case.county[:2]}",
                    "role": "officer",
                    "evidence": f"FH/{case.county}/{case.due}",
                }
                for case in page.cases
            ]

    async def _to_visit(self, day: date) -> AsyncIterator[list[Mapping[str, Any]]]:
        async for page in self._pages(self._cases, _Cases, state=["open", "persuading"], due=str(day)):
            yield [
                {
                    "id": case.id,
                    "do": "record-attempt",
                    "office": f"/counties/{case.county}",
                    "role": "township_head",
                    "method": "visit",
                    "met": "nobody" if outcome == "not_found" else "guardian",
                    "outcome": outcome,
                    "next": str(next_step(case.id, day)),
                }
                for case in page.cases
                if case.due is not None and is_visited(case.id, case.due, day)
                for outcome in [_OUTCOMES[int(case.id[:4], 16) % len(_OUTCOMES)]]
            ]

    async def _due(self, term: Term, day: date) -> AsyncIterator[list[Mapping[str, Any]]]:
        async for page in self._pages(self._grants, _Grants, state=["due"], term=term.name):
            yield [
                {
                    "id": grant.id,
                    "do": "pay",
                    "office": f"/counties/{grant.county}",
                    "reference": f"ZF/{term.name}/{grant.county}/{day}",
                    "day": str(day),
                    "fen": grant.fen,
                }
                for grant in page.grants
                if is_paid(grant.id, term, day)
            ]

    async def _pages(self, url: str, kind: Callable[..., Any], **query: Any) -> AsyncIterator[Any]:
        after: dict[str, str] = {}
        while True:
            asked = [(name, each) for name, value in query.items() for each in ([value] if isinstance(value, str) else value)]
            answer = await self._client.ask("GET", url, query=[("county", NATION), ("limit", str(_PAGE)), *asked, *after.items()])
            page = json.decode(_expect((200,), answer), type=kind)
            yield page
            if page.next is None:
                return
            after = {"after": page.next}

    async def _each(self, pages: AsyncIterator[list[Mapping[str, Any]]], url: str, day: date) -> int:
        """Submit the lines of each page, some pages side by side, and return how many lines made a fact."""
        made = 0

        async def submit(lines: Sequence[Mapping[str, Any]]) -> None:
            nonlocal made
            try:
                accepted = await self._submit(lines, url, day)
                made += accepted  # not in one line: other pages add to it while this one waits
            finally:
                self._places.release()

        async with asyncio.TaskGroup() as tasks:
            async for lines in pages:
                if lines:
                    await self._places.acquire()
                    tasks.create_task(submit(lines))
        return made

    async def _submit(self, lines: Sequence[Mapping[str, Any]], url: str, day: date) -> int:
        body = b"\n".join(map(json.encode, lines))
        key = f"round-{day}-{blake2b(body, digest_size=12).hexdigest()}"
        headers = {"content-type": "application/x-ndjson", "idempotency-key": key, **self._story.of_officers(day)}
        answer = json.decode(_expect((200, 202), await self._client.ask("POST", url, body=body, headers=headers)), type=_Lines)
        for line in answer.lines:
            if line.code not in _OVERTAKEN:
                raise Refused(f"an officer is told {line.code} of {line.field}: {line.detail}")
        self.done.overtaken += len(answer.lines)
        return answer.accepted


def _expect(statuses: tuple[int, ...], answer: Answer) -> bytes:
    if answer.status not in statuses:
        raise Refused(f"officers are told {answer.said}")
    return answer.body
