"""How a deciding worker hears of other services' facts: policies turn facts into commands for its own input topic.

Policies follow the record with a cursor of their own. A command's id derives from the fact it answers, so a command that
is published twice is decided once. The commands are acknowledged before the cursor moves, so none can be missing; a
cursor that Redis has lost is found again in the commands that were published last.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol, cast

import msgspec

from shared.contracts.registry import RECORD_LANGUAGE, NewerVersion
from shared.contracts.sequence import is_sequence, offset_of
from shared.events.codec import Unreadable, read_event
from shared.events.envelope import Event
from shared.log import topics
from shared.log.event_log import EventLog
from shared.logging import about
from shared.redis.edge import Redis, script
from shared.redis.keys import Key, key_of
from shared.worker.follower import RecordBatch
from shared.worker.meters import APPLY, DECIDE, PUBLISH, READ, WorkerMeters, uncounted

_log = logging.getLogger(__name__)
HEARD, PASSED_OVER = "heard", "passed_over"
"""What became of a fact: it was put to the policies, or it is none of their business, or it was heard before."""
KEYS = (
    Key(
        "{<service>:<generation>:p<partition>}:policies",
        "hash",
        "the policies' cursor: `next`, the offset wanted of the record, `sequence:<source>`, the last taken of each source, and `event_time`, "
        "the newest time of a fact, in microseconds since 1970",
    ),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Policies(Protocol):
    """What a service does about facts of others. Pure: the same fact always gives the same commands."""

    service: str
    """Its name: the prefix of its keys."""
    source: str
    """The CloudEvents source of its commands; each command's ``sequence`` begins with the record's offset of its fact."""
    commands_topic: str
    """The one input topic of the service."""
    heard: str
    """The source whose facts they answer. Facts of others are passed over unread."""
    reads: type[Event[Any]]
    """What they need of a fact: an event whose data has the fields that matter, and no others."""

    def commands(self, fact: Event[Any], *, partition: int, offset: int) -> Sequence[tuple[bytes, bytes]]:
        """Give the commands, key and value, that a fact asks for."""


class _Cursor(NamedTuple):
    next: int
    sequences: Mapping[str, str]
    event_time: datetime | None


class PolicyFollower:
    """A ``Follower`` of the record that publishes what the policies of one service ask for."""

    topic = topics.STUDENT_STATUS

    def __init__(self, policies: Policies, redis: Redis, log: EventLog, *, generation: str, meters: WorkerMeters | None = None) -> None:
        """Join the policies with the cursor's place and the log, and with what counts what they do."""
        self._policies, self._redis, self._log = policies, redis, log
        self._generation = generation
        self._meters = meters.of(self.topic) if meters else uncounted(self.topic)
        # The record's facts are many, and most of them are nobody's business here: a look at the bytes spares reading those.
        self._mark = f'{policies.heard}"'.encode()
        self._decode = msgspec.json.Decoder(policies.reads).decode
        self._move = script(redis, __package__, "move_cursor")

    async def start(self) -> None:
        """Connect to the log."""
        await self._log.start()

    async def stop(self) -> None:
        """Let go of both."""
        await self._log.stop()
        await self._redis.aclose()

    async def cursors(self, partitions: frozenset[int]) -> Mapping[int, int | None]:
        """Ask Redis, or the commands that were published last."""
        return {partition: (await self._cursor(partition)).next for partition in sorted(partitions)}

    async def follow(self, batch: RecordBatch) -> int:
        """Publish the commands of one batch, wait for the acks, and move the cursor."""
        with self._meters.step(READ):
            cursor = await self._cursor(batch.partition)
        if cursor.next != batch.first:
            return self._overtaken(batch, cursor.next)
        with self._meters.step(DECIDE):
            after, commands, heard = self._asked_for(batch, cursor)
        if commands:
            with self._meters.step(PUBLISH):
                await self._log.append(self._policies.commands_topic, {batch.partition: commands})
        fields = [text for source, sequence in after.sequences.items() for text in (f"sequence:{source}", sequence)]
        fields += _told(after.event_time)
        with self._meters.step(APPLY):
            _done, stands = await self._move(keys=[self._key(batch.partition)], args=[batch.first, batch.next, *fields])
        if int(stands) != batch.next:
            return self._overtaken(batch, int(stands))
        self._meters.done(len(batch.records), {HEARD: heard, PASSED_OVER: len(batch.records) - heard})
        self._meters.reached("event", after.event_time)
        return batch.next

    def _asked_for(self, batch: RecordBatch, cursor: _Cursor) -> tuple[_Cursor, Sequence[tuple[bytes, bytes]], int]:
        """Give the cursor after a batch, the commands that its facts ask for, and how many facts were heard. Pure."""
        sequences, newest, heard = dict(cursor.sequences), cursor.event_time, 0
        commands: list[tuple[bytes, bytes]] = []
        for record in batch.records:
            if (fact := self._read(record.value)) is None:
                continue
            if fact.sequence > sequences.get(fact.source, ""):
                heard += 1
                sequences[fact.source] = fact.sequence
                if newest is None or fact.time > newest:
                    newest = fact.time
                commands += self._policies.commands(fact, partition=batch.partition, offset=record.offset)
        return _Cursor(batch.next, sequences, newest), commands, heard

    def _overtaken(self, batch: RecordBatch, stands: int) -> int:
        self._meters.fenced.inc()
        _log.warning("the policies' cursor stands at %d", stands, extra=about(self.topic, batch.partition, batch.first))
        return stands

    def _read(self, value: bytes | None) -> Event[Any] | None:
        """Read a fact of the source that is heard. What nobody can read is passed over: reporting puts it aside. Raises ``NewerVersion``."""
        if value is None or self._mark not in value:
            return None
        try:
            fact: Event[Any] | None = self._decode(value)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            fact = None
        try:
            kind = (fact or read_event(value)).type
        except Unreadable:
            return None
        if not RECORD_LANGUAGE.knows(kind):
            if isinstance(newer := RECORD_LANGUAGE.why_not(kind), NewerVersion):
                raise newer
            return None
        if fact is None or fact.source != self._policies.heard:
            return None
        # What is no sequence might sort above every real one, and nothing after it would ever be answered.
        return fact if is_sequence(fact.sequence) else None

    async def _cursor(self, partition: int) -> _Cursor:
        stored = await self._redis.hgetall(self._key(partition))
        if not stored:
            return await self._recovered(partition)
        fields = {str(name, "utf-8"): str(value, "utf-8") for name, value in stored.items()}  # type: ignore[arg-type]  # the client answers bytes
        sequences = {name.removeprefix("sequence:"): value for name, value in fields.items() if name.startswith("sequence:")}
        event_time = _EPOCH + timedelta(microseconds=int(fields["event_time"])) if "event_time" in fields else None
        return _Cursor(int(fields["next"]), sequences, event_time)

    async def _recovered(self, partition: int) -> _Cursor:
        """Begin, or begin again after the last fact that a command was published for. Facts are told apart by the decider then."""
        topic = self._policies.commands_topic
        end = (await self._log.end_offsets(topic))[partition]
        last, newest = "", cast("datetime | None", None)
        async for piece in self._log.read(topic, partition, 0, end):
            for record in piece:
                try:
                    command = read_event(record.value)
                except Unreadable:
                    continue
                if command.source == self._policies.source:
                    last = max(last, command.sequence)
                    newest = command.time if newest is None else max(newest, command.time)
        # The last fact's commands may not all have been published: it is taken once more.
        next_ = offset_of(last) if last else 0
        self._meters.rebuilt.inc()
        _log.warning("no cursor of the policies in Redis: going on here", extra=about(self.topic, partition, next_))
        await self._move(keys=[self._key(partition)], args=["", next_, *_told(newest)])
        return _Cursor(next_, {}, newest)

    def _key(self, partition: int) -> str:
        return key_of(self._policies.service, self._generation, partition, "policies")


def _told(event_time: datetime | None) -> list[str]:
    """Give the cursor's field of the newest time, and its value."""
    return [] if event_time is None else ["event_time", str((event_time - _EPOCH) // timedelta(microseconds=1))]
