"""The keys that a generation of states has, found by their names. It costs a look at every key of the Redis."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from re import compile as pattern

from shared.redis.edge import Redis

_AT_ONCE = 10_000
_TOGETHER = 256


class PartitionKeys(defaultdict[str, list[str]]):
    """The keys of a partition, by what they are, each by the rest of its name: ``l`` of lists, ``groups``, ``n`` of counts."""


async def keys_of(redis: Redis, service: str, generation: str) -> Mapping[int, PartitionKeys]:
    """Return what keys each partition of a generation has. Raises one of ``REDIS_UNAVAILABLE``."""
    found: defaultdict[int, PartitionKeys] = defaultdict(lambda: PartitionKeys(list))
    named = pattern(rf"\{{{service}:{generation}:p(\d+)\}}:(\w+):(.*)").fullmatch
    async for key in redis.scan_iter(match=f"{{{service}:{generation}:p*", count=_AT_ONCE):
        if match := named(key.decode()):
            found[int(match[1])][match[2]].append(match[3])
    return found


async def remove(redis: Redis, service: str, generation: str) -> int:
    """Remove all keys of a generation; return how many there were. Raises one of ``REDIS_UNAVAILABLE``."""
    found: Sequence[bytes] = [key async for key in redis.scan_iter(match=f"{{{service}:{generation}:p*", count=_AT_ONCE)]
    removed = 0
    for first in range(0, len(found), _TOGETHER):
        removed += int(await redis.unlink(*found[first : first + _TOGETHER]))
    return removed
