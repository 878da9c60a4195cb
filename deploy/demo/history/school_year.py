"""How the reports are spread over the days: offices work on weekdays, and children return when terms begin.

Only the calendar is real: term starts, holidays, and the spring of 2020, when schools stayed closed and opened between April and May. The
weights are invented; only their ratios count.
"""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deploy.demo.history.published import LAST, LISTING, PUBLISHED

FIRST = LISTING[0]
DAYS = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
"""Every day of the history. A day is its index in this tuple everywhere in this package."""


def index_of(day: date) -> int:
    """Return the index of a day in ``DAYS``."""
    return (day - FIRST).days


_WEEK = (1.0, 1.05, 1.0, 0.95, 0.9, 0.12, 0.06)


class _Season(NamedTuple):
    first: date
    last: date
    returns: float
    dropouts: float


# A later line overrides an earlier one.
_SEASONS = (
    _Season(date(2019, 1, 12), date(2019, 2, 24), 0.15, 0.0),  # winter holidays
    _Season(date(2019, 2, 25), date(2019, 3, 22), 3.0, 0.0),
    _Season(date(2019, 3, 23), date(2019, 5, 31), 1.0, 1.5),
    _Season(date(2019, 7, 10), date(2019, 8, 25), 0.35, 0.1),  # summer holidays
    _Season(date(2019, 8, 26), date(2019, 9, 20), 3.2, 1.5),
    _Season(date(2019, 9, 21), date(2019, 10, 31), 1.2, 2.0),
    _Season(date(2020, 1, 11), date(2020, 2, 16), 0.15, 0.1),
    _Season(date(2020, 2, 17), date(2020, 4, 6), 0.3, 0.3),  # schools are closed
    _Season(date(2020, 4, 7), date(2020, 5, 22), 2.5, 2.0),  # and open again, grade by grade
    _Season(date(2020, 7, 11), date(2020, 8, 23), 0.4, 0.1),
    _Season(date(2020, 8, 24), date(2020, 9, 14), 3.0, 0.5),
    _Season(date(2020, 9, 15), date(2020, 10, 31), 1.0, 1.5),
    _Season(date(2019, 2, 4), date(2019, 2, 10), 0.02, 0.0),  # Spring Festival
    _Season(date(2019, 10, 1), date(2019, 10, 7), 0.03, 0.0),
    _Season(date(2020, 1, 24), date(2020, 2, 2), 0.02, 0.0),
    _Season(date(2020, 10, 1), date(2020, 10, 8), 0.03, 0.0),
)


def _weights(of: str) -> NDArray[np.float64]:
    weights = np.array([_WEEK[day.weekday()] for day in DAYS])
    seasonal = np.ones(len(DAYS))
    for season in _SEASONS:
        seasonal[index_of(season.first) : index_of(season.last) + 1] = getattr(season, of)
    weights *= seasonal
    weights[: len(LISTING)] = 0.0
    return weights


def return_weights() -> NDArray[np.float64]:
    """Return the weight of each day for returns; zero on the days of the opening load."""
    return _weights("returns")


def dropout_weights() -> NDArray[np.float64]:
    """Return the weight of each day for dropouts; zero in the first term and on a published day.

    In the first term the reports before a dropout would precede the opening load. On a published day a newcomer would have to leave on its
    first day.
    """
    weights = _weights("dropouts")
    weights[[index_of(day) for day in PUBLISHED]] = 0.0
    return weights
