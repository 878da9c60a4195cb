"""The api of an office over a log in memory and a real Redis, with its worker behind it, and a client before it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI

from shared.clock import CHINA
from shared.commands.limits import CommandLimits
from shared.deciding.decider import Decider
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode, read_event
from shared.events.envelope import Event
from shared.log.partitioner import partition_of
from tests.components.shared.counting_service import WorkedLog
from tests.support.callers import carrying, identity
from tests.support.redis import RedisDatabase

PARTITIONS = 4
CHILD = "00112233445566778899aabbccddeeff"


def at(day: str) -> datetime:
    """Return eight in the morning of a day."""
    return datetime.fromisoformat(f"{day}T08:00:00+08:00")


def source_of(command: Any, service: str) -> str:
    """Return who asks for this: the office that it names, or the service's operator where it could name one, or else its policies."""
    office: str | None = getattr(command, "office", f"/{service}/policies")
    return office or f"/{service}/operator"


def asked(command: Any, *, child: str = CHILD, time: datetime, id_: str, source: str) -> bytes:
    """Write a command as the log holds it."""
    return encode(
        Event(
            specversion="1.0", id=id_, source=source, type=command.TYPE, subject=child, time=time, recordedtime=time, partitionkey=child,
            sequence="-", causationid="f", correlationid="f", data=command,
        )
    )  # fmt: skip


class OfficeDesk:
    """What the desks of case and relief have in common. Today is 14 June 2020 unless ``now`` says otherwise."""

    def __init__(self, redis: RedisDatabase, decider: Decider, *, format_version: int) -> None:
        self.redis, self.now = redis, datetime(2020, 6, 14, 12, tzinfo=CHINA)
        self.log = WorkedLog(PARTITIONS, redis, decider, format_version=format_version)
        self._decider, self._format_version, self._told = decider, format_version, 0

    def open(self, create_app: Callable[..., FastAPI], **limits: Any) -> None:
        """Start the api; one that runs already must be closed before."""

        async def now() -> datetime:
            return self.now

        client = self.redis.client
        self.app = create_app(
            limits=CommandLimits(**{"word_seconds": 0.05, **limits}),
            log=self.log,
            redis=client,
            store=StateStore(client, self._decider.service, generation="1", buckets=8, format_version=self._format_version),
            now=now,
            partitions=PARTITIONS,
            identity=identity(),
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://desk", headers=carrying())

    async def tell(self, *story: tuple[str, Any], child: str = CHILD) -> None:
        """Let whoever may ask for this, each on its day, in this order."""
        for day, command in story:
            self._told += 1
            numbered = self.numbered(command, day, self._told)
            value = asked(numbered, child=child, time=at(day), id_=f"p-{self._told}", source=source_of(numbered, self._decider.service))
            await self.log.append(self._decider.topic, {partition_of(child.encode(), PARTITIONS): [(child.encode(), value)]})

    def numbered(self, command: Any, day: str, n: int) -> Any:
        """Give a policy's command the number of the fact that it follows from; it is the ``n``-th that is told."""
        raise NotImplementedError

    async def work(self) -> None:
        """Let the worker do what is waiting, and go on from there."""
        self.log.stopped = False
        for partition in range(PARTITIONS):
            await self.log.decide(partition)

    async def get(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def commands(self) -> Sequence[Event[Any]]:
        """Return every command that the log holds, by partition."""
        return self.events(self._decider.topic)

    def events(self, topic: str) -> Sequence[Event[Any]]:
        """Return everything in a topic, by partition."""
        return [read_event(record.value) for partition in self.log.topics.get(topic, []) for record in partition]
