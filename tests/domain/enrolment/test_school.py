"""What is stated of the places of a school, and by whom."""

from datetime import datetime

import pytest

from services.enrolment.domain import packed_school, school
from services.enrolment.domain.packed import FORMAT, transfers_of
from services.enrolment.domain.refusals import IdReused, SchoolOfAnotherCounty
from services.enrolment.domain.school import INITIAL, SchoolLedger
from services.enrolment.domain.senders import Told
from shared.contracts.places import SchoolPlacesStated
from shared.contracts.reports import PlacesStated
from shared.states import UnknownFormat
from tests.domain.enrolment.scenario import PROVINCES, day

SCHOOL, SICHUAN = "2151000001", "/provinces/51"
HERE, THERE, BEIJING = "513431", "513429", "110101"


def said(seats: int = 40, *, county: str = HERE, term: str = "2020-autumn", beds: int = 12) -> PlacesStated:
    return PlacesStated(county=county, term=term, seats=seats, beds=beds)


def decide(ledger: SchoolLedger, report: PlacesStated, *, at: datetime, source: str = "", id_: str = "") -> SchoolPlacesStated | None:
    told = Told(at, source or f"/counties/{report.county}", id_ or f"{at} {report.seats}")
    return school.decide(ledger, report, told, school=SCHOOL, provinces=PROVINCES)


def is_late(ledger: SchoolLedger, report: PlacesStated, *, at: datetime) -> bool:
    fact = decide(ledger, report, at=at)
    assert fact is not None
    return fact.late


def after(*statements: tuple[PlacesStated, datetime]) -> SchoolLedger:
    ledger = INITIAL
    for report, at in statements:
        source = f"/counties/{report.county}" if not ledger.county else SICHUAN
        fact = decide(ledger, report, at=at, source=source)
        assert fact is not None
        ledger = school.evolve(ledger, fact, at=at, source=source, id=f"{at} {report.seats}")
    return ledger


def test_the_places_of_a_school_are_stated() -> None:
    assert decide(INITIAL, said(), at=day(1)) == SchoolPlacesStated(county=HERE, term="2020-autumn", seats=40, beds=12)


def test_the_same_statement_of_the_same_moment_is_a_repeat_under_any_id_and_of_another_moment_it_is_new() -> None:
    ledger = after((said(), day(1)))
    assert decide(ledger, said(), at=day(1)) is decide(ledger, said(), at=day(1), id_="another") is None
    assert decide(ledger, said(), at=day(2)) is not None
    assert decide(ledger, said(beds=13), at=day(1), id_="another") is not None


def test_an_id_that_named_another_statement_is_refused() -> None:
    with pytest.raises(IdReused):
        decide(after((said(), day(1))), said(39), at=day(2), source="/counties/513431", id_=f"{day(1)} 40")


def test_a_statement_older_than_the_newest_of_its_term_is_late_and_of_another_term_it_is_not() -> None:
    ledger = after((said(), day(2)))
    assert [is_late(ledger, said(41, term=term), at=day(1)) for term in ("2020-autumn", "2020-spring")] == [True, False]
    still = after((said(), day(2)), (said(41), day(1)))
    assert is_late(still, said(42), at=day(1, hour=20))


def test_a_school_is_in_one_county_until_the_school_or_the_province_says_otherwise() -> None:
    ledger = after((said(), day(1)))
    for source in (f"/counties/{THERE}", "/provinces/11"):
        with pytest.raises(SchoolOfAnotherCounty) as refused:
            decide(ledger, said(county=THERE), at=day(2), source=source)
        assert (refused.value.code, refused.value.field) == ("not_your_county", "data.county")
    with pytest.raises(SchoolOfAnotherCounty):
        decide(ledger, said(county=BEIJING), at=day(2), source=SICHUAN)
    for source in (SICHUAN, f"/schools/{SCHOOL}"):
        assert decide(ledger, said(county=THERE), at=day(2), source=source) is not None
    assert after((said(), day(1)), (said(county=THERE), day(2))).county == THERE
    assert after((said(), day(2)), (said(county=THERE), day(1))).county == HERE, "the newest says where it is"


def test_a_packed_school_is_read_back_as_it_was() -> None:
    ledger = after((said(), day(1)), (said(term="2020-spring"), day(2)), (said(41), day(3)))
    state = packed_school.pack(ledger)
    assert packed_school.unpack(state) == ledger
    assert (len(state), transfers_of(state)) == (13 + 2 * 10 + 3 * 9, [])
    assert packed_school.unpack(None) == INITIAL


@pytest.mark.parametrize("state", [b"\3" + bytes(20), bytes((FORMAT,)), bytes((FORMAT,)) + bytes(11) + b"\2", packed_school.pack(INITIAL) + b"x"])
def test_bytes_that_are_no_school_are_an_error_that_says_what_to_do(state: bytes) -> None:
    with pytest.raises(UnknownFormat, match=r"generation|rebuild"):
        packed_school.unpack(state)
