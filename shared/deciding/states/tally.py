"""Counts of the entries of lists, kept by the script that writes the lists: of each kind and group how many, and the earliest day.

The counts of all groups stand beside one another, four bytes each, so that those of a nation are read as quickly as those of one. Each group has a
number, which is its place. Where it matters by which day entries stand in a list, those before the day that began last are counted, those on it and
those on the next. When a day begins, the lists are counted anew for the next; so what stands before today, and on it, is exact as long as days pass.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

LANE = 4
"""Bytes of a count."""
DAY = 3
"""Bytes of a sort key that are its day: its number in the calendar, the highest byte first."""


class Place(NamedTuple):
    """Where a list is counted: its kind, the first byte of its count, whether by day, and whether its earliest day is kept."""

    kind: str
    at: int
    by_day: bool
    earliest: bool


class Tallied:
    """Which lists of a service are counted."""

    def __init__(self, numbers: Mapping[str, int], kinds: Sequence[str], by_day: Sequence[str], earliest: Sequence[str], clock: str) -> None:
        """``numbers``: the number of each group, from 0 on; it is stored and never changes. ``kinds``: of the lists that are counted; ``by_day``:
        those of them in which the day matters; ``earliest``: those of these whose earliest day is kept; ``clock``: the list in which the partition's
        clock stands, by the day that began last.
        """
        self.numbers, self.kinds, self.by_day, self.earliest, self.clock = numbers, tuple(kinds), tuple(by_day), tuple(earliest), clock
        self._places: dict[str, Place] = {}

    def place_of(self, name: str) -> Place | None:
        """Return where a list is counted; None where it is not."""
        if (place := self._places.get(name)) is None:
            group, _, kind = name.partition(":")
            if (number := self.numbers.get(group)) is None or kind not in self.kinds:
                return None
            place = self._places[name] = Place(kind, number * LANE, kind in self.by_day, kind in self.earliest)
        return place


class Counting(NamedTuple):
    """What a step changes in the counts, as ``apply_states.lua`` takes it."""

    numbers: Mapping[str, Sequence[int]]
    """By kind, the first byte of a count and what is added to it, in turn, in order."""
    by_day: Mapping[str, Sequence[int]]
    """By kind, a day, the first byte of a count and what is added to it, in turn."""
    earliest: Mapping[str, Sequence[int | str]]
    """By kind, the first byte of an earliest day and the list that changed, in turn, in order."""
    turned: Sequence[object]
    """The day that began, the sort keys of it and of the two after it, the kinds to count by day, the groups and their first bytes; or nothing."""


def counting(tallied: Tallied | None, entered: Mapping[str, Sequence[bytes]], left: Mapping[str, Sequence[bytes]]) -> Counting | None:
    """Return what entries that enter and leave lists, by their names, change in the counts; None where there are none."""
    if tallied is None:
        return None
    numbers: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    by_day: defaultdict[str, list[int]] = defaultdict(list)
    earliest: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for one, lists in ((1, entered), (-1, left)):
        for name, entries in lists.items():
            if (place := tallied.place_of(name)) is None:
                continue
            numbers[place.kind][place.at] += one * len(entries)
            if place.earliest:
                earliest[place.kind][place.at] = name
            if place.by_day:
                told = by_day[place.kind]
                for entry in entries:
                    told += (day_of(entry), place.at, one)
    return Counting(
        {kind: [each for pair in sorted(changed.items()) if pair[1] for each in pair] for kind, changed in numbers.items()},
        by_day,
        {kind: [each for pair in sorted(lists.items()) for each in pair] for kind, lists in earliest.items()},
        _turned(tallied, max(map(day_of, begun))) if (begun := entered.get(tallied.clock)) else (),
    )


def _turned(tallied: Tallied, begun: int) -> Sequence[object]:
    limits = [(begun + n).to_bytes(DAY) for n in range(3)]
    groups = sorted(tallied.numbers.items(), key=itemgetter(1))
    return begun, limits, tallied.by_day, [group for group, _ in groups], [number * LANE for _, number in groups]


def day_of(sort_key: bytes) -> int:
    """Return the number of the day of a sort key."""
    return int.from_bytes(sort_key[:DAY])
