"""What moment it is for those who look at lists: the calendar's, or the record's own where a history is played in.

Deciders never ask: what they decide follows the time of its cause.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shared import clock
from shared.commands.rebuild_gate import not_built
from shared.redis.edge import Redis
from shared.redis.keys import key_of

Now = Callable[[], Awaitable[datetime]]
"""Gives an aware moment. Raises one of ``REDIS_UNAVAILABLE`` where it had to ask and got no answer, and ``Problem`` where it is not known yet."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Today(StrEnum):
    """By what a service tells the day."""

    CALENDAR = "calendar"
    RECORD = "record"


def telling(today: Today, redis: Redis, service: str, *, generation: str, partitions: int) -> Now:
    """Give what tells a service's api the moment: the clock, or the newest time of the facts that its policies have followed.

    Where nothing was followed yet that is the clock's. Where Redis lost the cursors it is not known until the policies have found theirs.
    """
    keys = [[key_of(service, generation, partition, what) for what in ("cursor", "policies")] for partition in range(partitions)]

    async def by_calendar() -> datetime:
        return clock.now()

    async def by_record() -> datetime:
        async with redis.pipeline(transaction=False) as questions:
            for states, policies in keys:
                questions.hget(states, "next")
                questions.hmget(policies, ["next", "event_time"])
            answers = await questions.execute()
        times: list[int] = []
        for decided, (followed, time) in zip(answers[::2], answers[1::2], strict=True):
            if int(decided or 0) and followed is None:
                raise not_built()
            times += [] if time is None else [int(time)]
        return _EPOCH + timedelta(microseconds=max(times)) if times else clock.now()

    return by_record if today is Today.RECORD else by_calendar
