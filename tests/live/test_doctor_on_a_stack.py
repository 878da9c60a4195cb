"""What the doctor finds in a stack that runs: each thing spoilt, found, and mended."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from typer.testing import CliRunner

from deploy.cli import app
from deploy.health import health_of
from deploy.local import redis_access
from deploy.local.config import StackConfig
from deploy.local.doctor import examine
from deploy.local.processes import PROCESSES, REDIS, ServiceProcess
from deploy.local.redis_access import OPERATOR
from deploy.local.stack import LocalStack
from deploy.local.supervision import Supervisor
from shared import clock
from shared.log import topics
from tests.components.enrolment.lines import event
from tests.support.stack import by_operator
from tests.support.stack_tokens import bearer

pytestmark = pytest.mark.live

WORKER = ServiceProcess("enrolment", "worker")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with LocalStack(StackConfig.on_free_ports(tmp_path_factory.mktemp("doctor"), partitions=1), services=PROCESSES) as running:
        until_well(running)
        yield running


def wrong(stack: LocalStack) -> dict[str, tuple[str, str]]:
    """What is wrong: {about: (seen, mend)}. Of the machine that the tests run on nothing is said."""
    machine = ("Python", "packages", "Java", "Redis server", "Kafka's jars", "disk", "folder", "memory")
    return {check.about: (check.seen, check.mend) for check in examine(stack.config) if check.mend and check.about not in machine}


def until(holds: Callable[[], bool], what: Callable[[], object], timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout:.0f} s: {what()}"
        time.sleep(0.1)


def until_well(stack: LocalStack) -> None:
    until(lambda: wrong(stack) == {}, lambda: wrong(stack))


def test_all_ten_processes_are_looked_at_and_are_well(stack: LocalStack) -> None:
    seen = {check.about: check.seen for check in examine(stack.config)}
    for service in PROCESSES:
        assert seen[service.name] == f"runs and is ready (process {stack.pid(service.name)})"
    assert {"kafka", "redis", "issuer", "topics", "Redis's settings", "Redis's users", "Redis's file"} <= set(seen)


def test_no_password_stands_on_a_command_line_in_an_environment_in_a_setting_or_in_a_log(stack: LocalStack) -> None:
    files = [*stack.config.home.rglob("*.password"), stack.config.home / "kafka" / "server.properties"]
    passwords = [file.read_text("ascii").strip().encode() for file in files[:-1]]
    assert len(passwords) == 2 * len(PROCESSES) + 4
    shown = {path: path.read_bytes() for path in stack.config.home.rglob("*") if path.is_file() and path not in files}
    for process in Supervisor(stack.config).processes():
        shown[Path(f"{process.name()} {process.pid}")] = repr((process.cmdline(), process.environ())).encode()
    assert len(shown) > len(PROCESSES) + 10
    assert [path for path, text in shown.items() if any(password in text for password in passwords)] == []


def test_a_redis_that_lets_anybody_in_is_found(stack: LocalStack) -> None:
    with redis_access.client(stack.config, OPERATOR) as client:
        client.acl_setuser("default", enabled=True, nopass=True, commands=["+ping"])
        assert wrong(stack) == {"Redis's users": ("whoever names no user is let in", "make down, then make up: they are written anew")}
        client.acl_load()
    until_well(stack)


def test_the_operator_does_a_command_in_redis_by_name(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.config.model_dump().items():
        monkeypatch.setenv(f"BAOXUE_{name.upper()}", str(value))
    baoxue = CliRunner()
    assert baoxue.invoke(app, ["redis", "hset", "tried", "a", "1", "b", "-2"]).stdout == "2\n"
    assert baoxue.invoke(app, ["redis", "hgetall", "tried"]).stdout == "a: 1\nb: -2\n"
    assert baoxue.invoke(app, ["redis", "del", "tried"]).stdout == "1\n"
    refused = baoxue.invoke(app, ["redis", "hset", "tried"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Redis did not do it: wrong number of arguments" in refused.stderr


def test_a_worker_that_hangs_is_found_and_mended_by_the_command_that_is_named(stack: LocalStack) -> None:
    pid = stack.pid(WORKER.name)
    os.kill(pid, signal.SIGSTOP)
    until(lambda: "hangs" in wrong(stack)[WORKER.name][0], lambda: wrong(stack))  # at first it is taken to be starting
    assert f"kill -9 {pid}" in wrong(stack)[WORKER.name][1]
    os.kill(pid, signal.SIGKILL)
    stack.wait_alive(WORKER.name, other_than=pid)
    until_well(stack)


def test_a_redis_that_evicts_is_found(stack: LocalStack) -> None:
    with redis_access.client(stack.config, OPERATOR) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("appendonly", "no")
        seen, mend = wrong(stack)["Redis's settings"]
        assert seen == "appendonly is no, must be yes; maxmemory-policy is allkeys-lru, must be noeviction"
        assert "make down, then make up" in mend
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("appendonly", "yes")
    until_well(stack)


def test_a_redis_that_does_not_answer_is_found_and_so_are_those_who_wait_for_it(stack: LocalStack) -> None:
    pid = stack.pid(REDIS)
    os.kill(pid, signal.SIGSTOP)
    try:
        found = [check for check in examine(stack.config) if check.mend and "redis.log" in check.mend]
    finally:
        os.kill(pid, signal.SIGCONT)
    assert {check.about for check in found} == {REDIS, "Redis's settings", *(service.name for service in PROCESSES)}
    until_well(stack)


def test_a_topic_that_is_gone_is_found(stack: LocalStack) -> None:
    admin = KafkaAdminClient(**by_operator(stack.config).client())
    try:
        admin.delete_topics([topics.SEALS])
    finally:
        admin.close()
    until(lambda: f"topic {topics.SEALS}" in wrong(stack), lambda: wrong(stack))
    assert wrong(stack)[f"topic {topics.SEALS}"] == ("the topic is missing, wanted present", "`baoxue up` makes it.")
    stack.start()
    until_well(stack)


def stopped_by_itself(stack: LocalStack) -> list[str]:
    return [check.seen for check in examine(stack.config) if check.about == WORKER.name and "stopped by itself" in check.seen and check.mend]


def test_a_worker_whose_states_are_anothers_stops_and_says_so_until_that_is_mended(stack: LocalStack) -> None:
    begun = httpx.post(
        f"{stack.config.api_url('enrolment')}/v1/reports",
        json=event("registered"),
        headers={"content-type": "application/cloudevents+json", **bearer(stack.config)},
    )
    assert begun.status_code == 202
    with redis_access.client(stack.config, OPERATOR) as client:
        cursor = "{enrolment:1:p0}:cursor"
        until(lambda: client.hexists(cursor, "next"), lambda: client.hgetall(cursor))
        form = str(client.hget(cursor, "format"))
        stack.kill(WORKER.name)
        client.hset(cursor, "format", "99/99")  # a worker that lives would write its own at its next step
        until(lambda: any("OtherFormat" in seen for seen in stopped_by_itself(stack)), lambda: health_of(WORKER.url(stack.config)))
        client.hset(cursor, "format", form)
    until_well(stack)


@contextmanager
def stamped_by_the_writer(config: StackConfig, topic: str) -> Iterator[None]:
    """Let whoever writes to a topic say of when a record is, as before the broker did."""
    with closing(KafkaAdminClient(**by_operator(config).client())) as admin:
        _stamp(admin, topic, "CreateTime")
        yield
        _stamp(admin, topic, "LogAppendTime")


def _stamp(admin: KafkaAdminClient, topic: str, kind: str) -> None:
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"message.timestamp.type": kind})])


def test_what_could_not_be_read_is_told_with_how_many_and_how_to_look_for_a_week(stack: LocalStack) -> None:
    # A dead letter stays a finding, and so this comes after all that waits until all is well.
    dead = topics.dead(topics.SUBMISSIONS)
    weeks_ago = int((clock.now() - timedelta(days=30)).timestamp() * 1000)
    with KafkaProducer(**by_operator(stack.config).client(), acks="all") as producer:
        with stamped_by_the_writer(stack.config, dead):
            producer.send(dead, b"{}", partition=0, timestamp_ms=weeks_ago).get(timeout=30)
        assert [check.mend for check in examine(stack.config) if check.about == dead] == [None]
        for _ in range(2):
            producer.send(topics.SUBMISSIONS, key=b"nobody", value=b"?", partition=0).get(timeout=30)
    until(lambda: dead in wrong(stack), lambda: [check for check in examine(stack.config) if check.about == dead])
    until(lambda: wrong(stack)[dead][0] == "2 records do not count: unreadable (2)", lambda: wrong(stack)[dead])
    assert f"baoxue tail --topic {dead} --from beginning" in wrong(stack)[dead][1]


def test_a_worker_that_stopped_by_itself_is_found_by_its_last_critical(stack: LocalStack) -> None:
    pid = stack.pid(WORKER.name)
    os.kill(pid, signal.SIGSTOP)
    with KafkaProducer(**by_operator(stack.config).client(), acks="all") as producer:
        sends = [producer.send(topics.SUBMISSIONS, key=b"nobody", value=b"?", partition=0) for _ in range(300)]
        producer.flush()
        assert all(send.get(timeout=30) for send in sends)
    os.kill(pid, signal.SIGCONT)
    until(lambda: any("MostlyDead" in seen for seen in stopped_by_itself(stack)), lambda: health_of(WORKER.url(stack.config)))
