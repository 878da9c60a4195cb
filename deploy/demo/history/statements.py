"""The statement of each county on the 15th of every month: the number of its children out of school, 0 included."""

from collections.abc import Iterator
from datetime import date
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from deploy.demo.history.lines import NEW_CODES, LineWriter
from deploy.demo.history.strata import SILENT, Strata
from shared.geography.divisions import divisions

DAY_OF_MONTH = 15
"""The provinces' monthly report to the ministry is due on the 15th (domain page, section 1.2)."""

_EVENING = b"T18:30:00+08:00"
_WRONG = 5
"""Invented: so many of 256 statements are wrong by a few children, for auditors to find."""


class Statements:
    """The statements of all counties except the silent ones.

    A county whose code was replaced states under the new code, together with all other counties that count there.
    """

    def __init__(self, strata: Strata, seed: int) -> None:
        """Find the strata of each code, before and after the codes changed."""
        self._seed = seed
        self._tables = [_Table(strata, day) for day in (date(2020, 6, 30), date(2020, 7, 1))]

    def lines(self, writer: LineWriter, stock: NDArray[np.int64]) -> Iterator[bytes]:
        """Return the lines of the counties of one sender on a 15th; ``stock``: children out of school by stratum at the end of the day."""
        for code, number in self._tables[writer.day >= NEW_CODES].true(writer.sender, stock):
            yield writer.line(b"county-reported", b'"out_of_school":%d' % self._stated(code, writer.day, number), code.encode(), _EVENING)

    def _stated(self, code: str, day: int, true: int) -> int:
        luck = blake2b(f"{self._seed} {code} {day}".encode(), digest_size=2).digest()
        return max(0, true + luck[1] % 7 - 3) if luck[0] < _WRONG else true


class _Table:
    """The codes in force on a day, by sender, and the strata that belong to each."""

    def __init__(self, strata: Strata, day: date) -> None:
        known = divisions()
        codes = known.counties_on(day)
        number = {code: n for n, code in enumerate(codes)}
        self._speaks_for = np.repeat([number[known.stands_for(code, day)] for code in strata.counties], 2)
        self._codes: dict[str, list[tuple[str, int]]] = {sender: [] for sender in strata.senders}
        for code, n in number.items():
            if code not in SILENT:
                self._codes[known.counties[code].province[:2]].append((code, n))

    def true(self, sender: str, stock: NDArray[np.int64]) -> Iterator[tuple[str, int]]:
        out = np.bincount(self._speaks_for, weights=stock)
        return ((code, int(out[n])) for code, n in self._codes[sender])
