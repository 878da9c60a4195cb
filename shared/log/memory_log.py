"""The log in memory, for tests without a broker: it passes the same suite as the one in Kafka."""

from collections.abc import AsyncIterator, Sequence

from shared.log.event_log import LogRecord, LogUnavailable, Records

_PIECE = 1_000


class MemoryLog:
    """An ``EventLog`` in the memory of its process. While ``unavailable`` is set, every call fails as without a broker.

    Nothing can be appended to ``unavailable_topics``.
    """

    def __init__(self, partitions: int) -> None:
        """Begin empty. Every topic has this many partitions."""
        self.partitions = partitions
        self.unavailable = False
        self.unavailable_topics: set[str] = set()
        self.topics: dict[str, list[list[LogRecord]]] = {}

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        self._refuse_if_unavailable()
        if topic in self.unavailable_topics:
            raise LogUnavailable(f"{topic} is unavailable")
        first: dict[int, int] = {}
        for partition, pairs in records.items():
            log = self._topic(topic)[partition]
            first[partition] = len(log)
            log.extend([LogRecord(len(log) + n, key, value) for n, (key, value) in enumerate(pairs)])
        return first

    async def end_offsets(self, topic: str) -> dict[int, int]:
        self._refuse_if_unavailable()
        return {p: len(log) for p, log in enumerate(self._topic(topic))}

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[LogRecord]]:
        self._refuse_if_unavailable()
        log = self._topic(topic)[partition]
        for at in range(start, min(end, len(log)), _PIECE):
            yield log[at : min(at + _PIECE, end)]

    def _topic(self, topic: str) -> list[list[LogRecord]]:
        return self.topics.setdefault(topic, [[] for _ in range(self.partitions)])

    def _refuse_if_unavailable(self) -> None:
        if self.unavailable:
            raise LogUnavailable("the log is unavailable")
