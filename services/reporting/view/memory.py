"""The counts in the api's memory: the sum of all partitions, at one vector of offsets.

The rows are the county codes of ``areas.ROWS``, and after them any unknown codes that the record holds. The columns are
``counting.CELLS`` and, by day, the flows. A day's numbers take 11 kB for due files and 90 kB for flows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import numpy as np

from services.reporting.counting import CELLS, Flow
from services.reporting.view.areas import ROW_OF, ROWS
from services.reporting.view.days import ByDay

NEVER = int(np.iinfo(np.int64).min)
"""The time of a silent county, of which no fact is known."""
FLOWS = tuple(Flow)

COLUMN = {cell: n for n, cell in enumerate(CELLS)}
FLOW_COLUMN: Mapping[str, int] = {flow.value: n for n, flow in enumerate(FLOWS)}
_NOTHING: Mapping[str, int] = {}
_NO_CLAIMS: Mapping[str, tuple[int, int]] = {}

_PIECE = 1_000
"""Fields whose places are looked up before other tasks run: about a millisecond."""

_Days = defaultdict[str, tuple[list[int], list[int]]]


class Memory:
    """The counts of one generation. All numbers belong to ``positions``: a caller that adds must ``move`` before another task runs."""

    def __init__(self, generation: str) -> None:
        self.generation = generation
        self.version = 0
        """Grows with every change."""
        self.positions: dict[int, int] = {}
        """The next offset of each partition."""
        self.event_time: int | None = None
        """Newest time of any fact, and below it the newest recorded time, in microseconds since 1970."""
        self.recorded_time: int | None = None
        self.codes: list[str] = list(ROWS)
        self.cells = np.zeros((len(ROWS), len(CELLS)), dtype=np.int64)
        self.reported = np.full(len(ROWS), NEVER, dtype=np.int64)
        """By row: the newest time of the county's facts, in microseconds since 1970, or ``NEVER``."""
        self.claimed: dict[str, tuple[int, int]] = {}
        """By county: the time of its newest statement, and the number that it stated."""
        self.flows = ByDay(len(ROWS), len(FLOWS))
        self.due = ByDay(len(ROWS))
        """Files not closed, by the day on which their next step is due."""
        self._row_of = dict(ROW_OF)
        self._cell_at: dict[str, int] = {}

    def move(self, partition: int, next_: int, event_time: int | None, recorded_time: int | None) -> None:
        """Set the position of a partition, and advance the two times."""
        self.positions[partition] = next_
        self.event_time = _later(self.event_time, event_time)
        self.recorded_time = _later(self.recorded_time, recorded_time)
        self.version += 1

    def add(
        self,
        *,
        cells: Mapping[str, int] = _NOTHING,
        flows: Mapping[str, int] = _NOTHING,
        due: Mapping[str, int] = _NOTHING,
        reported: Mapping[str, int] = _NOTHING,
        claimed: Mapping[str, tuple[int, int]] = _NO_CLAIMS,
    ) -> None:
        """Add differences, in the form of ``board.partition.Delta``. Raises ``KeyError`` for an unknown cell or flow, and then adds nothing."""
        for _ in self.add_in_pieces(cells=cells, flows=flows, due=due, reported=reported, claimed=claimed):
            pass

    def add_in_pieces(
        self,
        *,
        cells: Mapping[str, int],
        flows: Mapping[str, int],
        due: Mapping[str, int],
        reported: Mapping[str, int],
        claimed: Mapping[str, tuple[int, int]],
    ) -> Iterator[None]:
        """Add differences as ``add`` does, and yield every few milliseconds so that other tasks can run. Nothing is added before the last yield."""
        # A mapping has each field once, so no place is in the list twice.
        at: list[int] = []
        for piece in _pieces(cells):
            at.extend([self._cell_at.get(field) or self._find(field) for field in piece])
            yield
        flows_by_day, due_by_day = _no_days(), _no_days()
        for piece in _pieces(flows):
            for field in piece:
                county, day, flow = field.split(":")
                _put(flows_by_day, day, self._row(county) * len(FLOWS) + FLOW_COLUMN[flow], flows[field])
            yield
        for piece in _pieces(due):
            for field in piece:
                county, day = field.split(":")
                _put(due_by_day, day, self._row(county), due[field])
            yield
        self.cells.reshape(-1)[at] += np.fromiter(cells.values(), dtype=np.int64, count=len(at))
        for by_day, added in ((self.flows, flows_by_day), (self.due, due_by_day)):
            for day, (places, numbers) in added.items():
                by_day.add(day, places, numbers)
        for county, time in reported.items():
            row = self._row(county)
            if time > self.reported[row]:
                self.reported[row] = time
        for county, claim in claimed.items():
            if (known := self.claimed.get(county)) is None or claim[0] >= known[0]:
                self.claimed[county] = claim

    def unknown_codes(self) -> list[str]:
        """Return the codes of the record that are in no table of divisions."""
        return self.codes[len(ROWS) :]

    def frozen(self) -> "Memory":
        """Return the counts as they are now, for another thread to read while this memory changes."""
        copy = Memory(self.generation)
        copy.version, copy.positions, copy.event_time, copy.recorded_time = self.version, dict(self.positions), self.event_time, self.recorded_time
        copy.codes, copy.cells, copy.reported = list(self.codes), self.cells.copy(), self.reported.copy()
        copy.claimed, copy.flows, copy.due = dict(self.claimed), self.flows.frozen(), self.due.frozen()
        return copy

    def _find(self, field: str) -> int:
        county, _, cell = field.partition(":")
        at = self._cell_at[field] = self._row(county) * len(CELLS) + COLUMN[cell]
        return at

    def _row(self, county: str) -> int:
        if (row := self._row_of.get(county)) is None:
            row = self._row_of[county] = len(self.codes)
            self.codes.append(county)
            self.cells = np.pad(self.cells, ((0, 1), (0, 0)))
            self.reported = np.append(self.reported, NEVER)
            self.flows.append_row()
            self.due.append_row()
        return row


def _pieces(fields: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(fields)
    while piece := list(islice(rest, _PIECE)):
        yield piece


def _no_days() -> _Days:
    return defaultdict(lambda: ([], []))


def _put(days: _Days, day: str, place: int, n: int) -> None:
    places, numbers = days[day]
    places.append(place)
    numbers.append(n)


def _later(one: int | None, other: int | None) -> int | None:
    return max((time for time in (one, other) if time is not None), default=None)
