"""What is known of one child."""

from msgspec import Struct

from services.enrolment.domain.timeline import NEVER
from services.enrolment.domain.transfers import Transfer
from shared.contracts.student import Standing
from shared.contracts.words import Reason, Stage, Status


class Student(Struct, frozen=True, gc=False):
    """What is known of a child. ``status`` is None, and the rest empty, for one never heard of.

    ``school`` and ``grade``: the last it was in, "" and 0 if none was reported. ``prior``: of a suspected child, the
    status before. ``spells``: how many times it was out of school. ``schooling``, ``residence``, ``household``: the moment of the newest
    happening in each of the three matters, as ``timeline.moment_of``. ``transfers``: those without their other half, oldest first.
    ``timeline``: the happenings, packed (``timeline.py``).
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

    @property
    def standing(self) -> Standing | None:
        """What is counted of the child; None for one never heard of."""
        if self.status is None:
            return None
        return Standing(self.status, self.county, self.stage, self.poor, self.reason)


INITIAL = Student()
"""A child never heard of."""
