"""The running sums of one batch."""

from collections import defaultdict
from datetime import date, datetime
from functools import cache
from typing import NamedTuple


class Claim(NamedTuple):
    """A county's own statement: the time at which it was true, and the number of children out of school."""

    time: datetime
    out_of_school: int


class Tally:
    """The sums so far, named as in ``Changes``."""

    __slots__ = ("cells", "claimed", "due", "flows", "reported")

    def __init__(self) -> None:
        self.cells: defaultdict[str, int] = defaultdict(int)
        self.flows: defaultdict[str, int] = defaultdict(int)
        self.due: defaultdict[str, int] = defaultdict(int)
        self.reported: dict[str, datetime] = {}
        self.claimed: dict[str, Claim] = {}


def without_zeros(sums: dict[str, int]) -> dict[str, int]:
    """Remove the sums that are 0, in place."""
    for field in [field for field, n in sums.items() if not n]:
        del sums[field]
    return sums


@cache
def day_text(day: int) -> str:
    """Return ``:YYYY-MM-DD`` for the ordinal of a day."""
    return f":{date.fromordinal(day).isoformat()}"
