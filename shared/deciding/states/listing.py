"""Lists of the states of a service, page by page. A page costs bounded work, however long the lists are.

An entry is a sort key and a 16-byte id, and stands in the list of its partition. Lists are named ``<group>:<kind>``: a
reader walks groups in order and sees the entries of some kinds, merged. A page asks every partition for little more than its
share of the entries after the cursor, and takes the first of them all. Groups that have no list cost next to nothing; where many have
lists without anything of what is wanted, a page ends after so many of them, with fewer entries than asked for, or none, and a cursor
to go on from.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain, pairwise, repeat
from math import ceil, sqrt
from typing import NamedTuple

from msgspec import msgpack

from shared.deciding.states.generation import Generation
from shared.redis.edge import Redis, script
from shared.redis.keys import key_of

_ID = 16
GROUPS_A_PAGE = 400
"""The number of groups in the first query of a page, and the most groups that the second one looks into. A look into a list costs Redis 1 us."""


class Cursor(NamedTuple):
    """The entry of a group behind which a page begins. An empty entry is the beginning of the group."""

    group: str
    entry: bytes = b""

    def __str__(self) -> str:
        """Return the cursor as text for a query."""
        return f"{self.group}.{self.entry.hex()}"

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Read a cursor from its text. Raises ``ValueError``."""
        group, dot, entry = text.partition(".")
        if not dot:
            raise ValueError("no cursor")
        return cls(group, bytes.fromhex(entry))


class Entry(NamedTuple):
    """An entry: the partition and the id of its state, its sort key, and the group in whose list it stands."""

    partition: int
    state_id: bytes
    sort_key: bytes
    group: str

    @property
    def cursor(self) -> Cursor:
        """Return the cursor behind which the entries after this one follow."""
        return Cursor(self.group, self.sort_key + self.state_id)


class Page(NamedTuple):
    """Entries in order, and the cursor behind which the next page begins; None where nothing follows."""

    entries: Sequence[Entry]
    next: Cursor | None


class Counted(NamedTuple):
    """A list: its lowest sort key, and how many entries stand in each of the ranges between the bounds, the lowest first."""

    lowest: bytes
    ranges: Sequence[int]


class Listing:
    """The lists of one generation of a service."""

    def __init__(self, redis: Redis, service: str, *, generation: Generation, partitions: int) -> None:
        self._service, self._generation, self._partitions = service, generation, range(partitions)
        self._redis, self._walk = redis, script(redis, __package__, "walk_lists")
        self._count = script(redis, __package__, "count_lists")

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
        """Return up to ``limit`` entries of some kinds in some groups, which must be in ascending order.

        Entries are in order of group and then of their bytes. ``after``: the cursor of the page before; ``not_below`` and ``below``: only
        entries whose bytes sort in between; ``partitions``: only those of these. There are fewer where nothing follows, or a partition has
        ``most_groups`` groups with lists and too few entries in them. Raises one of ``REDIS_UNAVAILABLE``.
        """
        wanted = _Wanted(kinds, not_below, below, self._partitions if partitions is None else partitions, most_groups)
        ahead = groups if after is None else _from(groups, after)
        few, behind = ahead[:most_groups], ahead[most_groups:][:1]
        page = await self._first(few, wanted, after, limit, enough=_share(limit, len(wanted.partitions)))
        next_, missing = page.next or (Cursor(behind[0]) if behind else None), limit - len(page.entries)
        if next_ is None or not missing:
            return Page(page.entries, next_)
        # The first groups had too few entries, or, rarely, a partition more than its share.
        rest = await self._first(_from(ahead, next_), wanted, next_, missing, enough=missing)
        return Page([*page.entries, *rest.entries], rest.next)

    async def counted(self, groups: Sequence[str], kinds: Sequence[str], bounds: Sequence[bytes]) -> dict[tuple[str, str], Counted]:
        """Return how many entries the lists of these groups and kinds have between ascending bounds; lists that have none are left out.

        It costs the same however long the lists are. Raises one of ``REDIS_UNAVAILABLE``.
        """
        args: list[bytes | str | int] = [msgpack.encode(list(groups)), len(bounds), *bounds, *kinds]
        async with self._redis.pipeline(transaction=False) as questions:
            for partition in self._partitions:
                await self._count(keys=self._keys(partition), args=args, client=questions)
            answers = await questions.execute()
        found: dict[tuple[str, str], Counted] = {}
        for place, kind, first, *below in chain.from_iterable(answers):
            ranges = [here - before for before, here in pairwise([0, *below])]
            known = found.get(name := (groups[place - 1], kinds[kind - 1]))
            if known is not None:
                ranges = [one + other for one, other in zip(known.ranges, ranges, strict=True)]
            found[name] = Counted(min(first[:-_ID], known.lowest if known else first[:-_ID]), ranges)
        return found

    def _keys(self, partition: int) -> list[str]:
        return [key_of(self._service, self._generation, partition, what) for what in ("l:", "groups:")]

    async def _first(self, looked: Sequence[str], wanted: "_Wanted", after: Cursor | None, limit: int, *, enough: int) -> Page:
        """Return the first entries. Each partition returns at least ``enough`` of its own, where it has so many."""
        lowest = b"[" + wanted.not_below if wanted.not_below else b"-"
        goes_on = after is not None and after.entry and after.group in looked[:1] and wanted.may_begin_behind(after.entry)
        args: list[bytes | str | int] = [
            b"(" + after.entry if after is not None and goes_on else lowest,
            lowest,
            b"+" if wanted.below is None else b"(" + wanted.below,
            enough + 1,
            wanted.most_groups,
            msgpack.encode(looked),
            *wanted.kinds,
        ]
        async with self._redis.pipeline(transaction=False) as questions:
            for partition in wanted.partitions:
                await self._walk(keys=self._keys(partition), args=args, client=questions)
            answers = await questions.execute()
        found, ends = list[_Found](), list[_Found]()
        for partition, (stopped, *flat) in zip(wanted.partitions, answers, strict=True):
            told = sorted(zip(flat[::2], flat[1::2], repeat(partition), strict=False))
            found += told
            # From here on the partition may have entries that it did not tell.
            ends += told[enough : enough + 1] or ([(stopped, b"", partition)] if stopped else [])
        found.sort()
        end = min(ends, default=None)
        first = found[: min(limit, len(found) if end is None else bisect_left(found, end))]
        page = [Entry(partition, entry[-_ID:], entry[:-_ID], looked[group - 1]) for group, entry, partition in first]
        if end is None and len(first) == len(found):
            return Page(page, None)
        if end is not None and not end[1] and len(first) < limit:
            return Page(page, Cursor(looked[end[0] - 1]))
        return Page(page, page[-1].cursor)


class _Wanted(NamedTuple):
    """The kinds, the bounds of the sort keys and the partitions of the wanted entries, and the most groups to look into."""

    kinds: Sequence[str]
    not_below: bytes
    below: bytes | None
    partitions: Sequence[int]
    most_groups: int

    def may_begin_behind(self, entry: bytes) -> bool:
        """Return whether all that sorts behind this entry is above the lower bound."""
        return entry >= self.not_below


_Found = tuple[int, bytes, int]
"""The place of the group (1 is the first), the entry and the partition."""


def _from(groups: Sequence[str], cursor: Cursor) -> Sequence[str]:
    """Return the groups from that of the cursor on."""
    return groups[bisect_left(groups, cursor.group) :]


def _share(limit: int, partitions: int) -> int:
    """Return the most entries of a page that one partition has, almost always: ids are spread over partitions by their hash."""
    mean = limit / partitions
    return min(limit, ceil(mean + 4 * sqrt(mean)))
