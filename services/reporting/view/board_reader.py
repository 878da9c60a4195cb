"""Keeps the api's memory up to date with the board: a snapshot to begin with, then every delta, and a snapshot again after a gap.

The vector of offsets that is shown never goes back. Where Redis was rolled back or lost, the memory stays as it is and grows older
until the worker has counted the record up to the same vector again. Where another generation becomes the live one, it is read beside the
generation that is shown, and replaces it in one step.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import islice

from services.reporting.board.board import Board, OtherFold
from services.reporting.board.partition import Cursor, Snapshot, Step
from services.reporting.view.memory import Memory
from services.reporting.view.newest import Newest
from shared import clock
from shared.clock import moment_of
from shared.log import topics
from shared.log.event_log import EventLog
from shared.logging import about
from shared.rebuilding.generations import FIRST_GENERATION
from shared.redis.edge import REDIS_UNAVAILABLE, Redis
from shared.worker.freshness import Freshness

_WAIT_MS = 500
"""Longest wait for deltas, and so longest time between two reads of the live generation's name."""
_LOG_END_SECONDS = 0.5
"""Seconds between two reads of the log's end."""
_RETRY_SECONDS = 0.25
"""Seconds between two tries to reach Redis, or to read a generation."""
_OTHER_FOLD_RETRY_SECONDS = 30.0
"""Seconds until a live generation of another fold is read again."""
_UNEXPECTED_RETRY_SECONDS = 2.0
_PIECE = 4_000
"""Fields read into the memory before other tasks run: a few milliseconds."""

_log = logging.getLogger(__name__)


class NotBuilt(Exception):
    """There are no counts to show yet: the worker still counts what the log held when it began."""


class BoardReader:
    """The counts that the api answers from. They are kept up to date while ``running``."""

    def __init__(self, redis: Redis, log: EventLog, *, partitions: int, in_story: bool = False) -> None:
        """``in_story``: a demo tells the time of recording, and so it says nothing of the age of the counts."""
        self._redis, self._log, self._partitions = redis, log, range(partitions)
        self._in_story = in_story
        self._memory: Memory | None = None
        self._board = Board(redis, generation=FIRST_GENERATION)
        self._gapped: set[int] = set()
        self._freshness = Freshness(clock.seconds())
        self._tried = float("-inf")
        self._why_not = "Nothing has been read from Redis yet"
        self.newest = Newest()
        """The flows that changed last."""
        self.changed = asyncio.Event()
        """Set whenever the counts may have changed. The one task that waits for it clears it."""
        self.trouble: str | None = None
        """The reason why the memory is not kept up to date at the moment, None where it is."""

    @property
    def memory(self) -> Memory:
        """Return the counts. Raises ``NotBuilt``."""
        if self._memory is None:
            raise NotBuilt(self.trouble or self._why_not)
        return self._memory

    @property
    def built(self) -> bool:
        return self._memory is not None

    def check(self) -> None:
        """Raise ``NotBuilt`` where there are no counts, or where they are not kept up to date."""
        if self._memory is None or self.trouble is not None:
            raise NotBuilt(self.trouble or self._why_not)

    def show(self, memory: Memory) -> None:
        """Answer from this memory from now on."""
        if self._memory is None and memory.recorded_time is not None and not self._in_story:
            # The log's end is not known yet. The newest fact was recorded when it was the end, so the memory is no younger than that.
            self._freshness.assume(clock.seconds() - (clock.now() - moment_of(memory.recorded_time)).total_seconds())
        self._memory = memory
        self._gapped.clear()
        self.changed.set()

    def lag(self) -> float:
        """Return the seconds since the vector of the memory was known to be the whole log. Raises ``NotBuilt``."""
        return self._freshness.age(clock.seconds(), self.memory.positions)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the counts up to date for as long as the block lasts."""
        tasks = [asyncio.create_task(self._keep_up()), asyncio.create_task(self._watch_log_end())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_up(self) -> None:
        while True:
            try:
                await self.step()
                self.trouble = None
            except REDIS_UNAVAILABLE as error:
                self._note_trouble(f"Redis is unavailable: {type(error).__name__}")
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001  # the task must not end in silence: /readyz and the growing age show the trouble
                self._note_trouble(str(error) or type(error).__name__, error)
                await asyncio.sleep(_UNEXPECTED_RETRY_SECONDS)

    async def _watch_log_end(self) -> None:
        while True:
            at = clock.seconds()
            try:
                self._freshness.look(at, await self._log.end_offsets(topics.STUDENT_STATUS))
            except Exception as error:  # noqa: BLE001  # whatever the error is, the end is unknown, and the age grows until it is known again
                _log.warning("the log's end is unknown: %s: %s", type(error).__name__, error)
            await asyncio.sleep(_LOG_END_SECONDS)

    async def step(self) -> None:
        """Read the generation that must be shown, or the next deltas; wait a little where there is neither.

        Raises one of ``REDIS_UNAVAILABLE``, and ``OtherFold`` where there is nothing else to show.
        """
        live = await self._board.live_generation()
        if (self._memory is None or self._gapped or live != self._memory.generation) and clock.seconds() - self._tried >= _RETRY_SECONDS:
            self._tried = clock.seconds()
            try:
                await self._load(live)
            except OtherFold as error:
                # This code cannot read the live generation. The generation that is shown stays, and is kept up to date.
                if self._memory is None:
                    raise
                _log.warning("not shown: %s", error)
                self._tried += _OTHER_FOLD_RETRY_SECONDS
        after = {} if self._memory is None else {p: at for p, at in self._memory.positions.items() if p not in self._gapped}
        if self._memory is None or not after:
            await asyncio.sleep(_RETRY_SECONDS / 5)
            return
        for partition, steps in (await self._board.steps(after, wait_ms=_WAIT_MS)).items():
            for step in steps:
                if not await self._take(self._memory, partition, step):
                    break
                await asyncio.sleep(0)

    async def _take(self, memory: Memory, partition: int, step: Step) -> bool:
        """Add a delta to the memory. Returns False, and adds nothing, where the delta does not begin at the memory's position."""
        if _is_gap(memory, partition, step):
            place = about(topics.STUDENT_STATUS, partition, memory.positions[partition])
            _log.warning("generation %s: a gap up to %d: reading the partition whole", memory.generation, step.prev, extra=place)
            self._gapped.add(partition)
            return False
        delta = step.delta()
        # The flows are noted before the numbers change: a task that sees the change must find it among the newest.
        for _ in self.newest.note_in_pieces(delta.flows):
            await asyncio.sleep(0)
        for _ in memory.add_in_pieces(cells=delta.cells, flows=delta.flows, due=delta.due, reported=delta.reported, claimed=delta.claimed):
            await asyncio.sleep(0)
        memory.move(partition, step.next, delta.event_time, delta.recorded_time)
        self.changed.set()
        return True

    async def _load(self, generation: str) -> None:
        """Read a generation whole and show it, unless it would show less than is shown already."""
        board = Board(self._redis, generation=generation)
        if not self._may_show([await board.cursor(p) for p in self._partitions], generation):
            return
        begin, memory = clock.seconds(), Memory(generation)
        taken: list[Cursor | None] = []
        for partition in self._partitions:
            if (snapshot := await board.snapshot(partition)) is not None:
                await _add_snapshot(memory, partition, snapshot)
            taken.append(snapshot and snapshot.cursor)
        if not self._may_show(taken, generation):
            return  # Redis went back while the generation was read
        self.show(memory)
        self._board = board
        _log.info("generation %s is shown, read in %.1f s, at %s", generation, clock.seconds() - begin, memory.positions)

    def _may_show(self, cursors: list[Cursor | None], generation: str) -> bool:
        found = [cursor for cursor in cursors if cursor is not None]
        shown = self._memory
        whole = shown is not None and shown.generation == generation  # a generation that reaches a vector shown before was built once
        if len(found) < len(cursors) or not (whole or all(cursor.built for cursor in found)):
            counted, of = sum(min(c.next, c.build_to) for c in found), sum(c.build_to for c in found)
            self._why_not = f"The record is being counted: {counted:,} of {of:,} facts, {len(found)} of {len(cursors)} partitions begun"
            return False
        return shown is None or all(cursor.next >= shown.positions[p] for p, cursor in enumerate(found))

    def _note_trouble(self, trouble: str, error: Exception | None = None) -> None:
        """Note the trouble, and log it unless it is the same as before."""
        if trouble != self.trouble:
            _log.warning("the counts are not followed: %s", trouble, exc_info=error)
        self.trouble = trouble


def _is_gap(memory: Memory, partition: int, step: Step) -> bool:
    return step.prev != memory.positions[partition]


async def _add_snapshot(memory: Memory, partition: int, snapshot: Snapshot) -> None:
    """Add a partition to a memory that is not shown yet. Other tasks run between the pieces."""
    async for cells in _pieces(snapshot.cells):
        memory.add(cells=cells)
    async for flows in _pieces(snapshot.flows):
        memory.add(flows=flows)
    async for due in _pieces(snapshot.due):
        memory.add(due=due)
    async for reported in _pieces(snapshot.reported):
        memory.add(reported=reported)
    memory.add(claimed={county.decode(): _claim(value) for county, value in snapshot.claimed.items()})
    cursor = snapshot.cursor
    memory.move(partition, cursor.next, cursor.event_time, cursor.recorded_time)


async def _pieces(fields: Mapping[bytes, bytes]) -> AsyncIterator[Mapping[str, int]]:
    entries = iter(fields.items())
    while piece := {field.decode(): int(value) for field, value in islice(entries, _PIECE)}:
        yield piece
        await asyncio.sleep(0)


def _claim(value: bytes) -> tuple[int, int]:
    time, number = value.split()
    return int(time), int(number)
