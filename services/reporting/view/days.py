"""Numbers of counties by day: one array a day. A day's array is copied before it changes while a frozen copy still reads it."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]


class ByDay(Mapping[str, Rows]):
    """Day -> numbers by row of counties, and by column if there are any. A day whose numbers all came back to 0 is removed.

    The arrays must not be changed by others.
    """

    def __init__(self, rows: int, *columns: int) -> None:
        self._shape = (rows, *columns)
        self._days: dict[str, Rows] = {}
        self._frozen: set[str] = set()

    def __getitem__(self, day: str) -> Rows:
        return self._days[day]

    def __iter__(self) -> Iterator[str]:
        return iter(self._days)

    def __len__(self) -> int:
        return len(self._days)

    def add(self, day: str, places: Sequence[int], numbers: Sequence[int]) -> None:
        """Add numbers to a day. A place is row times columns plus column; none may be there twice."""
        if (found := self._days.get(day)) is None:
            found = self._days[day] = np.zeros(self._shape, dtype=np.int32)
        elif day in self._frozen:
            self._frozen.discard(day)
            found = self._days[day] = found.copy()
        found.reshape(-1)[list(places)] += np.array(numbers, dtype=np.int32)
        if min(numbers) < 0 and not found.any():
            del self._days[day]

    def append_row(self) -> None:
        """Add a row of zeros to every day, for one more county."""
        self._shape = (self._shape[0] + 1, *self._shape[1:])
        self._days = {day: np.concatenate([rows, np.zeros((1, *rows.shape[1:]), dtype=rows.dtype)]) for day, rows in self._days.items()}
        self._frozen.clear()

    def frozen(self) -> "ByDay":
        """Return the numbers as they are now, for another thread to read while these change."""
        copy = ByDay(*self._shape)
        copy._days = dict(self._days)
        # There are many days and few of them change, so each is copied only when it does.
        self._frozen = set(self._days)
        return copy

    def before(self, day: str) -> npt.NDArray[np.int64]:
        """Return the sum of all days before this one."""
        total = np.zeros(self._shape, dtype=np.int64)
        for each, rows in self._days.items():
            if each < day:
                total += rows
        return total
