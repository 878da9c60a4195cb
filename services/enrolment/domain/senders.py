"""Who may speak of which child (wire page, section 3, 'Whose child')."""

from collections.abc import Mapping

Provinces = Mapping[str, str]
"""Of every county that ever was the source that is its province, ``/provinces/NN``, by the dated table of divisions."""


def speaks_for(source: str, county: str, school: str | None, provinces: Provinces) -> bool:
    """Return whether a source is this county, its province, or this school. ``school``: "" or None where there is none."""
    return provinces.get(county) == source or source in (f"/counties/{county}", f"/schools/{school}")
