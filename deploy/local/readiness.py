"""Is it there and does it answer? One question for each kind of process, asked once, answered at once."""

from __future__ import annotations

import http.client
from contextlib import closing, suppress
from urllib.parse import urlsplit

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
    """By the plain client: httpx loads certificates for each question, and many are asked while everything starts."""
    address = urlsplit(url)
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection(address.netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", address.path)
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def _redis_answers(url: str) -> bool:
    with suppress(redis.RedisError, OSError), redis.Redis.from_url(url, socket_timeout=PATIENCE, retry=None) as client:
        return bool(client.ping())
    return False
