"""``python -m bench.targets.processes.screens PORT NUMBER``: so many screens that follow the nation, each over a connection of its own.

It prints ``open`` once each has its snapshot. When a line comes in, it prints one line of JSON and ends: how many screens were cut off, how many
had last heard of another vector of offsets than the first one, the bytes that all took, and of the first one each document's vector, with the
number of children out of school in it.
"""

import asyncio
import json
import re
import resource
import sys
from typing import Any

from deploy.local.config import LOOPBACK

_AT_ONCE = 50
_vector = re.compile(rb'"offsets":\{[^}]*\}')


class Screen(asyncio.Protocol):
    """A screen that reads its stream, and counts what comes."""

    def __init__(self) -> None:
        self.begun, self.lost, self.bytes, self._last = asyncio.Event(), False, 0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"GET /v1/stream?area=100000 HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        """Count, and keep the last piece."""
        self.bytes += len(data)
        self._last = data
        self.begun.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that."""
        self.lost = True

    def stands_at(self) -> bytes:
        """Return the last vector in the last piece, which is a heartbeat's where nothing changes any more."""
        return next(reversed(_vector.findall(self._last)), b"")


class Reading(Screen):
    """A screen that also reads the documents."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""
        self.documents: list[tuple[dict[str, int], int]] = []

    def data_received(self, data: bytes) -> None:
        """Read the documents that are whole."""
        super().data_received(data)
        *events, self._rest = (self._rest + data.replace(b"\r\n", b"\n")).split(b"\n\n")
        for event in events:
            if b"event: delta\n" in event or b"event: snapshot\n" in event:
                self.documents.append(shown(event))


def shown(event: bytes) -> tuple[dict[str, int], int]:
    """Return the vector of an event's document, and the number of children out of school."""
    _, _, text = event.partition(b"data: ")
    document: Any = json.loads(text.partition(b"\n")[0])
    return document["as_of"]["offsets"], document["headline"]["all"]["now"]


async def main(port: int, number: int) -> None:
    """Open the screens, and wait for a line."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loop = asyncio.get_running_loop()
    (_, first) = await loop.create_connection(Reading, LOOPBACK, port)
    screens: list[Screen] = [first]
    while len(screens) < number:
        made = await asyncio.gather(*(loop.create_connection(Screen, LOOPBACK, port) for _ in range(min(_AT_ONCE, number - len(screens)))))
        screens += [screen for _, screen in made]
    await asyncio.gather(*(screen.begun.wait() for screen in screens))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    told = {
        "lost": sum(screen.lost for screen in screens),
        "behind": sum(screen.stands_at() != first.stands_at() for screen in screens),
        "bytes": sum(screen.bytes for screen in screens),
        "documents": first.documents,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
