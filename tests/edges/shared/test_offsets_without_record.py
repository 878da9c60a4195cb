"""Offsets that hold no record: what transactions of other writers leave in the log, on a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, TopicPartition

from deploy.local.stack import LocalStack
from shared.log.event_log import RecordsDeleted
from shared.log.kafka_log import KafkaLog
from tests.support.stack import FreshTopic, by_operator

PATIENCE = 20.0


@asynccontextmanager
async def writer(stack: LocalStack, name: str) -> AsyncIterator[AIOKafkaProducer]:
    """Another writer, with transactions."""
    producer = AIOKafkaProducer(**by_operator(stack.config).client(), transactional_id=name)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@pytest.fixture
async def log(stack: LocalStack) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(by_operator(stack.config), client_id="test", patience=5.0)
    yield log
    await log.stop()


async def reach(log: KafkaLog, topic: str, end: int) -> None:
    """Wait until the log ends here: the broker writes the marker of a transaction a moment after it has said that it is done."""
    async with asyncio.timeout(PATIENCE):
        while (found := await log.end_offsets(topic)) != {0: end}:
            assert found[0] <= end
            await asyncio.sleep(0.01)


async def read(log: KafkaLog, topic: str, start: int = 0) -> list[tuple[int, bytes | None]]:
    end = (await log.end_offsets(topic))[0]
    return [(record.offset, record.value) async for piece in log.read(topic, 0, start, end) for record in piece]


async def test_what_was_committed_is_read_and_its_marker_is_passed_over(stack: LocalStack, fresh_topic: FreshTopic, log: KafkaLog) -> None:
    topic = fresh_topic(partitions=1)
    async with writer(stack, f"{topic}-w") as other:
        async with other.transaction():
            await other.send(topic, b"one", partition=0)
            await other.send(topic, b"two", partition=0)
        await reach(log, topic, 3)
        await log.append(topic, {0: [(b"k", b"three")]})
    assert await read(log, topic) == [(0, b"one"), (1, b"two"), (3, b"three")]


async def test_what_was_aborted_is_not_read(stack: LocalStack, fresh_topic: FreshTopic, log: KafkaLog) -> None:
    topic = fresh_topic(partitions=1)
    async with writer(stack, f"{topic}-w") as other:
        await other.begin_transaction()
        await other.send_and_wait(topic, b"never", partition=0)
        await other.abort_transaction()
        await reach(log, topic, 2)
        await log.append(topic, {0: [(b"k", b"two")]})
    assert await read(log, topic) == [(2, b"two")]


async def test_a_read_ends_although_the_last_offsets_hold_no_record(stack: LocalStack, fresh_topic: FreshTopic, log: KafkaLog) -> None:
    topic = fresh_topic(partitions=1)
    async with writer(stack, f"{topic}-w") as other:
        async with other.transaction():
            await other.send(topic, b"one", partition=0)
        await other.begin_transaction()
        await other.send_and_wait(topic, b"never", partition=0)
        await other.abort_transaction()
    await reach(log, topic, 4)
    assert await read(log, topic) == [(0, b"one")]
    assert await read(log, topic, start=2) == []


async def test_an_open_transaction_ends_what_can_be_read_until_it_ends(stack: LocalStack, fresh_topic: FreshTopic, log: KafkaLog) -> None:
    topic = fresh_topic(partitions=1)
    await log.append(topic, {0: [(b"k", b"zero")]})
    async with writer(stack, f"{topic}-w") as other:
        await other.begin_transaction()
        await other.send_and_wait(topic, b"one", partition=0)
        await log.append(topic, {0: [(b"k", b"two")]})
        assert await log.end_offsets(topic) == {0: 1}
        assert await log.bounds(topic) == {0: (0, 3)}
        assert await read(log, topic) == [(0, b"zero")]
        await other.commit_transaction()
    await reach(log, topic, 4)
    assert await read(log, topic) == [(0, b"zero"), (1, b"one"), (2, b"two")]


async def test_records_that_were_deleted_are_missed(stack: LocalStack, fresh_topic: FreshTopic, log: KafkaLog) -> None:
    topic = fresh_topic(partitions=1)
    await log.append(topic, {0: [(b"k", b"%d" % n) for n in range(3)]})
    admin = KafkaAdminClient(**by_operator(stack.config).client())
    admin.delete_records({TopicPartition(topic, 0): 2})
    admin.close()
    assert await read(log, topic, start=2) == [(2, b"2")]
    with pytest.raises(RecordsDeleted, match="no longer holds offset 0"):
        await read(log, topic)
