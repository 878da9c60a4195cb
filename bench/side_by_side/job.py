"""A job that contestants do: what it is told by, how far a contestant is with it, and what the result must be."""

from collections import Counter
from pathlib import Path
from typing import Protocol

from bench.side_by_side.catalogue import Contestant
from bench.side_by_side.task import Task
from deploy.local import kafka_access, redis_access
from deploy.local.config import StackConfig
from deploy.local.processes import PROCESSES, ServiceProcess
from shared.contracts.services import ServiceSpec


class Job(Protocol):
    """``inputs``: facts or submissions, all of them, by the word ``unit``. ``expected``: the result, in numbers of what is compared.

    ``warm``: how many inputs a contestant does before its costs count: 0 where they count from its start. ``worker``: our own contestant.
    """

    config: StackConfig
    contestants: dict[str, Contestant]
    worker: ServiceProcess
    unit: str
    inputs: int
    warm: int
    expected: Counter[str]

    def begin(self) -> None:
        """Take away what the last contestant left."""

    def task(self, name: str, state: Path) -> Task:
        """Return what the contestant of a run is told. ``state``: an empty folder of its own."""

    def wanted(self, contestant: Contestant) -> int:
        """Return what ``done`` says of a contestant that has done all."""

    def done(self, contestant: Contestant, name: str) -> int | None:
        """Return how far the contestant of a run is; None before it has begun."""

    def found(self, contestant: Contestant) -> Counter[str]:
        """Return the result that a contestant left."""


def worker_of(spec: ServiceSpec) -> ServiceProcess:
    """Return the worker of a service, as the embedded stack starts it."""
    return next(each for each in PROCESSES if each.name == spec.worker)


def task_on(config: StackConfig, name: str, topic: str, state: Path) -> Task:
    """Return what a contestant on a stack is told, to take this topic."""
    kafka, user = kafka_access.brokers(config, kafka_access.OPERATOR), redis_access.OPERATOR
    password = config.redis_password_file(user).read_text("ascii").strip()
    to_kafka = kafka.bootstrap, str(kafka.user), str(kafka.password)
    return Task(name, *to_kafka, topic, config.partitions, config.redis_port, user, password, str(state))
