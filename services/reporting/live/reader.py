"""One who follows a stream: what waits for it, never more than a little."""

import asyncio
from collections.abc import AsyncIterator

from shared.http.serving import Connection

MOST_WAITING = 16
"""Events that may wait for a reader: beyond that it is cut off. At the fastest they are 6 s of events."""
_HELD = 65_536
"""Bytes that may wait for it in the process, and about as many in the kernel."""


class Reader:
    """A bounded queue to one connection."""

    def __init__(self, first: bytes, connection: Connection | None) -> None:
        """Begin with what the reader gets first."""
        self._waiting = [first]
        self._wake = asyncio.Event()
        self._wake.set()
        self._ended = False
        self._connection = connection
        if connection is not None:
            connection.limit_write_buffer(_HELD)

    def offer(self, event: bytes) -> bool:
        """Let an event wait for the reader; False where as many wait already as may."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append(event)
        self._wake.set()
        return True

    def end(self) -> None:
        """Let the stream end with what waits now."""
        self._ended = True
        self._wake.set()

    def cut_off(self) -> None:
        """End the stream without waiting for the reader to take anything."""
        self._waiting.clear()
        self.end()
        if self._connection is not None:
            self._connection.abort()

    async def events(self) -> AsyncIterator[bytes]:
        """Give what there is to send, as it comes, until the end."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._waiting:
                events, self._waiting = self._waiting, []
                yield b"".join(events)
            if self._ended and not self._waiting:
                return
