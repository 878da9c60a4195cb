"""A cursor that the log does not have: another log, or records deleted. The worker stops and says so; nothing is skipped to "latest"."""

from __future__ import annotations

import subprocess
import sys

import pytest
import redis

from deploy.local.config import ROOT, free_ports
from deploy.local.stack import LocalStack
from services.reporting.counting import FOLD_VERSION
from shared.worker.faust_edge import EXIT_BROKEN

CURSOR = "{reporting:1:p3}:cursor"


@pytest.mark.parametrize("offset", [10**9, -1], ids=["beyond its end", "before its beginning"])
def test_the_worker_stops_with_what_is_wrong_and_moves_nothing(
    stack: LocalStack, fresh_redis: str, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    monkeypatch.setenv("REPORTING_KAFKA_BOOTSTRAP", stack.config.kafka_bootstrap)
    monkeypatch.setenv("REPORTING_REDIS_URL", fresh_redis)
    monkeypatch.setenv("REPORTING_OPERATIONS_PORT", str(free_ports(1)[0]))
    with redis.Redis.from_url(fresh_redis, decode_responses=True) as client:
        client.hset(CURSOR, mapping={"next": offset, "fold": FOLD_VERSION, "build_to": 0, "built": 1})
        worker = subprocess.run(
            [sys.executable, "-m", "services.reporting", "worker"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
        assert worker.returncode == EXIT_BROKEN
        assert f"student-status[3]: the cursor {offset} is outside the log" in worker.stderr.splitlines()[-1]
        assert client.hget(CURSOR, "next") == str(offset)
