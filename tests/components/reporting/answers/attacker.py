"""Somebody who adds and takes away what is open until an unknown number is left: linear algebra, exactly."""

from collections.abc import Iterable, Mapping

PRIME = (1 << 61) - 1
"""Sums of counties have coefficients of 0 and 1: whether a system has one solution is the same modulo a large prime."""

Row = dict[str, int]


class Attacker:
    """Knows sums of counties, and finds the counties that they give away. A number that is 0 has to be told like any other."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        """Reduced rows by their leading county, which stands in no other row."""

    def learn(self, counties: Iterable[str]) -> None:
        """Take note that the sum of these counties is known."""
        row = self._reduced(dict.fromkeys(counties, 1))
        if not row:
            return
        leading = min(row)
        inverse = pow(row[leading], -1, PRIME)
        row = {county: value * inverse % PRIME for county, value in row.items()}
        for other, known in list(self._rows.items()):
            if factor := known.get(leading, 0):
                self._rows[other] = _minus(known, row, factor)
        self._rows[leading] = row

    def knows(self, *counties: str) -> bool:
        """Whether the number of this county, or of several together, follows from the sums."""
        return not self._reduced(dict.fromkeys(counties, 1))

    def _reduced(self, row: Row) -> Row:
        for leading, known in self._rows.items():
            if factor := row.get(leading, 0):
                row = _minus(row, known, factor)
        return row


def _minus(row: Mapping[str, int], other: Mapping[str, int], factor: int) -> Row:
    found = dict(row)
    for county, value in other.items():
        if left := (found.get(county, 0) - factor * value) % PRIME:
            found[county] = left
        else:
            found.pop(county, None)
    return found
