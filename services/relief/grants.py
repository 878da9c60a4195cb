"""Reads grants for the api: one grant, or a page of a list. Raises ``Problem``."""

from collections.abc import Sequence, Set

from services.relief.documents import GrantEntry, GrantFile, GrantList, StudentGrants, entry_of, file_of
from services.relief.domain.packed import term_key, unpack
from shared.calendar.terms import number_of
from shared.clock import china_day
from shared.commands.rebuild_gate import RebuildGate
from shared.commands.record_clock import Now
from shared.contracts.relief import GrantState
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.http.problems import Problem
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of

_STUDENT = 32
TERM = r"(19|20|21)[0-9]{2}-(spring|autumn)"
GRANT = rf"[0-9a-f]{{32}}-{TERM}"
"""Patterns of a term's name and of a grant's id."""


def is_within(state: bytes | None, id_: str, counties: Set[str]) -> bool:
    """Return whether a grant is in one of these counties; of a child without it, whether the child is."""
    pupil = unpack(state)
    place = pupil.grant_of(number_of(id_[_STUDENT + 1 :])) or pupil.eligible
    return place is not None and place.county in counties


class Grants:
    """The grants of one generation."""

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, now: Now, *, partitions: int) -> None:
        self._store, self._listing, self._gate, self._now, self._partitions = store, listing, gate, now, partitions

    async def page(self, counties: Sequence[str], states: Sequence[GrantState], *, term: str | None, after: Cursor | None, limit: int) -> GrantList:
        """Return a page of the grants in some counties, which must be in ascending order, and states. ``term``: only grants of that term."""
        await self._gate.check(range(self._partitions))
        kinds = [state.value for state in states]
        first, beyond = (b"", None) if term is None else (term_key(number_of(term)), term_key(number_of(term) + 1))
        with redis_needed():
            today = china_day(await self._now())
            page = await self._listing.page(counties, kinds, after=after, not_below=first, below=beyond, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        among = set(counties)
        grants: list[GrantEntry] = []
        for entry, state in zip(page.entries, found, strict=True):
            # Between the two reads a grant may have entered another list: there it is shown as it is.
            grant = unpack(state).grant_of(int.from_bytes(entry.sort_key))
            if grant is not None and grant.county in among and grant.state in states:
                grants.append(entry_of(entry.state_id.hex(), grant))
        return GrantList(today, grants, str(page.next) if page.next else None)

    async def of_student(self, student: str, counties: Set[str]) -> StudentGrants:
        """Return the grants of a child in these counties. Raises ``Problem`` 404 where there are none."""
        partition = partition_of(student.encode(), self._partitions)
        with redis_needed():
            state = await self._store.get(partition, bytes.fromhex(student))
        kept = [each.grant for each in reversed(unpack(state).grants) if each.grant.county in counties]
        if not kept:
            await self._gate.check((partition,))
            raise Problem(404, "no-such-grant", "No such grant", "This child has no aid of any term.")
        return StudentGrants(student, kept[0].county, [entry_of(student, grant) for grant in kept])

    async def one(self, grant: "GrantOf") -> GrantFile:
        partition = partition_of(grant.student.encode(), self._partitions)
        with redis_needed():
            state = await self._store.get(partition, bytes.fromhex(grant.student))
        if not grant.is_within(state):
            await self._gate.check((partition,))
        return await grant.document(state)


class GrantOf:
    """The grant of one student and term, as the target of a command (``shared.commands.submit``)."""

    def __init__(self, id_: str, counties: Set[str]) -> None:
        """``id_`` must have the form of a grant's id. ``counties``: where the caller may see it."""
        self.student, self.term = id_[:_STUDENT], id_[_STUDENT + 1 :]
        self.location = f"/v1/grants/{id_}"
        self._id, self._counties = id_, counties

    def is_within(self, state: bytes | None) -> bool:
        """Return whether the caller may see the grant, or the child that is to have it, in this state."""
        return is_within(state, self._id, self._counties)

    async def document(self, state: bytes | None) -> GrantFile:
        """Return the grant in this state of its child. Raises ``Problem`` 404 where there is none, and alike for one that the caller may not see."""
        kept = unpack(state).kept_of(number_of(self.term))
        if kept is None or not self.is_within(state):
            raise Problem(404, "no-such-grant", "No such grant", "This child was not granted the aid of this term.")
        return file_of(self.student, kept)
