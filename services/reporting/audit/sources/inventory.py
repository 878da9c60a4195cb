"""What the broker holds: topics, the settings that matter, and the offsets that consumer groups have committed to Kafka."""

from dataclasses import asdict, dataclass
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import KafkaError

from services.reporting.audit.sources.kafka_topic import Brokers, TopicUnreadable

SETTINGS = ("cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas", "max.message.bytes")
LAG_IS_KAFKAS = (
    "The lag is that of the offsets committed to Kafka, which our workers do only now and then, for tools like this one. "
    "Where a worker really is, its cursor in Redis says: see as_of.offsets of the reporting api."
)


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic. ``records`` is the sum of end minus beginning over all partitions; ``settings`` are the broker's own texts."""

    topic: str
    partitions: int
    replicas: int
    records: int
    settings: dict[str, str]


@dataclass(frozen=True, slots=True)
class GroupState:
    """The offsets that a consumer group has committed in one topic, summed over the partitions that it ever committed."""

    group: str
    state: str
    topic: str
    committed: int
    lag: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """All topics but Kafka's own, and all consumer groups."""

    topics: tuple[TopicState, ...]
    groups: tuple[GroupState, ...]

    def as_document(self) -> dict[str, Any]:
        return {**asdict(self), "note": LAG_IS_KAFKAS}


def take_inventory(brokers: Brokers, *, patience: float = 5.0) -> Inventory:
    """Read the inventory from the broker. Raises ``TopicUnreadable`` where no broker answers within ``patience`` seconds."""
    admin: Any = None
    try:
        admin = KafkaAdminClient(**brokers.client, client_id="baoxue-topics", bootstrap_timeout_ms=int(patience * 1000))
        ends: dict[TopicPartition, int] = {}
        topics = tuple(_topic(admin, name, ends) for name in sorted(admin.list_topics()) if not name.startswith("__"))
        return Inventory(topics, tuple(_groups(admin, ends)))
    except (KafkaError, ValueError) as error:
        raise TopicUnreadable(
            f"No Kafka at {brokers} ({error}). Start it with `make up`, or name it with --bootstrap or REPORTING_KAFKA_BOOTSTRAP."
        ) from error
    finally:
        if admin is not None:
            admin.close()


def _topic(admin: Any, name: str, ends: dict[TopicPartition, int]) -> TopicState:
    described = admin.describe_topics([name])[0]["partitions"]
    partitions = [TopicPartition(name, partition["partition_index"]) for partition in described]
    begins = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
    found = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    ends.update({partition: found[partition].offset for partition in partitions})
    settings = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name, list(SETTINGS))], config_filter="all")["topic"][name]
    return TopicState(
        name,
        len(partitions),
        min(len(partition["replica_nodes"]) for partition in described),
        sum(found[partition].offset - begins[partition].offset for partition in partitions),
        {setting: str(settings[setting]["value"]) for setting in SETTINGS if setting in settings},
    )


def _groups(admin: Any, ends: dict[TopicPartition, int]) -> list[GroupState]:
    groups = []
    states = {group["group_id"]: group["group_state"] for group in admin.list_groups()}
    for name in sorted(states):
        committed: dict[str, tuple[int, int]] = {}
        for partition, at in admin.list_group_offsets({name: None})[name].items():
            offset, lag = committed.get(partition.topic, (0, 0))
            committed[partition.topic] = (offset + at.offset, lag + max(0, ends.get(partition, at.offset) - at.offset))
        groups += [GroupState(name, states[name], topic, offset, lag) for topic, (offset, lag) in sorted(committed.items())]
    return groups
