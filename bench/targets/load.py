"""A steady load beside a measurement, and how long a worker that was killed under it takes until nothing waits for it."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import Event, Thread

import psutil

from bench.side_by_side.record import Pairs
from bench.side_by_side.stack import PARTITIONS
from bench.targets.copies import Copies, Small
from bench.targets.measured import NotRight
from deploy.local import kafka_access
from deploy.local.config import StackConfig
from shared.log.kafka_log import KafkaLog

RATE, EVERY = 2_000, 0.25
"""Records a second, and seconds from one piece of them to the next."""
_ENDS_WITHIN = 60.0


class Load:
    """Puts copies into their topic at a steady rate, each whole, from a number on. ``number``: of the copy that comes next."""

    def __init__(self, config: StackConfig, small: Small, number: int) -> None:
        self.number = number
        self._config, self._small, self._copies = config, small, Copies(small)
        self._copies.pass_over(number)
        self._enough, self._failed = Event(), list[BaseException]()

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Let it flow during the block, and until the copy that is on its way is whole."""
        thread = Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._enough.set()
            thread.join(_ENDS_WITHIN)
        if thread.is_alive() or self._failed:
            raise NotRight(f"the load did not come into the log: {self._failed}")

    def _run(self) -> None:
        try:
            asyncio.run(self._flow())
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is told where the block ends
            self._failed.append(error)

    async def _flow(self) -> None:
        log = KafkaLog(kafka_access.brokers(self._config, kafka_access.OPERATOR), client_id="bench-load")
        due = time.monotonic()
        try:
            while not self._enough.is_set():
                records = self._copies.copy(self.number)
                while piece := list(islice(records, int(RATE * EVERY))):
                    told: dict[int, Pairs] = {}
                    for partition, key, value in piece:
                        told.setdefault(partition, []).append((key, value))
                    await log.append(self._small.topic, told)
                    due += EVERY
                    if not self._enough.is_set():
                        await asyncio.sleep(max(0.0, due - time.monotonic()))
                self.number += 1
        finally:
            await log.stop()


def end(pid: int) -> None:
    """Kill a process, and wait until it is gone."""
    process = psutil.Process(pid)
    process.kill()
    process.wait()


def until_nothing_waits(kill: Callable[[], None], ends: Callable[[], Sequence[int]], stands: Callable[[], Sequence[int]], *, within: float) -> float:
    """Kill a worker under a load, and return the seconds until it has done all that the log holds. Raises ``NotRight``.

    ``ends``: of the log, by partition; ``stands``: how far the worker is with each.
    """
    begun = time.monotonic()
    kill()
    killed = stands()
    while not caught_up(ends(), stands(), killed):
        if time.monotonic() > begun + within:
            raise NotRight(f"a worker that was killed was not back within {within:.0f} s: it stands at {stands()} of {ends()}")
        time.sleep(0.02)
    return time.monotonic() - begun


def caught_up(ends: Sequence[int], stands: Sequence[int], killed: Sequence[int]) -> bool:
    """Return whether a worker has done all, and in each partition more than when it was killed: without that, nothing says that it is back."""
    return all(done >= end and done > before for end, done, before in zip(ends, stands, killed, strict=True))


class Ends:
    """The ends of a topic, asked for over and over again through one client."""

    def __init__(self, config: StackConfig, topic: str) -> None:
        self._topic = topic
        self._loop = asyncio.new_event_loop()
        self._log = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench-ends")

    def __call__(self) -> list[int]:
        found = self._loop.run_until_complete(self._log.end_offsets(self._topic))
        return [found[partition] for partition in range(PARTITIONS)]

    def close(self) -> None:
        """Let the client go."""
        self._loop.run_until_complete(self._log.stop())
        self._loop.close()
