"""A visit that is planned: it stands in the history, and moves no deadline."""

from datetime import timedelta

import pytest

from services.case.domain.case import evolve
from services.case.domain.entries import Happening
from services.case.domain.packed import pack, unpack
from services.case.domain.timeline import happenings_of, out_since, visit_planned
from shared.contracts.case_codes import CaseState, Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_offices import CaseVisitPlanned
from shared.contracts.refusal import RefusalCode
from tests.domain.case.case_story import BUTUO, OFFICE, SCHOOL, attempt, back, day, given, moved, opened, plan_visit, standing, told, voided

DUE = day(8)
"""Of a file that was opened on the first day."""


def test_a_planned_visit_leaves_the_file_as_it_was_due_day_and_all() -> None:
    fact = given(opened()).when(plan_visit(day(20))).then(CaseVisitPlanned, standing(CaseState.OPEN, DUE))
    assert isinstance(fact, CaseVisitPlanned)
    assert (fact.office, fact.role, fact.day) == (OFFICE, Role.OFFICER, day(20))


def test_the_history_tells_who_planned_it_for_which_day() -> None:
    case = unpack(pack(told([opened(), plan_visit(day(20))])))
    assert happenings_of(case.history)[-1] == Happening("visit-planned", day(2), office=OFFICE, role=Role.OFFICER, visit=day(20))


def test_the_newest_plan_stands_until_somebody_went() -> None:
    history: list[CaseCommand] = [opened(), plan_visit(day(20)), plan_visit(day(12))]
    assert visit_planned(told(history).history) == day(12)
    assert visit_planned(told([*history, moved()]).history) == day(12), "a move is no visit"
    assert visit_planned(told([*history, attempt()]).history) is None
    assert visit_planned(told([*history, back()]).history) is None
    assert visit_planned(told([*history, back(), voided(out=True, spells=1)]).history) is None


def test_the_same_plan_again_says_nothing_and_another_day_replaces_it() -> None:
    file = given(opened(), plan_visit(day(20)))
    file.when(plan_visit(day(20))).then_nothing()
    file.when(plan_visit(day(21))).then(CaseVisitPlanned, standing(CaseState.OPEN, DUE))
    file.when(plan_visit(day(21)), cause="given-2").then_nothing()


@pytest.mark.parametrize("n", [2, 2 + 183])
def test_a_visit_is_planned_for_today_at_the_earliest_and_for_half_a_year_at_the_latest(n: int) -> None:
    given(opened()).when(plan_visit(day(n))).then(CaseVisitPlanned, standing(CaseState.OPEN, DUE))
    code, beyond = (RefusalCode.MALFORMED, day(1)) if n == 2 else (RefusalCode.FUTURE_DATED, day(n) + timedelta(1))
    given(opened()).when(plan_visit(beyond)).then_refused(code, "data.day")


def test_the_county_and_any_school_plan_visits_in_their_roles_and_nobody_else_does() -> None:
    given(opened()).when(plan_visit(day(20), SCHOOL, role=Role.TEACHER)).then(CaseVisitPlanned, standing(CaseState.OPEN, DUE))
    given(opened()).when(plan_visit(day(20), SCHOOL, role=Role.OFFICER)).then_refused(RefusalCode.MALFORMED, "data.role")
    given(opened()).when(plan_visit(day(20), role=Role.PARENT)).then_refused(RefusalCode.MALFORMED, "data.role")
    given(opened()).when(plan_visit(day(20), f"/counties/{BUTUO}")).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_no_visit_is_planned_to_a_child_that_is_back() -> None:
    given(opened(), back()).when(plan_visit(day(20))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type")


def test_a_child_is_out_since_its_spell_began() -> None:
    assert out_since(told([opened(), attempt(), moved()]).history) == day(1)
    again = told([opened(), back(), opened(spell=2)])
    assert out_since(again.history) == day(3)
    long = again
    for n in range(30):
        fact = given(opened()).when(attempt()).fact
        assert fact is not None
        long = evolve(long, fact, on=day(4 + n), cause=f"c{n}")
    assert out_since(long.history) is None, "the timeline forgot it"
