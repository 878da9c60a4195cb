"""Reads the counts of lists (``tally.py``). It costs about the same however many entries lists have, and however many groups are asked for."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from sys import byteorder
from typing import NamedTuple

from shared.deciding.states.generation import Generation
from shared.deciding.states.listing import Counted
from shared.deciding.states.tally import DAY, LANE, Tallied, day_of
from shared.redis.edge import Redis, script
from shared.redis.keys import key_of

_LATEST = (1 << 8 * LANE) - 1
FEW = 64
"""Groups whose lists are looked into quicker than their counts are read."""


class Tallies:
    """The counts of one generation of a service."""

    def __init__(self, redis: Redis, service: str, *, generation: Generation, partitions: int, tallied: Tallied) -> None:
        self._service, self._generation, self._partitions = service, generation, range(partitions)
        self._redis, self._tallied, self._read = redis, tallied, script(redis, __package__, "read_counts")

    async def counted(self, groups: Sequence[str], day: bytes) -> Mapping[tuple[str, str], Counted] | None:
        """Return by group and kind how many entries the counted lists of these groups have before a day, on it and later.

        Those of kinds that are not counted by day are all told as later, and without an earliest. ``day``: a sort key. Lists without entries are left
        out. None where some of these groups are not counted, or the day is neither the one that began last nor the next: then their lists have to
        be asked. Raises one of ``REDIS_UNAVAILABLE``.
        """
        numbers = [number for group in groups if (number := self._tallied.numbers.get(group)) is not None]
        if len(numbers) < len(groups) or not groups:
            return None if groups else {}
        first, last = min(numbers), max(numbers)
        kinds, by_day, dated = self._tallied.kinds, self._tallied.by_day, self._tallied.earliest
        told = await self._told(day, first, last, kinds, by_day, dated)
        if told is None:
            return None
        size, places = last + 1 - first, [number - first for number in numbers]
        found: dict[tuple[str, str], Counted] = {}
        for kind in kinds:
            if not any(told.numbers[kind]):
                continue
            counted = _split(_added(told.numbers[kind], size), size)
            if kind in by_day:
                before, on = (_split(_added(parts, size), size) for parts in (told.before[kind], told.on[kind]))
                earliest = _latest(told.earliest[kind], size) if kind in dated else [0] * size
                for group, n in zip(groups, places, strict=True):
                    if number := counted[n]:
                        ranges = (before[n], on[n], number - before[n] - on[n])
                        found[group, kind] = Counted((_LATEST - earliest[n]).to_bytes(LANE)[-DAY:], ranges)
            else:
                found |= {(group, kind): Counted(b"", (0, 0, number)) for group, n in zip(groups, places, strict=True) if (number := counted[n])}
        return found

    async def having(self, groups: Sequence[str], kinds: Sequence[str], day: bytes, *, not_below: bytes, below: bytes | None) -> Sequence[str]:
        """Return the groups without those in which no list of these kinds has an entry in a range, in the same order.

        ``not_below`` and ``below``: the range, as ``Listing.page`` has it. Groups of which it is not known stay: so do all where there are few,
        or where the counts of ``day``, today's sort key, do not tell. Raises one of ``REDIS_UNAVAILABLE``.
        """
        next_day = (day_of(day) + 1).to_bytes(DAY)
        parts = ((b"", day), (day, next_day), (next_day, None))
        before, on, later = ((end is None or end > not_below) and (below is None or begin < below) for begin, end in parts)
        numbers = [number for group in groups if (number := self._tallied.numbers.get(group)) is not None]
        if len(groups) <= FEW or len(numbers) < len(groups) or (before and on and later) or not set(kinds) <= set(self._tallied.kinds):
            return groups
        first, last = min(numbers), max(numbers)
        by_day = [kind for kind in kinds if kind in self._tallied.by_day]
        told = await self._told(day, first, last, kinds if later else [kind for kind in kinds if kind not in by_day], by_day, ())
        if told is None:
            return groups
        size = last + 1 - first
        # As one long number: what is taken from a count was added to it.
        there = sum(_added(each, size) for each in told.numbers.values())
        there += sum((before - later) * _added(told.before[kind], size) + (on - later) * _added(told.on[kind], size) for kind in by_day)
        counted = _split(there, size)
        return [group for group, number in zip(groups, numbers, strict=True) if counted[number - first]]

    async def _told(self, day: bytes, first: int, last: int, kinds: Sequence[str], by_day: Sequence[str], dated: Sequence[str]) -> "_Told | None":
        """Return what all partitions tell of the groups with these numbers; None where the day is neither the one that began last nor the next."""
        args: list[bytes | str | int] = [day_of(day), first * LANE, last * LANE + LANE - 1]
        for each in (kinds, by_day, dated):
            args += (len(each), *each)
        async with self._redis.pipeline(transaction=False) as questions:
            for partition in self._partitions:
                keys = [key_of(self._service, self._generation, partition, what) for what in ("cursor", "n:")]
                await self._read(keys=keys, args=args, client=questions)
            answers = await questions.execute()
        if not all(answers):
            return None
        numbers, days, earliest = zip(*answers, strict=True)
        told = {kind: [answer[n] for answer in days] for n, kind in enumerate(by_day)}
        return _Told(
            {kind: [answer[n] for answer in numbers] for n, kind in enumerate(kinds)},
            {kind: [part for parts in each for part in parts[1:]] for kind, each in told.items()},
            {kind: [parts[0] for parts in each] for kind, each in told.items()},
            {kind: [answer[n] for answer in earliest] for n, kind in enumerate(dated)},
        )


class _Told(NamedTuple):
    """By kind, the counts of all partitions that are to be added up: in all, before the day, on it; and the earliest days as they are kept."""

    numbers: Mapping[str, Sequence[bytes]]
    before: Mapping[str, Sequence[bytes]]
    on: Mapping[str, Sequence[bytes]]
    earliest: Mapping[str, Sequence[bytes]]


def _latest(kept: Iterable[bytes], size: int) -> Sequence[int]:
    """Return the latest of each group: the earliest day, as it is kept."""
    return list(map(max, zip(*(_numbers(each.ljust(size * LANE, b"\0")) for each in kept), strict=True)))


def _added(counts: Iterable[bytes], size: int) -> int:
    """Return the sums of counts as one long number: no sum comes near 2^32."""
    return sum(int.from_bytes(each.ljust(size * LANE, b"\0")) for each in counts)


def _split(sums: int, size: int) -> Sequence[int]:
    """Return the sums group by group."""
    return _numbers(sums.to_bytes(size * LANE))


def _numbers(counts: bytes) -> Sequence[int]:
    numbers = array("I", counts)
    if byteorder == "little":
        numbers.byteswap()
    return numbers
