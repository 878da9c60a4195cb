"""Takes children into the directory. The steps of one request, and what a failure after each leaves behind:

1. Read and check every line. A line that is refused does not hold back the others. (Nothing done.)
2. Find out which child each is, and where it counts: nobody writes over a child of somebody else. (The same.)
3. Write them, some hundred at a time. (Some are written; sent again, the body does the same.)

No ``Idempotency-Key`` is taken: to write a child twice is to write it once, and a digest of a body with names has no place in Redis.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from services.enrolment.children.child_checker import ChildChecker, Sender
from services.enrolment.children.places import Places
from services.enrolment.directory.directory import Directory, Entry, NotWritten
from services.enrolment.directory.student_ids import StudentKeys
from services.enrolment.directory.unavailable import directory_needed
from services.enrolment.intake import body
from services.enrolment.limits import Limits, setting
from shared.clock import china_day
from shared.contracts.refusal import RefusalCode
from shared.events.field_rules import Fault
from shared.http.callers import counties_of_caller
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.rights import Action

_WRITTEN_AT_ONCE = 200
_NOT_WRITTEN = {
    NotWritten.ERASED: Fault(RefusalCode.ERASED, None, "the name of this child was erased, and does not come back"),
    NotWritten.TWO_CHILDREN: Fault(
        RefusalCode.TWO_CHILDREN, "former_numbers", "the numbers are those of two children: report same-as first, if they are one"
    ),
}
_ELSEWHERE = Fault(RefusalCode.NOT_YOUR_COUNTY, "county", "the child counts in a county that is none of your office's: report that it arrived first")


class MediaType(StrEnum):
    """What a body is, by its media type: one child or an array of them, or a line each."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"


class WrittenChild(Struct, frozen=True):
    """A child that was written. ``also``: other ids that its numbers have; if anything was reported under one, report ``same-as``."""

    line: int
    student: str
    also: Sequence[str]


class RefusedChild(Struct, frozen=True):
    """A line that was refused: ``code``, ``field`` and ``detail`` of the first of its ``errors``."""

    line: int
    code: str
    field: str | None
    detail: str
    errors: Sequence[dict[str, str | None]]


class ChildrenWritten(Struct, frozen=True):
    """What became of a body."""

    received: int
    written: int
    refused: int
    children: Sequence[WrittenChild]
    lines: Sequence[RefusedChild]


class _Line(NamedTuple):
    number: int
    entry: Entry


class ChildIntake:
    """What the api does with a body of children. Raises ``Problem``."""

    def __init__(
        self,
        directory: Directory,
        places: Places,
        checker: ChildChecker,
        limits: Limits,
        *,
        keys: Callable[[], StudentKeys],
        now: Callable[[], datetime],
    ) -> None:
        """``keys``: the versions of the student-id key, as they are now."""
        self._directory, self._places, self._checker, self._limits = directory, places, checker, limits
        self._keys, self._now = keys, now

    async def take(self, media_type: MediaType, chunks: body.Chunks, caller: Caller) -> ChildrenWritten:
        """Write the children of a body in the name of a caller."""
        at = self._now()
        sender = Sender(counties_of_caller(caller, Action.WRITE_NAMES), china_day(at))
        with directory_needed():
            keys = self._keys()
        accepted: list[_Line] = []
        refused: list[RefusedChild] = []
        received = 0
        async for number, line in self._lines(media_type, chunks):
            received += 1
            checked = self._checker.check(line, keys, sender)
            if isinstance(checked, Entry):
                accepted.append(_Line(number, checked))
            else:
                refused.append(_refused(number, checked))
        if not received:
            raise Problem(400, "empty-body", "The body is empty", "There is no child in it.")
        children: list[WrittenChild] = []
        for begin in range(0, len(accepted), _WRITTEN_AT_ONCE):
            written, more = await self._write(accepted[begin : begin + _WRITTEN_AT_ONCE], sender, caller, at)
            children += written
            refused += more
        refused.sort(key=lambda each: each.line)
        return ChildrenWritten(received, len(children), len(refused), children, refused)

    async def _lines(self, media_type: MediaType, chunks: body.Chunks) -> AsyncIterator[tuple[int, bytes]]:
        number = 0
        async for lines in _read(media_type, chunks, self._limits):
            for line in lines:
                number += 1
                if number > self._limits.children_lines:
                    most, name = self._limits.children_lines, setting("children_lines")
                    detail = f"A body must not have more than {most} children (setting {name}). None of it was written: send smaller bodies."
                    raise Problem(413, "too-large", "The body is over a limit", detail, more={"limit": most, "setting": name})
                if line:
                    yield number, line

    async def _write(self, lines: Sequence[_Line], sender: Sender, caller: Caller, at: datetime) -> tuple[list[WrittenChild], list[RefusedChild]]:
        with directory_needed():
            named = await self._directory.students_of([line.entry for line in lines])
            counties = await self._places.of([student for student in named if isinstance(student, str)])
            foreign = {student for student, county in counties.items() if county not in sender.counties}
            mine = [line for line, student in zip(lines, named, strict=True) if student not in foreign]
            results = await self._directory.write([line.entry for line in mine], office=caller.office, at=at)
        refused = [_refused(line.number, (_ELSEWHERE,)) for line, student in zip(lines, named, strict=True) if student in foreign]
        written: list[WrittenChild] = []
        for line, result in zip(mine, results, strict=True):
            if isinstance(result, NotWritten):
                refused.append(_refused(line.number, (_NOT_WRITTEN[result],)))
            else:
                written.append(WrittenChild(line.number, result, [each for each in line.entry.ids if each != result]))
        return written, refused


def _refused(number: int, faults: Sequence[Fault]) -> RefusedChild:
    first = faults[0]
    return RefusedChild(number, first.code, first.field, first.detail, [fault._asdict() for fault in faults])


def _read(media_type: MediaType, chunks: body.Chunks, limits: Limits) -> body.Slices:
    return body.ndjson(chunks, limits) if media_type is MediaType.NDJSON else _one_or_several(chunks, limits)


async def _one_or_several(chunks: body.Chunks, limits: Limits) -> body.Slices:
    whole = b"".join([chunk async for chunk in chunks])

    async def again() -> body.Chunks:
        yield whole

    several = whole.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    async for lines in body.array(again(), limits) if several else body.one(again(), limits):
        yield lines
