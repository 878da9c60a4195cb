"""Reads the counts of lists (``tally.py``). It costs about the same however many entries lists have, and however many groups are asked for."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from sys import byteorder

from shared.deciding.states.listing import Counted
from shared.deciding.states.tally import DAY, LANE, Tallied, day_of
from shared.redis.edge import Redis, script
from shared.redis.keys import key_of

_LATEST = (1 << 8 * LANE) - 1


class Tallies:
    """The counts of one generation of a service."""

    def __init__(self, redis: Redis, service: str, *, generation: str, partitions: int, tallied: Tallied) -> None:
        self._keys = [[key_of(service, generation, partition, what) for what in ("cursor", "n:")] for partition in range(partitions)]
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
        kinds, by_day = self._tallied.kinds, self._tallied.by_day
        args: list[bytes | str | int] = [day_of(day), first * LANE, last * LANE + LANE - 1, len(kinds), *kinds, *by_day]
        async with self._redis.pipeline(transaction=False) as questions:
            for keys in self._keys:
                await self._read(keys=keys, args=args, client=questions)
            answers = await questions.execute()
        if not all(answers):
            return None
        size, places = last + 1 - first, [number - first for number in numbers]
        found: dict[tuple[str, str], Counted] = {}
        told = dict(zip(by_day, zip(*(days for _, days in answers), strict=True), strict=True))
        for kind, each in zip(kinds, zip(*(counts for counts, _ in answers), strict=True), strict=True):
            if not any(each):
                continue
            counted = _added(each, size)
            if kind in told:
                before, on, earliest = _by_day(told[kind], size)
                for group, n in zip(groups, places, strict=True):
                    if number := counted[n]:
                        ranges = (before[n], on[n], number - before[n] - on[n])
                        found[group, kind] = Counted((_LATEST - earliest[n]).to_bytes(LANE)[-DAY:], ranges)
            else:
                found |= {(group, kind): Counted(b"", (0, 0, number)) for group, n in zip(groups, places, strict=True) if (number := counted[n])}
        return found


def _by_day(told: Iterable[Sequence[bytes]], size: int) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Return of what partitions told how many entries stand before the day, how many on it, and the earliest as it is kept."""
    columns = list(told)
    earliest = [_numbers(each[0].ljust(size * LANE, b"\0")) for each in columns]
    before, on = _added((each for parts in columns for each in parts[2:]), size), _added((parts[1] for parts in columns), size)
    return before, on, list(map(max, zip(*earliest, strict=True)))


def _added(counts: Iterable[bytes], size: int) -> Sequence[int]:
    """Return the sums of counts, group by group. As one long number each: no sum comes near 2^32."""
    return _numbers(sum(int.from_bytes(each.ljust(size * LANE, b"\0")) for each in counts).to_bytes(size * LANE))


def _numbers(counts: bytes) -> Sequence[int]:
    numbers = array("I", counts)
    if byteorder == "little":
        numbers.byteswap()
    return numbers
