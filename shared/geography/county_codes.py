"""Which county codes, past ones included, the lists of an area are made of.

An entry of a list keeps the county code that it was recorded with. So an area has the codes of all counties that ever stood in it, and
of their predecessors: the list of 信都区 has what was recorded of 邢台县.
"""

from collections.abc import Mapping
from functools import cache

from shared.geography.divisions import Area, Level, divisions


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
        new = {old for old, county in divisions().counties.items() if county.successor in new} - found
        found |= new
    return found
