"""Each thing that the doctor finds, provoked; what needs a whole stack stands in ``test_doctor_on_a_stack.py``."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.health import Health
from deploy.local import jars
from deploy.local.config import StackConfig
from deploy.local.doctor import counts, machine, record, running
from deploy.local.doctor.check import Check
from deploy.local.port_holder import holder
from deploy.local.processes import PROCESSES

PID, LOG = 4711, Path("/logs/case-worker.log")


def told(health: Health, *, age: float = 3_600.0) -> list[Check]:
    return list(running.service_checks("case-worker", PID, health, LOG, age=age))


class TestProcesses:
    def test_one_that_is_well_is_no_finding(self) -> None:
        assert told(Health(alive=True)) == [Check("case-worker", "runs and is ready (process 4711)")]

    def test_one_that_hangs_is_killed_by_its_id_since_it_is_started_again(self) -> None:
        (check,) = told(Health(alive=False))
        assert check.mend
        assert "kill -9 4711" in check.mend
        assert str(LOG) in check.mend

    def test_one_that_was_just_started_is_waited_for(self) -> None:
        (check,) = told(Health(alive=False), age=running.STARTING - 1)
        assert "wait" in str(check.mend)
        assert "kill" not in str(check.mend)
        assert "kill" in str(told(Health(alive=False), age=running.STARTING)[0].mend)

    @pytest.mark.parametrize(
        ("what", "mend"),
        [
            ("kafka", "/logs/kafka.log"),
            ("redis", "/logs/redis.log"),
            ("assigned", "wait"),
            ("counts", "wait"),
            ("states", "wait"),
            ("lag", "baoxue topics"),
            ("new", str(LOG)),
        ],
    )
    def test_each_thing_that_one_waits_for_is_told_with_why_and_what_to_do(self, what: str, mend: str) -> None:
        (check,) = told(Health(alive=True, missing={what: "because"}))
        assert check.seen == f"runs, and waits ({what}: because)"
        assert check.mend
        assert mend in check.mend

    def test_all_that_one_waits_for_is_told(self) -> None:
        assert len(told(Health(alive=True, missing={"kafka": "", "redis": ""}))) == 2

    def test_the_last_critical_of_one_that_stopped_by_itself_is_found_in_its_log(self, tmp_path: Path) -> None:
        log = tmp_path / "x.log"
        assert running.last_critical(log) == ""
        log.write_text("no json\n" + json.dumps({"level": "info", "message": "fine"}) + "\n")
        assert running.last_critical(log) == ""
        with log.open("a") as file:
            file.write(json.dumps({"level": "critical", "message": "the worker stops: MostlyDead"}) + "\n" + json.dumps({"level": "info"}) + "\n")
        assert running.last_critical(log) == "the worker stops: MostlyDead"
        with log.open("a") as file:
            file.write("x" * (running._TAIL + 1))
        assert running.last_critical(log) == ""


class TestPorts:
    def test_a_taken_port_is_told_with_who_has_it_who_wants_it_and_what_sets_it(self, tmp_path: Path) -> None:
        config = StackConfig.on_free_ports(tmp_path)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", config.port_of("case", "worker")))
            taken.listen()
            wrong = [check for check in running.ports(config, PROCESSES) if check.mend]
        assert [check.about for check in wrong] == [f"port {config.port_of('case', 'worker')}"]
        assert f"process {os.getpid()} (" in wrong[0].seen
        assert "the case worker" in wrong[0].seen
        assert "BAOXUE_CASE_WORKER_PORT" in str(wrong[0].mend)

    def test_who_has_a_port_may_not_be_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("psutil.net_connections", lambda _: [])
        assert holder(1) == "somebody else's process"


class TestMachine:
    LOCK = 'one-thing==1.0 \\\n    --hash=sha256:00\nother==2.0 ; python_version < "3.0" \\\n    --hash=sha256:00\n'

    @pytest.mark.parametrize(
        ("installed", "seen"),
        [
            ({"One_Thing": "1.0"}, "as locked"),
            ({"one.thing": "1.1"}, "one-thing is 1.1, locked is ==1.0"),
            ({}, "one-thing is missing, locked is ==1.0"),
            ({"one-thing": "1.0", "other": "9"}, "as locked"),
        ],
    )
    def test_packages_are_those_of_the_lock_file(self, tmp_path: Path, installed: Mapping[str, str], seen: str) -> None:
        (tmp_path / "run.lock").write_text(self.LOCK)
        check = machine.packages(tmp_path / "run.lock", installed)
        assert check.seen == seen
        assert bool(check.mend) is (seen != "as locked")

    def test_the_real_lock_file_is_read_whole(self) -> None:
        names = {pin.partition("==")[0].partition("[")[0] for pin in machine._pins(machine.LOCK.read_text("utf-8"))}
        assert {"faust-streaming", "aiokafka", "redis", "numpy"} <= names

    def test_a_full_disk_is_told(self) -> None:
        assert machine.disk(Path("/x"), machine.ENOUGH_DISK).mend is None
        assert "BAOXUE_HOME" in str(machine.disk(Path("/x"), machine.ENOUGH_DISK - 1).mend)

    def test_a_full_memory_is_told(self) -> None:
        assert machine.memory(machine.ENOUGH_MEMORY).mend is None
        assert machine.memory(machine.ENOUGH_MEMORY - 1).mend

    def test_jars_that_are_not_there_or_not_as_locked_are_told(self, tmp_path: Path) -> None:
        config = StackConfig(home=tmp_path, cache=tmp_path / "cache")
        assert machine._jars(config).mend == "make up, with a network"
        folder = jars.jar_folder(config.cache, jars.locked())
        folder.mkdir(parents=True)
        assert f"rm -r {folder}" in str(machine._jars(config).mend)


class TestRecord:
    @pytest.mark.parametrize(
        ("told", "wrong"),
        [
            ({"aof_last_write_status": "ok", "aof_last_bgrewrite_status": "ok"}, False),
            ({"aof_last_write_status": "err", "aof_last_bgrewrite_status": "ok"}, True),
            ({"aof_last_write_status": "ok", "aof_last_bgrewrite_status": "err"}, True),
        ],
    )
    def test_a_redis_that_cannot_write_is_told(self, tmp_path: Path, told: Mapping[str, Any], wrong: bool) -> None:
        assert bool(record.written_down(told, StackConfig(home=tmp_path)).mend) is wrong

    def test_a_clock_behind_the_record_is_told(self) -> None:
        now = datetime(2026, 3, 1, tzinfo=UTC)
        assert list(record.clock(None, now)) == []
        assert [check.mend for check in record.clock(now + record.TOLERATED, now)] == [None]
        (story,) = record.clock(now, now, in_story=True)
        assert (story.mend, "the demo's story, now at" in story.seen) == (None, True)
        (check,) = record.clock(now + timedelta(hours=1), now)
        assert "3,600 s behind" in check.seen
        assert check.mend

    def test_a_record_that_is_counted_to_its_end_is_well(self) -> None:
        check = counts.counted({0: 5, 1: 7}, written={0: 5, 1: 6}, readable={0: 5, 1: 6})
        assert (check.seen, check.mend) == ("the record is counted to its end, 11 offsets", None)

    @pytest.mark.parametrize("offsets", [{0: 5, 1: 4}, {1: 6, 0: 3}, {1: 9, 0: 3}, {0: 3}])
    def test_a_record_that_goes_further_than_what_is_counted_is_told(self, offsets: dict[int, int]) -> None:
        check = counts.counted(offsets, written={0: 5, 1: 6}, readable={0: 5, 1: 6})
        assert f"goes {sum(max(0, end - offsets.get(n, 0)) for n, end in {0: 5, 1: 6}.items())} offsets further" in check.seen
        assert check.mend is not None

    def test_an_open_transaction_is_told_with_where_it_began(self) -> None:
        check = counts.counted({0: 5, 1: 4}, written={0: 5, 1: 6}, readable={0: 5, 1: 4})
        assert "transaction is open since student-status[1]@4" in check.seen
        assert "abort" in str(check.mend)
