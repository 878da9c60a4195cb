"""What holds for every history of a child, whatever is told and in whichever order."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from services.enrolment.domain.events import FOLDED
from services.enrolment.domain.packed import pack, unpack
from services.enrolment.domain.state import Student
from services.enrolment.domain.student import advance, decide, evolve, fold
from shared.contracts.refusal import Refusal
from shared.contracts.reports import Report
from shared.contracts.sequence import sequence_of
from shared.contracts.student import Standing, StudentFact
from shared.contracts.words import OUT_OF_SCHOOL, Status
from shared.events.codec import encode, read_fact
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from tests.domain.enrolment.invented import MOMENTS, REPORTS, History, histories, law, live


@law
@given(histories(), st.integers(0, 24))
def test_folding_in_two_parts_is_folding_at_once(history: History, cut: int) -> None:
    child, facts = live(history)
    assert fold(facts[cut:], start=fold(facts[:cut])) == fold(facts) == child


@law
@given(histories(), MOMENTS, REPORTS)
def test_deciding_twice_decides_nothing(history: History, at: datetime, report: Report) -> None:
    child, _ = live(history)
    again, facts = live([(at, report)], start=child)
    if facts:
        assert decide(again, report, at=at) is None


@law
@given(histories())
def test_a_history_told_twice_makes_no_second_fact_of_anything(history: History) -> None:
    child, _ = live(history)
    accepted = [told for n, told in enumerate(history) if len(live(history[: n + 1])[1]) > len(live(history[:n])[1])]
    assert live(accepted, start=child) == (child, [])


@law
@given(histories(), MOMENTS, REPORTS)
def test_a_late_report_never_changes_the_standing(history: History, at: datetime, report: Report) -> None:
    child, _ = live(history)
    after, facts = live([(at, report)], start=child)
    for _, fact in facts:
        if fact.late:
            assert fact.before == fact.after == child.standing == after.standing
            assert after.newest == child.newest


@law
@given(histories())
def test_what_is_counted_is_the_sum_over_the_facts(history: History) -> None:
    child, facts = live(history)
    counted: Counter[Standing] = Counter()
    for _, fact in facts:
        if fact.after is not None:
            counted[fact.after] += 1
        if fact.before is not None:
            counted[fact.before] -= 1
    assert {standing: n for standing, n in counted.items() if n} == ({child.standing: 1} if child.standing else {})


@law
@given(histories())
def test_each_fact_finds_what_the_one_before_it_left(history: History) -> None:
    left = None
    for _, fact in live(history)[1]:
        assert fact.before == left
        left = fact.after


@law
@given(histories())
def test_a_standing_has_a_reason_only_out_of_school_and_a_stage_only_for_one_who_was_in_school(history: History) -> None:
    for _, fact in live(history)[1]:
        assert fact.after is not None
        assert (fact.after.reason is not None) == (fact.after.status in OUT_OF_SCHOOL)
        if fact.after.status in {Status.REGISTERED, Status.NEVER_ENROLLED}:
            assert fact.after.stage is None
        if fact.after.status in {Status.ENROLLED, Status.RETURNED} and fact.before is not None and fact.before.status != fact.after.status:
            assert fact.after.stage is not None or fact.before.status is Status.SUSPECTED


@law
@given(histories())
def test_a_spell_is_counted_each_time_a_child_goes_out_of_school(history: History) -> None:
    child, facts = live(history)
    went_out = 0
    for _, fact in facts:
        out_before = fact.before is not None and fact.before.status in OUT_OF_SCHOOL
        if fact.after is not None and fact.after.status in OUT_OF_SCHOOL and not out_before:
            went_out += 1
            assert getattr(fact, "spell", None) == went_out
    assert child.spells == went_out


@law
@given(histories())
def test_a_suspected_child_and_no_other_has_a_status_before(history: History) -> None:
    child, _ = live(history)
    assert (child.prior is not None) == (child.status is Status.SUSPECTED)


@law
@given(histories(), MOMENTS, REPORTS)
def test_a_decision_changes_nothing_and_is_the_same_every_time(history: History, at: datetime, report: Report) -> None:
    child, _ = live(history)
    before = pack(child)
    assert _said(decide, child, report, at) == _said(decide, unpack(before), report, at)
    assert pack(child) == before


@law
@given(histories(), MOMENTS, REPORTS)
def test_advancing_is_deciding_and_then_evolving(history: History, at: datetime, report: Report) -> None:
    child, _ = live(history)
    decided = _said(decide, child, report, at)
    advanced = _said(advance, child, report, at)
    assert advanced == ((decided, evolve(child, decided, at=at)) if isinstance(decided, StudentFact) else decided)


@law
@given(histories())
def test_a_packed_state_is_read_back_as_it_was(history: History) -> None:
    child, _ = live(history)
    assert unpack(pack(child)) == child
    assert all(isinstance(getattr(unpack(pack(child)), field), type(getattr(child, field))) for field in child.__struct_fields__)


@law
@given(histories())
def test_a_state_rebuilt_from_the_record_is_byte_for_byte_the_live_one(history: History) -> None:
    child, facts = live(history)
    record = [_recorded(n, at, fact) for n, (at, fact) in enumerate(facts)]
    state: bytes | None = None
    for value in record:
        event, data = read_fact(value)
        state = pack(evolve(unpack(state), data, at=event.time))
    assert state == (pack(child) if facts else None)


def test_the_invented_histories_reach_every_fact_in_time_and_too_late() -> None:
    reached: dict[bool, set[type[StudentFact]]] = {False: set(), True: set()}

    @law
    @given(histories())
    def tell(history: History) -> None:
        for _, fact in live(history)[1]:
            reached[fact.late].add(type(fact))

    tell()
    assert reached[False] == FOLDED
    assert len(reached[True]) > len(FOLDED) / 2


def _said(judge: Callable[..., Any], child: Student, report: Report, at: datetime) -> Any:
    try:
        return judge(child, report, at=at)
    except Refusal as refusal:
        return refusal.args


def _recorded(offset: int, at: datetime, fact: StudentFact) -> bytes:
    student = "0" * 32
    return encode(
        Event[StudentFact | Raw](
            specversion="1.0",
            id=uuid5_of_position("enrolment.submissions", 0, offset, 0),
            source="/enrolment",
            type=fact.TYPE,
            subject=student,
            time=at,
            recordedtime=at,
            partitionkey=student,
            sequence=sequence_of(offset, 0),
            causationid="r",
            correlationid="r",
            data=fact,
        )
    )
