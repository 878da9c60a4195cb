"""The topics: the name of each, and the settings that it must have.

The record and the submissions are kept for ever and never compacted. All topics have one partition count and one partitioner, so that
everything about one child sits in partitions of one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.contracts.services import CASE, ENROLMENT, RELIEF, SERVICES, InputTopic, ServiceSpec

STUDENT_STATUS = "student-status"
REFUSALS = "refusals"
SEALS = "seals"
ACCESS = "access"

INPUTS: Mapping[str, InputTopic] = MappingProxyType({spec.name: spec.input for spec in SERVICES if spec.input is not None})
"""The input topic of each deciding service, by the name of the service."""

SUBMISSIONS = INPUTS[ENROLMENT.name].name
CASE_COMMANDS = INPUTS[CASE.name].name
RELIEF_COMMANDS = INPUTS[RELIEF.name].name

READ_BY_WORKERS = (STUDENT_STATUS, *(topic.name for topic in INPUTS.values()))
"""The topics that workers read. Each may hold bytes that cannot be read, and so has a topic of dead letters beside it."""

DEFAULT_PARTITIONS = 12

MAX_MESSAGE_BYTES = 1_048_588
"""The largest record batch that a topic takes, in bytes as sent: Kafka's own default, pinned."""


@dataclass(frozen=True)
class Traffic:
    """What a topic carries, and between which processes. ``keyed_by``: what the key of its records is."""

    holds: str
    keyed_by: str
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]


def _input_traffic(spec: ServiceSpec, topic: InputTopic) -> Traffic:
    writers = (spec.api, spec.worker) if spec.hears else (spec.api,)
    return Traffic(topic.holds, topic.keyed_by, writers, (spec.worker,))


_DECIDING = tuple(spec.worker for spec in SERVICES if spec.input is not None)

TRAFFIC: Mapping[str, Traffic] = MappingProxyType(
    {
        STUDENT_STATUS: Traffic(
            "facts, the record: what was decided about students, counties, cases and aid",
            "student id or county code",
            _DECIDING,
            (*(spec.worker for spec in SERVICES if spec.reads_record), *(spec.worker for spec in SERVICES if spec.hears)),
        ),
        **{spec.input.name: _input_traffic(spec, spec.input) for spec in SERVICES if spec.input is not None},
        REFUSALS: Traffic("reports and commands that were refused, each with its code", "that of the input", _DECIDING, ()),
        ACCESS: Traffic(
            "who looked at which child, when and why, and whose name was erased; never what was seen",
            "student id",
            tuple(spec.api for spec in SERVICES if spec.input is not None),
            (ENROLMENT.api,),
        ),
        SEALS: Traffic("reserved for signed checkpoints of the record: nothing is written there yet", "partition", (), ()),
    }
)
"""The traffic of every topic but those of dead letters, whose traffic follows from the topic beside them."""


def traffic(topic: str) -> Traffic:
    """Return what a topic carries, be it a topic of dead letters."""
    beside = topic.removesuffix(".dead")
    if topic == beside:
        return TRAFFIC[topic]
    # Of several readers of a topic the first writes its dead letters: policies ignore what they cannot read.
    return Traffic(f"pointers to records of `{beside}` that cannot be read", "that of the record", TRAFFIC[beside].read_by[:1], ())


def dead(topic: str) -> str:
    """Return the name of the topic that holds the dead letters of a topic."""
    return f"{topic}.dead"


@dataclass(frozen=True)
class Topic:
    """One topic as it must be. ``settings``: by Kafka's own names, every value as the broker words it."""

    name: str
    partitions: int
    replicas: int
    settings: Mapping[str, str]


def topics(*, partitions: int = DEFAULT_PARTITIONS, replicas: int = 1) -> tuple[Topic, ...]:
    """Return every topic of a deployment.

    ``partitions`` is fixed for its life. Of ``replicas``, all but one must have a record before it counts as logged. Records have the time of the
    broker: it would refuse those of a writer whose clock is more than an hour ahead. Nothing is decided or counted by that time.
    """
    settings = MappingProxyType(
        {
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "retention.bytes": "-1",
            "min.insync.replicas": str(max(1, replicas - 1)),
            "unclean.leader.election.enable": "false",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            "compression.type": "producer",
            "message.timestamp.type": "LogAppendTime",
        }
    )
    names = (*READ_BY_WORKERS, REFUSALS, SEALS, ACCESS, *map(dead, READ_BY_WORKERS))
    return tuple(Topic(name, partitions, replicas, settings) for name in names)
