"""Copies of a small record, and the guards that take the number from a figure that was measured on them and did not come out right."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from bench.side_by_side.stack import PARTITIONS
from bench.targets.copies import Copies, Outcomes, outcomes_of_reports, small_record, small_reports
from bench.targets.figures.size import check_counts
from bench.targets.figures.students import check_outcomes
from bench.targets.load import caught_up, until_nothing_waits
from bench.targets.measured import NotRight
from bench.targets.system import check_same
from services.enrolment.decider import EnrolmentDecider
from services.reporting.counting import Changes, fold
from shared.deciding.deciding_follower import decide_batch
from shared.log.belonging import INPUT_TOPICS, Known, judge_of
from shared.log.event_log import LogRecord
from shared.worker.follower import RecordBatch

COPIES = 3
ENDS = dict.fromkeys(INPUT_TOPICS, f"{100:016d}-")


def partitions_of_copies(number: int, *, of_facts: bool = True) -> list[list[LogRecord]]:
    """So many copies as they stand in the partitions."""
    made = Copies(small_record() if of_facts else small_reports())
    found: list[list[LogRecord]] = [[] for _ in range(PARTITIONS)]
    for copy in range(number):
        for partition, key, value in made.copy(copy):
            found[partition].append(LogRecord(len(found[partition]), key, value))
    return found


def folded(number: int) -> list[Changes]:
    """So many copies as reporting counts them, by partition: each fact is judged as it is there."""
    return [
        fold(records, {}, judge_of(Known(partition, PARTITIONS, ENDS, {}), records, asked=True))
        for partition, records in enumerate(partitions_of_copies(number))
    ]


def counts(number: int) -> Counter[str]:
    """The counts of so many copies."""
    found = Counter[str]()
    for changes in folded(number):
        for each in (changes.cells, changes.flows, changes.due):
            found.update(each)
    return found


def test_every_fact_of_a_copy_belongs_where_it_stands_and_none_is_a_repeat() -> None:
    changes = folded(COPIES)
    assert sum(len(each.dead) + each.repeats for each in changes) == 0
    assert counts(COPIES)


def test_so_many_copies_count_so_many_times_as_much() -> None:
    assert counts(COPIES) == Counter({cell: COPIES * n for cell, n in counts(1).items() if n})


def test_each_copy_has_students_of_its_own() -> None:
    keys = {record.key for records in partitions_of_copies(COPIES) for record in records if len(record.key or b"") == 32}
    assert len(keys) == COPIES * small_record().students


def test_who_passes_copies_over_goes_on_where_they_end() -> None:
    all_, later = Copies(small_record()), Copies(small_record())
    for copy in range(COPIES):
        list(all_.copy(copy))
    later.pass_over(COPIES)
    assert list(later.copy(COPIES)) == list(all_.copy(COPIES))


def test_the_partitions_of_several_processes_are_those_of_one() -> None:
    whole = Counter(Copies(small_record()).copy(7))
    shared = Counter(record for first in (0, 1) for record in Copies(small_record(), range(first, PARTITIONS, 2)).copy(7))
    assert shared == whole


def test_reports_of_a_copy_come_to_what_is_said_of_them() -> None:
    decider = EnrolmentDecider()
    facts = refusals = states = 0
    for partition, records in enumerate(partitions_of_copies(2, of_facts=False)):
        ids = [decider.state_id(record.key) for record in records]
        batch = RecordBatch(decider.topic, partition, 0, len(records), records)
        step = decide_batch(decider, batch, ids, dict.fromkeys(ids))
        assert not step.dead
        facts, refusals, states = facts + len(step.facts), refusals + len(step.refusals), states + len(step.changes)
    check_outcomes(Outcomes(facts, refusals, states), 2)


@pytest.mark.parametrize("which", range(3))
def test_a_fact_a_refusal_or_a_state_that_is_missing_takes_the_number_away(which: int) -> None:
    right = [5 * n for n in outcomes_of_reports()]
    check_outcomes(Outcomes(*right), 5)
    right[which] -= 1
    with pytest.raises(NotRight, match="the same reports come to"):
        check_outcomes(Outcomes(*right), 5)


@pytest.mark.parametrize("wrong", [{"a": 1}, {"a": 1, "b": 3}, {"a": 1, "b": 2, "c": 1}])
def test_a_count_that_is_not_that_of_the_recount_takes_the_number_away(wrong: dict[str, int]) -> None:
    right = Counter({"a": 1, "b": 2})
    check_counts(right, right)
    with pytest.raises(NotRight, match="1 of 2 counts are wrong"):
        check_counts(Counter(wrong), right)


def test_a_killed_worker_is_back_once_it_has_done_all_and_more_than_before() -> None:
    assert caught_up(ends=[8, 9], stands=[8, 9], killed=[7, 7])
    assert not caught_up(ends=[8, 9], stands=[8, 8], killed=[7, 7])
    assert not caught_up(ends=[8, 9], stands=[8, 9], killed=[8, 8])  # all was done when it was killed, and nothing since
    assert caught_up(ends=[8, 9], stands=[8, 10], killed=[7, 7])  # more came after the ends were asked for


def test_what_a_killed_worker_takes_is_measured_until_then() -> None:
    done = iter([[7], [7], [7], [9]])  # when it is killed; twice before it is back; then
    killed = list[bool]()
    seconds = until_nothing_waits(lambda: killed.append(True), lambda: [9], lambda: next(done), within=60.0)
    assert killed == [True]
    assert 0.04 <= seconds < 60.0


def test_a_killed_worker_that_does_not_come_back_has_no_number() -> None:
    with pytest.raises(NotRight, match="was not back"):
        until_nothing_waits(lambda: None, lambda: [9], lambda: [7], within=0.0)


def test_a_worker_that_was_started_anew_has_no_number() -> None:
    check_same(5, 5)
    with pytest.raises(NotRight, match="started anew"):
        check_same(5, 6)


def test_ids_are_those_of_a_copy_alone() -> None:
    first, second = (next(islice(Copies(small_record()).copy(copy), 1)) for copy in (1, 2))
    assert first[2] != second[2]
    assert first[2].replace(b"00000001", b"00000002") == second[2]
