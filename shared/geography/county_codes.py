"""Which county codes, past ones included, the lists of an area are made of.

An entry of a list keeps the county code that it was recorded with. So an area has the codes of all counties that ever stood in it, and
of their predecessors: the list of 信都区 has what was recorded of 邢台县.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import date, timedelta
from functools import cache

from shared.geography.divisions import LATEST_CHANGE, Area, Level, divisions


@cache
def codes_in(area: str) -> tuple[str, ...]:
    """Return the codes of an area or list, ascending. Raises ``KeyError`` for an unknown code or name."""
    return tuple(sorted(_with_predecessors(_members()[area])))


def codes_of_office(office: str) -> tuple[str, ...]:
    """Return the counties that an office answers for.

    A county's office (``/counties/513431``) answers for its own county and those that became part of it; any other office for none.
    """
    code = office.removeprefix("/counties/")
    return codes_in(code) if code in divisions().counties else ()


@cache
def _members() -> Mapping[str, frozenset[str]]:
    known = divisions()
    members: dict[str, set[str]] = {name: set(codes) for name, codes in known.lists.items()}
    for tree in known.trees:
        for code, below in tree.items():
            if below.level is Level.COUNTY:
                for above in _upwards(below, tree):
                    members.setdefault(above, set()).add(code)
    return {code: frozenset(found) for code, found in members.items()}


def _upwards(area: Area | None, tree: Mapping[str, Area]) -> list[str]:
    path = []
    while area is not None:
        path.append(area.code)
        area = tree.get(area.parent or "")
    return path


def _with_predecessors(codes: frozenset[str]) -> set[str]:
    found, new = set(codes), set(codes)
    while new:
        new = {old for code in new for old in _merged_into().get(code, ())} - found
        found |= new
    return found


@cache
def _merged_into() -> Mapping[str, list[str]]:
    """Return the codes whose successor a code is."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for old, county in divisions().counties.items():
        if county.successor is not None:
            found[county.successor].append(old)
    return dict(found)


def table_of(day: date) -> date:
    """Return a day that stands for all days on which the same table is in force: what depends on the table alone is kept by it."""
    return LATEST_CHANGE if day <= LATEST_CHANGE else LATEST_CHANGE + timedelta(1)


def codes_under(area: str, day: date) -> frozenset[str]:
    """Return the codes of all counties that are an area, or that lie in it by the table in force on a day; none where no such area is in force.

    A code that the table does not have lies where its successor does; one without a successor there, where the other table has it. A county
    keeps its own code and those of its predecessors, whatever the day.
    """
    return _by_area(table_of(day)).get(area, frozenset())


def lies_in(area: str, counties: Set[str], day: date) -> bool:
    """Return whether an area or a list lies altogether in these counties on a day. Raises ``KeyError`` for an unknown code or name.

    What an area had before, and has no longer, does not matter.
    """
    return counties >= (codes_under(area, day) or set(codes_in(area)))


@cache
def _by_area(day: date) -> Mapping[str, frozenset[str]]:
    known = divisions()
    tree = known.tree_on(day)
    (other,) = (each for each in known.trees if each is not tree)
    members: dict[str, set[str]] = {code: _with_predecessors(frozenset({code})) for code in known.counties}
    for code in known.counties:
        home = known.stands_for(code, day)
        place = tree if home in tree else other
        for above in _upwards(place[home], place):
            members.setdefault(above, set()).add(code)
    return {code: frozenset(found) for code, found in members.items()}
