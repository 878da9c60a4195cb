"""Reports to tell stories with, and the shortest story to every status."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from shared.contracts.reports import (
    REPORTS,
    Absent,
    Arrived,
    Cleared,
    Completed,
    CountyReported,
    Departed,
    DroppedOut,
    Enrolled,
    HouseholdChanged,
    Listed,
    Moved,
    NeverEnrolled,
    OnLeave,
    PlacesStated,
    Progressed,
    Registered,
    Removed,
    Report,
    Resumed,
    Returned,
    SameAs,
    Suspected,
    Voided,
)
from shared.contracts.student import Standing
from shared.contracts.words import (
    ClearedOutcome,
    FoundBy,
    HouseholdCategory,
    LeaveKind,
    ListedStatus,
    Placement,
    Reason,
    RemovalCode,
    Stage,
    Status,
)
from tests.contracts.examples import example_of

ZHAOJUE, BUTUO = "513431", "513429"
"""Two counties of 凉山."""

MIDDLE_SCHOOL, OTHER_SCHOOL = "2151000001", "0151000002"

registered = Registered(ZHAOJUE, poor=True)
enrolled = Enrolled(ZHAOJUE, MIDDLE_SCHOOL, Stage.JUNIOR, 7, poor=True)
suspected = Suspected(FoundBy.SCHOOL)
dropped_out = DroppedOut(Reason.WORK, last_seen=date(2020, 2, 1))
never_enrolled = NeverEnrolled(ZHAOJUE, poor=True, reason=Reason.DISTANCE)
returned = Returned(MIDDLE_SCHOOL, Stage.JUNIOR, 7, Placement.CLASS)
on_leave = OnLeave(LeaveKind.SUSPENSION, "XJ-2020/17", until=date(2020, 9, 1))
departed = Departed(BUTUO)
completed = Completed()
removed = Removed(RemovalCode.EMIGRATED)

STORIES: dict[str, tuple[Report, ...]] = {
    "—": (),
    "registered": (registered,),
    "enrolled": (enrolled,),
    "on_leave": (enrolled, on_leave),
    "suspected": (enrolled, suspected),
    "suspected-when-registered": (registered, suspected),
    "dropped_out": (enrolled, dropped_out),
    "never_enrolled": (never_enrolled,),
    "returned": (enrolled, dropped_out, returned),
    "in_transfer": (enrolled, departed),
    "completed": (enrolled, completed),
    "removed": (enrolled, removed),
}
"""How a child comes to each status. Suspected children count twice: what is allowed depends on the status before."""

_NEWS: dict[str, Report] = {
    "listed": Listed(ListedStatus.DROPPED_OUT, BUTUO, poor=False, since=date(2019, 1, 1), stage=Stage.PRIMARY, reason=Reason.FAMILY),
    "registered": Registered(BUTUO, poor=False),
    "enrolled": Enrolled(BUTUO, OTHER_SCHOOL, Stage.PRIMARY, 6, poor=False),
    "progressed": Progressed(OTHER_SCHOOL, Stage.JUNIOR, 8),
    "absent": Absent(since=date(2020, 2, 1), days=5),
    "suspected": Suspected(FoundBy.VISIT, Reason.FAMILY),
    "cleared": Cleared(ClearedOutcome.WRONG_IDENTITY),
    "dropped-out": DroppedOut(Reason.MARRIAGE, last_seen=date(2020, 1, 2)),
    "never-enrolled": NeverEnrolled(ZHAOJUE, poor=True, reason=Reason.ILLNESS),
    "returned": Returned(OTHER_SCHOOL, Stage.JUNIOR, 9, Placement.VOCATIONAL, "FX-1"),
    "on-leave": OnLeave(LeaveKind.DEFERRAL, "HX-3", until=date(2021, 9, 1)),
    "resumed": Resumed(OTHER_SCHOOL, Stage.JUNIOR, 8),
    "departed": Departed(),
    "arrived": Arrived(BUTUO, OTHER_SCHOOL, Stage.PRIMARY, 6, ZHAOJUE),
    "moved": Moved(BUTUO),
    "household-changed": HouseholdChanged(poor=False, category=HouseholdCategory.LIFTED_OUT),
    "completed": Completed(),
    "removed": Removed(RemovalCode.MISSING, "GA-1"),
    "voided": Voided("r-1"),
    "same-as": SameAs("0" * 32),
}
NEWS: dict[str, Report] = {
    word: _NEWS.get(word) or example_of(report)
    for report in REPORTS
    if report not in (CountyReported, PlacesStated) and (word := report.TYPE.split(".")[3])
}
"""A report of every type that tells each child of STORIES something new, where there is anything new to tell."""


def changed(report: Any, **fields: Any) -> Any:
    """Return the report with other values in these fields."""
    return replace(report, **fields)


def standing(
    status: Status, county: str = ZHAOJUE, stage: Stage | None = Stage.JUNIOR, *, poor: bool = True, reason: Reason | None = None
) -> Standing:
    """Return a standing like that of the children of STORIES."""
    return Standing(status, county, stage, poor, reason)
