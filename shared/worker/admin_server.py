"""The admin server of a worker: a port of its own, served by a thread of its own, that tells an operator how the worker is.

The thread has an event loop and clients of its own, so that it answers while the worker is busy, and says so when the worker hangs; all
that it takes from the worker are copies of a few numbers. Once a second it looks at the log's end. The worker's lag is the time since
the last look that the worker has caught up with.
"""

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from shared import clock
from shared.brokers import Brokers
from shared.http import telemetry
from shared.http.api import bare_api
from shared.http.server.serving import server
from shared.http.telemetry import Check, NotReady
from shared.log.event_log import EventLog
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import Redis, RedisAddress, connect_to
from shared.settings import EXIT_SETTINGS, ServiceSettings
from shared.worker.freshness import LAG, Freshness
from shared.worker.lag import FaustMetrics, FaustMonitor, Lag, LagMetrics, TopicPartition
from shared.worker.meters import WorkerMeters
from shared.worker.stopped_clock import DayMetrics, StoppedClock

_LOOK = 1.0
"""Seconds between two looks at the log's end."""
_PATIENCE = 2.0

_log = logging.getLogger(__name__)


class ObservedWorker(Protocol):
    """A worker, as its admin server sees it. Every method may be called from any thread, and returns at once."""

    @property
    def followed(self) -> Sequence[str]:
        """The topics that it follows."""

    def stalled(self) -> Sequence[str]:
        """Return the parts that should go on and have not for a while."""

    def positions(self) -> Mapping[TopicPartition, int] | None:
        """Return the next offset of each assigned partition; None before the first assignment and during a rebalance."""

    def faust_monitor(self) -> FaustMonitor | None:
        """Return Faust's own sensor."""


class WorkerStatus:
    """How far a worker is behind the log's end, and whether it is ready."""

    def __init__(self, worker: ObservedWorker, *, ready_lag_seconds: float) -> None:
        """Observe a worker; nothing is known of the log before the first ``look``."""
        self._worker, self._allowed = worker, ready_lag_seconds
        self._freshness: dict[TopicPartition, Freshness] = {}
        self._ends: dict[TopicPartition, int] = {}

    async def look(self, log: EventLog) -> None:
        """Record the log's end. Raises ``LogUnavailable``."""
        at = clock.seconds()
        for topic in self._worker.followed:
            for partition, end in (await log.end_offsets(topic)).items():
                self._ends[topic, partition] = end
                self._freshness.setdefault((topic, partition), Freshness(at)).look(at, {partition: end})
        if (positions := self._worker.positions()) is not None:
            # Another worker has a partition that is missing here; its freshness begins anew when the partition comes back.
            self._freshness = {place: freshness for place, freshness in self._freshness.items() if place in positions}

    async def check_assigned(self) -> None:
        """Raise ``NotReady`` before the first assignment and during a rebalance."""
        if self._worker.positions() is None:
            raise NotReady("no partitions have been assigned to it yet, or they are being moved")

    async def check_lag(self) -> None:
        """Raise ``NotReady`` where the lag is not known, was never zero, or is longer than is allowed."""
        lags = self.lags()
        if len(lags) < len(self._worker.positions() or {}):
            raise NotReady("nobody knows yet how far it is behind the log's end")
        if not all(self._freshness[place].reached for place in lags):
            raise NotReady("it has not caught up yet with what the log held when it began")
        if (behind := max((lag.seconds for lag in lags.values()), default=0.0)) > self._allowed:
            raise NotReady(f"{behind:.0f} s behind the log's end, and {self._allowed:g} are allowed")

    def lags(self) -> Mapping[TopicPartition, Lag]:
        """Return how far each assigned partition is behind, without those that no look has covered yet."""
        now, positions = clock.seconds(), self._worker.positions() or {}
        return {
            place: Lag(max(0, self._ends[place] - positions[place]), freshness.age(now, {place[1]: positions[place]}))
            for place, freshness in self._freshness.items()
            if place in positions
        }


@dataclass(frozen=True)
class AdminServer:
    """Where a worker's admin server listens, what it asks, and the registry of the worker's metrics."""

    service: str
    host: str
    hosts: str
    port: int
    kafka: Brokers
    redis: RedisAddress
    ready_lag_seconds: float
    registry: CollectorRegistry
    meters: WorkerMeters

    @classmethod
    def of(cls, service: str, settings: ServiceSettings) -> Self:
        """Make the admin server of a service's worker, with a registry of its own."""
        registry = telemetry.new_registry(service, "worker")
        return cls(
            service,
            settings.host,
            settings.hosts,
            settings.operations_port,
            settings.kafka,
            settings,
            settings.ready_lag_seconds,
            registry,
            WorkerMeters(registry),
        )

    def start(self, worker: ObservedWorker, clocks: StoppedClock | None = None) -> None:
        """Serve from now on, in a thread that ends with the process. Exits with ``EXIT_SETTINGS`` where the port is taken.

        ``clocks``: those of the days that the worker lets pass, if it does.
        """
        listening = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self.host, self.port))
        except OSError as error:
            listening.close()
            variable = f"{self.service.upper()}_OPERATIONS_PORT"
            sys.stderr.write(f"Port {self.port} of {self.host}, on which the worker tells how it is: {error.strerror}. Set {variable} to another.\n")
            raise SystemExit(EXIT_SETTINGS) from error
        status = WorkerStatus(worker, ready_lag_seconds=self.ready_lag_seconds)
        self.registry.register(LagMetrics(status.lags))
        self.registry.register(FaustMetrics(worker.faust_monitor))
        if clocks is not None:
            self.registry.register(DayMetrics(clocks))
        threading.Thread(target=asyncio.run, args=(self._serve(worker, status, listening, clocks),), name="admin-server", daemon=True).start()

    def app(self, worker: ObservedWorker, status: WorkerStatus, log: EventLog, redis: Redis, clocks: StoppedClock | None = None) -> FastAPI:
        """Return the app that answers ``/livez``, ``/readyz`` and ``/metrics``."""

        async def redis_answers() -> None:
            await redis.ping()

        app = bare_api(title=f"Baoxue {self.service} worker")

        async def days_pass() -> None:
            if clocks is not None and (stopped := clocks.stopped()):
                told = ", ".join(f"partition {partition} since {day}" for partition, day in sorted(stopped.items()))
                raise NotReady(f"no day has begun any more in {told}: no deadline falls due there")

        needs: dict[str, Check] = {
            "kafka": lambda: status.look(log),
            "redis": redis_answers,
            "assigned": status.check_assigned,
            LAG: status.check_lag,
        }
        if clocks is not None:
            needs["days"] = days_pass
        app.include_router(telemetry.probes(self.registry, needs, stalled=worker.stalled))
        return app

    async def _serve(self, worker: ObservedWorker, status: WorkerStatus, listening: socket.socket, clocks: StoppedClock | None) -> None:
        log = KafkaLog(self.kafka, client_id=f"{self.service}-admin-server", patience=_PATIENCE)
        redis = connect_to(self.redis, patience=_PATIENCE)
        app = self.app(worker, status, log, redis, clocks)
        looking = asyncio.create_task(_keep_looking(status, log))
        try:
            await server(app, host=self.host, port=self.port, hosts=self.hosts, lifespan=False).serve(sockets=[listening])
        finally:
            looking.cancel()
            await log.stop()
            await redis.aclose()


async def _keep_looking(status: WorkerStatus, log: EventLog) -> None:
    while True:
        try:
            await status.look(log)
        except Exception as error:  # noqa: BLE001  # whatever it is, the end is unknown now: the lag grows until a look succeeds
            _log.warning("the log's end is unknown: %s", type(error).__name__)
        await asyncio.sleep(_LOOK)
