"""Lateness goes by matter: schooling, residence, household."""

import pytest

from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import Arrived, Enrolled, HouseholdChanged, Listed, Moved
from shared.contracts.student import StudentArrived, StudentDroppedOut, StudentEnrolled, StudentHouseholdChanged, StudentListed, StudentMovedV1
from shared.contracts.words import ListedStatus, Reason, Stage, Status
from tests.domain.enrolment.children import (
    BUTUO,
    MIDDLE_SCHOOL,
    OTHER_SCHOOL,
    ZHAOJUE,
    changed,
    completed,
    dropped_out,
    enrolled,
    registered,
    removed,
    standing,
    suspected,
)
from tests.domain.enrolment.scenario import day, evolve, given

poorer, richer = HouseholdChanged(poor=True), HouseholdChanged(poor=False)


def test_a_dropout_is_not_late_behind_a_change_of_the_household_or_a_move() -> None:
    for newer in (richer, Moved(BUTUO)):
        story = given(enrolled, newer)
        outcome = story.when(dropped_out, at=day(1, hour=12))
        assert isinstance(outcome.fact, StudentDroppedOut)
        assert outcome.fact.after is not None
        assert (outcome.fact.after.county, outcome.fact.after.poor) == (story.child.county, story.child.poor)
        assert not outcome.fact.late


def test_a_change_of_the_household_is_not_late_behind_a_dropout() -> None:
    out = standing(Status.DROPPED_OUT, poor=False, reason=Reason.WORK)
    given(enrolled, dropped_out).when(richer, at=day(1, hour=12)).then_left(StudentHouseholdChanged, out)


def test_a_move_is_not_late_behind_a_dropout() -> None:
    out = standing(Status.DROPPED_OUT, BUTUO, reason=Reason.WORK)
    given(enrolled, dropped_out).when(Moved(BUTUO), at=day(1, hour=12)).then_left(StudentMovedV1, out)


def test_an_enrolment_older_than_a_move_leaves_the_county_of_the_move() -> None:
    story = given(registered, Moved(BUTUO))
    older = Enrolled(ZHAOJUE, MIDDLE_SCHOOL, Stage.JUNIOR, 7, poor=False)
    fact = story.when(older, at=day(1, hour=12)).then_left(StudentEnrolled, standing(Status.ENROLLED, BUTUO, poor=False))
    assert isinstance(fact, StudentEnrolled)
    assert not fact.unmatched
    child = evolve(story.child, fact, at=day(1, hour=12))
    assert (child.school, child.grade) == (MIDDLE_SCHOOL, 7)


def test_an_enrolment_older_than_a_change_of_the_household_leaves_that_change() -> None:
    given(registered, richer).when(enrolled, at=day(1, hour=12)).then_left(StudentEnrolled, standing(Status.ENROLLED, poor=False))


def test_an_arrival_older_than_a_dropout_moves_the_child_and_nothing_else() -> None:
    story = given(enrolled, dropped_out)
    arrived = Arrived(BUTUO, OTHER_SCHOOL, Stage.PRIMARY, 6)
    fact = story.when(arrived, at=day(1, hour=12)).then_left(StudentArrived, standing(Status.DROPPED_OUT, BUTUO, reason=Reason.WORK))
    assert isinstance(fact, StudentArrived)
    assert fact.unmatched
    child = evolve(story.child, fact, at=day(1, hour=12))
    assert (child.school, child.grade, child.spells) == (MIDDLE_SCHOOL, 7, 1)
    assert child.schooling == story.child.schooling


def test_an_enrolment_late_in_schooling_takes_along_the_household_that_it_tells() -> None:
    older = changed(enrolled, poor=False)
    given(enrolled, suspected).when(older, at=day(1, hour=12)).then_left(StudentEnrolled, standing(Status.SUSPECTED, poor=False))


def test_what_is_late_in_schooling_and_says_nothing_new_of_the_rest_is_late() -> None:
    story = given(enrolled, suspected)
    fact = story.when(changed(enrolled, grade=8), at=day(1, hour=12)).fact
    assert fact is not None
    assert fact.late
    assert fact.before == fact.after == story.child.standing
    child = evolve(story.child, fact, at=day(1, hour=12))
    assert (child.school, child.grade, child.prior) == (MIDDLE_SCHOOL, 7, Status.ENROLLED)
    assert child.residence == child.household > story.child.residence


def test_a_ledger_older_than_the_newest_schooling_does_not_take_a_child_over_again() -> None:
    listed = Listed(ListedStatus.NEVER_ENROLLED, BUTUO, False, day(1).date(), None, Reason.FAMILY)
    given(enrolled, dropped_out).when(listed, at=day(1, hour=12)).then_left(
        StudentListed, standing(Status.DROPPED_OUT, BUTUO, poor=False, reason=Reason.WORK)
    )


def test_news_that_is_late_in_some_matters_counts_of_a_child_that_finished_but_not_of_one_removed() -> None:
    older = changed(enrolled, poor=False)
    given(enrolled, completed).when(older, at=day(1, hour=12)).then_left(StudentEnrolled, standing(Status.COMPLETED, poor=False))
    given(enrolled, removed).when(older, at=day(1, hour=12)).then_refused(RefusalCode.AFTER_REMOVAL, "subject")


@pytest.mark.parametrize("hour", [9, 10, 11])
def test_changes_of_a_household_within_a_day_are_as_many_happenings(hour: int) -> None:
    story = given(enrolled, changed(richer), poorer)
    story.when(richer, at=day(3, hour=hour)).then_left(StudentHouseholdChanged, standing(Status.ENROLLED, poor=False))
    story.when(poorer, at=day(2, hour=hour)).then_late()
