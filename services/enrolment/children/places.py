"""Where a child counts now, by which it is judged who may see its name: by the states of enrolment, else as the directory has it."""

from collections.abc import Sequence

from services.enrolment.directory.directory import Directory
from services.enrolment.domain.packed import unpack
from shared.commands.rebuild_gate import RebuildGate
from shared.deciding.states.state_store import StateStore
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of


class Places:
    """The counties of children, over one generation of states. Raises ``Problem`` and what the directory raises."""

    def __init__(self, store: StateStore, gate: RebuildGate, directory: Directory, *, partitions: int) -> None:
        self._store, self._gate, self._directory, self._partitions = store, gate, directory, partitions

    async def of(self, students: Sequence[str]) -> dict[str, str]:
        """Return the county of each of these children that the states or the directory know."""
        if not students:
            return {}
        where = [partition_of(each.encode(), self._partitions) for each in students]
        await self._gate.check(sorted(set(where)))
        with redis_needed():
            states = await self._store.get_all([(place, bytes.fromhex(each)) for place, each in zip(where, students, strict=True)])
        standings = {student: unpack(state).standing for student, state in zip(students, states, strict=True)}
        written = await self._directory.counties_of(students)
        return written | {student: standing.county for student, standing in standings.items() if standing is not None}
