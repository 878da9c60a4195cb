"""The windows of children: what is held of a child that came back, or that a comparison named, until its last window is over.

Of every other child nothing is held. What is judged goes by the places of the happenings in the record, not by their arrival.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from datetime import date, timedelta
from heapq import heappop, heappush

from services.case.detector.flags import Flag
from services.case.detector.happenings import Happening, Kind, Place
from services.case.detector.judging import Provinces, Unsettled, flags_of_return, unsettled
from services.case.detector.rulebook import HORIZON_DAYS, Rulebook, rulebook_on

_HORIZON = timedelta(HORIZON_DAYS)
_OPENERS = frozenset({Kind.RETURNED, Kind.SUSPECTED, Kind.CORROBORATED})


class Children:
    """The children of a partition whose windows are open. ``len`` is how many."""

    def __init__(self, books: Sequence[Rulebook], provinces: Provinces) -> None:
        """Begin with none."""
        self._books, self._provinces = books, provinces
        self._held: dict[str, list[Happening]] = {}
        self._windows: list[tuple[date, Place, str]] = []

    def __len__(self) -> int:
        return len(self._held)

    def knows(self, child: str) -> bool:
        """Return whether something is held of a child."""
        return child in self._held

    def take(self, happening: Happening) -> None:
        """Hold a happening: any of a child that is known here, and of others what opens a window."""
        child = happening.subject
        if happening.kind in _OPENERS:
            heappush(self._windows, (happening.day + _HORIZON, happening.place, child))
        elif child not in self._held:
            return
        insort(self._held.setdefault(child, []), happening, key=_place)

    def settle(self, until: date) -> tuple[list[Flag], list[Unsettled]]:
        """Judge the windows that ended before a day, by what is held, and let go what no window needs any more."""
        flags: list[Flag] = []
        named: list[Unsettled] = []
        over: set[str] = set()
        while self._windows and self._windows[0][0] < until:
            _, place, child = heappop(self._windows)
            over.add(child)
            held = self._held[child]
            at = bisect_right(held, place, key=_place)
            opener, later = held[at - 1], held[at:]
            book = rulebook_on(self._books, opener.day)
            if opener.kind is Kind.RETURNED:
                flags += flags_of_return(opener, later, book, self._provinces)
            elif opener.kind is Kind.SUSPECTED and (found := unsettled(opener, later, book)):
                named.append(found)
        for child in over:
            kept = [each for each in self._held[child] if each.day + _HORIZON >= until]
            if any(each.kind in _OPENERS for each in kept):
                self._held[child] = kept
            else:
                del self._held[child]
        return flags, named


def _place(happening: Happening) -> Place:
    return happening.place
