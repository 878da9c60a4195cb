"""A file is closed by return (销号) when the return was claimed, corroborated and sustained, by one office and a second that confirms it."""

from datetime import date, timedelta

import pytest

from services.case.domain.case import Case
from services.case.domain.entries import Happening
from services.case.domain.packed import pack, unpack
from services.case.domain.stored_numbers import office_number, office_of
from services.case.domain.sustaining import Return
from services.case.domain.timeline import happenings_of
from shared.contracts.case import CasePutUnderObservation, CasePutUnderObservationV1, CaseReopened, CaseResumed
from shared.contracts.case_codes import CaseState, ClosingOutcome, Corroboration, DecliningReason, Role
from shared.contracts.case_commands import CaseCommand, CloseAfterReturn, CloseAfterReturnV1, CloseAfterReturnV2, ObserveReturn, ObserveReturnV1
from shared.contracts.case_offices import (
    CaseClosedByReturn,
    CaseClosedByReturnV1,
    CaseClosedByReturnV2,
    CaseClosingDeclined,
    CaseClosingProposed,
    CaseReturnCorroborated,
)
from shared.contracts.refusal import RefusalCode
from shared.contracts.registry import INPUT_LANGUAGES, RECORD_LANGUAGE
from shared.contracts.words import Status
from shared.events.codec import encode
from tests.domain.case.case_story import (
    BUTUO,
    CHONGMING,
    OFFICE,
    PREFECTURE,
    PROVINCE,
    SCHOOL,
    ZHAOJUE,
    attempt,
    back,
    closed,
    confirmed,
    corroborated,
    day,
    declined,
    given,
    gone,
    joined,
    merged,
    number,
    opened,
    proposed,
    removed,
    restored,
    standing,
    told,
    voided,
)

RETURNED, CLOSING, CLOSED = CaseState.RETURNED, CaseState.CLOSING, CaseState.CLOSED
BACK: tuple[CaseCommand, ...] = (opened(), back())
SUSTAINED = day(92)
"""The last day of the observation of a child that is back on the second day."""
KNOWN: tuple[CaseCommand, ...] = (*BACK, corroborated())
WAITING: tuple[CaseCommand, ...] = (*KNOWN, proposed())
"""Closed by one office; the second has 15 days."""


# --- claimed


def test_a_return_is_claimed_by_whoever_reported_it() -> None:
    fact = given(opened(), attempt()).when(back()).then(CasePutUnderObservation, standing(RETURNED, day(93), attempts=1))
    assert isinstance(fact, CasePutUnderObservation)
    assert fact.claimant == PROVINCE
    assert told(BACK).back == Return(day(2), PROVINCE)


# --- corroborated


def test_another_office_than_the_claimant_says_by_what_it_knows() -> None:
    fact = given(*BACK).when(corroborated(by=Corroboration.MEAL)).then(CaseReturnCorroborated, standing(RETURNED, SUSTAINED))
    assert isinstance(fact, CaseReturnCorroborated)
    assert (fact.office, fact.role, fact.by, fact.happened, fact.evidence) == (SCHOOL, Role.TEACHER, "meal", day(3), "KQ/2020-05")


@pytest.mark.parametrize("claimant", [PROVINCE, OFFICE, SCHOOL, PREFECTURE])
def test_the_claimant_is_no_second_source(claimant: str) -> None:
    story = given(opened(), back(claimant=claimant))
    story.when(corroborated(claimant)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office", "this office claimed the return")
    for other in {PROVINCE, OFFICE, SCHOOL, PREFECTURE} - {claimant}:
        assert story.when(corroborated(other)).fact is not None


def test_where_nobody_knows_who_claimed_it_any_office_may_know_of_it() -> None:
    assert given(opened(), back(claimant=None)).when(corroborated(OFFICE)).fact is not None


def test_what_shows_a_return_is_of_a_day_from_the_return_to_today() -> None:
    given(*BACK).when(corroborated(happened=day(4))).then_refused(RefusalCode.FUTURE_DATED, "data.happened")
    given(*BACK).when(corroborated(happened=day(1))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.happened", f"back since {day(2)}")
    assert given(*BACK).when(corroborated(happened=day(2))).fact is not None


def test_nobody_corroborates_on_their_word_alone_nor_as_a_parent() -> None:
    given(*BACK).when(corroborated(evidence=None)).then_refused(RefusalCode.MALFORMED, "data.evidence", "in school")
    given(*BACK).when(corroborated(role=Role.PARENT)).then_refused(RefusalCode.MALFORMED, "data.role")


def test_an_office_of_another_county_knows_nothing_of_the_child() -> None:
    for office in (f"/counties/{BUTUO}", f"/counties/{CHONGMING}", "/provinces/31"):
        given(*BACK).when(corroborated(office)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


# --- sustained, and closed by one


def test_the_office_of_the_county_would_close_the_file_once_the_child_stayed() -> None:
    fact = given(*KNOWN).when(proposed(), on=SUSTAINED).then(CaseClosingProposed, standing(CLOSING, SUSTAINED + timedelta(15)))
    assert isinstance(fact, CaseClosingProposed)
    assert (fact.office, fact.role, fact.outcome, fact.evidence) == (OFFICE, Role.OFFICER, "sustained", "KQ/2019-06")


def test_no_file_is_closed_before_the_child_was_in_the_seat_for_a_term() -> None:
    early = SUSTAINED - timedelta(1)
    given(*KNOWN).when(proposed(), on=early).then_refused(RefusalCode.TERM_RUNNING, "type", f"under observation until {SUSTAINED}")


def test_no_file_is_closed_on_the_claim_alone() -> None:
    given(*BACK).when(proposed(), on=SUSTAINED).then_refused(RefusalCode.CORROBORATION_MISSING, "type", "has to corroborate it first")


def test_no_file_is_closed_without_evidence_and_a_role() -> None:
    given(*KNOWN).when(proposed(evidence=None), on=SUSTAINED).then_refused(RefusalCode.MALFORMED, "data.evidence", "attendance roll")
    for role in (None, Role.PARENT):
        given(*KNOWN).when(proposed(role=role), on=SUSTAINED).then_refused(RefusalCode.MALFORMED, "data.role")


def test_no_file_is_closed_by_return_before_the_child_is_back() -> None:
    given(opened()).when(proposed()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is open")
    given(opened(), attempt()).when(proposed()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is persuading")
    given(opened(), removed()).when(proposed()).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is closed")
    given().when(proposed()).then_refused(RefusalCode.UNKNOWN_CASE, "subject")


def test_closing_is_for_the_office_of_the_county() -> None:
    for office in (SCHOOL, f"/counties/{BUTUO}"):
        given(*KNOWN).when(proposed(office), on=SUSTAINED).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_the_same_closing_told_again_is_one_closing() -> None:
    given(*WAITING).when(proposed(), cause="given-4").then_nothing()
    given(*WAITING).when(proposed(), cause="another").then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is closing")
    given(*BACK, *closed()).when(confirmed(), cause="given-5").then_nothing()
    given(*KNOWN).when(corroborated(), cause="given-3").then_nothing()


# --- confirmed by a second


def test_a_second_office_confirms_and_the_file_is_closed() -> None:
    fact = given(*WAITING).when(confirmed()).then(CaseClosedByReturn, standing(CLOSED, None))
    assert isinstance(fact, CaseClosedByReturn)
    assert (fact.office, fact.role, fact.outcome, fact.evidence) == (PREFECTURE, Role.OFFICER, "sustained", "FH/2020-06")
    assert (fact.corroborated_by, fact.proposed_by) == (SCHOOL, OFFICE)


def test_whoever_would_close_a_file_does_not_confirm_it() -> None:
    for second in (confirmed(OFFICE), declined(OFFICE)):
        given(*WAITING).when(second).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office", "another office or level")


def test_the_second_office_is_one_that_answers_for_the_county() -> None:
    for office in (SCHOOL, f"/counties/{BUTUO}", "/provinces/31"):
        given(*WAITING).when(confirmed(office)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    assert given(*WAITING).when(confirmed(PROVINCE)).fact is not None


def test_the_second_office_looks_for_itself() -> None:
    given(*WAITING).when(confirmed(evidence=None)).then_refused(RefusalCode.MALFORMED, "data.evidence", "looked at itself")
    for second in (confirmed(role=Role.PARENT), declined(role=Role.PARENT)):
        given(*WAITING).when(second).then_refused(RefusalCode.MALFORMED, "data.role")


def test_a_second_office_that_does_not_confirm_asks_for_new_evidence() -> None:
    story = given(*WAITING, declined())
    fact = given(*WAITING).when(declined(because=DecliningReason.NOT_IN_SCHOOL)).then(CaseClosingDeclined, standing(RETURNED, day(5 + 7)))
    assert isinstance(fact, CaseClosingDeclined)
    assert (fact.office, fact.because) == (PREFECTURE, "not_in_school")
    assert story.case.back == Return(day(2), PROVINCE)
    story.when(proposed(), on=date(2020, 7, 1)).then_refused(RefusalCode.CORROBORATION_MISSING, "type")
    assert given(*WAITING, declined(), corroborated(), proposed()).when(confirmed()).fact is not None


# --- what else happens meanwhile


def test_a_relapse_opens_the_next_spell_at_once_and_forgets_the_return() -> None:
    story = given(*WAITING)
    story.when(opened(spell=2)).then(CaseReopened, standing(CaseState.OPEN, day(5 + 7)))
    assert given(*WAITING, opened(spell=2)).case.back is None
    given(*WAITING, opened(spell=2), back()).when(proposed(), on=date(2020, 8, 1)).then_refused(RefusalCode.CORROBORATION_MISSING, "type")


def test_a_file_that_moves_takes_along_what_is_known_of_the_return() -> None:
    case = given(*WAITING, *gone()).case
    assert case.back == Return(day(2), PROVINCE, SCHOOL, OFFICE)
    given(*WAITING, *gone()).when(confirmed(PROVINCE)).then(CaseClosedByReturn, standing(CLOSED, None, county=BUTUO))


def test_what_was_reported_and_taken_back_lets_the_return_be_corroborated_anew() -> None:
    for story in ([*WAITING, opened(spell=2), voided(spells=1)], [*WAITING, removed(), voided(spells=1)]):
        resumed = told(story)
        assert resumed.standing is not None
        assert (resumed.standing.state, resumed.back) == (RETURNED, Return(day(6)))
    given(*WAITING, opened(spell=2)).when(voided(spells=1)).then(CaseResumed, standing(RETURNED, day(6 + 90)))


def test_a_merge_that_is_parted_lets_the_office_of_the_county_say_so_again() -> None:
    parted = told([*WAITING, merged(), restored()])
    assert parted.standing is not None
    assert (parted.standing.state, parted.back) == (RETURNED, Return(day(6)))


def test_a_survivor_that_is_observed_has_no_claimant() -> None:
    observed = told([joined(), joined(Status.RETURNED, fact=number(3))])
    assert observed.back == Return(day(2))


# --- bytes


def test_a_return_takes_nine_bytes_until_the_file_is_closed_and_six_for_each_office_that_speaks() -> None:
    def size(*story: CaseCommand) -> int:
        case = told(story)
        return len(pack(case)) - len(case.history)

    assert [size(*story) for story in ((opened(),), BACK, KNOWN, WAITING, (*BACK, *closed()))] == [35 - 8, 36, 42, 48, 24]


@pytest.mark.parametrize("claimant", [None, PROVINCE, SCHOOL])
@pytest.mark.parametrize("corroborated_by", [None, "/nation", PREFECTURE])
@pytest.mark.parametrize("proposed_by", [None, OFFICE])
def test_what_is_known_of_a_return_is_read_back_as_it_was(claimant: str | None, corroborated_by: str | None, proposed_by: str | None) -> None:
    case = told(BACK)
    kept = Case(case.standing, case.taken, case.history, case.plan, None, Return(date(9999, 12, 31), claimant, corroborated_by, proposed_by))
    assert unpack(pack(kept)) == kept


@pytest.mark.parametrize(
    "office", ["/nation", "/provinces/11", "/prefectures/990000", "/counties/659012", "/schools/9999999999", "/schools/0000000000"]
)
def test_an_office_is_a_number_of_41_bits(office: str) -> None:
    assert office_of(office_number(office)) == office
    assert 0 <= office_number(office) < 1 << 41


def test_the_history_tells_who_spoke() -> None:
    assert happenings_of(told([*WAITING, declined()]).history)[2:] == [
        Happening("return-corroborated", day(3), office=SCHOOL, role=Role.TEACHER, by=Corroboration.ATTENDANCE, happened=day(3)),
        Happening("closing-proposed", SUSTAINED, office=OFFICE, role=Role.OFFICER),
        Happening("closing-declined", day(5), office=PREFECTURE, role=Role.OFFICER, declined=DecliningReason.EVIDENCE_INSUFFICIENT),
    ]


# --- what was there before


def test_files_that_one_office_closed_stay_closed() -> None:
    before, after = standing(RETURNED, day(9)), standing(CLOSED, None)
    for older in (
        CaseClosedByReturnV1(before=before, after=after, office=OFFICE, outcome=ClosingOutcome.SUSTAINED),
        CaseClosedByReturnV2(before=before, after=after, office=OFFICE, outcome=ClosingOutcome.SUSTAINED, evidence="KQ/1"),
    ):
        read = RECORD_LANGUAGE.read(older.TYPE, encode(older))
        assert isinstance(read, CaseClosedByReturn)
        assert (read.office, read.evidence, read.role, read.corroborated_by, read.proposed_by) == (
            OFFICE, getattr(older, "evidence", None), None, None, None,
        )  # fmt: skip
    observed = CasePutUnderObservationV1(before=before, after=before, fact=number(1))
    assert RECORD_LANGUAGE.read(observed.TYPE, encode(observed)) == CasePutUnderObservation(before=before, after=before, fact=number(1))


def test_commands_of_before_say_no_claimant_and_no_role() -> None:
    asked = INPUT_LANGUAGES["case"]
    assert asked.read(ObserveReturnV1.TYPE, encode(ObserveReturnV1(fact=number(1)))) == ObserveReturn(fact=number(1))
    for older in (
        CloseAfterReturnV1(office=OFFICE, outcome=ClosingOutcome.SUSTAINED),
        CloseAfterReturnV2(office=OFFICE, outcome=ClosingOutcome.SUSTAINED),
    ):
        read = asked.read(older.TYPE, encode(older))
        assert read == CloseAfterReturn(office=f"/counties/{ZHAOJUE}", outcome=ClosingOutcome.SUSTAINED)
        given(*KNOWN).when(read, on=SUSTAINED).then_refused(RefusalCode.MALFORMED, "data.role")
