"""The whole history as a stream: day by day, the lines of every sender.

The children are invented and the counties real. On the published days the totals are the published ones, exactly and at
every scale. The same scale and seed give the same bytes, and a history that ends earlier is the beginning of one that ends
later. Memory does not grow with the scale: it holds totals by county and day.
"""

from collections.abc import Iterator
from datetime import date
from itertools import chain, count, islice
from typing import NamedTuple

import numpy as np

from deploy.demo.history.anomalies import Anomalies, Tally
from deploy.demo.history.days import Days, Rows
from deploy.demo.history.fates import Kind
from deploy.demo.history.lines import LineWriter, ReportLines
from deploy.demo.history.named import NamedCounty
from deploy.demo.history.plan import plan_of
from deploy.demo.history.published import JUNE, LAST, LISTED, Figures
from deploy.demo.history.school_year import DAYS, index_of
from deploy.demo.history.statements import DAY_OF_MONTH, Statements
from deploy.demo.history.strata import strata_of


class Portion(NamedTuple):
    """Some lines of a day by sender (``/provinces/51``), in the order in which the sender sends them."""

    day: date
    lines: dict[str, list[bytes]]


class History:
    """One history, to be iterated once. Raises ``ValueError`` for an impossible scale or end.

    ``figures``, ``ever_out`` and ``tally`` are those after the portions returned so far.
    """

    def __init__(self, *, scale: float, until: date = JUNE, seed: int = 1, named: NamedCounty | None = None) -> None:
        """``scale``: 1 for as many children as were published. ``until``: the last day, up to 30 November 2020. ``named``: the county with names."""
        if not LISTED <= until <= LAST:
            raise ValueError(f"the history goes from {LISTED} to {LAST}; it cannot end on {until}")
        if scale <= 0:
            raise ValueError(f"a scale is more than 0, and {scale} is not")
        strata = strata_of(scale, seed)
        plan = plan_of(strata, scale, seed)
        self._until = index_of(until)
        self._days = Days(strata, plan, seed)
        self._reports = ReportLines(strata, self._days.phases.tolist(), seed, named)
        self._statements = Statements(strata, seed)
        self._bounds = strata.bounds
        self._ids = [count(1) for _ in strata.senders]
        self._anomalies = [Anomalies(n) for n in range(len(strata.senders))]
        self._digits = strata.senders
        self.tally = Tally()
        self.senders = tuple(f"/provinces/{digits}" for digits in strata.senders)
        months = sum(day.day == DAY_OF_MONTH for day in DAYS[: self._until + 1])
        listed, exits, newcomers = strata.opening.sum(), plan.exits[self._until + 1].sum(), plan.entered[self._until + 1].sum()
        self.about = int((listed + 1.03 * exits + 3.3 * newcomers + months * len(strata.counties)) * 1.003)
        """An estimate of the number of lines."""

    @property
    def figures(self) -> Figures:
        """The three figures so far."""
        return self._days.figures

    @property
    def ever_out(self) -> int:
        """The number of children that were out of school at any time so far. Each has a file of its own."""
        return self._days.ever_out

    def portions(self, most: int = 4096) -> Iterator[Portion]:
        """Return all lines in portions of at most ``most`` lines of one day. A day without lines makes an empty portion."""
        each = max(1, most // len(self.senders))
        for day in range(self._until + 1):
            rows = self._days.happen(day)
            between = np.searchsorted(rows.strata, self._bounds)
            sending = {sender: self._lines(n, day, rows.cut(between[n], between[n + 1])) for n, sender in enumerate(self.senders)}
            told = False
            while (lines := {sender: chunk for sender, left in sending.items() if (chunk := list(islice(left, each)))}) or not told:
                told = True
                yield Portion(DAYS[day], lines)

    def _lines(self, sender: int, day: int, rows: Rows) -> Iterator[bytes]:
        writer = LineWriter(self._digits[sender], day, self._ids[sender])
        lines = chain.from_iterable(
            self._reports.lines(writer, Kind(kind), stratum, first, beyond)
            for stratum, kind, first, beyond in zip(*(column.tolist() for column in rows), strict=True)
        )
        if DAYS[day].day == DAY_OF_MONTH:
            lines = chain(lines, self._statements.lines(writer, self._days.stock))
        return self._anomalies[sender].among(lines, self.tally)
