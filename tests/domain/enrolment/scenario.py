"""Tests as sentences: ``given(reports).when(report).then(fact)``.

The given reports are told on successive days from 1 March 2020, each at 8 in the morning in China, and must each make a
fact. ``when`` is told on the day after the last of them, unless it says ``at``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.student import decide, evolve
from shared.clock import CHINA
from shared.contracts.refusal import Refusal, RefusalCode
from shared.contracts.reports import Report
from shared.contracts.student import Standing, StudentFact

FIRST = datetime(2020, 3, 1, 8, tzinfo=CHINA)


def day(n: int, hour: int = 8) -> datetime:
    """Return an hour of the n-th day of the story, 1 being the first."""
    return (FIRST + timedelta(days=n - 1)).replace(hour=hour)


@dataclass(frozen=True)
class Outcome:
    """What came of one report told to a child: a fact, nothing, or a refusal."""

    child: Student
    at: datetime
    fact: StudentFact | None
    refusal: Refusal | None

    def then(self, expected: StudentFact) -> None:
        """The report makes exactly this fact."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.fact == expected
        assert type(self.fact) is type(expected)

    def then_left(self, fact: type[StudentFact], standing: Standing) -> StudentFact:
        """The report makes a fact of this type that found the child's standing and left this one; returns the fact."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert type(self.fact) is fact
        assert self.fact.before == self.child.standing
        assert self.fact.after == standing
        assert not self.fact.late
        assert evolve(self.child, self.fact, at=self.at).standing == standing
        return self.fact

    def then_nothing(self) -> None:
        """The report says nothing new."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.fact is None

    def then_late(self) -> StudentFact:
        """The report makes a fact that leaves today's standing as it is; returns the fact."""
        assert self.fact is not None
        assert self.fact.late
        assert self.fact.before == self.fact.after == self.child.standing
        after = evolve(self.child, self.fact, at=self.at)
        assert (after.standing, after.school, after.grade) == (self.child.standing, self.child.school, self.child.grade)
        assert (after.newest, after.spells, after.prior) == (self.child.newest, self.child.spells, self.child.prior)
        return self.fact

    def then_refused(self, code: RefusalCode, field: str = "type", saying: str = "") -> None:
        """The report is refused with this code, names this field, and its rule contains these words."""
        assert self.refusal is not None, f"not refused: {self.fact}"
        assert self.refusal.code is code
        assert self.refusal.field == field
        assert saying in self.refusal.detail


@dataclass(frozen=True)
class Given:
    """A child of whom some reports were told."""

    child: Student
    told: int

    def when(self, report: Report, *, at: datetime | None = None) -> Outcome:
        """Tell one more report."""
        at = at or day(self.told + 1)
        try:
            return Outcome(self.child, at, decide(self.child, report, at=at), None)
        except Refusal as refusal:
            return Outcome(self.child, at, None, refusal)


def given(*reports: Report) -> Given:
    """Start with a child of whom these reports were told; none: a child never heard of."""
    return Given(told(reports), len(reports))


def told(reports: Sequence[Report]) -> Student:
    """Return the child after these reports, which must each make a fact."""
    child = INITIAL
    for n, report in enumerate(reports, start=1):
        fact = decide(child, report, at=day(n))
        assert fact is not None, f"the story tells nothing with {report}"
        child = evolve(child, fact, at=day(n))
    return child
