"""Every metric of ours follows one scheme, says what it is, and has labels that cannot grow without bound."""

import re
from importlib import import_module

import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from docs.generate.reference.metrics import meters_of, metrics
from docs.generate.reference.settings import settings_of
from shared.contracts.refusal import RefusalCode
from shared.contracts.services import SERVICES
from shared.http.meters import HttpMeters
from shared.worker.lag import FaustMetrics, LagMetrics
from shared.worker.meters import WorkerMeters
from shared.worker.stopped_clock import DayMetrics

BOUNDED = {"topic", "partition", "outcome", "code", "reason", "step", "time", "stage", "what", "method", "route", "status", "event"}
UNITS = ("_seconds", "_records", "_events", "_offset", "_active", "_clients")
"""What a gauge or a histogram ends with; counters end with what they count."""


def all_metrics() -> list[tuple[Metric, tuple[str, ...]]]:
    registry = CollectorRegistry()
    for meters in (WorkerMeters, HttpMeters, *(own for spec in SERVICES for own in meters_of(spec.name))):
        meters(registry)
    registry.register(LagMetrics())
    registry.register(FaustMetrics())
    registry.register(DayMetrics())
    labels = {getattr(each, "_name", ""): tuple(getattr(each, "_labelnames", ())) for each in registry._collector_to_names}
    return [(metric, labels.get(metric.name, getattr(metric, "_labelnames", ()))) for metric in registry.collect()]


@pytest.mark.parametrize(("metric", "labels"), [pytest.param(*each, id=each[0].name) for each in all_metrics()])
def test_a_metric_is_named_and_explained_like_the_others(metric: Metric, labels: tuple[str, ...]) -> None:
    assert re.fullmatch(r"baoxue_[a-z]+(_[a-z]+)*", metric.name)
    assert re.fullmatch(r"[A-Z].{15,}[^.]", metric.documentation)
    assert set(labels) <= BOUNDED
    assert metric.type == "counter" or metric.name.endswith(UNITS)


def test_no_two_processes_mean_different_things_by_one_name() -> None:
    names = [metric.name for metric, _ in all_metrics()]
    assert len(set(names)) == len(names)
    assert len(RefusalCode) < 50


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES])
async def test_every_metric_that_an_api_shows_stands_in_the_reference(service: str) -> None:
    app = import_module(f"services.{service}.wiring").api(settings_of(service).model_construct())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{service}") as client:
        shown = re.findall(r"^# TYPE (baoxue_\w+) ", (await client.get("/metrics")).text, re.MULTILINE)
    page, its_own = metrics(), {"baoxue_process_info"}
    assert [name for name in shown if name not in its_own and not name.endswith("_created") and f"| `{name}` |" not in page] == []
