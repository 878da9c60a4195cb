"""Is it there and does it answer? One question for each kind of process, asked once, answered at once."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import redis

from deploy.local.config import StackConfig, port_is_free
from deploy.local.processes import KAFKA, REDIS, ServiceProcess
from shared.worker.freshness import LAG

PATIENCE = 3.0  # seconds for one answer: a process gives what it needs two


@dataclass(frozen=True)
class Health:
    """What a process of ours says about itself: whether it is alive, and what it still waits for, each with why."""

    alive: bool
    waits_for: Mapping[str, str] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        """Whether it does its work. To be behind is no fault: it works, and there is much to do."""
        return self.alive and not self.waits_for.keys() - {LAG}


def answers(process: str, config: StackConfig, services: tuple[ServiceProcess, ...]) -> bool:
    """Whether `process` does what others need of it."""
    if process == KAFKA:
        return not port_is_free(config.kafka_port)
    if process == REDIS:
        return _redis_answers(config.redis_url)
    return all(health(service.url(config)).works for service in services if service.name == process)


def lives(process: str, config: StackConfig, services: tuple[ServiceProcess, ...]) -> bool:
    """Whether `process` goes on, were it only to wait for what it needs."""
    named = [service for service in services if service.name == process]
    return all(_ask(service.url(config), "/livez") == {} for service in named) if named else answers(process, config, services)


def health(url: str) -> Health:
    """What the process at this address says about itself."""
    if _ask(url, "/livez") != {}:
        return Health(alive=False)
    missing = _ask(url, "/readyz")
    return Health(alive=missing is not None, waits_for=missing or {})


def version_of(url: str) -> str | None:
    """The version of the process at this address; None if it does not say."""
    found = re.search(rb'^baoxue_process_info\{.*version="([^"]*)"', _get(url, "/metrics")[1], re.MULTILINE)
    return found[1].decode() if found else None


def newest_recorded(reporting_url: str) -> datetime | None:
    """The newest time at which anything was recorded that reporting shows; None if it shows nothing."""
    status, body = _get(reporting_url, "/v1/headline")
    if status != http.HTTPStatus.OK:
        return None
    recorded = json.loads(body)["as_of"]["recorded_time"]
    return datetime.fromisoformat(recorded) if recorded else None


def _ask(url: str, path: str) -> Mapping[str, str] | None:
    """What is missing, by name; None where there is no answer that can be read."""
    status, body = _get(url, path)
    if status in (None, http.HTTPStatus.OK):
        return None if status is None else {}
    with suppress(ValueError, AttributeError):
        return {name: str(why) for name, why in json.loads(body).get("missing", {"?": f"status {status}"}).items()}
    return None


def _get(url: str, path: str) -> tuple[int | None, bytes]:
    """An answer's status and body; None where there is none.

    By the plain client: httpx loads certificates for each question, and many are asked while everything starts.
    """
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    return None, b""


def _redis_answers(url: str) -> bool:
    with suppress(redis.RedisError, OSError), redis.Redis.from_url(url, socket_timeout=PATIENCE, retry=None) as client:
        return bool(client.ping())
    return False
