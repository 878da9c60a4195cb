"""Invented histories for laws: few schools, counties and days, so that repeats, late news and impossible orders abound."""

from datetime import date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from services.enrolment.domain.events import EVENTS
from services.enrolment.domain.senders import Told
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.student import decide, evolve
from shared.clock import CHINA
from shared.contracts import reports as r
from shared.contracts import words as w
from shared.contracts.refusal import Refusal
from shared.contracts.student import StudentFact
from tests.contracts.invented_words import any_of
from tests.domain.enrolment.children import STORIES
from tests.domain.enrolment.scenario import PROVINCES, telling

History = list[tuple[Told, r.Report]]
Record = list[tuple[Told, StudentFact]]

law = settings(max_examples=200, deadline=None, derandomize=True)
"""How laws are tried: the same examples every time, and no verdict on how fast the machine is."""

_county = st.sampled_from(["513431", "513429", "000000", "110101"])
_school = st.sampled_from(["2151000001", "0000000000"])
_stage = st.sampled_from(w.Stage)
_grade = st.sampled_from([1, 7, 9])
_reason = st.sampled_from([w.Reason.WORK, w.Reason.UNKNOWN])
_date = st.sampled_from([date(2019, 9, 1), date(2020, 2, 1)])
_reference = st.sampled_from(["A-1", "B/2"])


@st.composite
def _listed(draw: st.DrawFn) -> r.Listed:
    status = draw(st.sampled_from(w.ListedStatus))
    out = status in {"dropped_out", "never_enrolled"}
    in_school = status not in {"registered", "never_enrolled"}
    stage = draw(st.none() | _stage) if in_school else None
    return r.Listed(status, draw(_county), draw(st.booleans()), draw(_date), stage, draw(_reason) if out else None)


_INVENTED: dict[type[r.Report], st.SearchStrategy[r.Report]] = {
    r.Listed: _listed(),
    r.Registered: st.builds(r.Registered, _county, st.booleans()),
    r.Enrolled: st.builds(r.Enrolled, _county, _school, _stage, _grade, st.booleans()),
    r.Progressed: st.builds(r.Progressed, _school, _stage, _grade),
    r.Absent: st.builds(r.Absent, _date, st.sampled_from([3, 9])),
    r.Suspected: st.builds(r.Suspected, st.sampled_from(w.FoundBy), st.none() | _reason),
    r.Cleared: st.builds(r.Cleared, st.sampled_from(w.ClearedOutcome)),
    r.DroppedOut: st.builds(r.DroppedOut, _reason, _date),
    r.NeverEnrolled: st.builds(r.NeverEnrolled, _county, st.booleans(), _reason),
    r.Returned: st.builds(r.Returned, _school, _stage, _grade, st.sampled_from(w.Placement), st.none() | _reference),
    r.OnLeave: st.builds(r.OnLeave, st.sampled_from(w.LeaveKind), _reference, _date),
    r.Resumed: st.builds(r.Resumed, _school, _stage, _grade),
    r.Departed: st.builds(r.Departed, st.none() | _county),
    r.Arrived: st.builds(r.Arrived, _county, _school, _stage, _grade, st.none() | _county),
    r.Moved: st.builds(r.Moved, _county),
    r.HouseholdChanged: st.builds(r.HouseholdChanged, st.booleans(), st.none() | st.sampled_from(w.HouseholdCategory)),
    r.Completed: st.builds(r.Completed),
    r.Removed: st.builds(r.Removed, st.sampled_from(w.RemovalCode), st.none() | _reference),
}
REPORTS = st.one_of(*(_INVENTED[row.report] if row.report in _INVENTED else any_of(row.report) for row in EVENTS if row.found), _INVENTED[r.Departed])
"""Reports of every type that is decided by the table: of few values, or any."""

COMING = (r.Arrived, r.Enrolled, r.Moved)
"""Reports that the place which a child comes to tells half of the time."""

MOMENTS = st.builds(
    lambda days, hours: datetime(2020, 3, 1, tzinfo=CHINA) + timedelta(days=days, hours=hours),
    st.integers(0, 5),
    st.sampled_from([0, 7, 7.000001, 23]),
)


SOURCES = st.sampled_from(
    [*["/provinces/51"] * 4, "/counties/513431", "/counties/513429", "/schools/2151000001", "/schools/0000000000", "/provinces/11"]
)
"""Mostly the province of all counties but one, so that most reports are those of somebody who may speak of the child."""


@st.composite
def tellings(draw: st.DrawFn) -> tuple[Told, r.Report]:
    """Return a report with its moment, its source and an id that is seldom another's."""
    at, report = draw(MOMENTS), draw(REPORTS)
    place = st.sampled_from([f"/counties/{report.county}"]) if isinstance(report, COMING) else SOURCES
    return telling(report, at, draw(place | SOURCES), draw(st.sampled_from(["", "", "", "a", "b"]))), report


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return reports of one child with who told them and when: a known story first, then anything, half the time in order."""
    story = draw(st.sampled_from(list(STORIES.values())))
    told = draw(st.lists(tellings(), min_size=6, max_size=16))
    if draw(st.booleans()):
        told.sort(key=lambda one: one[0].at)
    return [(telling(report, datetime(2020, 2, 20 + n, tzinfo=CHINA)), report) for n, report in enumerate(story)] + told


def live(history: History, start: Student = INITIAL) -> tuple[Student, Record]:
    """Tell a history report by report, as the worker does: the child at the end, and the facts made."""
    child, facts = start, []
    for told, report in history:
        try:
            fact = decide(child, report, told, PROVINCES)
        except Refusal:
            continue
        if fact is not None:
            child = evolve(child, fact, told, PROVINCES)
            facts.append((told, fact))
    return child, facts
