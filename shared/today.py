"""What moment it is for those who look at lists: the calendar's, or the record's own where a history is played in.

Deciders never ask: what they decide follows the time of its cause.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shared import clock
from shared.policy import cursor_key
from shared.redis_edge import Redis

Now = Callable[[], Awaitable[datetime]]
"""Gives an aware moment. Raises one of ``RedisAway`` where it had to ask and got no answer."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Today(StrEnum):
    """By what a service tells the day."""

    CALENDAR = "calendar"
    RECORD = "record"


def telling(today: Today, redis: Redis, service: str, *, generation: str, partitions: int) -> Now:
    """Give what tells a service's api the moment: the clock, or the newest time of the facts that its policies have followed."""
    keys = [cursor_key(service, generation, partition) for partition in range(partitions)]

    async def by_calendar() -> datetime:
        return clock.now()

    async def by_record() -> datetime:
        async with redis.pipeline(transaction=False) as questions:
            for key in keys:
                questions.hget(key, "event_time")
            times = [int(time) for time in await questions.execute() if time is not None]
        return _EPOCH + timedelta(microseconds=max(times)) if times else clock.now()

    return by_record if today is Today.RECORD else by_calendar
