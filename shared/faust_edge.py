"""Faust at the speed of the client under it: an agent gets one batch per partition and fetch, from where Redis says.

Stock Faust 0.15.3 spends 75-90 us a record on asyncio. Here a consumer hands over what one fetch brought of a partition
as one event, and everything else that Faust does (workers, agents, rebalancing, sensors) stays as it is. All that is
known of Faust's private names stands in this file; ``tests/edges/test_faust_names.py`` fails when one of them moves.

What a worker does with a batch is a ``Follower``. The cursor it keeps decides; Kafka's committed offsets are for lag
tools only and are never read back.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import faust
from faust.transport.consumer import ensure_TP, ensure_TPset
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage
from stamina import AsyncRetryingCaller, BoundAsyncRetryingCaller

from shared import clock
from shared.follower import AWAY, CursorOutsideLog, Follower, RecordBatch
from shared.json_lines import about
from shared.kafka_log import KafkaLog
from shared.meters import WorkerMeters
from shared.operations import Operations
from shared.pulse import Pulse
from shared.worker_figures import FaustMonitor, Place

EXIT_BROKEN = 70
"""The exit code of a worker that a person must look at (EX_SOFTWARE)."""

_LOOP, _CONSUMER, _WATCHDOG = "event loop", "consumer", "coordinator watchdog"
_STALLED = 15.0
"""Seconds without a turn after which a part of the worker is taken to hang; the longest step takes a tenth of them."""
_SEEK_AGAIN = 2.0
"""Seconds after which the same seek is asked for once more."""
_FATAL_GROUP_ERRORS = ("FencedInstanceIdError", "GroupAuthorizationFailedError", "TopicAuthorizationFailedError")

_log = logging.getLogger(__name__)


class _Assigned(NamedTuple):
    tp: TP
    batch: RecordBatch
    generation: int


class _BatchConsumer(driver.Consumer):
    """Hands over whole batches, and seeks to the follower's cursors wherever stock Faust seeks to Kafka's commits."""

    app: "_FollowerApp"

    async def seek_to_committed(self) -> Mapping[TP, int]:
        offsets = await self.app.cursors_of(ensure_TPset(self._thread.assignment()))
        await self._thread.seek_wait(offsets)
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
                # Short, for a partition that is resumed while we wait does not wake the waiter.
                fetched = await self._getmany(active_partitions=active, timeout=0.2)
                await asyncio.sleep(0)
                generation = self.app.consumer_generation_id
                if fetched and not self._flows():
                    # What was fetched is dropped here, and the client would go on behind it.
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
        """Tell whether records may be handed over now: not while partitions are being moved."""
        return self.flow_active

    async def _hand_over(self, tp: TP, records: Sequence[Any], generation: int) -> None:
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        size = self.app.batch_size
        for at in range(0, len(records), size):
            if not self._flows() or self.app.consumer_generation_id != generation:
                return
            part = records[at : at + size]
            last = part[-1]
            batch = RecordBatch(tp.topic, tp.partition, part[0].offset, last.offset + 1, part)
            assigned: Any = _Assigned(tp, batch, generation)
            when = last.timestamp / 1000.0
            await self.callback(
                ConsumerMessage(
                    tp.topic, tp.partition, last.offset, when, last.timestamp_type, [], None, assigned, None, 0, 0, tp, generation_id=generation
                )
            )
            self._read_offset[tp] = last.offset


class _BatchTransport(driver.Transport):
    Consumer = _BatchConsumer


class _FollowerApp(faust.App):
    """A Faust app with one agent a topic, which does what the topic's follower says. Its operations see it as ``Worked``."""

    def __init__(self, *, followers: Sequence[Follower], log: KafkaLog, meters: WorkerMeters, batch_size: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.followers = {follower.topic: follower for follower in followers}
        self.batch_size = batch_size
        self._meters = {topic: meters.of(topic) for topic in self.followers}
        self._log = log
        self._expected: dict[TP, int] = {}
        self._sought: dict[TP, tuple[int, float]] = {}
        self._mine: frozenset[TP] | None = None
        self.followed = tuple(self.followers)
        self.pulse = Pulse((_LOOP, _CONSUMER, _WATCHDOG), patience=_STALLED, since=clock.seconds())
        self.turning: asyncio.AbstractEventLoop | None = None

    async def on_start(self) -> None:
        self.turning = asyncio.get_running_loop()
        await super().on_start()
        for follower in self.followers.values():
            await _waiting()(follower.start)

    async def on_stop(self) -> None:
        await super().on_stop()
        for follower in self.followers.values():
            await follower.stop()
        await self._log.stop()

    def _new_transport(self) -> _BatchTransport:
        return _BatchTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """There are no tables: a worker writes nothing to the folder it was started in, which may be read-only."""

    def on_rebalance_start(self) -> None:
        self._mine = None
        super().on_rebalance_start()

    def on_rebalance_end(self) -> None:
        super().on_rebalance_end()
        self._mine = frozenset(ensure_TPset(self._consumer_thread.assignment()))

    def stalled(self) -> Sequence[str]:
        return self.pulse.stalled(clock.seconds())

    def faust_monitor(self) -> FaustMonitor:
        return self.monitor

    def positions(self) -> Mapping[Place, int] | None:
        mine, expected = self._mine, dict(self._expected)
        return None if mine is None else {(tp.topic, tp.partition): expected[tp] for tp in mine if tp in expected}

    async def cursors_of(self, tps: set[TP]) -> dict[TP, int]:
        """Ask the followers where to go on, and make sure that the log still has it."""
        expected: dict[TP, int] = {}
        for topic in {tp.topic for tp in tps}:
            partitions = frozenset(tp.partition for tp in tps if tp.topic == topic)
            try:
                wanted = await _waiting()(self.followers[topic].cursors, partitions)
                found = await self._within_log(topic, {p: wanted.get(p) for p in partitions})
            except Exception as error:
                if self.should_stop:
                    raise
                _give_up(error)  # without a cursor nothing can be done, and Faust would start this worker again and again
            _log.info("%s: go on at %s", topic, dict(sorted(found.items())))
            expected |= {TP(topic, p): offset for p, offset in found.items()}
        self._expected = expected
        self._sought.clear()
        return dict(expected)

    async def _within_log(self, topic: str, wanted: Mapping[int, int | None]) -> dict[int, int]:
        # By a client of its own: the consumer's connection answers nothing else while it waits for records to come.
        bounds = await _waiting()(self._log.bounds, topic)
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

    async def take(self, assigned: _Assigned) -> None:
        """Do one batch to its end: done, given up because the partition is no longer ours, or sought elsewhere."""
        tp, batch, generation = assigned
        pause = 0.1
        while True:
            expected = self._expected.get(tp)
            if expected is None or generation != self.consumer_generation_id or batch.next <= expected:
                return
            if batch.first > expected:
                await self._seek(tp, expected)
                return
            try:
                stands = await self.followers[tp.topic].follow(batch.since(expected) if batch.first < expected else batch)
            except AWAY as error:
                self._meters[tp.topic].away.inc()
                _log.warning("away, trying again: %r", error, extra=about(tp.topic, tp.partition, expected))
                await asyncio.sleep(pause)
                pause = min(2 * pause, 2.0)
                # What became of the step is unknown; the follower's own cursor knows.
                stands = await self._ask_cursor(tp, expected)
                if stands == expected:
                    continue
            self._expected[tp] = stands
            if stands != batch.next:
                _log.warning("the follower stands at %d: seeking", stands, extra=about(tp.topic, tp.partition, expected))
                await self._seek(tp, stands)
            return

    async def _ask_cursor(self, tp: TP, otherwise: int) -> int:
        try:
            cursor = (await self.followers[tp.topic].cursors(frozenset({tp.partition}))).get(tp.partition)
        except AWAY:
            return otherwise
        return (await self._within_log(tp.topic, {tp.partition: cursor}))[tp.partition]

    async def _seek(self, tp: TP, offset: int) -> None:
        at = clock.seconds()
        if (last := self._sought.get(tp)) and last[0] == offset and at - last[1] < _SEEK_AGAIN:
            return  # batches of before the seek are still queued; they are passed over
        await self._within_log(tp.topic, {tp.partition: offset})
        self._sought[tp] = (offset, at)
        await self._consumer_thread.seek_wait({tp: offset})

    async def look_again(self) -> None:
        """Notice, where nothing comes in, that a cursor went back: a Redis that was lost is filled again all the same."""
        for topic, follower in self.followers.items():
            known = {tp: at for tp, at in self._expected.items() if tp.topic == topic and tp in (self._mine or ())}
            found = await follower.cursors(frozenset(tp.partition for tp in known))
            for tp, expected in known.items():
                if (stands := found[tp.partition] or 0) < expected == self._expected.get(tp):
                    _log.warning("the follower went back to %d: seeking", stands, extra=about(topic, tp.partition, expected))
                    self._expected[tp] = stands
                    await self._seek(tp, stands)

    async def commit_for_lag_tools(self) -> None:
        """Tell Kafka where the cursors stand, so that its own tools can show the lag. Nobody reads it back."""
        mine = self.consumer.assignment()
        if offsets := {tp: o for tp, o in self._expected.items() if tp in mine and o > 0}:
            await self._consumer_thread.commit(offsets)

    @property
    def _consumer_thread(self) -> Any:
        consumer: Any = self.consumer
        return consumer._thread


def _waiting() -> BoundAsyncRetryingCaller:
    """Give what calls again, without end, while something is away."""
    return AsyncRetryingCaller(attempts=None, timeout=None, wait_initial=0.2, wait_max=2.0).on(AWAY)


class _Worker(faust.Worker):
    """Faust's own runner, which leaves logging as the service has set it up, and writes nothing beside it.

    What it would write is a spinner, blank lines, and on a signal every local variable of every thread: that would be data.
    On another signal it would wait for a debugger.
    """

    def __init__(self, app: faust.App, **options: Any) -> None:
        nowhere = Path(os.devnull).open("w")  # noqa: SIM115  # for as long as the process lives
        super().__init__(app, stdout=nowhere, stderr=nowhere, **options)
        self.spinner = None

    def _setup_logging(self) -> None:
        pass

    def _enter_debugger(self) -> None:
        pass


def _following(app: _FollowerApp) -> Callable[[Any], Awaitable[None]]:
    async def follow(stream: Any) -> None:
        async for assigned in stream:
            try:
                await app.take(assigned)
            except Exception as error:  # noqa: BLE001  # whatever it is, going on would skip a batch
                _give_up(error)

    return follow


def run_worker(
    *,
    name: str,
    bootstrap: str,
    followers: Sequence[Follower],
    operations: Operations,
    batch_size: int = 8000,
    session_timeout: float = 10.0,
) -> NoReturn:
    """Run a Faust worker in the consumer group ``name`` until it is told to stop; never returns. A follower has a topic of its own.

    It exits with 0 after SIGTERM or SIGINT, and with ``EXIT_BROKEN`` after an error that a person must look at.
    """
    app = _FollowerApp(
        followers=followers,
        log=KafkaLog(bootstrap, client_id=f"{name}-bounds"),
        meters=operations.meters,
        batch_size=batch_size,
        id=name,
        broker="kafka://" + bootstrap.replace(",", ";"),
        web_enabled=False,
        autodiscover=False,
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_buffer_maxsize=8,  # counted in batches
        stream_wait_empty=False,
        stream_recovery_delay=0.1,
        consumer_auto_offset_reset="earliest",  # never used: every assignment seeks to a cursor that the log still has
        consumer_max_fetch_size=4 << 20,
        broker_max_poll_records=None,
        broker_max_poll_interval=24 * 3600.0,
        broker_session_timeout=session_timeout,
        broker_heartbeat_interval=session_timeout / 6,
        broker_rebalance_timeout=session_timeout,
        broker_request_timeout=max(30.0, session_timeout),
    )
    for follower in followers:
        topic = app.topic(follower.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw", acks=False)
        app.agent(topic, name=f"follow-{follower.topic}", isolated_partitions=True)(_following(app))

    @app.timer(5.0)  # type: ignore[untyped-decorator]  # faust's own
    async def show_lag() -> None:
        try:
            await app.commit_for_lag_tools()
        except Exception as error:  # noqa: BLE001  # only a display depends on it
            _log.info("could not commit for lag tools: %r", error)

    @app.timer(5.0)  # type: ignore[untyped-decorator]  # faust's own
    async def look_again() -> None:
        with suppress(*AWAY):
            await app.look_again()

    operations.begin(app)
    threading.Thread(target=_watch, args=(app,), name="coordinator-watchdog", daemon=True).start()
    _Worker(app, redirect_stdouts=False).execute_from_commandline()


def _watch(app: _FollowerApp) -> NoReturn:
    """Feel the worker's pulse twice a second. In a thread, because Faust's timers and tasks only start after the first assignment."""
    pause = threading.Event()
    while True:
        pause.wait(0.5)
        _feel_pulse(app)


def _feel_pulse(app: _FollowerApp) -> None:
    """Let both event loops show that they turn, and ask the consumer for group errors.

    aiokafka keeps those until somebody asks, and Faust never does: the worker would hang.
    """

    def turn() -> None:
        app.pulse.beat(_LOOP, clock.seconds())

    def check(consumer: Any) -> None:
        app.pulse.beat(_CONSUMER, clock.seconds())
        try:
            consumer._coordinator.check_errors()
        except Exception as error:  # noqa: BLE001  # the kind is told by name below
            _log.warning("consumer group: %r", error)
            if any(name in repr(error) for name in _FATAL_GROUP_ERRORS):
                _give_up(error)

    app.pulse.beat(_WATCHDOG, clock.seconds())
    thread: Any = getattr(app._consumer, "_thread", None)
    consumer: Any = getattr(thread, "_consumer", None)
    with suppress(RuntimeError):  # a loop that was just closed
        if app.turning is not None:
            app.turning.call_soon_threadsafe(turn)
        if consumer is None or consumer._closed:
            app.pulse.beat(_CONSUMER, clock.seconds())
        else:
            thread.thread_loop.call_soon_threadsafe(check, consumer)


def _give_up(error: BaseException) -> NoReturn:
    """End this process at once: nothing is half done that the next one would not do again, and a person must look."""
    _log.critical("the worker stops: %s: %s", type(error).__name__, error, exc_info=error)
    logging.shutdown()
    os._exit(EXIT_BROKEN)
