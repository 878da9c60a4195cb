"""The query parameters of lists, the same in every service: area, cursor, number of entries, last due day.

A parameter that breaks a rule raises ``Problem`` 422 with its name.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Query

from shared import clock
from shared.clock import china_day
from shared.deciding.states.listing import Cursor
from shared.geography.county_codes import codes_in, lies_in
from shared.geography.divisions import NATION
from shared.http.callers import forbidden
from shared.http.parameters import day_of
from shared.http.problems import Problem, invalid_parameter, unknown_area

TODAY = "today"

AreaCode = Annotated[
    str | None,
    Query(
        description="100000 (the nation), a province, prefecture or county code, or the name of a list; the area of the caller's office, if left out"
    ),
]
After = Annotated[str | None, Query(max_length=128, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500, description="most entries of the page; it may have fewer though others follow")]
Due = Annotated[str | None, Query(max_length=10, description="only what is due on this day, YYYY-MM-DD, or before; or `today`")]


def counties_of(area: str | None, within: frozenset[str]) -> Sequence[str]:
    """Return the county codes of an area, ascending: the groups of a listing. ``within``: the counties in which the caller has the right to it.

    Raises ``Problem``: 404 for an area that does not exist, 403 for one that does not lie in these counties altogether.
    """
    if area is None and within:
        return sorted(within)
    named = NATION if area is None else area
    try:
        codes, allowed = codes_in(named), lies_in(named, within, china_day(clock.now()))
    except KeyError:
        raise unknown_area("county must be the code of a county, prefecture or province, 100000, watch52 or sanqu.") from None
    if not allowed:
        raise forbidden("county must lie in the area of your office.")
    return sorted(within.intersection(codes))


def cursor_of(after: str | None) -> Cursor | None:
    """Return the cursor of a page. Raises ``Problem``."""
    try:
        return None if after is None else Cursor.of(after)
    except ValueError:
        raise _wrong("after", "must be the `next` of a page") from None


def due_day(due: str | None, today: date) -> date | None:
    """Return the last due day. Raises ``Problem``."""
    if due is None or due == TODAY:
        return today if due else None
    try:
        return day_of(due)
    except ValueError:
        raise _wrong("due", "must be a day, YYYY-MM-DD, or `today`") from None


def _wrong(name: str, rule: str) -> Problem:
    return invalid_parameter(f"query.{name}", rule)
