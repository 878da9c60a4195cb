"""The history day by day: which children are reported on, and how many are out of school at the end of a day."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deploy.demo.history.fates import CORRECTED, DOUBTED, EPISODES, MOVED, NEWCOMERS, RECLASSED, THOUSAND, TOLD, Fate, Kind, Newcomers
from deploy.demo.history.plan import Plan
from deploy.demo.history.published import GROUPS, LISTED, LISTING, Figures, group_sizes
from deploy.demo.history.school_year import DAYS
from deploy.demo.history.strata import Strata, drawn

_GOLDEN = (5**0.5 - 1) / 2


class Rows(NamedTuple):
    """The reports of a day, ascending by stratum, each on the children numbered ``first`` up to ``beyond``.

    The episode of a fate concerns only those among them that have the fate.
    """

    strata: NDArray[np.int64]
    kinds: NDArray[np.int64]
    first: NDArray[np.int64]
    beyond: NDArray[np.int64]

    def cut(self, first: int, beyond: int) -> "Rows":
        """Return the rows from one number up to another."""
        return Rows(*(column[first:beyond] for column in self))


class Days:
    """The days of a plan, each to be computed once and in order.

    ``stock``: the number of children out of school, by stratum. ``ever_out``: the number that were out of school at any time.
    """

    def __init__(self, strata: Strata, plan: Plan, seed: int) -> None:
        """Begin before the first day."""
        self.strata, self._plan = strata, plan
        self.phases = drawn(seed, "phases", len(strata.groups)) % THOUSAND
        """By stratum, the number to add to that of a listed child to find its fate."""
        self.stock = np.zeros(len(strata.groups), np.int64)
        self.ever_out = 0
        everywhere = np.ones(len(strata.groups), np.bool_)
        self._eligible = {episode.fate: everywhere for episode in EPISODES}
        self._eligible[MOVED] = strata.neighbours >= 0
        self._eligible[CORRECTED] = strata.lasting  # a correction names the county, whose code must be in force
        self._homes = [_Homes(np.where(strata.groups == group, strata.weights, 0.0)) for group in range(GROUPS)]
        self._doubted_homes = _Homes(strata.weights * np.array(group_sizes(1, LISTED))[strata.groups])

    @property
    def figures(self) -> Figures:
        """The three figures so far."""
        return Figures(int(self.stock.sum()), int(self.stock[1::2].sum()), int(self.stock[self.strata.groups >= 2].sum()))

    def happen(self, day: int) -> Rows:
        """Return the reports of a day, and add them to the stock."""
        found: list[tuple[NDArray[np.int64], ...]] = []
        if day < len(LISTING):
            found.append(self._listed(day))
        found.append(self._exits(day))
        found += [self._episode(*episode, day) for episode in EPISODES]
        for group, homes in enumerate(self._homes):
            entered, left = self._plan.entered[:, group], self._plan.left[:, group]
            found += [_newcomers(each, entered, homes, day) for each in NEWCOMERS]
            new, back = homes.of(entered[day], entered[day + 1]), homes.of(left[day], left[day + 1])
            self.ever_out += len(new)
            np.add.at(self.stock, new, 1)
            np.subtract.at(self.stock, back, 1)
            found.append(_singles(back, Kind.NEW_RETURNED, np.arange(left[day], left[day + 1])))
        found += [_newcomers(each, self._plan.cleared, self._doubted_homes, day) for each in DOUBTED]
        together = [np.concatenate(column) for column in zip(*found, strict=True)]
        order = np.argsort(together[0], kind="stable")
        return Rows(*(column[order] for column in together))

    def _listed(self, day: int) -> tuple[NDArray[np.int64], ...]:
        """Return the opening load: every other county of a province is listed on the first day, the others on the next."""
        today = np.flatnonzero((np.arange(len(self.stock)) // 2 % len(LISTING) == day) & (self.strata.opening > 0))
        self.stock[today] += self.strata.opening[today]
        self.ever_out += int(self.strata.opening[today].sum())
        return today, np.full_like(today, Kind.LISTED), np.zeros_like(today), self.strata.opening[today]

    def _exits(self, day: int) -> tuple[NDArray[np.int64], ...]:
        first, beyond = self._plan.exits[day].astype(np.int64), self._plan.exits[day + 1].astype(np.int64)
        self.stock -= beyond - first
        # A child that counted elsewhere leaves from there.
        for fate, elsewhere in ((MOVED, self.strata.neighbours), (RECLASSED, np.arange(len(self.stock)) ^ 1)):
            self._shift(self._count(fate, day), elsewhere, -1)
        today = np.flatnonzero(beyond > first)
        return today, np.full_like(today, Kind.EXIT), first[today], beyond[today]

    def _episode(self, kind: Kind, fate: Fate, after: int, day: int) -> tuple[NDArray[np.int64], ...]:
        exit_day = day - after
        count = self._count(fate, exit_day)
        if kind is Kind.MOVED:
            self._shift(count, self.strata.neighbours, 1)
        elif fate is RECLASSED:
            self._shift(count, np.arange(len(self.stock)) ^ 1, 1)
        elif kind is Kind.OUT_AGAIN:
            self.stock += count
        elif kind is Kind.BACK_AGAIN:
            self.stock -= count
        today = np.flatnonzero(count)
        exits = self._plan.exits
        within = 0 <= exit_day < len(DAYS)
        first, beyond = (exits[exit_day][today], exits[exit_day + 1][today]) if within else (today, today)
        return today, np.full_like(today, kind), first.astype(np.int64), beyond.astype(np.int64)

    def _shift(self, count: NDArray[np.int64], elsewhere: NDArray[np.int64], sign: int) -> None:
        of = np.flatnonzero(count)
        self.stock[of] -= sign * count[of]
        np.add.at(self.stock, elsewhere[of], sign * count[of])

    def _count(self, fate: Fate, exit_day: int) -> NDArray[np.int64]:
        """Return how many of the children that leave on a day go through the episodes of a fate."""
        if not 0 <= exit_day < len(DAYS) or not TOLD[fate][exit_day]:
            return np.zeros_like(self.stock)
        first, beyond = self._plan.exits[exit_day], self._plan.exits[exit_day + 1]
        return np.where(self._eligible[fate], fate.number_among(first + self.phases, beyond + self.phases), 0)


class _Homes:
    """Spreads numbered children over strata by weight, evenly however many there are."""

    def __init__(self, weights: NDArray[np.float64]) -> None:
        upto = np.cumsum(weights)
        self._upto = upto / upto[-1]

    def of(self, first: int, beyond: int) -> NDArray[np.int64]:
        return np.searchsorted(self._upto, (np.arange(first, beyond) + 0.5) * _GOLDEN % 1.0, side="right")


def _newcomers(what: Newcomers, totals: NDArray[np.int64], homes: _Homes, day: int) -> tuple[NDArray[np.int64], ...]:
    then = day + what.before
    if then >= len(DAYS):
        return _singles(np.zeros(0, np.int64), what.kind, np.zeros(0, np.int64))
    numbers = np.arange(totals[then], totals[then + 1])
    meant = what.is_of(numbers)
    return _singles(homes.of(totals[then], totals[then + 1])[meant], what.kind, numbers[meant])


def _singles(strata: NDArray[np.int64], kind: Kind, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    return strata, np.full_like(strata, kind), numbers, numbers + 1
