"""A run of a contestant, from its start to its number: here of small programs that count nothing, against a Redis of its own."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from bench.intake import running
from bench.side_by_side import run
from bench.side_by_side.catalogue import Contestant
from bench.side_by_side.counting import Counting
from bench.side_by_side.measured import NoNumber, Run
from bench.side_by_side.run import Runner
from deploy.local import kafka_access, redis_access, redis_server
from deploy.local.config import LOOPBACK, StackConfig

RIGHT = Counter({"513431:status.dropped_out": 31, "513431:out.poor": 4})
PROGRAM = """
import signal
import redis
from bench.side_by_side.task import CELLS, FACTS, STARTED, read_task
task = read_task()
r = redis.Redis("127.0.0.1", task.redis_port, username=task.redis_user, password=task.redis_password)
r.set(STARTED, 1)
def counted(cells, facts=2):
    r.hset(CELLS, mapping=cells)
    r.hset(FACTS, mapping={"all": facts})
"""


class Counted(Counting):
    """The job of counting, without a broker."""

    def begin(self) -> None:
        self._redis.flushall()


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    config = StackConfig.on_free_ports(tmp_path_factory.mktemp("bench"))
    redis_server.prepare(config)
    kafka_access.ensure_passwords(config)
    with running(*redis_server.command(redis_server.find_redis_server()), within=config.redis_folder) as pid:
        password = config.redis_password_file(redis_access.OPERATOR).read_text("ascii").strip()
        until_it_is_there = Retry(ConstantBackoff(0.05), 400)
        Redis(LOOPBACK, config.redis_port, username=redis_access.OPERATOR, password=password, retry=until_it_is_there).ping()
        yield Runner(Counted(config, facts=3, touching=2, expected=RIGHT), redis=pid, broker=os.getpid())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SETTLES_WITHIN", 0.3)


def doing(what: str) -> Contestant:
    """A contestant that does this."""
    return Contestant("small", "", (), lambda: (sys.executable, "-c", PROGRAM + what))


def test_a_contestant_whose_counts_are_right_has_a_number(runner: Runner) -> None:
    found = runner.run(doing("counted({'513431:status.dropped_out': 31, '513431:out.poor': 4})\nsignal.pause()"))
    assert isinstance(found, Run)
    assert found.starting > 0
    assert found.peak > 5_000_000
    assert found.wall > 0


def test_a_contestant_with_one_wrong_cell_has_none(runner: Runner) -> None:
    found = runner.run(doing("counted({'513431:status.dropped_out': 31, '513431:out.poor': 5})\nsignal.pause()"))
    assert found == NoNumber("small", "1 of 2 counts are wrong: 513431:out.poor is 5, not 4")


def test_counts_of_partitions_are_added_up(runner: Runner) -> None:
    found = runner.run(
        doing(
            "r.hset(CELLS + ':0', mapping={'513431:status.dropped_out': 30, '513431:out.poor': 4})\n"
            "counted({'513431:status.dropped_out': 1})\nsignal.pause()"
        )
    )
    assert isinstance(found, Run)


def test_what_a_contestant_left_is_not_there_for_the_next(runner: Runner) -> None:
    found = runner.run(doing("counted({'513431:out.poor': 4})\nsignal.pause()"))
    assert found == NoNumber("small", "1 of 2 counts are wrong: 513431:status.dropped_out is 0, not 31")


def test_a_contestant_that_ends_too_early_has_none_and_its_last_words_are_told(runner: Runner) -> None:
    found = runner.run(doing("counted({}|{'513431:out.poor': 4}, 1)\nprint('no more')\nraise SystemExit(3)"))
    assert found == NoNumber("small", "it ended with 3 after 1 of 2 facts\nno more")


def test_a_contestant_that_never_comes_to_the_end_has_none(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_longest", 3.0)
    found = runner.run(doing("signal.pause()"))
    assert found == NoNumber("small", "after 3 s it had done 0 of 2 facts")


def test_what_is_done_before_all_are_warm_is_not_measured(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.job, "warm", 1)
    right = "{'513431:status.dropped_out': 31, '513431:out.poor': 4}"
    found = runner.run(doing(f"import time\ncounted({{'513431:out.poor': 4}}, 1)\ntime.sleep(1)\ncounted({right})\nsignal.pause()"))
    assert isinstance(found, Run)
    assert found.inputs == 2
    assert found.cpu < found.starting


def test_who_is_done_before_a_look_found_it_warm_has_none(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.job, "warm", 1)
    found = runner.run(doing("counted({'513431:status.dropped_out': 31, '513431:out.poor': 4}, 3)\nsignal.pause()"))
    assert isinstance(found, NoNumber)
    assert found.why.startswith("it was done with all 2 facts before a look found it warm: take a larger scale")


def test_the_password_of_the_task_is_nobody_elses_to_read(runner: Runner, tmp_path: Path) -> None:
    kept = tmp_path / "mode"
    runner.run(doing(f"import os, sys\nopen({str(kept)!r}, 'w').write(oct(os.stat(sys.argv[1]).st_mode & 0o777))\nraise SystemExit(0)"))
    assert kept.read_text("ascii") == "0o600"
