"""What is known of one child."""

from enum import IntEnum

from msgspec import Struct

from services.enrolment.domain.timeline import NEVER
from services.enrolment.domain.transfers import Transfer
from shared.contracts.student import Standing
from shared.contracts.words import Reason, Stage, Status


class MergeStage(IntEnum):
    """How far the merge of an id with another has come here. Stored in states: a number never changes."""

    CONSENTED = 1
    """Its sender said that both are one child, and the other id's place did not: nothing is under way."""
    ANNOUNCED = 2
    AGREED = 3
    KEPT = 4
    LEFT = 5
    ACKNOWLEDGED = 6


NO_REPORT = bytes(8)
"""The digest of no report."""


class Merge(Struct, frozen=True, gc=False):
    """The merge that an id is in the midst of, or by which it was merged into another.

    ``student``: the other id. ``merge``: the id of the fact that announced it. ``report``: a digest of the source and id of the report here,
    ``NO_REPORT`` where that was at the other id.
    """

    stage: MergeStage
    student: str
    merge: str
    report: bytes = NO_REPORT

    @property
    def gone(self) -> bool:
        """Whether the id was merged into the other."""
        return self.stage >= MergeStage.LEFT

    @property
    def under_way(self) -> bool:
        """Whether the id awaits the next step of the other, and is not to begin or take part in another merge."""
        return MergeStage.ANNOUNCED <= self.stage <= MergeStage.KEPT


class Student(Struct, frozen=True, gc=False):
    """What is known of a child. ``status`` is None, and the rest empty, for one never heard of.

    ``school`` and ``grade``: the last it was in, "" and 0 if none was reported. ``prior``: of a suspected child, the
    status before. ``spells``: how many times it was out of school. ``schooling``, ``residence``, ``household``: the moment of the newest
    happening in each of the three matters, as ``timeline.moment_of``. ``transfers``: those without their other half, oldest first.
    ``timeline``: the happenings, packed (``timeline.py``), and ``details``: what is kept of each to judge it again (``happenings.py``). ``base``:
    the child before the oldest of them, None for one never heard of. ``since``: the minute of its first happening, since 1970 began in China.
    ``merge``: with which other id it is being merged, or was. ``taken``: the ids that were merged into it, in order.
    """

    status: Status | None = None
    county: str = ""
    stage: Stage | None = None
    poor: bool = False
    reason: Reason | None = None
    school: str = ""
    grade: int = 0
    prior: Status | None = None
    spells: int = 0
    schooling: int = NEVER
    residence: int = NEVER
    household: int = NEVER
    transfers: tuple[Transfer, ...] = ()
    timeline: bytes = b""
    since: int = 0
    merge: Merge | None = None
    taken: tuple["Taken", ...] = ()
    details: bytes = b""
    base: "Student | None" = None

    @property
    def standing(self) -> Standing | None:
        """What is counted of the child; None for one never heard of, and for one that was merged into another."""
        if self.status is None or (self.merge is not None and self.merge.gone):
            return None
        return Standing(self.status, self.county, self.stage, self.poor, self.reason)


class Taken(Struct, frozen=True, gc=False):
    """An id that was merged into the child: what was known of the child without it (``own``, without its timeline), and of the other id.

    ``student``, ``merge``, ``report``: as in ``Merge``.
    """

    student: str
    merge: str
    report: bytes
    own: Student
    other: Student


INITIAL = Student()
"""A child never heard of."""
