"""Compares a partition of two generations of states, piece by piece, each piece at one offset of the input topic.

A piece of the live generation is read with its cursor in one transaction; the other generation is brought to exactly that cursor, and then the same
piece is read there. The live one goes on meanwhile: the next piece is of a later offset. So memory is bounded by a piece, however large a
partition is.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from shared.deciding.rebuilding import differing
from shared.deciding.rebuilding.generation_keys import PartitionKeys
from shared.deciding.states.calls import bucket_of
from shared.deciding.states.state_store import StateStore
from shared.rebuilding.rebuild import Difference
from shared.redis.edge import Redis
from shared.redis.keys import key_of

_BUCKETS = 128
"""Buckets to a piece: some thousands of states."""
_LISTS = 256
"""Lists to a piece, of which each tells at most so many entries:"""
_ENTRIES = 500

Ask = Callable[[Any], object]
"""Puts questions into a pipeline."""
BringTo = Callable[[int], Awaitable[None]]
"""Brings the other generation to a cursor of the live one."""


class Sides(NamedTuple):
    """The two generations: the names, the buckets, and whether states have one format."""

    live: str
    other: str
    live_buckets: int
    other_buckets: int
    same_format: bool


class PartitionComparison:
    """The comparison of a partition. ``bring_to``: has the other generation hold what the live one holds at a cursor."""

    def __init__(self, redis: Redis, service: str, partition: int, sides: Sides, other: StateStore, bring_to: BringTo) -> None:
        self._redis, self._service, self._partition, self._sides = redis, service, partition, sides
        self._other, self._bring_to = other, bring_to

    async def differences(self, names: PartitionKeys) -> AsyncIterator[Difference]:
        """Yield what differs, nothing where the live partition has no cursor. ``names``: of lists, groups and counts of both."""
        for compare in (self._states(), self._missing(), self._lists(names["l"]), self._whole(names["groups"], names["n"])):
            async for each in compare:
                yield each

    async def _states(self) -> AsyncIterator[Difference]:
        for buckets in _pieces(self._sides.live_buckets):
            if (answers := await self._live(self._buckets(buckets))) is None:
                return
            live = {state_id: state for answer in answers for state_id, state in answer.items()}
            found = await self._other.get_all([(self._partition, state_id) for state_id in live])
            other = dict(zip(live, found, strict=True))
            for each in differing.states(self._partition, live, other, same_format=self._sides.same_format):
                yield each

    async def _missing(self) -> AsyncIterator[Difference]:
        """Yield what the other generation has and the live one has not: read there first, and then in the live one, which may have moved on."""
        for buckets in _pieces(self._sides.other_buckets):
            answers = await self._ask(self._buckets(buckets, other=True))
            other = {state_id: state for answer in answers for state_id, state in answer.items()}
            live = await self._ask(self._same_ids(other))
            for each in differing.missing_states(self._partition, other, dict(zip(other, live, strict=True))):
                yield each

    def _buckets(self, buckets: Iterable[int], *, other: bool = False) -> Ask:
        def ask(pipeline: Any) -> None:
            for bucket in buckets:
                pipeline.hgetall(self._key(f"b:{bucket}", other=other))

        return ask

    def _same_ids(self, ids: Iterable[bytes]) -> Ask:
        def ask(pipeline: Any) -> None:
            for state_id in ids:
                pipeline.hget(self._key(f"b:{bucket_of(state_id, self._sides.live_buckets)}"), state_id)

        return ask

    async def _lists(self, names: Sequence[str]) -> AsyncIterator[Difference]:
        left = deque((name, b"-") for name in names)
        while left:
            piece = [left.popleft() for _ in range(min(_LISTS, len(left)))]

            def entries(ask: Any, piece: list[tuple[str, bytes]] = piece) -> None:
                for name, begin in piece:
                    ask.zrangebylex(self._key(f"l:{name}"), begin, b"+", start=0, num=_ENTRIES)

            if (answers := await self._live(entries)) is None:
                return
            ends = [b"[" + found[-1] if len(found) == _ENTRIES else b"+" for found in answers]

            def same(ask: Any, piece: list[tuple[str, bytes]] = piece, ends: list[bytes] = ends) -> None:
                for (name, begin), end in zip(piece, ends, strict=True):
                    ask.zrangebylex(self._key(f"l:{name}", other=True), begin, end)

            others = await self._ask(same)
            for (name, _), end, here, there in zip(piece, ends, answers, others, strict=True):
                for each in differing.entries(self._partition, name, set(here), set(there)):
                    yield each
                if end != b"+":
                    left.append((name, b"(" + end[1:]))

    async def _whole(self, kinds: Sequence[str], counted: Sequence[str]) -> AsyncIterator[Difference]:
        def whole(ask: Any, *, other: bool) -> None:
            for kind in kinds:
                ask.smembers(self._key(f"groups:{kind}", other=other))
            for kind in counted:
                ask.get(self._key(f"n:{kind}", other=other))
            ask.hget(self._key("cursor", other=other), "begun")

        if (answers := await self._live(partial(whole, other=False))) is None:
            return
        others = await self._ask(partial(whole, other=True))
        for each in self._compared_whole(kinds, counted, answers, others):
            yield each

    def _compared_whole(self, kinds: Sequence[str], counted: Sequence[str], live: Sequence[Any], other: Sequence[Any]) -> Iterator[Difference]:
        for kind, here, there in zip(kinds, live, other, strict=False):
            yield from differing.groups(self._partition, kind, here, there)
        for kind, here, there in zip(counted, live[len(kinds) :], other[len(kinds) :], strict=False):
            yield from differing.counts(self._partition, kind, here or b"", there or b"")
        yield from differing.day(self._partition, live[-1], other[-1])

    async def _live(self, questions: Ask) -> Sequence[Any] | None:
        """Ask the live generation, and bring the other to the cursor of the answers; None where the live one has no cursor."""

        def with_cursor(ask: Any) -> None:
            ask.hget(self._key("cursor"), "next")
            questions(ask)

        cursor, *answers = await self._ask(with_cursor, at_once=True)
        if cursor is None:
            return None
        await self._bring_to(int(cursor))
        return answers

    async def _ask(self, questions: Ask, *, at_once: bool = False) -> Sequence[Any]:
        async with self._redis.pipeline(transaction=at_once) as pipeline:
            questions(pipeline)
            return list(await pipeline.execute())

    def _key(self, what: str, *, other: bool = False) -> str:
        return key_of(self._service, self._sides.other if other else self._sides.live, self._partition, what)


def _pieces(buckets: int) -> Iterator[range]:
    for first in range(0, buckets, _BUCKETS):
        yield range(first, min(first + _BUCKETS, buckets))
