"""Who may speak of which child (wire page, section 3, 'Whose child')."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

Provinces = Mapping[str, str]
"""Of every county that ever was the source that is its province, ``/provinces/NN``, by the dated table of divisions."""


class Told(Struct, frozen=True, gc=False):
    """By whom a report was told, under which id, and when it was true: the attributes of a report, and those that its fact repeats."""

    at: datetime
    source: str
    id: str


def speaks_for(source: str, county: str, school: str | None, provinces: Provinces) -> bool:
    """Return whether a source is this county, its province, or this school. ``school``: "" or None where there is none."""
    return provinces.get(county) == source or source in (f"/counties/{county}", f"/schools/{school}")
