"""What becomes of a file whose step is due: due soon, overdue, escalated to the level above. Thresholds are dated data, by county and step.

``urgencies.csv`` has them in working days, and says of each line where it comes from, as ``deadlines.csv`` does; no number means that it is
never told. A file is overdue from the day after its due day on, on whichever day that is. The rules in force on the due day hold. Each is told
once for a due day, when a day begins (``shared/deciding/day_clock.py``); where several have come, only the highest is.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct
from msgspec.structs import replace

from services.case.domain.deadlines import NATION
from shared.calendar.school_days import working_day_after, working_day_before
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding, CaseState, Urgency
from shared.contracts.case_days import URGENCY_FACTS, CaseBecameDueSoon, CaseBecameOverdue, CaseEscalated, TellUrgency

_DAY = timedelta(1)


class Thresholds(Struct, frozen=True):
    """Working days before the due day of a step, and after it; None for never."""

    due_soon: int | None
    prefecture: int | None
    province: int | None


def _table() -> Mapping[tuple[str, CaseState], Sequence[tuple[date, Thresholds]]]:
    table: dict[tuple[str, CaseState], list[tuple[date, Thresholds]]] = {}
    with (files(__package__) / "urgencies.csv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            numbers = (int(days) if (days := line[f"{name}_days"]) else None for name in Thresholds.__struct_fields__)
            table.setdefault((line["area"], CaseState(line["step"])), []).append((date.fromisoformat(line["from"]), Thresholds(*numbers)))
    return {of: sorted(held, key=lambda each: each[0], reverse=True) for of, held in table.items()}


_TABLE = _table()
_NEVER = Thresholds(None, None, None)

RANK: Mapping[Urgency | None, int] = {None: 0} | {urgency: n for n, urgency in enumerate(Urgency, start=1)}
"""How far each has come, from the lowest."""
_KINDS: Mapping[Urgency, type[CaseFact]] = {
    Urgency.DUE_SOON: CaseBecameDueSoon,
    Urgency.OVERDUE: CaseBecameOverdue,
    Urgency.PREFECTURE: CaseEscalated,
    Urgency.PROVINCE: CaseEscalated,
}
_TELLING = frozenset(URGENCY_FACTS)


def thresholds_of(county: str, step: CaseState, due: date) -> Thresholds:
    """Return the thresholds of a step in a county: its own, or the nation's, in force on the due day; before the first line, those of it."""
    earliest = _NEVER
    for area in (county, NATION):
        for since, held in _TABLE.get((area, step), ()):
            if since <= due:
                return held
            earliest = held
    return earliest


@lru_cache(maxsize=16_384)
def _comes(after: Thresholds, due: date) -> Sequence[tuple[date, Urgency]]:
    """Return on which day each comes to a file with this due day, in order. The first and the last year of the calendar have none beside them."""
    if not date.min.year < due.year < date.max.year:
        return ()
    comes = [(due + _DAY, Urgency.OVERDUE)]
    if after.due_soon is not None:
        comes.insert(0, (working_day_before(due, after.due_soon), Urgency.DUE_SOON))
    for days, urgency in ((after.prefecture, Urgency.PREFECTURE), (after.province, Urgency.PROVINCE)):
        if days is not None:
            comes.append((max(working_day_after(due, days), comes[-1][0]), urgency))
    return comes


def is_new(urgency: Urgency, now: CaseStanding) -> bool:
    """Return whether nothing as far as this was told of a file yet."""
    return RANK[urgency] > RANK[now.urgency]


def next_day(now: CaseStanding) -> date | None:
    """Return the day on which there will be more to tell of a file; None where there is nothing more."""
    if now.due is None:
        return None
    return next((day for day, urgency in _comes(thresholds_of(now.county, now.state, now.due), now.due) if is_new(urgency, now)), None)


def tell(now: CaseStanding | None, command: TellUrgency) -> CaseFact | None:
    """Return the fact that a day makes of a file when it begins; None where nothing new has come by then."""
    if now is None or now.due is None:
        return None
    come = [urgency for day, urgency in _comes(thresholds_of(now.county, now.state, now.due), now.due) if day <= command.day and is_new(urgency, now)]
    return _KINDS[come[-1]](before=now, after=replace(now, urgency=come[-1])) if come else None


def kept(now: CaseStanding | None, fact: CaseFact | None) -> CaseFact | None:
    """Return the fact of a decision with what was told of the file before: it holds as long as the due day does."""
    if now is None or now.urgency is None or fact is None or type(fact) in _TELLING:
        return fact
    holds = fact.after.due is not None and (fact.after.due, fact.after.state) == (now.due, now.state)
    return replace(fact, after=replace(fact.after, urgency=now.urgency if holds else None))
