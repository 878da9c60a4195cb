"""A network between Kafka's clients and the broker that can be cut, made slow or one-way, and that can lose an answer behind the write.

It forwards from a port of the loopback address to another, in a thread of its own, and reads of what clients send no more than Kafka's frames: the
length, and what is asked.
"""

import asyncio
import random
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from deploy.local.config import LOOPBACK, free_ports

PRODUCE = 0
"""The key of the request that appends, in Kafka's protocol."""
CHUNK = 16_384
SLOWEST = 0.05
"""Most seconds by which a piece is late in a slow network."""


class Proxy:
    """A network to one port. What it does to what passes is set while it runs."""

    def __init__(self, target: int, *, seed: int) -> None:
        self.port = free_ports(1)[0]
        self._target, self._drawn = target, random.Random(seed)
        self._connections: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._passes = asyncio.Event()
        self._cut = self._slow = False
        self._resets = 0
        self.injected = 0
        """How many connections were cut, answers held back or lost, and pieces delayed."""

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Cut every connection, and let nobody connect."""
        self._cut = True
        self._loop.call_soon_threadsafe(self._abort_all)
        try:
            yield
        finally:
            self._cut = False

    @contextmanager
    def one_way(self) -> Iterator[None]:
        """Let pass what clients send, and hold back every answer: it comes when the network is whole again, if anybody still waits."""
        self._loop.call_soon_threadsafe(self._passes.clear)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._passes.set)

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Delay every piece."""
        self._slow = True
        try:
            yield
        finally:
            self._slow = False

    def lose_answers(self, number: int) -> None:
        """Reset the connection of the next appends after the broker has written and answered, before the answer arrives."""
        self._resets += number

    @property
    def left_to_lose(self) -> int:
        return self._resets

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Forward while the block runs."""
        thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10.0)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._passes.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, LOOPBACK, self.port))
        self._loop.run_forever()
        server.close()
        self._abort_all()
        for task in (tasks := asyncio.all_tasks(self._loop)):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def _abort_all(self) -> None:
        for writer in self._connections:
            self.injected += self._cut
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            self.injected += 1
            writer.transport.abort()
            return
        try:
            answers, to_broker = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            writer.transport.abort()
            return
        self._connections |= {writer, to_broker}
        appended = asyncio.Event()
        ways = [asyncio.create_task(self._requests(reader, to_broker, appended)), asyncio.create_task(self._answers(answers, writer, appended))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for each in (writer, to_broker):
            each.transport.abort()
            self._connections.discard(each)

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, appended: asyncio.Event) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readexactly(4)
                frame = await reader.readexactly(struct.unpack(">i", head)[0])
                if struct.unpack_from(">h", frame)[0] == PRODUCE and self._resets:
                    self._resets -= 1
                    appended.set()
                await self._late()
                writer.write(head + frame)
                await writer.drain()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, appended: asyncio.Event) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                if appended.is_set():
                    self.injected += 1
                    return  # the broker has written: what it answers is lost with the connection
                if not self._passes.is_set():
                    self.injected += 1
                    await self._passes.wait()
                await self._late()
                writer.write(piece)
                await writer.drain()

    async def _late(self) -> None:
        if self._slow:
            self.injected += 1
            await asyncio.sleep(self._drawn.uniform(0, SLOWEST))
