"""The fold of facts about children's files: states, and of those not closed the reason and the day of the next step."""

import pytest

from services.reporting.counting import Changes
from tests.components.reporting.counted_facts import folded
from tests.components.reporting.written_facts import case_fact, child_file, fact, standing

OPEN = child_file("open", due="2020-03-08")
OPENED = case_fact("opened", None, OPEN, 1)


def test_a_file_counts_by_state_reason_and_the_day_of_its_next_step() -> None:
    changes = folded(OPENED)
    assert changes.cells == {"513431:case.state.open": 1, "513431:case.reason.work": 1}
    assert changes.due == {"513431:2020-03-08": 1}
    assert (changes.flows, changes.claimed, changes.dead) == ({}, {}, [])


def test_an_attempt_moves_the_day_of_the_next_step_and_the_state() -> None:
    changes = folded(case_fact("attempted", OPEN, child_file("persuading", attempts=1, due="2020-03-20"), 2, number=1))
    assert changes.cells == {"513431:case.state.open": -1, "513431:case.state.persuading": 1}
    assert changes.due == {"513431:2020-03-08": -1, "513431:2020-03-20": 1}


def test_a_second_attempt_due_on_the_same_day_changes_nothing_that_is_counted() -> None:
    first, second = (child_file("persuading", attempts=n) for n in (1, 2))
    changes = folded(case_fact("attempted", first, second, 2, number=2))
    assert (changes.cells, changes.due, changes.sequences) == ({}, {}, {"/case": "0000000000000002-0000"})


@pytest.mark.parametrize("what", ["closed-by-return", "closed-by-removal", "closed-by-leave"])
def test_a_closed_file_has_no_reason_and_is_never_due(what: str) -> None:
    # The closed file of the fact still has both.
    changes = folded(OPENED, case_fact(what, OPEN, child_file("closed", due="2020-03-08"), 2))
    assert (changes.cells, changes.due) == ({"513431:case.state.closed": 1}, {})


def test_a_file_under_observation_is_not_closed() -> None:
    changes = folded(OPENED, case_fact("put-under-observation", OPEN, child_file("returned", due="2020-06-08"), 2))
    assert changes.cells == {"513431:case.state.returned": 1, "513431:case.reason.work": 1}
    assert changes.due == {"513431:2020-06-08": 1}


def test_a_reopened_file_is_one_file() -> None:
    closed = child_file("closed", reason=None, due=None)
    changes = folded(OPENED, case_fact("closed-by-return", OPEN, closed, 2), case_fact("reopened", closed, OPEN, 3, spell=2))
    assert (changes.cells, changes.due) == (folded(OPENED).cells, folded(OPENED).due)


def test_a_file_moves_with_its_child() -> None:
    changes = folded(case_fact("moved", OPEN, {**OPEN, "county": "513430"}, 2))
    assert changes.cells == {
        "513431:case.state.open": -1,
        "513431:case.reason.work": -1,
        "513430:case.state.open": 1,
        "513430:case.reason.work": 1,
    }
    assert changes.due == {"513431:2020-03-08": -1, "513430:2020-03-08": 1}


def test_a_corrected_reason_moves_the_file_from_one_to_the_other() -> None:
    changes = folded(case_fact("reason-corrected", OPEN, {**OPEN, "reason": "marriage"}, 2))
    assert (changes.cells, changes.due) == ({"513431:case.reason.work": -1, "513431:case.reason.marriage": 1}, {})


def test_a_file_without_a_reason_or_a_day_counts_by_its_state_alone() -> None:
    changes = folded(case_fact("opened", None, child_file("open", reason=None, due=None), 1))
    assert (changes.cells, changes.due) == ({"513431:case.state.open": 1}, {})


def test_a_file_is_no_sign_of_life_of_its_county_but_moves_the_watermark() -> None:
    changes = folded(OPENED)
    assert changes.reported == {}
    assert changes.event_time is not None


def test_files_have_a_sequence_of_their_own_beside_their_children() -> None:
    child = fact("dropped-out", standing("enrolled"), standing("dropped_out"), 5, spell=1)

    def both(*values: bytes) -> Changes:
        return folded(*values, last={"/enrolment": "0000000000000004-0000"})

    changes = both(child, OPENED, OPENED, child)
    assert changes.repeats == 2
    assert changes.sequences == {"/enrolment": "0000000000000005-0000", "/case": "0000000000000001-0000"}
    assert changes.cells["513431:case.state.open"] == changes.cells["513431:status.dropped_out"] == 1
