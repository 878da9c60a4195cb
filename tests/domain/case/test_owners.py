"""Who answers for a file in its county, to whom it is handed on, and what is nobody's until the level above gives it to a county."""

import pytest
from msgspec.structs import replace

from services.case.domain import stored_numbers
from services.case.domain.entries import Happening
from services.case.domain.owner_commands import answering
from services.case.domain.owners import Answers, Unowned
from services.case.domain.packed import pack, unpack
from services.case.domain.timeline import happenings_of
from shared.contracts.case_codes import CaseState, Role, SendingBackReason, UnownedReason
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_owners import CaseGiven, CaseHandedOn, CaseUnowned
from shared.contracts.refusal import RefusalCode
from tests.domain.case.case_story import (
    BUTUO,
    CHONGMING,
    OFFICE,
    PROVINCE,
    SCHOOL,
    ZHAOJUE,
    attempt,
    back,
    corrected,
    day,
    given,
    gone,
    joined,
    moved,
    number,
    opened,
    removed,
    standing,
    told,
)
from tests.domain.case.owner_story import (
    OFFICE_THERE,
    PREFECTURE,
    disowned,
    given_to,
    handed_on,
    marked_unowned,
    sent_back,
    taken_over,
)

OPEN = CaseState.OPEN
HEAD = Answers(Role.EDUCATION_HEAD, OFFICE)


def who(*story: CaseCommand) -> Answers:
    return answering(told(story), day(9))


def nobodys(*story: CaseCommand) -> Unowned | None:
    owner = told(story).owner
    return None if owner is None else owner.unowned


# --- handed on


def test_a_file_begins_with_the_countys_education_office() -> None:
    assert who(opened()) == HEAD
    assert who(opened(CHONGMING)) == Answers(Role.EDUCATION_HEAD, f"/counties/{CHONGMING}")


def test_a_file_is_handed_on_down_the_chain_to_the_township_and_to_a_school_and_back() -> None:
    fact = given(opened()).when(handed_on()).then(CaseHandedOn, standing(OPEN, day(8)))
    assert isinstance(fact, CaseHandedOn)
    assert (fact.office, fact.role, fact.to, fact.to_office, fact.chain) == (OFFICE, Role.EDUCATION_HEAD, Role.TOWNSHIP_HEAD, OFFICE, 1)
    assert who(opened(), handed_on()) == Answers(Role.TOWNSHIP_HEAD, OFFICE)
    down = (opened(), handed_on(), handed_on(Role.PRINCIPAL, SCHOOL, role=Role.TOWNSHIP_HEAD))
    assert who(*down) == Answers(Role.PRINCIPAL, SCHOOL)
    assert who(*down, handed_on(Role.TEACHER, SCHOOL, office=SCHOOL, role=Role.PRINCIPAL)) == Answers(Role.TEACHER, SCHOOL)
    assert who(*down, handed_on(Role.EDUCATION_HEAD, office=SCHOOL, role=Role.PRINCIPAL)) == HEAD


def test_handing_on_to_whoever_answers_already_says_nothing() -> None:
    given(opened()).when(handed_on(Role.EDUCATION_HEAD)).then_nothing()
    given(opened(), handed_on()).when(handed_on()).then_nothing()
    given(opened(), handed_on(), handed_on(Role.COUNTY_HEAD)).when(handed_on(), cause="given-2").then_nothing()


@pytest.mark.parametrize("to", [Role.PARENT, Role.OFFICER])
def test_nobody_outside_the_chain_and_no_parent_is_handed_a_file(to: Role) -> None:
    given(opened()).when(handed_on(to)).then_refused(RefusalCode.MALFORMED, "data.to", "county_head, education_head, township_head")
    given(opened(CHONGMING)).when(handed_on(Role.VILLAGE_HEAD, office=f"/counties/{CHONGMING}")).then_refused(RefusalCode.MALFORMED, "data.to")


@pytest.mark.parametrize("to", [Role.PRINCIPAL, Role.TEACHER])
def test_a_principal_and_a_teacher_are_of_a_school(to: Role) -> None:
    for office in (None, OFFICE):
        given(opened()).when(handed_on(to, office)).then_refused(RefusalCode.MALFORMED, "data.to_office", "the school of this principal")


@pytest.mark.parametrize("office", [SCHOOL, OFFICE, OFFICE_THERE])
def test_everybody_else_is_of_the_countys_own_office(office: str) -> None:
    given(opened()).when(handed_on(Role.TOWNSHIP_HEAD, office)).then_refused(RefusalCode.MALFORMED, "data.to_office", "must be left out")


def test_the_office_of_the_county_hands_on_and_the_office_that_answers() -> None:
    for office in (OFFICE_THERE, SCHOOL, PROVINCE.replace("/provinces/51", "/schools/2151000002")):
        given(opened()).when(handed_on(office=office)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    story = given(opened(), handed_on(Role.PRINCIPAL, SCHOOL))
    story.when(handed_on(Role.TEACHER, "/schools/2151000002", office="/schools/2151000002")).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    assert story.when(handed_on(office=SCHOOL)).fact is not None
    assert story.when(handed_on()).fact is not None


def test_a_parent_hands_nothing_on_and_a_closed_file_is_nobodys_to_hand_on() -> None:
    given(opened()).when(handed_on(role=Role.PARENT)).then_refused(RefusalCode.MALFORMED, "data.role")
    given(opened(), removed()).when(handed_on()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "until it is closed")
    given().when(handed_on()).then_refused(RefusalCode.UNKNOWN_CASE, "subject")


@pytest.mark.parametrize("more", [attempt(), back(), corrected(), moved()])
def test_whoever_answers_answers_on_whatever_happens(more: CaseCommand) -> None:
    assert who(opened(), handed_on(), more) == Answers(Role.TOWNSHIP_HEAD, OFFICE)


def test_another_county_and_the_next_spell_begin_with_the_chain() -> None:
    assert who(opened(), handed_on(), *gone()) == Answers(Role.EDUCATION_HEAD, OFFICE_THERE)
    assert who(opened(), handed_on(), joined(county=BUTUO)) == Answers(Role.EDUCATION_HEAD, OFFICE_THERE)
    assert who(opened(), handed_on(), back(), opened(spell=2)) == HEAD
    assert who(opened(), handed_on(), removed(), opened(spell=2)) == HEAD
    assert who(opened(), handed_on(), moved(), sent_back(), taken_over(OFFICE)) == Answers(Role.TOWNSHIP_HEAD, OFFICE)
    assert who(opened(), handed_on(), moved(), moved(ZHAOJUE)) == Answers(Role.TOWNSHIP_HEAD, OFFICE), "the child came back"


# --- what nobody owns


def test_the_office_of_the_county_says_that_a_file_is_nobodys_and_goes_on_answering() -> None:
    fact = given(opened()).when(disowned()).then(CaseUnowned, standing(OPEN, day(8)))
    assert isinstance(fact, CaseUnowned)
    assert (fact.office, fact.role, fact.because) == (OFFICE, Role.OFFICER, UnownedReason.NO_HOUSEHOLD_REGISTER)
    assert nobodys(opened(), disowned()) == Unowned(day(2), UnownedReason.NO_HOUSEHOLD_REGISTER)
    assert given(opened(), disowned()).when(attempt()).fact is not None
    given(opened(), disowned()).when(disowned()).then_nothing()


def test_by_a_report_a_file_is_nobodys_once() -> None:
    fact = given(opened()).when(marked_unowned()).then(CaseUnowned, standing(OPEN, day(8)))
    assert isinstance(fact, CaseUnowned)
    assert (fact.office, fact.role, fact.because) == (None, None, UnownedReason.BETWEEN_COUNTIES)
    given().when(marked_unowned()).then_nothing()
    given(opened(), removed()).when(marked_unowned()).then_nothing()
    given(opened(), disowned()).when(marked_unowned()).then_nothing()
    given(opened(), moved(fact=number(2))).when(marked_unowned(number(1))).then_nothing()
    given(opened(), marked_unowned(number(1)), given_to()).when(marked_unowned(number(1)), cause="given-2").then_nothing()


def test_nobody_else_disowns_a_file_and_not_while_another_county_has_the_word() -> None:
    for office in (OFFICE_THERE, SCHOOL):
        given(opened()).when(disowned(office)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    given(opened(), moved()).when(disowned()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "takes it over or sends it back first")
    after = (opened(), moved(), sent_back(because=SendingBackReason.NO_HOUSEHOLD_REGISTER), disowned(because=UnownedReason.BETWEEN_COUNTIES))
    owner = told(after).owner
    assert owner is not None
    assert (owner.hand_over, owner.unowned) == (None, Unowned(day(4), UnownedReason.BETWEEN_COUNTIES))


def test_an_office_above_gives_what_is_nobodys_or_on_its_way_to_a_county() -> None:
    fact = given(opened(), disowned()).when(given_to()).then(CaseGiven, standing(OPEN, day(8), county=BUTUO))
    assert isinstance(fact, CaseGiven)
    assert (fact.office, fact.from_county) == (PREFECTURE, ZHAOJUE)
    given(opened(), disowned()).when(given_to(ZHAOJUE, PROVINCE)).then(CaseGiven, standing(OPEN, day(8)))
    given(opened(), moved()).when(given_to()).then(CaseGiven, standing(OPEN, day(8), county=BUTUO))
    for story in ((opened(), disowned()), (opened(), moved()), (opened(), moved(), sent_back())):
        assert told([*story, given_to()]).owner is None
        assert told([*story, given_to(ZHAOJUE)]).owner is None


def test_a_file_that_is_somebodys_is_not_given_away() -> None:
    given(opened()).when(given_to()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "nobody's, or on its way")
    given(opened(), disowned(), given_to()).when(given_to(ZHAOJUE)).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type")
    given(opened(), removed()).when(given_to()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "until it is closed")


def test_only_an_office_above_gives_and_only_to_a_county_below_it() -> None:
    story = given(opened(), disowned())
    for office in (OFFICE, SCHOOL):
        story.when(given_to(office=office)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office", "an office above the counties")
    story.when(given_to(CHONGMING)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.to_county", "lies below the office")
    given(opened(CHONGMING), disowned(f"/counties/{CHONGMING}")).when(given_to()).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


@pytest.mark.parametrize("more", [attempt(), back(), corrected(), moved(), handed_on()])
def test_what_is_nobodys_stays_so_whatever_happens_to_it(more: CaseCommand) -> None:
    assert nobodys(opened(), disowned(), more) == Unowned(day(2), UnownedReason.NO_HOUSEHOLD_REGISTER)


def test_what_is_nobodys_is_somebodys_once_a_county_takes_it_over_and_when_it_is_closed() -> None:
    assert nobodys(opened(), disowned(), moved()) is not None
    assert nobodys(opened(), disowned(), moved(), taken_over()) is None
    assert nobodys(opened(), disowned(), removed()) is None
    assert nobodys(opened(), disowned(), back(), opened(BUTUO, spell=2)) is not None, "the next spell is as much nobody's"


# --- bytes


def test_what_is_known_of_who_answers_is_read_back_as_it_was_at_the_cost_of_what_there_is() -> None:
    def size(*story: CaseCommand) -> int:
        case = told(story)
        assert unpack(pack(case)) == case
        return len(pack(case)) - len(case.history)

    sizes = [size(opened(), *more) for more in ((), (handed_on(),), (disowned(),), (handed_on(), disowned(), moved(), sent_back()))]
    assert sizes == [27, 27 + 6, 27 + 4, 27 + 6 + 4 + 16]


def test_more_turns_than_a_byte_has_are_kept_as_many() -> None:
    case = told([opened(), moved()])
    assert case.owner is not None
    assert case.owner.hand_over is not None
    tireless = replace(case, owner=replace(case.owner, hand_over=replace(case.owner.hand_over, turns=400)))
    kept = unpack(pack(tireless)).owner
    assert kept is not None
    assert kept.hand_over is not None
    assert kept.hand_over.turns == 255


def test_the_history_tells_to_whom_it_was_handed_on_and_who_gave_it() -> None:
    history = told([opened(), handed_on(Role.PRINCIPAL, SCHOOL), disowned(), given_to()]).history
    assert happenings_of(history)[1:] == [
        Happening("handed-on", day(2), office=OFFICE, role=Role.EDUCATION_HEAD, to=Role.PRINCIPAL, to_office=SCHOOL, chain=1),
        Happening("unowned", day(3), office=OFFICE, role=Role.OFFICER, unowned=UnownedReason.NO_HOUSEHOLD_REGISTER),
        Happening("given", day(4), office=PREFECTURE, role=Role.OFFICER, from_county=ZHAOJUE, to_county=BUTUO),
    ]
    assert happenings_of(told([opened(), marked_unowned()]).history)[1:] == [Happening("unowned", day(2), unowned=UnownedReason.BETWEEN_COUNTIES)]


def test_every_reason_has_a_number() -> None:
    assert set(stored_numbers.SENDING_BACK) == set(SendingBackReason)
    assert set(stored_numbers.UNOWNED) == set(UnownedReason)
