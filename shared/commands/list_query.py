"""What lists are asked with, alike in every service: an area, a cursor, how many, until which day.

What breaks a rule is a ``Problem`` 422 that names the parameter.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Query

from shared.deciding.listing import Cursor
from shared.geography.county_codes import codes_in
from shared.geography.divisions import NATION
from shared.http.problems import Problem, invalid_parameter

TODAY = "today"

AreaCode = Annotated[str, Query(max_length=16, description="100000 (the nation), a province, prefecture or county code, or the name of a list")]
After = Annotated[str | None, Query(max_length=128, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500, description="most entries of the page; it may have fewer though others follow")]
Due = Annotated[str | None, Query(max_length=10, description="only what is due on this day, YYYY-MM-DD, or before; or `today`")]


def counties_of(area: str = NATION) -> Sequence[str]:
    """Give the county codes of an area, ascending: the groups of a listing."""
    try:
        return codes_in(area)
    except KeyError:
        raise _wrong("county", "must be the code of a county, prefecture or province, 100000, watch52 or sanqu") from None


def cursor_of(after: str | None) -> Cursor | None:
    """Read a page's cursor."""
    try:
        return None if after is None else Cursor.of(after)
    except ValueError:
        raise _wrong("after", "must be the `next` of a page") from None


def due_day(due: str | None, today: date) -> date | None:
    """Read the last day of what is due."""
    if due is None or due == TODAY:
        return today if due else None
    try:
        return date.fromisoformat(due)
    except ValueError:
        raise _wrong("due", "must be a day, YYYY-MM-DD, or `today`") from None


def _wrong(name: str, rule: str) -> Problem:
    return invalid_parameter(f"query.{name}", rule)
