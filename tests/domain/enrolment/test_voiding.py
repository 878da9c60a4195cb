"""A sender takes back its own report: the child is what it would be had the report never come."""

from datetime import date

import pytest
from msgspec.structs import replace

from services.enrolment.domain import absence, student, voiding
from services.enrolment.domain.happenings import happenings
from services.enrolment.domain.retelling import knowledge, retold, settled
from services.enrolment.domain.senders import Told
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import REMEMBERED, told_by
from shared.contracts.refusal import Refusal, RefusalCode
from shared.contracts.reports import Absent, Departed, Enrolled, HouseholdChanged, Moved, Report, Voided
from shared.contracts.student import AbsenceRule, CompletedTransfer, FallenReport, StudentFact, StudentVoided
from shared.contracts.words import Reason, Stage, Status
from tests.domain.enrolment.children import BUTUO, MIDDLE_SCHOOL, OTHER_SCHOOL, ZHAOJUE, dropped_out, enrolled, removed, returned, suspected
from tests.domain.enrolment.scenario import PROVINCES, SICHUAN, day

HERE, THERE, SCHOOL = f"/counties/{ZHAOJUE}", f"/counties/{BUTUO}", f"/schools/{MIDDLE_SCHOOL}"


class Child:
    """A child of whom reports are told on successive days, each under its number as id."""

    def __init__(self, *reports: Report | tuple[str, Report]) -> None:
        self.child: Student = INITIAL
        self.n = 0
        for each in reports:
            source, report = each if isinstance(each, tuple) else (HERE, each)
            assert self.tell(report, source=source) is not None, f"{report} says nothing new"

    def tell(self, report: Report, *, source: str = HERE, id_: str | None = None, on: int | None = None) -> StudentFact | None:
        """Tell a report; raises as the decisions do."""
        self.n += 1
        told = Told(day(on or self.n), source, id_ or str(self.n))
        if isinstance(report, Voided):
            fact: StudentFact | None = voiding.decide(self.child, report, told, PROVINCES)
        else:
            fact = student.decide(self.child, report, told, PROVINCES)
        if isinstance(fact, StudentVoided):
            self.child = voiding.evolve(self.child, fact, told, PROVINCES)
        elif fact is not None:
            self.child = student.evolve(self.child, fact, told, PROVINCES)
        return fact

    def void(self, n: int | str, *, source: str = HERE, id_: str | None = None) -> StudentVoided:
        """Take back the n-th report."""
        fact = self.tell(Voided(str(n)), source=source, id_=id_)
        assert isinstance(fact, StudentVoided)
        return fact

    def refused(self, n: int | str, *, source: str = HERE) -> str:
        """Return why the n-th report is not taken back."""
        with pytest.raises(Refusal) as refusal:
            self.tell(Voided(str(n)), source=source)
        assert (refusal.value.code, refusal.value.field) == (RefusalCode.NOT_VOIDABLE, "data.id")
        return refusal.value.detail


def test_a_dropout_that_is_taken_back_never_was() -> None:
    child = Child(enrolled, suspected, dropped_out)
    before, without = child.child.standing, Child(enrolled, suspected).child
    fact = child.void(3)
    assert (fact.before, fact.after, fact.report, fact.day) == (before, without.standing, "dropped-out", date(2020, 3, 3))
    assert knowledge(child.child) == knowledge(without)
    assert child.child.prior is Status.ENROLLED
    assert fact.spell is None


def test_a_removal_that_is_taken_back_ends_after_removal() -> None:
    child = Child(enrolled, dropped_out, removed)
    with pytest.raises(Refusal, match="after_removal"):
        child.tell(returned)
    fact = child.void(3)
    assert fact.after is not None
    assert (fact.after.status, fact.spell) == (Status.DROPPED_OUT, 1)
    assert child.tell(returned) is not None


def test_the_only_report_of_a_child_taken_back_leaves_a_child_never_heard_of() -> None:
    child = Child(enrolled)
    assert child.void(1).after is None
    assert knowledge(child.child) == INITIAL
    with pytest.raises(Refusal, match="unknown_student"):
        child.tell(dropped_out)
    assert child.tell(enrolled) is not None


def test_a_late_report_that_is_taken_back_changes_nothing_today() -> None:
    child = Child(enrolled, dropped_out, returned)
    late = child.tell(removed, on=2, id_="late")
    assert late is not None
    assert late.late
    fact = child.void("late")
    assert fact.before == fact.after == Child(enrolled, dropped_out, returned).child.standing


def test_a_report_that_a_later_one_made_late_counts_once_that_is_taken_back() -> None:
    child = Child(enrolled)
    child.tell(dropped_out, on=9, id_="mistake")
    late = child.tell(suspected, source=SICHUAN, on=5, id_="in time")
    assert late is not None
    assert late.late
    fact = child.tell(Voided("mistake"), on=10)
    assert fact is not None
    assert fact.after is not None
    assert fact.after.status is Status.SUSPECTED


# --- what rests on it


def test_a_report_of_another_source_that_could_not_follow_without_it_holds_it() -> None:
    child = Child(enrolled, dropped_out, (SCHOOL, returned))
    rule = child.refused(2)
    assert "returned, 2020-03-03" in rule
    assert child.void(3, source=SCHOOL).after is not None
    assert child.void(2).after == Child(enrolled).child.standing


def test_a_report_of_the_same_source_that_could_not_follow_without_it_falls() -> None:
    child = Child(enrolled, dropped_out, returned)
    fact = child.void(2)
    assert fact.fell == (FallenReport("returned", date(2020, 3, 3)),)
    assert knowledge(child.child) == knowledge(Child(enrolled).child)
    assert child.tell(returned, id_="3", on=3) is None, "it is known again, and says nothing"


def test_a_report_of_another_source_that_needs_it_not_stays() -> None:
    child = Child(enrolled, dropped_out, (SICHUAN, Moved(BUTUO)))
    fact = child.void(2)
    assert fact.after is not None
    assert (fact.after.status, fact.after.county) == (Status.ENROLLED, BUTUO)


def test_a_report_that_says_nothing_new_without_it_does_not_rest_on_it() -> None:
    child = Child(enrolled, HouseholdChanged(poor=False), (SICHUAN, HouseholdChanged(poor=True)))
    fact = child.void(2)
    assert (fact.before, fact.fell) == (fact.after, ())


def test_a_county_that_took_the_child_in_holds_nothing_but_by_what_needs_it() -> None:
    there = Enrolled(BUTUO, OTHER_SCHOOL, Stage.JUNIOR, 7, poor=True)
    child = Child(enrolled, (THERE, there))
    assert [each.lost for each in child.child.transfers] == [ZHAOJUE]
    fact = child.void(1)
    assert (fact.ended, fact.opened) == ((CompletedTransfer(ZHAOJUE, BUTUO),), None)
    assert child.child.transfers == ()
    assert fact.before == fact.after


def test_the_other_half_of_a_transfer_holds_the_report_that_opened_it() -> None:
    there = Enrolled(BUTUO, OTHER_SCHOOL, Stage.JUNIOR, 7, poor=True)
    child = Child(enrolled, (THERE, there), Departed(BUTUO))
    assert "departed, 2020-03-03" in child.refused(2, source=THERE)
    opened = Child(enrolled, (THERE, there))
    assert opened.void(2, source=THERE).ended == (CompletedTransfer(ZHAOJUE, BUTUO),)
    assert opened.child.standing == Child(enrolled).child.standing


# --- which report, and once


def test_only_the_source_takes_back_its_report() -> None:
    child = Child(enrolled, dropped_out)
    for source in (SICHUAN, THERE, SCHOOL):
        assert "the source that sent it" in child.refused(2, source=source)
    assert "under this id" in child.refused("nothing")


def test_another_source_whose_id_has_the_same_checksum_takes_nothing_back() -> None:
    """A checksum of four bytes is easily met: the source itself is kept too."""
    child = Child(enrolled)
    child.child = replace(child.child, timeline=told_by(THERE, "x") + child.child.timeline[4:])
    assert "the source that sent it" in child.refused("x", source=THERE)


def test_taking_back_twice_is_a_repeat() -> None:
    child = Child(enrolled, dropped_out)
    child.void(2, id_="v")
    assert child.tell(Voided("2"), id_="v", on=3) is None
    assert child.tell(Voided("2"), id_="another") is None
    with pytest.raises(Refusal, match="id_reused"):
        child.tell(Voided("1"), id_="v")


def test_what_was_taken_back_stays_so() -> None:
    child = Child(enrolled, dropped_out)
    child.void(2, id_="v")
    assert "report it again, under an id of its own" in child.refused("v")
    assert child.tell(dropped_out, on=2, id_="2") is None, "a repeat of what was taken back brings nothing back"
    with pytest.raises(Refusal, match="id_reused"):
        child.tell(suspected, id_="2")
    assert child.tell(dropped_out, on=2, id_="5") is not None, "the same may be reported again under another id"


def test_what_was_told_before_a_merge_is_not_taken_back() -> None:
    child = Child(enrolled, dropped_out)
    child.child = settled(child.child)
    assert "became one" in child.refused(2)
    assert child.tell(returned) is not None
    assert child.tell(Voided(str(child.n))) is not None
    assert child.child.status is Status.DROPPED_OUT


def test_of_more_happenings_than_are_kept_the_last_are_taken_back() -> None:
    child = Child(enrolled)
    for n in range(REMEMBERED):
        assert child.tell(HouseholdChanged(poor=bool(n % 2))) is not None
    assert "later ones" in child.refused(1)
    assert child.child.base is not None
    assert child.child.base.standing == Child(enrolled).child.standing
    child.void(2)
    child.void(REMEMBERED)
    kept = [each for each in happenings(child.child.timeline, child.child.details) if each.judged]
    assert retold(child.child.base, kept, PROVINCES).child == knowledge(child.child)
    for n in range(REMEMBERED):
        child.tell(Moved(BUTUO if n % 2 == 0 else ZHAOJUE), source=SICHUAN)
        kept = [each for each in happenings(child.child.timeline, child.child.details) if each.judged]
        assert retold(child.child.base, kept, PROVINCES).child == knowledge(child.child)


def test_where_the_rules_changed_since_nothing_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child would become what no report of it ever made it."""
    child = Child(enrolled, (SICHUAN, Absent(date(2020, 2, 20), 9)), (SICHUAN, HouseholdChanged(poor=False)))
    assert child.child.status is Status.SUSPECTED
    monkeypatch.setattr(absence, "_TABLE", {"100000": [AbsenceRule("100000", date(1990, 1, 1), 300)]})
    assert "older rules" in child.refused(1)


@pytest.mark.parametrize("reason", [Reason.WORK, Reason.FAMILY])
def test_a_correction_of_the_reason_stands_without_what_it_corrected(reason: Reason) -> None:
    child = Child(enrolled, dropped_out)
    fact = child.tell(type(dropped_out)(reason, dropped_out.last_seen), source=SICHUAN)
    assert (fact is None) == (reason is Reason.WORK)
    taken_back = child.void(2)
    assert taken_back.after is not None
    assert (taken_back.after.status, taken_back.after.reason) == ((Status.ENROLLED, None) if fact is None else (Status.DROPPED_OUT, reason))
