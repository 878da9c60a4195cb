"""A cache of ``/v1/cells``: the numbers of one vector of offsets are written down once, compressed, for all that ask while it stands.

To write the nation down takes a second or two of a thread and some megabytes. One copy is written at a time, and whoever asks meanwhile waits
for it: while the counts stand asking costs nothing, and while they move never more than one thread. The ``as_of`` of the first line names the
part of the record that the numbers belong to.
"""

import asyncio
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from services.reporting.answers.cells import cells_of
from services.reporting.answers.current_view import CurrentView
from services.reporting.answers.documents import AsOf
from services.reporting.view.memory import Memory

_PIECE = 64 << 10
_GZIP = 31
"""zlib's way of saying gzip, with a window of 32 KiB."""


class Pieces(NamedTuple):
    """What ``/v1/cells`` answers, as gzip, in pieces."""

    compressed: tuple[bytes, ...]

    @property
    def length(self) -> int:
        """The bytes of all pieces."""
        return sum(map(len, self.compressed))

    def inflated(self) -> Iterator[bytes]:
        """Yield the same for a client that does not take gzip."""
        inflating = zlib.decompressobj(_GZIP)
        for piece in self.compressed:
            rest = piece
            while rest:
                yield inflating.decompress(rest, _PIECE)
                rest = inflating.unconsumed_tail
        yield inflating.flush()


class _Entry(NamedTuple):
    offsets: dict[str, int]
    pieces: "asyncio.Task[Pieces]"

    def is_over(self, offsets: dict[str, int]) -> bool:
        """Return whether it is to be written anew for these offsets: it was written for others, or could not be. One is written at a time."""
        return self.pieces.done() and (self.offsets != offsets or self.pieces.exception() is not None)


class CellsCache:
    """The cells of the record, written down once for each vector of offsets."""

    def __init__(self, current: CurrentView) -> None:
        self._current = current
        self._entry: _Entry | None = None

    async def get(self) -> Pieces:
        """Return the cells. Raises ``Problem`` where there is nothing to show yet."""
        as_of, entry = self._current.as_of(), self._entry
        if entry is None or entry.is_over(as_of.offsets):
            writing = asyncio.create_task(asyncio.to_thread(_written, self._current.frozen(), as_of))
            entry = self._entry = _Entry(as_of.offsets, writing)
        return await asyncio.shield(entry.pieces)


def _written(memory: Memory, as_of: AsOf) -> Pieces:
    deflating, pieces, waiting = zlib.compressobj(1, wbits=_GZIP), list[bytes](), bytearray()
    for line in cells_of(memory, as_of):
        waiting += deflating.compress(line)
        if len(waiting) >= _PIECE:
            pieces.append(bytes(waiting))
            waiting.clear()
    return Pieces((*pieces, bytes(waiting) + deflating.flush()))
