"""The flows of counties that changed last, in the order in which the api received them. No child is known here.

Only the names of the numbers are kept. Each number is read from the memory, so it belongs to the vector of the memory, and a number
that changes again moves to the top. After a restart the order is unknown: the newest days of the memory fill the list.
"""

from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import islice

import numpy as np
from msgspec import Struct

from services.reporting.view.areas import ROW_OF, ROWS, Positions
from services.reporting.view.memory import FLOW_COLUMN, FLOWS, Memory
from services.reporting.view.rolled_up import RolledUp
from shared.geography.divisions import divisions

MOST = 20
"""Changes that an area shows."""
_DAYS_BACK = 31
"""Days of the record that are searched for changes from before the api began. A change older than a month is no news."""
_PIECE = 1_000
"""Changes noted before other tasks run: about a millisecond."""


class Change(Struct):
    """A number that changed: so many children of a county, on a day, by a flow, as the number now stands."""

    county: str
    name: str
    day: str
    flow: str
    n: int


class Newest:
    """The newest changes of every county. A county keeps as many as an area shows, so the newest of any area are always among them."""

    def __init__(self) -> None:
        self._moment = 0
        self._by_county: dict[str, dict[str, int]] = {}
        """County -> ``<day>:<flow>`` -> its moment; both in the order of the last change."""

    def note_in_pieces(self, flows: Iterable[str]) -> Iterator[None]:
        """Note the flows that a delta changed: ``<county>:<day>:<flow>``, in the order of the record.

        Yields every few milliseconds, so that other tasks can run.
        """
        for field in flows:
            self._moment += 1
            county, _, what = field.partition(":")
            changed = self._by_county.pop(county, None) or {}
            changed.pop(what, None)
            changed[what] = self._moment
            if len(changed) > MOST:
                del changed[next(iter(changed))]
            self._by_county[county] = changed
            if self._moment % _PIECE == 0:
                yield

    def of(self, view: RolledUp, area: str) -> list[Change]:
        """Return the newest changes of an area or a county code, newest first, ``MOST`` at most."""
        rows = view.rollup.rows(area) if area in view.rollup.areas else np.array([ROW_OF[area]])
        noted = self._noted({ROWS[row] for row in rows.tolist()})
        found: dict[tuple[str, str], Change] = {}
        for county, what in noted:
            day, _, flow = what.partition(":")
            if n := _number(view.memory, county, day, flow):
                found[county, what] = _change(county, day, flow, n)
        if len(found) < MOST:
            for change in _on_the_newest_days(view.memory, rows):
                found.setdefault((change.county, f"{change.day}:{change.flow}"), change)
                if len(found) == MOST:
                    break
        return list(found.values())

    def _noted(self, counties: set[str]) -> list[tuple[str, str]]:
        last = islice((county for county in reversed(self._by_county) if county in counties), MOST)
        changed = [(moment, county, what) for county in last for what, moment in self._by_county[county].items()]
        return [(county, what) for _, county, what in nlargest(MOST, changed)]


def _number(memory: Memory, county: str, day: str, flow: str) -> int:
    flows = memory.flows.get(day)
    return 0 if flows is None else int(flows[ROW_OF[county], FLOW_COLUMN[flow]])


def _on_the_newest_days(memory: Memory, rows: Positions) -> Iterator[Change]:
    for day in nlargest(_DAYS_BACK, memory.flows):
        flows = memory.flows[day][rows]
        for row, column in np.argwhere(flows)[:MOST].tolist():
            yield _change(ROWS[rows[row]], day, FLOWS[column].value, int(flows[row, column]))


def _change(county: str, day: str, flow: str, n: int) -> Change:
    return Change(county, divisions().counties[county].name, day, flow, n)
