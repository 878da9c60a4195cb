"""The clock by which an api tells the moment: the calendar, or the record's own time where a history is played in.

A decider never asks it: what a decider decides follows the time of its cause.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared import clock
from shared.commands.rebuild_gate import rebuild_under_way
from shared.deciding.states.generation import Generation
from shared.redis.edge import Redis
from shared.redis.keys import key_of

Now = Callable[[], Awaitable[datetime]]
"""Returns an aware moment. Raises one of ``REDIS_UNAVAILABLE`` where Redis does not answer, and ``Problem`` where the moment is not known yet."""


class Today(StrEnum):
    """By which clock a service tells the day."""

    CALENDAR = "calendar"
    RECORD = "record"


def clock_of_api(today: Today, redis: Redis, service: str, *, generation: Generation, partitions: int) -> Now:
    """Return the clock of a service's api: the calendar, or the newest time of the facts that the policies of the service have heard.

    Where the policies heard nothing yet, the calendar tells the moment. Where Redis lost the cursors, the moment is not known until the
    policies have found theirs again.
    """
    newest = newest_heard(redis, service, generation=generation, partitions=partitions)

    async def by_calendar() -> datetime:
        return clock.now()

    async def by_record() -> datetime:
        heard = await newest()
        if not heard.known:
            raise rebuild_under_way()
        return heard.time or clock.now()

    return by_record if today is Today.RECORD else by_calendar


def clock_of_days(today: Today, redis: Redis, service: str, *, generation: Generation, partitions: int) -> Callable[[], Awaitable[datetime | None]]:
    """Return the clock by which days begin: the calendar, or the newest time that the policies have heard; None where they heard nothing yet."""
    newest = newest_heard(redis, service, generation=generation, partitions=partitions)

    async def by_calendar() -> datetime | None:
        return clock.now()

    async def by_record() -> datetime | None:
        heard = await newest()
        return heard.time if heard.known else None

    return by_record if today is Today.RECORD else by_calendar


class Heard(NamedTuple):
    """The newest time of a fact that the policies heard, None for none; ``known`` is false where Redis lost the cursor of one of them."""

    time: datetime | None
    known: bool


def newest_heard(redis: Redis, service: str, *, generation: Generation, partitions: int) -> Callable[[], Awaitable[Heard]]:
    """Return what asks for the newest time of the facts that the policies of a service have heard."""

    async def ask() -> Heard:
        async with redis.pipeline(transaction=False) as questions:
            for partition in range(partitions):
                states, policies = (key_of(service, generation, partition, what) for what in ("cursor", "policies"))
                questions.hget(states, "next")
                questions.hmget(policies, ["next", "event_time"])
            answers = await questions.execute()
        times: list[int] = []
        for decided, (followed, time) in zip(answers[::2], answers[1::2], strict=True):
            if int(decided or 0) and followed is None:
                return Heard(None, known=False)
            times += [] if time is None else [int(time)]
        return Heard(clock.moment_of(max(times)) if times else None, known=True)

    return ask
