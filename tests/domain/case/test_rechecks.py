"""Files drawn for re-check: once a period by each level above, answered once by the office that drew, and a finding has consequences."""

from __future__ import annotations

from datetime import date

import pytest

from services.case.domain.packed import pack, places_of_oversight, unpack
from services.case.domain.sustaining import Return
from services.case.domain.timeline import claimant_of_closing, closers
from shared.contracts.case import CaseReopened
from shared.contracts.case_codes import CaseState, Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_offices import CaseClosingProposed, CaseReturnCorroborated
from shared.contracts.flags import CaseDrawn, CaseRechecked
from shared.contracts.oversight_codes import Finding
from shared.contracts.refusal import RefusalCode
from tests.domain.case.case_story import (
    BUTUO,
    OFFICE,
    PREFECTURE,
    PROVINCE,
    SCHOOL,
    STORIES,
    ZHAOJUE,
    back,
    closed,
    corroborated,
    day,
    given,
    moved,
    on_leave,
    opened,
    proposed,
    removed,
    standing,
    told,
)
from tests.domain.case.flag_story import FEBRUARY, JANUARY, NATION, SEED, drawn, rechecked
from tests.domain.case.owner_story import taken_over

CLOSED, CLOSING, RETURNED, OPEN = CaseState.CLOSED, CaseState.CLOSING, CaseState.RETURNED, CaseState.OPEN
BACK = (opened(), back())
DONE = (*BACK, *closed())
MARCH = date(2020, 3, 10)


def drawn_on(story: tuple[CaseCommand, ...], *more: CaseCommand) -> tuple[CaseCommand, ...]:
    return (*story, drawn(), *more)


@pytest.mark.parametrize("story", [name for name in STORIES if name != "—"])
def test_any_file_can_be_drawn_and_stands_as_it_stood(story: str) -> None:
    before = told(STORIES[story]).standing
    assert before is not None
    fact = given(*STORIES[story]).when(drawn()).then(CaseDrawn, before)
    assert isinstance(fact, CaseDrawn)
    assert (fact.office, fact.since, fact.until, fact.seed, fact.version) == (PROVINCE, JANUARY, FEBRUARY, SEED, 1)


def test_a_file_is_drawn_once_for_a_period_and_by_one_seed() -> None:
    known = given(*drawn_on(BACK))
    known.when(drawn()).then_nothing()
    known.when(drawn(seed="seed-another")).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.since", str(FEBRUARY))
    known.when(drawn(since=FEBRUARY, until=date(2020, 2, 20))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.since")
    known.when(drawn(since=date(2020, 2, 2), until=date(2020, 2, 20))).then(CaseDrawn, standing(RETURNED, day(92)))
    known.when(drawn(PREFECTURE)).then(CaseDrawn, standing(RETURNED, day(92)))
    given(*drawn_on(BACK, rechecked(Finding.IN_SCHOOL))).when(drawn()).then_nothing()


def test_only_a_level_above_draws_and_only_a_period_that_is_over() -> None:
    for office in (OFFICE, SCHOOL):
        given(*BACK).when(drawn(office)).then_refused(RefusalCode.MALFORMED if office == OFFICE else RefusalCode.NOT_YOUR_COUNTY, "data.office")
    given(*BACK).when(drawn(until=MARCH), on=MARCH).then_refused(RefusalCode.MALFORMED, "data.until")
    given(*BACK).when(drawn(since=FEBRUARY, until=JANUARY)).then_refused(RefusalCode.MALFORMED, "data.until")
    given().when(drawn()).then_refused(RefusalCode.UNKNOWN_CASE, "subject")


def test_whoever_closed_a_file_neither_draws_nor_rechecks_it() -> None:
    given(*DONE).when(drawn(PREFECTURE)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")
    since_closed = given(*BACK, drawn(PREFECTURE), *closed())
    since_closed.when(rechecked(office=PREFECTURE)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")


def test_a_relapse_is_a_new_spell_of_which_the_closing_before_says_nothing() -> None:
    again = told((*DONE, opened()))
    assert closers(told(DONE).history) == {OFFICE, PREFECTURE}
    assert closers(again.history) == frozenset()
    assert (claimant_of_closing(told(DONE).history), claimant_of_closing(told(BACK).history)) == (OFFICE, None)
    assert claimant_of_closing(told((opened(), removed())).history) is None


def test_a_finding_in_school_is_a_fact_and_changes_nothing() -> None:
    for finding in (Finding.IN_SCHOOL, Finding.LAWFULLY_ABSENT, Finding.OTHER):
        fact = given(*drawn_on(DONE)).when(rechecked(finding)).then(CaseRechecked, standing(CLOSED, None))
        assert isinstance(fact, CaseRechecked)
        assert (fact.finding, fact.evidence, fact.since, fact.until, fact.claimant) == (finding, "FC/2020-01", JANUARY, FEBRUARY, OFFICE)


def test_a_child_that_was_not_found_takes_the_closing_back() -> None:
    asked = given(*drawn_on(DONE)).when(rechecked())
    asked.then(CaseRechecked, standing(RETURNED, day(7 + 7)))
    case = told(drawn_on(DONE, rechecked()))
    assert case.back == Return(day(7), OFFICE)
    assert unpack(pack(case)) == case


def test_a_child_that_was_not_found_takes_back_what_was_corroborated() -> None:
    waiting = (*BACK, corroborated(), proposed())
    given(*drawn_on(waiting)).when(rechecked()).then(CaseRechecked, standing(RETURNED, day(6 + 7)))
    assert told(drawn_on(waiting, rechecked())).back == Return(day(6), PROVINCE)
    again = given(*drawn_on(waiting, rechecked()))
    again.when(proposed(), on=date(2021, 1, 1)).then_refused(RefusalCode.CORROBORATION_MISSING, "type")
    again.when(corroborated(happened=day(3))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.happened")
    again.when(corroborated(PROVINCE)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")
    assert type(again.when(corroborated()).fact) is CaseReturnCorroborated


def test_the_office_that_closed_does_not_corroborate_the_return_again() -> None:
    again = given(*drawn_on(DONE, rechecked()))
    again.when(corroborated(OFFICE)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")
    once_more = given(*drawn_on(DONE, rechecked(), corroborated()))
    assert type(once_more.when(proposed(), on=date(2021, 1, 1)).fact) is CaseClosingProposed
    assert type(again.when(opened()).fact) is CaseReopened


def test_what_a_report_closed_stays_closed() -> None:
    for ended in (removed(), on_leave()):
        given(*drawn_on((*BACK, ended))).when(rechecked()).then(CaseRechecked, standing(CLOSED, None))
    given(*drawn_on((*DONE, opened(), removed()))).when(rechecked()).then(CaseRechecked, standing(CLOSED, None))
    given(*drawn_on((opened(),))).when(rechecked()).then(CaseRechecked, standing(OPEN, day(8)))


def test_a_recheck_is_recorded_once_by_the_office_that_drew() -> None:
    given(*BACK).when(rechecked()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.office")
    given(*drawn_on(BACK)).when(rechecked(office=NATION)).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.office")
    done = given(*drawn_on(BACK, rechecked(Finding.IN_SCHOOL)))
    done.when(rechecked(Finding.IN_SCHOOL), cause="given-4").then_nothing()
    done.when(rechecked(Finding.IN_SCHOOL)).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.office")


def test_what_a_recheck_must_say() -> None:
    known = given(*drawn_on(BACK))
    known.when(rechecked(evidence=None)).then_refused(RefusalCode.MALFORMED, "data.evidence")
    known.when(rechecked(role=Role.PARENT)).then_refused(RefusalCode.MALFORMED, "data.role")
    known.when(rechecked(happened=day(2))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.happened", str(day(3)))
    known.when(rechecked(happened=day(5)), on=day(4)).then_refused(RefusalCode.FUTURE_DATED, "data.happened")
    assert type(known.when(rechecked(happened=day(3)), on=day(5)).fact) is CaseRechecked


def test_a_drawn_file_stands_in_a_list_more_until_its_last_recheck() -> None:
    def waiting(*story: CaseCommand) -> list[str]:
        return [name for name, _ in places_of_oversight(pack(told(story)))]

    assert waiting(*drawn_on(BACK)) == [f"{ZHAOJUE}:drawn"]
    assert waiting(*drawn_on(BACK, drawn(PREFECTURE), rechecked())) == [f"{ZHAOJUE}:drawn"]
    assert waiting(*drawn_on(BACK, drawn(PREFECTURE), rechecked(), rechecked(office=PREFECTURE))) == []
    assert waiting(*drawn_on(BACK, moved(BUTUO), taken_over())) == [f"{BUTUO}:drawn"]


def test_draws_are_packed_and_read_back_with_their_findings() -> None:
    case = told(drawn_on(BACK, drawn(PREFECTURE), rechecked(Finding.LAWFULLY_ABSENT)))
    assert unpack(pack(case)) == case
    assert {draw.office: draw.finding for draw in case.draws} == {PREFECTURE: None, PROVINCE: Finding.LAWFULLY_ABSENT}
