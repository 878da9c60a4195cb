"""What the tests of the desk stand on. Today is 14 June 2020."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
from fastapi import FastAPI

from services.case.desk.neighbours import Neighbour, Neighbours
from shared.http.sessions.persons_tokens import SentToken
from tests.components.case.case_desk import CaseDesk
from tests.domain.case.case_story import BUTUO, ZHAOJUE, back, corrected, moved, opened, removed
from tests.domain.case.owner_story import taken_over
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

OFFICER = carrying(f"/counties/{ZHAOJUE}", "officer", sub="officer-7")
SUPERIOR = carrying("/prefectures/513400", "superior", sub="superior-1")
AUDITOR = carrying("/nation", "auditor", sub="auditor-1")
REPORTER = carrying("/schools/5134310001", "reporter", sub="reporter-1")
STATISTICIAN = carrying("/nation", "statistician", sub="statistician-1")


def child(n: int) -> str:
    return f"{n * 2654435761:032x}"


class DeskRig(CaseDesk):
    """The api with its neighbours.

    ``asked``: method, path and bearer of what the neighbours were asked, with ``bodies`` and ``queries``; ``says``: what each path is answered.
    """

    def __init__(self, redis: RedisDatabase) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.bodies: list[Any] = []
        self.queries: list[dict[str, str]] = []
        self.says: dict[str, Callable[[Any], httpx.Response]] = {
            "/v1/children/names": lambda body: httpx.Response(200, json={"children": [{"student": each, "name": "甲*"} for each in body["students"]]})
        }
        urls = {Neighbour.ENROLMENT: "http://enrolment", Neighbour.RELIEF: "http://relief", Neighbour.REPORTING: "http://reporting"}
        self.neighbours = Neighbours(SentToken(), urls, transport=httpx.MockTransport(self._answer))
        super().__init__(redis)

    def open(self, create_app: Callable[..., FastAPI], **limits: Any) -> None:
        super().open(partial(create_app, neighbours=self.neighbours), **limits)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.path, request.headers["authorization"].removeprefix("Bearer ")))
        self.bodies.append(body)
        self.queries.append(dict(request.url.params))
        return self.says.get(request.url.path, lambda _: httpx.Response(404, json={"title": "nothing"}))(body)

    async def fill(self) -> None:
        """Nine files: of each queue one or more in 昭觉, and one in 布拖."""
        tell = self.tell
        await tell(("2020-06-01", opened()), child=child(1))  # due 8 June
        await tell(("2020-06-05", opened()), ("2020-06-05", corrected()), child=child(2))  # due 12 June, learning
        await tell(("2020-06-07", opened()), child=child(3))  # due today
        await tell(("2020-06-12", opened()), child=child(4))  # due 19 June
        await tell(("2020-03-01", opened()), ("2020-03-10", back()), child=child(5))  # observed until 8 June
        await tell(("2020-03-01", opened()), ("2020-06-10", back()), child=child(6))  # observed until September
        await tell(("2020-06-01", opened()), ("2020-06-02", removed()), child=child(7))
        await tell(("2020-05-01", opened(BUTUO)), child=child(8))
        await tell(("2020-06-01", opened()), ("2020-06-03", moved(BUTUO)), ("2020-06-04", taken_over()), child=child(9))

    async def queue(self, queue: str, headers: dict[str, str] = OFFICER, **query: Any) -> list[int]:
        """Return the numbers of the children in a queue, page by page."""
        numbers = {child(n): n for n in range(1, 60)}
        found: list[int] = []
        after: dict[str, str] = {}
        while True:
            answer = await self.client.get("/v1/desk/files", params={"queue": queue, **query, **after}, headers=headers)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += [numbers[file["id"]] for file in page["files"]]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}
