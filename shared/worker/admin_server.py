"""How a worker is operated: a port of its own, answered by a thread of its own, on which it tells how it is.

The thread has an event loop and clients of its own, so that it answers while the worker is busy and says so when the
worker hangs; what it asks of the worker are copies of a few numbers. Once a second it looks at the log's end: a look that
the worker has caught up with is how far behind it is known not to be.
"""

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from shared import clock
from shared.http import problems, telemetry
from shared.http.telemetry import NotReady
from shared.log.event_log import EventLog
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import Redis, connect
from shared.settings import EXIT_SETTINGS, ServiceSettings
from shared.worker.freshness import LAG, Freshness
from shared.worker.lag import FaustMetrics, FaustMonitor, Lag, LagMetrics, TopicPartition
from shared.worker.meters import WorkerMeters

_LOOK = 1.0
"""Seconds between two looks at the log's end."""
_PATIENCE = 2.0

_log = logging.getLogger(__name__)


class ObservedWorker(Protocol):
    """A worker, as its operations see it. Every method may be called from any thread, answers at once and waits for nothing."""

    @property
    def followed(self) -> Sequence[str]:
        """The topics that it follows."""

    def stalled(self) -> Sequence[str]:
        """Give the parts that should go on and have not for a while."""

    def positions(self) -> Mapping[TopicPartition, int] | None:
        """Give where each partition that it was assigned stands; None before that, and while partitions are being moved."""

    def faust_monitor(self) -> FaustMonitor | None:
        """Give Faust's own sensor."""


@dataclass(frozen=True)
class AdminServer:
    """Where and how a worker is operated."""

    service: str
    host: str
    port: int
    kafka_bootstrap: str
    redis_url: str
    ready_lag_seconds: float
    registry: CollectorRegistry
    meters: WorkerMeters

    @classmethod
    def of(cls, service: str, settings: ServiceSettings) -> Self:
        """Take them from a service's settings, with a registry of their own."""
        registry = telemetry.new_registry(service, "worker")
        return cls(
            service,
            settings.host,
            settings.operations_port,
            settings.kafka_bootstrap,
            settings.redis_url,
            settings.ready_lag_seconds,
            registry,
            WorkerMeters(registry),
        )

    def begin(self, worker: ObservedWorker) -> None:
        """Answer from now on, in a thread that ends with the process. Ends the process where the port is taken."""
        listening = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self.host, self.port))
        except OSError as error:
            listening.close()
            variable = f"{self.service.upper()}_OPERATIONS_PORT"
            sys.stderr.write(f"Port {self.port} of {self.host}, on which the worker tells how it is: {error.strerror}. Set {variable} to another.\n")
            raise SystemExit(EXIT_SETTINGS) from error
        desk = Desk(self, worker)
        self.registry.register(LagMetrics(desk.lags))
        self.registry.register(FaustMetrics(worker.faust_monitor))
        threading.Thread(target=asyncio.run, args=(desk.serve(listening),), name="operations", daemon=True).start()


class Desk:
    """What runs in the thread."""

    def __init__(self, operations: AdminServer, worker: ObservedWorker) -> None:
        """Know whom to ask; nothing is known of the log yet."""
        self._operations, self._worker = operations, worker
        self._freshness: dict[TopicPartition, Freshness] = {}
        self._ends: dict[TopicPartition, int] = {}

    async def serve(self, listening: socket.socket) -> None:
        """Answer on this socket until the process ends."""
        log = KafkaLog(self._operations.kafka_bootstrap, client_id=f"{self._operations.service}-operations", patience=_PATIENCE)
        redis = connect(self._operations.redis_url, patience=_PATIENCE)
        config = uvicorn.Config(self.app(log, redis), log_config=None, access_log=False, server_header=False, lifespan="off")
        looking = asyncio.create_task(self._keep_looking(log))
        try:
            await uvicorn.Server(config).serve(sockets=[listening])
        finally:
            looking.cancel()
            await log.stop()
            await redis.aclose()

    def app(self, log: EventLog, redis: Redis) -> FastAPI:
        """Give what answers."""

        async def redis_there() -> None:
            await redis.ping()

        app = FastAPI(title=f"Baoxue {self._operations.service} worker", redoc_url=None)
        problems.install(app)
        needs = {"kafka": lambda: self.look(log), "redis": redis_there, "assigned": self._check_assigned, LAG: self._check_lag}
        app.include_router(telemetry.probes(self._operations.registry, needs, stalled=self._worker.stalled))
        return app

    async def _keep_looking(self, log: EventLog) -> None:
        while True:
            try:
                await self.look(log)
            except Exception as error:  # noqa: BLE001  # whatever it is, nobody knows the end now: the lag grows until somebody does
                _log.warning("the log's end is unknown: %s", type(error).__name__)
            await asyncio.sleep(_LOOK)

    async def look(self, log: EventLog) -> None:
        """Take note of the log's end. Raises ``LogUnavailable``."""
        at = clock.seconds()
        for topic in self._worker.followed:
            for partition, end in (await log.end_offsets(topic)).items():
                self._ends[topic, partition] = end
                self._freshness.setdefault((topic, partition), Freshness(at)).look(at, {partition: end})
        if (positions := self._worker.positions()) is not None:
            # A partition that comes back later has been with somebody else.
            self._freshness = {place: freshness for place, freshness in self._freshness.items() if place in positions}

    async def _check_assigned(self) -> None:
        if self._worker.positions() is None:
            raise NotReady("no partitions have been assigned to it yet, or they are being moved")

    async def _check_lag(self) -> None:
        lags = self.lags()
        if len(lags) < len(self._worker.positions() or {}):
            raise NotReady("nobody knows yet how far it is behind the log's end")
        if not all(self._freshness[place].reached for place in lags):
            raise NotReady("it has not caught up yet with what the log held when it began")
        if (behind := max((lag.seconds for lag in lags.values()), default=0.0)) > self._operations.ready_lag_seconds:
            raise NotReady(f"{behind:.0f} s behind the log's end, and {self._operations.ready_lag_seconds:g} are allowed")

    def lags(self) -> Mapping[TopicPartition, Lag]:
        """Give how far each partition is behind; those that nobody has looked at yet are left out."""
        now, positions = clock.seconds(), self._worker.positions() or {}
        return {
            place: Lag(max(0, self._ends[place] - positions[place]), freshness.age(now, {place[1]: positions[place]}))
            for place, freshness in self._freshness.items()
            if place in positions
        }
