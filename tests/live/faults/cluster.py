"""Two more brokers beside that of a stack, so that each topic has three replicas, of which two must have a record before it counts as logged."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local import jars, kafka, stack
from deploy.local.config import LOOPBACK, StackConfig, free_ports
from deploy.local.java import Java, find_java
from shared.log.topics import Topic, topics
from tests.support.stack import by_operator

BROKERS = 3
STARTED = 90.0
"""Seconds within which all brokers must be there."""


class Cluster:
    """The brokers 2 and 3 of a stack whose own is the first. They run and end with the block of ``running``."""

    def __init__(self, config: StackConfig, home: Path) -> None:
        self._config, self._home = config, home
        ports = free_ports(2 * (BROKERS - 1))
        self._ports = {n: (ports[2 * n - 4], ports[2 * n - 3]) for n in range(2, BROKERS + 1)}
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def settings(self, text: str) -> str:
        """Return the settings of the stack's own broker as one of three."""
        voters = {1: self._config.kafka_controller_port, **{n: controller for n, (_, controller) in self._ports.items()}}
        quorum = ",".join(f"{n}@{LOOPBACK}:{port}" for n, port in voters.items())
        return f"{text}controller.quorum.voters={quorum}\noffsets.topic.replication.factor={BROKERS}\n"

    def _settings_of(self, n: int, text: str) -> str:
        clients, controller = self._ports[n]
        listeners = f"listeners=CLIENTS://{LOOPBACK}:{clients},CONTROLLER://{LOOPBACK}:{controller}"
        return f"{text}node.id={n}\n{listeners}\nadvertised.listeners=CLIENTS://{LOOPBACK}:{clients}\n"

    def kill(self, n: int) -> None:
        """Kill a broker."""
        process = self._running.pop(n)
        process.kill()
        process.wait()

    def start(self, n: int) -> None:
        """Start a broker, with what it had."""
        folder = self._home / str(n)
        with (folder / "log").open("ab") as log:
            command = kafka.command(find_java(), jars.ensure(self._config.cache))
            self._running[n] = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

    def brokers(self) -> int:
        """Return how many brokers the cluster has now."""
        try:
            with closing(KafkaAdminClient(**by_operator(self._config).client())) as admin:
                return len(admin.describe_cluster()["brokers"])
        except KafkaError:
            return 0

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Have a stack that is started in the block begin with three brokers, and with topics of three replicas."""
        prepare, told = kafka.prepare, kafka.server_properties

        def server_properties(config: StackConfig, passwords: Mapping[str, str]) -> str:
            return self.settings(told(config, passwords))

        def prepare_all(config: StackConfig, java: Java, folder: Path) -> None:
            prepare(config, java, folder)
            first = kafka.folder(config)
            cluster = next(line for line in (first / "data" / "meta.properties").read_text().splitlines() if line.startswith("cluster.id="))
            for n in self._ports:
                home = self._home / str(n)
                home.mkdir(parents=True)
                (home / "server.properties").write_text(self._settings_of(n, (first / "server.properties").read_text()))
                tool = [*kafka.command(java, folder)[:-2], "kafka.tools.StorageTool", "format", "--cluster-id", cluster.partition("=")[2]]
                subprocess.run([*tool, "--config", "server.properties"], cwd=home, check=True, capture_output=True, timeout=120)
                self.start(n)

        def replicated(*, partitions: int) -> tuple[Topic, ...]:
            end = time.monotonic() + STARTED
            while self.brokers() < BROKERS:
                assert time.monotonic() < end, f"no {BROKERS} brokers within {STARTED:.0f} s"
                time.sleep(0.2)
            return topics(partitions=partitions, replicas=BROKERS)

        try:
            with (
                patch.object(kafka, "server_properties", server_properties),
                patch.object(kafka, "prepare", prepare_all),
                patch.object(stack, "topics", replicated),
            ):
                yield self
        finally:
            for n in list(self._running):
                self.kill(n)
