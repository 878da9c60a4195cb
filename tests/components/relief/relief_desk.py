"""The relief api over a log in memory and a real Redis, with its worker behind it, and an office in front of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from services.relief.api import create_app
from services.relief.decider import ReliefDecider
from services.relief.domain.packed import FORMAT
from services.relief.terms.term_start import Pace
from shared.clock import CHINA
from shared.commands.limits import CommandLimits
from shared.contracts.relief import FollowingCommand
from shared.contracts.services import RELIEF
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode, read_event
from shared.events.envelope import Event
from shared.log.partitioner import partition_of
from shared.log.topics import RELIEF_COMMANDS, STUDENT_STATUS
from tests.components.shared.counting_service import WorkedLog
from tests.domain.relief.grants import Command, numbered
from tests.support.redis import RedisDatabase

PARTITIONS = 4
CHILD = "00112233445566778899aabbccddeeff"
QUICK = Pace(page=1, ahead=0, lease=30, look=0.001, retry=0.001)


class ReliefDesk:
    """The api, what it stands on, and a client. Today is 14 June 2020 unless ``now`` says otherwise."""

    def __init__(self, redis: RedisDatabase, **limits: Any) -> None:
        self.redis, self.now = redis, datetime(2020, 6, 14, 12, tzinfo=CHINA)
        self.log = WorkedLog(PARTITIONS, self.redis, ReliefDecider(), format_version=FORMAT)
        self._told = 0
        self.begin_anew(**limits)

    def begin_anew(self, *, pace: Pace = QUICK, **limits: Any) -> None:
        """What a restart of the api does; the one before must be closed."""

        async def now() -> datetime:
            return self.now

        client = self.redis.client
        self.app = create_app(
            limits=CommandLimits(**{"word_seconds": 0.05, **limits}),
            log=self.log,
            redis=client,
            store=StateStore(client, RELIEF.name, generation="1", buckets=8, format_version=FORMAT),
            now=now,
            partitions=PARTITIONS,
            pace=pace,
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://desk")

    async def tell(self, *story: tuple[str, Command], child: str = CHILD) -> None:
        """Let the policies ask for this, in this order."""
        for day, asked in story:
            self._told += 1
            assert isinstance(asked, FollowingCommand)
            at = datetime.fromisoformat(f"{day}T08:00:00+08:00")
            event = Event(
                specversion="1.0", id=f"p-{self._told}", source="/relief/policies", type=asked.TYPE, subject=child, time=at, recordedtime=at,
                partitionkey=child, sequence="-", causationid="f", correlationid="f", data=numbered(asked, self._told),
            )  # fmt: skip
            await self.log.append(RELIEF_COMMANDS, {partition_of(child.encode(), PARTITIONS): [(child.encode(), encode(event))]})

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

    async def ask(self, term: str, do: str, *, child: str = CHILD, key: str | None = None, **fields: Any) -> httpx.Response:
        """Ask for something to be done with a grant."""
        headers = {} if key is None else {"idempotency-key": key}
        return await self.client.post(f"/v1/grants/{child}-{term}", json={"do": do, **fields}, headers=headers)

    def asked(self, topic: str = RELIEF_COMMANDS) -> Sequence[Event[Any]]:
        """Everything in a topic, by partition."""
        return [read_event(record.value) for partition in self.log.topics.get(topic, []) for record in partition]

    def facts(self) -> Mapping[str, int]:
        """How many facts of each kind there are; the same fact twice is one."""
        kinds = {event.id: event.type.split(".")[3] for event in self.asked(STUDENT_STATUS)}
        return Counter(kinds.values())
