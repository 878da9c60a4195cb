"""The clock of a story: the moment at which a demo says that its requests come in, in place of the calendar's.

A demo plays the history of years within minutes. With this clock its reports and commands are recorded at the time of the story, so that
the record can tell what was known on any day of it. Only who has the key may say the moment: the demo draws the key, and hands it to
the apis that it starts. An api without a key refuses such a request, and goes by the calendar alone.
"""

import hmac
from datetime import datetime
from math import nan

from fastapi import Request
from prometheus_client import CollectorRegistry, Gauge

from shared import clock
from shared.clock import CHINA, moment_of
from shared.http.problems import Problem
from shared.http.unavailable import redis_needed
from shared.redis.edge import Redis
from shared.redis.keys import Key

TIME_HEADER, KEY_HEADER = "Baoxue-Story-Time", "Baoxue-Story-Key"
DESCRIPTION = "the key of a demo by whose story the api tells the time; without one the calendar does. Only a demo sets it, and `/readyz` says so"

KEYS = (Key("<service>:story", "string", "the latest moment of a demo's story, in microseconds since 1970", "for ever"),)


class StoryMeter:
    """The metric of the story in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.time = Gauge("baoxue_story_time_seconds", "The moment of a demo's story; NaN where the calendar tells the time", registry=registry)


class StoryClock:
    """The clock of a story for one api. ``key``: what a request must have to say the moment, "" where there is no story."""

    def __init__(self, key: str, redis: Redis, service: str, registry: CollectorRegistry) -> None:
        self._key, self._redis, self._name, self._latest = key, redis, f"{service}:story", 0
        StoryMeter(registry).time.set_function(lambda: self._latest / 1e6 if self._latest else nan)

    @property
    def tells(self) -> bool:
        """Return whether this clock tells the time, and not the calendar."""
        return bool(self._key)

    @property
    def readiness(self) -> dict[str, str]:
        """Return what ``/readyz`` says of the clock, so that nobody takes a story for the present."""
        return {"clock": "story"} if self._key else {}

    async def said(self, request: Request) -> datetime | None:
        """Return the moment that a request says; None where it says none. Raises ``Problem``: 403 without the key, 422 for what is no moment."""
        text, key = request.headers.get(TIME_HEADER), request.headers.get(KEY_HEADER, "")
        if text is None:
            return None
        if not self._key or not hmac.compare_digest(key.encode(), self._key.encode()):
            detail = f"Only a demo that has started this api may say the time. Leave {TIME_HEADER} out: the api tells the time itself."
            raise Problem(403, "not-the-story", "Nobody may say the time", detail)
        moment = _read(text)
        if (micros := clock.micros_of(moment)) > self._latest:
            self._latest = micros
            with redis_needed():
                await self._redis.set(self._name, micros)
        return moment

    async def of(self, request: Request) -> datetime | None:
        """Return the moment of a request: what it says, or else the latest of the story; None where the calendar tells it. Raises as ``said``."""
        moment = await self.said(request)
        if moment is not None or not self._key:
            return moment
        with redis_needed():
            self._latest = max(self._latest, int(await self._redis.get(self._name) or 0))
        return moment_of(self._latest).astimezone(CHINA) if self._latest else None


def _read(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment > clock.now():
        detail = f"{TIME_HEADER} must be a moment of the past, RFC 3339 with an offset."
        raise Problem(422, "malformed", "A field breaks a rule", detail, more={"code": "malformed", "field": f"header.{TIME_HEADER}"})
    return moment
