"""When officers do what, by the calendar of the story. All of it is invented but the cadence.

Officers go through their lists once a month, on the day before the province's report to the ministry is due (domain page, section 1.2). A
term's aid is granted anew once the term has begun, and is paid by roll in its fourth month, with what was missed in the months after.
"""

from datetime import date, timedelta
from typing import NamedTuple

from deploy.demo.history.statements import DAY_OF_MONTH

FIRST_VISITS = date(2020, 2, 1)
"""Officers visit every child that is out from this day on: so many were out before that a demo has no time for their visits."""

_LATE_FILES, _LATE_VISITS, _LATE_GRANTS = 100, 50, 150
"""Of so many children one is missed: its file and its visit for a month, its aid until three months after the first roll."""
_MONTH, _QUARTER = timedelta(days=30), timedelta(days=90)


class Term(NamedTuple):
    """A school term: the days from which its aid is granted to all that go on being eligible, and from which it is paid."""

    name: str
    granted: date
    paid: date


# Aid for children that do not board began in the autumn of 2019, so in the spring before nothing is due to a child that just returned.
TERMS = (
    Term("2019-autumn", date(2019, 9, 14), date(2019, 11, 14)),
    Term("2020-spring", date(2020, 3, 14), date(2020, 5, 14)),
    Term("2020-autumn", date(2020, 9, 14), date(2020, 11, 14)),
)


def is_round(day: date) -> bool:
    """Return whether officers go through their lists on this day."""
    return day.day == DAY_OF_MONTH - 1


def is_closed(child: str, due: date, day: date) -> bool:
    """Return whether the file of a child whose observation ended is closed on this day."""
    return _luck(child) % _LATE_FILES > 0 or due < day - _MONTH


def is_visited(child: str, due: date, day: date) -> bool:
    """Return whether a child is visited on this day, whose next step was due."""
    return _luck(child) % _LATE_VISITS > 0 or due < day - _MONTH


def is_paid(child: str, term: Term, day: date) -> bool:
    """Return whether a grant that is due is paid on this day."""
    return _luck(child) % _LATE_GRANTS > 0 or day >= term.paid + _QUARTER


def next_step(child: str, day: date) -> date:
    """Return the day that an officer and a family agree on for the next step."""
    return day + timedelta(days=7 + _luck(child) % 40)


def _luck(child: str) -> int:
    return int(child[:6], 16)
