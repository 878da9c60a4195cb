"""Reads what is kept of counties for the api: one county, or a page of those with open flags. Raises ``Problem``."""

from collections.abc import Sequence, Set

from services.case.decider import CaseDecider
from services.case.domain import packed_county
from services.case.files import Files
from services.case.flag_documents import CountyFlags, CountyFlagsList, county_shown
from shared.commands.rebuild_gate import RebuildGate
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of


class CountyFiles:
    """What one generation keeps of counties."""

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, files: Files, *, partitions: int) -> None:
        self._store, self._listing, self._gate, self._files, self._partitions = store, listing, gate, files, partitions
        self._id = CaseDecider().state_id

    async def page(self, counties: Sequence[str], *, after: Cursor | None, limit: int) -> CountyFlagsList:
        """Return a page of those of some counties, which must be in ascending order, that have open flags."""
        await self._gate.check(range(self._partitions))
        with redis_needed():
            page = await self._listing.page(counties, [packed_county.LISTED_AS], after=after, below=None, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        shown = [county_shown(packed_county.code_in(state), packed_county.unpack(state)) for state in found if state is not None]
        return CountyFlagsList(await self._files.today(), shown, str(page.next) if page.next else None)

    async def one(self, code: str) -> CountyFlags:
        """Return what is kept of a county."""
        key = code.encode()
        with redis_needed():
            state = await self._store.get(partition_of(key, self._partitions), self._id(key))
        if state is None:
            await self._gate.check((partition_of(key, self._partitions),))
        return county_shown(code, packed_county.unpack(state))


class OversightOf:
    """What is kept of one county, as the target of a command (``shared.commands.submit``). ``counties``: of which the caller may know it."""

    def __init__(self, code: str, counties: Set[str]) -> None:
        self.student, self.location = code, f"/v1/county-flags/{code}"
        self._counties = counties

    def is_within(self, _: bytes | None) -> bool:
        """Return whether the caller may know what is kept of the county."""
        return self.student in self._counties

    async def document(self, state: bytes | None) -> CountyFlags:
        """Return what is kept of the county in this state."""
        return county_shown(self.student, packed_county.unpack(state))
