"""What goes beside the record: refusals, and pointers to bytes that nobody can read."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from msgspec import Raw

from shared.codec import encode
from shared.contracts.refusal import Dead, Refused
from shared.contracts.registry import UnknownType
from shared.envelope import Event, Submission
from shared.ids import sequence_of, uuid5_of_position


def refusal(refused: Refused, submission: Submission | Event[Raw], *, source: str, topic: str, partition: int, offset: int) -> bytes:
    """Give what ``refusals`` holds of a report or command that a worker refused."""
    return encode(
        Event(
            specversion="1.0",
            id=uuid5_of_position(topic, partition, offset, 0),
            source=source,
            type=Refused.TYPE,
            subject=submission.subject,
            time=submission.time,
            recordedtime=submission.recordedtime,
            partitionkey=submission.subject,
            sequence=sequence_of(offset, 0),
            causationid=submission.id,
            correlationid=submission.correlationid or submission.id,
            reportedby=submission.source,
            traceparent=submission.traceparent,
            tracestate=submission.tracestate,
            data=refused,
        )
    )


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
