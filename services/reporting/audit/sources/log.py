"""Records and offsets as a consumer of the log returns them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Offsets = dict[int, int]
"""The next offset of each partition: what lies below it has been read."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What there is beside the record.

    ``partitions``: how many the keyed topics have; None where nobody knows, and then no fact is in the wrong one. ``inputs``: the end of the
    input topic of each source. ``beyond``: partition, offset and SHA-256 of the facts that were found beyond the end of their input topic.
    """

    partitions: int | None
    inputs: Mapping[str, Offsets]
    beyond: Sequence[tuple[int, int, str]]


class LoggedRecord(Protocol):
    """A record of a topic; ``timestamp`` in ms since 1970."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
