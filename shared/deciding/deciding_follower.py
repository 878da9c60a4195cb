"""How a deciding worker takes its one input topic: read states, judge in order, publish, apply. In this order, always.

The steps of one commit, and what a failure after each leaves behind:

1. Read the states that the batch touches; Redis answers nothing if the cursor is not the expected one. (Nothing done.)
2. Judge each record in order: a pure function of its bytes, its position and the state. (Nothing done.)
3. Append refusals and dead letters to the log, then facts, and wait until all in-sync replicas have them. (They are in the log, perhaps in
   part. The next attempt of this worker publishes the same bytes with the same sequences; readers drop repeats. Another worker takes the
   facts that it finds there as they are: ``published.py``.)
4. One script writes states and outcomes and moves the cursor, if the cursor is still the expected one. (Done.)

The facts are acknowledged before the cursor moves, so none can be missing below it.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from shared.contracts.refusal import DeadReason
from shared.contracts.registry import UnknownType
from shared.deciding.decider import Decider, Judged
from shared.deciding.folding import FactFolder, change_of, decided_below
from shared.deciding.published import Published, Reader
from shared.deciding.states.outcomes import DEAD_LETTER, LETTERS, Outcome, read_exceptional
from shared.deciding.states.state_store import Change, RebuildOvertaken, StateStore
from shared.events.codec import Unreadable
from shared.events.dead_letters import check_not_mostly_dead, dead_letter, log_dead_letters, reason_of
from shared.log import topics
from shared.log.event_log import EventLog
from shared.logging import about
from shared.worker.follower import RecordBatch
from shared.worker.meters import APPLY, DEAD, DECIDE, PUBLISH, READ, WorkerMeters, uncounted

_COUNTED_AS = {**{letter: outcome.value for outcome, letter in LETTERS.items()}, DEAD_LETTER: DEAD}
"""What an outcome is counted as, by its byte."""

_log = logging.getLogger(__name__)


class _Identified(msgspec.Struct):
    id: str


_decode_identified = msgspec.json.Decoder(_Identified).decode


class _Step(NamedTuple):
    """What one batch came to."""

    changes: list[Change]
    outcomes: bytes
    exceptions: list[tuple[int, bytes]]
    facts: list[tuple[bytes, bytes]]
    refusals: list[tuple[bytes, bytes]]
    dead: list[tuple[bytes, bytes]]
    reasons: list[DeadReason]


def decide_batch(
    decider: Decider, batch: RecordBatch, ids: Sequence[bytes | None], states: Mapping[bytes, bytes | None], published: Published | None = None
) -> _Step:
    """Judge a batch in order, each record on the state that the ones before it left. Pure.

    ``published``: what the log holds of inputs that were decided before; those are not decided again, and nothing is published for them.
    """
    now = dict(states)
    changed: dict[bytes, bytes] = {}
    step = _Step([], b"", [], [], [], [], [])
    outcomes = bytearray()
    for record, state_id in zip(batch.records, ids, strict=True):
        try:
            judged = _judged(decider, batch, record, state_id, now, published)
        except (Unreadable, UnknownType) as error:
            outcomes += DEAD_LETTER
            if published is not None and published.decided(record.offset):
                continue
            letter = dead_letter(record, error, source=decider.source, topic=batch.topic, partition=batch.partition)
            step.dead.append((record.key or b"", letter))
            step.reasons.append(reason_of(error))
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
    check_not_mostly_dead(batch.topic, batch.partition, batch.first, records=len(batch.records), dead=len(step.dead))
    return step._replace(changes=[change_of(decider, i, states[i], state) for i, state in changed.items()], outcomes=bytes(outcomes))


def _judged(
    decider: Decider, batch: RecordBatch, record: Any, state_id: bytes | None, states: Mapping[bytes, bytes | None], published: Published | None
) -> Judged:
    if state_id is None:
        raise Unreadable(f"the key is none of {decider.service}'s")
    if published is not None and published.decided(record.offset):
        return published.judged(decider, _id_in(record.value), record.offset, states[state_id])
    return decider.judge(record.key, record.value, states[state_id], partition=batch.partition, offset=record.offset)


class DecidingFollower:
    """A ``Follower`` that does the four steps for one deciding service."""

    def __init__(self, decider: Decider, store: StateStore, log: EventLog, meters: WorkerMeters | None = None) -> None:
        self.topic = decider.topic
        self._decider, self._store, self._log = decider, store, log
        self._reader = Reader(decider, log)
        self._folder = FactFolder(decider, store, log, self._reader)
        self._backlogs: dict[int, int] = {}
        """By partition, where its input topic ended when it was assigned: another worker may have decided inputs below that offset."""
        self._published: dict[int, Published] = {}
        """By partition, what the log held beyond the cursor before the first step of that backlog."""
        self._behind: dict[int, Mapping[str, int]] = {}
        """By partition and topic, the offset behind what the steps since then published. Whoever follows us publishes behind it."""
        self._meters = meters.of(self.topic) if meters else uncounted(self.topic)

    async def start(self) -> None:
        await self._log.start()

    async def stop(self) -> None:
        await self._log.stop()
        await self._store.close()

    def assigned(self, partitions: frozenset[int]) -> None:
        """Forget what the log held beyond the cursors: it is read again before the first step."""
        for partition in partitions:
            self._backlogs.pop(partition, None)
            self._published.pop(partition, None)
            self._behind.pop(partition, None)

    async def cursors(self, partitions: frozenset[int]) -> Mapping[int, int | None]:
        """Return the cursors in Redis. A partition without a cursor begins at the start of its input topic; its first batch then rebuilds it.

        A partition in which nothing was ever recorded, or asked of this service, gets its cursor here: its first batch may come late, or never.
        Raises ``StartAgain`` where another generation is the one to fill.
        """
        await self._store.check_live()
        found = dict(await self._store.cursors(partitions))
        if unknown := partitions - self._backlogs.keys():
            ends = await self._log.end_offsets(self.topic)
            self._backlogs |= {partition: ends[partition] for partition in unknown}
        if new := [partition for partition, stands in found.items() if stands is None]:
            recorded, asked = await self._log.end_offsets(topics.STUDENT_STATUS), await self._log.end_offsets(self.topic)
            for partition in new:
                # Whoever is overtaken by another worker here leaves it to the first batch to find where that one stands.
                with suppress(RebuildOvertaken):
                    if not (recorded[partition] and asked[partition]) and (progress := await self._store.rebuilding(partition)) is not None:
                        found[partition] = await self._store.finish_rebuilding(partition, progress.facts, progress.decided or 0)
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
        published = await self._published_beyond(batch)
        batch = _within_window(batch, published)
        ids = ids[: len(batch.records)]
        with self._meters.step(DECIDE):
            step = decide_batch(self._decider, batch, ids, dict(zip(touched, read.states, strict=True)), published)
        with self._meters.step(PUBLISH):
            behind = await self._publish(batch.partition, step)
        if published is not None and await self._another_published(batch, step, published, behind):
            self.assigned(frozenset({batch.partition}))
            return self._overtaken(batch, batch.first)
        with self._meters.step(APPLY):
            applied = await self._store.apply(
                batch.partition,
                batch.first,
                batch.next,
                step.changes,
                outcomes=_by_offset(batch, step.outcomes),
                exceptions=step.exceptions,
                published=_read_up_to(batch, published, behind, self._behind.get(batch.partition, {})),
                tallied=self._decider.tallied,
            )
        if applied != batch.next:
            self.assigned(frozenset({batch.partition}))
            return self._overtaken(batch, batch.first if applied is None else applied)
        if published is not None:
            self._looked_through(batch.partition, published, behind)
        self._behind[batch.partition] = {**self._behind.get(batch.partition, {}), **behind}
        self._count(batch, step)
        return applied

    async def _published_beyond(self, batch: RecordBatch) -> Published | None:
        """Return what the log holds beyond the cursor, None behind the backlog that the partition was assigned with."""
        if batch.partition not in self._backlogs:
            self._backlogs[batch.partition] = (await self._log.end_offsets(self.topic))[batch.partition]
        if batch.first >= self._backlogs[batch.partition]:
            self._published.pop(batch.partition, None)
            return None
        found = self._published.get(batch.partition)
        if found is None or (found.more and not found.decided(batch.first)):
            since = await self._store.published(batch.partition, self._reader.topics) if found is None else found.ends
            found = self._published[batch.partition] = await self._reader.beyond(batch.partition, batch.first, since)
            if found.last >= batch.first:
                place = about(batch.topic, batch.partition, batch.first)
                _log.warning("decided up to %d before, and not applied: the facts in the record are taken as they are", found.last, extra=place)
        return found

    async def _another_published(self, batch: RecordBatch, step: _Step, published: Published, behind: Mapping[str, int]) -> bool:
        """Return whether another worker published facts for these inputs between the look at the record and our own facts."""
        if not step.facts:
            return False
        begin, end = published.ends[topics.STUDENT_STATUS], behind[topics.STUDENT_STATUS] - len(step.facts)
        return begin < end and await self._reader.another_published(batch.partition, max(batch.first, published.last + 1), begin, end)

    def _looked_through(self, partition: int, published: Published, behind: Mapping[str, int]) -> None:
        """Note that what lies below our own facts was looked through: the next look at what came between begins behind them."""
        self._published[partition] = published._replace(ends={**published.ends, **behind})

    def _overtaken(self, batch: RecordBatch, stands: int) -> int:
        self._meters.fenced.inc()
        _log.warning("the cursor stands at %d: another worker or another Redis", stands, extra=about(batch.topic, batch.partition, batch.first))
        return stands

    def _count(self, batch: RecordBatch, step: _Step) -> None:
        """Count a batch that is done, and log its dead letters."""
        self._meters.done(len(batch.records), {name: n for letter, name in _COUNTED_AS.items() if (n := step.outcomes.count(letter))})
        if step.refusals:
            refused = {record.offset for record, letter in zip(batch.records, step.outcomes, strict=True) if letter == LETTERS[Outcome.REFUSED][0]}
            self._meters.refused(Counter(str(read_exceptional(text).code) for offset, text in step.exceptions if offset in refused))
        if step.dead:
            self._meters.dead(Counter(step.reasons))
            dead = [record.offset for record, letter in zip(batch.records, step.outcomes, strict=True) if letter == DEAD_LETTER[0]]
            log_dead_letters(batch.topic, batch.partition, dead)

    def _id_of(self, key: bytes | None) -> bytes | None:
        try:
            return self._decider.state_id(key)
        except Unreadable:
            return None

    async def _publish(self, partition: int, step: _Step) -> dict[str, int]:
        """Append what a step publishes. Return the offset behind it, by topic."""
        behind: dict[str, int] = {}
        for topic, records in self._facts_last(step):
            if records:
                behind[topic] = (await self._log.append(topic, {partition: records}))[partition] + len(records)
        return behind

    def _facts_last(self, step: _Step) -> Sequence[tuple[str, list[tuple[bytes, bytes]]]]:
        """Return what a step publishes, by topic, in the order in which it is appended."""
        return (topics.REFUSALS, step.refusals), (topics.dead(self.topic), step.dead), (topics.STUDENT_STATUS, step.facts)

    async def _rebuild(self, partition: int, begin: int) -> int:
        """Fold the service's own facts of this partition into states; the last one's position says where to go on."""
        end = (await self._log.end_offsets(topics.STUDENT_STATUS))[partition]
        if (progress := await self._store.rebuilding(partition)) is None:
            # Another worker has begun the partition since we looked. Its states are not ours to write.
            return (await self._store.cursors((partition,)))[partition] or 0
        self._meters.rebuilt.inc()
        place = about(topics.STUDENT_STATUS, partition, progress.facts)
        _log.warning("%s[%d]: no states in Redis: rebuilding from the record, up to %d", self.topic, partition, end, extra=place)
        # What the generation of before has published and not applied is not folded: it is taken up as after a kill, with its outcomes.
        progress = await self._folder.fold(partition, progress, end, below=progress.decided)
        # All own facts of inputs below the cursor lie before this place: the look beyond the cursor begins where the rebuild ended.
        next_, read = decided_below(progress, begin), {topics.STUDENT_STATUS: progress.facts}
        return await self._store.finish_rebuilding(partition, progress.facts, next_, published=read)


def _within_window(batch: RecordBatch, published: Published | None) -> RecordBatch:
    """Return the part of a batch whose facts in the record were read; those of inputs behind it are read before anything there is decided."""
    if published is None or not published.more or batch.next <= published.last + 1:
        return batch
    return batch.until(published.last + 1)


def _read_up_to(batch: RecordBatch, published: Published | None, behind: Mapping[str, int], before: Mapping[str, int]) -> Mapping[str, int]:
    """Return the offset by topic behind which a worker after this one begins its look, once the batch is applied.

    It must find every fact that is not applied. A look that found facts of inputs behind the batch moves nothing. Where nobody looked, we may
    be a zombie, and a successor may have published before us: only what lies below the end of our step ``before`` is surely applied.
    """
    if published is None:
        return before
    return {} if batch.next <= published.last else {**published.ends, **behind}


def _id_in(value: bytes | None) -> str | None:
    """Return the id of an input, None where it cannot be read."""
    try:
        return _decode_identified(value or b"").id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _by_offset(batch: RecordBatch, outcomes: bytes) -> bytes:
    """Spread outcomes over the offsets of a batch, up to its last record. An offset without a record stays pending."""
    if not batch.records:
        return b""
    if len(outcomes) == batch.next - batch.first:
        return outcomes
    spread = bytearray(batch.records[-1].offset + 1 - batch.first)
    for record, outcome in zip(batch.records, outcomes, strict=True):
        spread[record.offset - batch.first] = outcome
    return bytes(spread)
