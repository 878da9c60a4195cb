"""The files of two ids that turn out to be one child, and of the two children that they are again."""

import pytest

from services.case.domain import stored_numbers, timeline
from services.case.domain.entries import Happening
from services.case.domain.timeline import knows_again
from shared.contracts.case import CaseClosedByMerge, CaseJoined, CaseParted, CaseRestored
from shared.contracts.case_codes import CaseState
from shared.contracts.refusal import RefusalCode
from shared.contracts.words import Reason, Status
from tests.domain.case.case_story import (
    BUTUO,
    OTHER_ID,
    ZHAOJUE,
    attempt,
    back,
    closed,
    day,
    given,
    joined,
    merged,
    number,
    opened,
    parted,
    removed,
    restored,
    standing,
    told,
)

OPEN, PERSUADING, RETURNED, CLOSED = CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED, CaseState.CLOSED
IN_SCHOOL, BACK, OUT = Status.ENROLLED, Status.RETURNED, Status.DROPPED_OUT


# --- the merged id


def test_the_file_of_a_merged_id_is_closed_with_its_attempts_and_names_the_survivor() -> None:
    fact = given(opened(), attempt(), attempt()).when(merged()).then(CaseClosedByMerge, standing(CLOSED, None, attempts=2))
    assert isinstance(fact, CaseClosedByMerge)
    assert fact.student == OTHER_ID


def test_nothing_is_done_in_the_file_of_a_merged_id_any_more() -> None:
    given(opened(), merged()).when(attempt()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type")


def test_the_older_news_of_a_merged_id_opens_no_file() -> None:
    given(opened(), merged(number(5))).when(opened(fact=number(4))).then_nothing()


def test_a_file_that_the_merge_closed_is_restored_as_it_was() -> None:
    given(opened(), attempt(), merged()).when(restored()).then(CaseRestored, standing(PERSUADING, day(9), attempts=1))
    given(opened(), back(), merged()).when(restored(BACK, reason=None)).then(CaseRestored, standing(RETURNED, day(92)))


def test_a_file_that_something_else_closed_stays_closed_unless_the_child_is_out_of_school() -> None:
    given(opened(), back(), *closed()).when(restored(IN_SCHOOL)).then_nothing()
    given().when(restored(IN_SCHOOL)).then_nothing()
    given(opened(), removed()).when(restored()).then(CaseRestored, standing(OPEN, day(10)))
    given().when(restored()).then(CaseRestored, standing(OPEN, day(8)))


def test_a_file_that_is_restored_may_be_merged_and_restored_again() -> None:
    given(opened(), attempt(), merged(), restored(), merged()).when(restored()).then(CaseRestored, standing(PERSUADING, day(9), attempts=1))


# --- the survivor


def test_the_survivors_open_file_goes_on_with_its_attempts_in_the_county_and_for_the_reason_of_both() -> None:
    asked = joined(county=BUTUO, reason=Reason.LEARNING)
    after = standing(PERSUADING, day(9), county=BUTUO, reason=Reason.LEARNING, attempts=1)
    fact = given(opened(), attempt()).when(asked).then(CaseJoined, after)
    assert isinstance(fact, CaseJoined)
    assert fact.student == OTHER_ID


@pytest.mark.parametrize("story", [(), (opened(), back()), (opened(), removed())])
def test_a_survivor_that_is_out_of_school_has_an_open_file(story: tuple[object, ...]) -> None:
    given(*story).when(joined()).then(CaseJoined, standing(OPEN, day(len(story) + 8)))  # type: ignore[arg-type]  # commands


@pytest.mark.parametrize("known", [OUT, Status.NEVER_ENROLLED, BACK])
def test_a_child_that_was_out_under_the_other_id_and_is_back_is_observed(known: Status) -> None:
    given().when(joined(IN_SCHOOL, known)).then(CaseJoined, standing(RETURNED, day(91)))


def test_a_survivor_that_is_back_by_news_of_the_other_id_is_observed() -> None:
    given(opened(), attempt()).when(joined(BACK, BACK, reason=None)).then(CaseJoined, standing(RETURNED, day(93), attempts=1))


def test_a_child_that_never_was_out_has_no_file() -> None:
    given().when(joined(IN_SCHOOL, IN_SCHOOL, spells=0)).then_nothing()


@pytest.mark.parametrize("status", [Status.ON_LEAVE, Status.REMOVED])
def test_a_survivor_that_is_on_leave_or_gone_has_no_open_file(status: Status) -> None:
    given(opened(), attempt()).when(joined(status, OUT)).then(CaseJoined, standing(CLOSED, None, attempts=1))
    given().when(joined(status, OUT)).then_nothing()


def test_a_file_that_stays_as_it_is_names_the_file_with_the_other_attempts_and_only_that() -> None:
    given(opened(), back(), *closed()).when(joined(IN_SCHOOL, IN_SCHOOL)).then(CaseJoined, standing(CLOSED, None))
    given(opened(), back(), *closed()).when(joined(IN_SCHOOL, IN_SCHOOL, spells=0)).then_nothing()


def test_a_step_of_a_merge_makes_one_fact_however_often_it_is_asked() -> None:
    for step in (joined(IN_SCHOOL, IN_SCHOOL, fact=number(4)), merged(number(4)), parted(fact=number(4))):
        given(opened(), attempt(), joined(), step).when(step).then_nothing()
    given(opened(), merged(), restored(fact=number(9))).when(restored(fact=number(9))).then_nothing()


# --- the way back


@pytest.mark.parametrize("story", [(), (opened(fact=number(1)), back(number(2)), *closed())])
def test_a_file_that_was_open_only_for_the_other_id_is_closed(story: tuple[object, ...]) -> None:
    given(*story, joined(), attempt()).when(parted()).then(CaseParted, standing(CLOSED, None, attempts=1))  # type: ignore[arg-type]  # commands
    given(*story, joined(IN_SCHOOL)).when(parted()).then(CaseParted, standing(CLOSED, None))  # type: ignore[arg-type]  # commands


def test_a_file_that_was_the_survivors_own_goes_on() -> None:
    given(opened(), attempt(), joined(county=BUTUO)).when(parted(OUT, reason=Reason.WORK)).then(CaseParted, standing(PERSUADING, day(9), attempts=1))
    given(opened(), joined()).when(parted(OUT, reason=Reason.WORK)).then_nothing()


def test_a_survivor_that_is_out_of_school_without_the_other_id_has_an_open_file() -> None:
    given(opened(), joined(IN_SCHOOL)).when(parted(OUT, reason=Reason.WORK)).then(CaseParted, standing(OPEN, day(10)))


def test_a_survivor_that_was_observed_before_is_observed_again() -> None:
    given(opened(), back(), joined()).when(parted(BACK)).then(CaseParted, standing(RETURNED, day(94)))
    given(opened(), back(), joined(IN_SCHOOL)).when(parted(BACK)).then_nothing()


@pytest.mark.parametrize("status", [Status.ON_LEAVE, Status.REMOVED])
def test_a_survivor_that_is_on_leave_or_gone_without_the_other_id_has_no_open_file(status: Status) -> None:
    given(opened(), back(), joined()).when(parted(status)).then(CaseParted, standing(CLOSED, None))


def test_of_two_ids_that_were_joined_the_right_one_is_parted() -> None:
    another = "e" * 32
    case = given(joined(), joined(student=another))
    case.when(parted(student=another)).then(CaseParted, standing(RETURNED, day(93)))
    case.when(parted()).then(CaseParted, standing(CLOSED, None))


# --- the history


def test_a_history_names_the_other_id_of_each_step() -> None:
    assert timeline.happenings_of(told([opened(), merged(), restored()]).history)[1:] == [
        Happening("closed-by-merge", day(2), county=ZHAOJUE, reason=Reason.WORK, student=OTHER_ID),
        Happening("restored", day(3), county=ZHAOJUE, reason=Reason.WORK, student=OTHER_ID),
    ]
    assert [each.what for each in timeline.happenings_of(told([joined(), parted()]).history)] == ["joined", "parted"]


def test_an_id_in_a_history_is_not_taken_for_a_command() -> None:
    """Its bytes stand where an entry of an office has the digest of the command."""
    history = told([opened(), merged()]).history
    for n in range(2_000):
        assert not knows_again(history, f"c{n}")
    digest = stored_numbers.digest_of("c1")
    spoiled = told([opened(), merged(student=(digest * 4).hex())]).history
    assert digest in spoiled
    assert not knows_again(spoiled, "c1")
