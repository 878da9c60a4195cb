"""What every process tells about itself: logs as JSON lines, and an api's ``/livez``, ``/readyz`` and ``/metrics``."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import msgspec
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest

from shared.problems import Problem

_PATIENCE = 2.0
"""Seconds that one thing may take to say that it is there."""

Check = Callable[[], Awaitable[object]]
"""Asks something that an api needs whether it is there: any exception means that it is not."""


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


def operations(registry: CollectorRegistry, needs: Mapping[str, Check]) -> APIRouter:
    """Give the routes by which a process is operated. ``needs``: what must be there for it to be ready, by name."""
    router = APIRouter(tags=["operations"])

    @router.get("/livez", summary="The process answers")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", summary="All that it needs is there")
    async def readyz() -> dict[str, str]:
        missing = [name for name, there in zip(needs, await asyncio.gather(*map(_there, needs.values())), strict=True) if not there]
        if missing:
            detail = f"No answer within {_PATIENCE:g} s from: {', '.join(missing)}."
            raise Problem(503, "not-ready", "Not ready", detail, headers={"Retry-After": "1"}, more={"away": missing})
        return {"status": "ready"}

    @router.get("/metrics", summary="Metrics for Prometheus")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _there(check: Check) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, it is not there
        logging.getLogger(__name__).warning("not ready: %s: %s", type(error).__name__, error)
        return False
    return True
