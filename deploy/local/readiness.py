"""Is it there and does it answer? One question for each kind of process, asked once, answered at once."""

from __future__ import annotations

from contextlib import suppress

import httpx
import redis

from deploy.local.config import StackConfig, port_is_free
from deploy.local.processes import KAFKA, REDIS, Service

PATIENCE = 2.0  # seconds for one answer


def answers(process: str, config: StackConfig, services: tuple[Service, ...]) -> bool:
    """Whether `process` does what others need of it. A worker has no port: that it runs is all that can be asked here."""
    if process == KAFKA:
        return not port_is_free(config.kafka_port)
    if process == REDIS:
        return _redis_answers(config.redis_url)
    urls = (service.ready_at(config) for service in services if service.name == process)
    return all(_api_answers(url) for url in urls if url)


def _api_answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=PATIENCE, trust_env=False).status_code == httpx.codes.OK
    return False


def _redis_answers(url: str) -> bool:
    with suppress(redis.RedisError, OSError), redis.Redis.from_url(url, socket_timeout=PATIENCE, retry=None) as client:
        return bool(client.ping())
    return False
