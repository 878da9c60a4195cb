"""Metrics that are computed when they are scraped: how far a worker is behind, and what Faust's own sensor has seen."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import nan
from statistics import median
from typing import Any, NamedTuple, Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

TopicPartition = tuple[str, int]
"""(topic, partition)"""


class Lag(NamedTuple):
    """How far a partition is behind the log's end."""

    events: int
    seconds: float
    """Since it was last known to be at the end."""


class LagMetrics(Collector):
    """The lag of the partitions that a worker was assigned."""

    def __init__(self, lags: Callable[[], Mapping[TopicPartition, Lag]] = dict) -> None:
        """Call ``lags`` on each scrape."""
        self._lags = lags

    def collect(self) -> Iterator[Metric]:
        """Return a sample for each partition."""
        events = GaugeMetricFamily("baoxue_lag_events", "Events between what is done and the log's end", labels=["topic", "partition"])
        seconds = GaugeMetricFamily("baoxue_lag_seconds", "Seconds since what is done was known to be all of the log", labels=["topic", "partition"])
        for (topic, partition), lag in sorted(self._lags().items()):
            events.add_metric([topic, str(partition)], lag.events)
            seconds.add_metric([topic, str(partition)], lag.seconds)
        yield from (events, seconds)


class FaustMonitor(Protocol):
    """What is shown of Faust's own sensor, ``faust.sensors.Monitor``."""

    @property
    def events_total(self) -> int: ...
    @property
    def events_active(self) -> int: ...
    @property
    def events_runtime(self) -> Sequence[float]: ...
    @property
    def topic_buffer_full(self) -> Mapping[Any, int]: ...
    @property
    def tp_end_offsets(self) -> Mapping[Any, int]: ...
    @property
    def rebalances(self) -> int: ...
    @property
    def rebalance_return_latency(self) -> Sequence[float]: ...
    @property
    def rebalance_end_latency(self) -> Sequence[float]: ...


class FaustMetrics(Collector):
    """The figures of Faust's own sensor that mean something where an event is a whole batch.

    The sensor does not see messages that need no acknowledgement, nor what our own producer sends; there are no commits, tables or
    web pages. Those of its figures stay zero and are left out.
    """

    def __init__(self, monitor: Callable[[], FaustMonitor | None] = lambda: None) -> None:
        """Call ``monitor`` on each scrape."""
        self._monitor = monitor

    def collect(self) -> Iterator[Metric]:
        """Return the figures; a metric has no sample as long as there is no sensor."""
        batches = CounterMetricFamily("baoxue_faust_batches", "Batches that Faust handed to the worker")
        active = GaugeMetricFamily("baoxue_faust_batches_active", "Batches that the worker is processing")
        seconds = GaugeMetricFamily("baoxue_faust_batch_seconds", "Median time in which the worker processed one of the last hundred batches")
        full = CounterMetricFamily("baoxue_faust_buffer_full", "Times that a partition had to wait because its queue was full", labels=["topic"])
        ends = GaugeMetricFamily("baoxue_faust_end_offset", "The log's end as the last fetch had it", labels=["topic", "partition"])
        rebalances = CounterMetricFamily("baoxue_faust_rebalances", "Times that partitions were moved between the workers of the group")
        moving = GaugeMetricFamily("baoxue_faust_rebalance_seconds", "Median time of the last hundred moves, up to a stage", labels=["stage"])
        if (monitor := self._monitor()) is not None:
            batches.add_metric([], monitor.events_total)
            active.add_metric([], monitor.events_active)
            seconds.add_metric([], _median(monitor.events_runtime))
            by_topic: Counter[str] = Counter()
            for tp, times in dict(monitor.topic_buffer_full).items():
                by_topic[tp.topic] += times
            for topic, times in by_topic.items():
                full.add_metric([topic], times)
            for tp, end in dict(monitor.tp_end_offsets).items():
                ends.add_metric([tp.topic, str(tp.partition)], end)
            rebalances.add_metric([], monitor.rebalances)
            moving.add_metric(["assigned"], _median(monitor.rebalance_return_latency))
            moving.add_metric(["going"], _median(monitor.rebalance_end_latency))
        yield from (batches, active, seconds, full, ends, rebalances, moving)


def _median(values: Sequence[float]) -> float:
    return median(known) if (known := tuple(values)) else nan
