"""A record that policies follow: facts are written into it one by one, and the commands that it led to are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec import Raw

from shared.contracts.case import CaseMoved
from shared.contracts.case_commands import CloseForLeave
from shared.contracts.student import StudentDroppedOut, StudentProgressed, StudentReturned
from shared.deciding.policy_follower import Policies, PolicyFollower
from shared.events.codec import encode, read_event
from shared.events.envelope import Addressed, Event, EventData
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.belonging import INPUT_TOPICS
from shared.log.event_log import LogRecord, LogUnavailable, Records
from shared.log.memory_log import MemoryLog
from shared.log.partitioner import partition_of
from shared.worker.follower import RecordBatch
from tests.support.redis import RedisDatabase

P, PARTITIONS = 1, 2
COMMANDS = "test.commands"
ANSWERED, IGNORED = StudentDroppedOut.TYPE, StudentProgressed.TYPE


class OneForEach:
    """Policies that ask for one thing for each fact that a child dropped out."""

    service, source, commands_topic = "test", "/test/policies", COMMANDS
    hears: Mapping[str, type[Event[Raw]]] = {"/enrolment": Event[Raw]}
    marks: Mapping[str, Sequence[bytes]] = {}

    def commands(self, fact: Event[Raw]) -> Sequence[EventData | Addressed]:
        return [CloseForLeave(fact=fact.sequence)] if fact.type == ANSWERED else []


class OfBoth(OneForEach):
    """Policies that hear two services."""

    hears: Mapping[str, type[Event[Raw]]] = {"/enrolment": Event[Raw], "/case": Event[Raw]}

    def commands(self, fact: Event[Raw]) -> Sequence[CloseForLeave]:
        return [CloseForLeave(fact=fact.sequence)] if fact.type in {ANSWERED, CaseMoved.TYPE} else []


HERE, ELSEWHERE = (
    next(name for n in range(100) if partition_of((name := f"child-{n}").encode(), PARTITIONS) == partition) for partition in (P, 1 - P)
)
"""A subject of each partition."""
ADDRESSED = StudentReturned.TYPE


class ToAnother(OneForEach):
    """Policies whose command for a fact of one kind is for a subject of the other partition, and for a fact of the other kind for its own."""

    def commands(self, fact: Event[Raw]) -> Sequence[EventData | Addressed]:
        command = CloseForLeave(fact=fact.sequence)
        return [Addressed(ELSEWHERE, command)] if fact.type == ADDRESSED else super().commands(fact)


class OfAnswered(OneForEach):
    """Policies to which one type of fact says anything."""

    marks: Mapping[str, Sequence[bytes]] = {"/enrolment": (ANSWERED.encode(),)}

    def commands(self, fact: Event[Raw]) -> Sequence[EventData | Addressed]:
        if fact.type != ANSWERED:
            raise AssertionError(f"{fact.type} was decoded")
        return super().commands(fact)


class ToHere(ToAnother):
    """Policies of the other partition, whose commands are for a subject of this one."""

    def commands(self, fact: Event[Raw]) -> Sequence[EventData | Addressed]:
        return [Addressed(HERE, CloseForLeave(fact=fact.sequence))]


class FailingLog(MemoryLog):
    """A log in memory that becomes unavailable after so many appends, where that is set."""

    appends_left: int | None = None

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        if self.appends_left is not None:
            if not self.appends_left:
                raise LogUnavailable("no append is left")
            self.appends_left -= 1
        return await super().append(topic, records)


SUBJECTS = {
    partition: next(name for n in range(100) if partition_of((name := f"{n:032x}").encode(), PARTITIONS) == partition) for partition in (P, 1 - P)
}
"""A child in each partition."""
KEY = SUBJECTS[P].encode()
NAMES: dict[str, str] = {}
"""What the tests call a fact, by its id."""


def written(
    name: str,
    source: str,
    type_: str,
    sequence: str,
    time: datetime = datetime(2019, 3, 1, tzinfo=UTC),
    hops: int | None = None,
    reportedby: str | None = None,
    partition: int = P,
) -> bytes:
    subject = SUBJECTS[partition]
    offset, _, n = sequence.partition("-")
    id_ = uuid5_of_position(INPUT_TOPICS.get(source, source), partition, int(offset), int(n)) if offset.isdigit() else name
    NAMES[id_] = name
    return encode(
        Event(
            specversion="1.0", id=id_, source=source, type=type_, subject=subject, time=time, recordedtime=time, partitionkey=subject,
            sequence=sequence, causationid="c", correlationid="c", hops=hops, reportedby=reportedby, data=Raw(b"{}"),
        )
    )  # fmt: skip


@dataclass
class Record:
    log: FailingLog
    database: RedisDatabase
    values: list[bytes] = field(default_factory=list)
    follower: PolicyFollower = field(init=False)

    def __post_init__(self) -> None:
        self.begin_anew()

    def begin_anew(self, policies: Policies | None = None) -> None:
        """What a restart does."""
        self.follower = PolicyFollower(policies or OneForEach(), self.database.client, self.log, generation="1", partitions=PARTITIONS)

    def say(self, n: int, type_: str = ANSWERED, *, source: str = "/enrolment", time: datetime = datetime(2019, 3, 1, tzinfo=UTC)) -> None:
        """Write a fact; its position in its source is n."""
        self.values.append(written(f"{source}-{n}", source, type_, f"{n:016d}-0000", time))

    async def follow(self, first: int = 0) -> int:
        records = [LogRecord(offset, KEY, value) for offset, value in enumerate(self.values)][first:]
        return await self.follower.follow(RecordBatch(topics.STUDENT_STATUS, P, first, len(self.values), records))

    def asked(self, partition: int = P) -> list[str]:
        return [NAMES[read_event(record.value).causationid] for record in self.log.topics.get(COMMANDS, [[], []])[partition]]
