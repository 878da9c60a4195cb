"""The answers that a map needs beside the counts: every area with the area above it, and the stock of every county at one instant."""

from msgspec import Struct

from services.reporting.answers.documents import AsOf
from services.reporting.view.rolled_up import RolledUp
from shared.geography.divisions import Level


class AreaLine(Struct):
    """An area: its code, Chinese name and level, and the code of the area above it, null for the nation."""

    code: str
    name: str
    level: str
    parent: str | None


class Areas(Struct):
    """All areas in force on the record's own date, by code, and the counties of each list."""

    areas: list[AreaLine]
    lists: dict[str, list[str]]


class Map(Struct):
    """The number of children out of school in every county of the record's date; null for a county that never reported."""

    out_of_school: dict[str, int | None]
    as_of: AsOf


def areas_of(view: RolledUp) -> Areas:
    """Return the areas of a view."""
    rollup = view.rollup
    lines = [AreaLine(a.code, a.name, a.level, a.parent) for code, a in sorted(rollup.areas.items()) if a.level is not Level.LIST]
    lists = [code for code, area in rollup.areas.items() if area.level is Level.LIST]
    return Areas(lines, {name: [rollup.counties[n] for n in rollup.members(name)] for name in lists})


def map_of(view: RolledUp, as_of: AsOf) -> Map:
    """Return the stock of every county."""
    return Map(view.stock, as_of)
