"""A consumer that hands over whole batches, and begins where the followers' cursors stand."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

from faust.transport.consumer import ensure_TP, ensure_TPset
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from shared.worker.follower import RecordBatch


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


class BatchConsumer(driver.Consumer):
    """Hands over whole batches, and seeks to the followers' cursors wherever stock Faust seeks to Kafka's commits."""

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
                # A short wait, for a partition that is resumed meanwhile does not wake the waiter.
                fetched = await self._getmany(active_partitions=active, timeout=0.2)
                await asyncio.sleep(0)
                generation = self.app.consumer_generation_id
                if fetched and not self._flows():
                    # The fetched records are dropped here, and the client would go on behind them.
                    await self.perform_seek()
                    continue
                for fetched_tp, records in fetched.items():
                    tp = ensure_TP(fetched_tp)
                    if records and (tp in active or tp in self._buffered_partitions):
                        await self._hand_over(tp, records, generation)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise

    def _flows(self) -> bool:
        """Tell whether records may be handed over now: not during a rebalance."""
        return self.flow_active

    async def _hand_over(self, tp: TP, records: Sequence[Any], generation: int) -> None:
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        size = self._batch_app.batch_size
        for at in range(0, len(records), size):
            if not self._flows() or self.app.consumer_generation_id != generation:
                return
            part = records[at : at + size]
            last = part[-1]
            batch = RecordBatch(tp.topic, tp.partition, part[0].offset, last.offset + 1, part)
            assigned: Any = AssignedBatch(tp, batch, generation)
            when = last.timestamp / 1000.0
            await self.callback(
                ConsumerMessage(
                    tp.topic, tp.partition, last.offset, when, last.timestamp_type, [], None, assigned, None, 0, 0, tp, generation_id=generation
                )
            )
            self._read_offset[tp] = last.offset

    @property
    def _batch_app(self) -> BatchApp:
        return cast("BatchApp", self.app)


class BatchTransport(driver.Transport):
    """The transport of Faust whose consumers are ``BatchConsumer``."""

    Consumer = BatchConsumer
