"""The page of the metrics, from the meters themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from docs.generate.markdown import code, page, table
from docs.generate.reference.settings import SERVICES
from shared.http.meters import HttpMeters
from shared.worker.lag import FaustMetrics, LagMetrics
from shared.worker.meters import WorkerMeters

INTRODUCTION = """\
Every process answers `GET /metrics`, an api on its own port, a worker on its operations port ([settings](settings.md)). The same name means the same
thing everywhere; which process a figure is of is known by its address. Labels are topics, partitions, steps, outcomes and codes: never a student, a
county or a sender. Those of the process itself (`process_…`, `python_…`) come beside them."""

COLUMNS = ("metric", "kind", "labels", "is")


def metrics() -> str:
    """Give the page."""
    own = [service for service in SERVICES if find_spec(f"services.{service}.meters")]
    return page(
        "Metrics",
        INTRODUCTION,
        "## Of every worker",
        _table(WorkerMeters, lambda registry: registry.register(LagMetrics()), lambda registry: registry.register(FaustMetrics())),
        "## Of every api",
        _table(HttpMeters),
        *(part for name in own for part in (f"## Of the {name} api", _table(import_module(f"services.{name}.meters").ApiMeters))),
    )


def _table(*registering: Callable[[CollectorRegistry], object]) -> str:
    registry = CollectorRegistry()
    for register in registering:
        register(registry)
    return table(COLUMNS, _rows(registry))


def _rows(registry: CollectorRegistry) -> Iterable[tuple[str, str, str, str]]:
    labels = {getattr(each, "_name", ""): each for each in registry._collector_to_names}  # noqa: SLF001 - nothing public names the labels
    for metric in sorted(registry.collect(), key=lambda metric: metric.name):
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        yield code(name), metric.type, ", ".join(map(code, _labels(metric, labels.get(metric.name)))), f"{metric.documentation}."


def _labels(metric: Metric, collector: Collector | None) -> tuple[str, ...]:
    return tuple(getattr(collector or metric, "_labelnames", ()))
