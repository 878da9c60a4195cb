"""Where the invented children live: two strata for each county, registered-poor or not.

The counties are the real ones. The number of children in each is invented: the share of a province grows towards the west and
south-west, districts have fewer than counties, and the 52 counties together have the published number.
"""

from dataclasses import dataclass
from hashlib import shake_256

import numpy as np
from numpy.typing import NDArray

from deploy.demo.history.published import LISTED, group_sizes
from deploy.demo.history.school_year import DAYS, FIRST
from shared.geography.divisions import divisions

SILENT = ("350527", "460300", "540630")
"""金门县, 三沙市 and 双湖县 never report, to show what a silent county looks like."""

# By the first two digits of a province: its share of the children, and the weight of the registered-poor among them.
_PROVINCES = {
    "11": (0.3, 0.0), "12": (0.3, 0.0), "13": (2.2, 0.9), "14": (1.5, 1.0), "15": (1.6, 0.9), "21": (1.0, 0.6), "22": (1.0, 0.7),
    "23": (1.4, 0.7), "31": (0.3, 0.0), "32": (1.2, 0.3), "33": (0.9, 0.2), "34": (2.5, 0.9), "35": (1.2, 0.4), "36": (2.2, 0.9),
    "37": (1.8, 0.5), "41": (3.5, 1.0), "42": (2.2, 1.0), "43": (3.0, 1.0), "44": (3.0, 0.5), "45": (5.0, 1.3), "46": (0.8, 0.9),
    "50": (2.2, 1.0), "51": (6.5, 1.3), "52": (7.0, 1.4), "53": (7.5, 1.5), "54": (2.0, 1.4), "61": (3.0, 1.1), "62": (5.5, 1.4),
    "63": (2.2, 1.2), "64": (1.4, 1.1), "65": (4.5, 1.3), "66": (0.5, 0.6),
}  # fmt: skip
_KINDS = {"区": 0.5, "市": 0.8, "县": 1.0, "旗": 1.0}
_HEAVIER = ("51", "65")
"""The provinces of those of the 52 counties that have more children: 凉山 and southern 新疆."""


@dataclass(frozen=True)
class Strata:
    """Arrays over the strata: number 2i is the children of county i that are not registered-poor, 2i + 1 those that are.

    ``counties`` ascend by code, and the strata of sender n are ``bounds[n]:bounds[n + 1]``. ``weights``: a stratum's
    share of its group (``groups``, as in ``published.GROUPS``). ``opening``: the number of children that it lists. ``neighbours``:
    the stratum that children move to, -1 where there is none. ``lasting``: the county's code is still in force at the end.
    """

    counties: tuple[str, ...]
    senders: tuple[str, ...]
    bounds: NDArray[np.int64]
    weights: NDArray[np.float64]
    groups: NDArray[np.int64]
    opening: NDArray[np.int64]
    neighbours: NDArray[np.int64]
    lasting: NDArray[np.bool_]


def strata_of(scale: float, seed: int) -> Strata:
    """Return the strata of a scale (1: as many children as were published). The sums of ``opening`` by group are exact."""
    known = divisions()
    counties = known.counties_on(FIRST)
    provinces = np.array([known.counties[code].province[:2] for code in counties])
    watched = np.isin(counties, known.lists["watch52"])
    groups = np.repeat(watched, 2) * 2 + np.tile(np.array([0, 1]), len(counties))
    weights, opening = _shares(counties, provinces, watched, seed), np.zeros(len(groups), np.int64)
    for group, total in enumerate(group_sizes(scale, LISTED)):
        inside = groups == group
        weights[inside] /= weights[inside].sum()
        opening[inside] = np.diff(np.rint(np.cumsum(weights[inside]) * total), prepend=0).astype(np.int64)
    senders, starts = np.unique(provinces, return_index=True)
    return Strata(
        counties=counties,
        senders=tuple(senders.tolist()),
        bounds=2 * np.append(starts, len(counties)),
        weights=weights,
        groups=groups,
        opening=opening,
        neighbours=_neighbours(counties, provinces, watched),
        lasting=np.repeat([known.stands_for(code, DAYS[-1]) == code for code in counties], 2),
    )


def drawn(seed: int, what: str, number: int) -> NDArray[np.int64]:
    """Return numbers of 32 bits that depend only on the seed and on their purpose, on any machine."""
    return np.frombuffer(shake_256(f"{what} {seed}".encode()).digest(4 * number), dtype="<u4").astype(np.int64)


def _shares(counties: tuple[str, ...], provinces: NDArray[np.str_], watched: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    known = divisions()
    share = np.array([_KINDS.get(known.counties[code].name[-1], 1.0) for code in counties])
    share *= np.where(np.isin(counties, known.lists["sanqu"]), 1.5, 1.0)
    share *= 0.4 + 1.2 * drawn(seed, "shares", len(counties)) / 2**32
    share[np.isin(counties, SILENT)] = 0.0
    for province, (weight, _) in _PROVINCES.items():
        here = (provinces == province) & ~watched
        share[here] *= weight / share[here].sum()
    share[watched & np.isin(provinces, _HEAVIER)] *= 1.6
    poor = share * np.array([_PROVINCES[province][1] for province in provinces])
    return np.column_stack([share, poor]).reshape(-1)


def _neighbours(counties: tuple[str, ...], provinces: NDArray[np.str_], watched: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the stratum that children move to: among the 52 counties, or outside them, so that moves change no figure."""
    neighbours = np.full(len(counties), -1)
    speaking = ~np.isin(counties, SILENT)
    for province in np.unique(provinces):
        for among in (True, False):
            ring = np.flatnonzero((provinces == province) & (watched == among) & speaking)
            if len(ring) > 1:
                neighbours[ring] = np.roll(ring, -1)
    both = np.repeat(neighbours, 2)
    return np.where(both < 0, -1, 2 * both + np.tile(np.array([0, 1]), len(counties)))
