"""Counties rolled up into the areas of the record's own date."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.view.areas import ROW_OF, ROWS, Numbers, Rollup, rollup_on
from shared.geography.divisions import BINGTUAN, NATION, Level, divisions

BEFORE, AFTER = date(2020, 6, 30), date(2020, 7, 1)
OWN_COUNTIES = ("441900", "442000", "460300", "460400", "620200")
BOTH = [BEFORE, AFTER]


def one_each() -> Numbers:
    return np.ones(len(ROWS), dtype=np.int64)


def total(rollup: Rollup, rows: Numbers, area: str) -> int:
    return int(rollup.summed(rows)[rollup.members(area)].sum())


@pytest.mark.parametrize(("day", "counties"), [(BEFORE, 2852), (AFTER, 2850), (None, 2852)])
def test_the_nation_has_the_counties_of_the_table_in_force(day: date | None, counties: int) -> None:
    rollup = rollup_on(day)
    assert len(rollup.counties) == len(rollup.members(NATION)) == counties
    assert len(rollup.children(NATION)) == 31 + 1


@pytest.mark.parametrize("day", BOTH)
@given(seed=st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_every_code_ever_counts_in_exactly_one_county(day: date, seed: int) -> None:
    rollup, rows = rollup_on(day), np.random.default_rng(seed).integers(-5, 1000, len(ROWS))
    assert total(rollup, rows, NATION) == int(rollup.summed(rows).sum()) == int(rows.sum())


@pytest.mark.parametrize("day", BOTH)
def test_every_area_is_the_sum_of_the_next_level_down(day: date) -> None:
    rollup, rows = rollup_on(day), np.arange(len(ROWS), dtype=np.int64) ** 2
    for code, area in rollup.areas.items():
        if area.level is not Level.COUNTY:
            assert total(rollup, rows, code) == sum(total(rollup, rows, child.code) for child in rollup.children(code)), code


@pytest.mark.parametrize("day", BOTH)
def test_no_area_is_without_a_county_and_none_but_counties_without_a_part(day: date) -> None:
    rollup = rollup_on(day)
    for code, area in rollup.areas.items():
        assert len(rollup.members(code)) >= 1
        assert bool(rollup.children(code)) == (area.level is not Level.COUNTY)


def test_the_parts_of_each_level_are_those_of_the_next() -> None:
    rollup = rollup_on(BEFORE)
    levels = {area: {child.level for child in rollup.children(area)} for area in (NATION, "510000", "513400", "110000", "500000")}
    assert levels == {
        NATION: {Level.PROVINCE, Level.COUNTY},
        "510000": {Level.PREFECTURE},
        "513400": {Level.COUNTY},
        "110000": {Level.COUNTY},
        "500000": {Level.COUNTY},
    }
    assert [area.code for area in rollup.children("513400")][:2] == ["513401", "513422"]


@pytest.mark.parametrize("day", BOTH)
def test_counties_without_a_prefecture_are_parts_of_their_province(day: date) -> None:
    rollup = rollup_on(day)
    assert {"429004", "429005", "429006", "429021"} <= {area.code for area in rollup.children("420000")}
    assert {"659001", "659002"} <= {area.code for area in rollup.children("650000")}
    for code in OWN_COUNTIES:
        assert rollup.areas[code].level is Level.COUNTY
        assert code in {area.code for area in rollup.children(code[:2] + "0000")}


@pytest.mark.parametrize("day", BOTH)
def test_a_heading_of_the_table_is_no_area(day: date) -> None:
    assert not [code for code in rollup_on(day).areas if code.endswith("9000")]


def test_the_bingtuan_is_a_part_of_the_nation_and_not_of_xinjiang() -> None:
    rollup = rollup_on(BEFORE)
    assert BINGTUAN in {area.code for area in rollup.children(NATION)}
    rows = np.zeros(len(ROWS), dtype=np.int64)
    rows[ROW_OF[BINGTUAN]] = 7
    assert (total(rollup, rows, NATION), total(rollup, rows, "650000")) == (7, 0)


def test_an_ended_code_counts_in_its_successor_from_the_day_it_ended() -> None:
    assert (rollup_on(BEFORE).home("632321"), rollup_on(AFTER).home("632321")) == ("632321", "632301")
    rows = np.zeros(len(ROWS), dtype=np.int64)
    rows[[ROW_OF["130521"], ROW_OF["130503"]]] = 2, 5  # 邢台县 went into 信都区
    before, after = (rollup_on(day) for day in BOTH)
    assert (total(before, rows, "130503"), total(before, rows, "130521"), total(after, rows, "130503")) == (5, 2, 7)
    assert "130521" not in after.areas


def test_a_code_not_yet_begun_counts_in_its_predecessor() -> None:
    before = rollup_on(BEFORE)
    begun = {code: before.home(code) for code in divisions().counties if code not in before.areas}
    assert begun == {
        "130505": "130526",
        "130506": "130527",
        "220184": "220381",
        "360783": "360727",
        "370614": "370684",
        "510118": "510132",
        "632301": "632321",
    }


def test_a_county_moved_to_another_prefecture_counts_there_from_that_day() -> None:
    rows = np.zeros(len(ROWS), dtype=np.int64)
    rows[ROW_OF["220381"]] = 3  # 公主岭市 went from 四平 to 长春
    found = [(total(rollup_on(day), rows, "220300"), total(rollup_on(day), rows, "220100")) for day in BOTH]
    assert found == [(3, 0), (0, 3)]


@pytest.mark.parametrize("day", BOTH)
def test_lists_are_sets_of_counties(day: date) -> None:
    rollup = rollup_on(day)
    assert (len(rollup.members("watch52")), len(rollup.members("sanqu"))) == (52, 210)
    assert {area.level for area in rollup.children("watch52")} == {Level.COUNTY}
    assert {"513431"} < {area.code for area in rollup.children("watch52")}
    assert total(rollup, one_each(), "sanqu") == 210 + 1  # 同仁 has two codes


@pytest.mark.parametrize("day", BOTH)
def test_the_rows_of_an_area_are_those_it_sums(day: date) -> None:
    rollup, rows = rollup_on(day), np.arange(len(ROWS), dtype=np.int64)
    for code in (NATION, "370600", "130503", "sanqu", BINGTUAN):
        assert int(rows[rollup.rows(code)].sum()) == total(rollup, rows, code)


def test_rows_of_unknown_codes_are_in_no_county() -> None:
    rollup = rollup_on(BEFORE)
    assert int(rollup.summed(np.append(one_each(), 9)).sum()) == len(ROWS)
    assert len(rollup.newest(np.append(one_each(), 9))) == 2852


def test_the_newest_of_a_countys_codes_is_its_own() -> None:
    rows = np.zeros(len(ROWS), dtype=np.int64)
    rows[[ROW_OF["130521"], ROW_OF["130503"]]] = 9, 5
    rollup = rollup_on(AFTER)
    assert int(rollup.newest(rows)[rollup.members("130503")][0]) == 9
