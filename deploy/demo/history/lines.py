"""The lines that senders post, as bytes; shapes as on the wire page, sections 1 and 2.

The part that all lines of a sender's day share is formatted once, so that most lines are one formatting of bytes.
"""

from binascii import hexlify
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count

from deploy.demo.history.fates import EPISODES, MOVED, ON_LEAVE, REMOVED, THOUSAND, TOLD, Fate, Kind, never_in_school
from deploy.demo.history.named import COUNTY, NamedCounty
from deploy.demo.history.report_data import REPORT_DATA, Child, Place, ReportData, on_leave, removed, returned
from deploy.demo.history.school_year import index_of
from deploy.demo.history.strata import Strata
from deploy.demo.history.traits import (
    FIRST_CLASS,
    ID,
    IN_CLASS,
    NEVER_IN_SCHOOL,
    PLACEMENT,
    PLACEMENTS,
    REASON,
    REASONS_NEVER,
    SCHOOL,
    SCHOOLS,
    SINCE,
    SINCE_WHEN,
    STAGE,
    STAGES,
    STATUS,
    digests,
    iso,
    time_of,
)
from shared.geography.divisions import divisions

NEW_CODES = index_of(date(2020, 7, 1))
"""Reports use the county codes of mid-2020 from this day on."""

_RETURNED = b'"school":"%b%b",%b,"placement":"%b"'
_LISTED = b'"status":"dropped_out",%b,%b"reason":"%b","since":"%b"'
_LISTED_NEVER = b'"status":"never_enrolled",%b,"reason":"%b","since":"%b"'
_FATES: dict[Kind, Fate] = {episode.kind: episode.fate for episode in EPISODES}


class LineWriter:
    """Writes the lines of one sender on one day: the part that they share, and their ids."""

    def __init__(self, sender: str, day: int, ids: "count[int]") -> None:
        """``ids``: the numbers of the lines, which go on from the day before."""
        self.sender, self.day, self.ids = sender, day, ids
        self._begin = b'{"specversion":"1.0","id":"%b-%%d","source":"/provinces/%b","type":"cn.baoxue.reported.' % (sender.encode(), sender.encode())
        self._middle = b'.v1","subject":"%%b","time":"%b%%b","data":{' % iso(day)

    def frame(self, word: bytes, data: bytes) -> bytes:
        """Return a line to be formatted with a number, a subject, a time of day, and the values of its data."""
        return b"%b%b%b%b}}" % (self._begin, word, self._middle, data)

    def line(self, word: bytes, data: bytes, subject: bytes, time: bytes) -> bytes:
        """Return a line whose data are already formatted."""
        return self.frame(word, b"%b") % (next(self.ids), subject, time, data)


class ReportLines:
    """Writes the reports on the children of all strata. No child is kept: each is computed from its number."""

    def __init__(self, strata: Strata, phases: Sequence[int], seed: int, named: NamedCounty | None = None) -> None:
        """``phases``: by stratum, the number to add to that of a listed child to find its fate; ``named``: the county whose children have names."""
        self._named, self._of_named = named, 2 * strata.counties.index(COUNTY)
        self._phases, self._neighbours = phases, [int(n) for n in strata.neighbours]
        self._blank = digests(seed)
        self._prefixes = [(code + household).encode() for code in strata.counties for household in "np"]
        self._places = [_places(strata, date(2020, 6, 30)), _places(strata, date(2020, 7, 1))]

    def lines(self, writer: LineWriter, kind: Kind, stratum: int, first: int, beyond: int) -> Iterator[bytes]:
        """Return the reports of one kind on the children from ``first`` up to ``beyond``, of those that have the fate for it."""
        match kind:
            case Kind.LISTED:
                return self._listed(writer, stratum, first, beyond)
            case Kind.EXIT:
                return self._exits(writer, stratum, first, beyond)
            case _ if kind in _FATES:
                return self._told(writer, kind, stratum, first, beyond)
            case _:
                return self._newcomers(writer, kind, stratum, first, beyond)

    def _listed(self, writer: LineWriter, stratum: int, first: int, beyond: int) -> Iterator[bytes]:
        place = self._place(stratum, writer.day)
        ids, where, reasons = writer.ids, place.where, place.reasons
        frame, frame_never = writer.frame(b"listed", _LISTED), writer.frame(b"listed", _LISTED_NEVER)
        for _, d in self._digests(b"o", stratum, first, beyond):
            if d[STATUS] < NEVER_IN_SCHOOL:
                yield frame % (next(ids), hexlify(d[ID]), time_of(d), where, STAGES[d[STAGE]], reasons[d[REASON]], SINCE_WHEN[d[SINCE]])
            else:
                yield frame_never % (next(ids), hexlify(d[ID]), time_of(d), where, REASONS_NEVER[d[REASON]], SINCE_WHEN[d[SINCE]])

    def _exits(self, writer: LineWriter, stratum: int, first: int, beyond: int) -> Iterator[bytes]:
        ids, code, phase = writer.ids, self._place(stratum, writer.day).code, self._phases[stratum]
        frame = writer.frame(b"returned", _RETURNED)
        for number, d in self._digests(b"o", stratum, first, beyond):
            if (number + phase) % THOUSAND < REMOVED.beyond:
                child = self._child(d, d[STATUS] >= NEVER_IN_SCHOOL, stratum, writer.day)
                yield writer.line(*_exit(number + phase, child), hexlify(d[ID]), time_of(d))
            else:
                in_class = IN_CLASS[d[STAGE]] if d[STATUS] < NEVER_IN_SCHOOL else FIRST_CLASS
                yield frame % (next(ids), hexlify(d[ID]), time_of(d), code, SCHOOLS[d[SCHOOL]], in_class, PLACEMENTS[d[PLACEMENT]])

    def _told(self, writer: LineWriter, kind: Kind, stratum: int, first: int, beyond: int) -> Iterator[bytes]:
        fate, phase = _FATES[kind], self._phases[stratum]
        for number, d in self._digests(b"o", stratum, first, beyond):
            if fate.is_of(number + phase):
                child = self._child(d, d[STATUS] >= NEVER_IN_SCHOOL, stratum, writer.day)
                yield writer.line(*REPORT_DATA[kind](child), hexlify(d[ID]), time_of(d))

    def _newcomers(self, writer: LineWriter, kind: Kind, stratum: int, first: int, beyond: int) -> Iterator[bytes]:
        doubted = kind >= Kind.DOUBTED_ENROLLED
        for number, d in self._digests(b"d" if doubted else b"n", stratum, first, beyond):
            child = self._child(d, not doubted and never_in_school(number), stratum, writer.day)
            yield writer.line(*REPORT_DATA[kind](child), hexlify(d[ID]), time_of(d))

    def _digests(self, letter: bytes, stratum: int, first: int, beyond: int) -> Iterator[tuple[int, bytes]]:
        copy, prefix = self._blank.copy, self._prefixes[stratum] + letter
        named = self._named if stratum - self._of_named in (0, 1) else None
        for number in range(first, beyond):
            hashing = copy()
            hashing.update(b"%b%d" % (prefix, number))
            digest = hashing.digest()
            if named is not None:
                digest = named.digest_of(letter, stratum - self._of_named, number, digest)
            yield number, digest

    def _child(self, digest: bytes, never_in_school: bool, stratum: int, day: int) -> Child:
        neighbour = self._neighbours[stratum]
        return Child(digest, never_in_school, self._place(stratum, day), self._place(neighbour, day) if neighbour >= 0 else None, day)

    def _place(self, stratum: int, day: int) -> Place:
        return self._places[day >= NEW_CODES][stratum]


def _places(strata: Strata, day: date) -> list[Place]:
    known = divisions()
    sanqu = frozenset(known.lists["sanqu"])
    households = ((b"false", b"true"), (b"true", b"false"))
    return [Place(known.stands_for(code, day).encode(), *poor, code in sanqu) for code in strata.counties for poor in households]


def _exit(fate: int, child: Child) -> ReportData:
    if REMOVED.is_of(fate):
        return removed(child)
    if ON_LEAVE.is_of(fate):
        return on_leave(child)
    if MOVED.is_of(fate) and child.neighbour is not None and TOLD[MOVED][child.day]:
        child = child._replace(place=child.neighbour)
    return returned(child)
