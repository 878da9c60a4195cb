"""Numbers of counties for each of many days: an array a day, which is copied when it changes while somebody reads it elsewhere."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]


class ByDay(Mapping[str, Rows]):
    """Day -> rows of counties, and columns if there are any. A day on which everything came back to 0 is left out."""

    def __init__(self, rows: int, *columns: int) -> None:
        """Begin without a day."""
        self._shape = (rows, *columns)
        self._days: dict[str, Rows] = {}
        self._read_elsewhere: set[str] = set()

    def __getitem__(self, day: str) -> Rows:
        """Give a day's numbers, not to be changed."""
        return self._days[day]

    def __iter__(self) -> Iterator[str]:
        """Give the days, in no order."""
        return iter(self._days)

    def __len__(self) -> int:
        """Give the number of days."""
        return len(self._days)

    def add(self, day: str, places: Sequence[int], numbers: Sequence[int]) -> None:
        """Add to a day. ``places``: row times columns plus column, none of them twice."""
        if (found := self._days.get(day)) is None:
            found = self._days[day] = np.zeros(self._shape, dtype=np.int32)
        elif day in self._read_elsewhere:
            self._read_elsewhere.discard(day)
            found = self._days[day] = found.copy()
        found.reshape(-1)[list(places)] += np.array(numbers, dtype=np.int32)
        if min(numbers) < 0 and not found.any():
            del self._days[day]

    def append_row(self) -> None:
        """Make room for one more county."""
        self._shape = (self._shape[0] + 1, *self._shape[1:])
        self._days = {day: np.concatenate([rows, np.zeros((1, *rows.shape[1:]), dtype=rows.dtype)]) for day, rows in self._days.items()}
        self._read_elsewhere.clear()

    def frozen(self) -> "ByDay":
        """Give the numbers as they are now, to be read elsewhere while these go on."""
        copy = ByDay(*self._shape)
        copy._days = dict(self._days)
        # The days are many and few of them change: each is copied when it does.
        self._read_elsewhere = set(self._days)
        return copy

    def before(self, day: str) -> npt.NDArray[np.int64]:
        """Add up all days before this one."""
        total = np.zeros(self._shape, dtype=np.int64)
        for each, rows in self._days.items():
            if each < day:
                total += rows
        return total
