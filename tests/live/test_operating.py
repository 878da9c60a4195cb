"""Real processes, stopped, paused and given nonsense: what they tell of it, and that no log tells what was sent."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import httpx
import pytest
from kafka import KafkaProducer

from deploy.health import Health, health_of
from deploy.local.config import StackConfig
from deploy.local.processes import KAFKA, PROCESSES, REDIS, ServiceProcess
from deploy.local.stack import LocalStack, StartFailed
from shared.log import topics
from shared.log.partitioner import partition_of
from tests.components.enrolment.lines import event
from tests.support.stack import by_operator
from tests.support.stack_tokens import bearer

pytestmark = pytest.mark.live

ENROLMENT, REPORTING = ServiceProcess("enrolment", "worker"), ServiceProcess("reporting", "worker")
DESK = ServiceProcess("enrolment", "api")
CHILD = "0123456789abcdef" * 2


def eventually(holds: Callable[[], bool], what: Callable[[], object], timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout:.0f} s: {what()}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Operator"]:
    """One stack for the whole file: the last test leaves its workers stopped."""
    with LocalStack(StackConfig.on_free_ports(tmp_path_factory.mktemp("operated"), partitions=1), services=PROCESSES) as stack:
        yield Operator(stack)


@contextmanager
def paused(stack: LocalStack, process: str) -> Iterator[None]:
    """The process stands still, as on a machine that has no time for it; the supervisor sees nothing wrong."""
    pid = stack.pid(process)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class Operator:
    """Somebody who asks the processes of a stack how they are."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack

    def health(self, service: ServiceProcess) -> Health:
        return health_of(service.url(self.stack.config))

    def until_ready(self, *services: ServiceProcess) -> None:
        for service in services:
            eventually(lambda service=service: self.health(service) == Health(alive=True), lambda service=service: self.health(service))  # type: ignore[misc]

    def until_waiting_for(self, service: ServiceProcess, *what: str) -> None:
        eventually(lambda: self.health(service).missing.keys() >= set(what), lambda: (service.name, what, self.health(service)))

    def figures(self, service: ServiceProcess) -> dict[str, float]:
        lines = httpx.get(f"{service.url(self.stack.config)}/metrics", timeout=10).text.splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}

    def until_counted(self, service: ServiceProcess, name: str, n: float) -> None:
        eventually(lambda: self.figures(service).get(name) == n, lambda: (name, self.figures(service).get(name)))

    def send(self, *events: Mapping[str, Any]) -> httpx.Response:
        body = b"\n".join(json.dumps(each).encode() for each in events)
        return httpx.post(
            f"{DESK.url(self.stack.config)}/v1/reports",
            content=body,
            headers={"content-type": "application/x-ndjson", **bearer(self.stack.config)},
            timeout=30,
        )

    def log_bytes(self, topic: str, key: bytes, *values: bytes) -> None:
        """Write past the api."""
        with KafkaProducer(**by_operator(self.stack.config).client(), acks="all") as producer:
            partition = partition_of(key, self.stack.config.partitions)
            for value in values:
                producer.send(topic, key=key, value=value, partition=partition).get(timeout=30)


def test_what_is_sent_moves_the_figures_of_the_worker(operator: Operator) -> None:
    operator.until_ready(*PROCESSES)
    enrolled = event("enrolled", id="a", time="2019-03-01T08:00:00+08:00")
    told = operator.send(
        enrolled,
        event("dropped-out", id="b", time="2020-06-10T08:00:00+08:00"),
        enrolled,
        event("suspected", id="c", time="2019-04-01T08:00:00+08:00"),
        event("returned", id="d", subject="f" * 32),
        event("returned", id="e", without="data.placement"),
    ).json()
    assert (told["logged"], told["refused"]) == (5, 1)
    operator.log_bytes(topics.SUBMISSIONS, CHILD.encode(), b"{")
    topic = f'topic="{topics.SUBMISSIONS}"'
    for outcome, n in {"accepted": 2, "duplicate": 1, "late": 1, "refused": 1, "dead": 1}.items():
        operator.until_counted(ENROLMENT, f'baoxue_records_total{{outcome="{outcome}",{topic}}}', n)
    operator.until_counted(ENROLMENT, f'baoxue_refused_total{{code="unknown_student",{topic}}}', 1)
    counted = f'baoxue_records_total{{outcome="counted",topic="{topics.STUDENT_STATUS}"}}'
    # Three facts of enrolment's, and what case and relief make of them.
    eventually(lambda: operator.figures(REPORTING).get(counted, 0) >= 3, lambda: operator.figures(REPORTING).get(counted))
    operator.until_counted(ENROLMENT, f'baoxue_lag_events{{partition="0",{topic}}}', 0)
    assert operator.figures(DESK)['baoxue_reports_refused_total{code="malformed"}'] == 1
    shown = operator.figures(ENROLMENT)
    assert shown["baoxue_faust_batches_total"] >= 2
    assert shown["baoxue_faust_rebalances_total"] == 1
    assert shown[f'baoxue_faust_end_offset{{partition="0",{topic}}}'] == 6


def test_a_worker_that_stands_still_is_not_alive_until_it_goes_on(operator: Operator) -> None:
    operator.until_ready(ENROLMENT)
    with paused(operator.stack, ENROLMENT.name):
        # What it was answering as it was stopped may still come.
        eventually(lambda: operator.health(ENROLMENT) == Health(alive=False), lambda: operator.health(ENROLMENT))
        with pytest.raises(StartFailed, match="was not alive within"):
            operator.stack.wait_alive(ENROLMENT.name, timeout=0.1)
    operator.until_ready(ENROLMENT)


def test_a_worker_is_alive_at_once_and_ready_when_it_has_its_partitions(operator: Operator) -> None:
    pid = operator.stack.kill(ENROLMENT.name)
    operator.stack.wait_alive(ENROLMENT.name, other_than=pid)
    operator.until_waiting_for(ENROLMENT, "assigned")
    operator.until_ready(ENROLMENT)


def test_processes_tell_when_what_they_stand_on_is_away_and_are_ready_again_when_it_is_back(operator: Operator) -> None:
    operator.until_ready(*PROCESSES)
    for process, name in ((REDIS, "redis"), (KAFKA, "kafka")):
        with paused(operator.stack, process):
            for service in PROCESSES:
                operator.until_waiting_for(service, name)
                assert operator.health(service).alive
        operator.until_ready(*PROCESSES)


def test_a_worker_that_is_kept_from_its_work_tells_how_far_it_is_behind(operator: Operator) -> None:
    operator.until_ready(DESK, ENROLMENT)
    with paused(operator.stack, REDIS):
        operator.log_bytes(topics.SUBMISSIONS, CHILD.encode(), json.dumps(event("registered")).encode())
        events, seconds = (f'baoxue_lag_{unit}{{partition="0",topic="{topics.SUBMISSIONS}"}}' for unit in ("events", "seconds"))
        operator.until_counted(ENROLMENT, events, 1)
        eventually(lambda: operator.figures(ENROLMENT)[seconds] > 1.0, lambda: operator.figures(ENROLMENT)[seconds])
        eventually(lambda: operator.figures(ENROLMENT)[f'baoxue_away_total{{topic="{topics.SUBMISSIONS}"}}'] >= 1, lambda: "no try failed")
    operator.until_counted(ENROLMENT, events, 0)


SECRET = "geheim4711"


def test_no_log_tells_anything_that_was_sent(operator: Operator) -> None:
    operator.until_ready(*PROCESSES)
    config = operator.stack.config
    spoilt = [{**event(), name: SECRET} for name in event()] + [{**event(), SECRET: 1}]
    spoilt += [event(change={name: SECRET}) for name in ("reason", "last_seen", SECRET)]
    assert operator.send(*spoilt).json()["logged"] <= 1  # an id may be anything
    for service in (DESK, ServiceProcess("reporting", "api")):
        url = service.url(config)
        httpx.post(f"{url}/v1/reports", content=SECRET, headers={"content-type": SECRET, "idempotency-key": SECRET})
        httpx.post(f"{url}/v1/reports", content=SECRET, headers={"content-type": "application/cloudevents+json", "content-encoding": "gzip"})
        httpx.get(f"{url}/v1/receipts/{SECRET}", params={"outcome": SECRET, "after": SECRET})
        httpx.get(f"{url}/v1/counts", params={"area": SECRET})
        httpx.get(f"{url}/{SECRET}", headers={"authorization": SECRET})
    for topic in (topics.SUBMISSIONS, topics.STUDENT_STATUS):
        operator.log_bytes(topic, SECRET.encode(), SECRET.encode())
        operator.log_bytes(topic, CHILD.encode(), json.dumps({**event(), "type": SECRET, "recordedtime": event()["time"]}).encode())
        operator.log_bytes(topic, CHILD.encode(), json.dumps({**event(), "time": SECRET}).encode())
    for service in PROCESSES:
        if service.part == "worker":
            for asked in (signal.SIGUSR1, signal.SIGUSR2):
                os.kill(operator.stack.pid(service.name), asked)
    for service, topic in ((ENROLMENT, topics.SUBMISSIONS), (REPORTING, topics.STUDENT_STATUS)):
        eventually(lambda: "is a dead letter" in log_of(operator, service), lambda: log_of(operator, service)[-2000:])  # noqa: B023  # called at once
        # So much of it that the worker stops, with all that it has to say.
        with paused(operator.stack, service.name):
            operator.log_bytes(topic, CHILD.encode(), *[json.dumps({**event(), "time": SECRET, "n": n}).encode() for n in range(400)])
        eventually(lambda: "the worker stops" in log_of(operator, service), lambda: log_of(operator, service)[-2000:])  # noqa: B023  # called at once
    operator.stack.stop()
    said = {path.name: path.read_text("utf-8", "replace") for path in config.logs.iterdir() if path.is_file()}
    assert {f"{service.name}.log" for service in PROCESSES} <= set(said)
    assert [name for name, text in said.items() if SECRET in text] == []
    for service in PROCESSES:
        lines = said[f"{service.name}.log"].splitlines()
        assert [line for line in lines if not line.startswith("{")] == [], service.name
        who = {(told["service"], told["part"], told["version"]) for told in map(json.loads, lines)}
        assert who == {(service.service, service.part, version("baoxue"))}


def log_of(operator: Operator, service: ServiceProcess) -> str:
    return (operator.stack.config.logs / f"{service.name}.log").read_text("utf-8", "replace")
