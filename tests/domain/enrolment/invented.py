"""Invented histories for laws: few schools, counties and days, so that repeats, late news and impossible orders abound."""

from datetime import date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from services.enrolment.domain.events import EVENTS
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.student import decide, evolve
from shared.clock import CHINA
from shared.contracts import reports as r
from shared.contracts import words as w
from shared.contracts.refusal import Refusal
from shared.contracts.student import StudentFact
from tests.contracts.invented_words import any_of
from tests.domain.enrolment.children import STORIES

History = list[tuple[datetime, r.Report]]
Record = list[tuple[datetime, StudentFact]]

law = settings(max_examples=200, deadline=None, derandomize=True)
"""How laws are tried: the same examples every time, and no verdict on how fast the machine is."""

_county = st.sampled_from(["513431", "513429", "000000"])
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
REPORTS = st.one_of(*(_INVENTED[row.report] if row.report in _INVENTED else any_of(row.report) for row in EVENTS if row.found))
"""Reports of every type that is decided by the table: of few values, or any."""

MOMENTS = st.builds(
    lambda days, hours: datetime(2020, 3, 1, tzinfo=CHINA) + timedelta(days=days, hours=hours),
    st.integers(0, 5),
    st.sampled_from([0, 7, 7.000001, 23]),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return reports of one child with their moments: a known story first, then anything, half the time in order."""
    story = draw(st.sampled_from(list(STORIES.values())))
    told = draw(st.lists(st.tuples(MOMENTS, REPORTS), min_size=6, max_size=16))
    if draw(st.booleans()):
        told.sort(key=lambda one: one[0])
    return [(datetime(2020, 2, 20 + n, tzinfo=CHINA), report) for n, report in enumerate(story)] + told


def live(history: History, start: Student = INITIAL) -> tuple[Student, Record]:
    """Tell a history report by report, as the worker does: the child at the end, and the facts made."""
    child, facts = start, []
    for at, report in history:
        try:
            fact = decide(child, report, at=at)
        except Refusal:
            continue
        if fact is not None:
            child = evolve(child, fact, at=at)
            facts.append((at, fact))
    return child, facts
