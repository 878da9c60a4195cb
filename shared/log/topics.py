"""The topics: what each is called, and which settings it must have.

The record and what was claimed are kept for ever and never compacted. All topics have one partition count and one
partitioner, so that everything about one child sits in the partition of one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.contracts.services import CASE, ENROLMENT, RELIEF, SERVICES, InputTopic, ServiceSpec

STUDENT_STATUS = "student-status"
REFUSALS = "refusals"
SEALS = "seals"

INPUTS: Mapping[str, InputTopic] = MappingProxyType({spec.name: spec.input for spec in SERVICES if spec.input is not None})
"""The input topic of each deciding service, by the name of the service."""

SUBMISSIONS = INPUTS[ENROLMENT.name].name
CASE_COMMANDS = INPUTS[CASE.name].name
RELIEF_COMMANDS = INPUTS[RELIEF.name].name

READ_BY_WORKERS = (STUDENT_STATUS, *(topic.name for topic in INPUTS.values()))
"""What workers read, and so what may hold bytes that cannot be read: each of these has a `.dead` beside it."""

DEFAULT_PARTITIONS = 12

MAX_MESSAGE_BYTES = 1_048_588
"""The largest record batch a topic takes, in bytes as sent: Kafka's own default, pinned."""


@dataclass(frozen=True)
class Traffic:
    """What a topic carries, and between which processes. `keyed_by`: what the key of its records is."""

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
        SEALS: Traffic("reserved for signed checkpoints of the record: nothing is written there yet", "partition", (), ()),
    }
)
"""Of every topic but the dead ones, whose traffic follows from the topic that they stand beside."""


def traffic(topic: str) -> Traffic:
    """What a topic carries, a dead one among them."""
    beside = topic.removesuffix(".dead")
    if topic == beside:
        return TRAFFIC[topic]
    # Of a topic with several readers it is the first that puts aside: policies pass over what they cannot read.
    return Traffic(f"pointers to records of `{beside}` that cannot be read", "that of the record", TRAFFIC[beside].read_by[:1], ())


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
    names = (*READ_BY_WORKERS, REFUSALS, SEALS, *map(dead, READ_BY_WORKERS))
    return tuple(Topic(name, partitions, replicas, settings) for name in names)
