"""Counts the record again into a generation of its own, beside the one that is shown, and compares the two at the same offsets.

The steps, and what a failure after each leaves behind:

1. Fill the other generation, partition by partition, up to where the live one stands. (A beginning, from which the next rebuild goes on.)
2. Of each partition: read the live counts, all of one instant, count on up to exactly that offset, and compare every number. (The same.)
3. Name the other generation in ``reporting:live``, if that still names the one that was compared. (Done: apis read it beside the one that they
   show, and show it once it has come as far; workers that fill the live generation end, and go on with this one as they are started again.)

The generation of before stays as it is until it is dropped.
"""

from collections.abc import AsyncIterator, Iterator, Mapping

from services.reporting.board.board import Board, OtherFold
from services.reporting.board.partition import Snapshot
from services.reporting.worker import CountingFollower
from shared.contracts.services import REPORTING
from shared.log import topics
from shared.log.event_log import EventLog
from shared.rebuilding.generations import make_live
from shared.rebuilding.rebuild import CannotRebuild, Difference, Read, Standing
from shared.redis.edge import Redis
from shared.worker.follower import RecordBatch

_COUNTS = ("cells", "flows", "due")
_TEXTS = ("reported", "claimed")
_NOUGHT = b"0"
_KEYS_AT_ONCE = 64


class CountRebuild:
    """The ``Rebuild`` of the counts: those of ``generation``, filled beside those of ``live``."""

    compared = "number"
    of_before = "The counts that are shown come from another version of the fold"

    def __init__(self, redis: Redis, log: EventLog, *, live: str, generation: str, partitions: int) -> None:
        """Raise ``CannotRebuild`` for a generation that is shown."""
        if live == generation:
            raise CannotRebuild(f"Generation {generation} is the one that is shown. Name another: --generation")
        self.live, self.generation = live, generation
        self._redis, self._log, self._partitions = redis, log, range(partitions)
        # The live counts may be of another fold: they are compared as they stand, and never added to.
        self._shown = Board(redis, generation=live, any_fold=True)
        self._other = Board(redis, generation=generation)
        self._follower = CountingFollower(self._other, log, letters=False)

    async def stop(self) -> None:
        """Close what was opened."""
        await self._follower.stop()
        await self._redis.aclose()

    async def is_needed(self) -> bool:
        """Return whether the counts that are shown come from another version of the fold than this code's."""
        shown = Board(self._redis, generation=self.live)
        try:
            for partition in self._partitions:
                await shown.cursor(partition)
        except OtherFold:
            return True
        return False

    async def standing(self) -> Standing:
        """Return how far both are. Raises ``OtherFold`` where what the other generation holds is of another version of the fold."""
        shown, other = [await self._end(partition) for partition in self._partitions], await self._follower.cursors(frozenset(self._partitions))
        return Standing(sum(shown), sum(at or 0 for at in other.values()))

    async def fill(self, read: Read) -> None:
        """Count every partition up to where the live counts stand now."""
        for partition in self._partitions:
            await self._count(partition, await self._end(partition), read)

    async def differences(self) -> AsyncIterator[Difference]:
        """Count every partition up to the offset of the live counts, and yield what differs there. Raises ``CannotRebuild``."""
        for partition in self._partitions:
            shown = await self._shown.snapshot(partition)
            if shown is None:
                continue
            await self._count(partition, shown.cursor.next)
            rebuilt = await self._other.snapshot(partition)
            if rebuilt is None or rebuilt.cursor.next != shown.cursor.next:
                at = "nowhere" if rebuilt is None else f"{rebuilt.cursor.next:,}"
                raise CannotRebuild(
                    f"Partition {partition}: generation {self.generation} stands at {at}, and {self.live}, which is shown, at {shown.cursor.next:,}. "
                    "Somebody else fills it. Stop that worker, or name another generation: --generation"
                )
            for difference in _differing(partition, shown, rebuilt):
                yield difference

    async def show(self) -> None:
        """Name this generation as the one to show. Raises ``CannotRebuild`` where another than the one that was compared is shown by now."""
        if (found := await make_live(self._redis, REPORTING.name, live=self.live, generation=self.generation)) != self.generation:
            raise CannotRebuild(f"Generation {found} is shown by now, and {self.live} was compared. Begin again.")

    async def _end(self, partition: int) -> int:
        cursor = await self._shown.cursor(partition)
        return 0 if cursor is None else cursor.next

    async def _count(self, partition: int, end: int, read: Read = lambda _: None) -> None:
        at = (await self._follower.cursors(frozenset((partition,))))[partition] or 0
        async for piece in self._log.read(topics.STUDENT_STATUS, partition, at, end):
            at = await self._take(RecordBatch(topics.STUDENT_STATUS, partition, at, piece[-1].offset + 1, piece), read)
        if at < end:  # the last offsets hold no record
            await self._take(RecordBatch(topics.STUDENT_STATUS, partition, at, end, ()), read)

    async def _take(self, batch: RecordBatch, read: Read) -> int:
        stands = await self._follower.follow(batch)
        if stands != batch.next:
            raise CannotRebuild(
                f"Partition {batch.partition}: generation {self.generation} was moved to {stands:,} by somebody else. "
                "Stop the worker that fills it, or name another generation: --generation"
            )
        read(batch.next - batch.first)
        return stands


async def drop(redis: Redis, generation: str, *, partitions: int) -> int:
    """Remove the counts of a generation, and return how many keys there were. Raises ``CannotRebuild`` for the one that is shown."""
    board = Board(redis, generation=generation)
    if await board.live_generation() == generation:
        raise CannotRebuild(f"Generation {generation} is the one that is shown, and stays.")
    keys = [key for partition in range(partitions) for key in board.keys(partition)]
    removed = 0
    for first in range(0, len(keys), _KEYS_AT_ONCE):
        removed += int(await redis.unlink(*keys[first : first + _KEYS_AT_ONCE]))
    return removed


def _differing(partition: int, shown: Snapshot, rebuilt: Snapshot) -> Iterator[Difference]:
    for what in _COUNTS + _TEXTS:
        old, new = getattr(shown, what), getattr(rebuilt, what)
        for field in sorted(old.keys() | new.keys()):
            if _value(what, old, field) != _value(what, new, field):
                yield Difference(partition, what, field.decode(), _text(old.get(field)), _text(new.get(field)))


def _value(what: str, counts: Mapping[bytes, bytes], field: bytes) -> bytes | None:
    # A count of nought may stand there or not, as the batches fell.
    return counts.get(field, _NOUGHT if what in _COUNTS else None)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
