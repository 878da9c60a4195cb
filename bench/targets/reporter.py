"""Whoever reports one child after the other to enrolment's api, at a given pace."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import aiohttp
import msgspec

from bench.intake import NDJSON
from bench.targets.measured import NotRight
from bench.targets.timing import Sent
from deploy.local.config import StackConfig
from services.reporting.view.areas import rollup_on
from shared.contracts.services import ENROLMENT
from tests.support.stack_tokens import bearer

DAY, EACH, UNDER_WAY = date(2020, 6, 15), 3, 16
"""When it happens; children of each county before; requests that are under way at full load."""


class Reporter:
    """Whoever reports children that were never in school, each another one."""

    def __init__(self, client: aiohttp.ClientSession, config: StackConfig) -> None:
        self._client, self._random = client, random.Random(1)  # no secret
        self._headers = bearer(config)
        self._counties = rollup_on(DAY).counties
        self.children = 0

    async def fill(self) -> int:
        """Report some children of each county, and return how many."""
        lines = [self._report(county)[1] for county in self._counties for _ in range(EACH)]
        for at in range(0, len(lines), 1_000):
            await self._post(b"\n".join(lines[at : at + 1_000]), NDJSON)
        return self.children

    async def send(self, rate: float, seconds: float) -> dict[str, Sent]:
        """Report at an even rate, and return each report by its child."""
        sent: dict[str, Sent] = {}
        begun, number = time.time() + 0.1, int(rate * seconds)
        tasks: list[asyncio.Task[None]] = []
        for n in range(number):
            due = begun + n / rate
            if (early := due - time.time()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(self._one(due, sent)))
        await asyncio.gather(*tasks)
        return sent

    async def full(self, seconds: float) -> dict[str, Sent]:
        """Report as fast as it goes with some requests under way, and return each report by its child."""
        sent: dict[str, Sent] = {}
        end = time.time() + seconds

        async def go_on() -> None:
            while (now := time.time()) < end:
                await self._one(now, sent)

        await asyncio.gather(*(go_on() for _ in range(UNDER_WAY)))
        return sent

    async def _one(self, due: float, sent: dict[str, Sent]) -> None:
        child, report = self._report(self._random.choice(self._counties))
        await self._post(report, "application/cloudevents+json")
        sent[child] = Sent(due, time.time())

    def _report(self, county: str) -> tuple[str, bytes]:
        self.children += 1
        child = f"{self.children * 2654435761:032x}"
        event = {
            "specversion": "1.0",
            "id": f"bench-{self.children}",
            "source": f"/provinces/{county[:2]}",
            "type": "cn.baoxue.reported.never-enrolled.v1",
            "subject": child,
            "time": f"{DAY}T09:00:00+08:00",
            "data": {"county": county, "poor": True, "reason": "distance"},
        }
        return child, msgspec.json.encode(event)

    async def _post(self, body: bytes, kind: str) -> None:
        async with self._client.post("/v1/reports", data=body, headers={**self._headers, "content-type": kind}) as answer:
            said = await answer.read()
            if answer.status != 202:
                raise NotRight(f"the api answered {answer.status}: {said[:300]!r}")


@asynccontextmanager
async def reporter(config: StackConfig) -> AsyncIterator[Reporter]:
    """Return somebody who may report of the whole nation."""
    async with aiohttp.ClientSession(config.api_url(ENROLMENT.name), connector=aiohttp.TCPConnector(limit=0)) as client:
        yield Reporter(client, config)
