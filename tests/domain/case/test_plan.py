"""The plan of a child: made by the playbook of its reason and day, carried out step by step, changed with a reason."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from services.case.domain.case import INITIAL, evolve
from services.case.domain.packed import pack, unpack
from services.case.domain.plan import Difference, Plan, difference
from services.case.domain.playbook import PLAYBOOKS, Playbook, playbook_of
from shared.contracts.case import CaseOpened, CaseReasonCorrected, CaseReopened
from shared.contracts.case_codes import AttemptMethod, AttemptOutcome, CaseState, PlanChange, PlanChangeReason, Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_offices import CaseAttempted, CasePlanChanged, CaseStepDone
from shared.contracts.refusal import RefusalCode
from shared.contracts.words import Reason, Status
from shared.states import UnfoldableFact
from tests.domain.case.case_story import (
    BUTUO,
    OFFICE,
    SCHOOL,
    attempt,
    back,
    closed,
    corrected,
    day,
    given,
    gone,
    joined,
    merged,
    number,
    opened,
    plan_change,
    restored,
    standing,
    step,
    told,
    voided,
)

OPEN, PERSUADING, RETURNED, _, CLOSED = CaseState
VISITED = (opened(), step())


def plan_of(*asked: CaseCommand) -> Plan:
    plan = told(asked).plan
    assert plan is not None
    return plan


def in_force(monkeypatch: pytest.MonkeyPatch, *, since: date, reason: Reason = Reason.WORK) -> Playbook:
    """Let a second version of a playbook be in force: without its last step, with a new one first, and the visit due sooner."""
    (first,) = PLAYBOOKS[reason]
    visit, *others = first.steps[:-1]
    newer = replace(first, version=2, since=since, steps=(replace(visit, code="call-home"), replace(visit, days=1), *others))
    monkeypatch.setitem(PLAYBOOKS, reason, [first, newer])
    return newer


# --- a plan is made


@pytest.mark.parametrize("reason", [None, *Reason])
def test_a_file_that_is_opened_gets_the_plan_of_its_reason(reason: Reason | None) -> None:
    fact = given().when(opened(reason=reason)).fact
    assert isinstance(fact, CaseOpened)
    assert fact.playbook == 1
    assert plan_of(opened(reason=reason)) == Plan(1, day(1))
    assert playbook_of(reason, 1).reason is (reason or Reason.UNKNOWN)


@pytest.mark.parametrize(("since", "version"), [(day(1), 2), (day(2), 1)])
def test_it_is_the_version_of_the_day(since: date, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(monkeypatch, since=since)
    assert plan_of(opened()).version == version


def test_a_file_from_before_there_were_plans_has_the_first_version(monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(monkeypatch, since=day(1))
    fact = CaseOpened(before=None, after=standing(OPEN, day(8)), fact=number(1))
    assert evolve(INITIAL, fact, on=day(1), cause="c").plan == Plan(1, day(1))


def test_a_file_that_no_fact_opened_has_the_first_version() -> None:
    left = standing(PERSUADING, day(8), attempts=1)
    fact = CaseAttempted(before=None, after=left, number=1, office=OFFICE, method=AttemptMethod.VISIT, outcome=AttemptOutcome.PROMISED)
    case = evolve(INITIAL, fact, on=day(1), cause="c")
    assert (case.plan, unpack(pack(case))) == (Plan(1, day(1)), case)


def test_a_version_that_this_code_has_not_stops_the_worker() -> None:
    fact = CaseOpened(before=None, after=standing(OPEN, day(8)), fact=number(1), playbook=9)
    asked = CaseStepDone(
        before=fact.after, after=fact.after, office=OFFICE, role=Role.TEACHER, playbook=9, step="visit-home", happened=day(1), evidence="E"
    )
    case = evolve(INITIAL, fact, on=day(1), cause="c")
    with pytest.raises(UnfoldableFact, match="version 9 of the playbook work: deploy"):
        evolve(case, asked, on=day(2), cause="c")


def test_a_corrected_reason_changes_the_plan_and_what_was_done_counts_where_it_is_asked_for_again() -> None:
    fact = given(*VISITED).when(corrected()).fact
    assert isinstance(fact, CaseReasonCorrected)
    assert fact.playbook == 1
    assert plan_of(*VISITED, corrected()) == Plan(1, day(3), done=0b1)
    employer = step("find-employer", role=Role.OFFICER)
    assert plan_of(*VISITED, employer, corrected()).done == 0b1


def test_a_move_or_an_attempt_leaves_the_plan_as_it_is() -> None:
    assert plan_of(*VISITED, *gone(), back()) == plan_of(*VISITED, attempt()) == plan_of(*VISITED)


def test_a_second_dropping_out_begins_a_plan_with_nothing_done() -> None:
    fact = given(*VISITED, back()).when(opened()).fact
    assert isinstance(fact, CaseReopened)
    assert fact.playbook == 1
    assert plan_of(*VISITED, back(), opened()) == Plan(1, day(4))
    assert plan_of(*VISITED, back(), opened(reason=Reason.LEARNING)) == Plan(1, day(4))


def test_what_is_taken_back_lets_the_plan_go_on() -> None:
    assert plan_of(*VISITED, back(), voided(out=True, spells=1)) == plan_of(*VISITED)


def test_a_file_that_a_merge_closed_has_its_plan_back_when_the_ids_are_parted() -> None:
    assert plan_of(*VISITED, merged(), restored()) == plan_of(*VISITED)


def test_a_survivor_that_gets_a_file_gets_a_plan() -> None:
    assert plan_of(joined()) == Plan(1, day(1))
    assert plan_of(*VISITED, back(), *closed(), joined(Status.DROPPED_OUT)) == Plan(1, day(7))


# --- steps


def test_a_step_is_done_by_whom_when_and_with_what_shows_it() -> None:
    fact = given(opened()).when(step(happened=day(1))).then(CaseStepDone, standing(OPEN, day(8)))
    assert isinstance(fact, CaseStepDone)
    assert (fact.office, fact.role, fact.step, fact.playbook) == (OFFICE, Role.TOWNSHIP_HEAD, "visit-home", 1)
    assert (fact.happened, fact.evidence) == (day(1), "JF/2020-01")
    assert plan_of(*VISITED) == Plan(1, day(1), done=0b1)


def test_a_school_does_steps_too_and_another_county_none() -> None:
    given(opened()).when(step(office=SCHOOL, role=Role.TEACHER)).then(CaseStepDone, standing(OPEN, day(8)))
    given(opened()).when(step(office=f"/counties/{BUTUO}")).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_steps_come_in_the_order_of_the_playbook() -> None:
    employer = step("find-employer", role=Role.OFFICER)
    given(opened()).when(employer).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.step", "come first: visit-home")
    given(*VISITED).when(employer).then(CaseStepDone, standing(OPEN, day(8)))


def test_a_step_is_done_once() -> None:
    given(*VISITED).when(step()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.step", "done before")
    given(*VISITED).when(step(), cause="given-2").then_nothing()


def test_a_step_is_done_by_who_may() -> None:
    given(opened()).when(step(role=Role.PARENT)).then_refused(
        RefusalCode.MALFORMED, "data.role", "done by: township_head, village_head, teacher, principal"
    )


def test_a_school_records_steps_as_its_own_people_and_no_others() -> None:
    assert given(opened()).when(step(office=SCHOOL, role=Role.TEACHER)).fact is not None
    given(opened()).when(step(office=SCHOOL)).then_refused(RefusalCode.MALFORMED, "data.role", "done by: teacher, principal")
    employer = step("find-employer", SCHOOL, role=Role.OFFICER)
    given(*VISITED).when(employer).then_refused(RefusalCode.MALFORMED, "data.office", "taken by the office of a county")


def test_a_step_that_the_plan_has_not_is_named_with_those_it_has() -> None:
    given(opened()).when(step("choose-placement")).then_refused(RefusalCode.MALFORMED, "data.step", "these steps: visit-home, find-employer,")


def test_a_step_is_not_ticked_off_on_a_word_alone() -> None:
    given(opened()).when(step(evidence=None)).then_refused(RefusalCode.MALFORMED, "data.evidence", "has to show")


def test_a_step_happened_by_today_and_not_long_ago() -> None:
    given(opened()).when(step(happened=day(3))).then_refused(RefusalCode.FUTURE_DATED, "data.happened")
    given(opened()).when(step(happened=day(2))).then(CaseStepDone, standing(OPEN, day(8)))
    given(opened()).when(step(happened=day(2) - timedelta(183))).then(CaseStepDone, standing(OPEN, day(8)))
    given(opened()).when(step(happened=day(2) - timedelta(184))).then_refused(RefusalCode.MALFORMED, "data.happened", "183 days")


def test_steps_go_on_while_the_child_is_under_observation_and_end_with_the_file() -> None:
    given(opened(), back()).when(step()).then(CaseStepDone, standing(RETURNED, day(92)))
    given(opened(), back(), *closed()).when(step()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is closed")
    given(opened(), back(), *closed()).when(plan_change()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is closed")


def test_there_is_no_plan_without_a_file() -> None:
    for asked in (step(), plan_change()):
        given().when(asked).then_refused(RefusalCode.UNKNOWN_CASE, "subject")


# --- changes


def test_a_step_that_is_not_needed_is_left_out_with_a_reason_and_taken_in_again() -> None:
    fact = given(opened()).when(plan_change()).then(CasePlanChanged, standing(OPEN, day(8)))
    assert isinstance(fact, CasePlanChanged)
    assert (fact.change, fact.because, fact.step, fact.playbook) == (PlanChange.LEAVE_OUT, PlanChangeReason.NOT_NEEDED, "tutor", 1)
    assert plan_of(opened(), plan_change()) == Plan(1, day(1), left=1 << 5)
    assert plan_of(opened(), plan_change(), plan_change(PlanChange.TAKE_IN)) == Plan(1, day(1))


def test_changing_a_plan_to_what_it_is_changes_nothing() -> None:
    given(opened(), plan_change()).when(plan_change()).then_nothing()
    given(opened()).when(plan_change(PlanChange.TAKE_IN)).then_nothing()
    given(opened()).when(plan_change(PlanChange.RENEW, None)).then_nothing()


def test_a_required_step_stays_and_so_does_one_that_was_done() -> None:
    given(opened()).when(plan_change(code="visit-home")).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.step", "required")
    done = (*VISITED, step("find-employer", role=Role.OFFICER), step("report-child-labour", role=Role.OFFICER))
    given(*done).when(plan_change(code="report-child-labour")).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.step", "done before")


def test_a_step_left_out_is_not_done_and_holds_nothing_up() -> None:
    given(opened(), plan_change()).when(step("tutor", role=Role.TEACHER)).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.step", "left out")
    story: Sequence[CaseCommand] = (opened(reason=Reason.MARRIAGE), plan_change(code="care-after-birth"), step())
    assert plan_of(*story).left.bit_count() == 1


def test_who_answers_for_the_work_changes_a_plan_and_nobody_else() -> None:
    given(opened()).when(plan_change(role=Role.PARENT)).then_refused(RefusalCode.MALFORMED, "data.role", "done by: county_head, education_head,")
    for office in (f"/counties/{BUTUO}", SCHOOL):
        given(opened()).when(plan_change(office=office)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_a_change_names_a_step_of_the_plan_and_a_renewal_none() -> None:
    for code in (None, "choose-placement"):
        given(opened()).when(plan_change(code=code)).then_refused(RefusalCode.MALFORMED, "data.step", "these steps:")
    given(opened()).when(plan_change(PlanChange.RENEW, "tutor")).then_refused(RefusalCode.MALFORMED, "data.step", "as a whole")


# --- a new version


def test_a_new_version_changes_no_plan_until_it_is_renewed_and_says_what_it_would_change(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = in_force(monkeypatch, since=day(3))
    plan = plan_of(*VISITED, plan_change())
    assert plan == Plan(1, day(1), done=0b1, left=1 << 5)
    assert difference(plan, Reason.WORK, on=day(2)) is None
    assert difference(plan, Reason.WORK, on=day(3)) == Difference(2, ("call-home",), ("see-in-class",), ("visit-home",))
    renewal = plan_change(PlanChange.RENEW, None, because=PlanChangeReason.NEW_VERSION)
    fact = given(*VISITED, plan_change()).when(renewal).fact
    assert isinstance(fact, CasePlanChanged)
    assert fact.playbook == 2
    renewed = plan_of(*VISITED, plan_change(), renewal)
    assert (renewed.version, renewed.since) == (2, day(1))
    assert [newer.steps[n].code for n in range(16) if renewed.done >> n & 1] == ["visit-home"]
    assert [newer.steps[n].code for n in range(16) if renewed.left >> n & 1] == ["tutor"]
    assert difference(renewed, Reason.WORK, on=day(9)) is None
