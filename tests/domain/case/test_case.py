"""What happens to the file of a child out of school, in sentences."""

import pytest

from services.case.domain.case import FOLDED, INITIAL, evolve
from shared.contracts.case import CaseClosedByLeave, CaseClosedByRemoval, CaseOpened, CasePutUnderObservation, CaseReasonCorrected, CaseReopened
from shared.contracts.case_codes import AttemptMethod, AttemptOutcome, CaseState
from shared.contracts.case_language import CASE_FACTS
from shared.contracts.case_offices import CaseAttempted
from shared.contracts.case_owners import CaseSent, CaseTakenOver
from shared.contracts.flags import FLAG_FACTS
from shared.contracts.refusal import RefusalCode
from shared.contracts.student import StudentCompleted
from shared.contracts.words import Reason, RemovalCode
from shared.states import UnfoldableFact
from tests.domain.case.case_story import (
    BUTUO,
    CHONGMING,
    SCHOOL,
    STORIES,
    ZHAOJUE,
    attempt,
    back,
    closed,
    corrected,
    day,
    given,
    gone,
    moved,
    number,
    on_leave,
    opened,
    removed,
    standing,
)
from tests.domain.case.owner_story import taken_over

OPEN, PERSUADING, RETURNED, _, CLOSED = CaseState


# --- a file is opened


def test_a_child_out_of_school_gets_a_file_and_a_first_visit_within_a_week() -> None:
    fact = given().when(opened(spell=1)).then(CaseOpened, standing(OPEN, day(8)))
    assert isinstance(fact, CaseOpened)
    assert (fact.spell, fact.fact) == (1, number(1))


def test_a_county_may_have_deadlines_of_its_own() -> None:
    given().when(opened(CHONGMING)).then(CaseOpened, standing(OPEN, day(3), county=CHONGMING))


def test_a_child_whose_reason_nobody_knows_gets_a_file_too() -> None:
    given().when(opened(reason=None)).then(CaseOpened, standing(OPEN, day(8), reason=None))


def test_dropping_out_twice_opens_one_file() -> None:
    given(opened()).when(opened()).then_nothing()
    given(opened(), attempt()).when(opened(BUTUO, Reason.LEARNING)).then_nothing()


@pytest.mark.parametrize("story", ["returned", "closed", "closed by removal", "closed by leave"])
def test_a_second_dropping_out_reopens_the_same_file_with_attempts_anew(story: str) -> None:
    n = len(STORIES[story])
    fact = given(*STORIES[story]).when(opened(BUTUO, Reason.LEARNING, spell=2))
    fact.then(CaseReopened, standing(OPEN, day(n + 8), county=BUTUO, reason=Reason.LEARNING, attempts=0))


# --- attempts


def test_an_attempt_counts_and_brings_the_next_step_that_was_agreed() -> None:
    asked = attempt(method=AttemptMethod.JOINT_VISIT, outcome=AttemptOutcome.WILLING, next_=day(20))
    fact = given(opened()).when(asked).then(CaseAttempted, standing(PERSUADING, day(20), attempts=1))
    assert isinstance(fact, CaseAttempted)
    assert (fact.number, fact.office, fact.method, fact.outcome, fact.next) == (1, asked.office, asked.method, asked.outcome, day(20))


def test_where_nothing_was_agreed_the_next_step_is_due_in_a_week() -> None:
    given(opened(), attempt()).when(attempt()).then(CaseAttempted, standing(PERSUADING, day(10), attempts=2))


def test_attempts_are_numbered_anew_after_a_second_dropping_out() -> None:
    fact = given(opened(), attempt(), attempt(), back(), opened(spell=2)).when(attempt())
    fact.then(CaseAttempted, standing(PERSUADING, day(13), attempts=1))


def test_that_a_child_is_said_to_be_back_is_an_attempt_and_no_return() -> None:
    given(opened()).when(attempt(outcome=AttemptOutcome.RETURNED_CLAIMED)).then(CaseAttempted, standing(PERSUADING, day(9), attempts=1))


def test_a_school_persuades_too() -> None:
    given(opened()).when(attempt(SCHOOL)).then(CaseAttempted, standing(PERSUADING, day(9), attempts=1))


def test_another_county_has_no_say() -> None:
    given(opened()).when(attempt(f"/counties/{BUTUO}")).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    given(opened(), *gone()).when(attempt()).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_there_is_no_attempt_at_a_child_that_is_back_or_whose_file_is_closed() -> None:
    given(opened(), back()).when(attempt()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is returned")
    given(opened(), removed()).when(attempt()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is closed")


def test_there_is_no_attempt_without_a_file() -> None:
    given().when(attempt()).then_refused(RefusalCode.UNKNOWN_CASE, "subject")


def test_the_next_step_is_not_in_the_past_and_not_put_off_for_ever() -> None:
    given(opened()).when(attempt(next_=day(1))).then_refused(RefusalCode.MALFORMED, "data.next")
    given(opened()).when(attempt(next_=day(2))).then(CaseAttempted, standing(PERSUADING, day(2), attempts=1))
    given(opened()).when(attempt(next_=day(185))).then(CaseAttempted, standing(PERSUADING, day(185), attempts=1))
    given(opened()).when(attempt(next_=day(186))).then_refused(RefusalCode.FUTURE_DATED, "data.next", "183 days")


def test_the_same_attempt_told_again_is_one_attempt() -> None:
    given(opened(), attempt()).when(attempt(), cause="given-2").then_nothing()
    given(opened(), attempt(), back()).when(attempt(), cause="given-2").then_nothing()


# --- back in school


def test_a_child_that_is_back_is_under_observation_for_a_quarter() -> None:
    given(opened(), attempt()).when(back()).then(CasePutUnderObservation, standing(RETURNED, day(93), attempts=1))


def test_a_return_is_observed_once() -> None:
    given(opened(), back()).when(back()).then_nothing()
    given(opened(), back(), *closed()).when(back()).then_nothing()
    given().when(back()).then_nothing()


# --- removal and leave


@pytest.mark.parametrize("story", ["open", "persuading", "returned"])
def test_removal_and_leave_close_a_file_each_in_its_own_way(story: str) -> None:
    attempts = 0 if story == "open" else 1
    asked = removed(RemovalCode.EMIGRATED, evidence="GA/2020-17")
    fact = given(*STORIES[story]).when(asked).then(CaseClosedByRemoval, standing(CLOSED, None, attempts=attempts))
    assert isinstance(fact, CaseClosedByRemoval)
    assert (fact.code, fact.evidence) == (RemovalCode.EMIGRATED, "GA/2020-17")
    given(*STORIES[story]).when(on_leave()).then(CaseClosedByLeave, standing(CLOSED, None, attempts=attempts))


@pytest.mark.parametrize("story", ["—", "closed", "closed by removal", "closed by leave"])
def test_what_is_closed_or_was_never_opened_is_not_closed_again(story: str) -> None:
    given(*STORIES[story]).when(removed()).then_nothing()
    given(*STORIES[story]).when(on_leave()).then_nothing()


# --- moves and corrections


@pytest.mark.parametrize(("story", "due", "attempts"), [("open", 8, 0), ("persuading", 9, 1), ("returned", 93, 1)])
def test_a_file_is_sent_after_its_child_to_another_county_and_keeps_its_day(story: str, due: int, attempts: int) -> None:
    state = CaseState(story)
    given(*STORIES[story]).when(moved()).then(CaseSent, standing(state, day(due), attempts=attempts))
    given(*STORIES[story], moved()).when(taken_over()).then(CaseTakenOver, standing(state, day(due), county=BUTUO, attempts=attempts))


def test_a_move_to_where_it_is_and_a_move_of_no_file_are_nothing() -> None:
    given(opened()).when(moved(ZHAOJUE)).then_nothing()
    given().when(moved()).then_nothing()
    given(opened(), removed()).when(moved()).then_nothing()


@pytest.mark.parametrize(("story", "due", "attempts"), [("open", 8, 0), ("persuading", 9, 1)])
def test_a_corrected_reason_corrects_the_file(story: str, due: int, attempts: int) -> None:
    left = standing(CaseState(story), day(due), reason=Reason.LEARNING, attempts=attempts)
    given(*STORIES[story]).when(corrected()).then(CaseReasonCorrected, left)


def test_a_reason_that_is_the_same_or_comes_too_late_corrects_nothing() -> None:
    given(opened()).when(corrected(Reason.WORK)).then_nothing()
    given(opened(), back()).when(corrected()).then_nothing()
    given().when(corrected()).then_nothing()


# --- repeats


def test_what_follows_from_an_older_fact_than_the_newest_says_nothing_new() -> None:
    reopened = given(opened(), back(), opened(spell=2))
    reopened.when(back(number(2))).then_nothing()
    reopened.when(moved(fact=number(2))).then_nothing()
    reopened.when(removed(fact=number(1))).then_nothing()


def test_of_one_fact_several_things_may_follow_and_each_once() -> None:
    both = given(opened(), moved(fact=number(2)))
    both.when(back(number(2))).then(CasePutUnderObservation, standing(RETURNED, day(93)))
    given(opened(), moved(fact=number(2)), back(number(2))).when(moved(fact=number(2))).then_nothing()


# --- the fold


def test_every_published_fact_is_folded_and_no_other() -> None:
    assert {*CASE_FACTS, *FLAG_FACTS} == FOLDED
    with pytest.raises(UnfoldableFact, match="deploy"):
        evolve(INITIAL, StudentCompleted(before=None, after=None), on=day(1), cause="c")  # type: ignore[arg-type]  # on purpose
