"""A consumer that hands over whole batches, and begins where the followers' cursors stand.

A batch begins where the one before it ended, and ends at the position of the client below: so the offsets that hold no record, such as the
marker of a transaction or what one aborted, belong to a batch like those that do, be it to one without records. Only committed records are read.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

from faust.transport.consumer import ensure_TPset
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from shared.log.bare_records import fetch_bare_records
from shared.worker.follower import RecordBatch

_WAIT, _SHORT_WAIT = 1.0, 0.2
"""Seconds to wait for records, which end the wait. A partition that is resumed meanwhile does not end it: while any may be, the wait is short."""


class AssignedBatch(NamedTuple):
    """A batch, and in which generation of the group its partition was assigned to this worker."""

    tp: TP
    batch: RecordBatch
    generation: int


class BatchApp(Protocol):
    """What the consumer asks of the Faust app that it belongs to, beside Faust's own attributes."""

    batch_size: int
    """Most records of one batch."""

    async def cursors_of(self, tps: set[TP]) -> dict[TP, int]:
        """Return the offset at which each assigned partition goes on."""

    async def seek(self, offsets: Mapping[TP, int]) -> None:
        """Have the consumer go on at these offsets."""


class Fetched(NamedTuple):
    """What one fetch brought of a partition: all records from the offset ``first`` up to but without ``next``."""

    first: int
    next: int
    records: Sequence[Any]


class BatchConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread in which the client runs: reads committed records, and says from where to where."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ended: dict[TP, int] = {}
        """Where the next batch of each partition begins."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        fetch_bare_records()
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # Faust reads so with its own transactions only
        return consumer

    async def _seek_wait(self, consumer: Any, partitions: Mapping[TP, int]) -> None:
        self._ended.update(partitions)
        await super()._seek_wait(consumer, partitions)

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109  # Faust's own
        max_records: int | None = None,
    ) -> Any:
        records = await super()._fetch_records(consumer, active_partitions, timeout=timeout, max_records=max_records)
        # Nothing is awaited from here on, so that the positions are those behind these records.
        subscription = consumer._subscription.subscription
        fetched: dict[TP, Fetched] = {}
        for tp in active_partitions:
            state = subscription.assignment.state_value(tp) if subscription and subscription.assignment else None
            if state is None or not state.has_valid_position or tp not in self._ended:
                continue
            first, self._ended[tp] = self._ended[tp], state.position
            if state.position > first:
                fetched[tp] = Fetched(first, state.position, records.get(tp, ()))
        return fetched

    def highwater(self, tp: TP) -> Any:
        return self._ensure_consumer().last_stable_offset(tp)


class BatchConsumer(driver.Consumer):
    """Hands over whole batches, and seeks to the followers' cursors wherever stock Faust seeks to Kafka's commits."""

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        offsets = await self._batch_app.cursors_of(ensure_TPset(self._thread.assignment()))
        await self._batch_app.seek(offsets)
        return offsets

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                if not self._flows():
                    await self.wait(self.can_resume_flow)  # type: ignore[arg-type]  # takes anything that can be waited for
                    continue
                active = set(self._get_active_partitions())
                if not active:
                    # Every partition's queue is full. Stock Faust would sleep for a whole second here.
                    await asyncio.sleep(0.005)
                    continue
                wait = _SHORT_WAIT if self._buffered_partitions or self._paused_partitions else _WAIT
                fetched = cast("Mapping[TP, Fetched]", await self._getmany(active_partitions=active, timeout=wait))
                await asyncio.sleep(0)
                generation = self.app.consumer_generation_id
                if fetched and not self._flows():
                    # The fetched records are dropped here, and the client would go on behind them.
                    await self.perform_seek()
                    continue
                for tp, part in fetched.items():
                    await self._hand_over(tp, part, generation)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise

    def _flows(self) -> bool:
        """Return whether records may be handed over now: not during a rebalance."""
        return self.flow_active

    async def _hand_over(self, tp: TP, fetched: Fetched, generation: int) -> None:
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        for batch in batches(tp, fetched, self._batch_app.batch_size):
            if not self._flows() or self.app.consumer_generation_id != generation:
                return
            assigned: Any = AssignedBatch(tp, batch, generation)
            last = batch.next - 1
            when = batch.records[-1].timestamp / 1000.0 if batch.records else 0.0
            await self.callback(ConsumerMessage(tp.topic, tp.partition, last, when, 0, [], None, assigned, None, 0, 0, tp, generation_id=generation))
            self._read_offset[tp] = last

    @property
    def _batch_app(self) -> BatchApp:
        return cast("BatchApp", self.app)


def batches(tp: TP, fetched: Fetched, size: int) -> Iterator[RecordBatch]:
    """Cut what was fetched into batches of at most ``size`` records, each beginning where the one before it ends."""
    first, records = fetched.first, fetched.records
    for at in range(0, max(len(records), 1), size):
        end = at + size
        next_ = records[end].offset if end < len(records) else fetched.next
        yield RecordBatch(tp.topic, tp.partition, first, next_, records[at:end])
        first = next_


class BatchTransport(driver.Transport):
    """The transport of Faust whose consumers are ``BatchConsumer``."""

    Consumer = BatchConsumer
