"""What counties state of themselves."""

from datetime import datetime

import pytest

from services.enrolment.domain import county
from services.enrolment.domain.county import INITIAL, CountyLedger
from services.enrolment.domain.refusals import IdReused
from shared.contracts.county import CountyStated
from shared.contracts.reports import CountyReported
from tests.domain.enrolment.scenario import day

ZHAOJUE = "/counties/513431"


def decide(ledger: CountyLedger, report: CountyReported, *, at: datetime, id_: str = "") -> CountyStated | None:
    return county.decide(ledger, report, at=at, source=ZHAOJUE, id=id_ or f"{at} {report.out_of_school}")


def after(*statements: tuple[int, datetime]) -> CountyLedger:
    ledger = INITIAL
    for number, at in statements:
        fact = decide(ledger, CountyReported(number), at=at)
        assert fact is not None
        ledger = county.evolve(ledger, fact, at=at, source=ZHAOJUE, id=f"{at} {number}")
    return ledger


def test_a_county_that_has_no_child_out_of_school_says_so() -> None:
    assert decide(INITIAL, CountyReported(0), at=day(1)) == CountyStated(out_of_school=0)


def test_the_same_number_of_the_same_moment_says_nothing_under_whatever_id() -> None:
    assert decide(after((31, day(1))), CountyReported(31), at=day(1)) is None
    assert decide(after((31, day(1))), CountyReported(31), at=day(1), id_="another") is None


def test_the_same_number_later_on_the_same_day_is_a_sign_of_life() -> None:
    assert decide(after((31, day(1))), CountyReported(31), at=day(1, hour=20)) == CountyStated(out_of_school=31)


def test_another_statement_under_the_same_id_is_refused() -> None:
    with pytest.raises(IdReused):
        decide(after((31, day(1))), CountyReported(30), at=day(2), id_=f"{day(1)} 31")


def test_the_same_number_on_another_day_is_a_sign_of_life() -> None:
    assert decide(after((31, day(1))), CountyReported(31), at=day(2)) == CountyStated(out_of_school=31)


def test_another_number_on_the_same_day_is_a_statement() -> None:
    assert decide(after((31, day(1))), CountyReported(30), at=day(1)) == CountyStated(out_of_school=30)


def test_a_statement_from_before_the_newest_is_late() -> None:
    assert decide(after((31, day(2))), CountyReported(33), at=day(1)) == CountyStated(out_of_school=33, late=True)


def test_a_late_statement_does_not_become_the_newest() -> None:
    ledger = after((31, day(3)), (33, day(1)))
    assert ledger.newest == after((31, day(3))).newest
    assert decide(ledger, CountyReported(32), at=day(2)) == CountyStated(out_of_school=32, late=True)


def test_a_late_statement_told_again_says_nothing() -> None:
    assert decide(after((31, day(3)), (33, day(1))), CountyReported(33), at=day(1)) is None
