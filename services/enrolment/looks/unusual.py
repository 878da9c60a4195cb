"""What is unusual in a look, by the rules of ``unusual_rules.csv``. A rule is data: a row more, or another number, needs no other change.

- ``children`` and ``minutes``: the caller looked at more children than that, within so many minutes up to this look. A list of work shows masked
  names by the page, so a name in a list is not counted.
- ``from_hour`` and ``until_hour``: the look was between these hours in China.
- ``other_county``: the caller's office is a county, and the child counted in another one.

The flags are worked out when they are asked for, so that new rules tell of old looks too.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, and_, distinct, func, literal, or_, select

from services.enrolment.directory.tables import LOOKS
from shared.contracts.access import Looked

_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
_CHINA = 8 * _HOUR
_COUNTIES = "/counties/"


class Rule(NamedTuple):
    """A row of the table."""

    name: str
    children: int | None
    minutes: int | None
    from_hour: int | None
    until_hour: int | None
    other_county: bool

    def holds(self, looks: Table) -> ColumnElement[bool]:
        """Return the condition of SQL that a row of the looks is unusual by this rule."""
        conditions: list[ColumnElement[bool]] = []
        if self.children is not None and self.minutes is not None:
            conditions += [looks.c.action != Looked.NAME_LISTED, _children_within(looks, self.minutes) > self.children]
        if self.from_hour is not None and self.until_hour is not None:
            hour = (looks.c.moment + _CHINA) // _HOUR % 24
            bounds = (hour >= self.from_hour, hour < self.until_hour)
            conditions.append(or_(*bounds) if self.from_hour > self.until_hour else and_(*bounds))
        if self.other_county:
            conditions.append(and_(looks.c.office.startswith(_COUNTIES), looks.c.office != literal(_COUNTIES) + looks.c.county))
        return and_(*conditions)


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules. Raises ``ValueError`` for a row that says nothing."""
    with (files(__package__) / "unusual_rules.csv").open(encoding="utf-8") as lines:
        found = tuple(_rule(row) for row in csv.DictReader(lines))
    for rule in found:
        if (rule.children is None) != (rule.minutes is None) or (rule.from_hour is None) != (rule.until_hour is None) or not any(rule[1:]):
            raise ValueError(f"{rule.name}: children go with minutes, and from_hour with until_hour, and one of them must be there")
    return found


def _rule(row: dict[str, str]) -> Rule:
    number = {name: int(text) if text else None for name, text in row.items() if name not in ("rule", "other_county")}
    return Rule(row["rule"], number["children"], number["minutes"], number["from_hour"], number["until_hour"], row["other_county"] == "yes")


def _children_within(looks: Table, minutes: int) -> ColumnElement[int]:
    earlier = LOOKS.alias()
    within = (earlier.c.moment <= looks.c.moment, earlier.c.moment > looks.c.moment - minutes * _MINUTE)
    one_by_one = (earlier.c.caller == looks.c.caller, earlier.c.action != Looked.NAME_LISTED)
    return select(func.count(distinct(earlier.c.student))).where(*one_by_one, *within).scalar_subquery()
