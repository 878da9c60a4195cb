"""A cursor that the log does not have: another log, or records deleted. The worker stops and says so; nothing is skipped to "latest"."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import pytest
import redis
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from deploy.local.config import ROOT, free_ports
from deploy.local.stack import LocalStack
from services.reporting.counting import FOLD_VERSION
from shared.log.topics import STUDENT_STATUS
from shared.worker.faust_edge import EXIT_BROKEN
from tests.support.redis import RedisDatabase
from tests.support.stack import NewStack, by_operator, told_of

CURSOR = "{reporting:1:p3}:cursor"


@pytest.mark.parametrize("offset", [10**9, -1], ids=["beyond its end", "before its beginning"])
def test_the_worker_stops_with_what_is_wrong_and_moves_nothing(
    stack: LocalStack, database: RedisDatabase, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    for name, value in told_of(stack.config, "reporting-worker").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REPORTING_REDIS_URL", database.url)
    monkeypatch.setenv("REPORTING_OPERATIONS_PORT", str(free_ports(1)[0]))
    with redis.Redis.from_url(database.url, decode_responses=True) as client:
        client.hset(CURSOR, mapping={"next": offset, "fold": FOLD_VERSION, "build_to": 0, "built": 1})
        worker = subprocess.run(
            [sys.executable, "-m", "services.reporting", "worker"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
        assert worker.returncode == EXIT_BROKEN
        assert f"student-status[3]: the cursor {offset} is outside the log" in worker.stderr.splitlines()[-1]
        assert client.hget(CURSOR, "next") == str(offset)


def test_a_worker_whose_next_records_are_deleted_stops_and_does_not_go_on_behind_them(
    new_stack: NewStack, database: RedisDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = new_stack(partitions=1).config
    for name, value in told_of(config, "reporting-worker").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REPORTING_REDIS_URL", database.url)
    monkeypatch.setenv("REPORTING_PARTITIONS", "1")
    monkeypatch.setenv("REPORTING_OPERATIONS_PORT", str(free_ports(1)[0]))
    with KafkaProducer(**by_operator(config).client(), acks="all") as producer, redis.Redis.from_url(database.url) as client:
        write(producer, 1)
        worker = subprocess.Popen([sys.executable, "-m", "services.reporting", "worker"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        try:
            until_counted(client, 1)
            worker.send_signal(signal.SIGSTOP)
            # One or two of them the broker sends at once, to the question that is open.
            write(producer, 4)
            admin = KafkaAdminClient(**by_operator(config).client())
            admin.delete_records({TopicPartition(STUDENT_STATUS, 0): 4})
            admin.close()
            worker.send_signal(signal.SIGCONT)
            _, told = worker.communicate(timeout=120)
        finally:
            worker.kill()
        assert worker.returncode == EXIT_BROKEN
        stopped = re.search(r"student-status\[0\]: the cursor ([23]) is outside the log, which holds 4 to 5", told.splitlines()[-1])
        assert stopped, told
        until_counted(client, int(stopped[1]))


def write(producer: KafkaProducer, number: int) -> None:
    for _ in range(number):
        producer.send(STUDENT_STATUS, key=b"nobody", value=b"?", partition=0).get(timeout=30)


def until_counted(client: redis.Redis, offset: int) -> None:
    end = time.monotonic() + 60
    while (stands := client.hget("{reporting:1:p0}:cursor", "next")) != str(offset).encode():
        assert time.monotonic() < end, f"the cursor stands at {stands!r}"
        time.sleep(0.05)
