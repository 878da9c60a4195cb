"""The log in Kafka, through aiokafka.

This module builds whole record batches and sends them one at a time to a partition: a failed send can then never leave a hole below a
later record, and a record costs 3 us instead of 10. What is appended while a batch is under way waits, and goes out as one batch after it
(decision 0074). The producer is idempotent and waits for all in-sync replicas. A producer that failed is replaced by a new one: aiokafka
leaves a gap in its sequence numbers when a batch expires, and the broker refuses everything after such a gap.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Literal, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from shared.brokers import Brokers
from shared.events.envelope import HEADERS
from shared.log.bare_records import fetch_bare_records
from shared.log.event_log import LogRecord, LogUnavailable, Records, RecordsDeleted
from shared.log.record_batch import Lz4Batch
from shared.log.sent_together import BATCH_BYTES, Append, Pairs, next_together

_PIECE = 4_000
"""Most records of one piece of a read."""
_POLL = 200
"""Milliseconds to wait for records, before a look whether the next offsets hold none."""
_METADATA_PAUSE = 0.05
"""Seconds between two questions for a topic that is not there yet."""
_CLOSE_WITHIN = 2.0
"""Seconds to wait for a client to close before it is left to the garbage collector."""

_COMMITTED, _UNCOMMITTED = "read_committed", "read_uncommitted"

Client = TypeVar("Client", AIOKafkaProducer, AIOKafkaConsumer)


class KafkaLog:
    """An ``EventLog`` on a Kafka cluster; ``patience`` is the seconds to wait for an acknowledgement or an answer."""

    def __init__(self, brokers: Brokers, *, client_id: str, patience: float = 10.0) -> None:
        """Connect nothing yet."""
        self._brokers, self._client_id, self._patience = brokers, client_id, patience
        self._producer: AIOKafkaProducer | None = None
        self._readers: dict[str, AIOKafkaConsumer] = {}
        self._opening = asyncio.Lock()
        self._queues: defaultdict[tuple[str, int], deque[Append]] = defaultdict(deque)
        """What waits for a partition, by topic and partition."""
        self._sending: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Connect the producer, so that the first append pays nothing for it."""
        await self._open_producer()

    async def stop(self) -> None:
        await _close(self._producer)
        self._producer = None
        while self._readers:
            await _close(self._readers.popitem()[1])

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        """Send the partitions side by side, each partition's record batches one after the other."""
        producer = await self._open_producer()
        waiting = [(p, self._queued(producer, topic, p, pairs)) for p, pairs in records.items() if pairs]
        answers = await asyncio.gather(*(first for _, first in waiting), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                if self._producer is producer:
                    self._producer = None
                    await _close(producer)
                if isinstance(answer, KafkaError | TimeoutError | OSError):
                    raise LogUnavailable(f"{topic}: {answer!r}") from answer
                raise answer
        return {p: answer for (p, _), answer in zip(waiting, answers, strict=True) if not isinstance(answer, BaseException)}

    def _queued(self, producer: AIOKafkaProducer, topic: str, partition: int, pairs: Pairs) -> "asyncio.Future[int]":
        """Have records sent after all that wait for their partition, and return what becomes of them: the offset of the first, or an error."""
        append = Append(producer, pairs)
        queue = self._queues[topic, partition]
        queue.append(append)
        if (topic, partition) not in self._sending:
            self._sending[topic, partition] = asyncio.create_task(self._send_all(topic, partition, queue))
        return append.first

    async def _send_all(self, topic: str, partition: int, queue: deque[Append]) -> None:
        """Send what waits for a partition, until nothing does."""
        try:
            while appends := next_together(queue):
                try:
                    first = await self._sent(appends[0].producer, topic, partition, [pair for each in appends for pair in each.pairs])
                except Exception as error:  # noqa: BLE001  # whoever appended is told, whatever it is
                    for each in appends:
                        each.failed(error)
                else:
                    for each in appends:
                        each.acked(first)
                        first += len(each.pairs)
        finally:
            del self._sending[topic, partition]

    async def _sent(self, producer: AIOKafkaProducer, topic: str, partition: int, pairs: Pairs) -> int:
        """Send record batches one after the other, and return the offset of the first record."""
        first = -1
        for batch in _batches(pairs):
            acked = await producer.send_batch(batch, topic, partition=partition)
            metadata = await asyncio.wait_for(acked, self._patience)
            if metadata.offset < 0:
                # The broker had the batch already, for its first answer was lost, and does not say at which offset.
                raise LogUnavailable(f"{topic}[{partition}]: acknowledged without an offset")
            if first < 0:
                first = metadata.offset
        return first

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """Ask the leaders of the partitions for their last stable offsets."""
        return await self._ask(topic, _COMMITTED, "end_offsets")

    async def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        """Return the first offset that the log still holds and the offset of its next record, by partition. Raises ``LogUnavailable``."""
        begins = await self._ask(topic, _UNCOMMITTED, "beginning_offsets")
        ends = await self._ask(topic, _UNCOMMITTED, "end_offsets")
        return {partition: (begin, ends[partition]) for partition, begin in begins.items()}

    async def _ask(self, topic: str, isolation: str, question: Literal["beginning_offsets", "end_offsets"]) -> dict[int, int]:
        reader = await self._open_reader(isolation)
        try:
            async with asyncio.timeout(self._patience):
                partitions = [TopicPartition(topic, p) for p in await self._partitions(reader, topic)]
                offsets: Mapping[TopicPartition, int] = await getattr(reader, question)(partitions)
        except (KafkaError, TimeoutError, OSError) as error:
            # Replaced like the producer: a reader that never answers again would be asked for ever.
            if self._readers.get(isolation) is reader:
                del self._readers[isolation]
                await _close(reader)
            raise LogUnavailable(f"{topic}: {error!r}") from error
        return {tp.partition: offset for tp, offset in offsets.items()}

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[LogRecord]]:
        """Read with a consumer of its own that belongs to no group."""
        if start >= end:
            return
        fetch_bare_records()
        consumer = AIOKafkaConsumer(
            **self._brokers.client(),
            client_id=self._client_id,
            auto_offset_reset="none",
            enable_auto_commit=False,
            isolation_level=_COMMITTED,
            max_partition_fetch_bytes=4 << 20,
        )
        tp = TopicPartition(topic, partition)
        try:
            async with asyncio.timeout(self._patience):
                await consumer.start()
            consumer.assign([tp])
            consumer.seek(tp, start)
            while start < end:
                piece, start = await self._next_piece(consumer, tp, start, end)
                if piece:
                    yield piece
        except OffsetOutOfRangeError as error:
            raise RecordsDeleted(
                f"{topic}[{partition}]: the log no longer holds offset {start}. Records were deleted, or it is another log."
            ) from error
        except (KafkaError, TimeoutError, OSError) as error:
            raise LogUnavailable(f"{topic}[{partition}]@{start}: {error!r}") from error
        finally:
            await _close(consumer)

    async def _next_piece(self, consumer: AIOKafkaConsumer, tp: TopicPartition, start: int, end: int) -> tuple[Sequence[LogRecord], int]:
        """Return the next records below ``end``, if any, and where to go on: further than ``start``, for offsets may hold no record."""
        async with asyncio.timeout(self._patience):
            while True:
                records = await consumer.getmany(tp, timeout_ms=_POLL, max_records=_PIECE)
                if (position := await consumer.position(tp)) > start:
                    return [LogRecord(r.offset, r.key, r.value) for r in records.get(tp, ()) if r.offset < end], position

    async def _open_producer(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._brokers.client(),
                    client_id=self._client_id,
                    acks="all",
                    enable_idempotence=True,
                    max_batch_size=BATCH_BYTES,
                    max_request_size=2 * BATCH_BYTES,
                    request_timeout_ms=int(self._patience * 1000),
                )
                self._producer = await self._started(producer)
            return self._producer

    async def _open_reader(self, isolation: str) -> AIOKafkaConsumer:
        async with self._opening:
            if isolation not in self._readers:
                reader = AIOKafkaConsumer(**self._brokers.client(), client_id=self._client_id, isolation_level=isolation)
                self._readers[isolation] = await self._started(reader)
            return self._readers[isolation]

    async def _started(self, client: Client) -> Client:
        try:
            async with asyncio.timeout(self._patience):
                await client.start()
        except (KafkaError, TimeoutError, OSError) as error:
            await _close(client)
            raise LogUnavailable(f"{self._brokers.bootstrap}: {error!r}") from error
        return client

    async def _partitions(self, reader: AIOKafkaConsumer, topic: str) -> set[int]:
        while not (found := reader.partitions_for_topic(topic)):
            # aiokafka has no public way to ask for one topic without a subscription.
            await reader._client.add_topic(topic)  # noqa: SLF001
            await reader._client.force_metadata_update()  # noqa: SLF001
            await asyncio.sleep(_METADATA_PAUSE)
        return set(found)


def _batches(pairs: Pairs) -> list[Lz4Batch]:
    batches = [Lz4Batch(BATCH_BYTES)]
    for key, value in pairs:
        if batches[-1].append(key=key, value=value, timestamp=None, headers=HEADERS) is None:
            batches.append(Lz4Batch(BATCH_BYTES))
            batches[-1].append(key=key, value=value, timestamp=None, headers=HEADERS)
    return batches


async def _close(client: AIOKafkaProducer | AIOKafkaConsumer | None) -> None:
    if client is not None:
        with suppress(KafkaError, TimeoutError, OSError, asyncio.CancelledError):
            await asyncio.wait_for(client.stop(), _CLOSE_WITHIN)
