"""Reads topics with kafka-python: by assignment, without a group, with every checksum checked. Changes nothing.

Committed records are read only. An offset may hold none: a transaction of any writer leaves a marker, and what it aborted is not read.

It needs ``crc32c``: without it kafka-python computes checksums in Python and is six times slower.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from services.reporting.audit.sources.log import LoggedRecord, Offsets

RECORD_TOPIC = "student-status"

_SILENT_POLLS = 30
"""Seconds without a record after which a read ends in ``TopicUnreadable``."""


@dataclass(frozen=True)
class Brokers:
    """Where Kafka is. ``client``: the arguments by which a client of kafka-python connects, and says who asks; it may hold a password."""

    bootstrap: str
    client: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return self.bootstrap


class TopicUnreadable(Exception):
    """A topic cannot be read as asked for. The message says why, and what mends it."""


class KafkaTopic:
    """One topic, open for reading. A context manager; not for use by two threads."""

    def __init__(self, brokers: Brokers, topic: str = RECORD_TOPIC, *, patience: float = 5.0) -> None:
        """Look the topic up. Raises ``TopicUnreadable`` where no broker answers within ``patience`` seconds, or there is no such topic."""
        self.brokers, self.topic = brokers, topic
        try:
            self._consumer: Any = KafkaConsumer(
                **brokers.client,
                client_id="baoxue-audit",
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="none",
                isolation_level="read_committed",
                allow_auto_create_topics=False,
                check_crcs=True,
                bootstrap_timeout_ms=int(patience * 1000),
                max_partition_fetch_bytes=1 << 20,
                fetch_max_bytes=4 << 20,  # measured: more is not faster, and costs memory
                max_poll_records=5000,
                metrics_enabled=False,
            )
        except (KafkaError, ValueError) as error:
            raise TopicUnreadable(
                f"No Kafka at {brokers} ({error}). Start it with `make up`, or name it with --bootstrap or REPORTING_KAFKA_BOOTSTRAP."
            ) from error
        try:
            partitions = self._consumer.partitions_for_topic(topic)
        except TopicAuthorizationFailedError as error:
            self.close()
            raise self._unknown() from error
        except KafkaError as error:
            self.close()
            raise self._broken(error) from error
        if not partitions:
            self.close()
            raise self._unknown()
        self.partitions = sorted(partitions)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._consumer.close()

    def begins(self) -> Offsets:
        """Return the first offset of each partition that the broker still holds."""
        return self._offsets(self._consumer.beginning_offsets)

    def ends(self) -> Offsets:
        """Return the end of each partition: all below it can be read. It is where the first open transaction begins, if there is one."""
        return self._offsets(self._consumer.end_offsets)

    def written(self) -> Offsets:
        """Return the offset of each partition that will be written next: as far as the topic goes, open transactions included."""
        with closing(KafkaAdminClient(**self.brokers.client, client_id="baoxue-audit")) as admin:
            return self._offsets(lambda partitions, timeout_ms: _latest(admin, partitions, timeout_ms))

    def read(self, until: Mapping[int, int], *, start: Mapping[int, int] | None = None) -> Iterator[list[LoggedRecord]]:
        """Yield the records below ``until``, every partition in order, from ``start`` or else from the first that the broker holds.

        A list has 5,000 records at most. Partitions that ``until`` does not name are not read. Raises ``TopicUnreadable`` for a partition or an
        offset that the topic does not have, a broken checksum, or a broker that is silent for 30 s.
        """
        ends, begins = self.ends(), self.begins()
        for part, offset in sorted(until.items()):
            if part not in ends:
                raise TopicUnreadable(f"{self.topic} at {self.brokers} has no partition {part}, only {len(ends)} from 0 on.")
            if not 0 <= offset <= ends[part]:
                raise TopicUnreadable(
                    f"{self.topic} at {self.brokers} ends at {part}={ends[part]}, and was asked for up to {part}={offset}: "
                    "this is not the record that the offsets were taken from, or it has lost its end."
                )
        start = {part: max((start or {}).get(part, 0), begins[part]) for part in until}
        left = {TopicPartition(self.topic, part): offset for part, offset in until.items() if start[part] < offset}
        try:
            yield from self._read(left, start)
        except KafkaError as error:
            raise self._broken(error) from error

    def follow(self, start: Mapping[int, int]) -> Iterator[list[LoggedRecord]]:
        """Yield the records from ``start`` on, for ever; an empty list each second in which there are none. Raises ``TopicUnreadable``."""
        try:
            self._seek(start)
            while True:
                polled = self._consumer.poll(timeout_ms=1000)
                yield [record for records in polled.values() for record in records]
        except KafkaError as error:
            raise self._broken(error) from error

    def _read(self, left: dict[TopicPartition, int], start: Mapping[int, int]) -> Iterator[list[LoggedRecord]]:
        self._seek({partition.partition: start[partition.partition] for partition in left})
        silent = 0
        while left:
            polled = self._consumer.poll(timeout_ms=1000)
            silent = 0 if polled else silent + 1
            if silent > _SILENT_POLLS:
                raise TopicUnreadable(f"{self.brokers} has sent nothing of {self.topic} for {_SILENT_POLLS} s; is it up? `baoxue doctor` looks.")
            for partition, records in polled.items():
                until = left.get(partition, 0)
                yield records if records[-1].offset < until else [record for record in records if record.offset < until]
            # The position decides, not the last record read: the last offsets below `until` may hold no record.
            for partition in [partition for partition, until in left.items() if self._consumer.position(partition) >= until]:
                del left[partition]
                self._consumer.pause(partition)

    def _seek(self, start: Mapping[int, int]) -> None:
        partitions = {TopicPartition(self.topic, part): offset for part, offset in start.items()}
        self._consumer.assign(list(partitions))
        self._consumer.resume(*partitions)  # an earlier read may have paused these partitions
        for partition, offset in partitions.items():
            self._consumer.seek(partition, offset)

    def _offsets(self, ask: Any) -> Offsets:
        try:
            found = ask([TopicPartition(self.topic, part) for part in self.partitions], timeout_ms=_SILENT_POLLS * 1000)
        except KafkaError as error:
            raise self._broken(error) from error
        return {partition.partition: offset for partition, offset in found.items()}

    def _unknown(self) -> TopicUnreadable:
        """A broker tells nobody of a topic that they may not read, whether there is one or not."""
        return TopicUnreadable(f"There is no topic {self.topic} at {self.brokers} that you may read: `baoxue topics` lists what you may.")

    def _broken(self, error: KafkaError) -> TopicUnreadable:
        return TopicUnreadable(f"Reading {self.topic} from {self.brokers} failed: {error}. `baoxue doctor` looks.")


def _latest(admin: Any, partitions: Sequence[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
    found = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST), timeout_ms=timeout_ms)
    return {partition: place.offset for partition, place in found.items()}
