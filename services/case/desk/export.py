"""Takes a work list away as a table: exactly what the page shows, as a right of its own, and recorded child by child. Raises ``Problem``."""

from collections.abc import Sequence
from datetime import date

from fastapi import Request

from services.case.desk.documents import DeskEntry
from services.case.desk.neighbours import Neighbour, Neighbours
from services.case.desk.schools import Schools
from services.case.desk.tables import Format, as_csv, as_xlsx, ledger_of, rows_of
from services.case.desk.work_lists import Chosen, WorkLists, code_of_office, name_of_area
from services.case.papers.typesetter import Typesetter
from services.case.papers.words import Tongue
from services.case.sight import Sight
from shared.access.access_log import AccessLog, Look
from shared.contracts.access import Looked, Purpose
from shared.deciding.states.listing import Cursor
from shared.http.problems import Problem, invalid_parameter
from shared.identity.caller import Caller
from shared.identity.rights import Action, may

MOST = 5_000
"""The most files of a table."""
_PAGE, _NAMES = 500, 100


class Export:
    """The tables of one api."""

    def __init__(self, lists: WorkLists, access: AccessLog, neighbours: Neighbours, typesetter: Typesetter) -> None:
        self._lists, self._access, self._neighbours, self._typesetter = lists, access, neighbours, typesetter

    async def table(
        self, request: Request, caller: Caller, area: str | None, counties: Sequence[str], chosen: Chosen, format_: Format, tongue: Tongue
    ) -> bytes:
        """Return the table of a queue, once it is recorded of each child in it who took it away."""
        today, files = await self._files(request, counties, chosen)
        names = await self._names(request, caller, [file.id for file in files])
        looks = [Look(file.id, file.county, shown=True) for file in files]
        await self._access.looked(caller, Looked.LIST_EXPORTED, looks, purpose=Purpose.WORK)
        if format_ is Format.PDF:
            code = area or code_of_office(caller.office)
            content = ledger_of(rows_of(files, names, Tongue.ZH, today), area=code, area_name=name_of_area(code), queue=chosen.queue, today=today)
            return await self._typesetter.set("ledger", content)
        rows = rows_of(files, names, tongue, today)
        return as_csv(rows) if format_ is Format.CSV else as_xlsx(rows)

    async def _files(self, request: Request, counties: Sequence[str], chosen: Chosen) -> tuple[date, Sequence[DeskEntry]]:
        files: list[DeskEntry] = []
        schools = Schools(self._neighbours, request)
        after: Cursor | None = None
        while True:
            page = await self._lists.page(counties, chosen, sight=Sight(frozenset(counties)), schools=schools, after=after, limit=_PAGE)
            files += page.files
            if len(files) > MOST:
                raise invalid_parameter("query.county", f"a table has {MOST:,} files at most: choose a county, or a reason")
            if page.next is None:
                return page.today, files
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
