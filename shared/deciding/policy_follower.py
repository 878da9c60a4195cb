"""How a deciding worker hears the facts of other services: policies turn facts into commands for its own input topic.

The policies of a service follow the record with one cursor a partition, which remembers the last sequence of each source that they hear: no
fact is heard twice. The id of a command derives from the fact that it answers, so a command that is published twice is decided once. A
command is for the subject of its fact, or is ``Addressed`` to another, whose partition may be another one.

The steps of one commit, and what a failure after each leaves behind:

1. Publish the commands that are addressed to other partitions, and wait for the acks. (They are in the log, perhaps in part. The next attempt
   publishes them again, with the same ids.)
2. Publish the commands for the partition of the facts, and wait for the acks. (Likewise.)
3. Move the cursor. (Done.)

The commands are acknowledged before the cursor moves, so none can be missing. A cursor that Redis has lost is found again in the last command
that the partition has of its own facts: every command that is addressed elsewhere and answers an earlier fact was acknowledged before it.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol, cast

import msgspec

from shared.clock import micros_of, moment_of
from shared.contracts.registry import RECORD_LANGUAGE, NewerVersion
from shared.contracts.sequence import is_sequence, offset_of, place_of
from shared.contracts.services import SERVICES
from shared.deciding.published import belongs
from shared.events.codec import Unreadable, encode, read_event
from shared.events.envelope import Addressed, Event, EventData, caused
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.belonging import INPUT_TOPICS, Judge
from shared.log.event_log import EventLog
from shared.log.input_bounds import InputBounds
from shared.log.partitioner import partition_of
from shared.logging import about
from shared.redis.edge import Redis, script
from shared.redis.keys import Key, key_of
from shared.worker.follower import RecordBatch
from shared.worker.meters import APPLY, DECIDE, PUBLISH, READ, WorkerMeters, uncounted

_log = logging.getLogger(__name__)
HEARD, PASSED_OVER, ENDLESS = "heard", "passed_over", "endless"
"""What became of a fact: the policies heard it; or it is of a source that they do not hear, or a repeat; or its chain is too long."""

MOST_HOPS = 8
"""So many policies may answer one another. A longer chain is a circle, and ends here."""
_ALL = (b"",)
"""The mark that every fact has."""
_POLICIES = frozenset(spec.policy_source for spec in SERVICES)
KEYS = (
    Key(
        "{<service>:<generation>:p<partition>}:policies",
        "hash",
        "the policies' cursor: `next`, the offset wanted of the record, `sequence:<source>`, the last taken of each source, and `event_time`, "
        "the newest time of a fact, in microseconds since 1970",
    ),
)


class Policies(Protocol):
    """What a service does about facts of others. Pure: the same fact always asks for the same commands."""

    service: str
    """The name of the service: the prefix of its keys in Redis."""
    source: str
    """The CloudEvents ``source`` of its commands. The ``sequence`` of a command begins with the offset of its fact in the record."""
    commands_topic: str
    """The one input topic of the service."""
    hears: Mapping[str, type[Event[Any]]]
    """The sources whose facts are answered, each with what is read of a fact: an event whose data has the fields that matter, and no others."""
    marks: Mapping[str, Sequence[bytes]]
    """Of a source, what the bytes of every fact have, one of these, of which anything follows. A fact without is passed over, and not decoded."""

    def commands(self, fact: Event[Any]) -> Sequence[EventData | Addressed]:
        """Return the commands that a fact asks for, in the order in which they are to be decided.

        That order holds within a partition: commands for subjects of two partitions are decided in any order.
        """


class _Cursor(NamedTuple):
    next: int
    sequences: Mapping[str, str]
    event_time: datetime | None


_Records = Sequence[tuple[bytes, bytes]]
"""Keys and bytes of commands."""


class _Answer(NamedTuple):
    """What a batch comes to.

    ``commands``: by partition; ``endless``: the offsets of facts at the end of a chain that is too long.
    """

    cursor: _Cursor
    commands: Mapping[int, _Records]
    heard: int
    endless: Sequence[int]


class PolicyFollower:
    """A ``Follower`` of the record that publishes the commands that the policies of one service ask for.

    ``generation`` is that of the states of the service, beside which the cursor is kept. ``partitions``: of the keyed topics.
    """

    topic = topics.STUDENT_STATUS

    def __init__(
        self, policies: Policies, redis: Redis, log: EventLog, *, generation: str, partitions: int, meters: WorkerMeters | None = None
    ) -> None:
        self._policies, self._redis, self._log = policies, redis, log
        self._generation, self._partitions = generation, partitions
        self._meters = meters.of(self.topic) if meters else uncounted(self.topic)
        # Most facts of the record are not heard: a look for the source in the bytes spares the decoding of those.
        self._readers = [
            (f'{source}"'.encode(), policies.marks.get(source, _ALL), source, msgspec.json.Decoder(reads).decode)
            for source, reads in policies.hears.items()
        ]
        self._bounds = InputBounds(log, {source: INPUT_TOPICS[source] for source in policies.hears})
        self._move = script(redis, __package__, "move_cursor")
        self._left: dict[int, _Cursor] = {}
        """By partition, the cursor as the last step left it in Redis. A step that finds it moved meanwhile fails."""

    async def start(self) -> None:
        await self._log.start()

    async def stop(self) -> None:
        await self._log.stop()
        await self._redis.aclose()

    def assigned(self, partitions: frozenset[int]) -> None:
        """Forget what is known of the ends of input topics, and where the cursors were left: others may have had the partitions meanwhile."""
        self._bounds.forget(partitions)
        for partition in partitions:
            self._left.pop(partition, None)

    async def cursors(self, partitions: frozenset[int]) -> Mapping[int, int | None]:
        """Return the next offset wanted of each partition, from Redis, or else from the commands that were published last."""
        return {partition: (await self._cursor(partition)).next for partition in sorted(partitions)}

    async def follow(self, batch: RecordBatch) -> int:
        """Publish the commands of one batch, wait for the acks, and move the cursor."""
        # Taken out, and put back by a step that is done: after any other the cursor is read again.
        cursor = self._left.pop(batch.partition, None)
        if cursor is None or not _begins_at_cursor(batch, cursor):
            # What is remembered may be of a Redis that has lost it since.
            with self._meters.step(READ):
                cursor = await self._cursor(batch.partition)
        if not _begins_at_cursor(batch, cursor):
            return self._overtaken(batch, cursor.next)
        with self._meters.step(DECIDE):
            answer = await self._bounds.judged(batch.partition, batch.records, partial(self._answered, batch, cursor))
        if answer.commands:
            with self._meters.step(PUBLISH):
                await self._publish(answer.commands, last=batch.partition)
        after = answer.cursor
        fields = [text for source, sequence in after.sequences.items() for text in (f"sequence:{source}", sequence)]
        fields += _time_field(after.event_time)
        with self._meters.step(APPLY):
            done, _stands = await self._move(keys=[self._key(batch.partition)], args=[batch.first, batch.next, *fields])
        if not done:
            return self._overtaken(batch, (await self._cursor(batch.partition)).next)
        self._left[batch.partition] = after
        passed_over = len(batch.records) - answer.heard - len(answer.endless)
        self._meters.done(len(batch.records), {HEARD: answer.heard, PASSED_OVER: passed_over, ENDLESS: len(answer.endless)})
        self._meters.reached("event", after.event_time)
        for offset in answer.endless:
            _log.error("policies answer one another without end: this fact is passed over", extra=about(self.topic, batch.partition, offset))
        return batch.next

    async def _publish(self, commands: Mapping[int, _Records], *, last: int) -> None:
        """Publish the commands of a batch, those of the partition ``last`` when all others are acknowledged: ``_recovered`` relies on it."""
        for records in _in_order(commands, last=last):
            if records:
                await self._log.append(self._policies.commands_topic, records)

    def _answered(self, batch: RecordBatch, cursor: _Cursor, judge: Judge) -> _Answer:
        """Return what a batch comes to. Pure. What does not belong in the record is not heard: reporting makes that a dead letter."""
        sequences, newest, heard = dict(cursor.sequences), cursor.event_time, 0
        commands: defaultdict[int, list[tuple[bytes, bytes]]] = defaultdict(list)
        endless: list[int] = []
        for record in batch.records:
            if (fact := self._read(record.value)) is None or not belongs(judge, fact, record, sequences.get(fact.source, "")):
                continue
            if _is_repeat(fact, sequences):
                continue
            sequences[fact.source] = fact.sequence
            if newest is None or fact.time > newest:
                newest = fact.time
            if (fact.hops or 0) >= MOST_HOPS:
                endless.append(record.offset)
                continue
            heard += 1
            own = fact.subject.encode()
            for key, value in published_commands(self._policies, fact, partition=batch.partition, offset=record.offset):
                commands[batch.partition if key == own else partition_of(key, self._partitions)].append((key, value))
        return _Answer(_Cursor(batch.next, sequences, newest), commands, heard, endless)

    def _overtaken(self, batch: RecordBatch, stands: int) -> int:
        self._meters.fenced.inc()
        _log.warning("the cursor of the policies stands at %d", stands, extra=about(self.topic, batch.partition, batch.first))
        return stands

    def _read(self, value: bytes | None) -> Event[Any] | None:
        """Read a fact of a source that is heard; None for any other, and for what cannot be read: reporting makes that a dead letter."""
        if value is None:
            return None
        for name, marks, source, decode in self._readers:
            if name in value:
                for mark in marks:
                    if mark in value and (fact := _read_of(source, decode, value)) is not None:
                        return fact
        return None

    async def _cursor(self, partition: int) -> _Cursor:
        stored = await self._redis.hgetall(self._key(partition))
        if not stored:
            return await self._recovered(partition)
        fields = {str(name, "utf-8"): str(value, "utf-8") for name, value in stored.items()}  # type: ignore[arg-type]  # the client answers bytes
        sequences = {name.removeprefix("sequence:"): value for name, value in fields.items() if name.startswith("sequence:")}
        event_time = moment_of(int(fields["event_time"])) if "event_time" in fields else None
        return _Cursor(int(fields["next"]), sequences, event_time)

    async def _recovered(self, partition: int) -> _Cursor:
        """Begin at the start of the record, or again at the last fact of this partition that a command here was published for.

        A command of another partition's fact says nothing of how far the policies came in this one: its id is of another position.
        The sequences of the sources are not known then. A fact that the record repeats beyond that offset is heard again, and the decider
        knows it by its sequence.
        """
        topic = self._policies.commands_topic
        end = (await self._log.end_offsets(topic))[partition]
        last, newest, mark = "", cast("datetime | None", None), f'"{self._policies.source}"'.encode()
        async for piece in self._log.read(topic, partition, 0, end):
            for record in piece:
                # Most of what an input topic holds may be of others: a look for the source in the bytes spares the decoding of those.
                if record.value is None or mark not in record.value:
                    continue
                try:
                    command = read_event(record.value)
                except Unreadable:
                    continue
                if command.source == self._policies.source and _answers_fact_of(partition, command):
                    last = max(last, command.sequence)
                    newest = command.time if newest is None else max(newest, command.time)
        # The last fact's commands may not all have been published: it is taken once more.
        next_ = offset_of(last) if last else 0
        self._meters.rebuilt.inc()
        _log.warning("no cursor of the policies in Redis: going on here", extra=about(self.topic, partition, next_))
        await self._move(keys=[self._key(partition)], args=["", next_, *_time_field(newest)])
        return _Cursor(next_, {}, newest)

    def _key(self, partition: int) -> str:
        return key_of(self._policies.service, self._generation, partition, "policies")


def published_commands(policies: Policies, fact: Event[Any], *, partition: int, offset: int) -> list[tuple[bytes, bytes]]:
    """Return the key and the bytes of each command that a fact at a position of the record asks for. Pure."""
    hops = (fact.hops or 0) + 1 if fact.reportedby in _POLICIES else None
    published = []
    for n, asked in enumerate(policies.commands(fact)):
        subject, command = asked if isinstance(asked, Addressed) else (fact.subject, asked)
        event = caused(
            fact, command, source=policies.source, topic=topics.STUDENT_STATUS, partition=partition, offset=offset, n=n, hops=hops, subject=subject
        )
        published.append((subject.encode(), encode(event)))
    return published


def _begins_at_cursor(batch: RecordBatch, cursor: _Cursor) -> bool:
    return batch.first == cursor.next


def _is_repeat(fact: Event[Any], sequences: Mapping[str, str]) -> bool:
    """Return whether a fact was taken before: its sequence is not above the last of its source."""
    return fact.sequence <= sequences.get(fact.source, "")


def _in_order(commands: Mapping[int, _Records], *, last: int) -> Sequence[Mapping[int, _Records]]:
    """Return the commands in the two parts that are appended one after the other."""
    elsewhere = {partition: records for partition, records in commands.items() if partition != last}
    return elsewhere, {last: commands[last]} if last in commands else {}


def _answers_fact_of(partition: int, command: Event[Any]) -> bool:
    """Return whether a command answers a fact in this partition of the record: its id is a function of the position of its fact."""
    if not is_sequence(command.sequence):
        return False
    offset, n = place_of(command.sequence)
    return command.id == uuid5_of_position(topics.STUDENT_STATUS, partition, offset, n)


def _read_of(source: str, decode: Callable[[bytes], Event[Any]], value: bytes) -> Event[Any] | None:
    try:
        fact: Event[Any] | None = decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        fact = None
    try:
        kind = (fact or read_event(value)).type
    except Unreadable:
        return None
    if not RECORD_LANGUAGE.knows(kind):
        if not isinstance(RECORD_LANGUAGE.why_not(kind), NewerVersion):
            return None
        fact = read_event(value)
    return fact if fact is not None and fact.source == source else None


def _time_field(event_time: datetime | None) -> list[str]:
    """Return the name and the value of the cursor's field of the newest time, nothing where there is none."""
    return [] if event_time is None else ["event_time", str(micros_of(event_time))]
