"""Which generation of a service's keys is the live one: one key names it, and one script changes that."""

from collections.abc import Iterable
from typing import cast

from shared.redis.edge import Redis, script

FIRST_GENERATION = "1"
"""The live generation where no key names one."""


def live_key(service: str) -> str:
    """Return the key that names the live generation of a service."""
    return f"{service}:live"


async def live_generation(redis: Redis, service: str) -> str:
    """Return the live generation of a service. Raises one of ``REDIS_UNAVAILABLE``."""
    named = cast("bytes | None", await redis.get(live_key(service)))
    return named.decode() if named else FIRST_GENERATION


async def make_live(redis: Redis, service: str, *, live: str, generation: str, cursors: Iterable[tuple[str, str]] = ()) -> str:
    """Name a generation as the live one, if ``live`` is it until then. Return the one that is live then.

    ``cursors``: pairs of hashes, one of each generation: what the first has as ``next``, the second gets as ``decided``, in the same instant, and its
    fields ``published:<topic>``.
    """
    keys = [live_key(service), *(key for pair in cursors for key in pair)]
    named: bytes = await script(redis, __package__, "make_live")(keys=keys, args=[live, generation, FIRST_GENERATION])
    return named.decode()


def next_generation(live: str) -> str:
    """Return the name of the generation after one: the next number, or a first one behind a name that is none."""
    return str(int(live) + 1) if live.isdigit() else "1"
