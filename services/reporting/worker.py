"""Reporting's worker: facts in, counts in Redis.

The steps of one commit, and what a failure after each leaves behind:

1. Fold the batch after the last sequences that Redis holds at this cursor: pure. Where a fact is beyond the known end of its input topic, ask
   for the ends, and fold again. (Nothing is done.)
2. Append dead letters to ``student-status.dead`` for the records that cannot be read or do not belong there, and wait for the acks. (They are
   in the log. The next attempt appends the same bytes again, under the same ids.)
3. One script adds the differences and moves the cursor, where it is still the expected one. (All is done.)
"""

import logging
from collections import Counter
from collections.abc import Mapping
from functools import partial

from services.reporting.board.board import Board
from services.reporting.board.partition import Cursor
from services.reporting.counting import Changes, fold
from shared.events.dead_letters import Foreign, check_not_mostly_dead, dead_letter, log_dead_letters, reason_of
from shared.log import topics
from shared.log.event_log import EventLog
from shared.log.input_bounds import WRITER, InputBounds
from shared.logging import about
from shared.worker.follower import RecordBatch, StartAgain
from shared.worker.meters import APPLY, DEAD, DECIDE, PUBLISH, REPEATED, WorkerMeters, uncounted

COUNTED = "counted"
PASSED_OVER = "passed_over"

_log = logging.getLogger(__name__)


class CountingFollower:
    """A ``Follower`` of the record that keeps the counts of one generation."""

    topic = topics.STUDENT_STATUS

    def __init__(
        self, board: Board, log: EventLog, meters: WorkerMeters | None = None, *, letters: bool = True, only_while_live: bool = False
    ) -> None:
        """``letters``: whether ``log`` takes the dead letters, which it may have of before; ``only_while_live``: whether the follower ends its
        process once another generation is the one to show.
        """
        self._board, self._log, self._bounds = board, log, InputBounds(log)
        self._letters, self._only_while_live = letters, only_while_live
        self._meters = meters.of(self.topic) if meters else uncounted(self.topic)
        self._known: dict[int, Cursor] = {}
        """Copies of the cursors in Redis. A copy is read again wherever Redis turns out to hold another."""

    async def start(self) -> None:
        await self._log.start()

    async def stop(self) -> None:
        await self._log.stop()
        await self._board.close()

    def assigned(self, partitions: frozenset[int]) -> None:
        """Forget the cursors of partitions that were just assigned, and what is known of them."""
        self._bounds.forget(partitions)
        for partition in partitions:
            self._known.pop(partition, None)

    async def cursors(self, partitions: frozenset[int]) -> Mapping[int, int | None]:
        """Read the cursors from Redis, and begin the partitions that have none. Raises ``OtherFold``, and ``StartAgain`` for another generation."""
        if self._only_while_live and (live := await self._board.live_generation()) != self._board.generation:
            raise StartAgain(f"generation {live} is the one to fill, and this worker fills {self._board.generation}")
        return {partition: (await self._read_cursor(partition)).next for partition in sorted(partitions)}

    async def follow(self, batch: RecordBatch) -> int:
        """Do the three steps and return the next offset wanted. Raises ``NewerVersion``, ``MostlyDead``, ``OtherFold``."""
        partition = batch.partition
        cursor = self._known.get(partition) or await self._read_cursor(partition)
        if cursor.next != batch.first:
            # Nothing is done: the cursor wants another batch than this one.
            return (await self._read_cursor(partition)).next
        with self._meters.step(DECIDE):
            changes = await self._bounds.judged(partition, batch.records, partial(fold, batch.records, cursor.sequences))
        await self._append_dead_letters(batch, changes)
        with self._meters.step(APPLY):
            stands = await self._board.apply(partition, batch.first, batch.next, changes)
        if stands != batch.next:
            self._meters.fenced.inc()
            _log.warning("the cursor stands at %d: another worker or another Redis", stands, extra=about(self.topic, partition, batch.first))
            return (await self._read_cursor(partition)).next
        self._note_done(batch, changes)
        self._known[partition] = Cursor(batch.next, changes.sequences, cursor.build_to, cursor.built, None, None)
        return stands

    async def _read_cursor(self, partition: int) -> Cursor:
        self._known.pop(partition, None)
        cursor = await self._board.cursor(partition)
        if cursor is None:
            end = (await self._log.end_offsets(self.topic))[partition]
            self._meters.rebuilt.inc()
            _log.warning("no counts in Redis: counting the record from its start, %d facts", end, extra=about(self.topic, partition, 0))
            cursor = await self._board.open(partition, end)
        self._known[partition] = cursor
        return cursor

    async def _append_dead_letters(self, batch: RecordBatch, changes: Changes) -> None:
        if not changes.dead or not self._letters:
            return
        # What somebody else wrote between our facts stops nobody: only what cannot be read speaks of a broken tool.
        unreadable = sum(not isinstance(letter.error, Foreign) for letter in changes.dead)
        check_not_mostly_dead(batch.topic, batch.partition, batch.first, records=len(batch.records), dead=unreadable)
        letters = [
            (record.key or b"", dead_letter(record, error, source=WRITER, topic=batch.topic, partition=batch.partition))
            for record, error in changes.dead
        ]
        with self._meters.step(PUBLISH):
            await self._log.append(topics.dead(batch.topic), {batch.partition: letters})

    def _note_done(self, batch: RecordBatch, changes: Changes) -> None:
        """Count the records of a batch by what became of them, and log its dead letters and repeats."""
        dead, repeats, passed_over = len(changes.dead), changes.repeats, changes.passed_over
        counted = len(batch.records) - dead - repeats - passed_over
        self._meters.done(len(batch.records), {COUNTED: counted, PASSED_OVER: passed_over, REPEATED: repeats, DEAD: dead})
        self._meters.reached("event", changes.event_time)
        self._meters.reached("recorded", changes.recorded_time)
        if dead:
            self._meters.dead(Counter(reason_of(letter.error) for letter in changes.dead))
            log_dead_letters(batch.topic, batch.partition, [letter.record.offset for letter in changes.dead])
        if repeats:
            _log.info("%d facts of this batch were counted before", repeats, extra=about(batch.topic, batch.partition, batch.first))
