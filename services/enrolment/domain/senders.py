"""Who may speak of which child (wire page, section 3, 'Whose child')."""

from collections.abc import Mapping

Provinces = Mapping[str, str]
"""Of every county that ever was the first two digits of its province's code, by the dated table of divisions."""

_COUNTY, _PROVINCE, _SCHOOL = "/counties/", "/provinces/", "/schools/"


def speaks_for(source: str, county: str, school: str | None, provinces: Provinces) -> bool:
    """Return whether a source is this county, its province, or this school. ``school``: "" or None where there is none."""
    match source[1]:
        case "c":
            return source[len(_COUNTY) :] == county
        case "p":
            return provinces.get(county) == source[len(_PROVINCE) :]
        case _:
            return source[len(_SCHOOL) :] == school
