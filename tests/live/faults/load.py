"""A bounded load through the real api, and a history that knows of each report: acknowledged, refused, or unknown.

A time limit, a lost connection and a 503 leave a report unknown, never failed: it may be in the log. Some senders send an unknown body again, with
the same key, as a province does; the others go on, so that unknown reports remain.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx

from tests.components.enrolment.lines import GOOD, event

COUNTIES = ("513431", "513401", "110101", "520524", "450481", "530628")
SENDERS = 4
LINES = 6
"""Most lines of a body."""
PATIENCE = 15.0
"""Seconds that a sender waits for an answer."""
REPEATS = 400
"""Most times that a body is sent: by then what was broken must be whole again."""
PAUSE = 0.1
"""Seconds between two bodies of a sender, and between two tries: the load is bounded."""


class Answer(StrEnum):
    """What a sender knows of a report."""

    ACKED = "acked"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class History:
    """Each report by its id, with what its sender knows of it; and the batches that were acknowledged, with their number of lines."""

    reports: dict[str, Answer] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    turned_away: Counter[int] = field(default_factory=Counter)
    """How often which status without an acknowledgement was answered; 0 for no answer."""
    without_retry: int = 0
    """Answers 429 and 503 without a ``Retry-After``."""

    def count(self, answer: Answer) -> int:
        return sum(known is answer for known in self.reports.values())


Report = dict[str, Any]


def life(n: int, drawn: random.Random) -> list[Report]:
    """Return the reports about one child, in the order in which they came true. Some are wrong: the door or the worker refuses them."""
    child, county = f"{n:032x}", drawn.choice(COUNTIES)
    source, school = f"/provinces/{county[:2]}", f"{county}0001"
    back = {**GOOD["returned"], "school": school}
    turns: list[tuple[str, dict[str, Any]]] = [
        ("enrolled", {**GOOD["enrolled"], "county": county, "school": school, "poor": drawn.random() < 0.3}),
        ("dropped-out", {"reason": drawn.choice(("work", "learning", "family")), "last_seen": "2018-01-01"}),
    ]
    if drawn.random() < 0.6:
        turns.append(("returned", back))
        turns.append(("dropped-out", {"reason": "family", "last_seen": "2018-01-01"}))
    if drawn.random() < 0.2:
        turns.insert(0, ("returned", back))  # of a child never heard of
    reports = [
        event(what, data, id=f"{n}-{place}", source=source, subject=child, time=f"2019-{1 + place:02}-{1 + n % 28:02}T08:00:00+08:00")
        for place, (what, data) in enumerate(turns)
    ]
    if drawn.random() < 0.1:
        reports.insert(drawn.randrange(len(reports)), event("moved", {"county": "999999"}, id=f"{n}-x", source=source, subject=child))
    return reports


class Load:
    """Senders that report the lives of children, each of children of its own, until they are told that it is enough, or all is sent.

    ``children``: most children of each sender. ``first``: the number of the first child.
    """

    def __init__(self, url: str, headers: dict[str, str], *, seed: int, children: int, first: int = 1, senders: int = SENDERS) -> None:
        self.history, self.enough = History(), asyncio.Event()
        self._url, self.headers, self._children, self._first, self._senders = f"{url}/v1/reports", headers, children, first, senders
        self._seed = seed
        self.sent = 0
        """Bodies that were sent at least once."""

    async def run(self) -> History:
        """Send everything, or until it is enough; what was begun is ended."""
        async with asyncio.TaskGroup() as group:
            for n in range(self._senders):
                group.create_task(self._send(n))
        return self.history

    async def report_all(self, all_: Sequence[Sequence[Report]]) -> None:
        """Send bodies one after the other, each until it is acknowledged."""
        async with httpx.AsyncClient(timeout=PATIENCE, headers=self.headers) as client:
            for body in all_:
                self.sent += 1
                await self.deliver(client, body, f"{self._first}-all-{self.sent}", repeats=REPEATS)

    async def _send(self, sender: int) -> None:
        drawn = random.Random(f"{self._seed}/{sender}")
        first = self._first + sender * self._children
        lives = [life(n, drawn) for n in range(first, first + self._children)]
        async with httpx.AsyncClient(timeout=PATIENCE, headers=self.headers) as client:
            for n, body in enumerate(bodies(lives, drawn)):
                if self.enough.is_set():
                    return
                self.sent += 1
                await self.deliver(client, body, f"{self._first}-{sender}-{n}", repeats=REPEATS if drawn.random() < 0.7 else 1)
                await asyncio.sleep(PAUSE)

    async def deliver(self, client: httpx.AsyncClient, body: Sequence[Report], key: str, *, repeats: int) -> None:
        """Send a body until it is acknowledged, so many times at most."""
        content = b"\n".join(json.dumps(report).encode() for report in body)
        headers = {"content-type": "application/x-ndjson", "idempotency-key": f'"{key}"'}
        self.history.reports |= {report["id"]: Answer.UNKNOWN for report in body if report["id"] not in self.history.reports}
        for _ in range(repeats):
            try:
                answer = await client.post(self._url, content=content, headers=headers)
            except httpx.HTTPError:
                self.history.turned_away[0] += 1
            else:
                if answer.status_code == HTTPStatus.ACCEPTED:
                    self._note(body, answer.json())
                    return
                self.history.turned_away[answer.status_code] += 1
                if answer.status_code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
                    self.history.without_retry += "retry-after" not in answer.headers
            await asyncio.sleep(PAUSE)

    def _note(self, body: Sequence[Report], told: dict[str, Any]) -> None:
        refused = {line["line"] for line in told["lines"]}
        for n, report in enumerate(body, 1):
            self.history.reports[report["id"]] = Answer.REFUSED if n in refused else Answer.ACKED
        self.history.batches[told["batch"]] = told["received"]


def bodies(lives: Sequence[list[Report]], drawn: random.Random) -> Iterator[list[Report]]:
    """Return bodies of a few lines: the lives of several children at once, each child's in order."""
    waiting = [list(life) for life in lives]
    open_ = waiting[:LINES]
    rest = iter(waiting[LINES:])
    while open_:
        body = []
        for life in drawn.sample(open_, drawn.randint(1, len(open_))):
            body.append(life.pop(0))
            if not life:
                open_.remove(life)
                open_ += [fresh] if (fresh := next(rest, None)) else []
        yield body


async def until(what: str, holds: Callable[[], bool], *, patience: float, wrong: type[Exception] = TimeoutError) -> None:
    """Wait until something holds. Raises ``wrong`` where it does not in time."""
    end = asyncio.get_running_loop().time() + patience
    while not await asyncio.to_thread(holds):
        if asyncio.get_running_loop().time() > end:
            raise wrong(f"not within {patience:.0f} s: {what}")
        await asyncio.sleep(0.05)
