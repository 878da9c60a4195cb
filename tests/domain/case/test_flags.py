"""Flags of a file: raised once for the same evidence, settled once and by another office, and never gone; a file stands as it stood."""

from __future__ import annotations

from datetime import date

import pytest

from services.case.domain.flags import KEPT, Flag, oldest_open
from services.case.domain.packed import pack, places_in_lists, places_of_oversight, unpack
from services.case.domain.timeline import closed_by_merge, was_closed_by_report
from shared.contracts.case_codes import CaseStanding, CaseState, Role
from shared.contracts.flag_commands import RaiseFlag
from shared.contracts.flags import CaseFlagCleared, CaseFlagConfirmed, CaseFlagged
from shared.contracts.oversight_codes import GROUNDS, OF_CHILDREN, FlaggedAct, FlagGround, FlagState, Rule
from shared.contracts.refusal import RefusalCode
from tests.domain.case.case_story import (
    BUTUO,
    CHONGMING,
    OFFICE,
    PREFECTURE,
    PROVINCE,
    SCHOOL,
    ZHAOJUE,
    back,
    day,
    given,
    merged,
    moved,
    opened,
    removed,
    told,
)
from tests.domain.case.flag_story import FEBRUARY, JANUARY, cleared, fact_id, flag_confirmed, flag_of, raised
from tests.domain.case.owner_story import taken_over

BACK = (opened(), back())
FLAGGED = (*BACK, raised())
THERE = CaseStanding(CaseState.RETURNED, ZHAOJUE, told(BACK).standing.reason, 0, day(92))  # type: ignore[union-attr]  # it was opened


def test_a_flag_is_a_fact_of_the_file_and_leaves_the_file_as_it_stood() -> None:
    fact = given(*BACK).when(raised(1, 2)).then(CaseFlagged, THERE)
    assert isinstance(fact, CaseFlagged)
    assert (fact.rule, fact.version, fact.county, fact.flagged, fact.since, fact.day) == (Rule.NO_SEAT, 1, ZHAOJUE, PROVINCE, JANUARY, FEBRUARY)
    assert (fact.evidence, fact.pieces, fact.digest[:16]) == ((fact_id(1), fact_id(2)), 2, flag_of(1, 2))


def test_the_same_evidence_flags_once_whoever_asks_and_whatever_became_of_it() -> None:
    given(*FLAGGED).when(raised()).then_nothing()
    given(*FLAGGED).when(raised(office=PROVINCE), cause="another").then_nothing()
    given(*FLAGGED, cleared()).when(raised()).then_nothing()
    given(*FLAGGED, flag_confirmed()).when(raised()).then_nothing()
    given(*BACK, raised(1, 2)).when(raised(2, 1)).then_nothing()
    given(*FLAGGED).when(raised(2)).then(CaseFlagged, THERE)
    given(*FLAGGED).when(raised(rule=Rule.OUT_AGAIN)).then(CaseFlagged, THERE)


def test_only_a_file_is_flagged_and_only_by_whom_its_county_lies_below() -> None:
    given().when(raised()).then_refused(RefusalCode.UNKNOWN_CASE, "subject")
    given(*BACK).when(raised(office=f"/counties/{BUTUO}")).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    given(*BACK).when(raised(county=CHONGMING)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


@pytest.mark.parametrize("rule", Rule)
def test_the_rules_of_children_and_no_others_flag_a_file(rule: Rule) -> None:
    asked = given(*BACK).when(raised(rule=rule))
    if rule in OF_CHILDREN:
        asked.then(CaseFlagged, THERE)
    else:
        asked.then_refused(RefusalCode.MALFORMED, "data.rule")


@pytest.mark.parametrize(
    ("unsound", "field"),
    [
        (raised(since=FEBRUARY, day=JANUARY), "data.day"),
        (raised(day=date(2020, 3, 4)), "data.day"),
        (raised(1, 1), "data.pieces"),
        (raised(1, 2, pieces=1), "data.pieces"),
        (raised(digest="0" * 64), "data.digest"),
        (raised(act=FlaggedAct.CLOSED), "data.act"),
        (raised(role=Role.OFFICER), "data.act"),
    ],
)
def test_a_flag_that_does_not_agree_with_itself_is_refused(unsound: RaiseFlag, field: str) -> None:
    given(*BACK).when(unsound, on=day(3)).then_refused(RefusalCode.MALFORMED, field)


def test_of_more_facts_than_are_named_the_digest_is_taken_as_it_is() -> None:
    given(*BACK).when(raised(1, 2, pieces=70, digest="5" * 64)).then(CaseFlagged, THERE)


def test_another_office_clears_a_flag_with_a_ground_and_evidence() -> None:
    fact = given(*FLAGGED).when(cleared()).then(CaseFlagCleared, THERE)
    assert isinstance(fact, CaseFlagCleared)
    assert (fact.flag, fact.rule, fact.county, fact.because) == (flag_of(), Rule.NO_SEAT, ZHAOJUE, FlagGround.SEEN_IN_SCHOOL)
    assert (fact.office, fact.role, fact.evidence) == (PREFECTURE, Role.OFFICER, "FH/2020-07")


def test_another_office_confirms_a_flag_with_evidence() -> None:
    fact = given(*FLAGGED).when(flag_confirmed()).then(CaseFlagConfirmed, THERE)
    assert isinstance(fact, CaseFlagConfirmed)
    assert (fact.flag, fact.rule, fact.county, fact.evidence) == (flag_of(), Rule.NO_SEAT, ZHAOJUE, "FH/2020-08")


def test_whoever_is_flagged_settles_nothing_and_neither_does_the_county_of_the_flag() -> None:
    for asked in (cleared(office=PROVINCE), flag_confirmed(office=PROVINCE), cleared(office=OFFICE), flag_confirmed(office=OFFICE)):
        given(*FLAGGED).when(asked).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")
    of_butuo = given(*FLAGGED, moved(BUTUO), taken_over())
    of_butuo.when(cleared(office=f"/counties/{ZHAOJUE}")).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    of_butuo.when(cleared(office=f"/counties/{BUTUO}")).then(CaseFlagCleared, CaseStanding(CaseState.RETURNED, BUTUO, THERE.reason, 0, THERE.due))
    given(*FLAGGED).when(cleared(office=SCHOOL)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_a_flag_is_settled_once() -> None:
    for first in (cleared(), flag_confirmed()):
        for second in (cleared(), flag_confirmed()):
            given(*FLAGGED, first).when(second).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.flag")
    given(*FLAGGED, cleared()).when(cleared(), cause="given-4").then_nothing()


def test_what_settles_a_flag_must_be_there() -> None:
    given(*FLAGGED).when(cleared(evidence=None)).then_refused(RefusalCode.MALFORMED, "data.evidence")
    given(*FLAGGED).when(flag_confirmed(evidence=None)).then_refused(RefusalCode.MALFORMED, "data.evidence")
    given(*FLAGGED).when(cleared(role=Role.PARENT)).then_refused(RefusalCode.MALFORMED, "data.role")
    given(*FLAGGED).when(cleared("0" * 16)).then_refused(RefusalCode.UNKNOWN_FLAG, "data.flag")
    given(*BACK).when(cleared()).then_refused(RefusalCode.UNKNOWN_FLAG, "data.flag")


@pytest.mark.parametrize("rule", sorted(OF_CHILDREN))
@pytest.mark.parametrize("ground", FlagGround)
def test_a_flag_is_cleared_by_what_its_rule_says(rule: Rule, ground: FlagGround) -> None:
    asked = given(*BACK, raised(rule=rule)).when(cleared(flag_of(rule=rule), because=ground))
    if ground in GROUNDS[rule]:
        asked.then(CaseFlagCleared, THERE)
    else:
        asked.then_refused(RefusalCode.MALFORMED, "data.because")


def test_a_flagged_file_stands_in_a_list_more_until_its_last_flag_is_settled() -> None:
    def flagged(*more: object) -> list[str]:
        return [name for name, _ in places_of_oversight(pack(told([*FLAGGED, *more])))]  # type: ignore[list-item]  # they are commands

    assert flagged() == [f"{ZHAOJUE}:flagged"]
    assert flagged(raised(2), cleared()) == [f"{ZHAOJUE}:flagged"]
    assert flagged(raised(2), cleared(), flag_confirmed(flag_of(2))) == []
    assert flagged(moved(BUTUO), taken_over()) == [f"{BUTUO}:flagged"]
    assert places_of_oversight(pack(told(BACK))) == ()
    assert places_in_lists(pack(told(FLAGGED))) == places_in_lists(pack(told(BACK)))


def test_the_oldest_open_flag_is_the_one_that_has_waited_longest() -> None:
    case = told([*BACK, raised(1), raised(2, day=JANUARY), raised(3)])
    assert oldest_open(case.flags) == JANUARY
    assert oldest_open(told([*BACK, raised(1), raised(2, day=JANUARY), cleared(flag_of(2))]).flags) == FEBRUARY


def test_flags_are_packed_and_read_back_with_what_became_of_them() -> None:
    case = told([*BACK, raised(1, 2, 3, 4, 5), raised(7), cleared(flag_of(7)), raised(8), flag_confirmed(flag_of(8))])
    assert unpack(pack(case)) == case
    assert [flag.state for flag in case.flags] == [FlagState.OPEN, FlagState.CLEARED, FlagState.CONFIRMED]
    first: Flag = case.flags[0]
    assert (first.pieces, first.evidence) == (5, tuple(map(fact_id, range(1, KEPT + 1))))


def test_a_note_does_not_hide_what_happened_last() -> None:
    closed = told([opened(), removed(), raised()])
    assert was_closed_by_report(closed.history)
    assert closed_by_merge(told([*BACK, merged(), raised()]).history) is not None


def test_a_file_without_a_flag_pays_one_byte() -> None:
    assert len(pack(told(FLAGGED))) - len(pack(told(BACK))) == 2 + 28 + 16 + 2 + 13
