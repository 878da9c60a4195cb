"""What a child's state keeps of each happening, beside its entry in the timeline: 24 bytes, enough to judge the report again.

The fields that a judgement reads are kept, and no others: no day, no reference. So a report is judged again when one of the same child is taken
back (``voiding.py``), and the state needs no look into the record for it. The numbers are stored: they never change, and none is used again.
"""

from collections.abc import Callable, Iterator
from datetime import date
from struct import Struct as Layout
from typing import Any, NamedTuple

from services.enrolment.domain.events import ROWS_BY_NUMBER, EventRow
from services.enrolment.domain.numbers import OUTCOMES, REASONS, STAGES, STATUSES
from services.enrolment.domain.timeline import ENTRY
from shared.contracts.reports import Report
from shared.contracts.words import FoundBy, LeaveKind, ListedStatus, Placement, RemovalCode

# moment; head; place.
# head: settled 1, voided 1, kind 6; 4 unused, source 36 (kind 2, digits 34), status or outcome 4, reason 4, stage 2, grade 4, poor 1, 1 unused.
# place: county 20 (six digits), school 34 (ten digits); of an absence since when (ordinal of the day), and days 10.
_DETAIL = Layout(">qQQ")
DETAIL = _DETAIL.size
"""Bytes of a happening's detail."""

_KIND, _SOURCE, _CODE, _REASON, _STAGE, _GRADE, _POOR = 56, 16, 12, 8, 6, 2, 1
_COUNTY, _DAYS = 34, 10
_SETTLED, _VOIDED = 1 << 63, 1 << 62
_FLAGS_AT = 8
_SETTLED_BYTE, _VOIDED_BYTE = _SETTLED >> _KIND, _VOIDED >> _KIND

_SENDERS = ("", "/provinces/", "/counties/", "/schools/")
_DIGITS = (0, 2, 6, 10)
_SENDER_SHIFT = 34
_MOST_SENDERS = 50_000
_LISTED = {STATUSES[status]: status for status in ListedStatus}  # type: ignore[index]  # equal words
_STAGES, _REASONS, _OUTCOMES = ({n: word for word, n in table.items()} for table in (STAGES, REASONS, OUTCOMES))

_STAGE_BITS = {word: n << _STAGE for word, n in STAGES.items()}
_REASON_BITS = {word: n << _REASON for word, n in REASONS.items()}

_pack, _unpack = _DETAIL.pack, _DETAIL.unpack


class _Senders(dict[str, int]):
    """The bits of each sender in its place of the head, 0 for none. A look-up costs half of what a cached function does."""

    def __missing__(self, source: str) -> int:
        if len(self) >= _MOST_SENDERS:
            self.clear()
        self[source] = bits = _source_bits(source)
        return bits


def _source_bits(source: str) -> int:
    for kind, (start, digits) in enumerate(zip(_SENDERS, _DIGITS, strict=True)):
        if start and source.startswith(start):
            code = source.removeprefix(start)
            return (kind << _SENDER_SHIFT | int(code)) << _SOURCE if len(code) == digits and code.isdigit() else 0
    return 0


SENDERS = _Senders()


def _source_of(number: int) -> str:
    kind = number >> _SENDER_SHIFT
    return f"{_SENDERS[kind]}{number & (1 << _SENDER_SHIFT) - 1:0{_DIGITS[kind]}d}" if kind else ""


# --- what is kept of each report, by the names of its fields


def _none(_: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head, 0)


def _ledger(word: Any, moment: int, head: int) -> bytes:
    marks = STATUSES[word.status] << _CODE | _STAGE_BITS[word.stage] | _REASON_BITS[word.reason] | word.poor << _POOR
    return _pack(moment, head | marks, int(word.county) << _COUNTY)


def _home(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head | word.poor << _POOR, int(word.county) << _COUNTY)


def _class_at_home(word: Any, moment: int, head: int) -> bytes:
    head |= _STAGE_BITS[word.stage] | word.grade << _GRADE | word.poor << _POOR
    return _pack(moment, head, int(word.county) << _COUNTY | int(word.school))


def _class_in_county(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head | _STAGE_BITS[word.stage] | word.grade << _GRADE, int(word.county) << _COUNTY | int(word.school))


def _class(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head | _STAGE_BITS[word.stage] | word.grade << _GRADE, int(word.school))


def _absence(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head, word.since.toordinal() << _DAYS | word.days)


def _outcome(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head | OUTCOMES[word.outcome] << _CODE, 0)


def _reason(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head | _REASON_BITS[word.reason], 0)


def _reason_at_home(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head | _REASON_BITS[word.reason] | word.poor << _POOR, int(word.county) << _COUNTY)


def _county(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head, int(word.county) << _COUNTY)


def _destination(word: Any, moment: int, head: int) -> bytes:
    # No county has the number 0 where one is named: the api checks the code.
    return _pack(moment, head, int(word.to_county or 0) << _COUNTY)


def _poor(word: Any, moment: int, head: int) -> bytes:
    return _pack(moment, head | word.poor << _POOR, 0)


_WRITERS: dict[frozenset[str], Callable[[Any, int, int], bytes]] = {
    frozenset(names.split()): write
    for names, write in {
        "": _none,
        "status county stage poor reason": _ledger,
        "county poor": _home,
        "county school stage grade poor": _class_at_home,
        "county school stage grade": _class_in_county,
        "school stage grade": _class,
        "since days": _absence,
        "outcome": _outcome,
        "reason": _reason,
        "county poor reason": _reason_at_home,
        "county": _county,
        "to_county": _destination,
        "poor": _poor,
    }.items()
}

_READERS: dict[str, Callable[[int, int], Any]] = {
    "status": lambda head, _: _LISTED[head >> _CODE & 0xF],
    "outcome": lambda head, _: _OUTCOMES[head >> _CODE & 0xF],
    "reason": lambda head, _: _REASONS[head >> _REASON & 0xF],
    "stage": lambda head, _: _STAGES[head >> _STAGE & 0x3],
    "grade": lambda head, _: head >> _GRADE & 0xF,
    "poor": lambda head, _: bool(head >> _POOR & 1),
    "county": lambda _, place: f"{place >> _COUNTY:06}",
    "to_county": lambda _, place: f"{place >> _COUNTY:06}" if place else None,
    "school": lambda _, place: f"{place & (1 << _COUNTY) - 1:010}",
    "since": lambda _, place: date.fromordinal(place >> _DAYS),
    "days": lambda _, place: place & (1 << _DAYS) - 1,
}
_SOME_DAY = date(2000, 1, 1)
_NOT_KEPT: dict[str, Any] = {
    "since": _SOME_DAY, "last_seen": _SOME_DAY, "until": _SOME_DAY, "found_by": FoundBy.SCHOOL, "placement": Placement.OTHER,
    "kind": LeaveKind.SUSPENSION, "approval": "-", "evidence": None, "from_county": None, "category": None, "code": RemovalCode.DUPLICATE,
}  # fmt: skip
"""What a report that is judged again has in the fields that no judgement reads: they are not kept."""


class _Shape(NamedTuple):
    row: EventRow
    write: Callable[[Any, int, int], bytes]
    kept: frozenset[str]


def _shape_of(row: EventRow) -> _Shape:
    fields = row.report.__struct_fields__ if row.found else ()
    # Of a ledger's line the day is not kept, of an absence it is.
    kept = frozenset(name for name in fields if name in _READERS and (name != "since" or "days" in fields))
    if kept not in _WRITERS:
        raise LookupError(f"{row.report.TYPE}: say in happenings.py how {', '.join(sorted(kept))} are kept")
    return _Shape(row, _WRITERS[kept], kept)


_SHAPES = {number: _shape_of(row) for number, row in ROWS_BY_NUMBER.items()}
WRITERS = {number: (shape.write, number << _KIND) for number, shape in _SHAPES.items()}
"""By the number of a kind what writes its detail, and the head that the writer is given together with the source's bits."""
_SETTLED_KINDS = frozenset(number for number, row in ROWS_BY_NUMBER.items() if not row.found)


def detail_of(number: int, word: Any, moment: int, source: str) -> bytes:
    """Return the detail of a kind's happening at a moment, told by a source. ``word``: the report, or the fact that repeats it."""
    write, head = WRITERS[number]
    return write(word, moment, head | SENDERS[source])


# --- what is read of it, seldom


class Happening(NamedTuple):
    """A happening as it is kept. ``settled``: it is part of the base, or changes no standing, and is not judged again."""

    row: EventRow
    moment: int
    source: str
    settled: bool
    voided: bool
    entry: bytes
    head: int
    place: int

    @property
    def report(self) -> Report:
        """The report, with the fields that a judgement reads."""
        shape = _SHAPES[self.row.number]
        fields = (name for name in self.row.report.__struct_fields__ if name in shape.kept or name in _NOT_KEPT)
        return self.row.report(**{name: _READERS[name](self.head, self.place) if name in shape.kept else _NOT_KEPT[name] for name in fields})

    @property
    def judged(self) -> bool:
        """Whether the child's state follows from it."""
        return not (self.settled or self.voided)


def happenings(timeline: bytes, details: bytes) -> Iterator[Happening]:
    """Return what is kept of a child's happenings, oldest first."""
    for n in range(len(details) // DETAIL):
        moment, head, place = _unpack(details[n * DETAIL : (n + 1) * DETAIL])
        row = ROWS_BY_NUMBER[head >> _KIND & 0x3F]
        settled = bool(head & _SETTLED) or row.number in _SETTLED_KINDS
        source = _source_of(head >> _SOURCE & (1 << _SENDER_SHIFT + 2) - 1)
        yield Happening(row, moment, source, settled, bool(head & _VOIDED), timeline[n * ENTRY : (n + 1) * ENTRY], head, place)


def with_voided(details: bytes, n: int) -> bytes:
    """Return the details with the n-th marked as taken back."""
    return _flagged(details, n, _VOIDED_BYTE)


def with_all_settled(details: bytes) -> bytes:
    """Return the details with all marked as part of the base."""
    for n in range(len(details) // DETAIL):
        details = _flagged(details, n, _SETTLED_BYTE)
    return details


def is_judged(detail: bytes) -> bool:
    """Return whether a child's state follows from the happening of this detail."""
    return detail[_FLAGS_AT] < _VOIDED_BYTE and detail[_FLAGS_AT] not in _SETTLED_KINDS


def _flagged(details: bytes, n: int, flag: int) -> bytes:
    at = n * DETAIL + _FLAGS_AT
    return details[:at] + bytes((details[at] | flag,)) + details[at + 1 :]
