"""What figures are measured on, and the guards that take the number from one that did not come out right."""

from __future__ import annotations

from bench.side_by_side.record import make_record
from bench.targets.figures.workers import POLICIES, unheard
from bench.targets.measured import Line
from bench.targets.profiling import lines_of
from deploy.local.config import ROOT
from shared.deciding.policy_follower import PolicyFollower
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect

PARTITIONS = 4


def test_what_nobody_hears_is_read_by_no_policy() -> None:
    record = make_record(scale=0.0005, seed=1, partitions=PARTITIONS)
    for policies in POLICIES:
        follower = PolicyFollower(policies, connect("redis://127.0.0.1:1/0"), MemoryLog(PARTITIONS), generation="1", partitions=PARTITIONS)
        facts = unheard(policies, record, 400)
        assert [len(partition) for partition in facts] == [100] * PARTITIONS
        assert all(follower._read(value) is None for partition in facts for _, value in partition)


def test_samples_are_told_by_the_function_in_which_they_ended() -> None:
    raw = f"main (a.py:1);check ({ROOT}/services/enrolment/x.py:5) 3\nmain (a.py:1);run (/x/site-packages/redis/client.py:9) 1\n"
    assert lines_of(raw) == [Line("check (services/enrolment/x.py)", 0.75), Line("run (redis/client.py)", 0.25)]
