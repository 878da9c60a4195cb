"""What goes beside the record: pointers to bytes that nobody can read."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from shared.contracts.refusal import Dead
from shared.contracts.registry import UnknownType
from shared.contracts.sequence import sequence_of
from shared.events.codec import encode
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from shared.logging import about
from shared.worker.follower import RecordBatch

_MOST_TOLD = 20
"""Dead records of one batch that get a line each."""

_log = logging.getLogger(__name__)


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


def log_dead_letters(batch: RecordBatch, offsets: Sequence[int]) -> None:
    """Log what of a batch went aside: where each record stands, and the id of its dead letter."""
    for offset in offsets[:_MOST_TOLD]:
        letter = uuid5_of_position(batch.topic, batch.partition, offset, 0)
        _log.warning("a record cannot be read and went aside", extra=about(batch.topic, batch.partition, offset, letter))
    if len(offsets) > _MOST_TOLD:
        _log.warning("%d more of this batch went aside", len(offsets) - _MOST_TOLD, extra=about(batch.topic, batch.partition, batch.first))
