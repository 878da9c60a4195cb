"""The smallest deciding service: it counts what it is asked to, up to nine. And a desk before it, over a log in memory."""

import struct
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import ClassVar

from msgspec import Raw, Struct

from shared.commands.rebuild_gate import RebuildGate
from shared.commands.speaker import Speaker
from shared.commands.submit import CommandSubmitter
from shared.contracts.refusal import RefusalCode
from shared.contracts.sequence import sequence_of
from shared.deciding.decider import Decider, Judged
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.outcomes import Exceptional, Outcome, Outcomes
from shared.deciding.states.state_store import StateStore
from shared.events.codec import Unreadable, encode, read_event
from shared.events.envelope import Event
from shared.http.idempotency import IdempotencyStore
from shared.identity.caller import Caller
from shared.identity.rights import Action
from shared.log.event_log import Records
from shared.log.memory_log import MemoryLog
from shared.worker.follower import RecordBatch
from tests.support.redis import RedisDatabase

SERVICE, COMMANDS, PARTITIONS = "counting", "counting.commands", 4
OFFICE, STUDENT = "/counties/513431", "00112233445566778899aabbccddeeff"
NOW = datetime(2020, 6, 14, 4, tzinfo=UTC)
MOST = 9

_STATE = struct.Struct(">B32s")


class CountUp(Struct, frozen=True):
    """Asks to count up by so many."""

    TYPE: ClassVar[str] = "cn.test.asked.count-up.v1"
    by: int


class Counted(Struct, frozen=True):
    """The resource: how far it has come."""

    count: int


class CountingDecider:
    """A count and the id of the command that came last: the same id again decides nothing."""

    service, source, topic, tallied = SERVICE, "/counting", COMMANDS, None

    def state_id(self, key: bytes | None) -> bytes:
        if key is None or len(key) != 32:
            raise Unreadable("no student")
        return bytes.fromhex(key.decode())

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        command = read_event(value)
        count, last = (0, b"") if state is None else _STATE.unpack(state)
        if last == command.id.encode()[:32]:
            return Judged(Outcome.DUPLICATE, exception=encode(Exceptional(command.id)))
        by = int(bytes(command.data).split(b":")[1].strip(b" }"))
        if not 0 < by <= MOST - count:
            why = Exceptional(command.id, RefusalCode.NOT_ALLOWED_NOW, "data.by", "it counts no further than nine")
            if state is None:
                why = Exceptional(command.id, RefusalCode.UNKNOWN_CASE, "subject", "there is no count yet")
            return Judged(Outcome.REFUSED, refusal=b"{}", exception=encode(why))
        return Judged(Outcome.ACCEPTED, state=_STATE.pack(count + by, command.id.encode()[:32]), fact=b'{"offset": %d}' % offset)

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        raise NotImplementedError

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        return frozenset()


class CountOf:
    """The count of one student."""

    def __init__(self, student: str) -> None:
        self.student, self.location = student, f"/v1/counts/{student}"

    def is_within(self, state: bytes | None) -> bool:
        return True

    async def document(self, state: bytes | None) -> Counted:
        return Counted(0 if state is None else _STATE.unpack(state)[0])


class WorkedLog(MemoryLog):
    """A log with the worker behind it: whatever is asked is decided before the append returns, unless the worker is stopped."""

    def __init__(self, partitions: int, redis: RedisDatabase, decider: Decider, *, format_version: int = 1) -> None:
        super().__init__(partitions)
        self.stopped = False
        store = StateStore(redis.client, decider.service, generation="1", buckets=8, format_version=format_version)
        self._follower = DecidingFollower(decider, store, self)
        self._decider = decider

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        first = await super().append(topic, records)
        if topic == self._decider.topic and not self.stopped:
            for partition in records:
                await self.decide(partition)
        return first

    async def decide(self, partition: int) -> None:
        """Do what is waiting in a partition."""
        log = self.topics[self._decider.topic][partition]
        while True:
            begin = (await self._follower.cursors(frozenset({partition})))[partition] or 0
            if not (waiting := log[begin:]):
                return
            await self._follower.follow(RecordBatch(self._decider.topic, partition, begin, begin + len(waiting), waiting))


def speaker_of(caller: Caller) -> Speaker:
    """Return the speaker that a caller is to the service."""
    return Speaker.of(caller, reads=Action.READ_FILES, actions={CountUp.TYPE: Action.RECORD_ATTEMPTS})


class CountingDesk:
    """What an officer's api asks with, over a log in memory and a real Redis."""

    def __init__(self, redis: RedisDatabase, *, patience: float = 0.05) -> None:
        self.redis = redis
        client, decider = redis.client, CountingDecider()
        self.log = WorkedLog(PARTITIONS, self.redis, decider)
        store = StateStore(client, SERVICE, generation="1", buckets=8, format_version=1)
        self.asking = CommandSubmitter(
            decider,
            store=store,
            gate=RebuildGate(store, self.log, COMMANDS),
            log=self.log,
            outcomes=Outcomes(client, SERVICE),
            idempotency=IdempotencyStore(client, SERVICE, keep=86_400, lease=60),
            now=_now,
            partitions=PARTITIONS,
            patience=patience,
            statuses={RefusalCode.UNKNOWN_CASE: 404},
        )

    def asked(self) -> list[Event[Raw]]:
        return [read_event(record.value) for log in self.log.topics.get(COMMANDS, []) for record in log]

    def written(self) -> list[str]:
        return [sequence_of(record.offset, 0) for log in self.log.topics.get(COMMANDS, []) for record in log]


async def _now() -> datetime:
    return NOW
