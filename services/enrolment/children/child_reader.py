"""Shows children by name: to whom it is a right, for a purpose, and only once it is written who looked. Raises ``Problem``.

The steps of one look, and what a failure after each leaves behind:

1. Find where the child counts, and whether the caller's right reaches there. (Nothing done.)
2. Write who looked, and wait for all in-sync replicas: also that somebody was turned away. (A look that is recorded and was not answered.)
3. Open the child and answer. (Done.)
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from services.enrolment.children.places import Places
from services.enrolment.directory.child import Name, ShownChild, shown
from services.enrolment.directory.database import DATABASE_UNAVAILABLE
from services.enrolment.directory.directory import Directory
from services.enrolment.directory.unavailable import directory_needed
from shared.access.access_log import AccessLog, Look
from shared.commands.instructions import Form
from shared.contracts.access import Looked, Purpose
from shared.contracts.words import StudentId
from shared.http.callers import counties_of_caller
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.rights import Action

_MOST_SHOWN = 50
_is_student = re.compile(r"[0-9a-f]{32}").fullmatch


class AskedSearch(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to find: the whole name, and the day of birth. ``purpose``: why."""

    name: Name
    birth_date: date
    purpose: Purpose


class AskedNames(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose names stand beside a list. ``purpose``: why."""

    students: Annotated[tuple[StudentId, ...], Meta(min_length=1, max_length=100, description="a list of 1 to 100 student ids")]
    purpose: Purpose


class AskedAct(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a child is unmasked or erased."""

    purpose: Purpose


class FoundChildren(Struct, frozen=True):
    """The children of this name and day of birth in the area of the caller, masked. ``more``: whether there are more than these."""

    children: Sequence[ShownChild]
    more: bool


class ListedChildren(Struct, frozen=True):
    """Those of the children that were asked for that have a name and count in the area of the caller, masked."""

    children: Sequence[ShownChild]


class ErasedChild(Struct, frozen=True):
    """A child whose name is erased. ``done``: false where the directory is away; it is erased as soon as it is there again."""

    student: str
    done: bool


SEARCH, NAMES, ACT = Form(AskedSearch), Form(AskedNames), Form(AskedAct)
"""How bodies are read."""


class ChildReader:
    """The looks at the children of one installation."""

    def __init__(self, directory: Directory, places: Places, access: AccessLog, *, now: Callable[[], datetime]) -> None:
        self._directory, self._places, self._access, self._now = directory, places, access, now

    async def read(self, student: str, caller: Caller, purpose: Purpose, *, unmasked: bool = False) -> ShownChild:
        """Return a child, masked, or in clear. 404 for one that is not there or none of the caller's, 410 for one without a name."""
        did, action = (Looked.NAME_UNMASKED, Action.UNMASK_NAMES) if unmasked else (Looked.NAME_READ, Action.READ_NAMES)
        with directory_needed():
            county = await self.let_in(student, caller, action, did, purpose)
            found = await self._directory.get(student)
        if found is None:
            raise _no_such_child()
        if found.child is None:
            detail = "The name of this child was erased, or the key that opens it is lost: then whoever sent it sends it again."
            raise Problem(410, "no-name", "No name any more", detail)
        return shown(student, county, found.child, masked=not unmasked)

    async def search(self, asked: AskedSearch, caller: Caller) -> FoundChildren:
        """Return the children of a name and a day of birth that count in the area of the caller."""
        area = counties_of_caller(caller, Action.READ_NAMES)
        with directory_needed():
            candidates = await self._directory.search(asked.name, asked.birth_date)
            counties = await self._places.of(candidates)
            mine = [student for student in candidates if counties.get(student) in area]
            shown_ones = mine[:_MOST_SHOWN]
            await self._access.looked(
                caller, Looked.NAME_FOUND, [Look(student, counties[student], shown=True) for student in shown_ones], purpose=asked.purpose
            )
            found = await self._directory.get_all(shown_ones)
        children = [shown(each.student, counties[each.student], each.child, masked=True) for each in found if each.child is not None]
        return FoundChildren(children, len(mine) > _MOST_SHOWN)

    async def listed(self, asked: AskedNames, caller: Caller) -> ListedChildren:
        """Return the masked names of children in a list. Of those that are none of the caller's it is recorded that they were asked for."""
        area, students = counties_of_caller(caller, Action.READ_NAMES), sorted(set(asked.students))
        with directory_needed():
            there = await self._directory.counties_of(students)
            counties = await self._places.of(students)
            mine = [student for student in students if student in there and counties.get(student) in area]
            looks = [Look(student, counties.get(student), shown=student in mine) for student in students]
            await self._access.looked(caller, Looked.NAME_LISTED, looks, purpose=asked.purpose)
            found = await self._directory.get_all(mine)
        return ListedChildren([shown(each.student, counties[each.student], each.child, masked=True) for each in found if each.child is not None])

    async def erase(self, student: str, caller: Caller, purpose: Purpose) -> ErasedChild:
        """Erase the name of a child. It is erased once that is in the log, whatever happens next."""
        with directory_needed():
            county = await self.let_in(student, caller, Action.ERASE_NAMES, None, purpose)
        await self._access.erased(caller, student, county, purpose=purpose)
        try:
            await self._directory.erase(student, self._now())
        except DATABASE_UNAVAILABLE:
            return ErasedChild(student, done=False)
        return ErasedChild(student, done=True)

    async def let_in(self, student: str, caller: Caller, action: Action, did: Looked | None, purpose: Purpose) -> str:
        """Return the county of a child that the caller may look at, and record it. Raises ``Problem`` 404.

        ``did`` is None for what is recorded by who does it.
        """
        if not _is_student(student):
            raise _no_such_child()
        # Both questions are asked of every id: one that is not there takes as long as one that is somebody else's.
        there = await self._directory.counties_of([student])
        county = (await self._places.of([student])).get(student)
        may_see = bool(there) and county in counties_of_caller(caller, action)
        if did is not None or not may_see:
            await self._access.looked(caller, did or Looked.ERASURE, [Look(student, county, shown=may_see)], purpose=purpose)
        if county is None or not may_see:
            raise _no_such_child()
        return county


def _no_such_child() -> Problem:
    detail = "The directory has no child of this id in your area. An id has 32 lower-case hex digits."
    return Problem(404, "no-such-child", "No such child", detail)
