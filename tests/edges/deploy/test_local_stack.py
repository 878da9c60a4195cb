"""The embedded stack, for real: what it starts, what it survives, what it leaves behind."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from deploy.local import redis_access
from deploy.local.config import ROOT, StackConfig, port_is_free
from deploy.local.doctor import Check, examine
from deploy.local.processes import ServiceProcess
from deploy.local.redis_access import OPERATOR
from deploy.local.stack import LocalStack, StartFailed
from deploy.local.supervision import Supervisor
from services.enrolment.directory.migrating import Part
from shared.log.topics import STUDENT_STATUS
from tests.support.stack import NewStack, by_operator

pytestmark = pytest.mark.live

MADE_BY_ENROLMENT = frozenset(Part)
"""What the doctor finds missing in a stack without services: enrolment's api makes it."""

SECOND_START = 20.0  # seconds a second start may take, without a network


def eventually(holds: Callable[[], bool], what: str, timeout: float = 30.0) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.02)


def remember(stack: LocalStack) -> None:
    """A record in the log and a key in Redis, both acknowledged."""
    with KafkaProducer(**by_operator(stack.config).client(), acks="all") as producer:
        producer.send(STUDENT_STATUS, b"remembered", partition=0).get(timeout=30)
    with redis_access.client(stack.config, OPERATOR) as client:
        client.set("remembered", "yes")


def remembers(stack: LocalStack) -> bool:
    partition = TopicPartition(STUDENT_STATUS, 0)
    with KafkaConsumer(**by_operator(stack.config).client()) as consumer:
        consumer.assign([partition])
        consumer.seek(partition, 0)
        in_log = [record.value for record in consumer.poll(timeout_ms=10_000).get(partition, [])]
    with redis_access.client(stack.config, OPERATOR) as client:
        return in_log == [b"remembered"] and client.get("remembered") == "yes"


def test_redis_evicts_nothing_and_keeps_buckets_packed(stack: LocalStack) -> None:
    with redis_access.client(stack.config, OPERATOR) as client:
        wanted = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec"}
        wanted |= {"hash-max-ziplist-entries": "512", "hash-max-ziplist-value": "2048"}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted


def test_nothing_listens_beyond_this_machine(stack: LocalStack) -> None:
    sockets = [each for process in Supervisor(stack.config).processes() for each in process.net_connections("inet")]
    listening = {(each.laddr.ip, each.laddr.port) for each in sockets if each.status == psutil.CONN_LISTEN}
    config = stack.config
    assert {port for _, port in listening} == {config.kafka_port, config.kafka_controller_port, config.redis_port, config.issuer_port}
    assert {address.removeprefix("::ffff:") for address, _ in listening} == {"127.0.0.1"}


def test_whatever_is_killed_is_started_again_and_has_forgotten_nothing(new_stack: NewStack) -> None:
    stack = new_stack(partitions=1)
    remember(stack)
    for process in ("redis", "kafka", "issuer"):
        killed = stack.kill(process)
        assert stack.wait_ready(process, other_than=killed) != killed
    assert remembers(stack)


def test_a_second_start_is_quick_and_finds_everything_as_it_was_left(new_stack: NewStack) -> None:
    stack = new_stack(partitions=1)
    remember(stack)
    stack.stop()
    assert Supervisor(stack.config).processes() == []

    begun = time.monotonic()
    stack.start()

    assert time.monotonic() - begun < SECOND_START
    assert remembers(stack)


def test_a_start_after_the_supervisor_was_killed_ends_what_it_left_and_goes_on(new_stack: NewStack) -> None:
    stack = new_stack(partitions=1)
    remember(stack)
    before = {process.pid for process in Supervisor(stack.config).processes()}
    (supervisor,) = (process for process in Supervisor(stack.config).processes() if "supervisor.supervisord" in process.cmdline())
    supervisor.kill()
    supervisor.wait()
    left = stack.left_over()
    assert {"java", "valkey-server"} <= {process.name() for process in left}
    assert Check("left over", f"a supervisor was killed and left running: {', '.join(str(process.pid) for process in left)}", "make down") in list(
        examine(stack.config, ())
    )

    stack.start()

    assert not before & {process.pid for process in Supervisor(stack.config).processes()}
    assert remembers(stack)


def test_a_start_that_fails_leaves_nothing_running(tmp_path: Path) -> None:
    config = StackConfig.on_free_ports(tmp_path)
    stack = LocalStack(config, services=(ServiceProcess("nowhere", "worker"),))
    config.logs.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StackConfig, "nowhere_worker_port", 1, raising=False)
        with pytest.raises(StartFailed, match=r"nowhere-worker ended while it was starting(.|\n)*No module named services.nowhere"):
            stack.start()
    assert Supervisor(config).processes() == []
    assert port_is_free(config.kafka_port)
    assert port_is_free(config.redis_port)


def test_nothing_outlives_a_foreground_that_is_killed(tmp_path: Path) -> None:
    config = StackConfig.on_free_ports(tmp_path)
    foreground = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from deploy.local.config import StackConfig; from deploy.local.stack import LocalStack\n"
            "stack = LocalStack(StackConfig.model_validate_json(sys.argv[1]), services=()); stack.start(); stack.wait_for_exit()",
            config.model_dump_json(),
        ],
        cwd=ROOT,
    )
    try:
        stack = LocalStack(config, services=())
        eventually(lambda: {state.state for state in stack.states().values()} == {"RUNNING"}, "the stack is up", timeout=60.0)
        foreground.kill()
        foreground.wait()
        eventually(lambda: Supervisor(config).processes() == [], "everything is gone")
    finally:
        foreground.kill()
        foreground.wait()
        stack.stop()


def test_a_folder_with_an_awkward_name_serves_as_well(tmp_path: Path) -> None:
    folder = tmp_path.joinpath("100% of it, and more;", *["a-folder-with-a-long-name"] * 4)
    with LocalStack(StackConfig.on_free_ports(folder, partitions=1), services=()) as stack:
        remember(stack)
        assert remembers(stack)


def test_the_doctor_finds_nothing_wrong_with_what_is_well(new_stack: NewStack) -> None:
    stack = new_stack()
    checks = list(examine(stack.config, ()))
    assert [check for check in checks if check.mend and check.about not in MADE_BY_ENROLMENT] == []
    machine = {"Python", "packages", "Java", "Redis server", "Kafka's jars", "disk", "folder", "memory"}
    stack_itself = {"kafka", "redis", "issuer", "Redis's settings", "Redis's users", "Redis's file", "topics"}
    access = {"secrets", "passwords", "addresses", "Kafka's listeners", "Kafka's users", "Redis's rights"}
    assert machine | stack_itself | access | {"student-id key", "master key"} | MADE_BY_ENROLMENT == {check.about for check in checks}


def test_the_doctor_names_what_is_wrong_and_what_mends_it(new_stack: NewStack) -> None:
    stack = new_stack(partitions=1)
    resource = ConfigResource(ConfigResourceType.TOPIC, STUDENT_STATUS, {"retention.ms": "1000"})
    admin = KafkaAdminClient(**by_operator(stack.config).client())
    try:
        admin.alter_configs([resource])
    finally:
        admin.close()
    wrong = {check.about: check for check in examine(stack.config, ()) if check.mend and check.about not in MADE_BY_ENROLMENT}
    assert set(wrong) == {f"topic {STUDENT_STATUS}"}
    assert "retention.ms is 1000, wanted -1" in wrong[f"topic {STUDENT_STATUS}"].seen

    stack.stop()
    stopped = {check.about: check.mend for check in examine(stack.config, ()) if check.mend and check.about not in MADE_BY_ENROLMENT}
    assert stopped == {"processes": "make up"}
