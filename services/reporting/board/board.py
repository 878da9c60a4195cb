"""The counts in Redis: written by compare-and-set on the offset, and followed by a stream of deltas."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reporting.board.keys import DELTAS, HASHES, OF_PARTITION
from services.reporting.board.partition import Cursor, Snapshot, Step, packed_delta
from services.reporting.counting import FOLD_VERSION, Changes
from shared.contracts.services import REPORTING
from shared.rebuilding.generations import live_generation
from shared.redis.edge import Redis, script
from shared.redis.keys import key_of

DELTAS_KEPT = 50_000
"""Offsets by which a reader may be behind; beyond that it must read the partition whole."""
_STEPS_AT_ONCE = 2
"""Entries taken of a delta stream at once: one can be a megabyte."""
_CURSOR, _DELTAS = OF_PARTITION.index("cursor"), OF_PARTITION.index(DELTAS)
_SEQUENCE = b"sequence:"


class OtherFold(Exception):
    """The counts in Redis come from another version of the fold. Adding to them would mix two meanings."""


class Board:
    """The counts of one generation. Every method raises one of ``REDIS_UNAVAILABLE`` where Redis cannot be reached."""

    def __init__(self, redis: Redis, *, generation: str, any_fold: bool = False) -> None:
        """``any_fold``: to read counts of whatever version of the fold, for a comparison."""
        self._redis, self.generation, self._any_fold = redis, generation, any_fold
        self._open = script(redis, __package__, "open")
        self._apply = script(redis, __package__, "apply")

    def keys(self, partition: int) -> list[str]:
        """Return the names of a partition's keys, in the order of ``OF_PARTITION``."""
        return [key_of("reporting", self.generation, partition, what) for what in OF_PARTITION]

    async def close(self) -> None:
        await self._redis.aclose()

    async def live_generation(self) -> str:
        """Return the generation that the api must show."""
        return await live_generation(self._redis, REPORTING.name)

    async def cursor(self, partition: int) -> Cursor | None:
        """Return the cursor of a partition, None where the partition was never begun. Raises ``OtherFold``."""
        key = self.keys(partition)[_CURSOR]
        return self._cursor(partition, await self._redis.hgetall(key))  # type: ignore[arg-type]  # the client answers bytes

    async def open(self, partition: int, log_end: int) -> Cursor:
        """Begin a partition that has no cursor; ``log_end`` is the log's end now. Raises ``OtherFold``."""
        flat: Sequence[bytes] = await self._open(keys=self.keys(partition), args=[FOLD_VERSION, log_end])
        found = self._cursor(partition, dict(zip(flat[::2], flat[1::2], strict=True)))
        if found is None:
            raise OtherFold(f"{self.keys(partition)[_CURSOR]} was deleted as it was begun")
        return found

    async def apply(self, partition: int, expected: int, next_: int, changes: Changes, *, kept: int = DELTAS_KEPT) -> int:
        """Add the changes of a batch and move the cursor from ``expected`` to ``next_``; return the offset at which the cursor then stands.

        Where the cursor does not stand at ``expected``, nothing changes. The answer is -1 where there is no cursor.
        ``kept``: offsets behind the cursor of which deltas are kept.
        """
        sequences = [text for pair in changes.sequences.items() for text in pair]
        _done, stands = await self._apply(keys=self.keys(partition), args=[expected, next_, packed_delta(changes), kept, *sequences])
        return int(stands)

    async def snapshot(self, partition: int) -> Snapshot | None:
        """Read a partition whole, all of one instant; None where the partition was never begun. Raises ``OtherFold``."""
        async with self._redis.pipeline(transaction=True) as transaction:
            for key in self.keys(partition)[: len(HASHES)]:
                transaction.hgetall(key)
            cursor, *hashes = await transaction.execute()
        found = self._cursor(partition, cursor)
        return None if found is None else Snapshot(found, *hashes)

    async def steps(self, after: Mapping[int, int], *, wait_ms: int) -> Mapping[int, Sequence[Step]]:
        """Return the entries of the delta streams beyond these offsets, by partition. Blocks up to ``wait_ms`` milliseconds for the first."""
        of = {self.keys(partition)[_DELTAS].encode(): partition for partition in after}
        begin = {key: f"{after[partition]}-0" for key, partition in of.items()}
        answer: Any = await self._redis.xread(begin, block=wait_ms, count=_STEPS_AT_ONCE)  # type: ignore[arg-type]  # a dict of keys is invariant
        return {
            of[key]: [Step(int(fields[b"prev"]), int(id_.partition(b"-")[0]), fields[b"delta"]) for id_, fields in entries] for key, entries in answer
        }

    def _cursor(self, partition: int, fields: Mapping[bytes, bytes]) -> Cursor | None:
        if not fields:
            return None
        if int(fields[b"fold"]) != FOLD_VERSION and not self._any_fold:
            raise OtherFold(
                f"{self.keys(partition)[_CURSOR]}: these counts come from fold version {int(fields[b'fold'])}, this code has {FOLD_VERSION}. "
                "`baoxue rebuild reporting` counts the record anew into another generation, and shows that. "
                "A worker that REPORTING_GENERATION tells which one to fill goes on with another REPORTING_GENERATION."
            )
        return Cursor(
            int(fields[b"next"]),
            {name.removeprefix(_SEQUENCE).decode(): last.decode() for name, last in fields.items() if name.startswith(_SEQUENCE)},
            int(fields[b"build_to"]),
            b"built" in fields,
            int(fields[b"event_time"]) if b"event_time" in fields else None,
            int(fields[b"recorded_time"]) if b"recorded_time" in fields else None,
        )
