"""What takes the number from a demo, and from a worker that began behind."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.targets.figures import behind, demo
from bench.targets.figures.behind import Behind, facts_in
from bench.targets.figures.demo import Played
from bench.targets.measured import NotRight
from shared.contracts.case_days import DayBegan

PLAYED = Played(exact=True, anew=frozenset(), reports=10, facts=20, starting=5.0, cpu={}, peaks={})
FACTS = Counter({("a", "dropped-out"): 1, ("b", "dropped-out"): 1})


def test_a_demo_that_is_not_as_its_history_says_has_no_number() -> None:
    assert demo.right(PLAYED) is PLAYED
    with pytest.raises(NotRight, match="not as its history says"):
        demo.right(PLAYED._replace(exact=False))


def test_a_demo_in_which_a_process_was_started_anew_has_no_number() -> None:
    with pytest.raises(NotRight, match="started anew meanwhile: case-worker, redis"):
        demo.right(PLAYED._replace(anew=frozenset({"redis", "case-worker"})))


@pytest.mark.parametrize(
    ("recorded", "why"),
    [
        (FACTS + Counter({("a", "dropped-out"): 1}), "1 facts were recorded that must not be, and 0 were not"),
        (FACTS - Counter({("b", "dropped-out"): 1}), "0 facts were recorded that must not be, and 1 were not"),
    ],
)
def test_a_worker_that_recorded_anything_else_has_no_number(recorded: Counter[tuple[str, str]], why: str) -> None:
    run = Behind(records=5, peak=1, facts=FACTS)
    assert behind.right("case-worker", run, FACTS) is run
    with pytest.raises(NotRight, match=why):
        behind.right("case-worker", run._replace(facts=recorded), FACTS)


def test_a_worker_that_was_not_an_hour_behind_has_no_number() -> None:
    with pytest.raises(NotRight, match="case-worker had nothing before it"):
        behind.right("case-worker", Behind(records=0, peak=1, facts=FACTS), FACTS)


def test_the_facts_of_days_are_left_out() -> None:
    values = [
        b'{"subject":"a","type":"dropped-out"}',
        b'{"subject":"b","type":"dropped-out"}',
        b'{"subject":"c","type":"%s"}' % DayBegan.TYPE.encode(),
    ]
    assert facts_in(values) == FACTS
