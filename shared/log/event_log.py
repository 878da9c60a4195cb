"""The log as services see it: append in order, wait for the acknowledgement, read by position."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol

Records = Mapping[int, Sequence[tuple[bytes, bytes]]]
"""Records to append: partition -> (key, value) of each, in order."""


class LogUnavailable(Exception):
    """The log did not answer in time. What was sent may or may not be in the log: send it again."""


class RecordsDeleted(Exception):
    """Records that were asked for are no longer in the log. It is kept for ever, so a person must look."""


class LogRecord(NamedTuple):
    """A record: its offset, its key and its value."""

    offset: int
    key: bytes | None
    value: bytes | None


class EventLog(Protocol):
    """An append-only log of topics and partitions, each record one CloudEvent in structured mode.

    An offset may hold no record: a transaction leaves a marker at its end, whoever writes it, and what it aborted is never read. An open
    transaction ends what can be read: its own records, and all behind them, come once it has ended.
    """

    async def start(self) -> None:
        """Connect. Raises ``LogUnavailable`` where that does not succeed in time."""

    async def stop(self) -> None:
        """Disconnect. What was not acknowledged may or may not be in the log."""

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        """Append each partition's records in order, and return the offset of the first of each partition.

        Returns once all in-sync replicas have all records. The records of one call and partition stand next to each other. Raises
        ``LogUnavailable``; then some of the records may be in the log.
        """

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """Return the end offset of every partition of a topic: all below it can be read. Raises ``LogUnavailable``."""

    def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[LogRecord]]:
        """Yield the records from ``start`` up to but without ``end``, in order, in bounded pieces.

        ``end`` is no more than the end offset. Raises ``LogUnavailable``, and ``RecordsDeleted`` where ``start`` is below the log's beginning.
        """
