"""A file goes to another county with its child: sent, taken over, sent back; and one county answers at every moment."""

from datetime import date

import pytest

from services.case.domain.case import fold
from services.case.domain.entries import Happening
from services.case.domain.owners import HandOver
from services.case.domain.packed import owner_of, pack, unpack
from services.case.domain.timeline import happenings_of
from shared.contracts.case import CaseMoved, CaseOpened, CaseReopened
from shared.contracts.case_codes import CaseState, Role, SendingBackReason
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_offices import CaseAttempted
from shared.contracts.case_owners import CaseSent, CaseSentBack, CaseTakenOver
from shared.contracts.refusal import RefusalCode
from tests.domain.case.case_story import (
    BUTUO,
    CHONGMING,
    OFFICE,
    SCHOOL,
    ZHAOJUE,
    attempt,
    back,
    day,
    given,
    joined,
    moved,
    number,
    opened,
    removed,
    standing,
    told,
)
from tests.domain.case.owner_story import OFFICE_THERE, disowned, sent_back, taken_over

OPEN = CaseState.OPEN
SENT: tuple[CaseCommand, ...] = (opened(), moved())
DUE, AGAIN = date(2020, 3, 16), date(2020, 3, 17)
"""Ten working days after Monday, 2 March 2020, and after the day that follows."""


def way_of(*story: CaseCommand) -> HandOver | None:
    owner = told(story).owner
    return None if owner is None else owner.hand_over


# --- sent


def test_a_move_sends_the_file_and_the_county_that_sends_it_goes_on_answering() -> None:
    fact = given(opened()).when(moved()).then(CaseSent, standing(OPEN, day(8)))
    assert isinstance(fact, CaseSent)
    assert (fact.to_county, fact.due) == (BUTUO, DUE)
    assert way_of(*SENT) == HandOver(ZHAOJUE, BUTUO, day(2), DUE)
    given(*SENT).when(attempt()).then(CaseAttempted, standing(CaseState.PERSUADING, day(10), attempts=1))
    given(*SENT).when(attempt(OFFICE_THERE)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_a_file_of_a_county_that_became_part_of_the_other_moves_without_a_word() -> None:
    case = told([opened()])
    from services.case.domain import owner_commands  # what the story asks for each county alone
    from tests.domain.case.case_story import numbered

    fact = owner_commands.move(case, numbered(moved(), day(2)), on=day(2), same_office={BUTUO, ZHAOJUE})  # type: ignore[arg-type]
    assert isinstance(fact, CaseMoved)
    assert fact.after.county == BUTUO


def test_a_closed_file_stays_where_it_is() -> None:
    given(opened(), removed()).when(moved()).then_nothing()


def test_a_file_on_its_way_is_sent_on_where_the_child_moves_on() -> None:
    given(*SENT).when(moved(CHONGMING)).then(CaseSent, standing(OPEN, day(8)))
    assert way_of(*SENT, moved(CHONGMING)) == HandOver(ZHAOJUE, CHONGMING, day(3), AGAIN)


def test_a_child_that_comes_back_before_its_file_was_taken_over_keeps_it() -> None:
    given(*SENT).when(moved(ZHAOJUE)).then(CaseMoved, standing(OPEN, day(8)))
    assert way_of(*SENT, moved(ZHAOJUE)) is None
    given(opened()).when(moved(ZHAOJUE)).then_nothing()


def test_the_same_move_sends_a_file_once() -> None:
    given(*SENT).when(moved(fact=number(2))).then_nothing()
    given(*SENT).when(moved(fact=number(3))).then_nothing()
    given(*SENT, sent_back()).when(moved(fact=number(2))).then_nothing()
    given(*SENT, sent_back()).when(moved(fact=number(4))).then_nothing()
    given(*SENT, sent_back(), taken_over(OFFICE)).when(moved(fact=number(2))).then_nothing()


# --- taken over


def test_the_office_of_the_receiving_county_takes_it_over_and_answers_from_then_on() -> None:
    fact = given(*SENT).when(taken_over(role=Role.EDUCATION_HEAD)).then(CaseTakenOver, standing(OPEN, day(8), county=BUTUO))
    assert isinstance(fact, CaseTakenOver)
    assert (fact.office, fact.role, fact.from_county) == (OFFICE_THERE, Role.EDUCATION_HEAD, ZHAOJUE)
    assert way_of(*SENT, taken_over()) is None
    given(*SENT, taken_over()).when(attempt()).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    assert given(*SENT, taken_over()).when(attempt(OFFICE_THERE)).fact is not None


@pytest.mark.parametrize("office", [OFFICE, f"/counties/{CHONGMING}", SCHOOL])
def test_nobody_else_takes_it_over_or_sends_it_back(office: str) -> None:
    for asked in (taken_over(office), sent_back(office)):
        given(*SENT).when(asked).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office", "to which the file was sent")


def test_what_nobody_sent_is_not_taken_over() -> None:
    for asked in (taken_over(), sent_back()):
        given(opened()).when(asked).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "nothing to take over")
        given(*SENT, taken_over()).when(asked).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "nothing to take over")
        given(opened(), removed()).when(asked).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is closed")
        given().when(asked).then_refused(RefusalCode.UNKNOWN_CASE, "subject")


def test_parents_take_nothing_over() -> None:
    for asked in (taken_over(role=Role.PARENT), sent_back(role=Role.PARENT), disowned(role=Role.PARENT)):
        given(*SENT).when(asked).then_refused(RefusalCode.MALFORMED, "data.role")


def test_the_same_words_told_again_are_one() -> None:
    given(*SENT, taken_over()).when(taken_over(), cause="given-3").then_nothing()
    given(*SENT, sent_back()).when(sent_back(), cause="given-3").then_nothing()


# --- sent back


def test_a_county_sends_back_with_a_reason_and_the_former_one_has_it_to_take_over() -> None:
    fact = given(*SENT).when(sent_back(because=SendingBackReason.LIVES_ELSEWHERE)).then(CaseSentBack, standing(OPEN, day(8)))
    assert isinstance(fact, CaseSentBack)
    assert (fact.because, fact.to_county, fact.due) == (SendingBackReason.LIVES_ELSEWHERE, ZHAOJUE, AGAIN)
    assert way_of(*SENT, sent_back()) == HandOver(BUTUO, ZHAOJUE, day(2), AGAIN, 2, SendingBackReason.NOT_HERE)
    given(*SENT, sent_back()).when(taken_over()).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    given(*SENT, sent_back()).when(taken_over(OFFICE)).then(CaseTakenOver, standing(OPEN, day(8)))
    assert way_of(*SENT, sent_back(), taken_over(OFFICE)) is None


def test_the_former_county_sends_it_again_and_its_age_goes_on() -> None:
    again = (*SENT, sent_back(), sent_back(OFFICE, because=SendingBackReason.OTHER))
    assert way_of(*again) == HandOver(ZHAOJUE, BUTUO, day(2), date(2020, 3, 18), 3, SendingBackReason.OTHER)
    given(*again).when(taken_over()).then(CaseTakenOver, standing(OPEN, day(8), county=BUTUO))


# --- what else happens meanwhile


def test_what_happens_to_the_child_meanwhile_happens_where_the_file_is_and_it_stays_on_its_way() -> None:
    assert way_of(*SENT, attempt(), back()) == HandOver(ZHAOJUE, BUTUO, day(2), DUE)


@pytest.mark.parametrize("ending", [removed(), opened(BUTUO, spell=2), joined(county=BUTUO)])
def test_a_hand_over_ends_with_the_file_and_where_the_file_is_opened_or_joined_in_the_other_county(ending: CaseCommand) -> None:
    assert way_of(*SENT, back(), ending) is None


def test_a_second_dropping_out_in_the_county_itself_leaves_the_file_on_its_way() -> None:
    given(*SENT, back()).when(opened(spell=2)).then(CaseReopened, standing(OPEN, day(4 + 7)))
    assert way_of(*SENT, back(), opened(spell=2)) is not None


# --- bytes and the past


def test_a_file_on_its_way_takes_16_bytes_more_until_it_is_taken_over() -> None:
    def size(*story: CaseCommand) -> int:
        case = told(story)
        return len(pack(case)) - len(case.history)

    assert [size(*story) for story in (SENT, (*SENT, sent_back()), (*SENT, taken_over()))] == [27 + 16, 27 + 16, 27]
    for story in (SENT, (*SENT, sent_back())):
        assert unpack(pack(told(story))) == told(story)
        assert owner_of(pack(told(story))) == told(story).owner
    assert owner_of(pack(told([opened()]))) is None


def test_the_history_tells_who_sent_it_and_who_took_it_over() -> None:
    assert happenings_of(told([*SENT, sent_back(), taken_over(OFFICE)]).history)[1:] == [
        Happening("sent", day(2), from_county=ZHAOJUE, to_county=BUTUO, next=DUE),
        Happening("sent-back", day(3), office=OFFICE_THERE, role=Role.OFFICER, to_county=ZHAOJUE, sent_back=SendingBackReason.NOT_HERE, next=AGAIN),
        Happening("taken-over", day(4), office=OFFICE, role=Role.OFFICER, from_county=BUTUO, to_county=ZHAOJUE),
    ]


def test_a_move_of_before_there_were_hand_overs_moved_the_file_at_once() -> None:
    there, elsewhere = standing(OPEN, day(8)), standing(OPEN, day(8), county=BUTUO)
    facts = [CaseOpened(before=None, after=there, fact=number(1)), CaseMoved(before=there, after=elsewhere, fact=number(2))]
    case = fold((day(n), f"c{n}", fact) for n, fact in enumerate(facts, 1))
    assert (case.standing, case.owner) == (elsewhere, None)
    assert unpack(pack(case)) == case
