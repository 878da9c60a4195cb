"""How many children enter and leave the stock, day by day: every sum of the history is fixed here.

Nothing is kept of a child. The listed children of a stratum leave in the order of their numbers, so that one growing total for
each stratum says which children leave when. Children who drop out later ("newcomers") are numbered through their group, come in
the order of their numbers, and leave in the same order some weeks afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from deploy.demo.history.published import GROUPS, JUNE, NOVEMBER, POINTS, PUBLISHED, group_sizes
from deploy.demo.history.school_year import DAYS, dropout_weights, index_of, return_weights
from deploy.demo.history.strata import Strata, drawn

_NEWCOMERS = {JUNE: (3_400, 900, 300, 400), NOVEMBER: (800, 0, 80, 0)}
"""Invented: the children of each group that drop out after the opening load, up to June 2020 and after it, at full scale. After it none is
registered-poor: by September there were none left."""
_CLEARED = {JUNE: (1_200,), NOVEMBER: (400,)}
"""Invented: children that are suspected and then found to be in school, or to be no pupils of the county."""
_OUT_FOR = (49, 35, 56, 42)
"""Invented: the most days that newcomers of each group stay out."""
_MOST_NEWCOMERS = 0.4
"""Invented: the largest share of newcomers in a group. The others have been out since the opening load."""


@dataclass(frozen=True)
class Plan:
    """Totals up to the beginning of each day: the number of day d is ``[d + 1]`` minus ``[d]``.

    ``exits[:, s]``: listed children of stratum s that left. ``entered[:, g]``, ``left[:, g]``: newcomers of a group.
    ``cleared``: children whose suspicion was cleared.
    """

    exits: NDArray[np.int32]
    entered: NDArray[np.int64]
    left: NDArray[np.int64]
    cleared: NDArray[np.int64]


def plan_of(strata: Strata, scale: float, seed: int) -> Plan:
    """Return the plan of a scale. On the published days its groups have exactly the published sizes, scaled.

    Raises ``ValueError`` for a scale without such a history: a group would have to grow by itself.
    """
    entered = _came(_NEWCOMERS, scale)
    left = np.zeros_like(entered)
    exits = np.zeros((len(DAYS) + 1, len(strata.groups)), np.int32)
    sizes = np.array([group_sizes(scale, day) for day in POINTS])
    at = np.array([index_of(day) + 1 for day in POINTS])
    for group in range(GROUPS):
        left[:, group] = _left(entered[:, group], _between(sizes[:, group], at), _OUT_FOR[group])
        listed = _falling(sizes[:, group] - (entered - left)[at, group])
        inside = np.flatnonzero(strata.groups == group)
        exits[:, inside] = _spread(_between(listed, at), strata.opening[inside], drawn(seed, f"exits {group}", len(DAYS)))
    return Plan(exits, entered, left, _came(_CLEARED, scale)[:, 0])


def _came(numbers: Mapping[date, tuple[int, ...]], scale: float) -> NDArray[np.int64]:
    weights, totals, first = dropout_weights(), [np.zeros((1, len(next(iter(numbers.values())))))], 0
    for until, at_full_scale in numbers.items():
        share = np.cumsum(weights[first : index_of(until) + 1])
        totals.append(totals[-1][-1] + np.outer(share / share[-1], at_full_scale) * scale)
        first = index_of(until) + 1
    return _whole(np.vstack(totals))


def _left(entered: NDArray[np.int64], stock: NDArray[np.int64], out_for: int) -> NDArray[np.int64]:
    """Return how many newcomers left: after ``out_for`` days, earlier where their share of the group would be too large, never on the first day."""
    in_time = np.concatenate([np.zeros(out_for, np.int64), entered[:-out_for]])
    too_many = entered - (stock * _MOST_NEWCOMERS).astype(np.int64)
    day_before = np.concatenate([entered[:1], entered[:-1]])
    left: NDArray[np.int64] = np.minimum(np.maximum.accumulate(np.maximum(in_time, too_many)), day_before)
    return left


def _between(sizes: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the size at the beginning of every day, with ``sizes`` at the days ``at`` and the first of them before.

    Between them, equal shares of the returning take equal shares of the rest.
    """
    returning = np.concatenate([[0.0], np.cumsum(return_weights())])
    whole = np.full(len(DAYS) + 1, float(sizes[0]))
    for first, last, before, after in zip(at, at[1:], sizes, sizes[1:], strict=False):
        share = (returning[first : last + 1] - returning[first]) / (returning[last] - returning[first])
        offset = 1 + 0.02 * before  # so that a size can reach zero, and the end of a segment is not too slow
        whole[first : last + 1] = (before + offset) ** (1 - share) * (after + offset) ** share - offset
    return _whole(whole)


def _whole(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(numbers).astype(np.int64)


def _falling(listed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Raise the invented sizes where the number of listed children would grow; the published sizes stay. Raises ``ValueError``."""
    falling: NDArray[np.int64] = np.maximum.accumulate(listed[::-1])[::-1]
    published = np.array([day in PUBLISHED for day in POINTS])
    if (falling != listed)[published].any():
        raise ValueError(f"no history leads through the figures at this scale: of the listed there would be {listed.tolist()} out; take another")
    return falling


def _spread(stock: NDArray[np.int64], opening: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Divide the exits of each day among strata by the rest in each, by systematic sampling, so that every sum is exact."""
    exits = np.zeros((len(stock), len(opening)), np.int32)
    left = opening.copy()
    for day, leaving in enumerate((stock[:-1] - stock[1:]).tolist()):
        exits[day + 1] = exits[day]
        if leaving:
            among = np.cumsum(left)
            taken = np.diff((among * leaving + starts[day] % among[-1]) // among[-1], prepend=0)
            left -= taken
            exits[day + 1] += taken.astype(np.int32)
    return exits
