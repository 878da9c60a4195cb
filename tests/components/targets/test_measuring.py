"""What figures are measured on."""

from __future__ import annotations

from bench.targets.measured import Line
from bench.targets.profiling import lines_of
from deploy.local.config import ROOT


def test_samples_are_told_by_the_function_in_which_they_ended() -> None:
    raw = f"main (a.py:1);check ({ROOT}/services/enrolment/x.py:5) 3\nmain (a.py:1);run (/x/site-packages/redis/client.py:9) 1\n"
    assert lines_of(raw) == [Line("check (services/enrolment/x.py)", 0.75), Line("run (redis/client.py)", 0.25)]
