"""A subscriber of one or more streams, with a small bounded queue of the events that it has not taken."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from shared.http.server.connection import Connection

MOST_WAITING = 16
"""Events of one stream that may wait for a subscriber; beyond that it is cut off. At the highest rate they are the events of 6 s."""
_BUFFER_BYTES = 65_536
"""Bytes that may wait for it in the process, and about as many in the kernel."""


class Subscriber:
    """A bounded queue to one connection."""

    def __init__(self, first: Sequence[bytes], connection: Connection | None) -> None:
        """``first``: the first event of each of its streams. ``connection`` is None where no server is between (tests)."""
        self._waiting = [*first]
        self._most_waiting = MOST_WAITING * len(first)
        self._wake = asyncio.Event()
        self._wake.set()
        self._ended = False
        self._connection = connection
        if connection is not None:
            connection.limit_write_buffer(_BUFFER_BYTES)

    @property
    def address(self) -> str | None:
        """Whose subscriber it is; None where no server is between."""
        return None if self._connection is None else self._connection.address

    def offer(self, event: bytes) -> bool:
        """Queue an event. Returns False, and queues nothing, where as many wait already as may."""
        if len(self._waiting) >= self._most_waiting:
            return False
        self._waiting.append(event)
        self._wake.set()
        return True

    def end(self) -> None:
        """End the stream after the events that wait now."""
        self._ended = True
        self._wake.set()

    def cut_off(self) -> None:
        """End the stream at once, without the events that wait, and hang up."""
        self._waiting.clear()
        self.end()
        if self._connection is not None:
            self._connection.abort()

    async def events(self) -> AsyncIterator[bytes]:
        """Yield the events as they come, until the end; those that wait come as one piece."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._waiting:
                events, self._waiting = self._waiting, []
                yield b"".join(events)
            if self._ended and not self._waiting:
                return
