"""The case api over a log in memory and a real Redis, with its worker behind it, and an office in front of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx

from services.case.api import create_app
from services.case.decider import CaseDecider
from services.case.domain.packed import FORMAT
from shared.clock import CHINA
from shared.commands.limits import CommandLimits
from shared.contracts.case import CaseCommand
from shared.contracts.services import CASE
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode, read_event
from shared.events.envelope import Event
from shared.log.partitioner import partition_of
from shared.log.topics import CASE_COMMANDS, REFUSALS, STUDENT_STATUS
from tests.components.shared.counting_service import WorkedLog
from tests.domain.case.case_story import OFFICE, numbered
from tests.support.redis import RedisDatabase

PARTITIONS = 4
CHILD = "00112233445566778899aabbccddeeff"
ATTEMPT = {"do": "record-attempt", "office": OFFICE, "method": "visit", "outcome": "promised"}
CLOSE = {"do": "close-after-return", "office": OFFICE, "outcome": "sustained"}


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T08:00:00+08:00")


def asked(command: CaseCommand, *, child: str = CHILD, time: datetime, id_: str, source: str = "/case/policies") -> bytes:
    """Write a command as the log holds it."""
    return encode(
        Event(
            specversion="1.0", id=id_, source=source, type=command.TYPE, subject=child, time=time, recordedtime=time, partitionkey=child,
            sequence="-", causationid="f", correlationid="f", data=numbered(command, time.date()),
        )
    )  # fmt: skip


class CaseDesk:
    """The api, what it stands on, and a client. Today is 14 June 2020 unless ``now`` says otherwise."""

    def __init__(self, redis: RedisDatabase, **limits: Any) -> None:
        self.redis, self.now = redis, datetime(2020, 6, 14, 12, tzinfo=CHINA)
        self.log = WorkedLog(PARTITIONS, self.redis, CaseDecider(), format_version=FORMAT)
        self._told = 0
        client = self.redis.client

        async def now() -> datetime:
            return self.now

        self.app = create_app(
            limits=CommandLimits(**{"word_seconds": 0.05, **limits}),
            log=self.log,
            redis=client,
            store=StateStore(client, CASE.name, generation="1", buckets=8, format_version=FORMAT),
            now=now,
            partitions=PARTITIONS,
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://desk")

    async def tell(self, *story: tuple[str, CaseCommand], child: str = CHILD) -> None:
        """Let the policies ask for this, each on its day, in this order."""
        for day, command in story:
            self._told += 1
            value = asked(command, child=child, time=at(day), id_=f"p-{self._told}")
            await self.log.append(CASE_COMMANDS, {partition_of(child.encode(), PARTITIONS): [(child.encode(), value)]})

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

    async def ask(self, *, child: str = CHILD, key: str | None = None, **body: Any) -> httpx.Response:
        """Ask for something in the office's name."""
        return await self.client.post(f"/v1/cases/{child}", json=body, headers={} if key is None else {"Idempotency-Key": key})

    def recorded(self) -> Sequence[Event[Any]]:
        """Give the facts that the worker recorded."""
        return [read_event(record.value) for log in self.log.topics.get(STUDENT_STATUS, []) for record in log]

    def refusals(self) -> Sequence[Event[Any]]:
        """Give what the worker refused."""
        return [read_event(record.value) for log in self.log.topics.get(REFUSALS, []) for record in log]

    def commands(self) -> int:
        """Give how many commands the log holds."""
        return sum(map(len, self.log.topics.get(CASE_COMMANDS, [])))
