"""School terms. A term is a number here, so that terms can be compared: twice the year, and one more in autumn.

By which days a term is counted is inferred: aid is paid by term, and no source names the days between which a standing
counts for one. August is autumn's, because pupils are registered anew before school begins on 1 September.
"""

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple


class _Season(NamedTuple):
    name: str
    month: int
    """It begins on the first day of this month."""
    place: int


# [I] for both: see above. Autumn of year Y lasts until 31 January of Y+1.
_SPRING, _AUTUMN = _Season("spring", 2, 0), _Season("autumn", 8, 1)
_BY_NAME = {season.name: season for season in (_SPRING, _AUTUMN)}


def term_on(day: date) -> int:
    """Return the term that a day in China falls in."""
    # January is still the autumn of the year before.
    return 2 * day.year + (1 if day.month >= _AUTUMN.month else 0 if day.month >= _SPRING.month else -1)


def first_day(term: int) -> date:
    """Return the day on which a term begins."""
    year, place = divmod(term, 2)
    return date(year, (_SPRING, _AUTUMN)[place].month, 1)


@cache
def name_of(term: int) -> str:
    """Return a term's name: ``2019-autumn``."""
    year, place = divmod(term, 2)
    return f"{year:04d}-{(_SPRING, _AUTUMN)[place].name}"


@cache
def number_of(name: str) -> int:
    """Return the term of a name. Raises ``ValueError`` for anything that names none."""
    year, _, season = name.partition("-")
    if len(year) != 4 or not (year.isascii() and year.isdigit()) or season not in _BY_NAME:
        raise ValueError("a term is named like 2019-autumn or 2020-spring")
    return 2 * int(year) + _BY_NAME[season].place


def last_day(term: int) -> date:
    """Return the day before the one on which the next term begins."""
    return first_day(term + 1) - timedelta(1)
