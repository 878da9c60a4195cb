"""What waits for a partition of the log goes out as one record batch, and whoever appended it learns what became of it."""

import asyncio
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from shared.brokers import Brokers
from shared.log.event_log import LogUnavailable
from shared.log.kafka_log import KafkaLog
from shared.log.sent_together import BATCH_BYTES, Append, Pairs, next_together


def pairs(number: int, octets: int = 1) -> Pairs:
    return [(b"k", b"v" * octets)] * number


async def test_what_waits_goes_out_together_in_its_order() -> None:
    waiting = [Append("a", pairs(n)) for n in (3, 1, 2)]
    queue = deque(waiting)
    assert next_together(queue) == waiting
    assert next_together(queue) == []


async def test_no_more_goes_out_together_than_a_record_batch_holds() -> None:
    half = BATCH_BYTES // 2
    first, second, third = (Append("a", pairs(1, octets)) for octets in (half - 200, half - 200, 300))
    queue = deque([first, second, third])
    assert next_together(queue) == [first, second]
    assert next_together(queue) == [third]


async def test_an_append_that_is_larger_than_a_record_batch_goes_out_alone() -> None:
    small, large, after = Append("a", pairs(1)), Append("a", pairs(3, BATCH_BYTES)), Append("a", pairs(1))
    queue = deque([small, large, after])
    assert [next_together(queue) for _ in range(3)] == [[small], [large], [after]]


async def test_appends_for_two_producers_go_out_apart() -> None:
    of_one, of_other = Append("a", pairs(1)), Append("b", pairs(1))
    queue = deque([of_one, of_other])
    assert [next_together(queue) for _ in range(2)] == [[of_one], [of_other]]


async def test_what_nobody_waits_for_any_more_is_not_sent() -> None:
    given_up, waited_for = Append("a", pairs(1)), Append("a", pairs(1))
    given_up.first.cancel()
    assert next_together(deque([given_up, waited_for])) == [waited_for]


@pytest.mark.parametrize("told", [lambda append: append.acked(3), lambda append: append.failed(OSError())], ids=["acknowledged", "failed"])
async def test_an_append_that_was_given_up_while_its_batch_was_under_way_is_told_nothing(told: Callable[[Append], None]) -> None:
    append = Append("a", pairs(1))
    append.first.cancel()
    told(append)
    assert append.first.cancelled()


class SlowProducer:
    """Keeps what it is sent until it is told to acknowledge it, or to fail."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self._acks: list[asyncio.Future[Any]] = []

    async def send_batch(self, batch: Any, _topic: str, *, partition: int) -> "asyncio.Future[Any]":
        assert partition == 0
        self.sent.append(batch.record_count())
        self._acks.append(asyncio.get_running_loop().create_future())
        return self._acks[-1]

    async def ack(self, offset: int) -> None:
        self._acks[-1].set_result(SimpleNamespace(offset=offset))
        await soon()

    async def fail(self) -> None:
        self._acks[-1].set_exception(OSError("gone"))
        await soon()

    async def stop(self) -> None:
        pass


async def soon() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def producer() -> SlowProducer:
    return SlowProducer()


@pytest.fixture
def log(producer: SlowProducer, monkeypatch: pytest.MonkeyPatch) -> KafkaLog:
    log = KafkaLog(Brokers("127.0.0.1:9"), client_id="test")

    async def opened() -> SlowProducer:
        return producer

    monkeypatch.setattr(log, "_open_producer", opened)
    return log


async def appended(log: KafkaLog, *numbers: int) -> list["asyncio.Task[dict[int, int]]"]:
    tasks = []
    for number in numbers:
        tasks.append(asyncio.create_task(log.append("facts", {0: pairs(number)})))
        await soon()
    return tasks


async def test_what_is_appended_while_a_batch_is_under_way_goes_out_as_one_and_each_learns_its_offset(log: KafkaLog, producer: SlowProducer) -> None:
    alone, *others = await appended(log, 1, 2, 3)
    assert producer.sent == [1]
    await producer.ack(70)
    assert producer.sent == [1, 5]
    await producer.ack(90)
    assert [await task for task in (alone, *others)] == [{0: 70}, {0: 90}, {0: 92}]


async def test_an_append_that_comes_later_is_sent_too(log: KafkaLog, producer: SlowProducer) -> None:
    (first,) = await appended(log, 1)
    await producer.ack(0)
    (second,) = await appended(log, 1)
    await producer.ack(1)
    assert [await first, await second] == [{0: 0}, {0: 1}]


async def test_a_batch_that_fails_is_acknowledged_to_nobody_and_those_behind_it_are_sent(log: KafkaLog, producer: SlowProducer) -> None:
    first, second, third = await appended(log, 1, 1, 1)
    await producer.ack(5)
    assert await first == {0: 5}
    (behind,) = await appended(log, 1)
    await producer.fail()
    for failed in (second, third):
        with pytest.raises(LogUnavailable):
            await failed
    await producer.ack(8)
    assert await behind == {0: 8}


async def test_an_append_that_is_given_up_while_it_waits_is_not_sent(log: KafkaLog, producer: SlowProducer) -> None:
    first, given_up, third = await appended(log, 1, 10, 3)
    given_up.cancel()
    await soon()
    await producer.ack(0)
    assert producer.sent == [1, 3]
    await producer.ack(1)
    assert [await first, await third] == [{0: 0}, {0: 1}]


async def test_an_append_that_is_given_up_while_it_is_under_way_fails_no_other(log: KafkaLog, producer: SlowProducer) -> None:
    first, second, third = await appended(log, 1, 2, 3)
    await producer.ack(0)
    second.cancel()
    await soon()
    await producer.ack(1)
    assert [await first, await third] == [{0: 0}, {0: 3}]
