"""What relief answers when a file refers its child: a story for each answer, and when it answers again."""

from datetime import date

import pytest

from services.relief.domain.grant import INITIAL, How, Link, Referral, evolve
from services.relief.domain.merged_aid import decide as decide_of_merges
from services.relief.domain.referrals import answer_of
from shared.calendar.terms import number_of
from shared.contracts.relief import MergeAid
from shared.contracts.relief_referrals import AnswerReferral, HouseholdNoted, ReferralAnswer, ReferralAnswered
from shared.contracts.sequence import position_of, sequence_of
from tests.domain.relief.grants import (
    AUTUMN,
    Told,
    boards,
    changed,
    decided,
    dropped_out,
    given,
    in_school,
    left,
    moved_while_out,
    not_poor,
    noted,
    paid,
    referred,
    returned,
)

DUE: Told = ("2019-09-02", in_school)
OUT: Told = ("2019-10-08", dropped_out)
OUT_LATER: Told = ("2019-11-05", dropped_out)
DAY = date(2019, 12, 2)
BEFORE: Told = ("2019-03-04", in_school)
"""In the term before, in which there was aid for boarders only."""
STORIES: list[tuple[ReferralAnswer, tuple[Told, ...]]] = [
    (ReferralAnswer.DUE, (DUE,)),
    (ReferralAnswer.DUE, (DUE, OUT, ("2019-11-04", returned))),
    (ReferralAnswer.PAID, (DUE, ("2019-10-20", paid))),
    (ReferralAnswer.PAID, (DUE, ("2019-10-20", paid), ("2019-11-05", dropped_out))),
    (ReferralAnswer.ON_RETURN, (DUE, OUT)),
    (ReferralAnswer.ON_RETURN, (BEFORE, ("2019-06-03", dropped_out))),
    (ReferralAnswer.ON_RETURN, (("2019-10-08", noted),)),
    (ReferralAnswer.ON_RETURN, (("2019-10-08", moved_while_out),)),
    (ReferralAnswer.RECOGNISED, (BEFORE,)),
    (ReferralAnswer.ENDED, (DUE, ("2019-10-08", left))),
    (ReferralAnswer.ENDED, (DUE, ("2019-10-08", left), ("2019-10-09", noted))),
    (ReferralAnswer.NOT_POOR, ()),
    (ReferralAnswer.NOT_POOR, (("2019-10-08", noted), ("2019-10-09", not_poor))),
    (ReferralAnswer.NOT_POOR, (BEFORE, ("2019-06-03", changed(dropped_out, poor=False)))),
]


@pytest.mark.parametrize(("answer", "story"), STORIES)
def test_the_grant_of_the_term_and_what_is_known_of_the_household_answer_a_referral(answer: ReferralAnswer, story: tuple[Told, ...]) -> None:
    outcome = given(*story).when("2019-12-02", referred)
    now = outcome.pupil.grant_of(number_of(AUTUMN))
    fact = outcome.then(ReferralAnswered, now, now)
    assert isinstance(fact, ReferralAnswered)
    assert (fact.answer, fact.asked, fact.referral, fact.term, fact.fact) == (answer, referred.asked, referred.referral, AUTUMN, None)
    before, after = outcome.pupil, outcome.left
    assert after == changed(before, referral=after.referral), "an answer changes no aid"


@pytest.mark.parametrize("story", [(), (BEFORE,), (("2019-04-08", noted),)])
def test_before_there_was_aid_for_day_pupils_a_poor_one_is_told_so(story: tuple[Told, ...]) -> None:
    expected = ReferralAnswer.BOARDERS_ONLY if story else ReferralAnswer.NOT_POOR
    assert answer_of(given(*story).pupil, number_of("2019-spring")) is expected
    if story == (BEFORE,):
        boarder = given(BEFORE, ("2019-03-05", changed(boards, term="2019-spring"))).pupil
        assert answer_of(boarder, number_of("2019-spring")) is ReferralAnswer.DUE


def test_an_id_that_is_one_child_with_another_leaves_the_answer_to_that() -> None:
    merge = MergeAid(student="f" * 32, merge="0" * 36)
    for story in ((DUE,), (DUE, OUT)):
        child = given(*story).pupil
        fact = decide_of_merges(child, merge, on=DAY)
        assert fact is not None
        merged = evolve(child, fact, on=DAY, cause="m")
        assert answer_of(merged, number_of(AUTUMN)) is ReferralAnswer.MERGED
        assert not merged.poor


def test_a_term_that_was_paid_under_another_id_is_paid() -> None:
    paid_there = Link(b"merge-id", AUTUMN, How.COVERED_DUE)
    assert answer_of(changed(given(DUE, ("2019-10-08", left)).pupil, links=(paid_there,)), number_of(AUTUMN)) is ReferralAnswer.PAID


def test_a_referral_is_answered_once_and_an_older_one_not_at_all() -> None:
    once = given(("2019-10-08", noted), ("2019-10-09", changed(referred, referral=sequence_of(7, 0))))
    for n in (7, 6):
        once.when("2019-12-02", changed(referred, referral=sequence_of(n, 0))).then_nothing()
    later = once.when("2019-12-02", AnswerReferral(asked="step-2", referral=sequence_of(8, 0)))
    assert later.left.referral == Referral("step-2", 80_000, ReferralAnswer.ON_RETURN)


def test_where_a_report_on_the_household_changes_the_answer_the_referral_is_answered_anew() -> None:
    asked = given(("2019-10-09", referred))
    assert asked.pupil.referral == Referral(referred.asked, 10_000, ReferralAnswer.NOT_POOR)
    found = asked.when("2019-12-02", noted)
    fact = found.then(ReferralAnswered, None, None)
    assert isinstance(fact, ReferralAnswered)
    assert (fact.answer, fact.asked, fact.referral, fact.poor) == (ReferralAnswer.ON_RETURN, referred.asked, referred.referral, True)
    assert fact.fact is not None
    assert (found.left.poor, found.left.taken) == (True, position_of(fact.fact))
    lifted = given(("2019-10-09", referred), ("2019-12-02", noted)).when("2019-12-03", not_poor)
    assert (lifted.left.referral, lifted.left.poor) == (Referral(referred.asked, 10_000, ReferralAnswer.NOT_POOR), False)


def test_a_report_that_changes_no_answer_is_noted_and_no_answer() -> None:
    given().when("2019-10-08", noted).then(HouseholdNoted, None, None)
    in_school_again = given(DUE, ("2019-10-09", referred), ("2019-10-20", paid), OUT_LATER)
    assert in_school_again.pupil.poor
    # It was told that the aid of the term is due. Whoever reads the aid beside the file sees that it was paid.
    in_school_again.when("2019-12-02", noted).then_nothing()
    still_paid = given(DUE, ("2019-10-20", paid), OUT_LATER, ("2019-11-06", referred)).when("2019-12-02", not_poor)
    still_paid.then(HouseholdNoted, None, None)
    gone = given(("2019-10-08", noted), ("2019-10-09", referred)).when("2019-12-02", left)
    gone.then(HouseholdNoted, None, None)
    assert not gone.left.poor, "a file whose child left the ledger is closed: it hears of nothing more"


def test_a_grant_that_is_suspended_because_a_household_was_never_poor_says_so_by_the_same_fact() -> None:
    suspended = given(DUE, ("2019-10-08", changed(dropped_out, poor=False)))
    assert suspended.pupil.poor, "so a suspended grant is read where nothing else is said"
    corrected = suspended.when("2019-10-08", not_poor, following=2)
    corrected.then(HouseholdNoted, None, None)
    assert answer_of(corrected.left, number_of(AUTUMN)) is ReferralAnswer.NOT_POOR


def test_what_was_asked_of_an_id_before_it_was_merged_is_not_decided_again_after_the_merge() -> None:
    child = given(DUE).pupil
    fact = decide_of_merges(child, MergeAid(student="f" * 32, merge="0" * 36), on=DAY)
    assert fact is not None
    merged = evolve(child, fact, on=DAY, cause="m")
    for asked in (in_school, noted, dropped_out):
        assert decided(merged, changed(asked, fact=sequence_of(9, 0)), on=DAY, cause="c") is None
    # One that relief knows nothing of but its household is merged too: it is poor no more.
    fact = decide_of_merges(given(("2019-10-08", noted)).pupil, MergeAid(student="f" * 32, merge="0" * 36), on=DAY)
    assert fact is not None


def test_a_household_is_known_while_the_child_is_out_of_school_and_by_its_aid_while_it_is_in() -> None:
    assert given(("2019-10-08", noted)).pupil == changed(INITIAL, poor=True, taken=10_000)
    assert not given(DUE, OUT, ("2019-11-04", returned)).pupil.poor
    given(("2019-10-08", noted)).when("2019-10-09", noted).then_nothing()
    given(("2019-10-08", noted), ("2019-10-09", not_poor)).when("2019-10-10", noted, following=1).then_nothing()
