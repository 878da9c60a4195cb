"""Reads queues of files and how many wait in them. A page and a count cost the same however many files there are. Raises ``Problem``."""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from math import ceil
from typing import TypeVar

from services.case.clocks import Clocks
from services.case.desk.documents import CountyWork, Place, WorkCounts, WorkList
from services.case.desk.queues import ESCALATED, Queue, Range, bounds, counts_by_queue, range_of
from services.case.documents import CaseEntry, entry_of
from services.case.domain.case import Case
from services.case.domain.owner_lists import Kind, stands_in
from services.case.domain.packed import NO_DAY, unpack
from services.case.files import Files
from services.case.sight import Sight
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.case_codes import CaseStanding, CaseState, Role, Urgency
from shared.contracts.words import Reason
from shared.deciding.states.listing import Counted, Cursor, Listing
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

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, files: Files, clocks: Clocks, *, partitions: int) -> None:
        self._clocks = clocks
        self._store, self._listing, self._gate, self._files, self._partitions = store, listing, gate, files, partitions

    async def page(
        self,
        groups: Sequence[str],
        queue: Queue,
        *,
        sight: Sight,
        reasons: Sequence[Reason],
        answers: Sequence[Role] = (),
        after: Cursor | None,
        limit: int,
        escalated: tuple[Urgency, ...] = ESCALATED,
    ) -> WorkList:
        """Return a page of a queue in some counties, which must be in ascending order, or of what was handed on to an office.

        ``reasons``: only files of these; ``answers``: only those for which somebody in these roles answers; all, if there are none.
        ``escalated``: what came as far as whoever asks (``escalated_to``).
        """
        await self._gate.check(range(self._partitions))
        today = await self._files.today()
        files: list[CaseEntry] = []
        # Where a reason or a role thins the lists out, page after page of them is read; the last may bring more than was asked for.
        for _ in range(ceil(_LOOKED_THROUGH / limit) if reasons or answers else 1):
            after, found = await self._read(groups, range_of(queue, today, escalated), sight, today, after, limit)
            files += [entry for entry in found if (not reasons or entry.reason in reasons) and (not answers or entry.answers.role in answers)]
            if after is None or len(files) >= limit:
                break
        return WorkList(today, files, str(after) if after else None, places_of(files))

    async def _read(
        self, groups: Sequence[str], of: Range, sight: Sight, today: date, after: Cursor | None, limit: int
    ) -> tuple[Cursor | None, Sequence[CaseEntry]]:
        with redis_needed():
            page = await self._listing.page(groups, of.kinds, after=after, not_below=of.not_below, below=of.below, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        among = set(groups)
        # Between the two reads a file may have entered another list: there it is shown as it is.
        cases = [(entry.state_id.hex(), unpack(state)) for entry, state in zip(page.entries, found, strict=True)]
        return page.next, [
            entry_of(id_, case, case.standing, today)
            for id_, case in cases
            if case.standing is not None and sight.sees(case) and _stays(case, case.standing, of, among)
        ]

    async def entries(self, students: Sequence[str], sight: Sight) -> Sequence[CaseEntry]:
        """Return the files of these children that are in sight."""
        today = await self._files.today()
        where = [(partition_of(each.encode(), self._partitions), bytes.fromhex(each)) for each in students]
        with redis_needed():
            found = await self._store.get_all(where)
        cases = [(each, unpack(state)) for each, state in zip(students, found, strict=True)]
        return [entry_of(student, case, case.standing, today) for student, case in cases if case.standing is not None and sight.sees(case)]

    async def counts(self, groups: Sequence[str], escalated: tuple[Urgency, ...] = ESCALATED) -> WorkCounts:
        """Return how many files wait for what in some counties, or of those that were handed on to an office. ``escalated``: as ``page`` has it."""
        await self._gate.check(range(self._partitions))
        today, days = await self._files.today(), await self._clocks.look()
        with redis_needed():
            lists = await self._listing.counted(groups, [each.value for each in (*CaseState, *Kind, *Urgency)], bounds(today))
        total = dict.fromkeys(Queue, 0)
        found: list[CountyWork] = []
        for county in groups:
            here = {state: lists[county, state.value] for state in CaseState if (county, state.value) in lists}
            kinds = {kind: lists[county, kind.value] for kind in Kind if (county, kind.value) in lists}
            if not here and not kinds:
                continue
            told = {urgency: sum(lists[county, urgency.value].ranges) for urgency in Urgency if (county, urgency.value) in lists}
            queues = counts_by_queue(_ranges_of(here), _ranges_of(kinds), told, escalated)
            lowest = min((here[state].lowest for state in _OUT if state in here), default=NO_DAY)
            oldest = None if lowest == NO_DAY else date.fromordinal(int.from_bytes(lowest))
            found.append(CountyWork(county, name_of(county), queues, oldest))
            for queue, number in queues.items():
                total[queue] += number
        return WorkCounts(today, total, found, min((each.began for each in days.stopped), default=None))


_L = TypeVar("_L")


def _ranges_of(lists: Mapping[_L, Counted]) -> dict[_L, tuple[int, int, int]]:
    return {name: (each.ranges[0], each.ranges[1], each.ranges[2]) for name, each in lists.items()}


def _stays(case: Case, now: CaseStanding, of: Range, among: Set[str]) -> bool:
    """Return whether a file still stands in one of the lists that were read."""
    if of.kind is not None:
        return case.owner is not None and stands_in(case.owner, of.kind, now) in among
    handed_on = case.owner is not None and case.owner.answers is not None and case.owner.answers.office in among
    return of.has(now) and (now.county in among or handed_on)


def places_of(files: Sequence[CaseEntry]) -> Sequence[Place]:
    """Return the counties between which files are on their way, by code."""
    sent = [entry.hand_over for entry in files if entry.hand_over is not None]
    return [Place(code, name_of(code)) for code in sorted({code for each in sent for code in (each.from_county, each.to_county)})]


def name_of_office(office: str) -> str | None:
    """Return the name of an office's area; None for a school, whose code does not tell it."""
    code = NATION if office == NATIONAL else office.rpartition("/")[2].ljust(6, "0")
    found = next((tree[code] for tree in reversed(divisions().trees) if code in tree), None)
    return None if found is None else found.name


def name_of(county: str) -> str:
    """Return the name of a county; of a school its office, whose code does not tell it."""
    found = divisions().counties.get(county)
    return county if found is None else found.name
