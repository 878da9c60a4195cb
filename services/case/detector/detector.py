"""The fold: facts of the record in, flags out.

What it holds: of each child that came back or was named by a comparison in the last ``HORIZON_DAYS`` (and ``LATENESS_DAYS``) what it heard
since; of each office the ids of its days that are not judged yet and a number for each day before; of each county the months not judged yet.
A partition's clock is the newest day on which a fact in it was known, and a window is judged once the clock is past it by ``LATENESS_DAYS``;
windows of counties wait for the slowest partition. So facts may arrive in any order in which none comes later than that, and the flags are the
same. What comes later still is not judged, and is counted: ``too_late``.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import chain

from services.case.detector.children import Children
from services.case.detector.counties import Ledgers, Offices, Statements
from services.case.detector.flags import Flag
from services.case.detector.happenings import ALWAYS_HEARD, OF_STUDENTS, Happening
from services.case.detector.judging import Provinces
from services.case.detector.rulebook import HORIZON_DAYS, RULEBOOKS, Rulebook

LATENESS_DAYS = 30
"""Days by which services may lag behind one another in a partition: a worker that stood still that long is an incident of its own."""
_LATENESS = timedelta(LATENESS_DAYS)
_COUNTY_WAITS = timedelta(HORIZON_DAYS + LATENESS_DAYS)
"""A county is judged once the windows of its children are."""


class Detector:
    """The rules over a record of so many partitions. ``too_late``: facts that came after their windows were judged."""

    def __init__(self, partitions: Iterable[int], provinces: Provinces, books: Sequence[Rulebook] = RULEBOOKS) -> None:
        """Begin before the first fact."""
        self._children = {each: Children(books, provinces) for each in partitions}
        self._clocks = dict.fromkeys(self._children, date.min + _LATENESS + _COUNTY_WAITS)
        self._offices, self._ledgers, self._statements = Offices(books), Ledgers(books), Statements(books)
        self._flags: list[Flag] = []
        self._swept = min(self._clocks.values())
        self.too_late = 0

    @property
    def held(self) -> int:
        """Return how many children have something here."""
        return sum(map(len, self._children.values()))

    @property
    def newest(self) -> date:
        """Return the newest day on which any fact was known."""
        return max(self._clocks.values())

    def hears(self, partition: int, type_: str, subject: str) -> bool:
        """Return whether a fact may tell the rules something: before that its data need not be read."""
        return type_.startswith(ALWAYS_HEARD) or (type_.startswith(OF_STUDENTS) and self._children[partition].knows(subject))

    def take(self, partition: int, happening: Happening) -> None:
        """Fold a happening in, once: repeats of the log are the reader's to drop."""
        if happening.day < self._clocks[partition] - _LATENESS:
            self.too_late += 1
            return
        if happening.day > self._clocks[partition]:
            self._clocks[partition] = happening.day
            self._judge_children(partition, happening.day - _LATENESS)
            self._judge_counties()
        self._children[partition].take(happening)
        self._offices.take(happening)
        self._ledgers.take(happening)
        self._statements.take(happening)

    def finish(self, as_of: date) -> list[Flag]:
        """Return all flags as of a day, in order: what is not over by then is not judged. Nothing is taken after this."""
        for partition in self._children:
            self._judge_children(partition, date.max)
        self._flags += self._settled_counties(as_of + timedelta(1))
        return sorted(each for each in self._flags if each.day <= as_of)

    def _judge_children(self, partition: int, until: date) -> None:
        flags, unsettled = self._children[partition].settle(until)
        self._flags += flags
        for each in unsettled:
            self._statements.name(each)

    def _judge_counties(self) -> None:
        slowest = min(self._clocks.values())
        if slowest > self._swept:
            self._swept = slowest
            self._flags += self._settled_counties(slowest - _COUNTY_WAITS)

    def _settled_counties(self, until: date) -> Iterable[Flag]:
        return chain(self._offices.settle(until), self._ledgers.settle(until), self._statements.settle(until))
