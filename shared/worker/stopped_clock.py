"""Whether the clock of a partition has stopped: a whole day began and ended that it says nothing of, and it does not move."""

from collections.abc import Iterator, Mapping
from datetime import date

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared import clock
from shared.clock import china_day

PATIENCE = 60.0
"""Seconds for which a clock that is behind may stand still: it may have days to make up, and waits for what fell due by each."""
_DAY = 86_400
_MOST_BEHIND = 1
"""Days: the day that has just begun may not have begun in the partition yet."""


class StoppedClock:
    """What was seen of the clocks of partitions. ``by_calendar``: the calendar tells the day, and not whoever looks."""

    def __init__(self, *, by_calendar: bool, patience: float = PATIENCE) -> None:
        self._by_calendar, self._patience = by_calendar, patience
        self._looked: date | None = None
        self._seen: dict[int, tuple[date | None, float]] = {}

    def look(self, began: Mapping[int, date | None], today: date) -> None:
        """Take in which day began last in each partition, and which day it is. Partitions that are left out are somebody else's now."""
        at, self._looked = clock.seconds(), today
        self._seen = {
            partition: seen if (seen := self._seen.get(partition)) is not None and seen[0] == day else (day, at) for partition, day in began.items()
        }

    @property
    def today(self) -> date | None:
        """Return the day that it is; None where nobody knows."""
        return china_day(clock.now()) if self._by_calendar else self._looked

    def behind(self) -> dict[int, int]:
        """Return by how many days each partition is behind; those in which no day ever began are left out."""
        today = self.today
        return {partition: max(0, (today - day).days) for partition, (day, _) in self._seen.items() if day is not None and today is not None}

    def stopped(self) -> dict[int, date]:
        """Return the partitions whose clock has stopped, each with the day that began last."""
        now, behind = clock.seconds(), self.behind()
        return {
            partition: day
            for partition, (day, since) in self._seen.items()
            if day is not None and behind.get(partition, 0) > _MOST_BEHIND and now - since > self._patience
        }


class DayMetrics(Collector):
    """By how many days the clocks of partitions are behind."""

    def __init__(self, stopped: StoppedClock | None = None) -> None:
        self._stopped = stopped

    def collect(self) -> Iterator[Metric]:
        """Return a sample for each partition in which a day began."""
        behind = GaugeMetricFamily("baoxue_clock_behind_seconds", "Whole days that have begun, and not yet in this partition", labels=["partition"])
        for partition, days in sorted(self._stopped.behind().items()) if self._stopped else ():
            behind.add_metric([str(partition)], days * _DAY)
        yield behind
