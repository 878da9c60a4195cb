"""What holds of every history in which reports are taken back, in whichever order everything arrives."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrolment.domain import student, voiding
from services.enrolment.domain.happenings import happenings
from services.enrolment.domain.packed import pack, unpack
from services.enrolment.domain.retelling import knowledge, retold
from services.enrolment.domain.senders import Told
from services.enrolment.domain.state import INITIAL, Student
from shared.contracts.refusal import Refusal
from shared.contracts.reports import Report, Voided
from shared.contracts.student import StudentFact, StudentVoided
from tests.domain.enrolment.invented import History, histories, law
from tests.domain.enrolment.scenario import PROVINCES
from tests.domain.enrolment.slow_child import SlowChild

many = settings(max_examples=400, deadline=None, derandomize=True)


@st.composite
def taken_back(draw: st.DrawFn) -> History:
    """Return a history in which some reports are taken back, by their sender as a rule, a moment after the newest of all."""
    history = draw(histories())
    last = max(told.at for told, _ in history)
    for n in range(draw(st.integers(1, 5))):
        of, _ = draw(st.sampled_from(history))
        source = draw(st.sampled_from([of.source] * 7 + ["/provinces/11"]))
        void = Told(last + timedelta(minutes=n), source, draw(st.sampled_from([f"v{n}", f"v{n}", f"v{n}", "a"])))
        history.insert(draw(st.integers(1, len(history))), (void, Voided(of.id)))
    return history


def tell(child: Student, report: Report, told: Told) -> StudentFact | None:
    if isinstance(report, Voided):
        return voiding.decide(child, report, told, PROVINCES)
    return student.decide(child, report, told, PROVINCES)


def evolve(child: Student, fact: StudentFact, told: Told) -> Student:
    if isinstance(fact, StudentVoided):
        return voiding.evolve(child, fact, told, PROVINCES)
    return student.evolve(child, fact, told, PROVINCES)


def test_taking_back_is_what_the_second_implementation_has() -> None:
    outcomes: Counter[str] = Counter()

    @many
    @given(taken_back())
    def compare(history: History) -> None:
        fast, slow = INITIAL, SlowChild(PROVINCES)
        for told, report in history:
            answer = slow.tell(report, told.at, told.source, told.id)
            marks: dict[str, object] = {}
            try:
                fact = tell(fast, report, told)
                outcome = "duplicate" if fact is None else "late" if fact.late else "accepted"
            except Refusal as refusal:
                fact, outcome = None, str(refusal.code)
            if fact is not None:
                fast = evolve(fast, fact, told)
            if isinstance(fact, StudentVoided):
                if fact.fell:
                    marks["fell"] = [each.report for each in fact.fell]
                outcomes[f"void {'same' if fact.before == fact.after else 'changed'}"] += 1
                outcomes["fell"] += bool(fact.fell)
                outcomes["transfers"] += bool(fact.ended or fact.opened)
                assert answer.marks == marks
            assert outcome == answer.outcome, (told, report)
            standing = fast.standing
            assert (None if standing is None else {name: getattr(standing, name) for name in standing.__struct_fields__}) == slow.standing
            assert (fast.school, fast.grade, fast.prior, fast.spells) == (slow.school, slow.grade, slow.prior, slow.spells)
            assert [(each.lost, each.has) for each in fast.transfers] == slow.open
            outcomes[outcome] += 1

    compare()
    wanted = ("void same", "void changed", "fell", "transfers", "not_voidable", "id_reused", "duplicate", "late")
    assert min(outcomes[of] for of in wanted) > 5, outcomes


@law
@given(taken_back())
def test_a_state_is_its_base_with_what_is_kept_judged_on_it(history: History) -> None:
    child = INITIAL
    for told, report in history:
        try:
            fact = tell(child, report, told)
        except Refusal:
            continue
        if fact is not None:
            child = evolve(child, fact, told)
            kept = (each for each in happenings(child.timeline, child.details) if each.judged)
            assert retold(child.base, kept, PROVINCES).child == knowledge(child)
            assert unpack(pack(child)) == child


@law
@given(taken_back())
def test_transfers_that_are_counted_are_those_without_their_other_half(history: History) -> None:
    child, open_ = INITIAL, Counter[tuple[str, str]]()
    for told, report in history:
        try:
            fact = tell(child, report, told)
        except Refusal:
            continue
        if fact is None:
            continue
        if getattr(fact, "unmatched", False) and fact.before and fact.after and fact.before.county != fact.after.county:
            open_[fact.before.county, fact.after.county] += fact.before.status != "in_transfer"
        if (completed := getattr(fact, "completes", None)) is not None:
            open_[completed.from_county, completed.to_county] -= 1
        open_.update((each.from_county, each.to_county) for each in getattr(fact, "opened", None) or ())
        open_.subtract((each.from_county, each.to_county) for each in getattr(fact, "ended", None) or ())
        child = evolve(child, fact, told)
        assert +open_ == Counter((each.lost, each.has) for each in child.transfers)
        assert not -open_
