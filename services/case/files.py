"""Reads files for the api: one file, or a page of a list. Raises ``Problem``."""

from collections.abc import Sequence, Set
from datetime import date, timedelta

from services.case.documents import CaseEntry, CaseFile, CaseList, entry_of, file_of
from services.case.domain.packed import day_key, unpack
from services.case.plan_documents import PlansToRenew, PlanToRenew, to_renew
from shared.clock import china_day
from shared.commands.rebuild_gate import RebuildGate
from shared.commands.record_clock import Now
from shared.contracts.case_codes import CaseState
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.http.problems import Problem
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of

_LAST_DAY = date.max


def is_within(state: bytes | None, _: str, counties: Set[str]) -> bool:
    """Return whether there is a file and it is in one of these counties."""
    standing = unpack(state).standing
    return standing is not None and standing.county in counties


class Files:
    """The files of one generation."""

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, now: Now, *, partitions: int) -> None:
        self._store, self._listing, self._gate, self._now, self._partitions = store, listing, gate, now, partitions

    async def today(self) -> date:
        """Return the day in China by which a file is overdue or not."""
        with redis_needed():
            return china_day(await self._now())

    async def page(
        self, counties: Sequence[str], states: Sequence[CaseState], *, today: date, due: date | None, after: Cursor | None, limit: int
    ) -> CaseList:
        """Return a page of the files in some counties, which must be in ascending order, and states. ``due``: only those due by that day."""
        await self._gate.check(range(self._partitions))
        below = None if due is None or due == _LAST_DAY else day_key(due + timedelta(1))
        kinds = [state.value for state in states if due is None or state is not CaseState.CLOSED]  # a closed file is never due
        with redis_needed():
            page = await self._listing.page(counties, kinds, after=after, below=below, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        among = set(counties)
        cases: list[CaseEntry] = []
        for entry, state in zip(page.entries, found, strict=True):
            # Between the two reads a file may have entered another list: there it is shown as it is.
            now = unpack(state).standing
            if now is not None and now.county in among and now.state in states and (due is None or (now.due is not None and now.due <= due)):
                cases.append(entry_of(entry.state_id.hex(), now, today))
        return CaseList(today, cases, str(page.next) if page.next else None)

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

    async def one(self, student: str, counties: Set[str]) -> CaseFile:
        """Return the file of a student if it is in one of these counties."""
        return await FileOf(self, student, counties).document(await self.state_of(student, counties))

    async def state_of(self, student: str, counties: Set[str]) -> bytes | None:
        """Return the state of a student's file; it may be one that is in none of these counties."""
        partition = partition_of(student.encode(), self._partitions)
        with redis_needed():
            state = await self._store.get(partition, bytes.fromhex(student))
        if not is_within(state, student, counties):
            await self._gate.check((partition,))
        return state


class FileOf:
    """The file of one student, as the target of a command (``shared.commands.submit``). ``counties``: where the caller may see it."""

    def __init__(self, files: Files, student: str, counties: Set[str]) -> None:
        self.student, self.location = student, f"/v1/cases/{student}"
        self._files, self._counties = files, counties

    def is_within(self, state: bytes | None) -> bool:
        """Return whether the caller may see the file in this state."""
        return is_within(state, self.student, self._counties)

    async def document(self, state: bytes | None) -> CaseFile:
        """Return the file in this state. Raises ``Problem`` 404 where there is none, and alike for one that the caller may not see."""
        case = unpack(state)
        if case.standing is None or not self.is_within(state):
            raise Problem(404, "no-such-case", "No such file", "This child has no file: nobody ever reported that it is out of school.")
        return file_of(self.student, case, case.standing, await self._files.today())
