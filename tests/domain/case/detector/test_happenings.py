"""What a fact tells the rules, and which facts they hear."""

from datetime import datetime
from typing import Any

import pytest

from deploy.detector.lives import Story
from services.case.detector.detector import Detector
from services.case.detector.happenings import Happening, Kind, happening_of
from shared.calendar.school_days import NATION
from shared.clock import CHINA
from shared.contracts.case_codes import AttemptMethod, AttemptOutcome, CaseState, ClosingOutcome, Role
from shared.contracts.case_offices import CaseAttempted, CaseClosedByReturn
from shared.contracts.county import CountyStated
from shared.contracts.student import StudentDeparted, StudentVoided, StudentVoidedV1
from shared.contracts.words import Status
from shared.events.envelope import Event
from tests.domain.case.detector.hints import MONDAY, child, returned

CHILD = child()
OPEN = CHILD.file(CaseState.RETURNED)


def told(data: Any, subject: str = CHILD.id) -> Happening | None:
    moment = datetime(2020, 10, 11, 16, tzinfo=CHINA)
    event = Event(
        specversion="1.0",
        id="f",
        source="/enrolment",
        type=data.TYPE,
        subject=subject,
        time=moment,
        recordedtime=moment,
        partitionkey=subject,
        sequence="0000000000000001-0000",
        causationid="c",
        correlationid="c",
        data=data,
    )
    return happening_of(event, data)


def kind(data: Any) -> Kind | None:
    found = told(data)
    return None if found is None else found.kind


def test_a_closing_by_one_office_and_a_confirmation_are_two_acts() -> None:
    def closed(by: str | None) -> CaseClosedByReturn:
        return CaseClosedByReturn("/counties/990001", ClosingOutcome.SUSTAINED, role=Role.OFFICER, proposed_by=by, before=OPEN, after=OPEN)

    assert [kind(closed(by)) for by in (None, "/counties/990001")] == [Kind.CLOSED, Kind.CONFIRMED]


def test_late_news_changes_no_standing_and_tells_nothing() -> None:
    assert told(StudentDeparted("980001", before=CHILD.standing(Status.ENROLLED), after=CHILD.standing(Status.ENROLLED), late=True)) is None
    assert told(CountyStated(out_of_school=0, late=True), "990001") is None
    assert kind(CountyStated(out_of_school=0)) is Kind.STATED


def test_the_other_half_of_a_transfer_is_heard_late_too() -> None:
    story = Story()
    story.let_go(CHILD, "980001", MONDAY)
    ((_, event),) = story.events()
    late = StudentDeparted("980001", event.data.completes, before=event.data.before, after=event.data.after, late=True)
    found = told(late)
    assert found is not None
    assert found.completes == ("990001", "980001")


def test_other_facts_of_files_tell_nothing() -> None:
    attempted = CaseAttempted(1, "/counties/990001", AttemptMethod.VISIT, AttemptOutcome.PROMISED, before=OPEN, after=OPEN)
    assert told(attempted) is None


def test_a_voided_report_that_leaves_no_standing_tells_nothing_but_that() -> None:
    assert told(StudentVoidedV1("r", before=None, after=None)) is None
    assert kind(StudentVoided("r", "listed", None, None, before=CHILD.standing(Status.RETURNED), after=None)) is Kind.OTHER


@pytest.mark.parametrize(
    ("type_", "known", "heard"),
    [
        ("cn.baoxue.student.returned.v1", False, True),
        ("cn.baoxue.student.enrolled.v1", False, False),
        ("cn.baoxue.student.enrolled.v1", True, True),
        ("cn.baoxue.case.return-corroborated.v1", False, True),
        ("cn.baoxue.case.attempted.v2", True, False),
        ("cn.baoxue.county.reported.v1", False, True),
        ("cn.baoxue.relief.paid.v1", True, False),
    ],
)
def test_of_most_children_most_facts_are_not_even_read(type_: str, known: bool, heard: bool) -> None:
    fold, story = Detector(range(1), lambda county: NATION), Story()
    if known:
        back = returned(story)
        for _, happening in story.record():
            fold.take(0, happening)
        assert fold.hears(0, type_, back.id) is heard
    else:
        assert fold.hears(0, type_, CHILD.id) is heard
