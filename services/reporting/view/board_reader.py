"""Keeps the api's memory up with Redis: a snapshot to begin with, then every delta, a snapshot again after a gap.

The vector of offsets that is shown never goes back. Where Redis was rolled back or lost, the memory stays as it is and
grows older until the worker has counted the record up to there again; where another generation goes live, it is loaded
beside the one that is shown, which it then replaces in one step.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import islice

from services.reporting.board.board import FIRST, Board, Cursor, OtherFold, Snapshot, Step, moment
from services.reporting.view.memory import Memory
from services.reporting.view.newest import Newest
from shared import clock
from shared.log import topics
from shared.log.event_log import EventLog
from shared.logging import about
from shared.redis.edge import REDIS_UNAVAILABLE, Redis
from shared.worker.freshness import Freshness

_WAIT_MS = 500
"""Longest wait for deltas, and so for a look at the key that names the live generation."""
_LOOK = 0.5
"""Seconds between two looks at the log's end."""
_TRY_AGAIN = 0.25
_NOT_SO_SOON = 30.0
_PIECE = 4_000
"""Fields taken in before others have their turn: a few milliseconds."""

_log = logging.getLogger(__name__)


class NotBuilt(Exception):
    """There are no counts to show yet: the worker is still counting what the log held when it began."""


class Following:
    """The counts that the api answers from, kept up to date while ``running``."""

    def __init__(self, redis: Redis, log: EventLog, *, partitions: int) -> None:
        """Know where to look; nothing is read yet."""
        self._redis, self._log, self._partitions = redis, log, range(partitions)
        self._memory: Memory | None = None
        self._board = Board(redis, generation=FIRST)
        self._gapped: set[int] = set()
        self._freshness = Freshness(clock.seconds())
        self._tried = float("-inf")
        self._why_not = "Nothing has been read from Redis yet"
        self.newest = Newest()
        """Which flows changed last."""
        self.moved = asyncio.Event()
        """Set whenever the counts may have changed; for one who waits, who clears it."""
        self.trouble: str | None = None
        """What keeps the memory from being followed at the moment."""

    @property
    def memory(self) -> Memory:
        """Give the counts. Raises ``NotBuilt``."""
        if self._memory is None:
            raise NotBuilt(self.trouble or self._why_not)
        return self._memory

    @property
    def built(self) -> bool:
        """Tell whether there are counts to show."""
        return self._memory is not None

    def check(self) -> None:
        """Raise ``NotBuilt`` where there are no counts, or where they are not being followed."""
        if self._memory is None or self.trouble is not None:
            raise NotBuilt(self.trouble or self._why_not)

    def show(self, memory: Memory) -> None:
        """Answer from this memory from now on."""
        if self._memory is None and memory.recorded_time is not None:
            # Before the log's end is known to be reached: the newest fact was recorded when it was the end.
            self._freshness.assume(clock.seconds() - (clock.now() - moment(memory.recorded_time)).total_seconds())
        self._memory = memory
        self._gapped.clear()
        self.moved.set()

    def lag(self) -> float:
        """Give the seconds since the memory's vector was known to be the whole log."""
        return self._freshness.age(clock.seconds(), self.memory.positions)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow as long as the block lasts."""
        tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._look())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            try:
                await self.step()
                self.trouble = None
            except REDIS_UNAVAILABLE as error:
                self._complain(f"Redis is unavailable: {type(error).__name__}")
                await asyncio.sleep(_TRY_AGAIN)
            except Exception as error:  # noqa: BLE001  # it must not end in silence: /readyz and the growing age tell, and it is tried again
                self._complain(str(error) or type(error).__name__, error)
                await asyncio.sleep(2.0)

    async def _look(self) -> None:
        while True:
            at = clock.seconds()
            try:
                self._freshness.look(at, await self._log.end_offsets(topics.STUDENT_STATUS))
            except Exception as error:  # noqa: BLE001  # whatever it is, nobody knows the end now: the age grows until somebody does
                _log.warning("the log's end is unknown: %s: %s", type(error).__name__, error)
            await asyncio.sleep(_LOOK)

    async def step(self) -> None:
        """Do what is to be done next, and wait a little where that is nothing.

        Raises one of ``REDIS_UNAVAILABLE``, and ``OtherFold`` where there is nothing else to show.
        """
        live = await self._board.live()
        if (self._memory is None or self._gapped or live != self._memory.generation) and clock.seconds() - self._tried >= _TRY_AGAIN:
            self._tried = clock.seconds()
            try:
                await self._load(live)
            except OtherFold as error:
                # A generation that this code cannot read was made the live one: what is shown stays, and is followed.
                if self._memory is None:
                    raise
                _log.warning("not shown: %s", error)
                self._tried += _NOT_SO_SOON
        following = {} if self._memory is None else {p: at for p, at in self._memory.positions.items() if p not in self._gapped}
        if self._memory is None or not following:
            await asyncio.sleep(_TRY_AGAIN / 5)
            return
        for partition, steps in (await self._board.steps(following, wait_ms=_WAIT_MS)).items():
            for step in steps:
                if not await self._take(self._memory, partition, step):
                    break
                await asyncio.sleep(0)

    async def _take(self, memory: Memory, partition: int, step: Step) -> bool:
        if step.prev != memory.positions[partition]:
            place = about(topics.STUDENT_STATUS, partition, memory.positions[partition])
            _log.warning("generation %s: a gap up to %d: reading the partition whole", memory.generation, step.prev, extra=place)
            self._gapped.add(partition)
            return False
        delta = step.delta()
        # Noted before the numbers change: whoever learns of the change must find it among the newest.
        for _ in self.newest.noting(delta.flows):
            await asyncio.sleep(0)
        for _ in memory.adding(cells=delta.cells, flows=delta.flows, due=delta.due, reported=delta.reported, claimed=delta.claimed):
            await asyncio.sleep(0)
        memory.move(partition, step.next, delta.event_time, delta.recorded_time)
        self.moved.set()
        return True

    async def _load(self, generation: str) -> None:
        """Read a generation whole and show it, unless that would show less than is shown already."""
        board = Board(self._redis, generation=generation)
        if not self._may_show([await board.cursor(p) for p in self._partitions], generation):
            return
        begin, memory = clock.seconds(), Memory(generation)
        taken: list[Cursor | None] = []
        for partition in self._partitions:
            if (snapshot := await board.snapshot(partition)) is not None:
                await _take_in(memory, partition, snapshot)
            taken.append(snapshot and snapshot.cursor)
        if not self._may_show(taken, generation):
            return  # Redis went back while it was being read
        self.show(memory)
        self._board = board
        _log.info("generation %s is shown, read in %.1f s, at %s", generation, clock.seconds() - begin, memory.positions)

    def _may_show(self, cursors: list[Cursor | None], generation: str) -> bool:
        found = [cursor for cursor in cursors if cursor is not None]
        shown = self._memory
        whole = shown is not None and shown.generation == generation  # what reaches a vector shown before was built once
        if len(found) < len(cursors) or not (whole or all(cursor.built for cursor in found)):
            counted, of = sum(min(c.next, c.build_to) for c in found), sum(c.build_to for c in found)
            self._why_not = f"The record is being counted: {counted:,} of {of:,} facts, {len(found)} of {len(cursors)} partitions begun"
            return False
        return shown is None or all(cursor.next >= shown.positions[p] for p, cursor in enumerate(found))

    def _complain(self, trouble: str, error: Exception | None = None) -> None:
        if trouble != self.trouble:
            _log.warning("the counts are not followed: %s", trouble, exc_info=error)
        self.trouble = trouble


async def _take_in(memory: Memory, partition: int, snapshot: Snapshot) -> None:
    """Add a partition to a memory that nobody sees yet, letting others have their turn."""
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
