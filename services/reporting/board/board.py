"""The counts in Redis: written by compare-and-set on the offset, and followed by a stream of differences.

The keys of a partition stand under one hash tag: ``KEYS``. Times are microseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from services.reporting.counting import FOLD_VERSION, Changes
from shared.redis.edge import Redis, script
from shared.redis.keys import Key, key_of

LIVE = "reporting:live"
"""The key that names the generation which the api shows; without it that is ``FIRST``."""
FIRST = "1"
DELTAS_KEPT = 50_000
"""Offsets back that a reader may be behind before it must read a partition whole."""
_STEPS_AT_ONCE = 2
"""Deltas taken of a partition at once: each can be a megabyte."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEYS = ("cursor", "cells", "flows", "due", "reported", "claimed", "deltas")
KEYS = (
    Key(
        "{reporting:<generation>:p<partition>}:cursor",
        "hash",
        "`next`, the offset wanted of the record; `fold`, the version; `build_to` and `built`; `event_time` and `recorded_time`; "
        "`sequence:<source>`, the last taken of each source",
    ),
    Key("{reporting:<generation>:p<partition>}:cells", "hash", "`<county>:<cell>` -> number"),
    Key("{reporting:<generation>:p<partition>}:flows", "hash", "`<county>:<day>:<flow>` -> number"),
    Key("{reporting:<generation>:p<partition>}:due", "hash", "`<county>:<day>` -> files due, without zeros: no more fields than files not closed"),
    Key("{reporting:<generation>:p<partition>}:reported", "hash", "county -> newest time of its facts"),
    Key("{reporting:<generation>:p<partition>}:claimed", "hash", "county -> time and number of its own statement"),
    Key(
        "{reporting:<generation>:p<partition>}:deltas",
        "stream",
        "what each batch changed, from `prev` on, as MessagePack; the ids are offsets",
        "the last 50,000 offsets",
    ),
    Key(LIVE, "string", "the generation that is shown; without it that is `1`", "for ever"),
)
_HASHES, _DELTAS = _KEYS[:-1], len(_KEYS) - 1
_SEQUENCE = b"sequence:"


def micros(moment: datetime) -> int:
    """Give microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(micros: int) -> datetime:
    """Give the aware moment, in UTC, of microseconds since 1970."""
    return _EPOCH + micros * _MICROSECOND


class Delta(msgspec.Struct, array_like=True):
    """What a batch changed, as the delta stream holds it. Times are microseconds since 1970."""

    cells: dict[str, int]
    flows: dict[str, int]
    due: dict[str, int]
    reported: dict[str, int]
    claimed: dict[str, tuple[int, int]]
    event_time: int | None
    recorded_time: int | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Delta).decode


class Step(NamedTuple):
    """A delta and the offsets that it leads from and to."""

    prev: int
    next: int
    packed: bytes

    def delta(self) -> Delta:
        """Unpack what changed."""
        return _decode(self.packed)


class OtherFold(Exception):
    """The counts in Redis come from another version of the fold: adding to them would mix two meanings."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a partition's counts stand."""

    next: int
    sequences: Mapping[str, str]
    build_to: int
    built: bool
    """Whether the counts have once reached the end that the log had when they were begun: before that they are not shown."""
    event_time: int | None
    recorded_time: int | None


class Snapshot(NamedTuple):
    """A partition's counts and cursor of one instant, as the hashes hold them."""

    cursor: Cursor
    cells: Mapping[bytes, bytes]
    flows: Mapping[bytes, bytes]
    due: Mapping[bytes, bytes]
    reported: Mapping[bytes, bytes]
    claimed: Mapping[bytes, bytes]


class Board:
    """The counts of one generation. Every method raises one of ``REDIS_UNAVAILABLE`` where Redis cannot be reached."""

    def __init__(self, redis: Redis, *, generation: str) -> None:
        """Load the scripts."""
        self._redis, self.generation = redis, generation
        self._open = script(redis, __package__, "open")
        self._apply = script(redis, __package__, "apply")

    def keys(self, partition: int) -> list[str]:
        """Give the names of a partition's keys, in the order in which the scripts take them."""
        return [key_of("reporting", self.generation, partition, what) for what in _KEYS]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()

    async def live(self) -> str:
        """Give the generation that is to be shown."""
        named: bytes | None = await self._redis.get(LIVE)  # type: ignore[assignment]  # the client answers bytes
        return named.decode() if named else FIRST

    async def cursor(self, partition: int) -> Cursor | None:
        """Give where a partition stands, None where it was never begun. Raises ``OtherFold``."""
        return self._cursor(partition, await self._redis.hgetall(self.keys(partition)[0]))  # type: ignore[arg-type]  # the client answers bytes

    async def open(self, partition: int, log_end: int) -> Cursor:
        """Begin a partition that has no cursor; ``log_end`` is the log's end now. Raises ``OtherFold``."""
        flat: Sequence[bytes] = await self._open(keys=self.keys(partition), args=[FOLD_VERSION, log_end])
        found = self._cursor(partition, dict(zip(flat[::2], flat[1::2], strict=True)))
        if found is None:
            raise OtherFold(f"{self.keys(partition)[0]} was deleted as it was begun")
        return found

    async def apply(self, partition: int, expected: int, next_: int, changes: Changes, *, kept: int = DELTAS_KEPT) -> int:
        """Add what a batch changes and move the cursor from ``expected`` to ``next_``; gives where the cursor stands then.

        Changes nothing where the cursor is not the expected one, and gives -1 where there is none.
        """
        delta = Delta(
            changes.cells,
            changes.flows,
            changes.due,
            {county: micros(time) for county, time in changes.reported.items()},
            {county: (micros(claim.time), claim.out_of_school) for county, claim in changes.claimed.items()},
            None if changes.event_time is None else micros(changes.event_time),
            None if changes.recorded_time is None else micros(changes.recorded_time),
        )
        sequences = [text for pair in changes.sequences.items() for text in pair]
        _done, stands = await self._apply(keys=self.keys(partition), args=[expected, next_, _encode(delta), kept, *sequences])
        return int(stands)

    async def snapshot(self, partition: int) -> Snapshot | None:
        """Read a partition whole, all of one instant; None where it was never begun. Raises ``OtherFold``."""
        async with self._redis.pipeline(transaction=True) as transaction:
            for key in self.keys(partition)[: len(_HASHES)]:
                transaction.hgetall(key)
            cursor, *hashes = await transaction.execute()
        found = self._cursor(partition, cursor)
        return None if found is None else Snapshot(found, *hashes)

    async def steps(self, after: Mapping[int, int], *, wait_ms: int) -> Mapping[int, Sequence[Step]]:
        """Give the deltas beyond these offsets, by partition; waits for some as long as it is told."""
        of = {self.keys(partition)[_DELTAS].encode(): partition for partition in after}
        begin = {key: f"{after[partition]}-0" for key, partition in of.items()}
        answer: Any = await self._redis.xread(begin, block=wait_ms, count=_STEPS_AT_ONCE)  # type: ignore[arg-type]  # a dict of keys is invariant
        return {
            of[key]: [Step(int(fields[b"prev"]), int(id_.partition(b"-")[0]), fields[b"delta"]) for id_, fields in entries] for key, entries in answer
        }

    def _cursor(self, partition: int, fields: Mapping[bytes, bytes]) -> Cursor | None:
        if not fields:
            return None
        if int(fields[b"fold"]) != FOLD_VERSION:
            raise OtherFold(
                f"{self.keys(partition)[0]}: these counts come from fold version {int(fields[b'fold'])}, this code has {FOLD_VERSION}. "
                f"Start the worker with another REPORTING_GENERATION: it counts the record anew; then set the key {LIVE} to that generation."
            )
        return Cursor(
            int(fields[b"next"]),
            {name.removeprefix(_SEQUENCE).decode(): last.decode() for name, last in fields.items() if name.startswith(_SEQUENCE)},
            int(fields[b"build_to"]),
            b"built" in fields,
            int(fields[b"event_time"]) if b"event_time" in fields else None,
            int(fields[b"recorded_time"]) if b"recorded_time" in fields else None,
        )
