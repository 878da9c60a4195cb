"""The law's ladder in a file: each step waits for what the law has first, and names what is missing."""

from datetime import date, timedelta

import pytest

from services.case.domain.case import Case, evolve
from services.case.domain.entries import Happening
from services.case.domain.ladder import LADDERS
from services.case.domain.law import Law
from services.case.domain.packed import pack, unpack
from services.case.domain.timeline import happenings_of
from shared.contracts.case_codes import CaseState, LawStep, Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_offices import CaseLawStepTaken
from shared.contracts.refusal import Refusal, RefusalCode
from tests.domain.case.case_story import (
    BUTUO,
    OFFICE,
    SCHOOL,
    Given,
    attempt,
    back,
    corrected,
    day,
    given,
    gone,
    joined,
    judge,
    law_step,
    opened,
    removed,
    standing,
    step,
    told,
    voided,
)

PERSUADED: tuple[CaseCommand, ...] = (opened(), attempt())
SERVED: tuple[CaseCommand, ...] = (*PERSUADED, law_step(happened=day(3)))
"""Served on Tuesday, 3 March 2020; the five working days end on the 10th."""
TERM = date(2020, 3, 10)
NOTICE, REPORT, ORDER, ADMONITION, PENALTY, SUIT = LawStep


def climbed(to: LawStep) -> Given:
    """Return a file on which all steps up to one were taken, each as early as it may be."""
    case = told(PERSUADED)
    for each in list(LawStep)[: list(LawStep).index(to) + 1]:
        on = case.law.term + timedelta(1) if case.law else day(3)
        case = taken(case, each, on)
    return Given(case, len(PERSUADED))


def taken(case: Case, which: LawStep, on: date) -> Case:
    fact = judge(case, law_step(which, role=Role.EDUCATION_HEAD, happened=on), on=on, cause=which)
    assert fact is not None
    return evolve(case, fact, on=on, cause=which)


def test_a_notice_is_served_with_a_date_on_which_the_file_is_due() -> None:
    fact = given(*PERSUADED).when(law_step(happened=day(3))).then(CaseLawStepTaken, standing(CaseState.PERSUADING, TERM, attempts=1))
    assert isinstance(fact, CaseLawStepTaken)
    assert (fact.step, fact.ladder, fact.happened, fact.term, fact.document) == (NOTICE, 1, day(3), TERM, "FX/2020-01")


def test_all_steps_are_taken_in_the_laws_order() -> None:
    case = climbed(SUIT).case
    assert case.law is not None
    assert all(case.law.has(each) for each in LawStep)
    assert [each.law for each in happenings_of(case.history)[2:]] == list(LawStep)


@pytest.mark.parametrize(("which", "before"), [(each, list(LawStep)[:n]) for n, each in enumerate(LawStep) if n])
def test_a_step_out_of_the_laws_order_is_refused_and_names_what_is_missing(which: LawStep, before: list[LawStep]) -> None:
    asked = law_step(which, happened=day(3))
    wanted = [each for each in before if each in LADDERS[0].rung(which).after]
    given(*PERSUADED).when(asked).then_refused(
        RefusalCode.EARLIER_STEP_MISSING, "data.step", f"these steps come first: {', '.join(wanted)}"
    )  # fmt: skip
    if len(before) > 1:
        story, on = climbed(before[-2]), date(2020, 8, 20)
        story.when(law_step(which, happened=on), on=on).then_refused(RefusalCode.EARLIER_STEP_MISSING, "data.step", before[-1])


def test_persuasion_comes_before_the_law() -> None:
    given(opened()).when(law_step(happened=day(2))).then_refused(RefusalCode.ATTEMPTS_MISSING, "data.step", "so many attempts come first: 1")


@pytest.mark.parametrize("which", [each for each in list(LawStep)[1:] if LADDERS[0].rung(each).waits])
def test_a_step_waits_until_the_term_of_the_one_before_has_passed(which: LawStep) -> None:
    story = climbed(list(LawStep)[list(LawStep).index(which) - 1])
    assert story.case.law is not None
    term = story.case.law.term
    story.when(law_step(which, happened=term), on=term).then_refused(RefusalCode.TERM_RUNNING, "data.happened", f"runs until {term}")
    assert story.when(law_step(which, happened=term + timedelta(1)), on=term + timedelta(1)).fact is not None


def test_the_order_may_follow_at_once_on_the_report_and_not_before_it() -> None:
    story = climbed(REPORT)
    reported = TERM + timedelta(1)
    assert story.when(law_step(ORDER, happened=reported), on=reported).fact is not None
    early = law_step(ORDER, happened=TERM)
    story.when(early, on=reported).then_refused(RefusalCode.MALFORMED, "data.happened", f"the step before happened later: on {reported}")


def test_a_step_is_taken_once_a_spell() -> None:
    given(*SERVED).when(law_step(happened=day(4))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.step", "taken before")
    given(*SERVED).when(law_step(happened=day(3)), cause="given-3").then_nothing()


def test_a_second_spell_begins_the_law_anew() -> None:
    again = given(*SERVED, back(), opened(spell=2))
    assert again.case.law is None
    again.when(law_step(REPORT, happened=day(6))).then_refused(RefusalCode.EARLIER_STEP_MISSING, "data.step")
    assert given(*SERVED, back(), opened(spell=2), attempt()).when(law_step(happened=day(7))).fact is not None


def test_what_is_no_new_spell_leaves_the_steps_taken() -> None:
    before = told(SERVED).law
    ways: list[list[CaseCommand]] = [
        [*gone()],
        [corrected()],
        [attempt()],
        [step(happened=day(1))],
        [joined()],
        [removed(), voided(out=True, spells=1)],
        [back()],
    ]
    for more in ways:
        assert told([*SERVED, *more]).law == before


def test_steps_are_taken_while_the_child_is_out_of_school() -> None:
    for ended in (back(), removed()):
        given(*SERVED, ended).when(law_step(REPORT, happened=day(5))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "out of school")


def test_a_school_serves_notices_and_reports_and_the_county_does_the_rest() -> None:
    school = law_step(office=SCHOOL, role=Role.PRINCIPAL, happened=day(3))
    assert given(*PERSUADED).when(school).fact is not None
    given(*PERSUADED).when(law_step(office=SCHOOL, happened=day(3))).then_refused(RefusalCode.MALFORMED, "data.role", "done by: principal")
    on = date(2020, 3, 20)
    asked = law_step(ORDER, SCHOOL, happened=on)
    climbed(REPORT).when(asked, on=on).then_refused(RefusalCode.MALFORMED, "data.office", "taken by the office of a county")


def test_another_county_has_no_say() -> None:
    given(*PERSUADED).when(law_step(office=f"/counties/{BUTUO}", happened=day(3))).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_a_step_is_taken_in_the_roles_that_the_ladder_names() -> None:
    roles = "this is done by: principal, township_head, education_head, officer"
    given(*PERSUADED).when(law_step(role=Role.PARENT, happened=day(3))).then_refused(RefusalCode.MALFORMED, "data.role", roles)


def test_each_step_is_a_document() -> None:
    given(*PERSUADED).when(law_step(document=None, happened=day(3))).then_refused(RefusalCode.MALFORMED, "data.document", "its number")


def test_a_step_happened_by_today_and_is_recorded_within_half_a_year() -> None:
    given(*PERSUADED).when(law_step(happened=day(4))).then_refused(RefusalCode.FUTURE_DATED, "data.happened")
    late = day(3) + timedelta(184)
    given(*PERSUADED).when(law_step(happened=day(3)), on=late).then_refused(RefusalCode.MALFORMED, "data.happened", "183 days")
    fact = given(*PERSUADED).when(law_step(happened=day(3)), on=late - timedelta(1)).fact
    assert isinstance(fact, CaseLawStepTaken)
    assert (fact.term, fact.after.due) == (TERM, late - timedelta(1))


def test_the_term_is_within_what_the_ladder_has() -> None:
    last = date(2020, 3, 24)
    for term in (TERM, last):
        fact = given(*PERSUADED).when(law_step(happened=day(3), term=term)).fact
        assert isinstance(fact, CaseLawStepTaken)
        assert (fact.term, fact.after.due) == (term, term)
    for term in (TERM - timedelta(1), last + timedelta(1)):
        asked = law_step(happened=day(3), term=term)
        given(*PERSUADED).when(asked).then_refused(RefusalCode.MALFORMED, "data.term", f"the term is {TERM} to {last}")


def test_without_a_file_there_is_nothing_to_take_a_step_for() -> None:
    given().when(law_step()).then_refused(RefusalCode.UNKNOWN_CASE, "subject")


# --- bytes


def test_the_law_takes_seven_bytes_of_a_file_and_24_of_its_history_for_each_step() -> None:
    assert len(pack(told(SERVED))) - len(pack(told(PERSUADED))) == 7 + 24
    for n, each in enumerate(LawStep):
        case = climbed(each).case
        assert unpack(pack(case)) == case
        assert case.law is not None
        assert case.law.taken == (1 << n + 1) - 1


def test_the_history_tells_the_steps() -> None:
    assert happenings_of(told(SERVED).history)[-1] == Happening(
        "law-step-taken", day(3), office=OFFICE, role=Role.EDUCATION_HEAD, law=NOTICE, ladder=1, happened=day(3), term=TERM
    )  # fmt: skip


def test_days_of_the_law_are_kept_as_they_are() -> None:
    case = told(SERVED)
    for extreme in (date(1, 1, 1), date(9999, 12, 31)):
        kept = Case(case.standing, case.taken, case.history, case.plan, Law(0b111111, extreme, extreme))
        assert unpack(pack(kept)) == kept


def test_every_refusal_of_a_step_has_a_code_of_its_own() -> None:
    codes = set()
    for story, asked in (
        (given(opened()), law_step(happened=day(2))),
        (given(*PERSUADED), law_step(REPORT, happened=day(3))),
        (given(*SERVED), law_step(REPORT, happened=day(4))),
    ):
        refusal = story.when(asked).refusal
        assert isinstance(refusal, Refusal)
        codes.add(refusal.code)
    assert codes == {RefusalCode.ATTEMPTS_MISSING, RefusalCode.EARLIER_STEP_MISSING, RefusalCode.TERM_RUNNING}
