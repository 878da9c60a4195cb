"""What a worker does with its topic, said without a word of how the records come to it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from shared.log.event_log import LogUnavailable
from shared.redis.edge import REDIS_UNAVAILABLE

UNAVAILABLE = (LogUnavailable, *REDIS_UNAVAILABLE)
"""What a follower may raise to say: try again later, nothing is lost."""


class RecordBatch(NamedTuple):
    """What one fetch brought of one partition: the records from ``first`` up to but without ``next``."""

    topic: str
    partition: int
    first: int
    next: int
    records: Sequence[Any]

    def since(self, offset: int) -> "RecordBatch":
        """Give the part of the batch from this offset on."""
        return self._replace(first=offset, records=[r for r in self.records if r.offset >= offset])


class CursorOutsideLog(Exception):
    """The cursor points outside the log: somebody deleted records or the wrong log is connected."""


class Follower(Protocol):
    """What a worker does with its topic, partition by partition, in order."""

    topic: str

    async def start(self) -> None:
        """Open what is needed; called once, on the worker's event loop."""

    async def stop(self) -> None:
        """Let go of it."""

    async def cursors(self, partitions: frozenset[int]) -> Mapping[int, int | None]:
        """Give the next offset wanted of each partition, None for one never begun. Called on every assignment."""

    async def follow(self, batch: RecordBatch) -> int:
        """Take one batch and give the offset at which the partition now stands.

        ``batch.next`` when all of it is done; anything else is where to seek. Raises one of ``UNAVAILABLE`` to be asked
        again; any other exception stops the worker.
        """
