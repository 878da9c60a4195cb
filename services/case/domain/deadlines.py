"""By when the next step of a file is due: thresholds as dated data, for counties that have their own and for all others.

No national day-count was found (domain page, section 2.5), so ``deadlines.csv`` says of each number where it comes from, marked
as the domain page marks its facts: L for a local source, I for what was inferred. A line holds from its day until a later one of
the same area. A local rule is a further line.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files

from msgspec import Struct

from shared.calendar.school_days import working_day_after

NATION = "100000"


class Deadlines(Struct, frozen=True):
    """Days from one step to the next: to the first visit, after an attempt, under observation, to the second office's word on a closing.

    ``suspicion``: the days in which a suspicion is to be settled; when they have passed, the child has a file.
    ``longest_step``: the most that an office may set; ``hand_over_working``: the working days in which a file that was sent is taken over.
    """

    first_visit: int
    next_step: int
    observation: int
    confirmation: int
    suspicion: int
    longest_step: int
    hand_over_working: int

    def taken_over_by(self, sent: date) -> date:
        """Return the last day on which a file that was sent on a day is to be taken over."""
        return working_day_after(sent, self.hand_over_working)


def _table() -> Mapping[str, Sequence[tuple[date, Deadlines]]]:
    table: dict[str, list[tuple[date, Deadlines]]] = {}
    with (files(__package__) / "deadlines.csv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            numbers = (int(line[f"{name}_days"]) for name in Deadlines.__struct_fields__)
            table.setdefault(line["area"], []).append((date.fromisoformat(line["from"]), Deadlines(*numbers)))
    return {area: sorted(held, key=lambda each: each[0], reverse=True) for area, held in table.items()}


_TABLE = _table()
_EARLIEST = _TABLE[NATION][-1][1]


def deadlines_in(county: str, on: date) -> Deadlines:
    """Return the thresholds of a county on a day: its own, or the nation's; before the first, the first."""
    for area in (county, NATION):
        for since, held in _TABLE.get(area, ()):
            if since <= on:
                return held
    return _EARLIEST
