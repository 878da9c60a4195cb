"""Which children have which fate, and when: counted for whole strata at once, with nothing kept of a child.

The number of a listed child decides its fate, so the children that leave on a day are known three weeks before and eleven weeks after it.
Shares and spans are invented. Spans are whole weeks, so that all reports around an exit fall on the same weekday.
"""

from enum import IntEnum, auto
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deploy.demo.history.published import LISTING, PUBLISHED
from deploy.demo.history.school_year import DAYS, index_of

THOUSAND = 1_000


class Kind(IntEnum):
    """The kind of a report, by its child: a listed child, a newcomer, or a child that was wrongly suspected ("doubted")."""

    LISTED = auto()
    EXIT = auto()
    MOVED = auto()
    HOUSEHOLD_CHANGED = auto()
    HOUSEHOLD_CHANGED_LATER = auto()
    CORRECTED = auto()
    OUT_AGAIN = auto()
    BACK_AGAIN = auto()
    RESUMED = auto()
    NEW_REGISTERED = auto()
    NEW_ENROLLED = auto()
    NEW_SUSPECTED = auto()
    NEW_DROPPED_OUT = auto()
    NEW_NEVER_ENROLLED = auto()
    NEW_RETURNED = auto()
    DOUBTED_ENROLLED = auto()
    DOUBTED_SUSPECTED = auto()
    DOUBTED_CLEARED = auto()


class Fate(NamedTuple):
    """The listed children whose number modulo a thousand is ``first`` or more and less than ``beyond``."""

    first: int
    beyond: int

    def is_of(self, number: int) -> bool:
        """Return whether a child has the fate."""
        return self.first <= number % THOUSAND < self.beyond

    def number_among(self, first: NDArray[np.int64], beyond: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many of the numbers from ``first`` up to ``beyond`` have the fate."""
        return self._below(beyond) - self._below(first)

    def _below(self, number: NDArray[np.int64]) -> NDArray[np.int64]:
        width = self.beyond - self.first
        return number // THOUSAND * width + np.clip(number % THOUSAND - self.first, 0, width)


MOVED = Fate(0, 5)
RECLASSED = Fate(5, 9)
"""The household becomes, or ceases to be, registered-poor while the child is out: for two weeks the child counts in another group."""
RECLASSED_LATER = Fate(9, 16)
CORRECTED = Fate(16, 19)
REPEATED = Fate(19, 23)
ON_LEAVE = Fate(23, 30)
REMOVED = Fate(30, 60)
"""All other children return, and nothing more is reported of them."""


class Episode(NamedTuple):
    """A report on the children of one fate, so many days ``after`` their exit (before it, if negative)."""

    kind: Kind
    fate: Fate
    after: int


EPISODES = (
    Episode(Kind.MOVED, MOVED, -21),
    Episode(Kind.HOUSEHOLD_CHANGED, RECLASSED, -14),
    Episode(Kind.HOUSEHOLD_CHANGED_LATER, RECLASSED_LATER, 28),
    Episode(Kind.CORRECTED, CORRECTED, -21),
    Episode(Kind.OUT_AGAIN, REPEATED, 35),
    Episode(Kind.BACK_AGAIN, REPEATED, 77),
    Episode(Kind.RESUMED, ON_LEAVE, 63),
)


def _told() -> dict[Fate, NDArray[np.bool_]]:
    exits = np.arange(len(DAYS))
    published = np.array([index_of(day) for day in PUBLISHED])[:, None]
    told = {episode.fate: exits + episode.after >= len(LISTING) for episode in EPISODES}
    told[RECLASSED] &= ~((exits - 14 <= published) & (published < exits)).any(axis=0)
    told[REPEATED] &= ~((exits + 35 <= published) & (published < exits + 77)).any(axis=0)
    return told


TOLD = _told()
"""By fate and day of exit, whether the children go through the episodes of the fate. They do not before the opening load ends, nor where a
published day would count them in another group, or out again."""


class Newcomers(NamedTuple):
    """A report on the newcomers whose number modulo twenty is ``first`` or more and less than ``beyond``.

    It is sent so many days ``before`` they count as out of school; on the doubted, before they are cleared.
    """

    kind: Kind
    first: int
    beyond: int
    before: int

    def is_of(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of the children this report is on."""
        return (self.first <= numbers % 20) & (numbers % 20 < self.beyond)


NEWCOMERS = (
    Newcomers(Kind.NEW_REGISTERED, 0, 2, 21),
    Newcomers(Kind.NEW_NEVER_ENROLLED, 0, 5, 0),
    Newcomers(Kind.NEW_ENROLLED, 5, 20, 42),
    Newcomers(Kind.NEW_SUSPECTED, 10, 20, 14),
    Newcomers(Kind.NEW_DROPPED_OUT, 5, 20, 0),
)
DOUBTED = (
    Newcomers(Kind.DOUBTED_ENROLLED, 0, 20, 28),
    Newcomers(Kind.DOUBTED_SUSPECTED, 0, 20, 7),
    Newcomers(Kind.DOUBTED_CLEARED, 0, 20, 0),
)


def never_in_school(newcomer: int) -> bool:
    """Return whether a newcomer never was in school: 失学, not 辍学."""
    return newcomer % 20 < 5
