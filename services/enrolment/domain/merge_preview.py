"""What a report that two ids are one child would come to, before anybody sends it. Nothing is decided here, and nothing follows from it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from services.enrolment.domain import merging
from services.enrolment.domain.joining import Matter, joined, matters_of_the_other
from services.enrolment.domain.refusals import MergedIntoAnother, NotYourCounty
from services.enrolment.domain.senders import Provinces
from services.enrolment.domain.state import Student
from services.enrolment.domain.timeline import time_of_minute
from shared.contracts.same_as import MergeCode
from shared.contracts.student import Standing
from shared.contracts.words import OUT_OF_SCHOOL

_BECAUSE = {
    MergeCode.UNKNOWN_STUDENT: "nothing was ever reported of this id",
    MergeCode.NOT_YOUR_COUNTY: "the source does not speak for the place where this id counts; a report from there, of this id, merges the two",
    MergeCode.UNDER_WAY: "this id is in the midst of another merge: ask again in a moment",
    MergeCode.TOO_MANY: f"this id took over {merging.MOST_TAKEN} others, as many as are kept",
}


class Obstacle(Struct, frozen=True):
    """Why the ids would not be merged: ``field`` names the id, or the source, that is in the way."""

    code: str
    field: str
    detail: str


class Known(Struct, frozen=True):
    """What is known of an id. ``standing``: what is counted of it, null for one never heard of or merged; ``since``: when it was first heard of.

    ``merged_into``: the id that it is one child with already.
    """

    id: str
    standing: Standing | None
    since: datetime | None
    school: str | None
    grade: int | None
    spells: int
    merged_into: str | None


class Source(Struct, frozen=True):
    """From which id a matter would be taken: that which has the newer news of it, and the survivor where both are of one moment."""

    matter: Matter
    id: str


class Difference(Struct, frozen=True):
    """How many more children, or fewer, a county would count with this standing."""

    county: str
    change: int
    standing: Standing


class CountyDifference(Struct, frozen=True):
    """How many more children out of school, or fewer, a county would have; ``poor``: of them registered poor."""

    county: str
    out_of_school: int
    poor: int


class MergePreview(Struct, frozen=True):
    """The effect of a report that two ids are one child.

    ``obstacles``: why they would not be merged; none where they would. The rest is what would be if nothing were in the way, and null or empty
    where one of the ids counts nowhere. ``survivor`` is the older id; ``after`` is how the child would stand under it. ``counts``: what
    would change in the counts of statuses, ``out_of_school``: in those of children out of school, by county.
    """

    would_merge: bool
    obstacles: Sequence[Obstacle]
    before: Sequence[Known]
    survivor: str | None
    merged: str | None
    after: Known | None
    matters: Sequence[Source]
    counts: Sequence[Difference]
    out_of_school: Sequence[CountyDifference]


def preview(subject: str, child: Student, student: str, other: Student, source: str | None, provinces: Provinces) -> MergePreview:
    """Return what a report of the subject, that it is one child with ``student``, would come to. Without a ``source``: of whoever may report it."""
    obstacles = _obstacles(subject, child, student, other, source, provinces)
    before = (_known(subject, child), _known(student, other))
    if child.standing is None or other.standing is None:
        return MergePreview(False, obstacles, before, None, None, None, (), (), ())
    pair = ((subject, child), (student, other))
    (survivor, own), (merged, younger) = pair if merging.is_older(child.since, subject, other.since, student) else pair[::-1]
    after = joined(own, younger)
    taken = matters_of_the_other(own, younger)
    sources = [Source(matter, merged if matter in taken else survivor) for matter in Matter]
    counts = Counter({after.standing: 1})
    counts.subtract([own.standing, younger.standing])
    changed = [Difference(standing.county, n, standing) for standing, n in counts.items() if standing is not None and n]
    out: dict[str, CountyDifference] = {}
    for each in changed:
        if each.standing.status in OUT_OF_SCHOOL:
            found = out.get(each.county, CountyDifference(each.county, 0, 0))
            poor = found.poor + each.change * each.standing.poor
            out[each.county] = CountyDifference(each.county, found.out_of_school + each.change, poor)
    differing = [each for each in out.values() if each.out_of_school or each.poor]
    return MergePreview(not obstacles, obstacles, before, survivor, merged, _known(survivor, after), sources, changed, differing)


def _obstacles(subject: str, child: Student, student: str, other: Student, source: str | None, provinces: Provinces) -> list[Obstacle]:
    found = []
    if refusal := merging.why_not_announced(child, source, provinces):
        found.append(Obstacle(refusal.code, "source" if isinstance(refusal, NotYourCounty) else "subject", refusal.detail))
    if code := merging.why_declined(other, subject, source, subject=student, provinces=provinces):
        if code is MergeCode.MERGED_BEFORE and other.merge is not None:
            refusal = MergedIntoAnother(other.merge.student)
            found.append(Obstacle(refusal.code, "student", refusal.detail))
        else:
            found.append(Obstacle(code, "student", _BECAUSE[code]))
    return found


def _known(id_: str, child: Student) -> Known:
    into = child.merge.student if child.merge is not None and child.merge.gone else None
    since = None if child.status is None else time_of_minute(child.since)
    return Known(id_, child.standing, since, child.school or None, child.grade or None, child.spells, into)
