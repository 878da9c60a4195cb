"""The topics: what each is called, and which settings it must have.

The record and what was claimed are kept for ever and never compacted. All topics have one partition count and one
partitioner, so that everything about one child sits in the partition of one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

STUDENT_STATUS = "student-status"
SUBMISSIONS = "enrolment.submissions"
CASE_COMMANDS = "case.commands"
RELIEF_COMMANDS = "relief.commands"
REFUSALS = "refusals"
SEALS = "seals"

READ_BY_WORKERS = (STUDENT_STATUS, SUBMISSIONS, CASE_COMMANDS, RELIEF_COMMANDS)
"""What workers read, and so what may hold bytes that cannot be read: each of these has a `.dead` beside it."""

DEFAULT_PARTITIONS = 12

MAX_MESSAGE_BYTES = 1_048_588
"""The largest record batch a topic takes, in bytes as sent: Kafka's own default, pinned."""


def dead(topic: str) -> str:
    """Where pointers to the unreadable records of `topic` go."""
    return f"{topic}.dead"


@dataclass(frozen=True)
class Topic:
    """One topic as it must be: `settings` by Kafka's own names, every value as the broker words it."""

    name: str
    partitions: int
    replicas: int
    settings: Mapping[str, str]


def topics(*, partitions: int = DEFAULT_PARTITIONS, replicas: int = 1) -> tuple[Topic, ...]:
    """Every topic of a deployment. `partitions` is fixed for its life; of `replicas`, all but one must have a record before it counts as logged."""
    settings = MappingProxyType(
        {
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "retention.bytes": "-1",
            "min.insync.replicas": str(max(1, replicas - 1)),
            "unclean.leader.election.enable": "false",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            "compression.type": "producer",
        }
    )
    names = (STUDENT_STATUS, SUBMISSIONS, CASE_COMMANDS, RELIEF_COMMANDS, REFUSALS, SEALS, *map(dead, READ_BY_WORKERS))
    return tuple(Topic(name, partitions, replicas, settings) for name in names)
