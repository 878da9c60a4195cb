"""Takes a work list away as a table: exactly what the page shows, as a right of its own, and recorded child by child. Raises ``Problem``."""

from collections.abc import Sequence

from fastapi import Request

from services.case.desk.neighbours import Neighbour, Neighbours
from services.case.desk.queues import Queue, escalated_to
from services.case.desk.tables import Format, as_csv, as_xlsx, rows_of
from services.case.desk.words import Tongue
from services.case.desk.work_lists import WorkLists
from services.case.documents import CaseEntry
from services.case.sight import Sight
from shared.access.access_log import AccessLog, Look
from shared.contracts.access import Looked, Purpose
from shared.contracts.case_codes import Urgency
from shared.contracts.words import Reason
from shared.deciding.states.listing import Cursor
from shared.http.problems import Problem, invalid_parameter
from shared.identity.caller import Caller
from shared.identity.rights import Action, may

MOST = 5_000
"""The most files of a table."""
_PAGE, _NAMES = 500, 100


class Export:
    """The tables of one api."""

    def __init__(self, lists: WorkLists, access: AccessLog, neighbours: Neighbours) -> None:
        self._lists, self._access, self._neighbours = lists, access, neighbours

    async def table(
        self, request: Request, caller: Caller, counties: Sequence[str], queue: Queue, reasons: Sequence[Reason], format_: Format, tongue: Tongue
    ) -> bytes:
        """Return the table of a queue, once it is recorded of each child in it who took it away."""
        files = await self._files(counties, queue, reasons, Sight(frozenset(counties)), escalated_to(caller.office))
        names = await self._names(request, caller, [file.id for file in files])
        looks = [Look(file.id, file.county, shown=True) for file in files]
        await self._access.looked(caller, Looked.LIST_EXPORTED, looks, purpose=Purpose.WORK)
        rows = rows_of(files, names, tongue)
        return as_csv(rows) if format_ is Format.CSV else as_xlsx(rows)

    async def _files(
        self, counties: Sequence[str], queue: Queue, reasons: Sequence[Reason], sight: Sight, escalated: tuple[Urgency, ...]
    ) -> Sequence[CaseEntry]:
        files: list[CaseEntry] = []
        after: Cursor | None = None
        while True:
            page = await self._lists.page(counties, queue, sight=sight, reasons=reasons, after=after, limit=_PAGE, escalated=escalated)
            files += page.files
            if len(files) > MOST:
                raise invalid_parameter("query.county", f"a table has {MOST:,} files at most: choose a county, or a reason")
            if page.next is None:
                return files
            after = Cursor.of(page.next)

    async def _names(self, request: Request, caller: Caller, students: Sequence[str]) -> dict[str, str]:
        names: dict[str, str] = {}
        if not self._neighbours.has(Neighbour.ENROLMENT) or not may(caller, Action.READ_NAMES):
            return names
        for first in range(0, len(students), _NAMES):
            body = {"students": students[first : first + _NAMES], "purpose": Purpose.WORK.value}
            answer = await self._neighbours.ask(request, Neighbour.ENROLMENT, "POST", "/v1/children/names", body=body)
            if not answer.is_success:
                raise Problem(503, "neighbour-away", "Another service is away", "Enrolment tells no names now. Try again later.")
            names |= {child["student"]: child["name"] for child in answer.json()["children"]}
        return names
