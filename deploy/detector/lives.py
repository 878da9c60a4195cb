"""The facts of invented children and counties, as the services would record them: told in any order, and then put into a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from services.case.detector.happenings import Happening, happening_of
from shared.calendar.school_days import school_day_after
from shared.clock import CHINA
from shared.contracts.case_codes import CaseStanding, CaseState, ClosingOutcome, Corroboration, Role
from shared.contracts.case_offices import CaseClosedByReturn, CaseClosingProposed, CaseReturnCorroborated
from shared.contracts.county import CountyStated
from shared.contracts.sequence import sequence_of
from shared.contracts.student import (
    CompletedTransfer,
    Standing,
    StudentCleared,
    StudentDeparted,
    StudentDroppedOut,
    StudentEnrolled,
    StudentRemoved,
    StudentReturned,
    StudentSuspected,
    StudentVoided,
)
from shared.contracts.words import ClearedOutcome, FoundBy, Placement, Reason, RemovalCode, Stage, Status
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from shared.log.partitioner import partitions_of

ENROLMENT, CASE = "/enrolment", "/case"
INPUTS = {ENROLMENT: "enrolment.submissions", CASE: "case.commands"}
PARTITIONS = 4


@dataclass(frozen=True)
class Told:
    """A fact before it has a place in the record: true on a day, known at a moment."""

    subject: str
    data: Any
    true_on: date
    known: datetime
    source: str
    by: str


@dataclass(frozen=True)
class Child:
    """An invented child of a county that is in no table, and its school."""

    id: str
    county: str
    school: str

    def standing(self, status: Status, county: str | None = None) -> Standing:
        """Return a standing of it."""
        out = status in {Status.DROPPED_OUT, Status.NEVER_ENROLLED}
        return Standing(status, county or self.county, Stage.JUNIOR, False, Reason.WORK if out else None)

    def file(self, state: CaseState) -> CaseStanding:
        """Return its file in a state."""
        return CaseStanding(state, self.county, Reason.WORK, 1, None)


@dataclass
class Story:
    """Everything that is told of the invented counties."""

    told: list[Told] = field(default_factory=list)

    def out(self, child: Child, day: date, last_seen: date, *, before: Status = Status.ENROLLED) -> None:
        """A child dropped out."""
        fact = StudentDroppedOut(Reason.WORK, last_seen, before=child.standing(before), after=child.standing(Status.DROPPED_OUT))
        self._tell(child.id, fact, day, ENROLMENT, f"/counties/{child.county}")

    def back(self, child: Child, day: date, *, true_on: date | None = None) -> None:
        """The county reports its return."""
        before, after = child.standing(Status.DROPPED_OUT), child.standing(Status.RETURNED)
        fact = StudentReturned(child.school, Stage.JUNIOR, 8, Placement.CLASS, before=before, after=after)
        self._tell(child.id, fact, day, ENROLMENT, f"/counties/{child.county}", true_on)

    def removed(self, child: Child, day: date, *, before: Status = Status.DROPPED_OUT) -> None:
        """It left the ledger without returning."""
        fact = StudentRemoved(RemovalCode.EMIGRATED, before=child.standing(before), after=child.standing(Status.REMOVED))
        self._tell(child.id, fact, day, ENROLMENT, f"/counties/{child.county}")

    def taken_back(self, child: Child, day: date) -> None:
        """The county takes back the report of its return."""
        before, after = child.standing(Status.RETURNED), child.standing(Status.DROPPED_OUT)
        fact = StudentVoided("r", "returned", day, None, before=before, after=after)
        self._tell(child.id, fact, day, ENROLMENT, f"/counties/{child.county}")

    def corroborated(self, child: Child, day: date, office: str | None = None, by: Corroboration = Corroboration.ATTENDANCE) -> None:
        """An office saw it in school: that of its school, if no other is named."""
        said, file = office or f"/schools/{child.school}", child.file(CaseState.RETURNED)
        self._tell(child.id, CaseReturnCorroborated(said, Role.PRINCIPAL, by, day, "KQ", before=file, after=file), day, CASE, said)

    def seated_elsewhere(self, child: Child, county: str, day: date, *, before: Status = Status.RETURNED, unmatched: bool = True) -> None:
        """Another county reports it in school; nobody said that it left, where it is ``unmatched``."""
        found, after = child.standing(before), child.standing(Status.ENROLLED, county)
        fact = StudentEnrolled(county, f"{county}0001", Stage.JUNIOR, 8, False, unmatched, before=found, after=after)
        self._tell(child.id, fact, day, ENROLMENT, f"/counties/{county}")

    def let_go(self, child: Child, county: str, day: date) -> None:
        """The county that it left says so."""
        now = child.standing(Status.ENROLLED, county)
        fact = StudentDeparted(county, CompletedTransfer(child.county, county), before=now, after=now)
        self._tell(child.id, fact, day, ENROLMENT, f"/counties/{child.county}")

    def proposed(self, child: Child, day: date) -> None:
        """The office of the county would close its file."""
        before, after = child.file(CaseState.RETURNED), child.file(CaseState.CLOSING)
        fact = CaseClosingProposed(f"/counties/{child.county}", Role.OFFICER, ClosingOutcome.SUSTAINED, "KQ", before=before, after=after)
        self._tell(child.id, fact, day, CASE, f"/counties/{child.county}")

    def confirmed(self, child: Child, day: date) -> None:
        """An office above confirms it."""
        before, after, above = child.file(CaseState.CLOSING), child.file(CaseState.CLOSED), f"/prefectures/{child.county[:4]}00"
        by = {"corroborated_by": f"/schools/{child.school}", "proposed_by": f"/counties/{child.county}"}
        fact = CaseClosedByReturn(above, ClosingOutcome.SUSTAINED, "FH", Role.OFFICER, **by, before=before, after=after)
        self._tell(child.id, fact, day, CASE, above)

    def compared(self, child: Child, day: date, found_by: FoundBy = FoundBy.COMPARISON) -> None:
        """A comparison names a child that is in nobody's ledger."""
        before, after = child.standing(Status.ENROLLED), child.standing(Status.SUSPECTED)
        self._tell(child.id, StudentSuspected(found_by, before=before, after=after), day, ENROLMENT, "/provinces/99")

    def cleared(self, child: Child, day: date) -> None:
        """The county found it in school."""
        before, after = child.standing(Status.SUSPECTED), child.standing(Status.ENROLLED)
        fact = StudentCleared(ClearedOutcome.ENROLLED_ELSEWHERE, before=before, after=after)
        self._tell(child.id, fact, day, ENROLMENT, f"/counties/{child.county}")

    def stated(self, county: str, out: int, day: date) -> None:
        """The county states how many are out of school."""
        self._tell(county, CountyStated(out_of_school=out), day, ENROLMENT, f"/counties/{county}")

    def record(self) -> Iterator[tuple[int, Happening]]:
        """Yield what the facts tell the rules, in the order in which they were known, each with its partition."""
        for partition, event in self.events():
            if (happening := happening_of(event, event.data)) is not None:
                yield partition, happening

    def events(self) -> Iterator[tuple[int, Event[Any]]]:
        """Yield the facts, in the order in which they were known, each with its partition."""
        told = sorted(self.told, key=lambda each: each.known)
        ends: dict[tuple[str, int], int] = defaultdict(int)
        for each, partition in zip(told, _homes(told), strict=True):
            offset = ends[each.source, partition]
            ends[each.source, partition] += 1
            yield partition, _event(each, partition, offset)

    def _tell(self, subject: str, data: Any, day: date, source: str, by: str, true_on: date | None = None) -> None:
        # The moments of a day follow from how much was told before: no two are equal.
        second = timedelta(hours=8, milliseconds=len(self.told) % 30_000_000)
        self.told.append(Told(subject, data, true_on or day, datetime.combine(day, time(), CHINA) + second, source, by))


def school_day(day: date, days: int) -> date:
    """Return the n-th school day after a day, where the invented counties are."""
    return school_day_after("100000", day, days)


def _homes(told: Sequence[Told]) -> Sequence[int]:
    return list(partitions_of([each.subject.encode() for each in told], PARTITIONS))


def _event(told: Told, partition: int, offset: int) -> Event[Any]:
    id_ = uuid5_of_position(INPUTS[told.source], partition, offset, 0)
    return Event(
        specversion="1.0",
        id=id_,
        source=told.source,
        type=told.data.TYPE,
        subject=told.subject,
        time=datetime.combine(told.true_on, time(8), CHINA),
        recordedtime=told.known,
        partitionkey=told.subject,
        sequence=sequence_of(offset, 0),
        causationid=id_,
        correlationid=id_,
        reportedby=told.by,
        data=told.data,
    )
