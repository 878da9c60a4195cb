"""The figures that the history passes through: the published ones, and those that had to be invented between them.

Published (press of 30 June 2020 on the ten-department Opinions; press of September and December 2020): all children out
of school, the registered-poor among them, and those in the 52 counties, early 2019 and on 14 June 2020; the first two
again on 15 September and 30 November 2020.

Invented: how many of the 52 counties' children are registered-poor; the 52 counties in September and November 2020, in
proportion to the whole; and the nation at the ends of May and September 2019. For those two days the press gives the
832 poor counties only (290,000 and 65,000; of them registered-poor 150,000 and 27,000). The history keeps the ratio of
each pair. The tables here do not have the 832 counties, so the history has no figure of them.
"""

from datetime import date
from typing import NamedTuple

LISTING = (date(2019, 1, 10), date(2019, 1, 11))
"""The days on which senders list their own ledgers. Only "early 2019" is published."""

LISTED, JUNE, SEPTEMBER, NOVEMBER = LISTING[-1], date(2020, 6, 14), date(2020, 9, 15), date(2020, 11, 30)
PUBLISHED = (LISTED, JUNE, SEPTEMBER, NOVEMBER)
LAST = NOVEMBER
"""The history ends here; nothing later was published."""


class Figures(NamedTuple):
    """Children out of school: all, those of registered-poor households, and those in the 52 counties."""

    all: int
    poor: int
    watch52: int


class _Point(NamedTuple):
    all: int
    poor: int
    watch52: int
    both: int


_POINTS = {
    LISTED: _Point(600_000, 200_000, 82_000, 45_000),
    date(2019, 5, 31): _Point(480_000, 160_000, 65_600, 36_000),
    date(2019, 9, 30): _Point(107_586, 28_800, 14_700, 6_480),
    JUNE: _Point(6_781, 97, 433, 31),
    SEPTEMBER: _Point(2_419, 0, 154, 0),
    NOVEMBER: _Point(831, 0, 53, 0),
}
POINTS = tuple(_POINTS)
"""The days, ascending, on which the size of each group is fixed."""

GROUPS = 4
"""Children are counted in four groups: 2 x (in the 52 counties) + (registered-poor)."""


def figures(scale: float, day: date) -> Figures:
    """Return the three figures of a published day at a scale (1: as published), each rounded. Raises ``ValueError`` for any other day."""
    if day not in PUBLISHED:
        raise ValueError(f"nothing was published for {day}; there are figures for {', '.join(map(str, PUBLISHED))}")
    return Figures(*_scaled(scale, day)[:3])


def group_sizes(scale: float, day: date) -> tuple[int, int, int, int]:
    """Return the size of each group on a day of ``POINTS``. Their sums are exactly the figures."""
    point = _scaled(scale, day)
    # At a small scale rounding may leave fewer in a whole than in a part of it.
    both = min(point.both, point.poor, point.watch52)
    return point.all - point.poor - point.watch52 + both, point.poor - both, point.watch52 - both, both


def _scaled(scale: float, day: date) -> _Point:
    return _Point(*(int(scale * number + 0.5) for number in _POINTS[day]))
