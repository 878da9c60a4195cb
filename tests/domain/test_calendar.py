"""School days and working days: holidays, days worked in their place, terms."""

from datetime import date

import pytest

from shared.calendar.school_days import is_school_day, school_day_after, school_days, terms_in, working_day_after

SICHUAN = "510000"


@pytest.mark.parametrize(
    ("day", "school"),
    [
        (date(2019, 9, 2), True),
        (date(2019, 9, 7), False),  # Saturday
        (date(2019, 9, 29), True),  # a Sunday, worked in place of a day of the National Day holiday
        (date(2019, 10, 1), False),  # National Day
        (date(2020, 1, 19), True),  # a Sunday, worked before the Spring Festival
        (date(2020, 1, 31), False),  # the festival was prolonged for the epidemic
        (date(2020, 2, 10), False),  # winter holidays
        (date(2020, 8, 3), False),  # summer holidays
        (date(2020, 3, 2), True),
    ],
)
def test_pupils_have_school_on_working_days_of_a_term(day: date, school: bool) -> None:
    assert is_school_day(SICHUAN, day) is school


def test_school_days_are_counted_from_the_first_to_the_last_day_both_included() -> None:
    assert list(school_days(SICHUAN, date(2019, 9, 27), date(2019, 10, 9))) == [
        date(2019, 9, 27),
        date(2019, 9, 29),
        date(2019, 9, 30),
        date(2019, 10, 8),
        date(2019, 10, 9),
    ]


def test_terms_before_the_first_line_are_those_of_the_first_line() -> None:
    assert terms_in(SICHUAN, date(1950, 1, 1)) == terms_in(SICHUAN, date(2020, 1, 1))


@pytest.mark.parametrize(
    ("day", "days", "working", "school"),
    [
        (date(2020, 3, 2), 1, date(2020, 3, 3), date(2020, 3, 3)),
        (date(2020, 3, 6), 1, date(2020, 3, 9), date(2020, 3, 9)),  # over a weekend
        (date(2019, 9, 27), 2, date(2019, 9, 30), date(2019, 9, 30)),  # a Sunday that is worked counts
        (date(2019, 9, 30), 1, date(2019, 10, 8), date(2019, 10, 8)),  # over the National Day holiday
        (date(2020, 7, 10), 1, date(2020, 7, 13), date(2020, 9, 1)),  # over the summer only pupils wait
    ],
)
def test_the_nth_day_after_a_day_passes_over_days_that_do_not_count(day: date, days: int, working: date, school: date) -> None:
    assert (working_day_after(day, days), school_day_after(SICHUAN, day, days)) == (working, school)
