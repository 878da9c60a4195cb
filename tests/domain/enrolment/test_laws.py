"""What holds for every history of a child, whatever is told and in whichever order."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from services.enrolment.domain.events import BY_FACT
from services.enrolment.domain.packed import pack, unpack
from services.enrolment.domain.senders import Told
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
from tests.domain.enrolment.invented import History, histories, law, live, tellings
from tests.domain.enrolment.scenario import PROVINCES


@law
@given(histories(), st.integers(0, 24))
def test_folding_in_two_parts_is_folding_at_once(history: History, cut: int) -> None:
    child, facts = live(history)
    assert fold(facts[cut:], PROVINCES, start=fold(facts[:cut], PROVINCES)) == fold(facts, PROVINCES) == child


@law
@given(histories(), tellings())
def test_deciding_twice_decides_nothing(history: History, one: tuple[Told, Report]) -> None:
    child, _ = live(history)
    again, facts = live([one], start=child)
    if facts:
        assert decide(again, one[1], one[0], PROVINCES) is None


@law
@given(histories())
def test_a_history_told_twice_makes_no_second_fact_of_anything(history: History) -> None:
    child, _ = live(history)
    accepted = [told for n, told in enumerate(history) if len(live(history[: n + 1])[1]) > len(live(history[:n])[1])]
    assert live(accepted, start=child) == (child, [])


@law
@given(histories(), tellings())
def test_a_late_report_never_changes_the_standing(history: History, one: tuple[Told, Report]) -> None:
    child, _ = live(history)
    after, facts = live([one], start=child)
    for _, fact in facts:
        if fact.late:
            assert fact.before == fact.after == child.standing == after.standing
            assert after.schooling == max(child.schooling, after.schooling)
            assert (after.school, after.grade, after.spells, after.prior) == (child.school, child.grade, child.spells, child.prior)


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
@given(histories(), tellings())
def test_a_decision_changes_nothing_and_is_the_same_every_time(history: History, one: tuple[Told, Report]) -> None:
    child, _ = live(history)
    before = pack(child)
    assert _said(decide, child, one) == _said(decide, unpack(before), one)
    assert pack(child) == before


@law
@given(histories(), tellings())
def test_advancing_is_deciding_and_then_evolving(history: History, one: tuple[Told, Report]) -> None:
    child, _ = live(history)
    decided, advanced = _said(decide, child, one), _said(advance, child, one)
    assert advanced == ((decided, evolve(child, decided, one[0], PROVINCES)) if isinstance(decided, StudentFact) else decided)


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
    record = [_recorded(n, told, fact) for n, (told, fact) in enumerate(facts)]
    state: bytes | None = None
    for value in record:
        event, data = read_fact(value)
        state = pack(evolve(unpack(state), data, Told(event.time, event.reportedby or "", event.causationid), PROVINCES))
    assert state == (pack(child) if facts else None)


def test_the_invented_histories_reach_every_fact_in_time_and_too_late() -> None:
    reached: dict[bool, set[type[StudentFact]]] = {False: set(), True: set()}

    @settings(law, max_examples=2_000)
    @given(histories())
    def tell(history: History) -> None:
        for _, fact in live(history)[1]:
            reached[fact.late].add(type(fact))

    tell()
    assert reached[False] == BY_FACT.keys()
    assert len(reached[True]) > len(BY_FACT) / 2


def _said(judge: Callable[..., Any], child: Student, one: tuple[Told, Report]) -> Any:
    told, report = one
    try:
        return judge(child, report, told, PROVINCES)
    except Refusal as refusal:
        return refusal.args


def _recorded(offset: int, told: Told, fact: StudentFact) -> bytes:
    student = "0" * 32
    return encode(
        Event[StudentFact | Raw](
            specversion="1.0",
            id=uuid5_of_position("enrolment.submissions", 0, offset, 0),
            source="/enrolment",
            type=fact.TYPE,
            subject=student,
            time=told.at,
            recordedtime=told.at,
            partitionkey=student,
            sequence=sequence_of(offset, 0),
            causationid=told.id,
            correlationid=told.id,
            reportedby=told.source,
            data=fact,
        )
    )
