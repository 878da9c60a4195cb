"""What a worker does with its topic, without a word of how the records come to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from shared.log.event_log import LogUnavailable
from shared.redis.edge import REDIS_UNAVAILABLE
from shared.worker.stopped_clock import StoppedClock

UNAVAILABLE = (LogUnavailable, *REDIS_UNAVAILABLE)
"""What a follower may raise for a step that is to be tried again: nothing is lost."""


class RecordBatch(NamedTuple):
    """What one fetch brought of one partition: all records from the offset ``first`` up to but without ``next``.

    Not every offset holds a record, the first one neither: there may be none at all.
    """

    topic: str
    partition: int
    first: int
    next: int
    records: Sequence[Any]

    def since(self, offset: int) -> "RecordBatch":
        """Return the part of the batch from this offset on."""
        return self._replace(first=offset, records=[r for r in self.records if r.offset >= offset])

    def until(self, offset: int) -> "RecordBatch":
        """Return the part of the batch before this offset."""
        return self._replace(next=offset, records=[r for r in self.records if r.offset < offset])

    @property
    def begins_without_record(self) -> bool:
        """Whether the first offset holds no record."""
        return not self.records or self.records[0].offset > self.first


class CursorOutsideLog(Exception):
    """The cursor points outside the log: records were deleted, or another log is connected."""


class StartAgain(Exception):
    """The process is to end and be started again, because what it was started with is of before. The message says what."""


class Follower(Protocol):
    """What a worker does with its topic, partition by partition, in order."""

    topic: str

    async def start(self) -> None:
        """Open what is needed; called once, on the worker's event loop."""

    async def stop(self) -> None:
        """Close what ``start`` opened."""

    def assigned(self, partitions: frozenset[int]) -> None:
        """Forget what is remembered of partitions that were just assigned: another worker may have had them. Called before ``cursors``."""

    async def cursors(self, partitions: frozenset[int]) -> Mapping[int, int | None]:
        """Return the next offset wanted of each partition, None for one never begun. Asked every few seconds too. May raise ``StartAgain``."""

    async def follow(self, batch: RecordBatch) -> int:
        """Process one batch and return the offset at which the partition stands then.

        That is ``batch.next`` when all of the batch is done; any other offset is where to seek. Raises one of ``UNAVAILABLE`` for a
        batch that is to be tried again; any other exception stops the worker.
        """


class PassesDays(Protocol):
    """What lets days pass in the partitions of a topic, beside its follower."""

    topic: str
    stopped: StoppedClock
    """What was seen of the clocks of partitions."""

    async def start(self) -> None:
        """Open what is needed; called once, on the worker's event loop."""

    async def stop(self) -> None:
        """Close what ``start`` opened."""

    async def pass_days(self, mine: Callable[[], frozenset[int]]) -> None:
        """Let the days pass that have begun. ``mine``: the partitions that the worker has now. Raises one of ``UNAVAILABLE``."""
