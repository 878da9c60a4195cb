"""What there is beside the record: the ends of the input topics, and the facts that were found beyond them."""

import json
from collections.abc import Sequence
from typing import Any

from services.reporting.audit.definition.belonging import BEYOND
from services.reporting.audit.definition.families import INPUTS
from services.reporting.audit.sources.kafka_topic import RECORD_TOPIC, Brokers, KafkaTopic
from services.reporting.audit.sources.log import Bounds

_LETTER = "cn.baoxue.record.dead.v1"
_WRITER = "/reporting"


def read_bounds(brokers: Brokers, partitions: int) -> Bounds:
    """Read the dead letters of the record, then ask for the ends of the input topics. Raises ``TopicUnreadable``.

    Ask for them when it is known how far the record is counted: the dead letter of a fact is written before the fact is passed over.
    """
    with KafkaTopic(brokers, f"{RECORD_TOPIC}.dead") as dead:
        beyond = [found for records in dead.read(dead.ends()) for record in records if (found := found_beyond(record.value)) is not None]
    return Bounds(partitions, {source: _ends(brokers, topic) for source, topic in INPUTS.items()}, beyond)


def found_beyond(value: bytes | None) -> tuple[int, int, str] | None:
    """Return partition, offset and SHA-256 of the fact to which a dead letter points; None for anything but a fact beyond its input topic."""
    try:
        event: Any = json.loads(value or b"")
        letter = event["data"]
        found = letter["partition"], letter["offset"], letter["sha256"]
        told = (event["type"], event["source"], letter["topic"], letter["reason"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return found if told == (_LETTER, _WRITER, RECORD_TOPIC, BEYOND) and _is_place(found) else None


def _is_place(found: Sequence[object]) -> bool:
    part, place, _ = found
    return type(part) is int and type(place) is int and 0 <= part < 1 << 31 and 0 <= place < 1 << 63


def _ends(brokers: Brokers, topic: str) -> dict[int, int]:
    with KafkaTopic(brokers, topic) as inputs:
        return inputs.ends()
