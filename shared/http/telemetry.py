"""What every process tells about itself when it is asked: ``/livez``, ``/readyz`` and ``/metrics``."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.metadata import version

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, Info, PlatformCollector, ProcessCollector, generate_latest

from shared.http.meters import CountRequests, HttpMeters
from shared.http.problems import Problem

_log = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds that one thing may take to say that it is there."""

Check = Callable[[], Awaitable[object]]
"""Asks something that a process needs whether it is there: any exception means that it is not, and ``NotReady`` says why."""
Stalled = Callable[[], Sequence[str]]
"""Gives the parts of a process that should go on and have not for a while."""


class NotReady(Exception):
    """Something that a process needs is not as it should be. The message says what, without any value that was sent."""


def new_registry(service: str, part: str) -> CollectorRegistry:
    """Give a registry for one process's metrics, with those of every process in it."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    info = Info("baoxue_process", "Which process of which version this is", registry=registry)
    info.info({"service": service, "part": part, "version": version("baoxue")})
    return registry


def operate(app: FastAPI, registry: CollectorRegistry, needs: Mapping[str, Check]) -> None:
    """Give an api the routes by which it is operated, and count its requests."""
    app.include_router(operations(registry, needs))
    app.add_middleware(CountRequests, meters=HttpMeters(registry))


def operations(registry: CollectorRegistry, needs: Mapping[str, Check], *, stalled: Stalled = tuple) -> APIRouter:
    """Give the routes by which a process is operated.

    ``needs``: what must be there for it to be ready, by name. ``stalled``: what must have gone on for it to be alive;
    by itself that it answers is enough.
    """
    router = APIRouter(tags=["operations"])

    @router.get("/livez", summary="The process goes on")
    async def livez() -> dict[str, str]:
        if stopped := stalled():
            missing = dict.fromkeys(stopped, "nothing has happened there for too long")
            raise Problem(503, "not-alive", "Not alive", f"Nothing happens any more in: {', '.join(missing)}.", more={"missing": missing})
        return {"status": "alive"}

    @router.get("/readyz", summary="All that it needs is there")
    async def readyz() -> dict[str, str]:
        found = await asyncio.gather(*(_missing(name, check) for name, check in needs.items()))
        if missing := {name: why for name, why in zip(needs, found, strict=True) if why is not None}:
            detail = "; ".join(f"{name}: {why}" for name, why in missing.items()) + "."
            raise Problem(503, "not-ready", "Not ready", detail, headers={"Retry-After": "1"}, more={"away": list(missing), "missing": missing})
        return {"status": "ready"}

    @router.get("/metrics", summary="Metrics for Prometheus")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _missing(name: str, check: Check) -> str | None:
    """Give why something is not there; None where it is."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except NotReady as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, it is not there
        _log.warning("not ready: %s: %s", name, type(error).__name__)
        return f"no answer within {_PATIENCE:g} s"
    return None
