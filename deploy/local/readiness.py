"""Whether a process of the stack is there and answers. Each question is asked once and answered at once."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import redis

from deploy.health import PATIENCE, get, health_of, is_alive
from deploy.local import redis_access
from deploy.local.config import StackConfig, port_is_free
from deploy.local.processes import ISSUER, KAFKA, REDIS, ServiceProcess


def answers(process: str, config: StackConfig, services: tuple[ServiceProcess, ...]) -> bool:
    """Return whether a process does what others need of it."""
    if process == KAFKA:
        return not port_is_free(config.kafka_port)
    if process == REDIS:
        return _redis_answers(config)
    if process == ISSUER:
        return get(config.issuer_url, "/livez")[0] == http.HTTPStatus.OK
    return all(health_of(service.url(config)).works for service in services if service.name == process)


def lives(process: str, config: StackConfig, services: tuple[ServiceProcess, ...]) -> bool:
    """Return whether a process goes on, be it only to wait for what it needs."""
    named = [service for service in services if service.name == process]
    return all(is_alive(service.url(config)) for service in named) if named else answers(process, config, services)


def version_of(url: str) -> str | None:
    """Return the version of the process at this address; None if it does not say."""
    found = re.search(rb'^baoxue_process_info\{.*version="([^"]*)"', get(url, "/metrics")[1], re.MULTILINE)
    return found[1].decode() if found else None


def in_story(url: str) -> bool:
    """Return whether the api at this address records at the time of a demo's story."""
    status, body = get(url, "/readyz")
    return status == http.HTTPStatus.OK and json.loads(body).get("clock") == "story"


@dataclass(frozen=True)
class Shown:
    """How far reporting shows the record: the next offset of each partition, and the newest time at which anything was recorded."""

    offsets: Mapping[int, int]
    recorded: datetime | None


def shown(reporting_url: str) -> Shown | None:
    """Ask reporting how far it shows the record; None if it shows nothing."""
    status, body = get(reporting_url, "/v1/headline")
    if status != http.HTTPStatus.OK:
        return None
    as_of = json.loads(body)["as_of"]
    recorded = as_of["recorded_time"]
    offsets = {int(partition): offset for partition, offset in as_of["offsets"].items()}
    return Shown(offsets, datetime.fromisoformat(recorded) if recorded else None)


def _redis_answers(config: StackConfig) -> bool:
    with suppress(redis.RedisError, OSError), redis_access.client(config, redis_access.OPERATOR, patience=PATIENCE) as client:
        return bool(client.ping())
    return False
