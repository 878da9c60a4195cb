"""Makes the topics that are missing, and checks the settings of those that exist. No setting is ever changed here."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError

from shared.brokers import Brokers
from shared.log.topics import Topic

_CONNECT_PAUSE = 0.05
"""Seconds between two attempts to reach a broker that is just starting."""


@dataclass(frozen=True)
class Deviation:
    """One property of a topic that is not as it must be; ``str`` of it is a sentence with the fix."""

    topic: str
    setting: str
    found: str
    wanted: str
    fix: str

    def __str__(self) -> str:
        return f"topic {self.topic}: {self.setting} is {self.found}, wanted {self.wanted}. {self.fix}"


class BrokerUnavailable(Exception):
    """No broker listens at the address."""


class TopicsWrong(Exception):
    """Topics are not as they must be. Nothing may be written to them until a person has looked."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        self.deviations = tuple(deviations)
        super().__init__("\n".join(map(str, deviations)))


def ensure_topics(brokers: Brokers, wanted: Sequence[Topic], *, patience: float = 30.0) -> list[str]:
    """Make the missing topics, check the others, and return the names of those made.

    Blocks until every partition of each has a leader. Raises ``TopicsWrong`` where an existing topic differs (then none is made),
    ``BrokerUnavailable`` where no broker listens within ``patience`` seconds, and kafka-python's errors where the broker answers with one.
    """
    with admin_client(brokers, patience) as admin:
        deviations, missing = _compare(admin, wanted)
        if deviations:
            raise TopicsWrong(deviations)
        if missing:
            with suppress(TopicAlreadyExistsError):  # another process made some of them meanwhile: they are checked like the others
                admin.create_topics({topic.name: _creation(topic) for topic in missing})
            admin.wait_for_topics([topic.name for topic in missing], timeout_ms=int(patience * 1000))
            deviations, missing_still = _compare(admin, wanted)
            if deviations or missing_still:
                raise TopicsWrong([*deviations, *map(_absent, missing_still)])
        return [topic.name for topic in missing]


def check_topics(brokers: Brokers, wanted: Sequence[Topic], *, patience: float = 10.0) -> list[Deviation]:
    """Return what is not as it must be, missing topics included. Changes nothing. Raises what ``ensure_topics`` raises, but ``TopicsWrong``."""
    with admin_client(brokers, patience) as admin:
        deviations, missing = _compare(admin, wanted)
        return [*deviations, *map(_absent, missing)]


@contextmanager
def admin_client(brokers: Brokers, patience: float) -> Iterator[Any]:
    """Wait until a broker listens, and yield a client of it. Raises ``BrokerUnavailable``, and kafka-python's errors."""
    _wait_for_broker(brokers.bootstrap, patience)
    timeout = int(patience * 1000)
    admin = KafkaAdminClient(
        **brokers.client(),
        client_id="topic-admin",
        request_timeout_ms=timeout,
        bootstrap_timeout_ms=timeout,
        reconnect_backoff_ms=50,
        reconnect_backoff_max_ms=500,  # with the default a broker that is just starting is tried again only ten seconds later
    )
    try:
        yield admin
    finally:
        admin.close()


def _wait_for_broker(bootstrap: str, patience: float) -> None:
    """Wait until a broker listens. kafka-python's own wait leaves sockets open and says less."""
    deadline = time.monotonic() + patience
    addresses = [address.rpartition(":") for address in bootstrap.split(",")]
    while True:
        for host, _, port in addresses:
            with suppress(OSError), socket.create_connection((host, int(port)), timeout=patience):
                return
        if time.monotonic() > deadline:
            raise BrokerUnavailable(f"no Kafka broker answers at {bootstrap}")
        time.sleep(_CONNECT_PAUSE)


def _compare(admin: Any, wanted: Sequence[Topic]) -> tuple[list[Deviation], list[Topic]]:
    there = set(admin.list_topics())
    present = [topic for topic in wanted if topic.name in there]
    missing = [topic for topic in wanted if topic.name not in there]
    return [deviation for topic in present for deviation in _deviations(admin, topic)], missing


def _deviations(admin: Any, topic: Topic) -> Iterator[Deviation]:
    described = admin.describe_topics([topic.name])[0]["partitions"]
    if len(described) != topic.partitions:
        yield Deviation(
            topic.name,
            "the partition count",
            str(len(described)),
            str(topic.partitions),
            f"It is fixed for the life of a record: set the partitions of every service to {len(described)}, or start with an empty record.",
        )
    replicas = min(len(partition["replica_nodes"]) for partition in described)
    if replicas != topic.replicas:
        yield Deviation(
            topic.name, "the number of replicas", str(replicas), str(topic.replicas), "Reassign its partitions with kafka-reassign-partitions."
        )
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, list(topic.settings))
    found = admin.describe_configs([resource], config_filter="all")["topic"][topic.name]
    for setting, value in topic.settings.items():
        actual = str(found[setting]["value"]) if setting in found else "not known to this broker"
        if actual != value:
            fix = f"kafka-configs --bootstrap-server ... --alter --entity-type topics --entity-name {topic.name} --add-config {setting}={value}"
            yield Deviation(topic.name, setting, actual, value, f"Put it right: {fix}")


def _creation(topic: Topic) -> dict[str, Any]:
    return {"num_partitions": topic.partitions, "replication_factor": topic.replicas, "configs": dict(topic.settings)}


def _absent(topic: Topic) -> Deviation:
    return Deviation(topic.name, "the topic", "missing", "present", "`baoxue up` makes it.")
