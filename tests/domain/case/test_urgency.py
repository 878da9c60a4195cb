"""What a day that begins makes of a file: due soon, overdue, escalated; each once for a due day, and another due day ends it."""

import csv
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given as invented
from hypothesis import strategies as st

from services.case.domain import urgency
from services.case.domain.case import INITIAL, Case, evolve
from services.case.domain.clock import begin, day_of_clock, pack_clock
from services.case.domain.packed import pack, unpack
from services.case.domain.timeline import happenings_of
from services.case.domain.urgency import RANK, Thresholds, next_day, thresholds_of
from shared.calendar.school_days import is_working_day, working_day_after, working_day_before
from shared.contracts.case import CaseFact, CasePutUnderObservation
from shared.contracts.case_codes import CaseState, Urgency
from shared.contracts.case_commands import CaseCommand, TakeLawStep
from shared.contracts.case_days import BeginDay, CaseBecameDueSoon, CaseBecameOverdue, CaseEscalated
from shared.contracts.case_offices import CaseAttempted, CaseClosingProposed, CaseLawStepTaken, CaseReturnCorroborated
from shared.contracts.case_owners import CaseSent
from shared.contracts.words import Reason
from shared.states import UnknownFormat
from tests.domain.case.case_story import (
    ZHAOJUE,
    attempt,
    back,
    begun,
    corrected,
    corroborated,
    day,
    given,
    judge,
    law_step,
    merged,
    moved,
    numbered,
    opened,
    proposed,
    removed,
    standing,
    told,
)  # fmt: skip
from tests.domain.case.test_case_laws import ASKED, law

OPEN, PERSUADING, RETURNED = CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED
DUE = day(8)
"""When the first visit of a file is due that was opened on the first day, a Sunday: the Sunday after."""
SOON, LATE, TO_PREFECTURE, TO_PROVINCE = working_day_before(DUE, 2), day(9), working_day_after(DUE, 10), working_day_after(DUE, 40)


def test_the_days_are_working_days_before_and_after_the_due_day() -> None:
    assert (date(2020, 3, 5), date(2020, 3, 9)) == (SOON, LATE)
    assert date(2020, 3, 20) == TO_PREFECTURE
    assert date(2020, 5, 6) == TO_PROVINCE, "Qingming and May Day are no working days"
    assert working_day_before(date(2020, 3, 9), 1) == date(2020, 3, 6)


@pytest.mark.parametrize(
    ("on", "kind", "left"),
    [
        (SOON, CaseBecameDueSoon, Urgency.DUE_SOON),
        (DUE, CaseBecameDueSoon, Urgency.DUE_SOON),
        (LATE, CaseBecameOverdue, Urgency.OVERDUE),
        (TO_PREFECTURE - timedelta(1), CaseBecameOverdue, Urgency.OVERDUE),
        (TO_PREFECTURE, CaseEscalated, Urgency.PREFECTURE),
        (TO_PROVINCE - timedelta(1), CaseEscalated, Urgency.PREFECTURE),
        (TO_PROVINCE, CaseEscalated, Urgency.PROVINCE),
        (date(2030, 1, 1), CaseEscalated, Urgency.PROVINCE),
    ],
)
def test_the_highest_that_has_come_is_told(on: date, kind: type[CaseFact], left: Urgency) -> None:
    given(opened()).when(begun(on), on=on).then(kind, standing(OPEN, DUE, urgency=left))


def test_before_it_is_due_soon_nothing_is_told() -> None:
    given(opened()).when(begun(SOON - timedelta(1))).then_nothing()


def test_nothing_is_told_twice() -> None:
    for n, on in enumerate(days := (SOON, LATE, TO_PREFECTURE, TO_PROVINCE), start=1):
        before = [begun(each) for each in days[:n]]
        given(opened(), *before).when(begun(on)).then_nothing()
        given(opened(), *before).when(begun(on + timedelta(1))).then_nothing()


def test_a_day_that_comes_again_tells_nothing_lower() -> None:
    given(opened(), begun(TO_PREFECTURE)).when(begun(SOON)).then_nothing()


def test_a_child_without_a_file_and_a_closed_file_are_due_for_nothing() -> None:
    given().when(begun(date(2030, 1, 1))).then_nothing()
    given(opened(), removed()).when(begun(date(2030, 1, 1))).then_nothing()


def test_an_observation_is_not_due_soon_and_is_overdue_when_it_is_over() -> None:
    over = day(2) + timedelta(90)
    given(opened(), back()).when(begun(over)).then_nothing()
    given(opened(), back()).when(begun(over + timedelta(1))).then(CaseBecameOverdue, standing(RETURNED, over, urgency=Urgency.OVERDUE))


@pytest.mark.parametrize(
    ("asked", "kind"),
    [(attempt(), CaseAttempted), (attempt(next_=day(9)), CaseAttempted), (back(), CasePutUnderObservation)],
)
def test_another_due_day_ends_it(asked: CaseCommand, kind: type[CaseFact]) -> None:
    outcome = given(opened(), begun(DUE)).when(asked)
    assert type(outcome.fact) is kind
    assert outcome.fact.before is not None
    assert (outcome.fact.before.urgency, outcome.fact.after.urgency) == (Urgency.DUE_SOON, None)


def test_a_term_of_the_law_ends_it_and_so_does_a_closing() -> None:
    late = [opened(), attempt(), begun(date(2020, 3, 10))]
    step = given(*late).when(law_step(happened=day(4)), on=day(4)).fact
    assert isinstance(step, CaseLawStepTaken)
    assert (step.before and step.before.urgency, step.after.urgency) == (Urgency.OVERDUE, None)
    over = given(opened(), back(), corroborated(), begun(date(2020, 9, 1))).when(proposed(), on=date(2020, 9, 2)).fact
    assert isinstance(over, CaseClosingProposed)
    assert (over.before and over.before.urgency, over.after.urgency) == (Urgency.PROVINCE, None)
    shut = given(opened(), begun(LATE)).when(removed()).fact
    assert shut is not None
    assert (shut.after.due, shut.after.urgency) == (None, None)


def test_what_leaves_the_due_day_leaves_what_was_told_of_it() -> None:
    late = given(opened(), begun(LATE))
    assert type(late.when(moved()).fact) is CaseSent
    for asked in (moved(), corrected()):
        fact = late.when(asked).fact
        assert fact is not None
        assert (fact.after.due, fact.after.urgency) == (DUE, Urgency.OVERDUE)
    watched = given(opened(), back(), begun(date(2020, 6, 8))).when(corroborated())
    assert isinstance(watched.fact, CaseReturnCorroborated)
    assert watched.fact.after.urgency is Urgency.OVERDUE
    assert given(opened(), begun(LATE)).when(merged()).fact is not None


def test_a_history_tells_of_it() -> None:
    case = told([opened(), begun(SOON), begun(LATE), begun(TO_PREFECTURE), begun(TO_PROVINCE)])
    assert [(each.what, each.urgency) for each in happenings_of(case.history)][1:] == [
        ("became-due-soon", None), ("became-overdue", None), ("escalated", Urgency.PREFECTURE), ("escalated", Urgency.PROVINCE),
    ]  # fmt: skip


# --- laws


def days_of(case: Case) -> set[date | None]:
    return set() if case.standing is None else {next_day(case.standing)}


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[date, list[CaseCommand]]]:
    """Return what is asked of a file on each of many days, each of which begins; sometimes several begin at once behind a break."""
    on, life = day(1), list[tuple[date, list[CaseCommand]]]()
    for asked in draw(st.lists(st.lists(ASKED, max_size=2), min_size=1, max_size=14)):
        life.append((on, [numbered(each, on) for each in ([opened(), *asked] if not life else asked)]))
        on += timedelta(draw(st.integers(1, 30)))
    return life


def live(life: list[tuple[date, list[CaseCommand]]]) -> list[tuple[date, CaseFact]]:
    """Let days pass as the worker does, one after the other: what falls due is asked for by the day that the state says, and only then."""
    case, facts, last = INITIAL, list[tuple[date, CaseFact]](), life[-1][0] + timedelta(100)
    asked, on = dict(life), life[0][0]
    while on <= last:
        commands: list[CaseCommand] = list(asked.get(on, ()))
        if (falls := next(iter(days_of(case)), None)) is not None and falls <= on:
            commands.insert(0, begun(on))
        for n, command in enumerate(commands):
            if isinstance(command, TakeLawStep):
                continue
            try:
                fact = judge(case, command, on=on, cause=f"{on}-{n}")
            except Exception:  # noqa: BLE001  # refused: an office asked for what may not be
                continue
            if fact is not None:
                case = evolve(case, fact, on=on, cause=f"{on}-{n}")
                assert unpack(pack(case)).standing == case.standing
                facts.append((on, fact))
        on += timedelta(1)
    return facts


@law
@invented(lives())
def test_replay_gives_the_same_deadlines(life: list[tuple[date, list[CaseCommand]]]) -> None:
    facts = live(life)
    assert live(life) == facts
    case = INITIAL
    for on, fact in facts:
        assert fact.before == case.standing
        case = evolve(case, fact, on=on, cause="c")
        assert case.standing == fact.after


@law
@invented(lives())
def test_nothing_is_overdue_without_a_fact_once_the_day_has_begun_and_no_fact_comes_twice(life: list[tuple[date, list[CaseCommand]]]) -> None:
    """Told from the facts alone: a due day that passes is told of on the next day that begins, and each step of it once."""
    facts, at = live(life), 0
    now, said = None, list[Urgency | None]()
    on, last = life[0][0], life[-1][0] + timedelta(100)
    while on <= last:
        of_today = [fact for day_, fact in facts if day_ == on]
        if now is not None and now.due is not None and now.due < on and RANK[now.urgency] < RANK[Urgency.OVERDUE]:
            assert of_today, f"due on {now.due}, and nothing is told on {on}"
            assert RANK[of_today[0].after.urgency] >= RANK[Urgency.OVERDUE]
        for fact in of_today:
            assert fact.before == now
            if isinstance(fact, CaseBecameDueSoon | CaseBecameOverdue | CaseEscalated):
                assert now is not None
                assert (fact.after.due, fact.after.state, fact.after.county) == (now.due, now.state, now.county)
                assert RANK[fact.after.urgency] > RANK[now.urgency]
                assert fact.after.urgency not in said
                said.append(fact.after.urgency)
            elif now is None or (fact.after.due, fact.after.state) != (now.due, now.state):
                assert fact.after.urgency is None
                said = []
            else:
                assert fact.after.urgency == now.urgency
            now, at = fact.after, at + 1
        on += timedelta(1)
    assert at == len(facts)


# --- thresholds


def test_each_line_says_where_its_numbers_come_from_and_every_step_of_the_nation_has_one() -> None:
    with (files("services.case.domain") / "urgencies.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert all("[L" in row["source"] or "[I]" in row["source"] for row in rows)
    assert {row["step"] for row in rows if row["area"] == "100000"} == set(CaseState) - {CaseState.CLOSED}


def test_a_county_with_a_line_of_its_own_has_that_and_a_line_holds_from_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    nation, stricter, own = Thresholds(2, 10, 40), Thresholds(1, 5, 10), Thresholds(None, 1, None)
    table = {("100000", OPEN): [(date(2020, 3, 8), stricter), (date(2019, 1, 1), nation)], ("310151", OPEN): [(date(2020, 1, 1), own)]}
    monkeypatch.setattr(urgency, "_TABLE", table)
    assert thresholds_of(ZHAOJUE, OPEN, date(2020, 3, 7)) == nation
    assert thresholds_of(ZHAOJUE, OPEN, date(2020, 3, 8)) == stricter
    assert thresholds_of(ZHAOJUE, OPEN, date(2018, 1, 1)) == nation
    assert thresholds_of("310151", OPEN, date(2020, 3, 8)) == own
    assert thresholds_of(ZHAOJUE, CaseState.CLOSED, date(2020, 3, 8)) == Thresholds(None, None, None)


def test_a_level_that_no_line_names_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urgency, "_TABLE", {("100000", OPEN): [(date(2019, 1, 1), Thresholds(None, None, 3))]})
    monkeypatch.setattr(urgency, "_comes", urgency._comes.__wrapped__)
    given(opened()).when(begun(DUE)).then_nothing()
    given(opened(), begun(LATE)).when(begun(working_day_after(DUE, 3))).then(CaseEscalated, standing(OPEN, DUE, urgency=Urgency.PROVINCE))


# --- the clock of a partition


def test_days_begin_in_order_and_each_once() -> None:
    holiday = date(2020, 1, 25)
    first = begin(None, BeginDay(day=holiday))
    assert first is not None
    assert (first.day, first.working_day, first.school_day) == (holiday, False, False)
    assert begin(holiday, BeginDay(day=holiday)) is None
    assert begin(holiday, BeginDay(day=holiday - timedelta(1))) is None
    assert begin(holiday, BeginDay(day=holiday + timedelta(2))) is None, "none is left out"
    worked = begin(date(2020, 1, 18), BeginDay(day=date(2020, 1, 19)))
    assert worked is not None
    assert (worked.working_day, is_working_day(date(2020, 1, 19))) == (True, True), "a Sunday on which people work before the festival"


def test_a_clock_is_no_file_and_other_bytes_are_no_clock() -> None:
    state = pack_clock(date(2020, 6, 14))
    assert (day_of_clock(state), day_of_clock(None)) == (date(2020, 6, 14), None)
    assert unpack(state) == INITIAL
    for other in (b"\5" + state[1:], state + b"\0", pack(told([opened(reason=Reason.WORK)]))):
        with pytest.raises(UnknownFormat):
            day_of_clock(other)
