"""The enrolment api over a log in memory and a real Redis, and a sender in front of it."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx

from services.enrolment.api import create_app
from services.enrolment.domain.packed import FORMAT
from services.enrolment.limits import Limits
from shared.contracts.services import ENROLMENT
from shared.deciding.states.state_store import StateStore
from shared.geography.divisions import divisions
from shared.log.memory_log import MemoryLog
from shared.log.topics import SUBMISSIONS
from shared.redis.edge import Redis
from tests.components.enrolment.lines import RECEIVED
from tests.support.callers import carrying, identity
from tests.support.redis import RedisDatabase

PARTITIONS = 4
ONE, ARRAY, NDJSON = "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson"


def store_in(redis: Redis) -> StateStore:
    """Return the states of enrolment's first generation."""
    return StateStore(redis, ENROLMENT.name, generation="1", buckets=8, format_version=FORMAT)


class Desk:
    """The api, what it stands on, and a client. Received is always at ``RECEIVED``."""

    def __init__(self, redis: RedisDatabase, log: MemoryLog | None = None, **limits: int) -> None:
        self.log, self.redis = log or MemoryLog(PARTITIONS), redis
        self.store = store_in(redis.client)
        self.app = create_app(
            limits=Limits(**limits),
            log=self.log,
            redis=redis.client,
            divisions=divisions(),
            store=self.store,
            partitions=PARTITIONS,
            identity=identity(),
            now=lambda: RECEIVED,
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://desk", headers=carrying())

    async def send(self, body: bytes | Iterable[bytes], media_type: str | None = NDJSON, **headers: str) -> httpx.Response:
        """Post a body, in one chunk or in several."""
        if media_type is not None:
            headers["content-type"] = media_type
        content = body if isinstance(body, bytes) else _chunks(body)
        return await self.client.post("/v1/reports", content=content, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def receipt(self, batch: str, **query: Any) -> dict[str, Any]:
        """Read a receipt."""
        answer = await self.client.get(f"/v1/receipts/{batch}", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def logged(self) -> list[dict[str, Any]]:
        """Everything in the log, by partition."""
        return [json.loads(record.value or b"") for partition in self.log.topics.get(SUBMISSIONS, []) for record in partition]

    async def metrics(self) -> dict[str, float]:
        """The metrics that are not nought."""
        lines = (await self.client.get("/metrics")).text.splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#")) if float(value)}


async def _chunks(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
