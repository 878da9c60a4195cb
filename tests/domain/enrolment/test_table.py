"""Every report told to a child of every status, as the public interface's own table has it (``transitions.md``)."""

import pytest
from msgspec.structs import asdict

from services.enrolment.domain.events import EVENTS, EventRow
from services.enrolment.domain.state import INITIAL, Student
from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import REPORTS, CountyReported, PlacesStated, Report
from shared.contracts.student import STUDENT_FACTS, Standing
from shared.contracts.words import OUT_OF_SCHOOL, Status
from tests.domain.enrolment.children import NEWS, STORIES
from tests.domain.enrolment.scenario import given
from tests.domain.enrolment.table_page import CORRECTS, ROWS

FACTS = {fact.TYPE.split(".")[3]: fact for fact in reversed(STUDENT_FACTS)}
"""By its word the fact in the first version, which is written as long as it says everything."""

BESIDE_THE_TABLE = {"voided", "same-as"}

# What the page says in sentences around its table: a report that would leave everything as it is makes no fact.
ALREADY_SO = {
    ("suspected", "suspected"),
    ("suspected", "suspected-when-registered"),
    ("on-leave", "on_leave"),
    ("departed", "in_transfer"),
    ("completed", "completed"),
}
PAIRS = [(report, story) for report in ROWS if report not in BESIDE_THE_TABLE for story in STORIES]
ALLOWED = [(report, story) for report, story in PAIRS if story in ROWS[report][0]]


def status_left(words: str, report: Report, found: str) -> Status:
    """Return the status that the page's words mean."""
    if words.startswith("the status it names"):
        return Status(report.status)  # type: ignore[attr-defined]  # only listed names one
    if words.startswith("the status it had before"):
        return Status.REGISTERED if found == "suspected-when-registered" else Status.ENROLLED
    if words.startswith("the same"):
        return Status(found.removesuffix("-when-registered"))
    return Status(words.split(",", maxsplit=1)[0])


def standing_left(status: Status, child: Student, report: Report) -> Standing:
    """Return the standing with this status: the report's own county, stage, poor and reason where it names them."""
    reason = getattr(report, "reason", child.reason if status is child.status else None)
    return Standing(
        status,
        getattr(report, "county", child.county),
        getattr(report, "stage", child.stage),
        getattr(report, "poor", child.poor),
        reason if status in OUT_OF_SCHOOL else None,
    )


def test_the_page_has_a_row_for_every_report_of_a_student() -> None:
    reports = {report.TYPE.split(".")[3] for report in REPORTS if report not in (CountyReported, PlacesStated)}
    assert ROWS.keys() | BESIDE_THE_TABLE == reports == NEWS.keys() == FACTS.keys()
    assert {row.report.TYPE.split(".")[3] for row in EVENTS if row.found} == reports - BESIDE_THE_TABLE


def test_the_stories_lead_to_every_status() -> None:
    assert {given(*story).child.status for story in STORIES.values()} == {None, *Status}
    for found, story in STORIES.items():
        assert (given(*story).child.status or "—") == found.removesuffix("-when-registered")


@pytest.mark.parametrize(("report", "found"), PAIRS)
def test_a_pair_of_report_and_status_does_what_the_page_says(report: str, found: str) -> None:
    outcome = given(*STORIES[found]).when(NEWS[report])
    may_find, words = ROWS[report]
    if found in may_find or (report, found) in CORRECTS:
        status = status_left(words, NEWS[report], found)
        outcome.then_left(FACTS[report], standing_left(status, outcome.child, NEWS[report]))
    elif (report, found) in ALREADY_SO:
        outcome.then_nothing()
    elif found == "—":
        outcome.then_refused(RefusalCode.UNKNOWN_STUDENT, "subject")
    elif found == "removed":
        outcome.then_refused(RefusalCode.AFTER_REMOVAL, "subject")
    else:
        outcome.then_refused(RefusalCode.IMPOSSIBLE_ORDER, saying=str(outcome.child.status))


@pytest.mark.parametrize(("report", "found"), ALLOWED)
def test_a_fact_repeats_every_field_of_its_report(report: str, found: str) -> None:
    fact = given(*STORIES[found]).when(NEWS[report]).fact
    assert {field: getattr(fact, field) for field in NEWS[report].__struct_fields__} == asdict(NEWS[report])


@pytest.mark.parametrize(("report", "found"), [pair for pair in ALLOWED if pair[0] not in {"absent", "cleared", "removed"}])
def test_what_was_taken_says_nothing_when_told_again_on_another_day(report: str, found: str) -> None:
    # An absence that goes on is news each day.
    # After cleared and removed the same report is an impossible order: nothing is suspected, and nothing follows a removal.
    given(*STORIES[found], NEWS[report]).when(NEWS[report]).then_nothing()


@pytest.mark.parametrize("row", [row for row in EVENTS if not row.found], ids=lambda row: row.report.TYPE)
def test_the_table_leaves_nothing_of_what_is_decided_beside_it(row: EventRow) -> None:
    with pytest.raises(AssertionError, match=r"voiding\.py or merging\.py"):
        row.leave(INITIAL, NEWS[row.report.TYPE.split(".")[3]])


@pytest.mark.parametrize("row", [row for row in EVENTS if row.found], ids=lambda row: row.report.TYPE)
def test_the_page_and_the_row_of_an_event_name_the_same_statuses(row: EventRow) -> None:
    report = row.report.TYPE.split(".")[3]
    stories = {story for story in STORIES if given(*STORIES[story]).child.status in row.found}
    corrected = {story for word, story in CORRECTS if word == report}
    assert stories - corrected - ({"suspected"} if report == "never-enrolled" else set()) == ROWS[report][0]
