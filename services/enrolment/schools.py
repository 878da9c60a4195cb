"""Tells in which school children were last, by the states: what a list of files is thinned out by. Raises ``Problem``.

It shows no name and no day, and so is no look at a child, as a list of files is none.
"""

from collections.abc import Sequence, Set
from typing import Annotated

from msgspec import Meta, Struct

from services.enrolment.domain.packed import unpack
from shared.commands.instructions import Form
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.words import StudentId
from shared.deciding.states.state_store import StateStore
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of


class AskedSchools(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which children."""

    students: Annotated[tuple[StudentId, ...], Meta(min_length=1, max_length=500, description="a list of 1 to 500 student ids")]


class LastSchool(Struct, frozen=True):
    """The school that a child was last in, ten digits."""

    student: str
    school: str


class LastSchools(Struct, frozen=True):
    """Those of the children that count in the area of the caller and were ever in a school."""

    students: Sequence[LastSchool]


FORM = Form(AskedSchools)
"""How a body is read."""


class Schools:
    """The schools of one generation of states."""

    def __init__(self, store: StateStore, gate: RebuildGate, *, partitions: int) -> None:
        self._store, self._gate, self._partitions = store, gate, partitions

    async def of(self, body: bytes, *, counties: Set[str]) -> LastSchools:
        """Return the schools of the children that a body names and that count in these counties."""
        students = sorted(set(FORM.read(body).students))
        where = [partition_of(each.encode(), self._partitions) for each in students]
        await self._gate.check(sorted(set(where)))
        with redis_needed():
            states = await self._store.get_all([(place, bytes.fromhex(each)) for place, each in zip(where, students, strict=True)])
        children = [(student, unpack(state)) for student, state in zip(students, states, strict=True)]
        return LastSchools(
            [LastSchool(student, each.school) for student, each in children if each.standing and each.school and each.county in counties]
        )
