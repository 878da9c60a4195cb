"""Reads a list for those of its files that are wanted. Where few may be, it reads many at once: each reading waits for Redis behind the worker."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from shared.deciding.states.listing import Cursor

LOOKED_THROUGH = 2_000
"""The most files that a page looks through for those that are wanted."""
AT_ONCE = 500
"""The files that are read at once where a list is thinned out: four readings look through all, and none of them holds the event loop for long."""

_File = TypeVar("_File")


class Part(NamedTuple, Generic[_File]):
    """What was read of a list: the files that are wanted, each with the cursor behind it, and where the list goes on; None where it ends."""

    wanted: Sequence[tuple[Cursor, _File]]
    next: Cursor | None


async def page_of(
    read: Callable[[Cursor | None, int], Awaitable[Part[_File]]], after: Cursor | None, limit: int, *, thinned: bool
) -> tuple[list[_File], Cursor | None]:
    """Return up to ``limit`` files, and the cursor behind which the next page begins; None where nothing follows.

    ``read``: reads so many files behind a cursor; ``thinned``: whether not every file of the list is wanted.
    """
    found: list[_File] = []
    at_once = max(limit, AT_ONCE) if thinned else limit
    for _ in range(max(1, LOOKED_THROUGH // at_once) if thinned else 1):
        part = await read(after, at_once)
        room = limit - len(found)
        found += (file for _, file in part.wanted[:room])
        if len(part.wanted) > room:
            return found, part.wanted[room - 1][0]
        after = part.next
        if after is None or len(found) == limit:
            break
    return found, after
