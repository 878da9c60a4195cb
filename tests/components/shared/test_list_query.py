"""Lists are asked for by area, day and cursor: an area is all codes that ever stood in it, and what breaks a rule is named."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.commands.list_query import counties_of, cursor_of, due_day
from shared.deciding.states.listing import Cursor
from shared.geography.county_codes import codes_in, codes_of_office, codes_under
from shared.geography.divisions import divisions
from shared.http.problems import Problem

TODAY = date(2020, 6, 14)
EVERYWHERE = frozenset(codes_in("100000"))


def test_a_county_is_itself() -> None:
    assert counties_of("513431", EVERYWHERE) == ["513431"]


def test_a_county_that_took_over_another_has_what_was_recorded_of_it() -> None:
    assert set(counties_of("370614", EVERYWHERE)) == {"370614", "370634", "370684"}
    assert counties_of("370634", EVERYWHERE) == ["370634"]


def test_a_countys_office_answers_for_its_county_and_those_that_became_part_of_it_and_any_other_office_for_none() -> None:
    assert set(codes_of_office("/counties/370614")) == {"370614", "370634", "370684"}
    for office in ("/counties/513400", "/counties/100000", "/provinces/51", "/schools/5134310001", "/relief/operator", "513400"):
        assert codes_of_office(office) == ()


def test_a_prefecture_and_a_province_are_their_counties_in_ascending_order() -> None:
    liangshan = counties_of("513400", EVERYWHERE)
    assert len(liangshan) == 17
    assert list(liangshan) == sorted(liangshan)
    assert {"513431", "510107"} <= set(counties_of("510000", EVERYWHERE))


def test_the_nation_is_every_county_that_ever_was() -> None:
    assert list(counties_of(None, EVERYWHERE)) == sorted(divisions().counties)
    assert "660000" in counties_of(None, EVERYWHERE)


def test_what_its_parts_add_up_to_is_the_whole() -> None:
    provinces = [area.code for area in divisions().tree_on(TODAY).values() if area.parent == "100000"]
    assert sorted(code for province in provinces for code in codes_in(province)) == list(codes_in("100000"))


def test_a_list_is_its_counties() -> None:
    assert len(counties_of("watch52", EVERYWHERE)) == 52


def test_an_area_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(Problem) as caught:
        counties_of("999999", EVERYWHERE)
    assert (caught.value.status, caught.value.kind) == (404, "unknown-area")


def test_whoever_names_no_area_is_answered_for_its_own() -> None:
    assert counties_of(None, frozenset({"513431", "513430"})) == ["513430", "513431"]


@pytest.mark.parametrize("area", ["100000", "510000", "513400", "513430", "watch52", "sanqu"])
def test_an_area_beyond_the_callers_is_forbidden_and_not_an_empty_page(area: str) -> None:
    with pytest.raises(Problem) as caught:
        counties_of(area, frozenset({"513431"}))
    assert (caught.value.status, caught.value.kind, "WWW-Authenticate" in caught.value.headers) == (403, "no-right", True)


def test_whoever_may_read_no_county_is_answered_for_none() -> None:
    with pytest.raises(Problem) as caught:
        counties_of(None, frozenset())
    assert caught.value.status == 403


def test_every_office_may_list_its_own_area() -> None:
    for code, area in divisions().tree_on(date(2026, 1, 1)).items():
        if area.parent is not None:
            assert counties_of(code, codes_under(code, date(2026, 1, 1))), code


def test_what_a_prefecture_had_and_has_no_longer_is_in_no_list_of_its_own() -> None:
    assert "220381" in codes_in("220300")
    assert "220381" not in counties_of("220300", codes_under("220300", date(2026, 1, 1)))
    assert "220381" in counties_of("220100", codes_under("220100", date(2026, 1, 1)) | {"220381"})


def test_a_cursor_is_read_back_and_what_is_none_is_named() -> None:
    cursor = Cursor("513431", b"\0\1")
    assert cursor_of(str(cursor)) == cursor
    assert cursor_of(None) is None
    assert _wrong(cursor_of, "nothing") == "query.after"


def test_due_is_a_day_or_today_or_not_asked_for() -> None:
    assert due_day("2020-06-01", TODAY) == date(2020, 6, 1)
    assert due_day("today", TODAY) == TODAY
    assert due_day(None, TODAY) is None
    for text in ("soon", "20200601", "2020-W23-1", "86400", "2020-06-01T00:00:00"):
        assert _wrong(due_day, text, TODAY) == "query.due"


def _wrong(read: Callable[..., object], *values: object) -> str:
    with pytest.raises(Problem) as caught:
        read(*values)
    assert caught.value.status == 422
    assert str(values[0]) not in caught.value.detail
    return str(caught.value.more["errors"][0]["field"])
