"""What the desk is told."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Raw, Struct
from msgspec.structs import asdict

from services.case.desk.next_step import NextStep
from services.case.desk.orders import since_of
from services.case.desk.queues import Queue
from services.case.desk.why import Step
from services.case.documents import CaseEntry, CaseFile, entry_of
from services.case.domain.case import Case
from services.case.domain.timeline import visit_planned
from services.case.plan_documents import Words
from shared.contracts.case_codes import CaseStanding


class Place(Struct, frozen=True):
    """A county of the caller's area."""

    code: str
    name: str


class OptionalStep(Struct, frozen=True):
    """A step that some plans in force can do without."""

    step: str
    title: Words


class Desk(Struct, frozen=True):
    """Who sits at the desk, and what they may do. ``area``: the name of the office's area, null for a school;
    ``rights``: the words of the actions; ``names``: whether there is a directory to ask for names; ``optional``: the steps that can be left out.
    """

    office: str
    area: str | None
    roles: Sequence[str]
    rights: Sequence[str]
    counties: Sequence[Place]
    today: date
    names: bool
    optional: Sequence[OptionalStep]


class DeskEntry(CaseEntry, frozen=True):
    """A file in a work list. ``out``: since when the child is out of school; ``visit``: the day for which a visit is planned."""

    out: date | None
    visit: date | None


def desk_entry_of(student: str, case: Case, now: CaseStanding, today: date) -> DeskEntry:
    """Return a file as a work list shows it."""
    entry = asdict(entry_of(student, case, now, today))
    return DeskEntry(**entry, out=since_of(case), visit=visit_planned(case.history))


class WorkList(Struct, frozen=True):
    """A page of a queue in the order that was asked for. ``next``: the ``after`` of the page that follows.

    A page may have fewer files than were asked for, or none, though others follow: only where ``next`` is null none do. ``places``: the counties
    of the hand-overs in it, which may be of other areas.
    """

    today: date
    files: Sequence[DeskEntry]
    next: str | None
    places: Sequence[Place]


class CountyWork(Struct, frozen=True):
    """How much waits in a county. ``oldest``: the earliest due day of a child out of school, null where none is due; ``flagged``: whether a flag of
    the county itself is open.
    """

    code: str
    name: str
    queues: Mapping[Queue, int]
    oldest: date | None
    flagged: bool


class WorkCounts(Struct, frozen=True):
    """How many files wait for what, in all and by county; counties without a file are left out.

    ``stopped``: since when days do not begin any more, so that nothing is told of what falls due; null where they do. ``county_flags``: how many
    counties have an open flag of their own.
    """

    today: date
    queues: Mapping[Queue, int]
    counties: Sequence[CountyWork]
    stopped: date | None
    county_flags: int


class DeskFile(Struct, frozen=True):
    """A file at the desk: the file, its version, every step with the reason why it may not be taken, and the one that comes next.

    ``today``: the day by which all of it is told. ``visit``: the day for which a visit is planned. ``places``: the counties between which it is on
    its way, and those of its history, which may be of other areas, with the areas above them.
    """

    today: date
    file: CaseFile
    version: str
    steps: Sequence[Step]
    next: NextStep | None
    visit: date | None
    county: str
    county_name: str
    places: Sequence[Place]


class FoundFiles(Struct, frozen=True):
    """The children that a search found, as enrolment shows them, and the files of those that have one. ``more``: whether there are more."""

    children: Raw
    files: Sequence[CaseEntry]
    more: bool
