"""When an unexplained absence makes a child suspected: thresholds as dated data, for counties and provinces that have their own.

No national number of days was found (domain page, section 2.5), so ``absence_rules.csv`` says of each where it comes from. A line holds
from its day until a later one of the same area. Another local rule is one more line.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from itertools import islice

from shared.calendar.school_days import NATION, school_days
from shared.contracts.student import AbsenceRule


def _table() -> Mapping[str, Sequence[AbsenceRule]]:
    table: dict[str, list[AbsenceRule]] = {}
    with (files(__package__) / "absence_rules.csv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            rule = AbsenceRule(line["area"], date.fromisoformat(line["from"]), int(line["most_days"]))
            table.setdefault(rule.area, []).append(rule)
    return {area: sorted(rules, key=lambda rule: rule.since, reverse=True) for area, rules in table.items()}


_TABLE = _table()
_EARLIEST = _TABLE[NATION][-1]


def rule_in(county: str, province: str, on: date) -> AbsenceRule:
    """Return the rule of a county on a day: its own, its province's, or the nation's; before the first line, that of the first line."""
    for area in (county, province, NATION):
        for rule in _TABLE.get(area, ()):
            if rule.since <= on:
                return rule
    return _EARLIEST


def rule_passed(county: str, province: str, *, since: date, on: date, days: int) -> AbsenceRule | None:
    """Return the rule that an absence since a day passes on another day; None where it passes none.

    ``days`` is what the school counted. What it counted beyond the school days of the calendar does not count: a holiday is no absence.
    """
    rule = rule_in(county, province, on)
    enough = rule.most_days + 1
    if days < enough or sum(1 for _ in islice(school_days(province, since, on), enough)) < enough:
        return None
    return rule
