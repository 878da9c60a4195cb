"""Working days of China, and school days: those within a school term.

The library ``holidays`` knows the public holidays and the weekend days worked in their place, as the State Council announces them each
year. ``school_terms.csv`` has the terms as dated data, for provinces that have their own and for all others; each line says where it comes
from, marked as the domain page marks its facts. A line holds from its day until a later one of the same area.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from holidays.countries.china import China
from msgspec import Struct

NATION = "100000"
_DAY = timedelta(1)


class Terms(Struct, frozen=True):
    """The first and the last day of each term, as month and day. The autumn term ends in the next year."""

    autumn_first: tuple[int, int]
    autumn_last: tuple[int, int]
    spring_first: tuple[int, int]
    spring_last: tuple[int, int]

    def hold(self, day: date) -> bool:
        """Return whether a day lies in a term."""
        at = (day.month, day.day)
        return at >= self.autumn_first or at <= self.autumn_last or self.spring_first <= at <= self.spring_last


def _table() -> Mapping[str, Sequence[tuple[date, Terms]]]:
    table: dict[str, list[tuple[date, Terms]]] = {}
    with (files(__package__) / "school_terms.csv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            terms = Terms(*(_month_and_day(line[name]) for name in Terms.__struct_fields__))
            table.setdefault(line["area"], []).append((date.fromisoformat(line["from"]), terms))
    return {area: sorted(held, key=lambda each: each[0], reverse=True) for area, held in table.items()}


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


_TABLE = _table()
_EARLIEST = _TABLE[NATION][-1][1]


def terms_in(province: str, day: date) -> Terms:
    """Return the terms of a province on a day: its own, or the nation's; before the first line, those of the first line."""
    for area in (province, NATION):
        for since, terms in _TABLE.get(area, ()):
            if since <= day:
                return terms
    return _EARLIEST


@cache
def is_working_day(day: date) -> bool:
    """Return whether offices work on a day."""
    return _holidays_of(day.year).is_working_day(day)


@cache
def is_school_day(province: str, day: date) -> bool:
    """Return whether pupils of a province have school on a day."""
    return terms_in(province, day).hold(day) and is_working_day(day)


def school_days(province: str, first: date, last: date) -> Iterator[date]:
    """Return the school days of a province from one day to another, both included, as they are asked for."""
    day = first
    while day <= last:
        if is_school_day(province, day):
            yield day
        day += _DAY


def working_day_after(day: date, days: int) -> date:
    """Return the n-th working day after a day."""
    return _nth_after(day, days, is_working_day)


def working_day_before(day: date, days: int) -> date:
    """Return the n-th working day before a day."""
    while days:
        day -= _DAY
        days -= is_working_day(day)
    return day


def school_day_after(province: str, day: date, days: int) -> date:
    """Return the n-th school day after a day; over holidays it is the first days of the next term."""
    return _nth_after(day, days, lambda each: is_school_day(province, each))


def _nth_after(day: date, days: int, counts: Callable[[date], bool]) -> date:
    while days:
        day += _DAY
        days -= counts(day)
    return day


@cache
def _holidays_of(year: int) -> China:
    return China(years=year, expand=False)  # type: ignore[no-untyped-call]  # the library's own
