"""The one broker and the one Redis of a measurement, with the record in it."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from kafka import KafkaAdminClient

from bench.side_by_side.record import Log, pieces
from deploy.local import kafka_access
from deploy.local.config import StackConfig
from deploy.local.stack import LocalStack
from shared.log import topic_admin, topics
from shared.log.kafka_log import KafkaLog

PARTITIONS = 4
"""As the embedded stack has them."""
_PIECE = 20_000


@contextmanager
def stack_with(log: Log) -> Iterator[LocalStack]:
    """Start Kafka and Redis as the embedded stack does, and load the topics."""
    with tempfile.TemporaryDirectory(prefix="baoxue-bench-") as home:
        config = StackConfig.on_free_ports(Path(home), partitions=PARTITIONS)
        with LocalStack(config, services=()) as stack:
            asyncio.run(_load(config, log))
            yield stack


async def _load(config: StackConfig, log: Log) -> None:
    to = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench")
    try:
        for topic, partitions in log.items():
            for partition, pairs in enumerate(partitions):
                for piece in pieces(pairs, _PIECE):
                    await to.append(topic, {partition: piece})
    finally:
        await to.stop()


def remove_topics_of_contestants(config: StackConfig) -> None:
    """Remove every topic that is none of ours: each contestant begins with none of its own."""
    with closing(KafkaAdminClient(**kafka_access.brokers(config, kafka_access.OPERATOR).client())) as admin:
        ours = {topic.name for topic in topics.topics()}
        if theirs := [name for name in admin.list_topics() if name not in ours and not name.startswith("__")]:
            admin.delete_topics(theirs)


def renew_topics(config: StackConfig, names: Sequence[str]) -> None:
    """Make topics of ours anew, empty."""
    brokers = kafka_access.brokers(config, kafka_access.OPERATOR)
    with closing(KafkaAdminClient(**brokers.client())) as admin:
        admin.delete_topics(names)
    topic_admin.ensure_topics(brokers, topics.topics(partitions=config.partitions))
