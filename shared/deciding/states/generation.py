"""The generation of states that an api reads. It changes while the api runs, once another has become the live one and has come as far."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import cast

from shared.rebuilding.generations import FIRST_GENERATION, live_generation
from shared.redis.edge import REDIS_UNAVAILABLE, Redis
from shared.redis.keys import key_of

_LOOK = 0.25
"""Seconds from one look at the name of the live generation to the next."""
_Stands = Sequence[tuple[int | None, int | None]]
"""By partition, where the cursors of the worker and of its policies stand."""

_log = logging.getLogger(__name__)


class ShownGeneration:
    """The generation that an api reads; its text is the name. No api goes back: what is read before stays until another has come as far."""

    def __init__(self, redis: Redis, service: str, *, partitions: int, form: str) -> None:
        """``form``: the format of states that can be read, as the cursors name it."""
        self._redis, self._service, self._partitions, self._form = redis, service, range(partitions), form
        self._name, self._known = FIRST_GENERATION, False

    def __str__(self) -> str:
        return self._name

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the name of the live generation while the block runs."""
        with suppress(*REDIS_UNAVAILABLE):
            await self.look()
        task = asyncio.create_task(self._follow(), name="generation")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def look(self) -> None:
        """Read the generation that is live now, if it may be read. Raises one of ``REDIS_UNAVAILABLE``."""
        live = await live_generation(self._redis, self._service)
        if live != self._name and (not self._known or await self._has_come_as_far(live)):
            _log.info("generation %s of the states is read from now on", live)
            self._name = live
        self._known = True

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            with suppress(*REDIS_UNAVAILABLE):
                await self.look()

    async def _has_come_as_far(self, live: str) -> bool:
        theirs, form = await self._stands(live)
        if form is not None and form != self._form:
            return False
        mine, _ = await self._stands(self._name)
        return not any(
            _is_behind(there, here) or _is_behind(heard_there, heard) for (here, heard), (there, heard_there) in zip(mine, theirs, strict=True)
        )

    async def _stands(self, generation: str) -> tuple[_Stands, str | None]:
        """Return how far a generation is, and the format of its states; None where it has none."""
        async with self._redis.pipeline(transaction=False) as questions:
            for partition in self._partitions:
                questions.hmget(key_of(self._service, generation, partition, "cursor"), ["next", "format"])
                questions.hget(key_of(self._service, generation, partition, "policies"), "next")
            answers = await questions.execute()
        cursors, heard = cast("list[list[bytes | None]]", answers[::2]), cast("list[bytes | None]", answers[1::2])
        form = next((form.decode() for _, form in cursors if form is not None), None)
        return [(_number(next_), _number(policies)) for (next_, _), policies in zip(cursors, heard, strict=True)], form


Generation = str | ShownGeneration


@asynccontextmanager
async def followed(generation: Generation) -> AsyncIterator[None]:
    """Follow a generation that changes while the block runs."""
    if isinstance(generation, str):
        yield
        return
    async with generation.running():
        yield


def _is_behind(there: int | None, here: int | None) -> bool:
    return here is not None and (there is None or there < here)


def _number(stored: bytes | None) -> int | None:
    return None if stored is None else int(stored)
