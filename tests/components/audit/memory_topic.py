"""A topic in memory, a stand-in for the audit's ``KafkaTopic``."""

from collections.abc import Iterator, Mapping
from typing import Self

from services.reporting.audit.sources.kafka_topic import TopicUnreadable
from tests.components.reporting.written_facts import Written, lying


class MemoryTopic:
    """Values by partition, from ``begin`` on, and behind them ``open_`` offsets of open transactions. ``handed`` counts the records read."""

    def __init__(self, *partitions: list[bytes | None], begin: int = 0, open_: int = 0) -> None:
        self.records = {part: lying(*values, partition=part) for part, values in enumerate(partitions)}
        self.begin, self.open = begin, open_
        self.handed = 0

    @property
    def partitions(self) -> list[int]:
        return sorted(self.records)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def begins(self) -> dict[int, int]:
        return dict.fromkeys(self.records, self.begin)

    def ends(self) -> dict[int, int]:
        return {part: len(records) for part, records in self.records.items()}

    def written(self) -> dict[int, int]:
        return {part: end + self.open for part, end in self.ends().items()}

    def read(self, until: Mapping[int, int], *, start: Mapping[int, int] | None = None) -> Iterator[list[Written]]:
        for part, end in until.items():
            if part not in self.records or end > len(self.records[part]):
                raise TopicUnreadable(f"there is no {part}={end}")
            found = self.records[part][max(self.begin, (start or {}).get(part, 0)) : end]
            self.handed += len(found)
            yield found

    def follow(self, start: Mapping[int, int]) -> Iterator[list[Written]]:
        """Yield the records that are there, and end: a test does not wait for ever."""
        yield from self.read(self.ends(), start=start)
