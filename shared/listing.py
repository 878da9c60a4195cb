"""Lists out of a service's states, page by page: bounded work however long they are.

An entry is a sort key and a 16-byte id, and stands in the list of its partition. A page asks every partition for the
next few entries after the cursor and takes the first of them all: as many partitions as there are, and no more entries
than a page, whatever is asked for.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.redis_edge import Redis

_ID = 16


class Entry(NamedTuple):
    """One entry: where its state is, its id, and the sort key by which it stands."""

    partition: int
    state_id: bytes
    sort_key: bytes


class Page(NamedTuple):
    """Entries in order, and the cursor behind which the next page begins; None where nothing follows."""

    entries: Sequence[Entry]
    next: bytes | None


class Listing:
    """The lists of one service's generation."""

    def __init__(self, redis: Redis, service: str, *, generation: str, partitions: int) -> None:
        """Remember where the lists are."""
        self._redis, self._prefix, self._partitions = redis, f"{{{service}:{generation}:p%d}}:l:", partitions

    async def page(self, names: Iterable[str], *, after: bytes | None, below: bytes | None, limit: int) -> Page:
        """Give up to ``limit`` entries of these lists together, in order of their bytes.

        ``after``: the cursor of the page before; ``below``: only entries whose bytes sort below this.
        """
        begin = b"-" if after is None else b"(" + after
        end = b"+" if below is None else b"(" + below
        asked = [(p, (self._prefix % p) + name) for p in range(self._partitions) for name in names]
        async with self._redis.pipeline(transaction=False) as questions:
            for _, key in asked:
                questions.zrangebylex(key, begin, end, start=0, num=limit + 1)
            answers = await questions.execute()
        found = sorted((entry, partition) for (partition, _), entries in zip(asked, answers, strict=True) for entry in entries)
        page = [Entry(partition, entry[-_ID:], entry[:-_ID]) for entry, partition in found[:limit]]
        return Page(page, found[limit - 1][0] if len(found) > limit else None)
