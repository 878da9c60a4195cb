"""The page of the metrics, from the meters themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from deploy.local.config import ROOT
from docs.generate.markdown import code, page, table
from shared.contracts.services import SERVICES
from shared.http.meters import HttpMeters
from shared.http.story_clock import StoryMeter
from shared.worker.lag import FaustMetrics, LagMetrics
from shared.worker.meters import WorkerMeters
from shared.worker.stopped_clock import DayMetrics

INTRODUCTION = """\
Every process answers `GET /metrics`, an api on its own port, a worker on its operations port ([settings](settings.md)). A name means the same in
every process; the address tells the process. Labels are topics, partitions, steps, outcomes and codes, never a student, a county or a sender. The
metrics of the process itself (`process_…`, `python_…`) come beside them."""

COLUMNS = ("metric", "kind", "labels", "is")


Meters = Callable[[CollectorRegistry], object]


def metrics() -> str:
    """Return the page."""
    return page(
        "Metrics",
        INTRODUCTION,
        "## Of every worker",
        _table(
            WorkerMeters,
            lambda registry: registry.register(LagMetrics()),
            lambda registry: registry.register(FaustMetrics()),
            lambda registry: registry.register(DayMetrics()),
        ),
        "## Of every api",
        _table(HttpMeters),
        "## Of every api that takes reports or commands",
        _table(StoryMeter),
        *(part for spec in SERVICES if (own := meters_of(spec.name)) for part in (f"## Of the {spec.name} api", _table(*own))),
    )


def meters_of(service: str) -> list[Meters]:
    """Return the ``ApiMeters`` of each ``meters.py`` in the folder of a service."""
    modules = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sorted((ROOT / "services" / service).rglob("meters.py")))
    return [import_module(module).ApiMeters for module in modules]


def _table(*meters: Meters) -> str:
    registry = CollectorRegistry()
    for each in meters:
        each(registry)
    return table(COLUMNS, _rows(registry))


def _rows(registry: CollectorRegistry) -> Iterable[tuple[str, str, str, str]]:
    labels = {getattr(each, "_name", ""): each for each in registry._collector_to_names}  # noqa: SLF001 - nothing public names the labels
    for metric in sorted(registry.collect(), key=lambda metric: metric.name):
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        yield code(name), metric.type, ", ".join(map(code, _labels(metric, labels.get(metric.name)))), f"{metric.documentation}."


def _labels(metric: Metric, collector: Collector | None) -> tuple[str, ...]:
    return tuple(getattr(collector or metric, "_labelnames", ()))
