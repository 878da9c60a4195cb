"""Reads queues of files and how many wait in them. A page and a count cost the same however many files there are. Raises ``Problem``."""

from collections.abc import Iterable, Sequence, Set
from datetime import date
from typing import NamedTuple

from services.case.clocks import Clocks
from services.case.desk.documents import CountyWork, DeskEntry, Place, WorkCounts, WorkList, desk_entry_of
from services.case.desk.orders import Order
from services.case.desk.queues import ESCALATED, OUT, Queue, Range, bounds, feeds, is_marked, range_of
from services.case.desk.schools import Schools
from services.case.desk.sorted_lists import Asked, ListedAt, SortedLists
from services.case.documents import CaseEntry, CaseFile, entry_of
from services.case.domain.case import Case
from services.case.domain.owner_commands import answering
from services.case.domain.owner_lists import stands_in
from services.case.domain.packed import unpack
from services.case.domain.packed_county import LISTED_AS as COUNTY_FLAGS
from services.case.domain.stored_numbers import NO_DAY, pack_day, unpack_day
from services.case.files import Files
from services.case.sight import Sight
from services.case.tallied import TALLIED
from services.case.thinned import Part, page_of
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.case_codes import CaseStanding, Role, Urgency
from shared.contracts.words import Reason
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.deciding.states.tallies import Tallies
from shared.geography.divisions import NATION, divisions
from shared.http.unavailable import redis_needed
from shared.identity.offices import NATIONAL
from shared.log.partitioner import partition_of

_NONE_WAIT = dict.fromkeys(Queue, 0)


class Chosen(NamedTuple):
    """Which files of a queue, in which order. ``reasons``, ``answers``: only files of these reasons, and those for which somebody in these roles
    answers; all, if there are none. ``school``: only children last in this one. ``escalated``: what came as far as whoever asks.
    """

    queue: Queue
    reasons: Sequence[Reason] = ()
    order: Order = Order.DUE
    school: str | None = None
    answers: Sequence[Role] = ()
    escalated: tuple[Urgency, ...] = ESCALATED

    @property
    def thinned(self) -> bool:
        """Whether not every file of the queue is wanted."""
        return bool(self.reasons or self.answers) or self.school is not None

    def has(self, case: Case, now: CaseStanding, today: date) -> bool:
        """Return whether a file is wanted by its reason and by who answers for it."""
        return (not self.reasons or now.reason in self.reasons) and (not self.answers or answering(case, today).role in self.answers)


class WorkLists:
    """The queues of one generation."""

    def __init__(
        self, store: StateStore, listing: Listing, tallies: Tallies, gate: RebuildGate, files: Files, clocks: Clocks, *, partitions: int
    ) -> None:
        self._clocks, self._tallies = clocks, tallies
        self._store, self._listing, self._gate, self._files, self._partitions = store, listing, gate, files, partitions
        self._sorted = SortedLists(store, listing, partitions=partitions)

    async def page(self, groups: Sequence[str], chosen: Chosen, *, sight: Sight, schools: Schools, after: Cursor | None, limit: int) -> WorkList:
        """Return a page of a queue in some counties, which must be in ascending order, or of what was handed on to an office."""
        await self._gate.check(range(self._partitions))
        today = await self._files.today()
        wanted, among = range_of(chosen.queue, today, chosen.escalated), set(groups)
        ahead = groups
        if chosen.order is Order.DUE:
            with redis_needed():
                ahead = await self._tallies.having(groups, wanted.kinds, pack_day(today), not_below=wanted.not_below, below=wanted.below)

        async def read(after: Cursor | None, number: int) -> Part[DeskEntry]:
            found: list[tuple[Cursor, DeskEntry]] = []
            places, next_ = await self._places(ahead, wanted, chosen.order, today, after, number)
            with redis_needed():
                states = await self._store.get_all([(each.partition, each.state_id) for each in places])
            # Between the two reads a file may have entered another list: there it is shown as it is.
            for place, state in zip(places, states, strict=True):
                case = unpack(state)
                now = case.standing
                if now is not None and sight.sees(case) and _stays(case, now, wanted, among) and chosen.has(case, now, today):
                    found.append((place.cursor, desk_entry_of(place.state_id.hex(), case, now, today)))
            if chosen.school is not None:
                last_in = await schools.of([entry.id for _, entry in found])
                found = [each for each in found if last_in.get(each[1].id) == chosen.school]
            return Part(found, next_)

        files, next_ = await page_of(read, after, limit, thinned=chosen.thinned)
        return WorkList(today, files, str(next_) if next_ else None, places_of(files))

    async def _places(
        self, groups: Sequence[str], wanted: Range, order: Order, today: date, after: Cursor | None, number: int
    ) -> tuple[Sequence[ListedAt], Cursor | None]:
        if order is not Order.DUE:
            return await self._sorted.page(Asked(tuple(groups), wanted, order, today), after, number)
        with redis_needed():
            page = await self._listing.page(groups, wanted.kinds, after=after, not_below=wanted.not_below, below=wanted.below, limit=number)
        return [ListedAt(each.partition, each.state_id, each.cursor) for each in page.entries], page.next

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
        days = await self._clocks.look()
        with redis_needed():
            lists = await self._tallies.counted(groups, pack_day(days.today))
            if lists is None:
                lists = await self._listing.counted(groups, TALLIED.kinds, bounds(days.today))
        parts, waiting, lowest, total = feeds(days.today, escalated), dict[str, dict[Queue, int]](), dict[str, bytes](), dict(_NONE_WAIT)
        for (county, kind), counted in lists.items():
            if (queues := waiting.get(county)) is None:
                queues = waiting[county] = dict(_NONE_WAIT)
            for queue, n in parts.get(kind, ()):
                if number := counted.ranges[n]:
                    queues[queue] += number
                    total[queue] += number
            if kind in OUT:
                lowest[county] = min(counted.lowest, lowest.get(county, NO_DAY))
        found: list[CountyWork] = []
        for county in groups:
            if (here := waiting.get(county)) is not None:
                oldest = lowest.get(county, NO_DAY)
                flagged = (county, COUNTY_FLAGS) in lists
                found.append(CountyWork(county, name_of(county), here, None if oldest == NO_DAY else unpack_day(oldest), flagged))
        stopped = min((each.began for each in days.stopped), default=None)
        return WorkCounts(days.today, total, found, stopped, sum(each.flagged for each in found))


def _stays(case: Case, now: CaseStanding, of: Range, among: Set[str]) -> bool:
    """Return whether a file still stands in one of the lists that were read."""
    if of.kind is not None:
        return case.owner is not None and stands_in(case.owner, of.kind, now) in among
    if of.mark is not None:
        return now.county in among and is_marked(case, of.mark)
    handed_on = case.owner is not None and case.owner.answers is not None and case.owner.answers.office in among
    return of.has(now) and (now.county in among or handed_on)


def places_of(files: Sequence[CaseEntry]) -> Sequence[Place]:
    """Return the counties between which files are on their way, by code."""
    return _named(code for entry in files if (sent := entry.hand_over) is not None for code in (sent.from_county, sent.to_county))


def places_of_file(file: CaseFile) -> Sequence[Place]:
    """Return the counties between which a file is on its way, those that its history names, and the areas of all offices above them, by code."""
    told = (code for each in file.history for code in (each.county, each.from_county, each.to_county) if code is not None)
    counties = {file.county, *told, *(place.code for place in places_of([file]))}
    return _named(counties.union(*map(_above, counties)))


def _above(county: str) -> Iterable[str]:
    """Yield the codes of the areas above a county."""
    tree = next((tree for tree in reversed(divisions().trees) if county in tree), {})
    area = tree.get(county)
    while area is not None and area.parent is not None:
        yield area.parent
        area = tree.get(area.parent)


def _named(codes: Iterable[str]) -> Sequence[Place]:
    return [Place(code, name_of_area(code)) for code in sorted(set(codes))]


def name_of_office(office: str) -> str | None:
    """Return the name of an office's area; None for a school, whose code does not tell it."""
    return _name_in_trees(code_of_office(office))


def code_of_office(office: str) -> str:
    """Return the code of an office's area, of a school its own."""
    return NATION if office == NATIONAL else office.rpartition("/")[2].ljust(6, "0")


def name_of_area(code: str) -> str:
    """Return the name of an area, or its code where that is the name of a list."""
    return _name_in_trees(code) or code


def _name_in_trees(code: str) -> str | None:
    found = next((tree[code] for tree in reversed(divisions().trees) if code in tree), None)
    return None if found is None else found.name


def name_of(county: str) -> str:
    """Return the name of a county; of a school its office, whose code does not tell it."""
    found = divisions().counties.get(county)
    return county if found is None else found.name
