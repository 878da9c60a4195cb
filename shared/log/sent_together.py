"""What waits to be sent to a partition of a log, and how much of it goes out as one record batch.

A record batch costs the api some 150 us, its share of a request to the broker among them, and hardly more for a hundred records than for one.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

Pairs = Sequence[tuple[bytes, bytes]]
"""The key and the value of each record, in order."""

BATCH_BYTES = 900_000
"""Most bytes of one record batch before compression: below every broker's default limit of 1 MiB."""
_AROUND = 100
"""Bytes of a record beside its key and its value, at most: its header with the content type, and what Kafka writes around them."""


class Append:
    """Records of one call, which stay in one piece. ``first``: the offset of the first of them, once they are acknowledged."""

    def __init__(self, producer: Any, pairs: Pairs) -> None:
        self.producer, self.pairs = producer, pairs
        self.octets = sum(len(key) + len(value) for key, value in pairs) + _AROUND * len(pairs)
        self.first: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def acked(self, first: int) -> None:
        """Tell whoever waits that the records are in the log, from this offset on."""
        if not self.first.done():
            self.first.set_result(first)

    def failed(self, error: Exception) -> None:
        """Tell whoever waits that the records may not be in the log."""
        if not self.first.done():
            self.first.set_exception(error)


def next_together(queue: deque[Append]) -> list[Append]:
    """Take out what goes out together next: as many appends as one record batch holds, for one producer, or one append that is larger.

    What nobody waits for any more is dropped.
    """
    together: list[Append] = []
    octets = 0
    while queue:
        if queue[0].first.done():
            queue.popleft()
            continue
        octets += queue[0].octets
        if together and (octets > BATCH_BYTES or queue[0].producer is not together[0].producer):
            break
        together.append(queue.popleft())
    return together
