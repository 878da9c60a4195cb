"""What bounds the memory of a worker: it unpacks a batch at a time, and stands on nothing that only an api needs."""

from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.structs import TopicPartition
from prometheus_client import CollectorRegistry

from deploy.local.config import ROOT
from shared.brokers import Brokers
from shared.contracts.services import SERVICES
from shared.worker.faust_edge import runner
from shared.worker.meters import WorkerMeters


def app_of_worker(monkeypatch: pytest.MonkeyPatch, batch_size: int) -> Any:
    """Return the app that a worker would run."""
    made: list[Any] = []

    def run(app: Any, **_: Any) -> SimpleNamespace:
        made.append(app)
        return SimpleNamespace(execute_from_commandline=lambda: None)

    monkeypatch.setattr(runner, "_Worker", run)
    monkeypatch.setattr(threading, "Thread", lambda **_: SimpleNamespace(start=lambda: None))
    admin: Any = SimpleNamespace(meters=WorkerMeters(CollectorRegistry()), start=lambda *_: None)
    follower: Any = SimpleNamespace(topic="facts")
    run_worker: Any = runner.run_worker
    run_worker(name="x-1", brokers=Brokers("127.0.0.1:1"), followers=[follower], admin=admin, batch_size=batch_size)
    return made[0]


def test_a_worker_unpacks_no_more_than_a_batch_of_what_it_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    most = app_of_worker(monkeypatch, 500).conf.broker_max_poll_records
    unpacked = list[int]()

    def unpack(n: int) -> int:
        unpacked.append(n)
        return n

    fetched: Any = FetchResult.__new__(FetchResult)
    fetched._topic_partition, fetched._update_position = TopicPartition("facts", 0), lambda: None
    fetched._partition_records, fetched.check_assignment = map(unpack, range(2_000)), lambda _: True
    assert len(fetched.getall(most)) == len(unpacked) == 500


def test_one_batch_waits_in_a_partition_while_another_is_processed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert app_of_worker(monkeypatch, 500).conf.stream_buffer_maxsize == 1


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES])
def test_a_worker_stands_on_nothing_that_only_an_api_needs(service: str) -> None:
    names = ("sqlalchemy", "alembic", "asyncpg", "typst", f"services.{service}.api")
    program = f"import sys, services.{service}.wiring, services.{service}.settings, shared.process, shared.worker.faust_edge; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted(set(names) & set(run.stdout.split())) == []
