"""What is an office, and what lies below each."""

from datetime import date

import pytest

from shared.geography.county_codes import codes_in
from shared.geography.divisions import NATION, Level, divisions
from shared.identity.offices import NATIONAL, counties_of_office, is_office, offices_below

BEFORE, TODAY = date(2020, 6, 30), date(2026, 11, 27)
KNOWN = divisions()
SCHOOL = "/schools/5134310001"


@pytest.mark.parametrize(
    "office", ["/nation", "/provinces/51", "/prefectures/513400", "/counties/513431", SCHOOL, "/counties/660000", "/provinces/66", "/counties/441900"]
)
def test_what_an_area_or_a_school_has_is_an_office(office: str) -> None:
    assert is_office(office)


@pytest.mark.parametrize(
    "text",
    [
        "", "nation", "/", "/nation/", "/nation\n", "/provinces/99", "/provinces/51\n", "/provinces/510000", "/provinces/71",
        "/prefectures/513431", "/prefectures/441900", "/counties/513400", "/counties/999999", "/counties/５１３４３１",
        "/schools/123", "/schools/51343100011", f"{SCHOOL}\n",
        "/schools/513431000１", "/enrolment",
    ],
)  # fmt: skip
def test_nothing_else_is_an_office(text: str) -> None:
    assert not is_office(text)
    assert counties_of_office(text, TODAY) == frozenset()


def test_an_area_is_all_counties_that_lie_in_it() -> None:
    assert counties_of_office("/counties/513431", TODAY) == {"513431"}
    assert counties_of_office("/prefectures/513400", TODAY) == set(codes_in("513400"))
    assert counties_of_office("/provinces/51", TODAY) == set(codes_in("510000"))
    assert counties_of_office("/provinces/66", TODAY) == counties_of_office("/counties/660000", TODAY) == {"660000"}


def test_the_nation_is_all_counties_of_all_days() -> None:
    assert counties_of_office(NATIONAL, BEFORE) == counties_of_office(NATIONAL, TODAY) == set(codes_in(NATION)) == set(KNOWN.counties)


def test_the_code_of_a_school_tells_no_county() -> None:
    assert counties_of_office(SCHOOL, TODAY) == frozenset()
    assert SCHOOL in offices_below(SCHOOL, TODAY)
    assert SCHOOL not in offices_below("/counties/513431", TODAY)
    assert SCHOOL not in offices_below("/provinces/51", TODAY)
    assert SCHOOL in offices_below(NATIONAL, TODAY)


def test_a_county_that_ended_is_its_successors() -> None:
    assert counties_of_office("/counties/130503", TODAY) == {"130503", "130521"}
    assert "/counties/130521" in offices_below("/counties/130503", TODAY)
    assert "/counties/130503" not in offices_below("/counties/130521", TODAY)


def test_what_lies_in_an_area_follows_the_table_in_force() -> None:
    assert counties_of_office("/prefectures/429000", BEFORE) != counties_of_office("/prefectures/429000", TODAY)
    assert counties_of_office("/provinces/42", BEFORE) == counties_of_office("/provinces/42", TODAY)


def test_an_office_has_itself_and_what_is_below_it_but_nothing_beside_or_above() -> None:
    below = offices_below("/prefectures/513400", TODAY)
    assert {"/prefectures/513400", "/counties/513431", "/counties/513430"} == {
        each
        for each in (
            "/prefectures/513400",
            "/counties/513431",
            "/counties/513430",
            "/provinces/51",
            "/nation",
            "/counties/510104",
            "/prefectures/513300",
        )
        if each in below
    }
    assert "/prefectures/513400" in offices_below("/provinces/51", TODAY)


@pytest.mark.parametrize("day", [BEFORE, TODAY])
def test_the_provinces_share_the_nation_out_and_the_prefectures_their_provinces(day: date) -> None:
    tree = KNOWN.tree_on(day)
    provinces = [counties_of_office(f"/provinces/{code[:2]}", day) for code, area in tree.items() if area.parent == NATION]
    assert sum(map(len, provinces)) == len(frozenset.union(*provinces)) == len(KNOWN.counties)
    for code, area in tree.items():
        if area.level is Level.PREFECTURE:
            assert counties_of_office(f"/prefectures/{code}", day) <= counties_of_office(f"/provinces/{(area.parent or '')[:2]}", day)
