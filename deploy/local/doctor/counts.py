"""Whether reporting has counted all that the record holds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from deploy.local import kafka_access, readiness
from deploy.local.config import StackConfig
from deploy.local.doctor.check import Check
from shared.log.rights import AUDITOR
from shared.log.topics import STUDENT_STATUS

PATIENCE = 5.0
"""Seconds that reporting may take to count what the record held when the doctor began to look."""
_LOOK = 0.2


def checks(config: StackConfig) -> Iterator[Check]:
    """Compare how far the record goes with how far reporting shows it; silent where one of them does not answer, as others say so."""
    try:
        written, readable = _ends(config, "read_uncommitted"), _ends(config, "read_committed")
    except (KafkaError, OSError):
        return
    end = time.monotonic() + PATIENCE
    while (shown := readiness.shown(config.api_url("reporting"))) and not covers(shown.offsets, written) and time.monotonic() < end:
        time.sleep(_LOOK)
    if shown is not None:
        yield counted(shown.offsets, written=written, readable=readable)


def covers(offsets: Mapping[int, int], written: Mapping[int, int]) -> bool:
    """Return whether these offsets reach the end of the record."""
    return all(offsets.get(partition, 0) >= end for partition, end in written.items())


def counted(offsets: Mapping[int, int], *, written: Mapping[int, int], readable: Mapping[int, int]) -> Check:
    """Say how far the record is counted.

    ``offsets``: the next offset of each partition that is shown; ``written``: the end of the record; ``readable``: where its first open
    transaction begins, or its end.
    """
    if covers(offsets, written):
        return Check("counts", f"the record is counted to its end, {sum(written.values()):,} offsets")
    left = sum(max(0, end - offsets.get(partition, 0)) for partition, end in written.items())
    seen = f"the record goes {left:,} offsets further than what is counted"
    if held := [f"{STUDENT_STATUS}[{partition}]@{at}" for partition, at in readable.items() if at < written[partition]]:
        seen += f"; another writer's transaction is open since {', '.join(held)}, and nothing behind it is read until it ends"
        return Check("counts", seen, "wait a minute for the broker to end it; else find and abort it with kafka-transactions.sh")
    return Check("counts", seen, "wait: the reporting worker counts it; if the number does not fall, read what is said of reporting-worker above")


def _ends(config: StackConfig, isolation: str) -> dict[int, int]:
    with KafkaConsumer(**kafka_access.brokers(config, AUDITOR).client(), isolation_level=isolation) as consumer:
        partitions = [TopicPartition(STUDENT_STATUS, partition) for partition in sorted(consumer.partitions_for_topic(STUDENT_STATUS) or ())]
        return {partition.partition: end for partition, end in consumer.end_offsets(partitions).items()}
