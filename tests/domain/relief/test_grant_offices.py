"""What offices ask for: a term begins, a child boards, a grant was paid."""

from datetime import date

import pytest

from shared.calendar.terms import number_of
from shared.contracts.refusal import RefusalCode
from shared.contracts.relief import (
    AidGranted,
    AidPaid,
    BeginTerm,
    GrantState,
)
from shared.contracts.words import Stage
from tests.domain.relief.grants import (
    BUTUO,
    OFFICE,
    OTHER_OFFICE,
    SPRING,
    begun,
    boards,
    changed,
    dropped_out,
    given,
    grant,
    in_school,
    left,
    lifted,
    moved,
    paid,
)

PAID = GrantState.PAID


# --- a new term


def test_a_term_that_begins_brings_its_aid_to_whoever_went_on_being_in_school() -> None:
    given(("2019-09-02", in_school)).when("2020-02-10", BeginTerm(SPRING)).then(AidGranted, None, grant(term=SPRING))


@pytest.mark.parametrize("asked", [dropped_out, left, lifted])
def test_a_term_that_begins_brings_nothing_to_whoever_is_out_or_no_longer_poor(asked: object) -> None:
    given(("2019-09-02", in_school), ("2019-11-04", asked)).when("2020-02-10", BeginTerm(SPRING)).then_nothing()  # type: ignore[arg-type]


def test_a_term_begun_twice_brings_its_aid_once() -> None:
    child = given(("2019-09-02", in_school), ("2020-02-10", BeginTerm(SPRING)))
    child.when("2020-03-02", BeginTerm(SPRING)).then_nothing()
    child.when("2020-03-02", in_school).then_nothing()


def test_a_term_begun_late_brings_its_aid_to_those_who_were_eligible_in_it_and_in_the_same_stage() -> None:
    story = (("2019-03-04", in_school), ("2020-02-17", in_school))
    given(*story).when("2020-03-02", begun).then(AidGranted, None, grant())
    given(("2020-02-17", in_school)).when("2020-03-02", begun).then_nothing()
    was_primary = (("2019-03-04", changed(in_school, stage=Stage.PRIMARY)), ("2020-02-17", in_school))
    given(*was_primary).when("2020-03-02", begun).then_nothing()


def test_in_a_term_begun_late_a_child_boards_if_it_did_before() -> None:
    since_spring = (("2019-03-04", in_school), ("2020-02-17", in_school), ("2020-02-18", changed(boards, term=SPRING)))
    given(*since_spring).when("2020-03-02", begun).then(AidGranted, None, grant())
    boarded = (("2019-03-04", in_school), ("2019-03-05", changed(boards, term="2019-spring")), ("2020-02-17", in_school))
    given(*boarded).when("2020-03-02", begun).then(AidGranted, None, grant(fen=62_500, boarder=True))
    no_longer = (*boarded, ("2020-02-18", changed(boards, term=SPRING, boarder=False)))
    given(*no_longer).when("2020-03-02", changed(begun, office=OFFICE)).then(AidGranted, None, grant(fen=62_500, boarder=True))


@pytest.mark.parametrize("asked", [BeginTerm(SPRING), BeginTerm(SPRING, office=OFFICE), changed(boards, term=SPRING)])
def test_nothing_is_done_for_a_term_before_its_first_day(asked: object) -> None:
    child = given(("2019-09-02", in_school))
    child.when("2020-01-31", asked).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.term", "has not begun")  # type: ignore[arg-type]
    assert child.when("2020-02-01", asked).fact is not None  # type: ignore[arg-type]


def test_an_office_gives_one_child_of_its_own_the_aid_of_a_term() -> None:
    ours, others = BeginTerm(SPRING, office=OFFICE), BeginTerm(SPRING, office=OTHER_OFFICE)
    child = given(("2019-09-02", in_school))
    child.when("2020-02-10", ours).then(AidGranted, None, grant(term=SPRING))
    child.when("2020-02-10", others).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    given(("2020-02-17", in_school)).when("2020-02-18", others).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_an_office_is_told_why_a_child_is_due_nothing() -> None:
    earlier = BeginTerm("2019-spring", office=OFFICE)
    given().when("2019-09-16", earlier).then_refused(RefusalCode.UNKNOWN_GRANT, "data.term")
    given(("2019-09-02", in_school)).when("2019-09-16", earlier).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.term", "too late")
    given(("2019-03-04", in_school)).when("2019-03-11", earlier).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.term", "does not board")


def test_boarding_in_a_term_in_which_the_child_was_not_known_to_be_eligible_is_refused() -> None:
    child = given(("2019-09-02", in_school))
    child.when("2019-09-16", changed(boards, term="2019-spring")).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.term", "too late")


# --- payment


def test_paying_says_who_paid_when_and_by_which_payment() -> None:
    fact = given(("2019-09-02", in_school)).when("2019-10-16", paid).then(AidPaid, grant(), grant(PAID))
    assert isinstance(fact, AidPaid)
    assert (fact.office, fact.reference, fact.day) == (OFFICE, "ZF/2019-0001", date(2019, 10, 15))


def test_a_payment_reported_again_says_nothing_and_another_one_is_refused() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-16", paid))
    child.when("2019-10-17", paid).then_nothing()
    child.when("2019-10-17", changed(paid, reference="ZF/2019-0002")).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "paid")
    child.when("2019-10-17", changed(paid, fen=31_251)).then_refused(RefusalCode.NOT_ALLOWED_NOW, "type", "paid")


@pytest.mark.parametrize("fen", [0, 31_249, 31_251, 62_500])
def test_no_other_amount_is_paid_than_what_is_due(fen: int) -> None:
    given(("2019-09-02", in_school)).when("2019-10-16", changed(paid, fen=fen)).then_refused(
        RefusalCode.OTHER_AMOUNT, "data.fen", "31250 fen are due"
    )


def test_only_the_county_that_the_grant_counts_in_pays_it() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-08", moved))
    child.when("2019-10-16", paid).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    child.when("2019-10-16", changed(paid, office=OTHER_OFFICE)).then(AidPaid, grant(county=BUTUO), grant(PAID, BUTUO))


@pytest.mark.parametrize("asked", [paid, boards])
def test_what_is_asked_of_a_child_never_heard_of_is_refused(asked: object) -> None:
    given().when("2019-10-16", asked).then_refused(RefusalCode.UNKNOWN_GRANT, "data.term")  # type: ignore[arg-type]


def test_nobody_pays_tomorrow_nor_before_the_term() -> None:
    child = given(("2019-09-02", in_school))
    child.when("2019-10-15", changed(paid, day=date(2019, 10, 16))).then_refused(RefusalCode.FUTURE_DATED, "data.day")
    child.when("2019-10-15", changed(paid, day=date(2019, 7, 31))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.day")
    assert child.when("2019-10-15", changed(paid, day=date(2019, 8, 1))).fact is not None
    assert child.when("2019-10-15", paid).fact is not None


def test_what_was_due_for_a_term_that_is_over_can_be_paid_at_the_rate_of_that_term() -> None:
    """Mid-year switch: in spring 2024 the standard rose, and what was due for autumn 2023 did not."""
    child = given(("2023-09-04", in_school), ("2024-02-19", BeginTerm("2024-spring")))
    late = changed(paid, term="2023-autumn", day=date(2024, 3, 1))
    child.when("2024-03-01", late).then(AidPaid, grant(term="2023-autumn"), grant(PAID, term="2023-autumn"))
    assert child.pupil.grant_of(number_of("2024-spring")) == grant(fen=37_500, term="2024-spring")
