"""A real broker for the tests that need one, on free ports, gone when the tests are.

- `stack`: one for the whole run, with all topics in it, shared: a test reads only what it wrote itself, or makes topics of its own
  (`fresh_topic`) and uses a Redis database of its own (`fresh_redis`, which needs no broker).
- `new_stack`: for a test that needs a clean record, or wants to kill things: each call gives another stack, stopped after the test.

Whatever uses one of them is marked `live`. Without a broker such a test fails; it is never skipped.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ACLFilter, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePatternFilter, ResourceType

from deploy.local import config, kafka_access
from deploy.local.config import StackConfig
from deploy.local.processes import ServiceProcess
from deploy.local.stack import LocalStack
from services.reporting.audit.sources import kafka_topic as audit
from shared.brokers import Brokers
from shared.log.access_admin import acl_of
from shared.log.rights import AUDITOR, rights_to_audit
from shared.log.topics import topics

NewStack = Callable[..., LocalStack]
FreshTopic = Callable[..., str]

LIVE = frozenset({"stack", "new_stack"})

LONGEST = (
    "test_rows.py",
    "test_operating.py",
    "test_places_killed.py",
    "test_add_a_service.py",
    "test_doctor_on_a_stack.py",
    "test_accidents.py",
    "test_local_stack.py",
    "test_wall.py",
)
"""Files of tests that take longest, the longest first."""


def pytest_configure() -> None:
    """Lets each process of a run choose from ports of its own: between the choice and the start another could take them."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        config.FREE_PORTS = config.FREE_PORTS[int(worker.removeprefix("gw")) :: int(os.environ["PYTEST_XDIST_WORKER_COUNT"])]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks `live` every test that uses a real broker, so that nobody has to remember it, and puts the longest files first.

    Files run side by side: one of minutes that begins last is waited for by all the other processes.
    """
    for item in items:
        if LIVE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.live)
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def by_operator(config: StackConfig) -> Brokers:
    """Return a stack's Kafka for whoever may do everything there."""
    return kafka_access.brokers(config, kafka_access.OPERATOR)


def by_auditor(config: StackConfig) -> audit.Brokers:
    """Return a stack's Kafka as the auditors' commands find it."""
    return audit.Brokers(config.kafka_bootstrap, kafka_access.brokers(config, AUDITOR).client())


def told_of(config: StackConfig, user: str = AUDITOR) -> dict[str, str]:
    """Return the variables by which the commands of `baoxue` ask a stack's Kafka as this user."""
    brokers = kafka_access.brokers(config, user)
    return {
        "REPORTING_KAFKA_BOOTSTRAP": brokers.bootstrap,
        "REPORTING_KAFKA_USER": user,
        "REPORTING_KAFKA_PASSWORD_FILE": str(brokers.password_file),
        "REPORTING_KAFKA_MECHANISM": brokers.mechanism,
    }


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Kafka and Redis, no services, for the whole run: `stack.config.kafka_bootstrap`, `stack.config.redis_address`."""
    with LocalStack(StackConfig.on_free_ports(tmp_path_factory.mktemp("stack")), services=()) as running:
        yield running


@pytest.fixture
def new_stack(tmp_path: Path) -> Iterator[NewStack]:
    """`new_stack(services=(), partitions=12, today="calendar")` starts another stack, with an empty record; it takes about 5 s."""
    with ExitStack() as running:
        number = itertools.count()

        def start(*, services: tuple[ServiceProcess, ...] = (), partitions: int = 12, today: str = "calendar") -> LocalStack:
            settings = StackConfig.on_free_ports(tmp_path / f"stack{next(number)}", partitions=partitions).model_copy(update={"today": today})
            return running.enter_context(LocalStack(settings, services=services))

        yield start


_topic = itertools.count()


@pytest.fixture
def fresh_topic(stack: LocalStack) -> Iterator[FreshTopic]:
    """`fresh_topic(partitions=3)` makes an empty topic on the shared broker, with the settings of the record, and gives its name.

    The auditor may read it until the test is over: what the catalogue does not name is closed to everybody else.
    """
    made: list[str] = []
    with closing(KafkaAdminClient(**by_operator(stack.config).client())) as admin:

        def make(*, partitions: int = 12, like: str = "student-status") -> str:
            name = f"{like}.test-{next(_topic)}"
            settings = dict(topics()[0].settings)
            admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1, "configs": settings}}, wait_for_metadata=True)
            admin.create_acls([acl_of(right) for right in rights_to_audit(name)])
            made.append(name)
            return name

        yield make
        for name in made:
            where = ResourcePatternFilter(ResourceType.TOPIC, name, ACLResourcePatternType.LITERAL)
            admin.delete_acls([ACLFilter(None, "*", ACLOperation.ANY, ACLPermissionType.ANY, where)])
