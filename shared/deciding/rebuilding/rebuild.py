"""Builds the states of a deciding service again, in a generation beside the one that is used, and compares the two at the same offsets.

The steps, and what a failure after each leaves behind:

1. Fill the other generation from the service's own facts, partition by partition, up to where the live one stands. (A beginning, from which the next
   rebuild goes on.)
2. Of each piece of each partition: read the live one with its cursor, fold on up to exactly that cursor, and compare. (The same.)
3. Copy the cursors of the policies. (They may be older than those of the live generation by then: facts are heard again, and their commands are
   known by their ids.)
4. One script names the other generation in ``<service>:live``, if that still names the one that was compared, and tells it up to where the live
   one has decided each input topic. (Done: no step is read or applied in the generation of before any more; workers end, fold what is left
   of the record, and go on behind what was decided. Apis read the other generation once it has come as far as what they read.)

The generation of before stays as it is until it is dropped. Outcomes belong to no generation.
"""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from shared.deciding.decider import Decider
from shared.deciding.folding import FactFolder
from shared.deciding.published import Reader
from shared.deciding.rebuilding.comparison import PartitionComparison, Sides
from shared.deciding.rebuilding.generation_keys import PartitionKeys, keys_of, remove
from shared.deciding.states.state_store import RebuildOvertaken, StateStore, format_of
from shared.log import topics
from shared.log.event_log import EventLog
from shared.rebuilding.generations import live_generation, make_live
from shared.rebuilding.rebuild import CannotRebuild, Difference, Read, Standing
from shared.redis.edge import Redis
from shared.redis.keys import key_of


class _At(NamedTuple):
    """Where a partition of a generation stands: the cursor, the progress of a rebuild, and the format; None for what there is not."""

    next: int | None
    facts: int | None
    form: str | None


class StateRebuild:
    """The ``Rebuild`` of states: those of ``generation``, filled beside those of ``live``."""

    compared = "state, list and count"

    def __init__(
        self, decider: Decider, redis: Redis, log: EventLog, *, live: str, generation: str, partitions: int, buckets: int, format_version: int
    ) -> None:
        """Raise ``CannotRebuild`` for a generation that is live. ``buckets``, ``format_version``: of the generation that is filled."""
        if live == generation:
            raise CannotRebuild(f"Generation {generation} is the live one. Name another: --generation")
        self.live, self.generation, self.of_before = live, generation, f"The states of {decider.service} are of another format"
        self._service, self._redis, self._log, self._partitions = decider.service, redis, log, range(partitions)
        self._buckets, self._form = buckets, format_of(format_version, buckets)
        self._store = StateStore(redis, decider.service, generation=generation, buckets=buckets, format_version=format_version)
        self._folder = FactFolder(decider, self._store, log, Reader(decider, log))
        self._brought: dict[int, int] = {}
        """By partition, the cursor of the live generation to which the other was brought."""

    async def stop(self) -> None:
        """Close what was opened."""
        await self._log.stop()
        await self._redis.aclose()

    async def is_needed(self) -> bool:
        """Return whether the live states are of another format than this code's."""
        return any(at.form not in (None, self._form) for at in (await self._stand(self.live)).values())

    async def standing(self) -> Standing:
        """Return how far the record goes in the partitions that have live states, and how much of it the other generation has."""
        live, other = await self._stand(self.live), await self._stand(self.generation)
        ends = await self._ends()
        begun = [partition for partition, at in live.items() if at.next is not None]
        return Standing(sum(ends[partition] for partition in begun), sum(other[partition].facts or 0 for partition in begun))

    async def fill(self, read: Read) -> None:
        """Fold every partition up to where the live states stand now. Raises ``CannotRebuild``."""
        other = await self._stand(self.generation)
        if any(at.next is not None for at in other.values()):
            raise CannotRebuild(
                f"Generation {self.generation} was filled and used by a worker. `baoxue rebuild {self._service} --drop {self.generation}` removes "
                "it; or name another: --generation"
            )
        if any(at.form not in (None, self._form) for at in other.values()):
            # The beginning of a rebuild by another version, which nobody ever read.
            await remove(self._redis, self._service, self.generation)
        for partition, at in (await self._stand(self.live)).items():
            if at.next is not None:
                await self._bring(partition, at.next, read)

    async def differences(self) -> AsyncIterator[Difference]:
        """Fold every partition up to the cursor of each piece of the live states, and yield what differs there. Raises ``CannotRebuild``."""
        names = await self._names()
        for partition, at in (await self._stand(self.live)).items():
            if at.form is None:
                continue
            _, buckets, _ = map(int, at.form.split("/"))
            sides = Sides(self.live, self.generation, buckets, self._buckets, at.form == self._form)

            async def bring_to(cursor: int, partition: int = partition) -> None:
                await self._bring(partition, cursor)

            comparison = PartitionComparison(self._redis, self._service, partition, sides, self._store, bring_to)
            async for each in comparison.differences(names[partition]):
                yield each

    async def show(self) -> None:
        """Make this generation the live one. Raises ``CannotRebuild`` where another than the one that was compared is live by now."""
        for partition in self._partitions:
            here, there = (key_of(self._service, generation, partition, "policies") for generation in (self.live, self.generation))
            await self._redis.copy(here, there, replace=True)
        cursors = [
            (key_of(self._service, self.live, partition, "cursor"), key_of(self._service, self.generation, partition, "cursor"))
            for partition in self._partitions
        ]
        if (found := await make_live(self._redis, self._service, live=self.live, generation=self.generation, cursors=cursors)) != self.generation:
            raise CannotRebuild(f"Generation {found} is live by now, and {self.live} was compared. Begin again.")

    async def _bring(self, partition: int, cursor: int, read: Read = lambda _: None) -> None:
        if self._brought.get(partition) == cursor:
            return
        if self._brought.get(partition, 0) > cursor:
            raise CannotRebuild(f"Partition {partition}: the live states went back to {cursor:,}: Redis lost them, or was rolled back. Begin again.")
        others = (
            f"Partition {partition}: somebody else fills generation {self.generation}. Stop that worker, or name another generation: --generation"
        )
        if (progress := await self._store.rebuilding(partition)) is None:
            raise CannotRebuild(others)
        try:
            await self._folder.fold(partition, progress, (await self._ends())[partition], below=cursor, passed=read)
        except RebuildOvertaken as error:
            raise CannotRebuild(others) from error
        self._brought[partition] = cursor

    async def _ends(self) -> Mapping[int, int]:
        return await self._log.end_offsets(topics.STUDENT_STATUS)

    async def _stand(self, generation: str) -> dict[int, _At]:
        async with self._redis.pipeline(transaction=False) as questions:
            for partition in self._partitions:
                questions.hmget(key_of(self._service, generation, partition, "cursor"), ["next", "facts", "format"])
            answers: list[list[bytes | None]] = await questions.execute()
        return {
            partition: _At(None if next_ is None else int(next_), None if facts is None else int(facts), None if form is None else form.decode())
            for partition, (next_, facts, form) in zip(self._partitions, answers, strict=True)
        }

    async def _names(self) -> Mapping[int, PartitionKeys]:
        """Return the names of lists, groups and counts that either generation has."""
        found: dict[int, PartitionKeys] = {partition: PartitionKeys(list) for partition in self._partitions}
        for generation in (self.live, self.generation):
            for partition, names in (await keys_of(self._redis, self._service, generation)).items():
                for what, rests in names.items():
                    found[partition][what] = sorted({*found[partition][what], *rests})
        return found


async def drop(redis: Redis, service: str, generation: str) -> int:
    """Remove the states of a generation, and return how many keys there were. Raises ``CannotRebuild`` for the one that is live."""
    if await live_generation(redis, service) == generation:
        raise CannotRebuild(f"Generation {generation} is the live one, and stays.")
    return await remove(redis, service, generation)
