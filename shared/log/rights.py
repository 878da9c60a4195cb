"""What each process may do in Kafka: derived from the traffic of the topics, so that a new service gets its own rights with its row in the catalogue.

Whatever is not named here is closed: nobody but the operator deletes a record or a topic, makes one, or changes a setting.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from shared.contracts.services import SERVICES, ServiceSpec
from shared.log.topics import INPUTS, READ_BY_WORKERS, REFUSALS, STUDENT_STATUS, TRAFFIC, dead, topics, traffic

AUDITOR = "auditor"
"""Who reads every topic, and writes none: the commands of `baoxue` that look into the record."""

Operation = Literal["READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"]


class Right(NamedTuple):
    """That a user may do something with a topic, or with the consumer groups whose names begin with ``name``."""

    user: str
    operation: Operation
    kind: Literal["topic", "groups"]
    name: str


def users() -> tuple[str, ...]:
    """Return everybody who has rights: each process of each service, and the auditor."""
    return (*(process for spec in SERVICES for process in (spec.api, spec.worker)), AUDITOR)


def rights() -> frozenset[Right]:
    """Return all rights."""
    return frozenset((*_of_traffic(), *(right for spec in SERVICES for right in _of_service(spec)), *_of_auditor()))


def rights_to_audit(topic: str) -> tuple[Right, ...]:
    """Return what the auditor may do with a topic: read it and its settings."""
    return Right(AUDITOR, "READ", "topic", topic), Right(AUDITOR, "DESCRIBE_CONFIGS", "topic", topic)


def _of_traffic() -> Iterator[Right]:
    """To write what a process writes, and to read what it reads."""
    for name in (*TRAFFIC, *map(dead, READ_BY_WORKERS)):
        carried = traffic(name)
        yield from (Right(writer, "WRITE", "topic", name) for writer in carried.written_by)
        yield from (Right(reader, "READ", "topic", name) for reader in carried.read_by)


def _of_service(spec: ServiceSpec) -> Iterator[Right]:
    """What a process needs beside its traffic: to know ends, to read back what it wrote, and to be one of its consumer group."""
    yield Right(spec.worker, "READ", "groups", f"{spec.name}-")
    if spec.input is None:
        yield Right(spec.api, "DESCRIBE", "topic", STUDENT_STATUS)
    else:
        yield from (Right(spec.worker, "READ", "topic", name) for name in (STUDENT_STATUS, REFUSALS, dead(spec.input.name)))
    # Whoever reads the record judges facts by the ends of the input topics, and by what was found beyond them (decision 0037).
    yield from (Right(spec.worker, "DESCRIBE", "topic", topic.name) for topic in INPUTS.values())
    yield Right(spec.worker, "READ", "topic", dead(STUDENT_STATUS))


def _of_auditor() -> Iterator[Right]:
    for topic in topics():
        yield from rights_to_audit(topic.name)
    yield from (Right(AUDITOR, "DESCRIBE", "groups", f"{spec.name}-") for spec in SERVICES)
