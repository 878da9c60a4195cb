"""What follows for a child's file from each fact about the child, whatever type it has: by the standings alone."""

import json
from datetime import datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.case.policies import CasePolicies, Change
from shared.clock import CHINA
from shared.contracts import same_as, student
from shared.contracts.case_codes import UnownedReason
from shared.contracts.case_commands import (
    CaseCommand,
    CloseForLeave,
    CloseForMerge,
    CloseForRemoval,
    CorrectReason,
    FollowVoid,
    JoinCase,
    MoveCase,
    ObserveReturn,
    OpenCase,
    PartCase,
    RestoreCase,
)
from shared.contracts.case_owner_commands import MarkUnowned
from shared.contracts.place_commands import CountPlaces
from shared.contracts.places import SchoolPlacesStated
from shared.contracts.registry import INPUT_LANGUAGES
from shared.contracts.sequence import sequence_of
from shared.contracts.student import Standing, StudentFact
from shared.contracts.suspicions import NoteSuspicion, SettleSuspicion, suspicion_of
from shared.contracts.words import (
    OUT_OF_SCHOOL,
    ClearedOutcome,
    LeaveKind,
    ListedStatus,
    Placement,
    Reason,
    RemovalCode,
    Stage,
    Status,
)
from shared.deciding.policy_follower import published_commands
from shared.events.codec import encode, read_data, read_event
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from shared.log import topics

HERE, THERE = "513431", "513429"
CHILD = "00112233445566778899aabbccddeeff"
WHEN = datetime(2020, 6, 14, 8, tzinfo=CHINA)
SEQUENCE = sequence_of(77, 0)
read = msgspec.json.Decoder(Event[Change]).decode


def standing(status: Status, county: str = HERE, reason: Reason | None = None) -> Standing:
    return Standing(status, county, Stage.JUNIOR, True, reason or (Reason.WORK if status in OUT_OF_SCHOOL else None))


def follows(fact: StudentFact | SchoolPlacesStated, by: str | None = None, *, subject: str = CHILD) -> list[CaseCommand]:
    """What is asked of the file of the child, or of its suspicion."""
    return [read_data(INPUT_LANGUAGES["case"], event.type, event.data) for event in commands(fact, by) if event.subject == subject]


def commands(fact: StudentFact | SchoolPlacesStated, by: str | None = None) -> list[Event[Any]]:
    value = encode(
        Event[StudentFact | SchoolPlacesStated](
            specversion="1.0", id="f", source="/enrolment", type=fact.TYPE, subject=CHILD, time=WHEN, recordedtime=WHEN, partitionkey=CHILD,
            sequence=SEQUENCE, causationid="r", correlationid="first", data=fact, reportedby=by,
        )
    )  # fmt: skip
    asked = published_commands(CasePolicies(), read(value), partition=3, offset=500)
    assert {key for key, _ in asked} <= {CHILD.encode(), suspicion_of(CHILD).encode()}
    return [read_event(value) for _, value in asked]


def fact_of(before: Standing | None, after: Standing | None, **fields: Any) -> StudentFact:
    """A fact of a type that says nothing but its standings."""
    return student.StudentHouseholdChanged(before=before, after=after, poor=True, **fields)


def void(before: Standing | None, after: Standing | None, *, spells: int = 0, spell: int | None = None) -> StudentFact:
    """A report was taken back."""
    left = student.WhatIsLeft(None, None, None, None, None, 0, None, spells, ())
    return student.StudentVoided("r", "dropped-out", WHEN.date(), left, spell=spell, before=before, after=after)


OUT, NEVER = standing(Status.DROPPED_OUT), standing(Status.NEVER_ENROLLED)
IN_SCHOOL, BACK = standing(Status.ENROLLED), standing(Status.RETURNED)
LEAVE, GONE = standing(Status.ON_LEAVE), standing(Status.REMOVED)


# --- the facts that enrolment makes


def test_dropping_out_and_being_listed_so_and_never_enrolled_open_a_file() -> None:
    opening = OpenCase(fact=SEQUENCE, county=HERE, reason=Reason.WORK, spell=2)
    assert follows(student.StudentDroppedOut(before=IN_SCHOOL, after=OUT, reason=Reason.WORK, last_seen=WHEN.date(), spell=2)) == [opening]
    listed = student.StudentListed(before=None, after=OUT, status=ListedStatus.DROPPED_OUT, county=HERE, poor=True, since=WHEN.date(), spell=2)
    assert follows(listed) == [opening]
    never = student.StudentNeverEnrolled(before=None, after=NEVER, county=HERE, poor=True, reason=Reason.WORK, spell=2)
    assert follows(never) == [opening]


def test_a_return_is_observed() -> None:
    returned = student.StudentReturned(before=OUT, after=BACK, school="2151000001", stage=Stage.JUNIOR, grade=8, placement=Placement.CLASS)
    assert follows(returned) == [ObserveReturn(fact=SEQUENCE, school="2151000001")]


@pytest.mark.parametrize("sender", ["/provinces/51", "/counties/513431", "/schools/2151000001"])
def test_whoever_reported_a_return_claims_it(sender: str) -> None:
    assert follows(fact_of(OUT, BACK), sender) == [ObserveReturn(fact=SEQUENCE, claimant=sender)]


@pytest.mark.parametrize("sender", ["/enrolment/policies", "/somebody", None])
def test_what_follows_from_no_report_is_claimed_by_nobody(sender: str | None) -> None:
    assert follows(fact_of(OUT, BACK), sender) == [ObserveReturn(fact=SEQUENCE)]


@pytest.mark.parametrize("evidence", ["GA/2020-17", None])
def test_a_removal_closes_a_file_and_says_why_and_by_what_it_is_known(evidence: str | None) -> None:
    assert follows(student.StudentRemoved(before=OUT, after=GONE, code=RemovalCode.EMIGRATED, evidence=evidence)) == [
        CloseForRemoval(fact=SEQUENCE, code=RemovalCode.EMIGRATED, evidence=evidence)
    ]


def test_a_suspicion_that_ends_with_a_removal_closes_a_file_too() -> None:
    cleared = student.StudentCleared(before=standing(Status.SUSPECTED), after=GONE, outcome=ClearedOutcome.DECEASED)
    assert follows(cleared) == [CloseForRemoval(fact=SEQUENCE)]


@pytest.mark.parametrize("before", [None, *Status])
@pytest.mark.parametrize("after", [None, *Status])
def test_a_suspicion_is_noted_when_it_begins_and_settled_when_it_ends(before: Status | None, after: Status | None) -> None:
    was, now = (None if each is None else standing(each) for each in (before, after))
    asked = follows(fact_of(was, now), subject=suspicion_of(CHILD))
    if (before is Status.SUSPECTED) == (after is Status.SUSPECTED):
        assert asked == []
    elif after is Status.SUSPECTED:
        assert asked == [NoteSuspicion(student=CHILD, county=HERE, fact=SEQUENCE)]
    else:
        reason = None if now is None else now.reason
        assert asked == [SettleSuspicion(student=CHILD, county=HERE, fact=SEQUENCE, status=after, reason=reason)]


def test_a_suspicion_of_an_id_that_is_merged_is_settled() -> None:
    merged = same_as.StudentMerged(before=standing(Status.SUSPECTED), after=None, student=OTHER, merge=MERGE, known=knowing(OUT))
    assert [type(each) for each in follows(merged, subject=suspicion_of(CHILD))] == [SettleSuspicion]
    assert [type(each) for each in follows(merged)] == [CloseForMerge]


def test_leave_closes_a_file() -> None:
    leave = student.StudentOnLeave(before=OUT, after=LEAVE, kind=LeaveKind.SUSPENSION, approval="XJ-1", until=WHEN.date())
    assert follows(leave) == [CloseForLeave(fact=SEQUENCE)]


def test_a_move_moves_a_file_whether_the_child_is_out_of_school_or_back() -> None:
    for status in (Status.DROPPED_OUT, Status.RETURNED):
        moved = student.StudentMoved(before=standing(status), after=standing(status, THERE), county=THERE)
        assert follows(moved) == [MoveCase(fact=SEQUENCE, county=THERE)]


def test_a_child_that_is_out_of_school_between_two_counties_has_a_file_that_is_nobodys() -> None:
    between = standing(Status.IN_TRANSFER)
    assert follows(fact_of(between, OUT)) == [
        OpenCase(fact=SEQUENCE, county=HERE, reason=Reason.WORK),
        MarkUnowned(fact=SEQUENCE, because=UnownedReason.BETWEEN_COUNTIES),
    ]
    assert not any(isinstance(each, MarkUnowned) for before in (IN_SCHOOL, None, OUT) for each in follows(fact_of(before, OUT)))
    assert not any(isinstance(each, MarkUnowned) for after in (IN_SCHOOL, LEAVE, GONE, None) for each in follows(fact_of(between, after)))
    arrived = standing(Status.DROPPED_OUT, THERE)
    assert not any(isinstance(each, MarkUnowned) for each in follows(fact_of(between, arrived)))
    assert not any(isinstance(each, MarkUnowned) for each in follows(void(between, OUT)))


def test_another_reason_of_the_same_dropping_out_corrects_a_file() -> None:
    after = standing(Status.DROPPED_OUT, reason=Reason.LEARNING)
    corrected = student.StudentDroppedOut(before=OUT, after=after, reason=Reason.LEARNING, last_seen=WHEN.date(), spell=1)
    assert follows(corrected) == [CorrectReason(fact=SEQUENCE, reason=Reason.LEARNING)]


def test_a_households_change_and_late_news_are_nothing_to_a_file() -> None:
    richer = Standing(Status.DROPPED_OUT, HERE, Stage.JUNIOR, False, Reason.WORK)
    assert follows(student.StudentHouseholdChanged(before=OUT, after=richer, poor=False)) == []
    assert follows(student.StudentDroppedOut(before=OUT, after=OUT, reason=Reason.WORK, last_seen=WHEN.date(), late=True)) == []
    assert follows(student.StudentRemoved(before=BACK, after=BACK, code=RemovalCode.DEATH, late=True)) == []


# --- the steps of a merge


OTHER, MERGE = "f" * 32, "00000000-0000-5000-8000-000000000000"


def knowing(now: Standing, spells: int = 1) -> same_as.Knowledge:
    return same_as.Knowledge(
        standing=now, since=WHEN, schooling=WHEN, residence=WHEN, household=WHEN, school=None, grade=0, prior=None, spells=spells, transfers=(),
        timeline=b"",
    )  # fmt: skip


def test_the_file_of_a_merged_id_is_closed_as_such_and_not_as_one_of_a_child_that_left() -> None:
    merged = same_as.StudentMerged(before=OUT, after=None, student=OTHER, merge=MERGE, known=knowing(OUT))
    assert follows(merged) == [CloseForMerge(fact=SEQUENCE, student=OTHER)]


def test_a_survivors_file_is_joined_also_where_its_standing_stays() -> None:
    for before, after in ((IN_SCHOOL, OUT), (OUT, OUT)):
        took = same_as.StudentTookOver(before=before, after=after, student=OTHER, merge=MERGE, known=knowing(BACK, 2))
        assert follows(took) == [
            JoinCase(fact=SEQUENCE, student=OTHER, county=HERE, status=Status.DROPPED_OUT, reason=Reason.WORK, known=Status.RETURNED, spells=2)
        ]


def test_a_child_that_is_back_keeps_the_reason_of_the_other_id() -> None:
    took = same_as.StudentTookOver(before=IN_SCHOOL, after=IN_SCHOOL, student=OTHER, merge=MERGE, known=knowing(OUT))
    [join] = follows(took)
    assert isinstance(join, JoinCase)
    assert (join.status, join.reason) == (Status.ENROLLED, Reason.WORK)


def test_when_the_ids_are_parted_both_files_are_asked_to_follow_their_own_standings() -> None:
    part = PartCase(fact=SEQUENCE, student=OTHER, county=HERE, status=Status.ENROLLED)
    assert follows(same_as.StudentReleased(before=OUT, after=IN_SCHOOL, student=OTHER, merge=MERGE)) == [part]
    assert follows(same_as.StudentMergeVoided(before=OUT, after=IN_SCHOOL, student=OTHER, merge=MERGE, id="r")) == [part]
    assert follows(same_as.StudentMergeVoided(before=None, after=None, student=OTHER, merge=MERGE, id="r")) == []
    restore = RestoreCase(fact=SEQUENCE, student=OTHER, county=HERE, status=Status.DROPPED_OUT, reason=Reason.WORK)
    assert follows(same_as.StudentRestored(before=None, after=OUT, student=OTHER, merge=MERGE)) == [restore]


def test_the_steps_that_leave_everything_as_it_is_are_nothing_to_a_file() -> None:
    for step in (same_as.StudentMergeKept, same_as.StudentMergeAcknowledged):
        assert follows(step(before=OUT, after=OUT, student=OTHER, merge=MERGE)) == []


# --- any fact there ever may be


@pytest.mark.parametrize("after", [status for status in Status if status not in {*OUT_OF_SCHOOL, Status.ON_LEAVE, Status.REMOVED}])
@pytest.mark.parametrize("before", sorted(OUT_OF_SCHOOL))
def test_whoever_was_out_of_school_and_is_not_any_more_is_back(before: Status, after: Status) -> None:
    assert follows(fact_of(standing(before), standing(after))) == [ObserveReturn(fact=SEQUENCE)]


@pytest.mark.parametrize("before", [status for status in Status if status not in OUT_OF_SCHOOL])
def test_whoever_was_not_out_of_school_and_is_now_has_a_file(before: Status) -> None:
    assert follows(fact_of(standing(before), NEVER))[0] == OpenCase(fact=SEQUENCE, county=HERE, reason=Reason.WORK)
    assert len(follows(fact_of(standing(before), NEVER))) == (2 if before is Status.IN_TRANSFER else 1), "nobody's, between two counties"


@pytest.mark.parametrize("before", [status for status in Status if status not in OUT_OF_SCHOOL])
@pytest.mark.parametrize("after", [status for status in Status if status not in {*OUT_OF_SCHOOL, Status.ON_LEAVE, Status.REMOVED}])
def test_what_happens_to_a_child_in_school_is_nothing_to_a_file(before: Status, after: Status) -> None:
    assert follows(fact_of(standing(before), standing(after))) == []


def test_a_child_that_never_was_leaves_the_ledger() -> None:
    assert follows(fact_of(OUT, None)) == [CloseForRemoval(fact=SEQUENCE)]
    assert follows(fact_of(None, None)) == []


def test_whoever_comes_back_in_another_county_is_moved_and_then_observed() -> None:
    asked = commands(fact_of(OUT, standing(Status.ENROLLED, THERE)))
    assert [event.type.split(".")[-2] for event in asked] == ["move", "observe-return"]
    assert len({event.id for event in asked}) == 2


def test_a_statement_of_a_county_is_nothing_to_a_file() -> None:
    value = {
        "specversion": "1.0", "id": "f", "source": "/enrolment", "type": "cn.baoxue.county.reported.v1", "subject": HERE,
        "time": "2020-06-14T00:00:00Z", "recordedtime": "2020-06-14T00:00:00Z", "partitionkey": HERE, "sequence": SEQUENCE,
        "causationid": "r", "correlationid": "r", "data": {"out_of_school": 3},
    }  # fmt: skip
    assert CasePolicies().commands(read(json.dumps(value))) == ()


def test_the_newest_statement_of_a_schools_places_is_counted_and_a_late_one_is_not() -> None:
    fact = SchoolPlacesStated(county=HERE, term="2020-autumn", seats=40, beds=12)
    assert follows(fact) == [CountPlaces(fact=SEQUENCE, county=HERE, term="2020-autumn", seats=40, beds=12)]
    assert follows(replace(fact, late=True)) == []


# --- the command


def test_a_command_names_the_fact_it_follows_from_and_has_its_times() -> None:
    fact = student.StudentReturned(before=OUT, after=BACK, school="2151000001", stage=Stage.JUNIOR, grade=8, placement=Placement.CLASS)
    [command], [again] = commands(fact), commands(fact)
    assert (command.source, command.subject, command.partitionkey) == ("/case/policies", CHILD, CHILD)
    assert (command.time, command.recordedtime) == (WHEN, WHEN)
    assert (command.causationid, command.correlationid, command.sequence) == ("f", "first", sequence_of(500, 0))
    assert command.id == again.id == uuid5_of_position(topics.STUDENT_STATUS, 3, 500, 0)


# --- reports that were taken back


def test_a_file_follows_a_report_that_was_taken_back() -> None:
    followed = FollowVoid(fact=SEQUENCE, county=HERE, out=False, in_school=True, spells=0)
    assert follows(void(OUT, IN_SCHOOL)) == [followed]
    assert follows(void(OUT, LEAVE)) == [FollowVoid(fact=SEQUENCE, county=HERE, out=False, in_school=False, spells=0)]
    assert follows(void(OUT, None)) == [FollowVoid(fact=SEQUENCE, county=HERE, out=False, in_school=False, spells=0)]
    again = FollowVoid(fact=SEQUENCE, county=HERE, out=True, in_school=False, spells=1, reason=Reason.WORK, spell=1)
    for found in (BACK, GONE, LEAVE):
        assert follows(void(found, OUT, spells=1, spell=1)) == [again]
    assert follows(void(GONE, BACK, spells=1)) == [FollowVoid(fact=SEQUENCE, county=HERE, out=False, in_school=True, spells=1)]


def test_a_file_moves_before_it_follows_a_report_that_was_taken_back() -> None:
    assert [type(asked) for asked in follows(void(standing(Status.DROPPED_OUT, THERE), IN_SCHOOL))] == [MoveCase, FollowVoid]


def test_a_removal_that_counts_again_closes_a_file_as_any_removal_does() -> None:
    assert follows(void(OUT, GONE, spells=1)) == [CloseForRemoval(fact=SEQUENCE)]


def test_of_a_report_that_left_everything_as_it_was_nothing_follows_when_it_is_taken_back() -> None:
    assert follows(void(OUT, OUT, spells=1)) == []
    assert follows(void(None, None)) == []
