"""What the table of the public interface says in words, and what its silences were settled to mean."""

from datetime import date

import pytest

from services.enrolment.domain.events import BY_FACT
from services.enrolment.domain.state import INITIAL
from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import Arrived, Cleared, HouseholdChanged, Listed, Moved, Removed
from shared.contracts.student import (
    STUDENT_FACTS,
    StudentArrived,
    StudentCleared,
    StudentDroppedOut,
    StudentEnrolled,
    StudentFact,
    StudentListed,
    StudentMovedV1,
    StudentNeverEnrolled,
    StudentRegistered,
    StudentRemoved,
    StudentSameAs,
    StudentSuspected,
    StudentVoided,
    StudentVoidedV1,
)
from shared.contracts.words import ClearedOutcome, ListedStatus, Placement, Reason, RemovalCode, Stage, Status
from shared.states import UnfoldableFact
from tests.contracts.examples import example_of
from tests.domain.enrolment.children import (
    BUTUO,
    MIDDLE_SCHOOL,
    NEWS,
    OTHER_SCHOOL,
    STORIES,
    ZHAOJUE,
    changed,
    departed,
    dropped_out,
    enrolled,
    never_enrolled,
    on_leave,
    registered,
    removed,
    returned,
    standing,
    suspected,
)
from tests.domain.enrolment.scenario import day, evolve, given

KNOWN = [story for story in STORIES if story != "—"]
NOT_THERE = [
    ClearedOutcome.DECEASED,
    ClearedOutcome.ABROAD,
    ClearedOutcome.OVER_AGE,
    ClearedOutcome.NO_SUCH_CHILD,
    ClearedOutcome.DOUBLE_REGISTRATION,
    ClearedOutcome.EMPTY_REGISTRATION,
]
WRONG = [ClearedOutcome.WRONG_IDENTITY, ClearedOutcome.ENROLLED_ELSEWHERE, ClearedOutcome.ENROLLED_WITHOUT_RECORD]


def test_dropping_out_carries_the_standing_found_and_the_standing_left() -> None:
    given(enrolled).when(dropped_out).then(
        StudentDroppedOut(
            before=standing(Status.ENROLLED),
            after=standing(Status.DROPPED_OUT, reason=Reason.WORK),
            reason=Reason.WORK,
            last_seen=date(2020, 2, 1),
            spell=1,
        )
    )


def test_the_first_report_of_a_child_finds_nothing() -> None:
    given().when(registered).then(StudentRegistered(before=None, after=standing(Status.REGISTERED, stage=None), county=ZHAOJUE, poor=True))


def test_dropping_out_twice_says_nothing() -> None:
    given(enrolled, dropped_out).when(dropped_out).then_nothing()
    given(enrolled, dropped_out).when(changed(dropped_out, last_seen=date(2020, 1, 15))).then_nothing()


class TestListed:
    """The opening load."""

    @pytest.mark.parametrize("status", ListedStatus)
    def test_a_child_is_taken_over_with_the_standing_of_the_ledger(self, status: ListedStatus) -> None:
        out = status in {"dropped_out", "never_enrolled"}
        never_in_school = status in {"registered", "never_enrolled"}
        reason = Reason.FAMILY if out else None
        fact = given().when(Listed(status, ZHAOJUE, True, date(2018, 9, 1), None if never_in_school else Stage.JUNIOR, reason))
        left = standing(Status(status), stage=None if never_in_school else Stage.JUNIOR, reason=reason)
        assert isinstance(listed := fact.then_left(StudentListed, left), StudentListed)
        assert listed.spell == (1 if out else None)

    def test_a_stage_or_a_reason_that_the_status_cannot_have_stays_out_of_the_standing(self) -> None:
        listed = Listed(ListedStatus.REGISTERED, ZHAOJUE, True, date(2018, 9, 1), Stage.JUNIOR, Reason.FAMILY)
        given().when(listed).then_left(StudentListed, standing(Status.REGISTERED, stage=None))

    @pytest.mark.parametrize("found", [story for story in KNOWN if story != "removed"])
    def test_a_known_child_is_not_taken_over_once_more(self, found: str) -> None:
        given(*STORIES[found]).when(NEWS["listed"]).then_refused(RefusalCode.IMPOSSIBLE_ORDER)

    def test_listing_a_child_again_with_the_standing_it_has_says_nothing(self) -> None:
        given(NEWS["listed"]).when(changed(NEWS["listed"], since=date(2019, 2, 2))).then_nothing()

    def test_a_suspicion_taken_over_was_of_a_pupil_if_the_ledger_has_a_stage(self) -> None:
        listed = Listed(ListedStatus.SUSPECTED, ZHAOJUE, True, date(2018, 9, 1), Stage.JUNIOR)
        given(listed).when(Cleared(WRONG[0])).then_left(StudentCleared, standing(Status.ENROLLED))
        given(listed).when(never_enrolled).then_refused(RefusalCode.IMPOSSIBLE_ORDER, saying="dropped-out")

    def test_a_suspicion_taken_over_was_of_a_child_not_in_school_yet_if_the_ledger_has_no_stage(self) -> None:
        listed = Listed(ListedStatus.SUSPECTED, ZHAOJUE, True, date(2018, 9, 1))
        given(listed).when(Cleared(WRONG[0])).then_left(StudentCleared, standing(Status.REGISTERED, stage=None))
        given(listed).when(never_enrolled).then_left(StudentNeverEnrolled, standing(Status.NEVER_ENROLLED, stage=None, reason=Reason.DISTANCE))


class TestMovesBetweenCounties:
    """A county's count never depends on whether the other county reported."""

    @pytest.mark.parametrize("found", ["registered", "on_leave", "in_transfer", "enrolled", "returned", "suspected"])
    def test_enrolling_in_another_county_is_an_unmatched_move(self, found: str) -> None:
        assert isinstance(fact := given(*STORIES[found]).when(NEWS["enrolled"]).fact, StudentEnrolled)
        assert fact.unmatched
        assert fact.after is not None
        assert fact.after.county == BUTUO

    @pytest.mark.parametrize("found", ["registered", "on_leave", "in_transfer", "enrolled", "returned", "suspected"])
    def test_enrolling_in_the_same_county_is_no_move(self, found: str) -> None:
        assert isinstance(fact := given(*STORIES[found]).when(changed(NEWS["enrolled"], county=ZHAOJUE)).fact, StudentEnrolled)
        assert not fact.unmatched

    def test_a_child_that_was_never_heard_of_moved_from_nowhere(self) -> None:
        assert isinstance(fact := given().when(enrolled).fact, StudentEnrolled)
        assert not fact.unmatched

    @pytest.mark.parametrize("found", ["enrolled", "returned", "suspected", "suspected-when-registered"])
    @pytest.mark.parametrize("county", [ZHAOJUE, BUTUO])
    def test_arriving_without_a_departure_is_unmatched_whatever_the_county(self, found: str, county: str) -> None:
        assert isinstance(fact := given(*STORIES[found]).when(changed(NEWS["arrived"], county=county)).fact, StudentArrived)
        assert fact.unmatched

    @pytest.mark.parametrize("county", [ZHAOJUE, BUTUO])
    def test_arriving_after_a_departure_is_matched(self, county: str) -> None:
        assert isinstance(fact := given(enrolled, departed).when(changed(NEWS["arrived"], county=county)).fact, StudentArrived)
        assert not fact.unmatched

    def test_a_child_in_transfer_counts_in_the_county_it_left(self) -> None:
        assert given(enrolled, departed).child.standing == standing(Status.IN_TRANSFER)

    def test_arriving_again_where_it_is_says_nothing(self) -> None:
        given(enrolled).when(Arrived(ZHAOJUE, MIDDLE_SCHOOL, Stage.JUNIOR, 7, BUTUO)).then_nothing()

    def test_moving_keeps_everything_but_the_county(self) -> None:
        given(enrolled, dropped_out).when(Moved(BUTUO)).then_left(StudentMovedV1, standing(Status.DROPPED_OUT, BUTUO, reason=Reason.WORK))
        after = given(enrolled, suspected, Moved(BUTUO))
        after.when(Cleared(WRONG[0])).then_left(StudentCleared, standing(Status.ENROLLED, BUTUO))

    @pytest.mark.parametrize("found", KNOWN[:-1])
    def test_moving_to_where_it_is_says_nothing(self, found: str) -> None:
        given(*STORIES[found]).when(Moved(ZHAOJUE)).then_nothing()

    @pytest.mark.parametrize("found", KNOWN[:-1])
    def test_a_household_that_stays_poor_says_nothing(self, found: str) -> None:
        given(*STORIES[found]).when(HouseholdChanged(poor=True)).then_nothing()


class TestSchoolAndGrade:
    """They are not counted, but a change of them is news."""

    @pytest.mark.parametrize("other", [{"grade": 8}, {"school": OTHER_SCHOOL}])
    def test_another_grade_or_school_with_the_same_standing_is_a_fact(self, other: dict[str, int | str]) -> None:
        given(enrolled).when(changed(enrolled, **other)).then_left(StudentEnrolled, standing(Status.ENROLLED))

    def test_the_same_school_and_grade_say_nothing(self) -> None:
        given(enrolled).when(changed(enrolled)).then_nothing()
        given(*STORIES["returned"]).when(changed(returned, placement=Placement.OTHER)).then_nothing()

    def test_returning_to_another_school_once_back_is_not_a_return(self) -> None:
        given(*STORIES["returned"]).when(changed(returned, school=OTHER_SCHOOL)).then_refused(RefusalCode.IMPOSSIBLE_ORDER)


class TestSuspicion:
    """Suspected, and what the verification finds."""

    @pytest.mark.parametrize("outcome", WRONG)
    @pytest.mark.parametrize("found", ["registered", "enrolled", "returned"])
    def test_a_wrong_suspicion_gives_the_status_before_back(self, outcome: ClearedOutcome, found: str) -> None:
        story = given(*STORIES[found])
        assert story.child.standing is not None
        given(*STORIES[found], suspected).when(Cleared(outcome)).then_left(StudentCleared, story.child.standing)

    @pytest.mark.parametrize("outcome", NOT_THERE)
    def test_a_child_that_is_not_there_is_removed(self, outcome: ClearedOutcome) -> None:
        given(enrolled, suspected).when(Cleared(outcome)).then_left(StudentCleared, standing(Status.REMOVED))

    def test_an_approved_leave_clears_the_suspicion(self) -> None:
        given(enrolled, suspected).when(Cleared(ClearedOutcome.ON_LEAVE)).then_left(StudentCleared, standing(Status.ON_LEAVE))

    def test_an_unreachable_family_leaves_the_child_suspected_and_so_says_nothing(self) -> None:
        given(enrolled, suspected).when(Cleared(ClearedOutcome.UNREACHABLE)).then_nothing()

    def test_every_outcome_of_a_verification_is_decided(self) -> None:
        assert {*WRONG, *NOT_THERE, ClearedOutcome.ON_LEAVE, ClearedOutcome.UNREACHABLE} == set(ClearedOutcome)

    @pytest.mark.parametrize("found", ["registered", "enrolled", "dropped_out", "returned", "in_transfer", "completed"])
    @pytest.mark.parametrize("outcome", ClearedOutcome)
    def test_nothing_is_cleared_where_nothing_was_suspected(self, found: str, outcome: ClearedOutcome) -> None:
        given(*STORIES[found]).when(Cleared(outcome)).then_refused(RefusalCode.IMPOSSIBLE_ORDER)

    def test_a_suspicion_told_twice_keeps_the_status_before(self) -> None:
        story = given(enrolled, suspected)
        story.when(NEWS["suspected"]).then_nothing()
        story.when(Cleared(WRONG[0])).then_left(StudentCleared, standing(Status.ENROLLED))

    def test_the_reason_of_a_suspicion_is_not_counted(self) -> None:
        given(enrolled).when(NEWS["suspected"]).then_left(StudentSuspected, standing(Status.SUSPECTED))

    def test_a_pupil_under_suspicion_cannot_have_never_been_in_school(self) -> None:
        given(enrolled, suspected).when(never_enrolled).then_refused(RefusalCode.IMPOSSIBLE_ORDER, saying="dropped-out")


class TestOutOfSchool:
    """The stock that is counted."""

    def test_dropping_out_before_ever_being_in_school_is_never_enrolled(self) -> None:
        given(registered).when(dropped_out).then_refused(RefusalCode.IMPOSSIBLE_ORDER, saying="never-enrolled")

    @pytest.mark.parametrize("found", ["dropped_out", "never_enrolled"])
    def test_enrolling_does_not_close_a_dropout(self, found: str) -> None:
        given(*STORIES[found]).when(enrolled).then_refused(RefusalCode.IMPOSSIBLE_ORDER, saying="returned")

    def test_another_reason_corrects_the_reason(self) -> None:
        given(enrolled, dropped_out).when(changed(dropped_out, reason=Reason.RELIGION)).then_left(
            StudentDroppedOut, standing(Status.DROPPED_OUT, reason=Reason.RELIGION)
        )
        given(never_enrolled).when(changed(never_enrolled, reason=Reason.RELIGION)).then_left(
            StudentNeverEnrolled, standing(Status.NEVER_ENROLLED, stage=None, reason=Reason.RELIGION)
        )

    def test_a_correction_from_another_county_is_refused_for_it_is_a_move(self) -> None:
        given(never_enrolled).when(changed(never_enrolled, county=BUTUO)).then_refused(RefusalCode.IMPOSSIBLE_ORDER, "data.county", "moved")

    def test_dropping_out_and_never_enrolled_exclude_one_another(self) -> None:
        given(never_enrolled).when(dropped_out).then_refused(RefusalCode.IMPOSSIBLE_ORDER)
        given(enrolled, dropped_out).when(never_enrolled).then_refused(RefusalCode.IMPOSSIBLE_ORDER)

    def test_leave_takes_the_reason_off(self) -> None:
        assert given(enrolled, dropped_out, on_leave).child.standing == standing(Status.ON_LEAVE)

    def test_each_time_out_of_school_is_a_spell_of_its_own(self) -> None:
        again = changed(dropped_out, last_seen=date(2020, 3, 3))
        assert isinstance(first := given(enrolled).when(dropped_out).fact, StudentDroppedOut)
        assert isinstance(second := given(enrolled, dropped_out, returned).when(again).fact, StudentDroppedOut)
        assert (first.spell, second.spell) == (1, 2)

    def test_correcting_the_reason_stays_in_the_spell(self) -> None:
        story = given(enrolled, dropped_out, returned, changed(dropped_out, last_seen=date(2020, 3, 3)))
        assert isinstance(fact := story.when(changed(dropped_out, reason=Reason.ILLNESS)).fact, StudentDroppedOut)
        assert fact.spell == 2
        assert isinstance(never := given(never_enrolled).when(changed(never_enrolled, reason=Reason.WORK)).fact, StudentNeverEnrolled)
        assert never.spell == 1

    def test_a_dropout_taken_over_was_the_first_spell(self) -> None:
        assert isinstance(fact := given(NEWS["listed"], returned).when(dropped_out).fact, StudentDroppedOut)
        assert fact.spell == 2


class TestRemoval:
    """Nothing follows it, until it is voided."""

    def test_removing_keeps_county_stage_and_poverty_and_drops_the_reason(self) -> None:
        given(enrolled, dropped_out).when(removed).then_left(StudentRemoved, standing(Status.REMOVED))

    def test_removing_twice_on_different_days_is_refused(self) -> None:
        given(enrolled, removed).when(changed(removed)).then_refused(RefusalCode.AFTER_REMOVAL, "subject", "voided")
        given(enrolled, removed).when(Removed(RemovalCode.DEATH)).then_refused(RefusalCode.AFTER_REMOVAL, "subject", "voided")

    def test_a_suspicion_cleared_by_death_is_a_removal_too(self) -> None:
        story = given(enrolled, suspected, Cleared(ClearedOutcome.DECEASED))
        story.when(enrolled).then_refused(RefusalCode.AFTER_REMOVAL, "subject")


PUPIL = standing(Status.ENROLLED)
UNFOLDABLE = [
    StudentVoidedV1(before=PUPIL, after=PUPIL, id="r-1"),
    example_of(StudentVoided),
    StudentSameAs(before=PUPIL, after=PUPIL, student="0" * 32),
]


@pytest.mark.parametrize("fact", UNFOLDABLE)
def test_a_fact_that_no_rule_folds_stops_the_fold(fact: StudentFact) -> None:
    with pytest.raises(UnfoldableFact, match=type(fact).TYPE):
        evolve(INITIAL, fact, at=day(1))


def test_every_other_published_fact_is_folded() -> None:
    assert set(STUDENT_FACTS) - BY_FACT.keys() == {type(fact) for fact in UNFOLDABLE}


def test_a_fact_that_leaves_no_standing_stops_the_fold() -> None:
    fact = StudentEnrolled(before=None, after=None, county=ZHAOJUE, school=MIDDLE_SCHOOL, stage=Stage.JUNIOR, grade=7, poor=True)
    with pytest.raises(UnfoldableFact, match="no standing"):
        evolve(INITIAL, fact, at=day(1))
