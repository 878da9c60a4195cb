"""What all walks over lists do: make a command for each entry, whose id derives from the walk and the entry, and wait until it is decided.

A command that is asked for twice has the same id, and decides nothing the second time; so a walk may go on after a kill from where it knows to be.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from shared.deciding.states.listing import Entry
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode
from shared.events.envelope import EventData, first_event
from shared.ids import command_id

Submitted = tuple[bytes, bytes]
"""The key and the bytes of a command."""

_LONGEST = 10
"""Times the first wait for decisions: the longest one between two looks."""


def command_for(subject: str, data: EventData, *, walk: str, source: str, at: datetime, recorded: datetime) -> Submitted:
    """Return a command of a walk for a subject. ``walk``: its name; ``at``: when what it asks for is true; ``recorded``: when it comes in."""
    key = subject.encode()
    return key, encode(first_event(data, id_=command_id(walk, key), source=source, subject=subject, at=at, recorded=recorded))


def commands_for(entries: Iterable[Entry], data: EventData, *, walk: str, source: str, at: datetime, recorded: datetime) -> list[Submitted]:
    """Return the command of a walk for each entry: the same for all."""
    return [command_for(entry.state_id.hex(), data, walk=walk, source=source, at=at, recorded=recorded) for entry in entries]


async def until_decided(store: StateStore, wanted: Mapping[int, int], *, look: float, goes_on: Callable[[], Awaitable[bool]]) -> bool:
    """Wait until the worker stands at these offsets, or behind them. Return False once the walk is not to go on any more.

    ``look``: seconds from the first look to the second; each wait is half as long again, up to ten times that. Raises one of ``REDIS_UNAVAILABLE``.
    """
    wait = look
    while await goes_on():
        stands = await store.cursors(wanted)
        if all((stands[partition] or 0) >= offset for partition, offset in wanted.items()):
            return True
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, look * _LONGEST)
    return False
