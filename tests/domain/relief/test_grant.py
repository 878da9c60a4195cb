"""Aid, told as sentences: what makes it due, what stops it, and what it is when a child goes from place to place and year to year."""

import pytest

from shared.calendar.terms import number_of
from shared.contracts.refusal import RefusalCode
from shared.contracts.relief import (
    AidEnded,
    AidGranted,
    AidMoved,
    AidRecalculated,
    AidResumed,
    AidSuspended,
    BeginTerm,
    EligibilityLapsed,
    EligibilityRecognised,
    GrantState,
)
from shared.contracts.relief_referrals import HouseholdNoted
from shared.contracts.words import Stage
from tests.domain.relief.grants import (
    AUTUMN,
    BUTUO,
    OFFICE,
    SPRING,
    begun,
    boards,
    changed,
    dropped_out,
    eligible,
    given,
    grant,
    in_school,
    left,
    lifted,
    moved,
    moved_while_out,
    paid,
    returned,
)

DUE, SUSPENDED, PAID, ENDED = GrantState

NOT_POOR = changed(in_school, poor=False)


# --- what makes aid due


def test_a_poor_child_in_school_is_due_the_terms_aid() -> None:
    given().when("2019-09-02", in_school).then(AidGranted, None, grant(fen=31_250))


def test_a_child_that_is_not_poor_is_due_nothing() -> None:
    given().when("2019-09-02", NOT_POOR).then_nothing()


def test_a_child_whose_stage_nobody_reported_is_due_nothing_until_somebody_does() -> None:
    child = given()
    child.when("2019-09-02", changed(in_school, stage=None)).then_nothing()
    child.when("2019-09-03", in_school).then(AidGranted, None, grant())


def test_a_household_that_becomes_poor_is_due_aid_from_this_term_on() -> None:
    fact = given().when("2020-01-31", in_school).then(AidGranted, None, grant())
    assert fact.eligible == eligible(since=AUTUMN)


def test_before_autumn_2019_only_boarders_were_due_aid() -> None:
    child = given(("2019-03-04", in_school))
    assert child.pupil.grants == ()
    assert child.pupil.eligible == eligible(since="2019-spring")
    boarder = grant(fen=62_500, term="2019-spring", boarder=True)
    child.when("2019-03-05", changed(boards, term="2019-spring")).then(AidGranted, None, boarder)


def test_there_is_one_grant_a_child_and_term_however_often_it_is_seen_in_school() -> None:
    child = given(("2019-09-02", in_school))
    for asked in (in_school, returned, begun, changed(begun, office=OFFICE)):
        child.when("2019-12-02", asked).then_nothing()


# --- out of school and back


def test_dropping_out_suspends_what_is_due_and_returning_makes_it_due_again() -> None:
    child = given(("2019-09-02", in_school))
    child.when("2019-10-08", dropped_out).then(AidSuspended, grant(), grant(SUSPENDED))
    child = given(("2019-09-02", in_school), ("2019-10-08", dropped_out))
    child.when("2019-11-04", returned).then(AidResumed, grant(SUSPENDED), grant())


def test_a_child_that_returns_without_a_grant_is_due_one() -> None:
    given().when("2019-11-04", returned).then(AidGranted, None, grant())


def test_returning_in_the_next_term_brings_that_terms_aid_and_leaves_the_suspended_one_as_it_is() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-08", dropped_out))
    outcome = child.when("2020-02-17", returned)
    outcome.then(AidGranted, None, grant(term=SPRING))
    assert outcome.left.grant_of(number_of(AUTUMN)) == grant(SUSPENDED)


def test_dropping_out_in_the_next_term_leaves_what_was_due_for_the_last_one() -> None:
    outcome = given(("2019-09-02", in_school)).when("2020-02-17", dropped_out)
    outcome.then(HouseholdNoted, None, None)
    assert outcome.left.grant_of(number_of(AUTUMN)) == grant()


def test_a_paid_grant_stays_paid_whether_the_child_drops_out_or_returns() -> None:
    story = (("2019-09-02", in_school), ("2019-10-15", paid))
    given(*story).when("2019-11-04", dropped_out).then(HouseholdNoted, None, None)
    given(*story, ("2019-11-04", dropped_out)).when("2019-12-02", returned).then(EligibilityRecognised, None, None)


@pytest.mark.parametrize("state", [DUE, SUSPENDED])
def test_leaving_the_ledger_ends_what_is_unpaid(state: GrantState) -> None:
    child = given(("2019-09-02", in_school), *([("2019-10-08", dropped_out)] if state is SUSPENDED else []))
    outcome = child.when("2019-11-04", left)
    outcome.then(AidEnded, grant(state), grant(ENDED))
    assert outcome.left.eligible is None


def test_a_grant_that_has_ended_is_not_revived() -> None:
    given(("2019-09-02", in_school), ("2019-11-04", left)).when("2019-12-02", returned).then(EligibilityRecognised, None, None)


# --- from county to county


def test_a_move_takes_the_grant_along() -> None:
    outcome = given(("2019-09-02", in_school)).when("2019-11-04", moved)
    outcome.then(AidMoved, grant(), grant(county=BUTUO))
    assert len(outcome.left.grants) == 1
    assert outcome.left.eligible == eligible(BUTUO)


def test_a_child_that_moves_while_it_is_out_takes_its_suspended_grant_along_and_has_it_again_when_it_returns_there() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-08", dropped_out))
    child.when("2019-11-04", moved_while_out).then(AidMoved, grant(SUSPENDED), grant(SUSPENDED, BUTUO))
    there = given(("2019-09-02", in_school), ("2019-10-08", dropped_out), ("2019-11-04", moved_while_out))
    there.when("2019-12-02", changed(returned, county=BUTUO)).then(AidResumed, grant(SUSPENDED, BUTUO), grant(county=BUTUO))


def test_a_child_that_arrives_from_another_county_resumes_in_the_new_one_with_one_fact() -> None:
    departed = dropped_out
    child = given(("2019-09-02", in_school), ("2019-10-08", departed))
    child.when("2019-10-21", changed(returned, county=BUTUO)).then(AidResumed, grant(SUSPENDED), grant(county=BUTUO))


def test_a_child_that_was_paid_before_it_moved_is_not_granted_the_same_term_again() -> None:
    outcome = given(("2019-09-02", in_school), ("2019-10-15", paid)).when("2019-11-04", moved)
    outcome.then(EligibilityRecognised, None, None)
    assert [each.grant for each in outcome.left.grants] == [grant(PAID)]
    assert outcome.left.eligible == eligible(BUTUO)


def test_what_the_old_county_still_owes_for_an_earlier_term_it_goes_on_owing() -> None:
    outcome = given(("2019-09-02", in_school)).when("2020-02-17", moved)
    outcome.then(AidGranted, None, grant(county=BUTUO, term=SPRING))
    assert outcome.left.grant_of(number_of(AUTUMN)) == grant()


# --- another stage, boarding


def test_another_stage_is_another_amount_while_it_is_unpaid() -> None:
    child = given(("2019-09-02", changed(in_school, stage=Stage.PRIMARY)))
    was = changed(grant(fen=25_000), stage=Stage.PRIMARY)
    child.when("2019-09-16", in_school).then(AidRecalculated, was, grant(fen=31_250))


def test_a_child_back_in_school_whose_stage_nobody_reported_has_its_grant_as_it_was() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-08", dropped_out))
    outcome = child.when("2019-11-04", changed(returned, stage=None))
    outcome.then(AidResumed, grant(SUSPENDED), grant())
    assert outcome.left.eligible is None


def test_a_child_that_boards_is_due_the_full_standard() -> None:
    outcome = given(("2019-09-02", in_school)).when("2019-09-16", boards)
    outcome.then(AidRecalculated, grant(), grant(fen=62_500, boarder=True))
    assert outcome.left.boards


def test_a_boarder_is_a_boarder_in_the_next_term_too() -> None:
    child = given(("2019-09-02", in_school), ("2019-09-16", boards))
    child.when("2020-02-17", in_school).then(AidGranted, None, grant(fen=62_500, term=SPRING, boarder=True))


def test_a_correction_of_an_earlier_term_says_nothing_of_today() -> None:
    outcome = given(("2019-09-02", in_school), ("2020-02-17", in_school)).when("2020-03-02", boards)
    outcome.then(AidRecalculated, grant(), grant(fen=62_500, boarder=True))
    assert not outcome.left.boards
    assert outcome.left.grant_of(number_of(SPRING)) == grant(term=SPRING)


def test_boarding_is_recognised_before_it_is_paid() -> None:
    given(("2019-09-02", in_school), ("2019-10-15", paid)).when("2019-10-16", boards).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "paid")


def test_one_who_does_not_board_after_all_was_due_nothing_before_autumn_2019() -> None:
    spring = changed(boards, term="2019-spring")
    child = given(("2019-03-04", in_school), ("2019-03-05", spring))
    outcome = child.when("2019-03-06", changed(spring, boarder=False))
    boarder = grant(fen=62_500, term="2019-spring", boarder=True)
    outcome.then(AidEnded, boarder, grant(ENDED, fen=0, term="2019-spring"))
    assert not outcome.left.boards


def test_boarding_where_there_is_no_grant_yet_is_recognised_for_the_terms_to_come() -> None:
    spring = changed(boards, term="2019-spring")
    child = given(("2019-03-04", in_school), ("2019-03-05", spring), ("2019-03-06", changed(spring, boarder=False)), ("2019-08-20", moved))
    assert child.pupil.grant_of(number_of(AUTUMN)) == grant(county=BUTUO)
    not_yet = given(("2018-03-05", in_school)).when("2018-03-06", changed(spring, term="2018-spring", boarder=False))
    not_yet.then_nothing()


def test_one_who_no_longer_boards_is_known_not_to_though_no_grant_shows_it() -> None:
    autumn, spring = changed(boards, term="2018-autumn"), changed(boards, term="2019-spring", boarder=False)
    outcome = given(("2018-09-03", in_school), ("2018-09-04", autumn)).when("2019-02-18", spring)
    outcome.then(EligibilityRecognised, None, None)
    assert not outcome.left.boards
    assert outcome.left.eligible == eligible(since="2018-autumn")


def test_a_grant_is_given_with_the_boarding_where_the_term_was_not_begun_for_the_child_yet() -> None:
    child = given(("2019-09-02", in_school))
    child.when("2020-02-17", changed(boards, term=SPRING)).then(AidGranted, None, grant(fen=62_500, term=SPRING, boarder=True))


# --- recognition


def test_a_household_that_is_lifted_keeps_the_terms_grant_and_gets_no_new_one() -> None:
    outcome = given(("2019-09-02", in_school)).when("2019-11-04", lifted)
    outcome.then(EligibilityLapsed, None, None)
    assert outcome.left.grant_of(number_of(AUTUMN)) == grant()
    lapsed = given(("2019-09-02", in_school), ("2019-11-04", lifted))
    lapsed.when("2020-02-17", NOT_POOR).then_nothing()
    lapsed.when("2020-02-17", BeginTerm(SPRING)).then_nothing()


def test_a_child_that_comes_back_to_school_no_longer_poor_has_the_terms_grant_again() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-08", dropped_out))
    outcome = child.when("2019-11-04", changed(returned, poor=False))
    outcome.then(AidResumed, grant(SUSPENDED), grant())
    assert outcome.left.eligible is None
