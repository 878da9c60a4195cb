"""What every worker counts, for Prometheus: once a batch, never once a record, so that counting costs next to nothing.

All metrics are named ``baoxue_<what>_<unit>``, the same thing by the same name in every service. The scraper knows by its address
which service and part a figure belongs to, and ``baoxue_process_info`` says it. Labels are bounded: topics, partitions, steps, outcomes
and codes; never a student, a county or a sender.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared import clock

READ, DECIDE, PUBLISH, APPLY = "read", "decide", "publish", "apply"
STEPS = (READ, DECIDE, PUBLISH, APPLY)
"""The steps of one commit, as in ``docs/explanation/delivery-guarantees.md``."""
DEAD = "dead"
REPEATED = "repeated"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES = (1, 10, 100, 1_000, 2_000, 4_000, 8_000, 16_000, 50_000)


class WorkerMeters:
    """The metrics of a worker, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter("baoxue_records", "Records processed, by outcome", ["topic", "outcome"], registry=registry)
        self.refused = Counter("baoxue_refused", "Records that the worker refused, by code", ["topic", "code"], registry=registry)
        self.dead = Counter("baoxue_dead_letters", "Dead letters, by reason", ["topic", "reason"], registry=registry)
        self.batches = Histogram("baoxue_batch_records", "Records in a batch", ["topic"], buckets=_SIZES, registry=registry)
        self.steps = Histogram("baoxue_step_seconds", "Time that a step of a batch took", ["topic", "step"], buckets=_SECONDS, registry=registry)
        self.fenced = Counter("baoxue_fenced", "Batches given up because another worker had processed them", ["topic"], registry=registry)
        self.rebuilt = Counter("baoxue_partitions_rebuilt", "Partitions unknown to Redis, begun or rebuilt", ["topic"], registry=registry)
        self.tries = Counter("baoxue_away", "Tries that failed because Kafka or Redis was unavailable", ["topic"], registry=registry)
        self.watermark = Gauge(
            "baoxue_watermark_age_seconds", "Age of the newest time in what was processed, by whose it is", ["topic", "time"], registry=registry
        )

    def of(self, topic: str) -> "TopicMeters":
        return TopicMeters(self, topic)


class TopicMeters:
    """The metrics of one topic. The labels of those that every batch counts are looked up once."""

    def __init__(self, meters: WorkerMeters, topic: str) -> None:
        """Show every step as zero from the start."""
        self._meters, self._topic = meters, topic
        self._sizes = meters.batches.labels(topic)
        self._steps = {step: meters.steps.labels(topic, step) for step in STEPS}
        self.fenced = meters.fenced.labels(topic)
        self.rebuilt = meters.rebuilt.labels(topic)
        self.unavailable = meters.tries.labels(topic)
        self._outcomes: dict[str, Counter] = {}
        self._newest: dict[str, datetime] = {}

    def step(self, step: str) -> AbstractContextManager[object]:
        """Time a step: ``with meters.step(READ): ...``."""
        return self._steps[step].time()

    def done(self, records: int, outcomes: Mapping[str, int]) -> None:
        """Count a batch that was processed, by the outcomes of its records."""
        self._sizes.observe(records)
        for outcome, n in outcomes.items():
            if outcome not in self._outcomes:
                self._outcomes[outcome] = self._meters.records.labels(self._topic, outcome)
            self._outcomes[outcome].inc(n)

    def refused(self, codes: Mapping[str, int]) -> None:
        """Count refusals by their codes."""
        for code, n in codes.items():
            self._meters.refused.labels(self._topic, code).inc(n)

    def dead(self, reasons: Mapping[str, int]) -> None:
        """Count dead letters by their reasons."""
        for reason, n in reasons.items():
            self._meters.dead.labels(self._topic, reason).inc(n)

    def reached(self, time: str, newest: datetime | None) -> None:
        """Record the newest time in what was processed; ``time`` says whose it is: ``event`` or ``recorded``."""
        if newest is None:
            return
        if (known := self._newest.get(time)) is None:
            self._meters.watermark.labels(self._topic, time).set_function(lambda: self._age(time))
        if known is None or newest > known:
            self._newest[time] = newest

    def _age(self, time: str) -> float:
        newest = self._newest.get(time)
        return nan if newest is None else (clock.now() - newest).total_seconds()


def uncounted(topic: str) -> TopicMeters:
    """Return meters of a registry of their own, which nobody reads."""
    return WorkerMeters(CollectorRegistry()).of(topic)
