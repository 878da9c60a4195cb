"""One Kafka node in KRaft mode: broker and controller in one process, on loopback, with a bounded heap."""

from __future__ import annotations

import base64
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from deploy.local import kafka_access
from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.java import Java
from deploy.local.private_files import write_private

JVM = (
    "-Xmx640m",
    "-Xms256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # compiling for the long run costs this short-lived broker a quarter of its CPU
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
)
CHATTY = (  # several lines for every partition at every start
    "state.change.logger",
    "kafka.cluster.Partition",
    "kafka.log.LogManager",
    "kafka.server.KafkaConfig",
    "kafka.server.ReplicaManager",
    "org.apache.kafka.common.config",
    "org.apache.kafka.storage.internals.log",
    "org.apache.kafka.controller.PartitionChangeBuilder",
    "org.apache.kafka.controller.ReplicationControlManager",
    "org.apache.kafka.controller.ConfigurationControlManager",
    "org.apache.kafka.coordinator.group.GroupCoordinatorService",
)
LOGGING = (
    "-Dorg.slf4j.simpleLogger.logFile=System.out",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.showShortLogName=true",
    *(f"-Dorg.slf4j.simpleLogger.log.{chatty}=warn" for chatty in CHATTY),
)


class FormatFailed(Exception):
    """The data folder of the broker could not be formatted. The message is that of Kafka's tool."""


def folder(config: StackConfig) -> Path:
    """Return the folder in which the broker runs and keeps its data; all paths in its settings are relative to it."""
    return config.home / "kafka"


def command(java: Java, jars: Path) -> list[str]:
    """Return the command that runs the broker in `folder`."""
    return [*_java(java, jars), "kafka.Kafka", "server.properties"]


def prepare(config: StackConfig, java: Java, jars: Path) -> None:
    """Write the settings of the broker, and format its data folder if it is new. Raises `FormatFailed`."""
    home = folder(config)
    home.mkdir(parents=True, exist_ok=True)
    write_private(home / "server.properties", server_properties(config, kafka_access.ensure_passwords(config)))
    if (home / "data" / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [*_java(java, jars), "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", "server.properties"]
    run = subprocess.run(tool, cwd=home, capture_output=True, encoding="utf-8", errors="replace", timeout=120, check=False)
    if run.returncode != 0:
        raise FormatFailed(f"Kafka's data folder {home / 'data'} could not be formatted:\n{run.stdout}{run.stderr}")


def server_properties(config: StackConfig, passwords: Mapping[str, str]) -> str:
    """Return the settings of the broker as its file, which holds passwords.

    Topics have settings of their own (`shared/log/topics.py`); none is made by accident.
    """
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{config.kafka_controller_port}",
        **kafka_access.settings(config, passwords),
        "log.dirs": "data",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 1,
        "transaction.max.timeout.ms": 60_000,  # for so long at most another writer may hold back what comes behind its open transaction
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "broker.heartbeat.interval.ms": 500,
        "broker.session.timeout.ms": 3_000,  # a broker that was killed may come back only after so long
        "group.initial.rebalance.delay.ms": 0,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "num.recovery.threads.per.data.dir": 2,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _java(java: Java, jars: Path) -> list[str]:
    return [str(java.path), *JVM, *LOGGING, "-cp", f"{jars}/*"]
