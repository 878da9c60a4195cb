"""Lists out of a service's states, page by page: bounded work however long they are.

An entry is a sort key and a 16-byte id, and stands in the list of its partition. Lists are named ``<group>:<kind>``, without commas: a
reader walks groups in order and sees the entries of some kinds, merged. A page asks every partition once for the next few
entries after the cursor and takes the first of them all; where most groups are empty it ends after so many of them, with
fewer entries than asked for, or none, and a cursor to go on from.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from shared.redis_edge import Redis, script

_ID = 16
GROUPS_A_PAGE = 400
"""Most groups that one page looks into. Looking into an empty one costs Redis a microsecond for each partition and kind."""


class Entry(NamedTuple):
    """One entry: where its state is, its id, and the sort key by which it stands."""

    partition: int
    state_id: bytes
    sort_key: bytes


class Cursor(NamedTuple):
    """Behind which entry of which group a page begins; an empty entry is the group's beginning."""

    group: str
    entry: bytes = b""

    def __str__(self) -> str:
        """Give it as text for a query."""
        return f"{self.group}.{self.entry.hex()}"

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Read the text back. Raises ``ValueError``."""
        group, dot, entry = text.partition(".")
        if not dot:
            raise ValueError("no cursor")
        return cls(group, bytes.fromhex(entry))


class Page(NamedTuple):
    """Entries in order, and the cursor behind which the next page begins; None where nothing follows."""

    entries: Sequence[Entry]
    next: Cursor | None


class Listing:
    """The lists of one service's generation."""

    def __init__(self, redis: Redis, service: str, *, generation: str, partitions: int) -> None:
        """Remember where the lists are, and load the script."""
        self._keys = [[f"{tag}:l:", f"{tag}:listed"] for tag in (f"{{{service}:{generation}:p{partition}}}" for partition in range(partitions))]
        self._redis, self._walk = redis, script(redis, __package__, "walk_lists")

    async def page(
        self,
        groups: Sequence[str],
        kinds: Sequence[str],
        *,
        after: Cursor | None,
        not_below: bytes = b"",
        below: bytes | None,
        limit: int,
        most_groups: int = GROUPS_A_PAGE,
        partitions: Sequence[int] | None = None,
    ) -> Page:
        """Give up to ``limit`` entries of these groups, which must be in ascending order, and kinds.

        Of the groups only those that a page looks into are taken. Entries are in order of group and then of their bytes.
        ``after``: the cursor of the page before; ``not_below`` and ``below``: only entries whose bytes sort in between; ``partitions``: only
        those of these. Raises one of ``RedisAway``.
        """
        start = 0 if after is None else bisect_left(groups, after.group)
        looked, rest = list(groups[start : start + most_groups]), start + most_groups
        lowest = b"[" + not_below if not_below else b"-"
        goes_on = after is not None and after.entry and looked[:1] == [after.group] and after.entry >= not_below
        begin = b"(" + after.entry if after is not None and goes_on else lowest
        args: list[bytes | str | int] = [
            begin,
            lowest,
            b"+" if below is None else b"(" + below,
            limit + 1,
            "".join([f"{group}," for group in looked]),
            *kinds,
        ]
        async with self._redis.pipeline(transaction=False) as questions:
            for partition in (asked := range(len(self._keys)) if partitions is None else partitions):
                await self._walk(keys=self._keys[partition], args=args, client=questions)
            answers = zip(asked, await questions.execute(), strict=True)
        found = sorted((group, entry, partition) for partition, flat in answers for group, entry in zip(flat[::2], flat[1::2], strict=True))
        page = [Entry(partition, entry[-_ID:], entry[:-_ID]) for _, entry, partition in found[:limit]]
        if len(found) > limit:
            group, entry, _ = found[limit - 1]
            return Page(page, Cursor(looked[group - 1], entry))
        return Page(page, Cursor(groups[rest]) if len(groups) > rest else None)
