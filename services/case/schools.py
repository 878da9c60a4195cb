"""Reads the places of schools for the api: one school, or a page of those of counties. Raises ``Problem``."""

from collections.abc import Sequence, Set

from services.case.decider import CaseDecider
from services.case.domain import packed_school
from services.case.files import Files
from services.case.place_documents import SchoolList, SchoolShown, school_shown
from shared.commands.rebuild_gate import RebuildGate
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.http.problems import Problem
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of


class Schools:
    """The schools of one generation."""

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, files: Files, *, partitions: int) -> None:
        self._store, self._listing, self._gate, self._files, self._partitions = store, listing, gate, files, partitions
        self._id = CaseDecider().state_id

    async def page(self, counties: Sequence[str], *, after: Cursor | None, limit: int) -> SchoolList:
        """Return a page of the schools of some counties, which must be in ascending order."""
        await self._gate.check(range(self._partitions))
        with redis_needed():
            page = await self._listing.page(counties, [packed_school.LISTED_AS], after=after, below=None, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        today = await self._files.today()
        shown = [school_shown(packed_school.code_in(state), packed_school.unpack(state), today) for state in found if state is not None]
        return SchoolList(today, shown, str(page.next) if page.next else None)

    async def one(self, code: str, *, own: bool, counties: Set[str]) -> SchoolShown:
        """Return the places of a school. Raises ``Problem`` 404 for one of which nothing was stated, and alike for one beyond these counties.

        ``own``: whether it is the school that asks.
        """
        key = code.encode()
        partition = partition_of(key, self._partitions)
        with redis_needed():
            school = packed_school.unpack(await self._store.get(partition, self._id(key)))
        if not school.county:
            await self._gate.check((partition,))
        if not school.county or not (own or school.county in counties):
            raise Problem(404, "no-such-school", "No such school", "Nobody stated places of this school: its county reports them with places-stated.")
        return school_shown(code, school, await self._files.today())
