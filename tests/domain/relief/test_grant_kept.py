"""What is kept of a child: which commands were done already, its grants, and their histories."""

from datetime import date

import pytest

from services.relief.domain.grant import DIGESTS, INITIAL, KEPT, evolve
from services.relief.domain.timeline import REMEMBERED, Happening, happenings_of
from shared.calendar.terms import first_day, name_of, number_of
from shared.contracts.refusal import RefusalCode
from shared.contracts.relief import (
    BeginTerm,
    ReliefFact,
)
from shared.states import UnfoldableFact
from tests.domain.relief.grants import (
    AUTUMN,
    BUTUO,
    OFFICE,
    OTHER_OFFICE,
    SPRING,
    ZHAOJUE,
    begun,
    boards,
    changed,
    dropped_out,
    given,
    in_school,
    paid,
    returned,
)

# --- repeats


def test_a_fact_of_the_student_is_followed_once() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-08", dropped_out), ("2019-11-04", returned))
    child.when("2019-10-08", dropped_out, following=2).then_nothing()
    child.when("2019-11-04", dropped_out, following=3).then_nothing()
    assert child.when("2019-11-04", dropped_out, following=4).fact is not None


def test_an_offices_command_is_done_once_whatever_came_between() -> None:
    no_longer = changed(boards, boarder=False)
    child = given(("2019-09-02", in_school), ("2019-09-16", boards), ("2019-09-17", no_longer))
    child.when("2019-09-18", boards, cause="command-2").then_nothing()
    assert child.when("2019-09-18", boards).fact is not None


def test_of_offices_commands_the_last_few_are_known_again() -> None:
    toggled = [("2019-09-16", changed(boards, boarder=n % 2 == 0)) for n in range(DIGESTS + 1)]
    child = given(("2019-09-02", in_school), *toggled)
    no_longer = changed(boards, boarder=False)
    known = [n for n in range(2, DIGESTS + 3) if child.when("2019-09-28", no_longer, cause=f"command-{n}").fact is None]
    assert known == list(range(3, DIGESTS + 3))


# --- what is kept


def test_a_history_tells_what_became_of_the_grant() -> None:
    child = given(("2019-09-02", in_school), ("2019-10-08", dropped_out), ("2019-11-04", changed(returned, county=BUTUO)))
    paid_there = changed(paid, office=OTHER_OFFICE, day=date(2019, 11, 20))
    kept = child.when("2019-12-02", paid_there).left.kept_of(number_of(AUTUMN))
    assert kept is not None
    assert kept.reference == "ZF/2019-0001"
    assert happenings_of(kept.history) == [
        Happening("granted", date(2019, 9, 2), ZHAOJUE, 31_250),
        Happening("suspended", date(2019, 10, 8), ZHAOJUE, 31_250),
        Happening("resumed", date(2019, 11, 4), BUTUO, 31_250),
        Happening("paid", date(2019, 11, 20), BUTUO, 31_250),
    ]


def test_a_history_keeps_the_last_happenings() -> None:
    toggled = [("2019-09-16", changed(boards, boarder=n % 2 == 0)) for n in range(REMEMBERED + 5)]
    kept = given(("2019-09-02", in_school), *toggled).pupil.kept_of(number_of(AUTUMN))
    assert kept is not None
    assert [each.what for each in happenings_of(kept.history)] == ["recalculated"] * REMEMBERED


def test_the_last_grants_are_kept_and_one_that_was_forgotten_is_never_given_again() -> None:
    first = number_of("2012-spring")
    terms = [name_of(first + n) for n in range(KEPT + 1)]
    days = [first_day(first + n).isoformat() for n in range(KEPT + 1)]
    began = [(day, BeginTerm(term)) for day, term in zip(days[1:], terms[1:], strict=True)]
    story = [(days[0], in_school), (days[0], changed(boards, term=terms[0])), *began]
    child = given(*story)
    assert [each.grant.term for each in child.pupil.grants] == terms[1:]
    child.when("2023-03-01", BeginTerm(terms[0])).then_nothing()
    child.when("2023-03-01", BeginTerm(terms[0], office=OFFICE)).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.term", "too late")
    child.when("2023-03-01", changed(boards, term=terms[0])).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.term", "too late")


def test_grants_stand_in_the_order_of_their_terms_whatever_the_order_of_giving() -> None:
    child = given(("2019-03-04", in_school), ("2020-02-17", in_school), ("2020-03-02", begun))
    assert [each.grant.term for each in child.pupil.grants] == [AUTUMN, SPRING]


def test_a_fact_that_no_rule_folds_stops_the_worker() -> None:
    class Unheard(ReliefFact, frozen=True):
        TYPE = "cn.baoxue.relief.unheard.v1"

    with pytest.raises(UnfoldableFact, match="unheard"):
        evolve(INITIAL, Unheard(before=None, after=None, eligible=None, boards=False), on=date(2019, 9, 2), cause="c")
