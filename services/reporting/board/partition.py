"""What the board holds of one partition: its cursor, its counts, and the delta of each batch. Times are microseconds since 1970."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from services.reporting.counting import Changes
from shared.clock import micros_of


class Delta(msgspec.Struct, array_like=True):
    """The differences that a batch made, as the delta stream holds them."""

    cells: dict[str, int]
    flows: dict[str, int]
    due: dict[str, int]
    reported: dict[str, int]
    claimed: dict[str, tuple[int, int]]
    event_time: int | None
    recorded_time: int | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Delta).decode


def packed_delta(changes: Changes) -> bytes:
    """Return the delta of a batch as MessagePack."""
    return _encode(
        Delta(
            changes.cells,
            changes.flows,
            changes.due,
            {county: micros_of(time) for county, time in changes.reported.items()},
            {county: (micros_of(claim.time), claim.out_of_school) for county, claim in changes.claimed.items()},
            None if changes.event_time is None else micros_of(changes.event_time),
            None if changes.recorded_time is None else micros_of(changes.recorded_time),
        )
    )


class Step(NamedTuple):
    """An entry of the delta stream: it leads from the offset ``prev`` to the offset ``next``."""

    prev: int
    next: int
    packed: bytes

    def delta(self) -> Delta:
        return _decode(self.packed)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The position of a partition's counts in the record.

    ``next``: the next offset. ``sequences``: the last sequence of each source. ``build_to``: the log's end when the partition was begun.
    ``built``: whether the counts have reached that end; until then they are not shown.
    """

    next: int
    sequences: Mapping[str, str]
    build_to: int
    built: bool
    event_time: int | None
    recorded_time: int | None


class Snapshot(NamedTuple):
    """The cursor and the counts of a partition at one instant; the counts are hashes as Redis returns them."""

    cursor: Cursor
    cells: Mapping[bytes, bytes]
    flows: Mapping[bytes, bytes]
    due: Mapping[bytes, bytes]
    reported: Mapping[bytes, bytes]
    claimed: Mapping[bytes, bytes]
