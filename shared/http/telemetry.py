"""The probes and metrics of every process: ``/livez``, ``/readyz`` and ``/metrics``."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.params import Depends as Dependency
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, Info, PlatformCollector, ProcessCollector, generate_latest

from shared.http.callers import OPERATIONS, reads_metrics
from shared.http.meters import CountRequests, HttpMeters
from shared.http.problems import Problem

_log = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds that one check may take."""

Check = Callable[[], Awaitable[object]]
"""Checks that something which a process needs is available: any exception means that it is not, and ``NotReady`` says why."""
Stalled = Callable[[], Sequence[str]]
"""Returns the parts of a process that should make progress and have made none for a while."""

NOTHING: Mapping[str, str] = {}


class NotReady(Exception):
    """Something that a process needs is not as it must be. The message says what, and repeats no value that was sent."""


def new_registry(service: str, part: str) -> CollectorRegistry:
    """Return a registry for the metrics of one process, with the metrics that every process has."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    info = Info("baoxue_process", "Which process of which version this is", registry=registry)
    info.info({"service": service, "part": part, "version": version("baoxue")})
    return registry


def add_probes(app: FastAPI, registry: CollectorRegistry, needs: Mapping[str, Check], *, says: Mapping[str, str] = NOTHING) -> None:
    """Add the probes and metrics to an api, and count its requests. ``says``: as ``probes`` has it."""
    app.include_router(probes(registry, needs, says=says, metrics_need=[Depends(reads_metrics)]))
    app.add_middleware(CountRequests, meters=HttpMeters(registry))


def probes(
    registry: CollectorRegistry,
    needs: Mapping[str, Check],
    *,
    stalled: Stalled = tuple,
    says: Mapping[str, str] = NOTHING,
    metrics_need: Sequence[Dependency] = (),
) -> APIRouter:
    """Return the routes of the probes and metrics.

    ``needs``: what must be available for the process to be ready, by name. ``stalled``: the parts whose standstill means that the process
    is not alive; without it a process is alive if it answers. ``says``: what ``/readyz`` says beside "ready".
    ``metrics_need``: what a request for the metrics depends on.
    """
    router = APIRouter(tags=[OPERATIONS])

    @router.get("/livez", summary="The process is alive")
    async def livez() -> dict[str, str]:
        if stopped := stalled():
            missing = dict.fromkeys(stopped, "no progress for too long")
            raise Problem(503, "not-alive", "Not alive", f"No progress any more in: {', '.join(missing)}.", more={"missing": missing})
        return {"status": "alive"}

    @router.get("/readyz", summary="All that the process needs is available")
    async def readyz() -> dict[str, str]:
        found = await asyncio.gather(*(_missing(name, check) for name, check in needs.items()))
        if missing := {name: why for name, why in zip(needs, found, strict=True) if why is not None}:
            detail = "; ".join(f"{name}: {why}" for name, why in missing.items()) + "."
            raise Problem(503, "not-ready", "Not ready", detail, headers={"Retry-After": "1"}, more={"away": list(missing), "missing": missing})
        return {"status": "ready", **says}

    @router.get("/metrics", summary="Metrics for Prometheus", response_class=PlainTextResponse, dependencies=metrics_need)
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _missing(name: str, check: Check) -> str | None:
    """Return why something is not available, or None where it is."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except NotReady as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, it is not available
        _log.warning("not ready: %s: %s", name, type(error).__name__)
        return f"no answer within {_PATIENCE:g} s"
    return None
