"""Reads files for the api: one file, or a page of a list. Raises ``Problem``."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from services.case.documents import CaseEntry, CaseFile, CaseList, entry_of, file_of
from services.case.domain.case import Case
from services.case.domain.owner_commands import answering
from services.case.domain.owner_lists import Kind, stands_in
from services.case.domain.packed import unpack
from services.case.domain.stored_numbers import pack_day
from services.case.plan_documents import PlansToRenew, PlanToRenew, to_renew
from services.case.sight import Sight
from services.case.thinned import Part, page_of
from shared.clock import china_day
from shared.commands.rebuild_gate import RebuildGate
from shared.commands.record_clock import Now
from shared.contracts.case_codes import CaseStanding, CaseState, Role, Urgency
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.deciding.states.tallies import Tallies
from shared.http.problems import Problem
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of

_LAST_DAY = date.max


class Opened(NamedTuple):
    """A file that is in sight: its state, what it holds, and how it is shown on a day."""

    state: bytes | None
    case: Case
    document: CaseFile
    today: date


class Files:
    """The files of one generation."""

    def __init__(self, store: StateStore, listing: Listing, tallies: Tallies, gate: RebuildGate, now: Now, *, partitions: int) -> None:
        self._store, self._listing, self._tallies, self._gate, self._now, self._partitions = store, listing, tallies, gate, now, partitions

    async def today(self) -> date:
        """Return the day in China by which a file is overdue or not."""
        with redis_needed():
            return china_day(await self._now())

    async def page(
        self,
        groups: Sequence[str],
        states: Sequence[CaseState],
        *,
        sight: Sight,
        answers: Sequence[Role],
        told: Sequence[Urgency] = (),
        today: date,
        due: date | None,
        after: Cursor | None,
        limit: int,
    ) -> CaseList:
        """Return a page of the files in some counties, in ascending order, or handed on to an office, in some states.

        ``answers``: only those for which somebody in one of these roles answers, all if there are none; ``told``: only those of which
        one of these was told, likewise; ``due``: only those due by that day.
        """
        below = None if due is None or due == _LAST_DAY else pack_day(due + timedelta(1))
        kinds = [state.value for state in states if due is None or state is not CaseState.CLOSED]  # a closed file is never due
        kinds = [urgency.value for urgency in told] or kinds
        among = frozenset(groups)

        def stays(case: Case, now: CaseStanding) -> bool:
            # Between the two reads a file may have entered another list: there it is shown as it is.
            if not sight.sees(case) or now.state not in states or (due is not None and (now.due is None or now.due > due)):
                return False
            if told and now.urgency not in told:
                return False
            who = answering(case, today)
            return (now.county in among or who.office in among) and (not answers or who.role in answers)

        return await self._page(groups, kinds, stays, today=today, after=after, below=below, limit=limit, thinned=bool(answers))

    async def on_their_way(self, counties: Sequence[str], side: Kind, *, today: date, due: date | None, after: Cursor | None, limit: int) -> CaseList:
        """Return a page of the files that were sent to some counties, that they sent, or that are nobody's there, the oldest first.

        ``due``: only those that are to be taken over by that day.
        """
        below = None if due is None or due == _LAST_DAY else pack_day(due + timedelta(1))
        among = frozenset(counties)

        def stays(case: Case, now: CaseStanding) -> bool:
            owner = case.owner
            if owner is None or stands_in(owner, side, now) not in among:
                return False
            return due is None or owner.hand_over is None or owner.hand_over.due <= due

        return await self._page(counties, [side.value], stays, today=today, after=after, below=below, limit=limit)

    async def _page(
        self,
        groups: Sequence[str],
        kinds: Sequence[str],
        stays: Callable[[Case, CaseStanding], bool],
        *,
        today: date,
        after: Cursor | None,
        below: bytes | None,
        limit: int,
        thinned: bool = False,
    ) -> CaseList:
        await self._gate.check(range(self._partitions))
        with redis_needed():
            ahead = await self._tallies.having(groups, kinds, pack_day(today), not_below=b"", below=below)

        async def read(after: Cursor | None, number: int) -> Part[CaseEntry]:
            with redis_needed():
                page = await self._listing.page(ahead, kinds, after=after, below=below, limit=number)
                found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
            wanted = [
                (entry.cursor, entry_of(entry.state_id.hex(), case, case.standing, today))
                for entry, case in zip(page.entries, map(unpack, found), strict=True)
                if case.standing is not None and stays(case, case.standing)
            ]
            return Part(wanted, page.next)

        cases, next_ = await page_of(read, after, limit, thinned=thinned)
        return CaseList(today, cases, str(next_) if next_ else None)

    async def plans_to_renew(self, counties: Sequence[str], *, today: date, after: Cursor | None, limit: int) -> PlansToRenew:
        """Return which of the next ``limit`` files that are not closed in some counties, in ascending order, have a plan of an older version."""
        await self._gate.check(range(self._partitions))
        kinds = [state.value for state in CaseState if state is not CaseState.CLOSED]
        with redis_needed():
            page = await self._listing.page(counties, kinds, after=after, below=None, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        plans: list[PlanToRenew] = []
        for entry, state in zip(page.entries, found, strict=True):
            case = unpack(state)
            if case.standing is not None and (plan := to_renew(entry.state_id.hex(), case, case.standing, today)) is not None:
                plans.append(plan)
        return PlansToRenew(today, plans, str(page.next) if page.next else None)

    async def one(self, student: str, sight: Sight) -> CaseFile:
        """Return the file of a student as ``opened`` does."""
        return (await self.opened(student, sight)).document

    async def opened(self, student: str, sight: Sight) -> Opened:
        """Return the file of a student if it is in sight. Raises ``Problem`` 404 where there is none, and alike for one that is not in sight."""
        partition = partition_of(student.encode(), self._partitions)
        with redis_needed():
            state = await self._store.get(partition, bytes.fromhex(student))
        if not sight.sees(unpack(state)):
            await self._gate.check((partition,))
        return await self.opened_in(state, student, sight)

    async def opened_in(self, state: bytes | None, student: str, sight: Sight) -> Opened:
        """Return the file of a student in this state, as ``opened`` does."""
        case = unpack(state)
        if case.standing is None or not sight.sees(case):
            raise Problem(404, "no-such-case", "No such file", "This child has no file: nobody ever reported that it is out of school.")
        today = await self.today()
        return Opened(state, case, file_of(student, case, case.standing, today), today)


class FileOf:
    """The file of one student, as the target of a command (``shared.commands.submit``). ``sight``: what the caller sees."""

    def __init__(self, files: Files, student: str, sight: Sight) -> None:
        self.student, self.location = student, f"/v1/cases/{student}"
        self._files, self._sight = files, sight

    def is_within(self, state: bytes | None) -> bool:
        """Return whether the caller may see the file in this state."""
        return self._sight.sees(unpack(state))

    async def document(self, state: bytes | None) -> CaseFile:
        """Return the file in this state. Raises ``Problem`` 404 where there is none, and alike for one that the caller may not see."""
        return (await self._files.opened_in(state, self.student, self._sight)).document
