"""What every log must do: one suite, run on memory and on a real broker."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy.local.stack import LocalStack
from shared.brokers import Brokers
from shared.log.event_log import EventLog, LogUnavailable
from shared.log.kafka_log import KafkaLog
from shared.log.memory_log import MemoryLog
from tests.support.stack import FreshTopic, by_operator


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.live)])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[tuple[EventLog, str]]:
    if request.param == "memory":
        yield MemoryLog(partitions=3), "facts"
        return
    stack: LocalStack = request.getfixturevalue("stack")
    topic = request.getfixturevalue("fresh_topic")(partitions=3)
    kafka = KafkaLog(by_operator(stack.config), client_id="test")
    await kafka.start()
    yield kafka, topic
    await kafka.stop()


async def read_all(log: EventLog, topic: str, partition: int) -> list[tuple[int, bytes | None, bytes | None]]:
    end = (await log.end_offsets(topic))[partition]
    return [(record.offset, record.key, record.value) async for piece in log.read(topic, partition, 0, end) for record in piece]


async def test_an_empty_log_ends_at_nought_everywhere(log: tuple[EventLog, str]) -> None:
    edge, topic = log
    assert await edge.end_offsets(topic) == {0: 0, 1: 0, 2: 0}


async def test_records_stand_in_the_order_in_which_they_were_appended(log: tuple[EventLog, str]) -> None:
    edge, topic = log
    assert await edge.append(topic, {1: [(b"a", b"1"), (b"b", b"2")], 2: [(b"c", b"3")]}) == {1: 0, 2: 0}
    assert await edge.append(topic, {1: [(b"a", b"4")]}) == {1: 2}
    assert await read_all(edge, topic, 1) == [(0, b"a", b"1"), (1, b"b", b"2"), (2, b"a", b"4")]
    assert await read_all(edge, topic, 2) == [(0, b"c", b"3")]
    assert await edge.end_offsets(topic) == {0: 0, 1: 3, 2: 1}


async def test_an_append_beyond_one_record_batch_stays_in_one_piece(log: tuple[EventLog, str]) -> None:
    edge, topic = log
    long = [(b"%d" % n, b"x" * 1000) for n in range(3_000)]
    assert await edge.append(topic, {0: long}) == {0: 0}
    assert [(key, value) for _, key, value in await read_all(edge, topic, 0)] == long


async def test_appends_side_by_side_do_not_mix(log: tuple[EventLog, str]) -> None:
    edge, topic = log
    batches = [[(b"%d" % sender, b"y" * 900) for _ in range(1_500)] for sender in range(4)]
    firsts = await asyncio.gather(*(edge.append(topic, {0: batch}) for batch in batches))
    keys = [key for _, key, _ in await read_all(edge, topic, 0)]
    for sender, first in enumerate(firsts):
        assert set(keys[first[0] : first[0] + 1_500]) == {b"%d" % sender}


async def test_reading_gives_only_what_was_asked_for(log: tuple[EventLog, str]) -> None:
    edge, topic = log
    await edge.append(topic, {0: [(b"k", b"%d" % n) for n in range(10)]})
    assert [record.value async for piece in edge.read(topic, 0, 3, 6) for record in piece] == [b"3", b"4", b"5"]
    assert [piece async for piece in edge.read(topic, 0, 6, 6)] == []


async def test_a_log_that_is_away_acknowledges_nothing() -> None:
    memory = MemoryLog(partitions=1)
    memory.unavailable = True
    with pytest.raises(LogUnavailable):
        await memory.append("facts", {0: [(b"k", b"v")]})
    memory.unavailable = False
    assert await memory.end_offsets("facts") == {0: 0}


async def test_a_broker_that_is_away_acknowledges_nothing() -> None:
    kafka = KafkaLog(Brokers("127.0.0.1:9"), client_id="test", patience=0.5)
    with pytest.raises(LogUnavailable):
        await kafka.append("facts", {0: [(b"k", b"v")]})
    with pytest.raises(LogUnavailable):
        await kafka.end_offsets("facts")


async def test_a_reader_that_answers_no_more_is_replaced(stack: LocalStack, fresh_topic: FreshTopic, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = fresh_topic(partitions=1)
    log = KafkaLog(by_operator(stack.config), client_id="test", patience=2.0)
    assert await log.end_offsets(topic) == {0: 0}

    async def never(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(log._readers["read_committed"], "end_offsets", never)
    with pytest.raises(LogUnavailable):
        await log.end_offsets(topic)
    assert await log.end_offsets(topic) == {0: 0}
    await log.stop()
