"""What goes beside the record: pointers to bytes that nobody can read."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from shared.codec import encode
from shared.contracts.refusal import Dead
from shared.contracts.registry import UnknownType
from shared.envelope import Event
from shared.ids import sequence_of, uuid5_of_position


def dead_letter(record: Any, error: Exception, *, source: str, topic: str, partition: int) -> bytes:
    """Give what ``<topic>.dead`` holds of a record that cannot be read: where it is and why, never what it says.

    ``record`` is a consumer's record; its Kafka timestamp stands for the time, for it has no other that can be read.
    """
    moment = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    subject = f"{topic}/{partition}/{record.offset}"
    return encode(
        Event(
            specversion="1.0",
            id=uuid5_of_position(topic, partition, record.offset, 0),
            source=source,
            type=Dead.TYPE,
            subject=subject,
            time=moment,
            recordedtime=moment,
            partitionkey=subject,
            sequence=sequence_of(record.offset, 0),
            causationid=subject,
            correlationid=subject,
            data=Dead(
                topic=topic,
                partition=partition,
                offset=record.offset,
                sha256=sha256(record.value or b"").hexdigest(),
                reason="unknown type" if isinstance(error, UnknownType) else "unreadable",
            ),
        )
    )
