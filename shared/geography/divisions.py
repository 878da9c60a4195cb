"""The counties of the nation through time: GB/T 2260 with validity, successors, prefectures, provinces and lists.

Two tables are known, of 31 December 2019 and of 30 June 2020. A code that is only in the first table ended, and one that is only in the
second began, on some day between them that the tables do not tell; in that half year both codes are valid. Before the first table its
codes are assumed, and after the second table those of the second.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

NATION = "100000"
BINGTUAN = "660000"
"""新疆兵团 reports as a province-level unit of its own; 66 is free in GB/T 2260."""

_FIRST_TABLE, _SECOND_TABLE = "divisions_2019-12.csv", "divisions_2020-mid.csv"
_EARLIEST_CHANGE, LATEST_CHANGE = date(2020, 1, 1), date(2020, 6, 30)
_OWN_COUNTY = ("441900", "442000", "460300", "460400", "620200")
"""Prefecture-level cities without counties: each is its own county."""
_WITHOUT_COUNTIES = frozenset({"710000", "810000", "820000"})
"""Province-level units outside the nine years of compulsory schooling that are counted here."""

_SUCCESSORS = {
    "130521": "130503",  # 邢台县, most of it into 信都区
    "130526": "130505",
    "130527": "130506",
    "220381": "220184",
    "360727": "360783",
    "370634": "370614",
    "370684": "370614",
    "510132": "510118",
    "632321": "632301",
}


class Level(StrEnum):
    """The level of an area in the tree; a list is a dated set of counties."""

    NATION = "nation"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its code, Chinese name, level, and the code of the area above it (None for the nation and for lists)."""

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class County:
    """A county and its validity: ``since`` is the first day (None: always), ``until`` the last (None: still valid)."""

    code: str
    name: str
    province: str
    since: date | None = None
    until: date | None = None
    successor: str | None = None

    def valid_on(self, day: date) -> bool:
        """Return whether the code could be in force on this day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Divisions:
    """All counties of both tables, by code, and the tree of areas of each table."""

    counties: Mapping[str, County]
    lists: Mapping[str, tuple[str, ...]]
    trees: tuple[Mapping[str, Area], Mapping[str, Area]] = field(repr=False)

    def tree_on(self, day: date) -> Mapping[str, Area]:
        """Return the areas by code of the table in force: up to the latest day of change that is the first table."""
        return self.trees[0] if day <= LATEST_CHANGE else self.trees[1]

    def counties_on(self, day: date) -> tuple[str, ...]:
        """Return the codes of the counties in the table in force, ascending."""
        return tuple(sorted(a.code for a in self.tree_on(day).values() if a.level is Level.COUNTY))

    def stands_for(self, code: str, day: date) -> str:
        """Return the county in which a code counts on this day: itself, or its successor."""
        tree = self.tree_on(day)
        while code not in tree and (successor := self.counties[code].successor):
            code = successor
        return code


@cache
def divisions() -> Divisions:
    """Read the tables of the package. Raises ``ValueError`` where they contradict each other."""
    first, second = _tree(_FIRST_TABLE), _tree(_SECOND_TABLE)
    counties: dict[str, County] = {}
    for code in sorted({a.code for t in (first, second) for a in t.values() if a.level is Level.COUNTY}):
        home = first if code in first else second
        counties[code] = County(
            code,
            second.get(code, home[code]).name,
            _province_of(code, home),
            since=None if code in first else _EARLIEST_CHANGE,
            until=None if code in second else LATEST_CHANGE,
            successor=_SUCCESSORS.get(code),
        )
    if odd := [c.code for c in counties.values() if (c.until is None) != (c.successor is None)]:
        raise ValueError(f"ended without a successor, or succeeded without an end: {odd}")
    lists = {"watch52": _codes("watch52_2020.csv"), "sanqu": _codes("sanqu_sanzhou.csv")}
    if len(lists["watch52"]) != 52 or (strange := [c for codes in lists.values() for c in codes if c not in counties]):
        raise ValueError(f"the lists do not fit the tables: {len(lists['watch52'])} of 52, unknown {strange}")
    return Divisions(counties, lists, (first, second))


def _tree(table: str) -> dict[str, Area]:
    areas = {NATION: Area(NATION, "全国", Level.NATION, None)}
    for row in _rows(table):
        code, level = row["code"], Level(row["level"])
        if code in _WITHOUT_COUNTIES:
            continue
        if code in _OWN_COUNTY:
            level = Level.COUNTY
        areas[code] = Area(code, row["name"], level, row["parent"])
    areas[BINGTUAN] = Area(BINGTUAN, "新疆生产建设兵团", Level.COUNTY, NATION)
    return areas


def _province_of(code: str, tree: Mapping[str, Area]) -> str:
    area = tree[code]
    while area.parent and area.parent != NATION:
        area = tree[area.parent]
    return area.code


def _codes(table: str) -> tuple[str, ...]:
    return tuple(sorted(row["code"] for row in _rows(table)))


def _rows(table: str) -> Iterable[dict[str, str]]:
    with (files("shared.geography") / "data" / table).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)
