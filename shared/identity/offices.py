"""Offices, and what lies below each by the dated table of divisions. Pure.

The code of a school does not tell its county. So a school lies below the nation alone, and its area holds no county.
"""

import re
from collections.abc import Container
from datetime import date
from functools import cache

from shared.geography.county_codes import codes_under, table_of
from shared.geography.divisions import NATION, divisions

NATIONAL = "/nation"
FORMS = "/nation, /provinces/NN, /prefectures/NNNN00, /counties/NNNNNN or /schools/NNNNNNNNNN"
"""What an office is written like."""

_LEVELS = ("provinces", "prefectures", "counties", "schools")

_is_school = re.compile(r"/schools/[0-9]{10}").fullmatch


class _Every(Container[str]):
    """Every office."""

    def __contains__(self, office: object) -> bool:
        return True


def is_office(text: str) -> bool:
    """Return whether a text names an office: the nation, an area of one of the tables, or a school."""
    return text == NATIONAL or _is_school(text) is not None or text in _areas()


def counties_of_office(office: str, day: date) -> frozenset[str]:
    """Return the codes of all counties that an office is, or that lie below it on a day; none for a school, and for what is no office."""
    area = NATION if office == NATIONAL else _areas().get(office)
    return frozenset() if area is None else codes_under(area, day)


def offices_below(office: str, day: date) -> Container[str]:
    """Return an office and all that lie below it on a day."""
    if office == NATIONAL:
        return _Every()
    return _below(office, table_of(day)) if office in _areas() else frozenset({office})


@cache
def _areas() -> dict[str, str]:
    """Return the code of the area of every office but the nation and the schools."""
    found: dict[str, str] = {}
    for tree in divisions().trees:
        for code, area in tree.items():
            if area.parent is not None:
                found[_written(code, county=code in divisions().counties, province=area.parent == NATION)] = code
            if area.parent == NATION:
                found[f"/provinces/{code[:2]}"] = code
    return found


@cache
def _below(office: str, day: date) -> frozenset[str]:
    counties = counties_of_office(office, day)
    below = {
        each for each, area in _areas().items() if _LEVELS.index(_level(each)) > _LEVELS.index(_level(office)) and codes_under(area, day) & counties
    }
    same = {each for each, area in _areas().items() if area == _areas().get(office)}
    # Of a county there are also those that became part of it.
    return frozenset({office}) | below | same | {f"/counties/{code}" for code in counties}


def _level(office: str) -> str:
    return office.split("/")[1]


def _written(code: str, *, county: bool, province: bool) -> str:
    if county:
        return f"/counties/{code}"
    return f"/provinces/{code[:2]}" if province else f"/prefectures/{code}"
