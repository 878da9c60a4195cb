"""Who may speak of which child, and transfers of which only one side spoke."""

import pytest

from services.enrolment.domain.senders import speaks_for
from services.enrolment.domain.state import Student
from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import Arrived, Departed, Enrolled, HouseholdChanged, Listed, Moved, Report
from shared.contracts.student import (
    MOST_TRANSFERS,
    CompletedTransfer,
    StudentArrived,
    StudentDeparted,
    StudentDepartedV1,
    StudentEnrolled,
    StudentMoved,
    StudentMovedV1,
)
from shared.contracts.words import ListedStatus, Stage, Status
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
    suspected,
)
from tests.domain.enrolment.scenario import PROVINCES, SICHUAN, Given, day, decide, evolve, given

BEIJING, DONGCHENG = "/provinces/11", "110101"
OLD, NEW = f"/counties/{ZHAOJUE}", f"/counties/{BUTUO}"
NOT_YOURS = RefusalCode.NOT_YOUR_COUNTY
COMING = ["arrived", "enrolled", "moved"]
arrived = Arrived(BUTUO, OTHER_SCHOOL, Stage.JUNIOR, 7)


@pytest.mark.parametrize(
    ("source", "speaks"),
    [(OLD, True), (SICHUAN, True), (f"/schools/{MIDDLE_SCHOOL}", True), (NEW, False), (BEIJING, False), (f"/schools/{OTHER_SCHOOL}", False)],
)
def test_a_source_is_the_county_its_province_or_the_school(source: str, speaks: bool) -> None:
    assert speaks_for(source, ZHAOJUE, MIDDLE_SCHOOL, PROVINCES) is speaks


def test_no_source_is_a_county_of_no_table_or_a_school_that_is_not_named() -> None:
    assert not speaks_for("/provinces/99", "999999", "", PROVINCES)
    assert not speaks_for("/schools/", ZHAOJUE, None, PROVINCES)


@pytest.mark.parametrize("source", [OLD, SICHUAN, f"/schools/{MIDDLE_SCHOOL}"])
def test_the_place_where_a_child_counts_may_speak_of_it(source: str) -> None:
    assert given(enrolled).when(dropped_out, source=source).fact is not None
    assert given(enrolled).when(HouseholdChanged(poor=False), source=source).fact is not None


@pytest.mark.parametrize("source", [NEW, BEIJING, f"/schools/{OTHER_SCHOOL}"])
@pytest.mark.parametrize("report", sorted(NEWS.keys() - {*COMING, "listed", "registered", "never-enrolled", "voided", "same-as"}))
def test_nobody_else_may(report: str, source: str) -> None:
    given(*STORIES["enrolled"]).when(NEWS[report], source=source).then_refused(NOT_YOURS, "source")
    given(*STORIES["enrolled"]).when(NEWS[report], source=source, at=day(0)).then_refused(NOT_YOURS, "source")
    given(*STORIES["removed"]).when(NEWS[report], source=source).then_refused(NOT_YOURS, "source")


@pytest.mark.parametrize("report", COMING)
def test_the_place_that_a_child_comes_to_may_speak_of_its_coming(report: str) -> None:
    assert given(enrolled).when(NEWS[report], source=NEW).fact is not None
    given(enrolled).when(NEWS[report], source=f"/counties/{DONGCHENG}").then_refused(NOT_YOURS, "data.county")
    given(enrolled).when(NEWS[report], source=BEIJING).then_refused(NOT_YOURS, "data.county")


@pytest.mark.parametrize("report", [registered, never_enrolled, Listed(ListedStatus.REGISTERED, ZHAOJUE, True, day(1).date()), enrolled])
def test_a_child_never_heard_of_is_taken_in_by_the_place_that_it_comes_to(report: Report) -> None:
    for source in (OLD, SICHUAN):
        assert given().when(report, source=source).fact is not None
    for source in (NEW, BEIJING, f"/schools/{OTHER_SCHOOL}"):
        given().when(report, source=source).then_refused(NOT_YOURS, "data.county")


def test_a_school_takes_a_child_in_only_by_naming_itself() -> None:
    assert given(enrolled).when(arrived, source=f"/schools/{OTHER_SCHOOL}").fact is not None
    given(enrolled).when(changed(arrived, school="2151000009"), source=f"/schools/{OTHER_SCHOOL}").then_refused(NOT_YOURS, "data.county")
    given(enrolled).when(Moved(BUTUO), source=f"/schools/{OTHER_SCHOOL}").then_refused(NOT_YOURS, "data.county")


def test_a_stranger_learns_nothing_of_a_child_never_heard_of() -> None:
    given().when(suspected, source=BEIJING).then_refused(RefusalCode.UNKNOWN_STUDENT, "subject")


class TestUnmatched:
    """The new place spoke, the old one did not."""

    @pytest.mark.parametrize(("source", "unmatched"), [(NEW, True), (OLD, False), (SICHUAN, False)])
    def test_a_move_told_by_the_new_place_alone_is_unmatched(self, source: str, unmatched: bool) -> None:
        fact = given(enrolled).when(Moved(BUTUO), source=source).fact
        assert type(fact) is (StudentMoved if unmatched else StudentMovedV1)
        assert getattr(fact, "unmatched", False) is unmatched

    @pytest.mark.parametrize("report", [arrived, Enrolled(BUTUO, OTHER_SCHOOL, Stage.JUNIOR, 7, poor=True), Moved(BUTUO)])
    def test_it_is_listed_for_both_counties_until_the_old_one_speaks(self, report: Report) -> None:
        story = came(given(enrolled), report)
        [transfer] = story.child.transfers
        assert (transfer.lost, transfer.has) == (ZHAOJUE, BUTUO)
        half = story.when(Departed(), source=OLD)
        assert isinstance(half.fact, StudentDeparted)
        assert half.fact.before == half.fact.after == story.child.standing
        assert half.fact.completes == CompletedTransfer(ZHAOJUE, BUTUO)
        after = evolve(story.child, half.fact, at=half.at, source=OLD)
        assert after.transfers == ()
        assert (after.standing, after.schooling, after.school) == (story.child.standing, story.child.schooling, story.child.school)

    def test_a_transfer_that_the_old_county_told_first_is_not_listed(self) -> None:
        assert came(given(enrolled, departed), arrived).child.transfers == ()
        assert came(given(enrolled, departed), Enrolled(BUTUO, OTHER_SCHOOL, Stage.JUNIOR, 7, poor=True)).child.transfers == ()

    def test_another_school_of_the_same_county_is_no_transfer(self) -> None:
        fact = given(enrolled).when(changed(arrived, county=ZHAOJUE)).fact
        assert isinstance(fact, StudentArrived)
        assert fact.unmatched
        assert came(given(enrolled), changed(arrived, county=ZHAOJUE)).child.transfers == ()

    def test_a_chain_of_transfers_waits_for_each_other_half(self) -> None:
        story = came(came(given(enrolled), arrived), changed(arrived, county="000000"))
        assert [(each.lost, each.has) for each in story.child.transfers] == [(ZHAOJUE, BUTUO), (BUTUO, "000000")]
        fact = story.when(Departed(BUTUO), source=OLD).fact
        assert isinstance(fact, StudentDeparted)
        assert fact.completes == CompletedTransfer(ZHAOJUE, BUTUO)
        assert [each.lost for each in evolve(story.child, fact, at=day(9), source=OLD).transfers] == [BUTUO]

    def test_no_more_are_kept_than_a_state_holds(self) -> None:
        story = given(enrolled)
        for n in range(MOST_TRANSFERS + 2):
            story = came(story, changed(arrived, county=ZHAOJUE if n % 2 else BUTUO, grade=1 + n % 9))
        assert len(story.child.transfers) == MOST_TRANSFERS


class TestTheOtherHalf:
    """A departure told after the arrival."""

    def test_it_may_be_earlier_than_the_arrival_and_is_late_then(self) -> None:
        story = came(given(enrolled), arrived)
        fact = story.when(Departed(BUTUO), source=OLD, at=day(1, hour=9)).fact
        assert isinstance(fact, StudentDeparted)
        assert fact.late
        assert fact.completes == CompletedTransfer(ZHAOJUE, BUTUO)
        assert evolve(story.child, fact, at=day(1, hour=9), source=OLD).transfers == ()

    def test_the_province_of_both_counties_may_tell_it(self) -> None:
        assert isinstance(came(given(enrolled), arrived).when(Departed(BUTUO)).fact, StudentDeparted)
        assert isinstance(came(given(enrolled), arrived).when(Departed()).fact, StudentDeparted)

    def test_a_departure_from_the_new_county_is_a_departure(self) -> None:
        story = came(given(enrolled), arrived)
        story.when(Departed(), source=NEW).then_left(StudentDepartedV1, changed(story.child.standing, status=Status.IN_TRANSFER))
        story.when(Departed(DONGCHENG)).then_left(StudentDepartedV1, changed(story.child.standing, status=Status.IN_TRANSFER))

    def test_to_another_county_or_from_a_stranger_it_is_none(self) -> None:
        story = came(given(enrolled), arrived)
        story.when(Departed(DONGCHENG), source=OLD).then_refused(NOT_YOURS, "source")
        story.when(Departed(BUTUO), source=BEIJING).then_refused(NOT_YOURS, "source")

    def test_told_twice_it_is_a_repeat(self) -> None:
        story = came(given(enrolled), arrived)
        fact = story.when(Departed(), source=OLD).fact
        assert fact is not None
        child = evolve(story.child, fact, at=day(3), source=OLD)
        assert decide(child, Departed(), at=day(3), source=OLD) is None

    def test_the_old_county_may_not_speak_of_the_child_otherwise(self) -> None:
        came(given(enrolled), arrived).when(on_leave, source=OLD).then_refused(NOT_YOURS, "source")


def came(story: Given, report: Report) -> Given:
    """Tell that a child came to a county, by that county."""
    source = f"/counties/{report.county}"  # type: ignore[attr-defined]  # of reports that name one
    fact = story.when(report, source=source).fact
    assert isinstance(fact, StudentArrived | StudentEnrolled | StudentMoved)
    child: Student = evolve(story.child, fact, at=day(story.told + 1), source=source)
    return Given(child, story.told + 1)
