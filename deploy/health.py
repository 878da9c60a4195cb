"""What a process of ours says about itself: the one place that asks ``/livez`` and ``/readyz`` and judges the answers.

The embedded stack, the doctor and the health checks of containers ask here. Only the standard library is used: httpx loads certificates
for each question, and a health check is a process of its own every few seconds.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.worker.freshness import LAG

PATIENCE = 3.0
"""Seconds to wait for one answer; a process allows each thing that it needs two."""


@dataclass(frozen=True)
class Health:
    """What a process says about itself: whether it is alive, and what it lacks, each with why."""

    alive: bool
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        """Whether it does its work. A backlog is no fault: a restart would only make it longer."""
        return self.alive and not self.missing.keys() - {LAG}


def health_of(url: str) -> Health:
    """Ask the process at this address."""
    if not is_alive(url):
        return Health(alive=False)
    missing = _missing(url, "/readyz")
    return Health(alive=missing is not None, missing=missing or {})


def is_alive(url: str) -> bool:
    """Return whether the process at this address goes on, be it only to wait for what it needs."""
    return _missing(url, "/livez") == {}


def get(url: str, path: str) -> tuple[int | None, bytes]:
    """Return an answer's status and body; None for the status where there is no answer."""
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    return None, b""


def _missing(url: str, path: str) -> Mapping[str, str] | None:
    """Return what the process lacks, by name; None where there is no answer that can be read."""
    status, body = get(url, path)
    if status in (None, http.HTTPStatus.OK):
        return None if status is None else {}
    with suppress(ValueError, AttributeError):
        missing = json.loads(body).get("missing") or {"?": f"status {status}"}
        return {name: str(why) for name, why in missing.items()}
    return None
