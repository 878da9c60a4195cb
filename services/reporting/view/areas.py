"""Rolls counties up into the areas of one day: nation, provinces, prefectures, counties and lists. Pure.

An event keeps the code it was reported with, and an answer speaks of the areas as they stood on the record's own date. A code
that had ended by that date counts in its successor, and one that had not begun counts in its predecessor. So every known code
counts in exactly one county, and the nation is always the sum of its provinces and of its counties.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

from shared.geography.divisions import NATION, Area, Divisions, Level, divisions

Numbers = npt.NDArray[np.int64]
Positions = npt.NDArray[np.intp]

ROWS = tuple(sorted(divisions().counties))
"""Every county code ever used, ascending: the order of the rows in every array of counties."""
ROW_OF: Mapping[str, int] = {code: row for row, code in enumerate(ROWS)}

_LIST_NAMES = {"watch52": "52个未摘帽贫困县", "sanqu": "三区三州"}
_DIRECTLY_ADMINISTERED = "9000"
"""The end of codes like 429000 (省直辖县级行政区划): a heading of the table and no area. Its counties belong to the province directly."""


class Rollup:
    """The areas of the table of divisions in force on a day, and the sums of rows of counties in them."""

    def __init__(self, known: Divisions, day: date) -> None:
        tree = known.tree_on(day)
        headings = {code: area.parent for code, area in tree.items() if code.endswith(_DIRECTLY_ADMINISTERED) and area.level is Level.PREFECTURE}
        areas = {code: replace(a, parent=headings.get(a.parent or "", a.parent)) for code, a in tree.items() if code not in headings}
        lists = {name: Area(name, _LIST_NAMES.get(name, name), Level.LIST, None) for name in known.lists}
        self.areas: Mapping[str, Area] = areas | lists
        self.counties = tuple(sorted(code for code, area in areas.items() if area.level is Level.COUNTY))
        """The codes of the day's counties, ascending: the order of ``Positions``."""
        position = {code: n for n, code in enumerate(self.counties)}
        self._home = np.array([position[_home(known, areas, code, day)] for code in ROWS], dtype=np.intp)
        members: dict[str, set[int]] = {code: set() for code in self.areas}
        for code, n in position.items():
            area: Area | None = areas[code]
            while area is not None:
                members[area.code].add(n)
                area = areas.get(area.parent or "")
        for name, codes in known.lists.items():
            members[name] = {int(self._home[ROW_OF[code]]) for code in codes}
        self._members: Mapping[str, Positions] = {code: np.array(sorted(found), dtype=np.intp) for code, found in members.items()}
        below: dict[str, list[Area]] = {code: [] for code in self.areas}
        for code in sorted(areas):
            below[areas[code].parent or code].append(areas[code])
        below[NATION].remove(areas[NATION])
        for name in known.lists:
            below[name] = [areas[self.counties[n]] for n in self._members[name]]
        self._below: Mapping[str, Sequence[Area]] = below

    def members(self, area: str) -> Positions:
        """Return the positions of the counties in an area or list, ascending. Raises ``KeyError``."""
        return self._members[area]

    def children(self, area: str) -> Sequence[Area]:
        """Return the areas of the next level down, by code. Those of a list are its counties; a county has none. Raises ``KeyError``."""
        return self._below[area]

    def rows(self, area: str) -> Positions:
        """Return the rows that count in an area or list: the codes of its counties, and the ended or future codes that count in these."""
        return np.flatnonzero(np.isin(self._home, self._members[area]))

    def summed(self, rows: Numbers) -> Numbers:
        """Sum rows (every code ever used, by any columns) to the counties of the day. Rows of unknown codes are left out."""
        counties = np.zeros((len(self.counties), *rows.shape[1:]), dtype=rows.dtype)
        np.add.at(counties, self._home, rows[: len(ROWS)])
        return counties

    def newest(self, rows: Numbers) -> Numbers:
        """Return the largest of the rows of each county of the day."""
        counties = np.full(len(self.counties), np.iinfo(rows.dtype).min, dtype=rows.dtype)
        np.maximum.at(counties, self._home, rows[: len(ROWS)])
        return counties

    def home(self, code: str) -> str:
        """Return the county that a code counts in on the day. Raises ``KeyError`` for a code that no county ever had."""
        return self.counties[int(self._home[ROW_OF[code]])]


_rollups: dict[int, Rollup] = {}


def rollup_on(day: date | None) -> Rollup:
    """Return the areas of a day; without a day, those of the first table. Each table is rolled up once."""
    day = day or date.min
    tree = id(divisions().tree_on(day))
    if tree not in _rollups:
        _rollups[tree] = Rollup(divisions(), day)
    return _rollups[tree]


def _home(known: Divisions, areas: Mapping[str, Area], code: str, day: date) -> str:
    stands_for = known.stands_for(code, day)
    if stands_for in areas:
        return stands_for
    # The code has not begun on this day. Of several predecessors it is the one with the same name: 蓬莱区 follows 蓬莱市.
    name = known.counties[code].name
    predecessors = [old for old, county in known.counties.items() if county.successor == code and old in areas]
    return max(predecessors, key=lambda old: (known.counties[old].name[:2] == name[:2], old))
