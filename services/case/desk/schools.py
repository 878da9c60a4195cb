"""In which school the children of files were last: the record of enrolment knows it, and is asked in the person's name. Raises ``Problem``.

The record knows no township and no village of any child: codes go down to the county, and a school is the nearest place below it.
"""

from collections.abc import Sequence

from fastapi import Request

from services.case.desk.neighbours import Neighbour, Neighbours
from shared.http.problems import Problem

_AT_ONCE = 500


class Schools:
    """The schools of children, as one person may see them."""

    def __init__(self, neighbours: Neighbours, request: Request) -> None:
        self._neighbours, self._request = neighbours, request

    async def of(self, students: Sequence[str]) -> dict[str, str]:
        """Return the school of each of these children that was in one and counts in the person's area."""
        schools: dict[str, str] = {}
        for first in range(0, len(students), _AT_ONCE):
            body = {"students": students[first : first + _AT_ONCE]}
            answer = await self._neighbours.ask(self._request, Neighbour.ENROLMENT, "POST", "/v1/children/schools", body=body)
            if not answer.is_success:
                raise Problem(503, "neighbour-away", "Another service is away", "Enrolment tells no schools now. Try again later.")
            schools |= {each["student"]: each["school"] for each in answer.json()["students"]}
        return schools
