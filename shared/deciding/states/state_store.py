"""States of a deciding service in Redis: written by compare-and-set on the cursor, and nothing else.

Which keys there are: ``KEYS``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, cast

from shared.deciding.states.calls import Question, bucket_of, writing
from shared.deciding.states.generation import Generation
from shared.deciding.states.tally import Tallied
from shared.rebuilding.generations import live_generation, live_key
from shared.redis.edge import Redis, script
from shared.redis.keys import Key, key_beside, key_of
from shared.worker.follower import StartAgain

KEYS = (
    Key(
        "{<service>:<generation>:p<partition>}:cursor",
        "hash",
        "`next`, the offset wanted of the input topic; `format`, of the states, buckets and lists; `published:<topic>`, an offset below "
        "which all that the service published there is applied; while states are being rebuilt from "
        "the record, `facts`, the offset wanted there, and `sequence`, the last taken, instead of `next`, and `decided`, an offset of the "
        "input topic below which the generation of before has decided all; `begun`, the day "
        "that began last, for which lists are counted by day",
    ),
    Key("<service>:live", "string", "the live generation, which the worker fills and the api reads; without it that is `1`", "for ever"),
    Key("{<service>:<generation>:p<partition>}:b:<bucket>", "hash", "16-byte id -> packed state; small, so that Redis keeps it as a listpack"),
    Key("{<service>:<generation>:p<partition>}:l:<list>", "sorted set", "what is listed, in the order of its bytes: sort key and 16-byte id"),
    Key("{<service>:<generation>:p<partition>}:groups:<kind>", "set", "the groups that have a list of this kind: a list is named `<group>:<kind>`"),
    Key(
        "{<service>:<generation>:p<partition>}:n:<kind>",
        "string",
        "how many entries each list of this kind has, four bytes a group, in the order of the groups' numbers; `n:<kind>:before`, `n:<kind>:on` and "
        "`n:<kind>:next`: how many stand there before the day that began last, on it and on the next; `n:<kind>:earliest`: 2^32 - 1 less the "
        "earliest day, 0 for none",
    ),
    Key("{<service>:p<partition>}:outcomes:<chunk>", "string", "a byte for each input offset, 65,536 to a chunk", "90 days"),
    Key("{<service>:p<partition>}:exceptions:<chunk>", "hash", "offset -> JSON, of what was not simply accepted", "90 days"),
)

Argument = bytes | str | int

KEEP_OUTCOMES = 90 * 86_400
"""Seconds that receipts can be asked for."""

_LISTS = 3
"""The version of the layout of lists: raise it with any change of that."""

_NOTHING_PUBLISHED: Mapping[str, int] = MappingProxyType({})


class Change(NamedTuple):
    """A state to write: the 16-byte id, the packed bytes, and the lists that it leaves and enters, each with its entry there."""

    state_id: bytes
    state: bytes
    leaves: Collection[tuple[str, bytes]] = ()
    enters: Collection[tuple[str, bytes]] = ()


class Read(NamedTuple):
    """The states in the order of their ids, where the cursor is the expected offset. Otherwise no states, and the cursor as it is."""

    stands: int | None
    states: Sequence[bytes | None]


class Rebuilding(NamedTuple):
    """The progress of a rebuild: the next offset of the record, and the last sequence that was folded.

    ``decided``: the offset of the input topic below which the generation of before has decided all; None where there is none.
    """

    facts: int
    sequence: str
    decided: int | None = None


class OtherFormat(Exception):
    """The states in Redis were written in a format that this code does not read."""


class RebuildOvertaken(StartAgain):
    """Somebody else rebuilds the same partition: this worker ends, and begins again with what is there then."""


class StateStore:
    """The states of one generation of a service."""

    def __init__(
        self, redis: Redis, service: str, *, generation: Generation, buckets: int, format_version: int, only_while_live: bool = False
    ) -> None:
        """``buckets`` is fixed for the life of a generation; about 64 states a bucket is best. ``only_while_live``: whether steps are read and
        applied only as long as the generation is the live one, by the same script that compares the cursor.
        """
        self._redis, self._buckets, self._format = redis, buckets, format_of(format_version, buckets)
        self._service, self._generation = service, generation
        self._must_be_live = str(generation) if only_while_live else ""
        self._read = script(redis, __package__, "read_states")
        self._read_some = script(redis, __package__, "read_some")
        self._apply = script(redis, __package__, "apply_states")
        self._begin_rebuilding = script(redis, __package__, "begin_rebuilding")
        self._finish_rebuilding = script(redis, __package__, "finish_rebuilding")

    def key(self, partition: int, what: str) -> str:
        """Return the name of one of a partition's keys."""
        return key_of(self._service, self._generation, partition, what)

    async def close(self) -> None:
        await self._redis.aclose()

    async def get(self, partition: int, state_id: bytes) -> bytes | None:
        """Return one state as it is now, without a look at the cursor."""
        found = await self._redis.hget(self.key(partition, f"b:{bucket_of(state_id, self._buckets)}"), state_id)
        return found if isinstance(found, bytes) else None

    async def get_all(self, wanted: Sequence[tuple[int, bytes]]) -> Sequence[bytes | None]:
        """Return states as they are now, each by its partition and id, in one round trip. They need not be of one instant; some thousands at most."""
        together: defaultdict[int, list[bytes]] = defaultdict(list)
        for partition, state_id in wanted:
            together[partition].append(state_id)
        asked = {partition: Question(ids, self._buckets) for partition, ids in together.items()}
        async with self._redis.pipeline(transaction=False) as questions:
            for partition, question in asked.items():
                await self._read_some(keys=[self.key(partition, "b:")], args=[question.calls], client=questions)
            answers = await questions.execute()
        found = {partition: asked[partition].answered(states) for partition, states in zip(asked, answers, strict=True)}
        return [found[partition][state_id] for partition, state_id in wanted]

    async def check_live(self) -> None:
        """Raise ``StartAgain`` where only the live generation is to be filled, and another is the live one."""
        if self._must_be_live and (live := await live_generation(self._redis, self._service)) != self._must_be_live:
            raise self._not_live(live)

    async def cursors(self, partitions: Iterable[int]) -> Mapping[int, int | None]:
        """Return the next offset of each partition, None where there is no cursor. Raises ``OtherFormat``."""
        partitions, found = list(partitions), cast("dict[int, int | None]", {})
        async with self._redis.pipeline(transaction=False) as questions:
            for partition in partitions:
                questions.hmget(self.key(partition, "cursor"), ["next", "format"])
            answers = await questions.execute()
        for partition, (stored, form) in zip(partitions, map(_texts, answers), strict=True):
            if form is not None and form != self._format:
                raise OtherFormat(
                    f"{self.key(partition, 'cursor')}: states are in format {form} (version/buckets/lists), this code has {self._format}. "
                    f"`baoxue rebuild {self._service}` builds them again from the record in another generation, and makes that the live one. "
                    f"Where {self._service.upper()}_GENERATION is set, start api and worker with another."
                )
            found[partition] = None if stored is None else int(stored)
        return found

    async def read(self, partition: int, expected: int, ids: Sequence[bytes]) -> Read:
        """Read states, if the cursor is ``expected``. A worker that was overtaken gets none."""
        return await self._read_if(partition, "next", expected, ids)

    async def published(self, partition: int, topics: Sequence[str]) -> Mapping[str, int]:
        """Return the offset behind what the service published last in each topic, for the topics of which it is known."""
        stored = await self._cursor_fields(partition, *(f"published:{topic}" for topic in topics))
        return {topic: int(offset) for topic, offset in zip(topics, stored, strict=True) if offset is not None}

    async def apply(
        self,
        partition: int,
        expected: int,
        next_: int,
        changes: Iterable[Change],
        *,
        outcomes: bytes,
        exceptions: Iterable[tuple[int, bytes]],
        published: Mapping[str, int] = _NOTHING_PUBLISHED,
        tallied: Tallied | None = None,
    ) -> int | None:
        """Write a step and move the cursor from ``expected`` to ``next_``. Return where the cursor stands then, None where there is none.

        Changes nothing where the cursor is not the expected one: a repeat, a zombie and a twin are all no-ops. ``published``: the offset behind
        what the step published, by topic; ``tallied``: which lists are counted.
        """
        args: list[Argument] = [expected, next_, outcomes, KEEP_OUTCOMES, writing(changes, self._buckets, tallied)]
        for offset, text in exceptions:
            args += (offset, text)
        fields: list[Argument] = ["next", next_, "format", self._format, *_published_fields(published)]
        return await self._apply_if(partition, "next", fields, args)

    async def rebuilding(self, partition: int) -> Rebuilding | None:
        """Return the progress of the rebuild of a partition; begin one where none is under way. None where the partition has a cursor."""
        progress = _texts(await self._begin_rebuilding(keys=[self.key(partition, "cursor")], args=[self._format]))
        if not progress:
            return None
        facts, sequence, decided = progress
        return Rebuilding(int(facts or 0), sequence or "", None if decided is None else int(decided))

    async def read_rebuilding(self, partition: int, expected: int, ids: Sequence[bytes]) -> Sequence[bytes | None]:
        """Read states during a rebuild. Raises ``RebuildOvertaken``."""
        read = await self._read_if(partition, "facts", expected, ids)
        if read.stands != expected:
            raise RebuildOvertaken(f"{self.key(partition, 'cursor')}: expected facts at {expected}, stands at {read.stands}")
        return read.states

    async def apply_rebuilding(
        self,
        partition: int,
        expected: int,
        next_: int,
        sequence: str,
        changes: Iterable[Change],
        *,
        published: Mapping[str, int] = _NOTHING_PUBLISHED,
        tallied: Tallied | None = None,
    ) -> None:
        """Write the states that a piece of the record leaves. ``published``, ``tallied``: as ``apply`` has them. Raises ``RebuildOvertaken``."""
        fields: list[Argument] = ["facts", next_, "sequence", sequence, *_published_fields(published)]
        stands = await self._apply_if(partition, "facts", fields, [expected, next_, b"", 0, writing(changes, self._buckets, tallied)])
        if stands != next_:
            raise RebuildOvertaken(f"{self.key(partition, 'cursor')}: expected facts at {expected}, stands at {stands}")

    async def finish_rebuilding(self, partition: int, expected: int, next_: int, *, published: Mapping[str, int] = _NOTHING_PUBLISHED) -> int:
        """End a rebuild: from now on the partition has a cursor. Return the cursor. Raises ``RebuildOvertaken``.

        ``published``: as ``apply`` has it; what a rebuild has read need not be read again.
        """
        args: list[Argument] = [expected, next_, *_published_fields(published)]
        done, stands = await self._finish_rebuilding(keys=[self.key(partition, "cursor")], args=args)
        if not done:
            raise RebuildOvertaken(f"{self.key(partition, 'cursor')}: expected facts at {expected}, stands at {stands!r}")
        return next_

    async def _cursor_fields(self, partition: int, *names: str) -> list[str | None]:
        return _texts(await self._redis.hmget(self.key(partition, "cursor"), list(names)))

    async def _read_if(self, partition: int, field: str, expected: int, ids: Sequence[bytes]) -> Read:
        question, keys = Question(ids, self._buckets), [self.key(partition, what) for what in ("cursor", "b:")]
        same, stands, states = await self._read(keys=[*keys, live_key(self._service)], args=[field, expected, self._must_be_live, question.calls])
        if same < 0:
            raise self._not_live(stands.decode())
        if not same:
            return Read(int(stands) if stands not in (None, b"") else None, ())
        found = question.answered(states)
        return Read(int(stands), [found[i] for i in ids])

    async def _apply_if(self, partition: int, field: str, fields: Sequence[Argument], args: Sequence[Argument]) -> int | None:
        kept = [key_beside(self._service, partition, what) for what in ("outcomes:", "exceptions:")]
        keys = [*(self.key(partition, what) for what in ("cursor", "b:", "l:", "groups:", "n:")), *kept, live_key(self._service)]
        done, stands = await self._apply(keys=keys, args=[self._must_be_live, field, len(fields), *fields, *args])
        if done < 0:
            raise self._not_live(stands.decode())
        return int(stands) if stands not in (None, b"") else None

    def _not_live(self, live: str) -> StartAgain:
        return StartAgain(f"generation {live} of {self._service} is the live one, and this worker fills {self._must_be_live}")


def format_of(version: int, buckets: int) -> str:
    """Return how a cursor names the format of a generation: of its states, its buckets and its lists."""
    return f"{version}/{buckets}/{_LISTS}"


def _published_fields(published: Mapping[str, int]) -> list[Argument]:
    return [part for topic, offset in published.items() for part in (f"published:{topic}", offset)]


def _texts(stored: Iterable[object]) -> list[str | None]:
    return [value.decode() if isinstance(value, bytes) else None for value in stored]
