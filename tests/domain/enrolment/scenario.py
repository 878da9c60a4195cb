"""Tests as sentences: ``given(reports).when(report).then(fact)``.

The given reports are told on successive days from 1 March 2020, each at 8 in the morning in China, and must each make a
fact. ``when`` is told on the day after the last of them, unless it says ``at``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from services.enrolment.domain import student
from services.enrolment.domain.events import BY_FACT, BY_REPORT
from services.enrolment.domain.senders import Told
from services.enrolment.domain.state import INITIAL, Student
from shared.clock import CHINA
from shared.contracts.refusal import Refusal, RefusalCode
from shared.contracts.reports import Report
from shared.contracts.student import Standing, StudentFact
from shared.events.codec import encode
from tests.domain.decided import Decided

SICHUAN = "/provinces/51"
PROVINCES = {"513431": SICHUAN, "513429": SICHUAN, "000000": SICHUAN, "110101": "/provinces/11"}
"""The counties of stories, three of Sichuan and one of Beijing."""

FIRST = datetime(2020, 3, 1, 8, tzinfo=CHINA)


def day(n: int, hour: int = 8) -> datetime:
    """Return an hour of the n-th day of the story, 1 being the first."""
    return (FIRST + timedelta(days=n - 1)).replace(hour=hour)


def telling(word: Report | StudentFact, at: datetime, source: str = SICHUAN, id_: str = "") -> Told:
    """Return who told a report, or that of a fact. Unless it says otherwise the id follows from the content and the moment."""
    row = BY_FACT.get(type(word)) if isinstance(word, StudentFact) else BY_REPORT.get(type(word))
    content = encode((row.number, at, row.read_fields(word))) if row else b""
    return Told(at, source, id_ or blake2b(content, digest_size=8).hexdigest())


def decide(child: Student, report: Report, *, at: datetime, source: str = SICHUAN, id_: str = "") -> StudentFact | None:
    """Judge a report as ``student.decide``."""
    return student.decide(child, report, telling(report, at, source, id_), PROVINCES)


def evolve(child: Student, fact: StudentFact, *, at: datetime, source: str = SICHUAN, id_: str = "") -> Student:
    """Fold a fact as ``student.evolve``."""
    return student.evolve(child, fact, telling(fact, at, source, id_), PROVINCES)


@dataclass(frozen=True)
class Outcome(Decided[StudentFact]):
    """What came of one report told to a child."""

    child: Student
    at: datetime

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

    def then_late(self) -> StudentFact:
        """The report makes a fact that leaves today's standing as it is; returns the fact."""
        assert self.fact is not None
        assert self.fact.late
        assert self.fact.before == self.fact.after == self.child.standing
        after = evolve(self.child, self.fact, at=self.at)
        assert (after.standing, after.school, after.grade) == (self.child.standing, self.child.school, self.child.grade)
        assert (after.schooling, after.residence, after.household) == (self.child.schooling, self.child.residence, self.child.household)
        assert (after.spells, after.prior) == (self.child.spells, self.child.prior)
        return self.fact

    def then_refused(self, code: RefusalCode, field: str = "type", saying: str = "") -> None:
        """It is refused as ``Decided`` says; most rules of the order of reports name the type."""
        super().then_refused(code, field, saying)


@dataclass(frozen=True)
class Given:
    """A child of whom some reports were told."""

    child: Student
    told: int

    def when(self, report: Report, *, at: datetime | None = None, source: str = SICHUAN, id_: str = "") -> Outcome:
        """Tell one more report."""
        at = at or day(self.told + 1)
        try:
            return Outcome(decide(self.child, report, at=at, source=source, id_=id_), None, self.child, at)
        except Refusal as refusal:
            return Outcome(None, refusal, self.child, at)


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
