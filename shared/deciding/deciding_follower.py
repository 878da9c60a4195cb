"""How a deciding worker takes its one input topic: read states, judge in order, publish, apply. In this order, always.

The steps of one commit, and what a failure after each leaves behind:

1. Read the states that the batch touches; Redis answers nothing if the cursor is not the expected one. (Nothing done.)
2. Judge each record in order: a pure function of its bytes, its position and the state. (Nothing done.)
3. Append facts, refusals and dead pointers to the log, and wait until all in-sync replicas have them. (They are in the
   log, perhaps in part. The next attempt publishes the same bytes with the same sequences; readers drop repeats.)
4. One script writes states and outcomes and moves the cursor, if the cursor is still the expected one. (Done.)

The facts are acknowledged before the cursor moves, so none can be missing below it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Raw

from shared.contracts.registry import UnknownType
from shared.contracts.sequence import offset_of
from shared.deciding.decider import Decider, Judged
from shared.deciding.outcomes import DEAD_LETTER, LETTERS, Outcome, read_exceptional
from shared.deciding.state_store import Change, StateStore
from shared.events.codec import Unreadable, read_event
from shared.events.dead_letters import dead_letter, log_dead_letters
from shared.events.envelope import Event
from shared.log import topics
from shared.log.event_log import EventLog
from shared.logging import about
from shared.worker.follower import RecordBatch
from shared.worker.meters import APPLY, DEAD, DECIDE, PUBLISH, READ, WorkerMeters, uncounted

_COUNTED_AS = {**{letter: outcome.value for outcome, letter in LETTERS.items()}, DEAD_LETTER: DEAD}
"""What an outcome is counted as, by its byte."""
_MANY = 100
"""In a batch of at least so many records, more than half of them dead means that something else is broken."""

_log = logging.getLogger(__name__)


class MostlyDead(Exception):
    """Most of a batch cannot be read: no sender does that, so the worker stops instead of putting it all aside."""


class _Step(NamedTuple):
    """What one batch came to."""

    changes: list[Change]
    outcomes: bytes
    exceptions: list[tuple[int, bytes]]
    facts: list[tuple[bytes, bytes]]
    refusals: list[tuple[bytes, bytes]]
    dead: list[tuple[bytes, bytes]]


def decide_batch(decider: Decider, batch: RecordBatch, ids: Sequence[bytes | None], states: Mapping[bytes, bytes | None]) -> _Step:
    """Judge a batch in order, each record on the state that the ones before it left. Pure."""
    now = dict(states)
    changed: dict[bytes, bytes] = {}
    step = _Step([], b"", [], [], [], [])
    outcomes = bytearray()
    for record, state_id in zip(batch.records, ids, strict=True):
        try:
            judged = _judged(decider, batch, record, state_id, now)
        except (Unreadable, UnknownType) as error:
            outcomes += DEAD_LETTER
            letter = dead_letter(record, error, source=decider.source, topic=batch.topic, partition=batch.partition)
            step.dead.append((record.key or b"", letter))
            continue
        outcomes += LETTERS[judged.outcome]
        if judged.state is not None and state_id is not None:
            now[state_id] = changed[state_id] = judged.state
        if judged.fact is not None:
            step.facts.append((record.key, judged.fact))
        if judged.refusal is not None:
            step.refusals.append((record.key, judged.refusal))
        if judged.exception is not None:
            step.exceptions.append((record.offset, judged.exception))
    if len(batch.records) >= _MANY and 2 * len(step.dead) > len(batch.records):
        raise MostlyDead(f"{batch.topic}[{batch.partition}]@{batch.first}: {len(step.dead)} of {len(batch.records)} records cannot be read")
    return step._replace(changes=[_change(decider, i, states[i], state) for i, state in changed.items()], outcomes=bytes(outcomes))


def _change(decider: Decider, state_id: bytes, before: bytes | None, after: bytes) -> Change:
    """Give a state to write, with the lists it leaves and enters."""
    left, entered = decider.listed(before), decider.listed(after)
    if left == entered:
        return Change(state_id, after)
    return Change(
        state_id,
        after,
        [(name, key + state_id) for name, key in left - entered],
        [(name, key + state_id) for name, key in entered - left],
    )


def _judged(decider: Decider, batch: RecordBatch, record: Any, state_id: bytes | None, states: Mapping[bytes, bytes | None]) -> Judged:
    if state_id is None:
        raise Unreadable(f"the key is none of {decider.service}'s")
    return decider.judge(record.key, record.value, states[state_id], partition=batch.partition, offset=record.offset)


class DecidingFollower:
    """A ``Follower`` that does the four steps for one deciding service."""

    def __init__(self, decider: Decider, store: StateStore, log: EventLog, meters: WorkerMeters | None = None) -> None:
        """Join the business with the places where its states and facts live, and with what counts what it does."""
        self.topic = decider.topic
        self._decider, self._store, self._log = decider, store, log
        self._meters = meters.of(self.topic) if meters else uncounted(self.topic)

    async def start(self) -> None:
        """Connect to the log."""
        await self._log.start()

    async def stop(self) -> None:
        """Let go of both."""
        await self._log.stop()
        await self._store.close()

    async def cursors(self, partitions: frozenset[int]) -> Mapping[int, int | None]:
        """Ask Redis. A partition without a cursor begins at the log's start; its first batch then finds that out.

        Where nothing was ever recorded it gets its cursor here: the first batch may come late, and would read for nothing what others recorded.
        """
        found = dict(await self._store.cursors(partitions))
        if new := [partition for partition, stands in found.items() if stands is None]:
            recorded = await self._log.end_offsets(topics.STUDENT_STATUS)
            for partition in new:
                if not recorded[partition]:
                    await self._store.rebuilding(partition)
                    found[partition] = await self._store.finish_rebuilding(partition, 0, 0)
        return found

    async def follow(self, batch: RecordBatch) -> int:
        """Do the four steps, or rebuild the partition's states where Redis has lost them."""
        ids = [self._id_of(record.key) for record in batch.records]
        touched = list({i for i in ids if i is not None})
        with self._meters.step(READ):
            read = await self._store.read(batch.partition, batch.first, touched)
        if read.stands is None:
            stands = await self._rebuild(batch.partition, batch.first)
            if stands != batch.first:
                return stands
            read = await self._store.read(batch.partition, batch.first, touched)
        if read.stands is None or read.stands != batch.first:
            return self._overtaken(batch, batch.first if read.stands is None else read.stands)
        with self._meters.step(DECIDE):
            step = decide_batch(self._decider, batch, ids, dict(zip(touched, read.states, strict=True)))
        with self._meters.step(PUBLISH):
            await self._publish(batch.partition, step)
        with self._meters.step(APPLY):
            stands = await self._store.apply(
                batch.partition, batch.first, batch.next, step.changes, outcomes=_by_offset(batch, step.outcomes), exceptions=step.exceptions
            )
        if stands != batch.next:
            return self._overtaken(batch, stands)
        self._tell(batch, step)
        return stands

    def _overtaken(self, batch: RecordBatch, stands: int) -> int:
        self._meters.fenced.inc()
        _log.warning("the cursor stands at %d: another worker or another Redis", stands, extra=about(batch.topic, batch.partition, batch.first))
        return stands

    def _tell(self, batch: RecordBatch, step: _Step) -> None:
        """Count a batch that is done, and log what went aside."""
        self._meters.done(len(batch.records), {name: n for letter, name in _COUNTED_AS.items() if (n := step.outcomes.count(letter))})
        if step.refusals:
            refused = {record.offset for record, letter in zip(batch.records, step.outcomes, strict=True) if letter == LETTERS[Outcome.REFUSED][0]}
            self._meters.refused(Counter(str(read_exceptional(text).code) for offset, text in step.exceptions if offset in refused))
        if step.dead:
            dead = [record.offset for record, letter in zip(batch.records, step.outcomes, strict=True) if letter == DEAD_LETTER[0]]
            log_dead_letters(batch.topic, batch.partition, dead)

    def _id_of(self, key: bytes | None) -> bytes | None:
        try:
            return self._decider.state_id(key)
        except Unreadable:
            return None

    async def _publish(self, partition: int, step: _Step) -> None:
        appends = {topics.STUDENT_STATUS: step.facts, topics.REFUSALS: step.refusals, topics.dead(self.topic): step.dead}
        await asyncio.gather(*(self._log.append(topic, {partition: records}) for topic, records in appends.items() if records))

    async def _rebuild(self, partition: int, begin: int) -> int:
        """Fold the service's own facts of this partition into states; the last one's position says where to go on."""
        end = (await self._log.end_offsets(topics.STUDENT_STATUS))[partition]
        progress = await self._store.rebuilding(partition)
        self._meters.rebuilt.inc()
        place = about(topics.STUDENT_STATUS, partition, progress.facts)
        _log.warning("%s[%d]: no states in Redis: rebuilding from the record, up to %d", self.topic, partition, end, extra=place)
        at, last = progress.facts, progress.sequence
        async for piece in self._log.read(topics.STUDENT_STATUS, partition, at, end):
            own: list[tuple[bytes, Event[Raw]]] = []
            for record in piece:
                # A fact that cannot be read is not ours: what we write, we can read. Reporting puts it aside.
                try:
                    event = read_event(record.value)
                except Unreadable:
                    continue
                if event.source == self._decider.source and event.sequence > last:
                    last = event.sequence
                    own.append((self._decider.state_id(record.key), event))
            touched = list({state_id for state_id, _ in own})
            found = dict(zip(touched, await self._store.read_rebuilding(partition, at, touched), strict=True))
            states = dict(found)
            for state_id, event in own:
                states[state_id] = self._decider.evolved(event, states[state_id])
            changes = [_change(self._decider, i, found[i], state) for i, state in states.items() if state is not None]
            await self._store.apply_rebuilding(partition, at, piece[-1].offset + 1, last, changes)
            at = piece[-1].offset + 1
        return await self._store.finish_rebuilding(partition, at, offset_of(last) + 1 if last else begin)


def _by_offset(batch: RecordBatch, outcomes: bytes) -> bytes:
    """Spread outcomes over the offsets of a batch: offsets without a record (there are none today) stay pending."""
    if len(outcomes) == batch.next - batch.first:
        return outcomes
    spread = bytearray(batch.next - batch.first)
    for record, outcome in zip(batch.records, outcomes, strict=True):
        spread[record.offset - batch.first] = outcome
    return bytes(spread)
