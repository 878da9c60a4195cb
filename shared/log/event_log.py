"""The log as services see it: appended to in order, acknowledged, read again by position."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol

Records = Mapping[int, Sequence[tuple[bytes, bytes]]]
"""What to append: partition -> (key, value) of each record, in order."""


class LogUnavailable(Exception):
    """The log gave no acknowledgement in time: nothing may be assumed of what was sent; send it again."""


class LogRecord(NamedTuple):
    """One record of the log, as read."""

    offset: int
    key: bytes | None
    value: bytes | None


class EventLog(Protocol):
    """An append-only log of topics and partitions, each record one CloudEvent in structured mode."""

    async def start(self) -> None:
        """Connect; raises ``LogUnavailable`` where that cannot be done in time."""

    async def stop(self) -> None:
        """Let go of everything; what was not acknowledged may or may not be in the log."""

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        """Append each partition's records in order and give the offset of the first, by partition.

        Returns once all in-sync replicas have them all. The records of one call and partition stand next to each
        other. Raises ``LogUnavailable``; then some of them may be in the log.
        """

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """Give the next offset of every partition of a topic. Raises ``LogUnavailable``."""

    def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[LogRecord]]:
        """Give the records from ``start`` up to but without ``end``, in order, in bounded pieces. Raises ``LogUnavailable``."""
