"""Reads queues of files and how many wait in them. A page and a count cost the same however many files there are. Raises ``Problem``."""

from collections.abc import Sequence
from datetime import date
from math import ceil

from services.case.desk.documents import CountyWork, WorkCounts, WorkList
from services.case.desk.queues import Queue, bounds, counts_by_queue, range_of
from services.case.documents import CaseEntry, entry_of
from services.case.domain.packed import NO_DAY, unpack
from services.case.files import Files
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.words import Reason
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.geography.divisions import NATION, divisions
from shared.http.unavailable import redis_needed
from shared.identity.offices import NATIONAL
from shared.log.partitioner import partition_of

_LOOKED_THROUGH = 2_000
"""The most files that a page looks through for those of a reason."""
_OUT = (CaseState.OPEN, CaseState.PERSUADING)


class WorkLists:
    """The queues of one generation."""

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, files: Files, *, partitions: int) -> None:
        self._store, self._listing, self._gate, self._files, self._partitions = store, listing, gate, files, partitions

    async def page(self, counties: Sequence[str], queue: Queue, *, reasons: Sequence[Reason], after: Cursor | None, limit: int) -> WorkList:
        """Return a page of a queue in some counties, which must be in ascending order. ``reasons``: only files of these; all, if there are none."""
        await self._gate.check(range(self._partitions))
        today = await self._files.today()
        files: list[CaseEntry] = []
        # Where a reason thins the lists out, page after page of them is read; the last may bring more than was asked for.
        for _ in range(ceil(_LOOKED_THROUGH / limit) if reasons else 1):
            after, found = await self._read(counties, queue, today, after, limit)
            files += [entry for entry in found if not reasons or entry.reason in reasons]
            if after is None or len(files) >= limit:
                break
        return WorkList(today, files, str(after) if after else None)

    async def _read(
        self, counties: Sequence[str], queue: Queue, today: date, after: Cursor | None, limit: int
    ) -> tuple[Cursor | None, Sequence[CaseEntry]]:
        states, not_below, below = range_of(queue, today)
        kinds = [state.value for state in states]
        with redis_needed():
            page = await self._listing.page(counties, kinds, after=after, not_below=not_below, below=below, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        among = set(counties)
        # Between the two reads a file may have entered another list: there it is shown as it is.
        standings = [(entry.state_id.hex(), unpack(state).standing) for entry, state in zip(page.entries, found, strict=True)]
        return page.next, [entry_of(id_, now, today) for id_, now in standings if now is not None and now.county in among and now.state in states]

    async def entries(self, students: Sequence[str], counties: Sequence[str]) -> Sequence[CaseEntry]:
        """Return the files of these children that are in some counties."""
        today = await self._files.today()
        where = [(partition_of(each.encode(), self._partitions), bytes.fromhex(each)) for each in students]
        with redis_needed():
            found = await self._store.get_all(where)
        standings: list[tuple[str, CaseStanding | None]] = [(each, unpack(state).standing) for each, state in zip(students, found, strict=True)]
        among = set(counties)
        return [entry_of(student, now, today) for student, now in standings if now is not None and now.county in among]

    async def counts(self, counties: Sequence[str]) -> WorkCounts:
        """Return how many files wait for what in some counties."""
        await self._gate.check(range(self._partitions))
        today = await self._files.today()
        with redis_needed():
            lists = await self._listing.counted(counties, [state.value for state in CaseState], bounds(today))
        total = dict.fromkeys(Queue, 0)
        found: list[CountyWork] = []
        for county in counties:
            here = {state: lists[county, state.value] for state in CaseState if (county, state.value) in lists}
            if not here:
                continue
            queues = counts_by_queue({state: (each.ranges[0], each.ranges[1], each.ranges[2]) for state, each in here.items()})
            lowest = min((here[state].lowest for state in _OUT if state in here), default=NO_DAY)
            oldest = None if lowest == NO_DAY else date.fromordinal(int.from_bytes(lowest))
            found.append(CountyWork(county, name_of(county), queues, oldest))
            for queue, number in queues.items():
                total[queue] += number
        return WorkCounts(today, total, found)


def name_of_office(office: str) -> str | None:
    """Return the name of an office's area; None for a school, whose code does not tell it."""
    code = NATION if office == NATIONAL else office.rpartition("/")[2].ljust(6, "0")
    found = next((tree[code] for tree in reversed(divisions().trees) if code in tree), None)
    return None if found is None else found.name


def name_of(county: str) -> str:
    """Return the name of a county."""
    return divisions().counties[county].name
