"""Answers who looked at which child, for superiors and auditors, page by page, the newest first. Raises ``Problem``."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, literal, or_, select, tuple_

from services.enrolment.directory.directory import Directory
from services.enrolment.directory.tables import LOOKS
from services.enrolment.directory.unavailable import directory_needed
from services.enrolment.looks.follower import AccessFollower
from services.enrolment.looks.unusual import rules
from shared.clock import CHINA, micros_of, moment_of
from shared.http.problems import invalid_parameter
from shared.http.unavailable import log_needed

MOST_DAYS = 31
"""Days that are looked through where neither a child nor a caller is named."""
_DAY = timedelta(days=1)
_is_cursor = re.compile(r"([0-9]{1,17})-([0-9]{1,3})-([0-9]{1,18})").fullmatch


class Asked(NamedTuple):
    """Whose looks, of which children and days. ``counties``: those of the asking office, None for all of them."""

    counties: frozenset[str] | None
    child: str | None
    caller: str | None
    unusual: bool
    since: date | None
    until: date | None


class ShownLook(Struct, frozen=True):
    """A look at a child. ``unusual``: the names of the rules by which it stands out; ``shown``: false for one who was turned away."""

    time: datetime
    did: str
    student: str
    county: str | None
    caller: str
    office: str
    roles: Sequence[str]
    purpose: str
    shown: bool
    unusual: Sequence[str]


class LookPage(Struct, frozen=True):
    """A page of looks, the newest first. ``next``: the ``after`` of the page that follows; null where none does."""

    looks: Sequence[ShownLook]
    next: str | None


class Looks:
    """The looks at the children of one installation."""

    def __init__(self, directory: Directory, follower: AccessFollower) -> None:
        self._directory, self._follower = directory, follower

    async def page(self, asked: Asked, *, after: str | None, limit: int) -> LookPage:
        """Return the looks that were asked for; whatever was in the log when it was asked is among them."""
        if asked.child is None and asked.caller is None:
            self._check_days(asked)
        query = _query(asked).limit(limit + 1)
        if after is not None:
            query = query.where(tuple_(LOOKS.c.moment, LOOKS.c.partition, LOOKS.c.offset) < tuple_(*map(literal, _cursor(after))))
        with directory_needed(), log_needed():
            await self._follower.catch_up()
            async with self._directory.database.engine.begin() as connection:
                rows = (await connection.execute(query)).all()
        page = rows[:limit]
        last = page[-1] if len(rows) > limit else None
        return LookPage([_shown(row) for row in page], None if last is None else f"{last.moment}-{last.partition}-{last.offset}")

    def _check_days(self, asked: Asked) -> None:
        if asked.since is None or asked.until is None:
            rule = "name a child, a caller, or the days from since to until"
            raise invalid_parameter("query.child", rule)
        if not timedelta(0) <= asked.until - asked.since < MOST_DAYS * _DAY:
            raise invalid_parameter("query.until", f"must be since or later, and no more than {MOST_DAYS} days in all")


def _query(asked: Asked) -> Select[Any]:
    flags = [rule.holds(LOOKS).label(f"rule_{n}") for n, rule in enumerate(rules())]
    query = select(LOOKS, *flags).order_by(LOOKS.c.moment.desc(), LOOKS.c.partition.desc(), LOOKS.c.offset.desc())
    conditions: list[ColumnElement[bool]] = []
    if asked.child is not None:
        conditions.append(LOOKS.c.student == asked.child)
    if asked.caller is not None:
        conditions.append(LOOKS.c.caller == asked.caller)
    if asked.counties is not None:
        conditions.append(LOOKS.c.county.in_(sorted(asked.counties)))
    if asked.since is not None:
        conditions.append(LOOKS.c.moment >= _begin(asked.since))
    if asked.until is not None:
        conditions.append(LOOKS.c.moment < _begin(asked.until + _DAY))
    if asked.unusual:
        conditions.append(or_(*(rule.holds(LOOKS) for rule in rules())))
    return query.where(*conditions)


def _begin(day: date) -> int:
    return micros_of(datetime(day.year, day.month, day.day, tzinfo=CHINA))


def _cursor(after: str) -> tuple[int, int, int]:
    if (parts := _is_cursor(after)) is None:
        raise invalid_parameter("query.after", "must be the next of the page before")
    return int(parts[1]), int(parts[2]), int(parts[3])


def _shown(row: Any) -> ShownLook:
    unusual = list(dict.fromkeys(rule.name for n, rule in enumerate(rules()) if getattr(row, f"rule_{n}")))
    return ShownLook(
        time=moment_of(row.moment).astimezone(CHINA),
        did=row.action,
        student=row.student,
        county=row.county,
        caller=row.caller,
        office=row.office,
        roles=row.roles.split(),
        purpose=row.purpose,
        shown=bool(row.shown),
        unusual=unusual,
    )
