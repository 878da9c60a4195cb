"""What a report that was taken back does to a file: what it had brought about is as if it had never come, the attempts stay."""

from services.case.domain.timeline import happenings_of
from shared.contracts.case import CaseClosedByVoid, CaseOpened, CaseReopened, CaseResumed
from shared.contracts.case_codes import CaseState
from tests.domain.case.case_story import attempt, back, closed, day, given, on_leave, opened, removed, standing, voided

OPEN, PERSUADING, RETURNED, CLOSED = CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED, CaseState.CLOSED


def test_the_file_that_a_dropout_opened_is_closed_when_that_is_taken_back_and_its_attempts_stay() -> None:
    story = given(opened(), attempt(), attempt()).when(voided())
    fact = story.then(CaseClosedByVoid, standing(CLOSED, None, attempts=2))
    assert fact.TYPE == "cn.baoxue.case.closed-by-void.v1"
    assert [each.what for each in happenings_of(story.case.history)] == ["opened", "attempted", "attempted"]


def test_a_dropout_after_one_that_was_taken_back_opens_the_file_again() -> None:
    given(opened(), attempt(), voided()).when(opened()).then(CaseReopened, standing(OPEN, day(4 + 7)))


def test_the_file_of_a_child_that_was_never_out_is_closed_although_it_was_under_observation() -> None:
    given(opened(), attempt(), back()).when(voided()).then(CaseClosedByVoid, standing(CLOSED, None, attempts=1))
    given(opened(), attempt(), back()).when(voided(spells=1)).then_nothing()


def test_a_file_goes_on_with_its_attempts_when_the_return_is_taken_back() -> None:
    given(opened(), attempt(), back()).when(voided(out=True, spells=1)).then(CaseResumed, standing(PERSUADING, day(4 + 7), attempts=1))
    given(opened(), back()).when(voided(out=True, spells=1)).then(CaseResumed, standing(OPEN, day(3 + 7)))
    given(opened(), attempt(), back(), *closed()).when(voided(out=True, spells=1)).then(CaseResumed, standing(PERSUADING, day(7 + 7), attempts=1))


def test_a_file_goes_on_when_the_removal_or_the_leave_is_taken_back() -> None:
    for ended in (removed(), on_leave()):
        given(opened(), attempt(), ended).when(voided(out=True, spells=1)).then(CaseResumed, standing(PERSUADING, day(4 + 7), attempts=1))
        given(opened(), ended).when(voided(out=True, spells=1)).then(CaseResumed, standing(OPEN, day(3 + 7)))


def test_a_child_that_was_removed_while_under_observation_is_under_observation_again() -> None:
    for ended in (removed(), on_leave()):
        given(opened(), back(), ended).when(voided(spells=1)).then(CaseResumed, standing(RETURNED, day(4 + 90)))
        given(opened(), ended).when(voided(spells=1)).then_nothing()
        given(opened(), back(), *closed()).when(voided(spells=1)).then_nothing()


def test_a_second_dropout_that_is_taken_back_leaves_the_first_return_under_observation() -> None:
    given(opened(), back(), opened()).when(voided(spells=1)).then(CaseResumed, standing(RETURNED, day(4 + 90)))
    given(opened(), back(), *closed(), opened()).when(voided(spells=1)).then(CaseClosedByVoid, standing(CLOSED, None))


def test_a_file_that_went_on_under_observation_is_known_to_have_been() -> None:
    story = (opened(), back(), opened(), voided(spells=1), on_leave())
    given(*story).when(voided(spells=1)).then(CaseResumed, standing(RETURNED, day(6 + 90)))


def test_a_child_that_is_out_of_school_again_by_it_and_has_no_file_gets_one() -> None:
    given().when(voided(out=True, spells=1)).then(CaseOpened, standing(OPEN, day(1 + 7)))
    given().when(voided()).then_nothing()
    given(opened()).when(voided(out=True, spells=1)).then_nothing()
