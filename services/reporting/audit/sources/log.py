"""Records and offsets as a consumer of the log returns them."""

from typing import Protocol

Offsets = dict[int, int]
"""The next offset of each partition: what lies below it has been read."""


class LoggedRecord(Protocol):
    """A record of a topic; ``timestamp`` in ms since 1970."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
