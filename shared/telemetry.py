"""What every process tells about itself: logs as JSON lines, and ``/livez``, ``/readyz`` and ``/metrics``."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest

from shared.problems import Problem

_log = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds that one thing may take to say that it is there."""

Check = Callable[[], Awaitable[object]]
"""Asks something that a process needs whether it is there: any exception means that it is not, and ``NotReady`` says why."""
Stalled = Callable[[], Sequence[str]]
"""Gives the parts of a process that should go on and have not for a while."""


class NotReady(Exception):
    """Something that a process needs is not as it should be. The message says what, without any value that was sent."""


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def log_as_json(level: str = "INFO") -> None:
    """Let the whole process log one JSON object a line to standard error."""
    lines = logging.StreamHandler()
    lines.setFormatter(_JsonLines())
    logging.basicConfig(level=level, handlers=[lines], force=True)


def new_registry() -> CollectorRegistry:
    """Give a registry for one app's metrics, with those of its process in it."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return registry


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
