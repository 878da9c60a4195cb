"""What is wrong with this machine, this folder or what runs in it, and which command mends it. Changes nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from kafka.errors import KafkaError

from deploy.local import jars, processes, readiness
from deploy.local.config import StackConfig, port_is_free
from deploy.local.java import OLDEST_JAVA, find_java, java_version
from deploy.local.processes import KAFKA, REDIS, SERVICES, Service
from deploy.local.redis_server import NoRedis, find_redis_server
from deploy.local.stack import LocalStack
from shared.topic_admin import BrokerAway, check_topics
from shared.topics import topics

ENOUGH_DISK = 5 * 1024**3  # bytes: a full history with its broker's log and Redis takes less than two of them


@dataclass(frozen=True)
class Check:
    """One thing looked at: what was seen, and, where it is wrong, the command or change that mends it."""

    about: str
    seen: str
    mend: str | None = None


def examine(config: StackConfig, services: tuple[Service, ...] = SERVICES) -> Iterator[Check]:
    """Every check, the ground first: what comes later may only be wrong because of what came before."""
    stack = LocalStack(config, services=services)
    yield from _machine(config)
    if left := stack.left_over():
        pids = ", ".join(str(process.pid) for process in left)
        yield Check("left over", f"a supervisor was killed and left running: {pids}", "make down")
    if stack.is_running():
        yield from _running(stack, services)
    else:
        if not left:
            yield from _ports(config, services)
        yield Check("processes", "nothing is running", "make up")


def _machine(config: StackConfig) -> Iterator[Check]:
    version = sys.version_info
    yield Check("Python", f"{version.major}.{version.minor}", None if version >= (3, 11) else "make clean, then make setup PYTHON=python3.11")
    java = find_java()
    runs = java_version(java.path) is not None
    yield Check(
        "Java", f"{java.version if runs else 'does not run'} ({java.path})", None if runs else f"put a Java of {OLDEST_JAVA} or newer on the PATH"
    )
    try:
        redis = find_redis_server()
        yield Check("Redis server", f"{redis.version} ({redis.path})")
    except NoRedis as none:
        yield Check("Redis server", "none", str(none))
    locked = jars.locked()
    folder = jars.jar_folder(config.cache, locked)
    if not folder.is_dir():
        yield Check("Kafka's jars", "not fetched yet", "make up, with a network")
    elif wrong := jars.problems(folder, locked):
        yield Check("Kafka's jars", "; ".join(wrong), f"rm -r {folder}, then make up")
    else:
        yield Check("Kafka's jars", f"all {len(locked)} as locked ({folder})")
    place = next(parent for parent in (config.home, *config.home.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    yield Check("disk", f"{free / 1024**3:.0f} GiB free for {config.home}", None if free >= ENOUGH_DISK else "make room, or set BAOXUE_HOME")


def _ports(config: StackConfig, services: tuple[Service, ...]) -> Iterator[Check]:
    for who, (port, variable) in processes.ports(config, services).items():
        free = port_is_free(port)
        yield Check(f"port {port}", f"{'free' if free else 'taken'}, for {who}", None if free else f"stop what listens there, or set {variable}")


def _running(stack: LocalStack, services: tuple[Service, ...]) -> Iterator[Check]:
    config, states = stack.config, stack.states()
    for name in (KAFKA, REDIS, *(service.name for service in services)):
        state = states[name].state if name in states else "not known to the supervisor"
        if state != "RUNNING":
            yield Check(name, state.lower(), f"read {config.logs / name}.log, then make down and make up")
        elif not readiness.answers(name, config, services):
            yield Check(name, "runs and does not answer", f"read {config.logs / name}.log")
        else:
            yield Check(name, f"runs and answers (process {states[name].pid})")
    try:
        deviations = check_topics(config.kafka_bootstrap, topics(partitions=config.partitions), patience=5.0)
    except (BrokerAway, KafkaError) as error:
        yield Check("topics", f"the broker does not answer: {error}", f"read {config.logs / KAFKA}.log, then make down and make up")
        return
    for each in deviations:
        yield Check(f"topic {each.topic}", f"{each.setting} is {each.found}, wanted {each.wanted}", each.fix)
    if not deviations:
        yield Check("topics", "all there, with the settings they must have")
