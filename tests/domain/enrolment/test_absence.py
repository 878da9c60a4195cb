"""When an unexplained absence makes a child suspected: counted in school days, by the rule of its county."""

from datetime import date
from pathlib import Path

import pytest

from services.enrolment.domain import absence
from services.enrolment.domain.absence import rule_in, rule_passed
from shared.calendar import school_days as school_days_
from shared.calendar.school_days import school_days
from shared.contracts.reports import Absent, Cleared
from shared.contracts.student import AbsenceRule, Standing, StudentAbsent, StudentAbsentV1, StudentCleared
from shared.contracts.words import ClearedOutcome, Status
from tests.domain.enrolment.children import changed, enrolled, suspected
from tests.domain.enrolment.scenario import Given, day, evolve, given

ZHAOJUE, SICHUAN = "513431", "510000"
CHONGMING, SHANGHAI = "310151", "310000"
PUPIL = Standing(Status.ENROLLED, ZHAOJUE, enrolled.stage, enrolled.poor, None)
NATIONAL = AbsenceRule("100000", date(1986, 7, 1), 5)


def test_a_county_has_its_own_rule_or_its_provinces_or_the_nations() -> None:
    assert rule_in(ZHAOJUE, SICHUAN, date(2020, 1, 1)) == NATIONAL
    assert rule_in(CHONGMING, SHANGHAI, date(2020, 1, 1)).most_days == 2
    assert rule_in(CHONGMING, SHANGHAI, date(2015, 8, 31)) == NATIONAL
    assert rule_in(ZHAOJUE, SICHUAN, date(1950, 1, 1)) == NATIONAL


def passed(since: date, on: date, days: int, county: str = ZHAOJUE, province: str = SICHUAN) -> AbsenceRule | None:
    return rule_passed(county, province, since=since, on=on, days=days)


def test_the_sixth_school_day_passes_a_rule_of_five() -> None:
    assert passed(date(2019, 9, 2), date(2019, 9, 6), 5) is None
    assert passed(date(2019, 9, 2), date(2019, 9, 9), 6) == NATIONAL


def test_holidays_are_no_absence_whatever_the_school_counted() -> None:
    assert passed(date(2019, 9, 30), date(2019, 10, 8), 9) is None
    assert passed(date(2020, 7, 13), date(2020, 8, 28), 34) is None


def test_days_that_the_child_was_seen_are_no_absence() -> None:
    assert passed(date(2019, 9, 2), date(2019, 10, 30), 5) is None


def test_an_absence_that_ends_before_it_begins_passes_nothing() -> None:
    assert passed(date(2019, 9, 9), date(2019, 9, 2), 9) is None


def test_an_absence_of_decades_is_counted_no_further_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[date] = []
    days = school_days

    def counted(province: str, first: date, last: date) -> object:
        for each in days(province, first, last):
            seen.append(each)
            yield each

    monkeypatch.setattr(absence, "school_days", counted)
    assert passed(date(1990, 1, 1), date(2020, 1, 1), 9_999) == NATIONAL
    assert len(seen) == 6


@pytest.mark.parametrize("table", [Path(absence.__file__).parent / "absence_rules.csv", Path(school_days_.__file__).parent / "school_terms.csv"])
def test_every_line_of_the_tables_says_where_it_comes_from(table: Path) -> None:
    lines = table.read_text("utf-8").splitlines()
    for line in lines[1:]:
        _, _, mark_and_source = line.rpartition(",I,") if ",I," in line else line.rpartition(",L,")
        assert len(mark_and_source) > 20, line


def test_an_absence_within_the_rule_is_recorded_and_leaves_the_child_in_class() -> None:
    story = given(enrolled)
    story.when(Absent(since=date(2020, 3, 2), days=5), at=day(6)).then_left(StudentAbsentV1, PUPIL)
    story.when(Absent(since=date(2020, 3, 2), days=5), at=day(9)).then_left(StudentAbsentV1, PUPIL)


def test_an_absence_that_passes_the_rule_makes_the_child_suspected_and_its_fact_names_the_rule() -> None:
    story = given(enrolled)
    fact = story.when(Absent(since=date(2020, 3, 2), days=6), at=day(9)).then_left(StudentAbsent, changed(PUPIL, status=Status.SUSPECTED))
    assert fact.rule == NATIONAL  # type: ignore[attr-defined]  # its type was just looked at


def test_the_rule_of_a_province_holds_for_the_children_of_its_counties(monkeypatch: pytest.MonkeyPatch) -> None:
    stricter = AbsenceRule(SICHUAN, date(2019, 1, 1), 2)
    monkeypatch.setitem(absence._TABLE, SICHUAN, [stricter])
    fact = given(enrolled).when(Absent(since=date(2020, 3, 2), days=3), at=day(6)).then_left(StudentAbsent, changed(PUPIL, status=Status.SUSPECTED))
    assert fact.rule == stricter  # type: ignore[attr-defined]  # its type was just looked at


def test_a_suspicion_of_absence_that_was_wrong_is_cleared_like_any_other() -> None:
    story = given(enrolled)
    fact = story.when(Absent(since=date(2020, 3, 2), days=6), at=day(9)).fact
    assert fact is not None
    found = Given(evolve(story.child, fact, at=day(9)), 9)
    found.when(Cleared(outcome=ClearedOutcome.WRONG_IDENTITY), at=day(10)).then_left(StudentCleared, PUPIL)


def test_an_absence_that_is_told_late_changes_nothing() -> None:
    given(enrolled, suspected).when(Absent(since=date(2020, 2, 20), days=9), at=day(1, hour=9)).then_late()
