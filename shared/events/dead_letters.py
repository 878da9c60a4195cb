"""Dead letters: pointers to the records of a topic that nobody can read, or that do not belong there, kept in ``<topic>.dead``."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from shared.contracts.refusal import Dead, DeadReason
from shared.contracts.registry import UnknownType
from shared.contracts.sequence import sequence_of
from shared.events.codec import encode
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from shared.logging import about

_MOST_LOGGED = 20
"""Dead letters of one batch that are logged in a line each."""
_MANY = 100
"""Records of a batch from which on it is judged by its share of dead ones."""

_log = logging.getLogger(__name__)


class Foreign(Exception):
    """A fact that can be read and does not belong where it stands: somebody else wrote it. ``reason`` says what does not fit."""

    def __init__(self, reason: DeadReason) -> None:
        super().__init__(reason)
        self.reason = reason


class MostlyDead(Exception):
    """Most of a batch cannot be read. No sender does that, so the worker stops instead of making dead letters of it."""


def check_not_mostly_dead(topic: str, partition: int, first: int, *, records: int, dead: int) -> None:
    """Raise ``MostlyDead`` where more than half of a batch of at least 100 records are dead. ``first`` is the offset of the batch."""
    if records >= _MANY and 2 * dead > records:
        raise MostlyDead(f"{topic}[{partition}]@{first}: {dead} of {records} records cannot be read")


def reason_of(error: Exception) -> DeadReason:
    """Return why a record is a dead letter, by the error that made it one."""
    if isinstance(error, Foreign):
        return error.reason
    return DeadReason.UNKNOWN_TYPE if isinstance(error, UnknownType) else DeadReason.UNREADABLE


def dead_letter(record: Any, error: Exception, *, source: str, topic: str, partition: int) -> bytes:
    """Return the dead letter of a record: its position, the hash of its bytes and why it cannot be read, never the bytes themselves.

    ``record`` is a consumer's record. Its Kafka timestamp stands for the event's times, because no other time can be read.
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
                reason=reason_of(error).value,
            ),
        )
    )


def log_dead_letters(topic: str, partition: int, offsets: Sequence[int]) -> None:
    """Log the position of each record of a batch that became a dead letter, with the letter's id; a flood in one line for the rest."""
    for offset in offsets[:_MOST_LOGGED]:
        letter = uuid5_of_position(topic, partition, offset, 0)
        _log.warning("a record does not count: it is a dead letter", extra=about(topic, partition, offset, letter))
    if rest := offsets[_MOST_LOGGED:]:
        _log.warning("%d more dead letters in this batch", len(rest), extra=about(topic, partition, rest[0]))
