"""A Faust app whose agents process batches, one after the other in each partition."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import faust
from faust.transport.consumer import ensure_TPset
from faust.types import TP

from shared import clock
from shared.garbage import look_seldom
from shared.log.kafka_log import KafkaLog
from shared.logging import about
from shared.worker.faust_edge.consumer import AssignedBatch, BatchTransport
from shared.worker.faust_edge.process_exit import exit_broken, exit_for_restart
from shared.worker.faust_edge.watchdog import CONSUMER, LOOP, STALLED, WATCHDOG
from shared.worker.follower import UNAVAILABLE, CursorOutsideLog, Follower, PassesDays, StartAgain
from shared.worker.lag import FaustMonitor, TopicPartition
from shared.worker.liveness import Liveness
from shared.worker.meters import WorkerMeters
from shared.worker.retrying import retrying

_SEEK_AGAIN = 2.0
"""Seconds after which the same seek is asked for once more."""
_SEEK_WITHIN = 60.0
"""Seconds that a seek may take. During a rebalance it may wait for ever, and everything else behind it."""

_LOOK_FOR_DAYS = 1.0
"""Seconds from one look whether a day has begun to the next."""

_log = logging.getLogger(__name__)


class FollowerApp(faust.App):
    """A Faust app with one agent for each topic, which hands the topic's batches to its follower.

    It is the ``ObservedWorker`` of the admin server, the ``WatchedWorker`` of the watchdog, and the ``BatchApp`` of the consumer.
    """

    def __init__(
        self,
        *,
        followers: Sequence[Follower],
        log: KafkaLog,
        meters: WorkerMeters,
        batch_size: int,
        passing: PassesDays | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self._passing = passing
        self.followers = {follower.topic: follower for follower in followers}
        self.batch_size = batch_size
        self._meters = {topic: meters.of(topic) for topic in self.followers}
        self._log = log
        self._expected: dict[TP, int] = {}
        self._sought: dict[TP, tuple[int, float]] = {}
        self._assigned: frozenset[TP] | None = None
        self.rebalancing_since: float | None = None
        """When the running rebalance began, by ``clock.seconds``; None while there is none."""
        self.followed = tuple(self.followers)
        self.liveness = Liveness((LOOP, CONSUMER, WATCHDOG), patience=STALLED, since=clock.seconds())
        self.event_loop: asyncio.AbstractEventLoop | None = None

    async def on_start(self) -> None:
        self.event_loop = asyncio.get_running_loop()
        await super().on_start()
        for follower in self.followers.values():
            await retrying()(follower.start)
        if self._passing is not None:
            await retrying()(self._passing.start)
            self.add_future(self._pass_days(self._passing))
        look_seldom()

    async def on_stop(self) -> None:
        await super().on_stop()
        if self._passing is not None:
            await self._passing.stop()
        for follower in self.followers.values():
            await follower.stop()
        await self._log.stop()

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Make none: there are no tables, and the folder in which a worker was started may be read-only."""

    def on_rebalance_start(self) -> None:
        self._assigned = None
        self.rebalancing_since = clock.seconds()
        super().on_rebalance_start()

    def on_rebalance_end(self) -> None:
        super().on_rebalance_end()
        self._assigned = frozenset(ensure_TPset(self._consumer_thread.assignment()))
        self.rebalancing_since = None

    def stalled(self) -> Sequence[str]:
        return self.liveness.stalled(clock.seconds())

    def faust_monitor(self) -> FaustMonitor:
        return self.monitor

    def positions(self) -> Mapping[TopicPartition, int] | None:
        mine, expected = self._assigned, dict(self._expected)
        return None if mine is None else {(tp.topic, tp.partition): expected[tp] for tp in mine if tp in expected}

    async def cursors_of(self, tps: set[TP]) -> dict[TP, int]:
        """Return the offset at which each partition goes on, as its follower says. Exits where the log does not hold it."""
        expected: dict[TP, int] = {}
        for topic in {tp.topic for tp in tps}:
            partitions = frozenset(tp.partition for tp in tps if tp.topic == topic)
            self.followers[topic].assigned(partitions)
            try:
                wanted = await retrying()(self.followers[topic].cursors, partitions)
                found = await self._within_log(topic, {p: wanted.get(p) for p in partitions})
            except StartAgain as error:
                exit_for_restart(str(error))
            except Exception as error:
                if self.should_stop:
                    raise
                exit_broken(error)  # nothing can be done without a cursor, and Faust would start this worker again and again
            _log.info("%s: go on at %s", topic, dict(sorted(found.items())))
            expected |= {TP(topic, p): offset for p, offset in found.items()}
        self._expected = expected
        self._sought.clear()
        return dict(expected)

    async def _within_log(self, topic: str, wanted: Mapping[int, int | None]) -> dict[int, int]:
        # This client is not the consumer's: the consumer's connection answers nothing else while it waits for records.
        bounds = await retrying()(self._log.bounds, topic)
        found: dict[int, int] = {}
        for partition, cursor in wanted.items():
            lowest, highest = bounds[partition]
            found[partition] = lowest if cursor is None else cursor
            if not lowest <= found[partition] <= highest:
                raise CursorOutsideLog(
                    f"{topic}[{partition}]: the cursor {cursor} is outside the log, which holds {lowest} to {highest}. "
                    "Either this is another log, or records were deleted. Check the addresses; then rebuild into a new generation."
                )
        return found

    async def take(self, assigned: AssignedBatch) -> None:
        """Process one batch to its end: until it is done, or its partition is no longer assigned, or the follower stands elsewhere."""
        tp, batch, generation = assigned
        pause = 0.1
        while True:
            expected = self._expected.get(tp)
            if expected is None or generation != self.consumer_generation_id or batch.next <= expected:
                return
            if batch.first > expected:
                await self._seek(tp, expected)
                return
            if batch.first < expected:
                batch = batch.since(expected)
            if batch.begins_without_record:
                # It is a marker or aborted, or the log's beginning has moved behind it: that ends the worker.
                await self._within_log(tp.topic, {tp.partition: expected})
            try:
                stands = await self.followers[tp.topic].follow(batch)
            except UNAVAILABLE as error:
                self._meters[tp.topic].unavailable.inc()
                _log.warning("unavailable, trying again: %r", error, extra=about(tp.topic, tp.partition, expected))
                await asyncio.sleep(pause)
                pause = min(2 * pause, 2.0)
                # Nobody knows whether the step was done, but the follower's cursor does.
                stands = await self._ask_cursor(tp, expected)
                if stands == expected:
                    continue
            self._expected[tp] = stands
            if stands != batch.next:
                _log.warning("the follower stands at %d: seeking", stands, extra=about(tp.topic, tp.partition, expected))
                await self._seek(tp, stands)
            return

    async def _pass_days(self, passing: PassesDays) -> None:
        def mine() -> frozenset[int]:
            return frozenset(tp.partition for tp in self._assigned or () if tp.topic == passing.topic)

        while True:
            try:
                await passing.pass_days(mine)
            except UNAVAILABLE as error:
                _log.warning("days wait: %r", error)
            except Exception as error:  # noqa: BLE001  # whatever it is, to go on would leave deadlines untold
                if self.should_stop:
                    return
                exit_broken(error)
            await asyncio.sleep(_LOOK_FOR_DAYS)

    async def _ask_cursor(self, tp: TP, otherwise: int) -> int:
        try:
            cursor = (await self.followers[tp.topic].cursors(frozenset({tp.partition}))).get(tp.partition)
        except UNAVAILABLE:
            return otherwise
        return (await self._within_log(tp.topic, {tp.partition: cursor}))[tp.partition]

    async def _seek(self, tp: TP, offset: int) -> None:
        at = clock.seconds()
        if (last := self._sought.get(tp)) and last[0] == offset and at - last[1] < _SEEK_AGAIN:
            return  # batches that were fetched before the seek are still queued; they are passed over
        await self._within_log(tp.topic, {tp.partition: offset})
        self._sought[tp] = (offset, at)
        await self.seek({tp: offset})

    async def seek(self, offsets: Mapping[TP, int]) -> None:
        """Have the consumer go on at these offsets. Exits for a restart where the seek does not end."""
        try:
            async with asyncio.timeout(_SEEK_WITHIN):
                await self._consumer_thread.seek_wait(offsets)
        except TimeoutError:
            exit_for_restart(f"a seek took more than {_SEEK_WITHIN:.0f} s")

    async def notice_lost_cursors(self) -> None:
        """Seek where a cursor went back: a lost Redis is filled again even when no record arrives."""
        for topic, follower in self.followers.items():
            known = {tp: at for tp, at in self._expected.items() if tp.topic == topic and tp in (self._assigned or ())}
            try:
                found = await follower.cursors(frozenset(tp.partition for tp in known))
            except StartAgain as error:
                exit_for_restart(str(error))
            for tp, expected in known.items():
                if (stands := found[tp.partition] or 0) < expected == self._expected.get(tp):
                    _log.warning("the follower went back to %d: seeking", stands, extra=about(topic, tp.partition, expected))
                    self._expected[tp] = stands
                    await self._seek(tp, stands)

    async def commit_for_lag_tools(self) -> None:
        """Commit the cursors to Kafka, so that its own tools can show the lag. Nobody reads them back."""
        mine = self.consumer.assignment()
        if offsets := {tp: o for tp, o in self._expected.items() if tp in mine and o > 0}:
            await self._consumer_thread.commit(offsets)

    @property
    def _consumer_thread(self) -> Any:
        consumer: Any = self.consumer
        return consumer._thread
