"""Queues in another order than the one in which their lists stand: read whole, sorted, and kept for some seconds. Raises ``Problem``.

A queue is read again once it is older than a few seconds, or many times as old as reading it took: so an order costs a small share of the api's time
however long the queue is. Where a page begins is told by the place of the file before it, so that pages go on over a queue that was read again.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.case.desk.orders import Order, place_in
from services.case.desk.queues import Range
from services.case.domain.packed import unpack
from shared import clock
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.http.problems import invalid_parameter
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of

MOST = 100_000
"""The most files of a queue that is sorted: as many as a province has."""
_AT_ONCE = 2_000
_FRESH, _SHARE, _MOST_KEPT = 4.0, 10.0, 32
"""Seconds for which a sorted queue is kept at least; how many times as long as reading it took; how many queues are kept."""
_ID = 16


class _Sorted(NamedTuple):
    until: float
    places: Sequence[bytes]
    """The place of each file, and behind it the id."""


class Asked(NamedTuple):
    """Which queue in which order: its groups of lists, in ascending order, its range on a day."""

    groups: tuple[str, ...]
    range: Range
    order: Order
    today: date


class ListedAt(NamedTuple):
    """Where a file is listed: the partition and the id of its state, and the cursor behind it."""

    partition: int
    state_id: bytes
    cursor: Cursor


class SortedLists:
    """The sorted queues of one generation."""

    def __init__(self, store: StateStore, listing: Listing, *, partitions: int) -> None:
        self._store, self._listing, self._partitions = store, listing, partitions
        self._kept: dict[Asked, _Sorted] = {}
        self._reading: dict[Asked, asyncio.Lock] = {}

    async def page(self, asked: Asked, after: Cursor | None, limit: int) -> tuple[Sequence[ListedAt], Cursor | None]:
        """Return where each file of a page is listed, and where the next page begins; None where nothing follows."""
        if after is not None and after.group != asked.order:
            raise invalid_parameter("query.after", "must be the `next` of a page in this order")
        places = (await self._sorted(asked)).places
        first = 0 if after is None else bisect_right(places, after.entry)
        found = places[first : first + limit]
        next_ = Cursor(asked.order, found[-1]) if first + limit < len(places) else None
        order = asked.order
        return [ListedAt(partition_of(each[-_ID:].hex().encode(), self._partitions), each[-_ID:], Cursor(order, each)) for each in found], next_

    async def _sorted(self, asked: Asked) -> _Sorted:
        # Of several who ask at once one reads, and the others wait for it.
        async with self._reading.setdefault(asked, asyncio.Lock()):
            kept = self._kept.get(asked)
            if kept is None or kept.until < clock.seconds():
                began = clock.seconds()
                places = sorted(await self._places(asked))
                ended = clock.seconds()
                kept = _Sorted(ended + max(_FRESH, _SHARE * (ended - began)), places)
                self._keep(asked, kept, ended)
            return kept

    def _keep(self, asked: Asked, kept: _Sorted, now: float) -> None:
        self._kept[asked] = kept
        over = [each for each, held in self._kept.items() if held.until < now]
        over += [each for each in self._kept if each not in over][:-_MOST_KEPT]
        for each in over:
            del self._kept[each]
        for each in [each for each, lock in self._reading.items() if each not in self._kept and not lock.locked()]:
            del self._reading[each]

    async def _places(self, asked: Asked) -> list[bytes]:
        places: list[bytes] = []
        wanted = asked.range
        after: Cursor | None = None
        while True:
            with redis_needed():
                page = await self._listing.page(
                    asked.groups, wanted.kinds, after=after, not_below=wanted.not_below, below=wanted.below, limit=_AT_ONCE
                )
                states = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
            for entry, state in zip(page.entries, states, strict=True):
                case = unpack(state)
                if case.standing is not None:
                    places.append(place_in(asked.order, case, case.standing) + entry.state_id)
            if len(places) > MOST:
                raise invalid_parameter("query.order", f"a list of more than {MOST:,} files is sorted by due day only: choose a county")
            if page.next is None:
                return places
            after = page.next
